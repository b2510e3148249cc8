"""People of a household: showing one number of one person in clear, which is never done without an entry in the log."""

from __future__ import annotations

import re
from typing import Literal, cast
from uuid import UUID

from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.errors import DomainError, NotFound
from survey.models import Household, PersonRow, User, db
from survey.services import audit
from survey.services.scope import role_in

NumberField = Literal["id_no", "phone"]
NUMBERS: tuple[NumberField, ...] = ("id_no", "phone")
WITHOUT_REASON = frozenset({Role.SURVEYOR, Role.OFFICE})
"""Roles for whom the log is enough: surveyors see only what is given to them, the office answers for the records."""
LONG_NUMBER = re.compile(r"[0-9０-９Xx*]{5,}")


def must_give_reason(role: Role | None) -> bool:
    """Whether the role writes why before a number is shown."""
    return role not in WITHOUT_REASON


def get_person(household: Household, person_id: UUID) -> PersonRow:
    """A person of the household. Raises NotFound."""
    person = db.session.get(PersonRow, person_id)
    if person is None or person.household_id != household.id:
        raise NotFound
    return person


def reveal_number(*, actor: User, household: Household, uid: str, field: str, reason: str) -> str:
    """The ID or phone number of a person as it stands now, in clear. The log notes who, which field, whose, and why.

    Rule: PIPL art 51 and the offices' table of roles: leaders and coordinators give a reason for each record.
    Raises NotFound for a person or field that does not exist, DomainError person.reveal_reason.
    """
    if field not in NUMBERS:
        raise NotFound
    reason = reason.strip()
    if not reason and must_give_reason(role_in(actor, household.project_id)):
        raise DomainError("person.reveal_reason", "reason")
    person = db.session.scalar(select(PersonRow).where(PersonRow.household_id == household.id, PersonRow.uid == uid))
    if person is None:
        raise NotFound
    kept = LONG_NUMBER.sub("＊", reason)[:200]  # somebody may write the number itself into the reason
    audit.record(actor, "person.reveal", person, {"uid": uid, "field": field, "reason": kept})
    return cast(str, getattr(person, field) or "")
