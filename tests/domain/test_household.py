"""A dossier moves only along the procedure, and nobody reviews their own work."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.errors import DomainError
from survey.domain.household import (
    EDITABLE,
    NEEDS_REASON,
    SURVEYED,
    TRANSITIONS,
    Action,
    HouseholdState,
    actions_from,
    check_editable,
    check_reason,
    check_separation,
    next_state,
)

S, A = HouseholdState, Action


def walk(*actions: Action, state: HouseholdState = S.UNVISITED) -> HouseholdState:
    for action in actions:
        state = next_state(state, action)
    return state


@pytest.mark.parametrize(
    ("actions", "state"),
    [
        pytest.param(
            [A.START, A.SAVE, A.SUBMIT, A.GROUP_PASS, A.APPROVE, A.CONFIRM, A.FINALISE], S.FINAL, id="straight"
        ),
        pytest.param([A.SAVE, A.SUBMIT, A.GROUP_RETURN, A.SAVE], S.GROUP_RETURNED, id="saving leaves it returned"),
        pytest.param([A.SUBMIT, A.GROUP_RETURN, A.SUBMIT], S.SUBMITTED, id="submitted again"),
        pytest.param([A.SUBMIT, A.GROUP_PASS, A.OFFICE_RETURN, A.SAVE, A.SUBMIT], S.SUBMITTED, id="office returns"),
        pytest.param(
            [A.SUBMIT, A.GROUP_PASS, A.APPROVE, A.CORRECT], S.GROUP_PASSED, id="a correction waits for the office"
        ),
        pytest.param(
            [A.SUBMIT, A.GROUP_PASS, A.APPROVE, A.CONFIRM, A.CORRECT],
            S.GROUP_PASSED,
            id="to be approved and signed again",
        ),
        pytest.param([A.SUBMIT, A.GROUP_PASS, A.APPROVE, A.CONFIRM, A.REOPEN], S.OFFICE_RETURNED, id="reopened"),
    ],
)
def test_a_dossier_follows_the_procedure(actions: list[Action], state: HouseholdState) -> None:
    assert walk(*actions) is state


@pytest.mark.parametrize(
    ("state", "action"), [pair for pair in itertools.product(S, A) if pair not in TRANSITIONS], ids=str
)
def test_every_other_step_is_refused_by_its_names(state: HouseholdState, action: Action) -> None:
    with pytest.raises(DomainError, match=r"household\.transition") as refused:
        next_state(state, action)
    assert refused.value.params == {"state": state.label, "action": action.label}


def test_every_state_can_be_reached_and_every_action_happens_somewhere() -> None:
    reached = {S.UNVISITED}
    while more := {after for (before, _), after in TRANSITIONS.items() if before in reached} - reached:
        reached |= more
    assert reached == set(S)
    assert {action for _, action in TRANSITIONS} == set(A)


def test_the_sheet_can_be_changed_exactly_where_saving_is_a_step() -> None:
    for state in S:
        assert (state in EDITABLE) == (A.SAVE in actions_from(state))
        if state in EDITABLE:
            check_editable(state)
        else:
            with pytest.raises(DomainError, match=r"sheet\.locked") as refused:
                check_editable(state)
            assert refused.value.params == {"state": state.label}
    assert not EDITABLE & SURVEYED


def test_actions_come_in_the_order_of_the_work() -> None:
    assert actions_from(S.SUBMITTED) == (A.GROUP_RETURN, A.GROUP_PASS)
    assert actions_from(S.FINAL) == (A.CORRECT, A.REOPEN)


def test_who_filled_in_the_sheet_may_not_review_it() -> None:
    check_separation({1, 2}, 3)
    check_separation((), 3)
    with pytest.raises(DomainError, match=r"household\.own_work"):
        check_separation([1, 2], 2)


@pytest.mark.parametrize("action", list(A))
def test_returns_and_corrections_need_a_reason(action: Action) -> None:
    check_reason(action, "面积需复核")
    if action not in NEEDS_REASON:
        check_reason(action, "")
        return
    code = "household.return_reason" if "return" in action else "sheet.correction_reason"
    with pytest.raises(DomainError, match=code):
        check_reason(action, "  ")


@given(st.lists(st.sampled_from(list(A)), max_size=30))
def test_nothing_becomes_final_without_both_reviews_and_a_signature(actions: list[Action]) -> None:
    state, seen = S.UNVISITED, set[Action]()
    for action in actions:
        try:
            state = next_state(state, action)
        except DomainError:
            continue
        seen.add(action)
    if state is S.FINAL:
        assert {A.SUBMIT, A.GROUP_PASS, A.APPROVE, A.CONFIRM, A.FINALISE} <= seen
