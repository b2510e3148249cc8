"""Who may do what (角色与权限): one table, read by decorators, pages, forms and exports. What is not granted is denied.

A permission is "noun.verb"; the same pair of words names the endpoint and the audit action. What a role sees is bounded
besides by its scope (`survey.services.scope`): surveyors their buildings, leaders their team's, the others the project.
"""

from __future__ import annotations

from enum import StrEnum

from survey.domain.codes import Code
from survey.domain.message import N_


class Role(Code):
    """A person's role in a project. 系统管理 is a quality of the account, not a role: it sees no household."""

    SURVEYOR = "surveyor", N_("调查员")
    LEADER = "leader", N_("组长")
    OFFICE = "office", N_("项目办")
    COORDINATOR = "coordinator", N_("协调员")
    AUDITOR = "auditor", N_("审计")


class Permission(StrEnum):
    """Alphabetical. Named noun.verb."""

    AMENDMENT_COMMIT = "amendment.commit"
    ASSIGNMENT_EDIT = "assignment.edit"
    AUDIT_LIST = "audit.list"
    BOARD_SHOW = "board.show"
    BRIEFING_RECORD = "briefing.record"
    BUILDING_EDIT = "building.edit"
    BUILDING_SHOW = "building.show"
    CARE_PLAN = "care.plan"
    CONSENT_RECORD = "consent.record"
    DELIVERY_RECORD = "delivery.record"
    DEVICE_EDIT = "device.edit"
    DOCUMENT_ADD = "document.add"
    DOCUMENT_REMOVE = "document.remove"
    DOCUMENT_SHOW = "document.show"
    HOUSEHOLD_CONFIRM = "household.confirm"
    HOUSEHOLD_CREATE = "household.create"
    HOUSEHOLD_FINALISE = "household.finalise"
    HOUSEHOLD_GROUP_REVIEW = "household.group_review"
    HOUSEHOLD_LIST = "household.list"
    HOUSEHOLD_OFFICE_REVIEW = "household.office_review"
    HOUSEHOLD_SHOW = "household.show"
    INBOX_SETTLE = "inbox.settle"
    JOB_SHOW = "job.show"
    LEDGER_EXPORT = "ledger.export"
    LEDGER_EXPORT_CLEAR = "ledger.export_clear"
    MEMBER_EDIT = "member.edit"
    NOTICE_PRINT = "notice.print"
    NOTICE_PUBLISH = "notice.publish"
    PERSON_REVEAL = "person.reveal"
    PERSON_TAGS = "person.tags"
    POLICY_EDIT = "policy.edit"
    POLICY_SHOW = "policy.show"
    POSTING_APPROVE = "posting.approve"
    POSTING_DRAFT = "posting.draft"
    POSTING_SHOW = "posting.show"
    PRICE_SHOW = "price.show"
    PROJECT_EDIT = "project.edit"
    PROJECT_SHOW = "project.show"
    QUALITY_ACCEPT = "quality.accept"
    QUALITY_SHOW = "quality.show"
    RECHECK_DRAW = "recheck.draw"
    RECHECK_RECORD = "recheck.record"
    RECHECK_SHOW = "recheck.show"
    REPORT_MAKE = "report.make"
    REPORT_SHOW = "report.show"
    REQUEST_ANSWER = "request.answer"
    REQUEST_RECORD = "request.record"
    ROSTER_IMPORT = "roster.import"
    ROUND_OPEN = "round.open"
    ROUND_SHOW = "round.show"
    SEARCH_SHOW = "search.show"
    SHEET_CORRECT = "sheet.correct"
    SHEET_EDIT = "sheet.edit"
    SHEET_SUBMIT = "sheet.submit"
    SHEET_VERSIONS = "sheet.versions"
    SIGNAL_NOTE = "signal.note"
    SIGNAL_SHOW = "signal.show"
    SIGNATURE_RECORD = "signature.record"
    TEMPLATE_ADD = "template.add"
    TODAY_SHOW = "today.show"
    USER_EDIT = "user.edit"
    VISIT_RECORD = "visit.record"
    WORDING_EDIT = "wording.edit"


P = Permission

