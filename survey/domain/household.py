"""The states of a household's dossier (一户一档) and who may move it from one to the next.

未入户 → 进行中 → 已提交 → 组审 退回/通过 → 项目办 退回/通过 → 已确认（签字） → 已定稿. After submission the sheet is
locked; after approval only a correction with a reason changes it, and a signed sheet that was corrected is signed
again.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable

from survey.domain.codes import Code
from survey.domain.errors import DomainError
from survey.domain.message import N_


class HouseholdState(Code):
    """调查状态, in the order of the work."""

    UNVISITED = "unvisited", N_("未入户")
    IN_PROGRESS = "in_progress", N_("进行中")
    SUBMITTED = "submitted", N_("已提交")
    GROUP_RETURNED = "group_returned", N_("组审退回")
    GROUP_PASSED = "group_passed", N_("组审通过")
    OFFICE_RETURNED = "office_returned", N_("项目办退回")
    APPROVED = "approved", N_("项目办通过")
    CONFIRMED = "confirmed", N_("已确认")
    FINAL = "final", N_("已定稿")


class Action(Code):
    """What is done to a dossier."""

    START = "start", N_("开始调查")
    SAVE = "save", N_("保存草稿")
    SUBMIT = "submit", N_("提交")
    GROUP_RETURN = "group_return", N_("组审退回")
    GROUP_PASS = "group_pass", N_("组审通过")
    OFFICE_RETURN = "office_return", N_("项目办退回")
    APPROVE = "approve", N_("项目办通过")
    CONFIRM = "confirm", N_("签字确认")
    FINALISE = "finalise", N_("定稿")
    CORRECT = "correct", N_("更正")
    AMEND = "amend", N_("读回台账")
    REOPEN = "reopen", N_("重新打开")


_S, _A = HouseholdState, Action

TRANSITIONS: dict[tuple[HouseholdState, Action], HouseholdState] = {
    (_S.UNVISITED, _A.START): _S.IN_PROGRESS,
    (_S.UNVISITED, _A.SAVE): _S.IN_PROGRESS,
    (_S.UNVISITED, _A.SUBMIT): _S.SUBMITTED,
    (_S.IN_PROGRESS, _A.SAVE): _S.IN_PROGRESS,
    (_S.IN_PROGRESS, _A.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _A.GROUP_RETURN): _S.GROUP_RETURNED,
    (_S.SUBMITTED, _A.GROUP_PASS): _S.GROUP_PASSED,
    (_S.GROUP_RETURNED, _A.SAVE): _S.GROUP_RETURNED,
    (_S.GROUP_RETURNED, _A.SUBMIT): _S.SUBMITTED,
    (_S.GROUP_PASSED, _A.OFFICE_RETURN): _S.OFFICE_RETURNED,
    (_S.GROUP_PASSED, _A.APPROVE): _S.APPROVED,
    (_S.OFFICE_RETURNED, _A.SAVE): _S.OFFICE_RETURNED,
    (_S.OFFICE_RETURNED, _A.SUBMIT): _S.SUBMITTED,
    (_S.APPROVED, _A.CONFIRM): _S.CONFIRMED,
    (_S.APPROVED, _A.CORRECT): _S.GROUP_PASSED,
    (_S.APPROVED, _A.REOPEN): _S.OFFICE_RETURNED,
    (_S.CONFIRMED, _A.FINALISE): _S.FINAL,
    (_S.CONFIRMED, _A.CORRECT): _S.GROUP_PASSED,
    (_S.CONFIRMED, _A.REOPEN): _S.OFFICE_RETURNED,
    (_S.FINAL, _A.CORRECT): _S.GROUP_PASSED,
    (_S.FINAL, _A.REOPEN): _S.OFFICE_RETURNED,
    (_S.UNVISITED, _A.AMEND): _S.UNVISITED,
    (_S.IN_PROGRESS, _A.AMEND): _S.IN_PROGRESS,
    (_S.GROUP_RETURNED, _A.AMEND): _S.GROUP_RETURNED,
    (_S.OFFICE_RETURNED, _A.AMEND): _S.OFFICE_RETURNED,
}
"""(state, action) -> the state afterwards. What is not named here is refused."""

EDITABLE = frozenset({_S.UNVISITED, _S.IN_PROGRESS, _S.GROUP_RETURNED, _S.OFFICE_RETURNED})
RETURNED = frozenset({_S.GROUP_RETURNED, _S.OFFICE_RETURNED})
AWAITING_GROUP = _S.SUBMITTED
AWAITING_OFFICE = _S.GROUP_PASSED
SURVEYED = frozenset({_S.SUBMITTED, _S.GROUP_PASSED, _S.APPROVED, _S.CONFIRMED, _S.FINAL})
"""States that count as surveyed (已完成) in ledgers and on the board: submitted and not returned."""
NEEDS_REASON = frozenset({_A.GROUP_RETURN, _A.OFFICE_RETURN, _A.CORRECT, _A.REOPEN})
REVIEWS = frozenset({_A.GROUP_RETURN, _A.GROUP_PASS, _A.OFFICE_RETURN, _A.APPROVE})


def next_state(state: HouseholdState, action: Action) -> HouseholdState:
    """The state after the action.

    Rule: survey procedure of the offices (未入户→进行中→已提交→组审→项目办→确认→定稿); saving a returned sheet leaves
    it returned until it is submitted again; what the office writes into an exported ledger is no visit and, as a roster
    does, leaves even 未入户 as it is; what was corrected after approval waits for the office again, since who
    enters may not approve, and a signed sheet for a new signature.
    Raises DomainError("household.transition").
    """
    try:
        return TRANSITIONS[state, action]
    except KeyError:
        raise DomainError("household.transition", state=state.label, action=action.label) from None


def actions_from(state: HouseholdState) -> tuple[Action, ...]:
    """What the procedure allows now, in the order of `Action`; whether a person may is the table of permissions.

    Rule: survey procedure, TRANSITIONS.
    """
    return tuple(action for action in Action if (state, action) in TRANSITIONS)


def check_editable(state: HouseholdState) -> None:
    """Refuse to change a sheet that has been handed in.

    Rule: survey procedure: draft and returned sheets are the surveyor's; after that only a return or a correction.
    Raises DomainError("sheet.locked").
    """
    if state not in EDITABLE:
        raise DomainError("sheet.locked", state=state.label)


def check_separation(editors: Collection[Hashable], reviewer: Hashable) -> None:
    """Refuse a review by somebody who filled in the sheet.

    Rule: separation of duties: who enters may not check or approve (enterer ≠ approver ≠ certifier).
    Raises DomainError("household.own_work").
    """
    if reviewer in editors:
        raise DomainError("household.own_work")


def check_reason(action: Action, reason: str) -> None:
    """Refuse a return, correction or reopening without its reason.

    Rule: survey procedure: a return tells the surveyor what to mend, a correction is kept with its reason.
    Raises DomainError: household.return_reason, sheet.correction_reason.
    """
    if action in NEEDS_REASON and not reason.strip():
        returns = action in (Action.GROUP_RETURN, Action.OFFICE_RETURN)
        raise DomainError("household.return_reason" if returns else "sheet.correction_reason", "reason")
