"""People of a household: showing one number of one person in clear, which is never done without an entry in the log."""

from __future__ import annotations

from typing import Literal, cast

from sqlalchemy import select

from survey.domain.errors import DomainError, NotFound
from survey.models import Household, PersonRow, User, db
from survey.services import audit

NumberField = Literal["id_no", "phone"]
NUMBERS: tuple[NumberField, ...] = ("id_no", "phone")


def reveal_number(*, actor: User, household: Household, uid: str, field: str, reason: str) -> str:
    """The ID or phone number of a person as it stands now, in clear. The log notes who, which field, whose, and why.

    Raises NotFound for a person or field that does not exist, DomainError person.reveal_reason.
    """
    if field not in NUMBERS:
        raise NotFound
    if not reason.strip():
        raise DomainError("person.reveal_reason", "reason")
    person = db.session.scalar(select(PersonRow).where(PersonRow.household_id == household.id, PersonRow.uid == uid))
    if person is None:
        raise NotFound
    audit.record(actor, "person.reveal", person, {"uid": uid, "field": field, "reason": reason.strip()})
    return cast(str, getattr(person, field) or "")
