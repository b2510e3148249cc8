"""People of a household: the names by which they are known, and showing one number of one person in clear.

A number is never shown without an entry in the log.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.errors import DomainError, NotFound
from survey.domain.mask import ORGANISATION
from survey.models import Briefing, Consent, Delivery, Household, PersonRow, Request, Signature, User, db
from survey.services import audit
from survey.services.scope import role_in

NumberField = Literal["id_no", "phone"]
NUMBERS: tuple[NumberField, ...] = ("id_no", "phone")
WITHOUT_REASON = frozenset({Role.SURVEYOR, Role.OFFICE})
"""Roles for whom the log is enough: surveyors see only what is given to them, the office answers for the records."""
LONG_NUMBER = re.compile(r"[0-9０-９Xx*]{5,}")
NAMES: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (Household.id, (Household.owner_names,)),
    (PersonRow.household_id, (PersonRow.full_name, PersonRow.guardian_name, PersonRow.agent_for)),
    (Consent.household_id, (Consent.person_name, Consent.agent_name)),
    (Briefing.household_id, (Briefing.recipient,)),
    (Request.household_id, (Request.person_name,)),
    (Delivery.household_id, (Delivery.recipient, Delivery.witness)),
    (Signature.household_id, (Signature.signer_name, Signature.witness)),
)
"""Where names of people stand in a household's records."""
NO_NAME = frozenset({"本人", "户主", "家属", "同上"})
_BETWEEN = re.compile(r"[、，,；;/]|[（(][^）)]*[）)]?")
"""What stands between two names, and how somebody is related (李娟（儿媳））."""


def must_give_reason(role: Role | None) -> bool:
    """Whether the role writes why before a number is shown."""
    return role not in WITHOUT_REASON


def known_names(household_ids: Collection[UUID]) -> Iterator[tuple[UUID, str]]:
    """(household, name) for every name of a person in the records of these households; read when it is asked for.

    A witness is written with the organisation ("李娟 颐园社区居委会"): the name stands for itself, the organisation for none.
    A number behind a name is none either.
    """
    for household_id, columns in NAMES:
        query = select(household_id, *columns).where(household_id.in_(household_ids))
        for key, *texts in db.session.execute(query):
            for name in {name for text in texts if text for name in _names_in(text)}:
                yield key, name


def _names_in(text: str) -> Iterator[str]:
    for part in (each.strip() for each in _BETWEEN.split(text)):
        pieces = [part] if part.isascii() else [piece for piece in part.split() if not piece.isascii()]
        yield from (name for name in pieces if name and name not in NO_NAME and not ORGANISATION.match(name))


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