_READ = frozenset(
    {P.PROJECT_SHOW, P.BUILDING_SHOW, P.HOUSEHOLD_LIST, P.HOUSEHOLD_SHOW, P.SEARCH_SHOW, P.POLICY_SHOW, P.ROUND_SHOW,
     P.BOARD_SHOW, P.POSTING_SHOW, P.QUALITY_SHOW, P.SHEET_VERSIONS, P.DOCUMENT_SHOW}
)  # fmt: skip
_FIELD_WORK = frozenset(
    {P.TODAY_SHOW, P.SHEET_EDIT, P.SHEET_SUBMIT, P.VISIT_RECORD, P.BRIEFING_RECORD, P.CONSENT_RECORD, P.REQUEST_RECORD,
     P.DOCUMENT_ADD, P.DELIVERY_RECORD, P.SIGNATURE_RECORD, P.PERSON_REVEAL, P.PERSON_TAGS, P.NOTICE_PRINT, P.JOB_SHOW,
     P.HOUSEHOLD_CREATE, P.HOUSEHOLD_CONFIRM}
)  # fmt: skip

_CONTROL = frozenset({P.QUALITY_ACCEPT, P.RECHECK_DRAW, P.RECHECK_RECORD, P.RECHECK_SHOW, P.SIGNAL_NOTE, P.SIGNAL_SHOW})
"""Looking after how others work. Coordinators and auditors read how many signals there are and how re-checks came out;
the cases of a signal are open to leaders and the office alone, who can ask what was behind them before anybody judges.
"""

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.SURVEYOR: _READ | _FIELD_WORK,
    Role.LEADER: _READ
    | _FIELD_WORK
    | _CONTROL
    | {P.AMENDMENT_COMMIT, P.ASSIGNMENT_EDIT, P.CARE_PLAN, P.DOCUMENT_REMOVE, P.HOUSEHOLD_GROUP_REVIEW, P.INBOX_SETTLE,
       P.LEDGER_EXPORT, P.REQUEST_ANSWER},
    Role.OFFICE: _READ
    | _FIELD_WORK
    | _CONTROL
    | {P.AMENDMENT_COMMIT, P.ASSIGNMENT_EDIT, P.AUDIT_LIST, P.BUILDING_EDIT, P.CARE_PLAN, P.DEVICE_EDIT,
       P.DOCUMENT_REMOVE, P.HOUSEHOLD_FINALISE, P.HOUSEHOLD_OFFICE_REVIEW, P.INBOX_SETTLE, P.LEDGER_EXPORT,
       P.LEDGER_EXPORT_CLEAR, P.MEMBER_EDIT, P.NOTICE_PUBLISH, P.POLICY_EDIT, P.POSTING_DRAFT, P.PRICE_SHOW, P.PROJECT_EDIT,
       P.REPORT_MAKE, P.REPORT_SHOW, P.REQUEST_ANSWER, P.ROSTER_IMPORT, P.ROUND_OPEN, P.SHEET_CORRECT, P.TEMPLATE_ADD,
       P.WORDING_EDIT},
    Role.COORDINATOR: (_READ - {P.DOCUMENT_SHOW})
    | {P.JOB_SHOW, P.LEDGER_EXPORT, P.PERSON_REVEAL, P.POSTING_APPROVE, P.RECHECK_SHOW, P.REPORT_MAKE, P.REPORT_SHOW, P.SIGNAL_SHOW},
    Role.AUDITOR: _READ | {P.AUDIT_LIST, P.PERSON_TAGS, P.RECHECK_SHOW, P.REPORT_SHOW, P.SIGNAL_SHOW},
}  # fmt: skip
"""Role -> permissions. Source: the capability table of the field (docs/roles.md)."""

ADMIN_GRANTS = frozenset({P.USER_EDIT})
"""What a system administrator may do, in no project: accounts and roles, never a household."""


def is_granted(role: Role | None, permission: Permission, *, is_admin: bool = False) -> bool:
    """Whether a role has a permission; an account without a role in the project has none but an administrator's."""
    if is_admin and permission in ADMIN_GRANTS:
        return True
    return role is not None and permission in GRANTS[role]
