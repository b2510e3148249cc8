"""The dossier's way through its states: submit, review, correct, confirm, finalise; and new households at a door."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from survey.domain.check import Finding, blocking, check_sheet
from survey.domain.errors import DomainError
from survey.domain.household import NEEDS_REASON, REVIEWS, Action, check_separation, next_state
from survey.models import Household, Review, SheetRow, User, db
from survey.services import audit
from survey.services.facts import gather_facts
from survey.services.sheet import current_sheet, is_signed, lock_household, step_to

AUDIT_ACTIONS = {
    Action.SUBMIT: "sheet.submit",
    Action.GROUP_RETURN: "household.group_review",
    Action.GROUP_PASS: "household.group_review",
    Action.OFFICE_RETURN: "household.office_review",
    Action.APPROVE: "household.office_review",
    Action.REOPEN: "household.office_review",
    Action.CONFIRM: "household.confirm",
    Action.FINALISE: "household.finalise",
}


class ChecksFailed(DomainError):
    """The sheet may not be submitted. `findings` are the hard errors and the warnings without a reason."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("sheet.checks_failed", count=len(findings))
        self.findings = findings


def check_household(household: Household) -> tuple[Finding, ...]:
    """All findings on the current sheet: hard errors, warnings (with or without a reason), flags."""
    sheet = current_sheet(household)
    return check_sheet(sheet, gather_facts(household, sheet))


def blocking_findings(household: Household) -> tuple[Finding, ...]:
    """What keeps the sheet from being submitted: hard errors, and warnings to which no reason was written."""
    sheet = current_sheet(household)
    return blocking(sheet, check_sheet(sheet, gather_facts(household, sheet)))


def take_step(*, actor: User, household: Household, action: Action, reason: str = "") -> Household:
    """Move a household by one step of its way: submit, a review, confirm, finalise.

    A save or a correction is `services.sheet.save_sheet`. Raises ChecksFailed for a submission; DomainError:
    household.transition, household.own_work, household.return_reason, household.not_signed.
    """
    household = lock_household(household)
    before = household.state
    after = next_state(before, action)
    if action in NEEDS_REASON and not reason.strip():
        raise DomainError("household.return_reason", "reason")
    if action is Action.SUBMIT:
        findings = blocking_findings(household)
        if findings:
            raise ChecksFailed(findings)
    if action in REVIEWS:
        check_separation(list_editors(household), actor.id)
    if action is Action.CONFIRM and not is_signed(household):
        raise DomainError("household.not_signed")
    step_to(household, after)
    db.session.add(
        Review(
            project_id=household.project_id,
            household_id=household.id,
            action=action.value,
            from_state=before.value,
            to_state=after.value,
            sheet_version=household.sheet_version,
            reason=reason.strip(),
            by_id=actor.id,
        )
    )
    audit.record(
        actor, AUDIT_ACTIONS[action], household, {"from": before.value, "to": after.value, "action": action.value}
    )
    return household


def list_editors(household: Household) -> set[UUID]:
    """Who entered the record since the office last approved it."""
    approved = db.session.scalar(
        select(Review.sheet_version)
        .where(Review.household_id == household.id, Review.action == Action.APPROVE.value)
        .order_by(Review.at.desc())
        .limit(1)
    )
    query = select(SheetRow.saved_by_id).where(
        SheetRow.household_id == household.id,
        SheetRow.version > (approved or 0),
        SheetRow.source != "roster",
        SheetRow.saved_by_id.is_not(None),
    )
    return {user_id for user_id in db.session.scalars(query) if user_id is not None}


def list_reviews(household: Household) -> list[Review]:
    """The steps so far, oldest first."""
    return list(db.session.scalars(select(Review).where(Review.household_id == household.id).order_by(Review.at)))
