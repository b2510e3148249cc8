"""A household's standing in a round (户意愿): kept beside the records that it follows from, in the same transaction.

Written whenever a consent is recorded or withdrawn and whenever a sheet changes the owners, their shares or the areas.
The standings of a closed round are frozen: what was counted stays as it was. Imports no other service, so that
`services.sheet` can call it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.domain.consent import Record, Voice, standing_choice, voices, voting_area_m2
from survey.domain.coownership import HouseholdChoice
from survey.models import Consent, Household, PersonRow, Round, Standing, db


@dataclass(frozen=True, slots=True)
class Stand:
    """What a household says in a round, and the area with which it counts."""

    choice: HouseholdChoice
    area_m2: Decimal
    detail: dict[str, Any]


def voice_of(person: PersonRow) -> Voice:
    """A person's row as the rules of consent see it."""
    has_share = person.share_num is not None and bool(person.share_den)
    return Voice(
        person_id=person.id,
        name=person.full_name,
        roles=frozenset(person.roles),
        share=Fraction(person.share_num or 0, person.share_den or 1) if has_share else None,
        birth_date=person.birth_date,
        deceased=bool(person.deceased),
    )


def list_voices(household: Household) -> list[Voice]:
    """The persons of a household who are asked, in the order of the sheet."""
    query = select(PersonRow).where(PersonRow.household_id == household.id).order_by(PersonRow.position)
    return voices(household.tenure_type, [voice_of(person) for person in db.session.scalars(query)])


def list_records(household_id: UUID, round_id: UUID | None = None) -> list[Consent]:
    """The consents and withdrawals of a household (in one round), oldest first."""
    query = select(Consent).where(Consent.household_id == household_id).order_by(Consent.recorded_at, Consent.id)
    if round_id is not None:
        query = query.where(Consent.round_id == round_id)
    return list(db.session.scalars(query))


def record_of(row: Consent) -> Record:
    return Record(row.id, row.person_id, row.choice, row.withdraws_id)


def stand_of(household: Household, asked: Sequence[Voice], records: Iterable[Consent]) -> Stand:
    """What follows from the records of one round, computed anew."""
    rows = [record_of(row) for row in records]
    choice = standing_choice(household.tenure_type, household.coown_type, asked, rows)
    return Stand(choice, voting_area_m2(household.area_cert_m2, household.area_meas_m2), {"asked": len(asked)})


def recompute_standings_of(household_ids: Sequence[UUID]) -> None:
    """The same for many households whose sheets were written in bulk; those in which nobody has spoken cost nothing."""
    spoken = select(Consent.household_id).where(Consent.household_id.in_(list(household_ids)))
    for household in db.session.scalars(select(Household).where(Household.id.in_(spoken))):
        recompute_standings(household)


def recompute_standings(household: Household) -> None:
    """Bring the household's standings in the open rounds up to date. Call it after the sheet's projection is written.

    A round in which nobody of the household has spoken keeps no standing: that is 未表态.
    """
    db.session.flush()
    query = (
        select(Consent)
        .join(Round, Round.id == Consent.round_id)
        .where(Consent.household_id == household.id, Round.closed_at.is_(None))
        .order_by(Consent.recorded_at, Consent.id)
    )
    by_round: dict[UUID, list[Consent]] = {}
    for row in db.session.scalars(query):
        by_round.setdefault(row.round_id, []).append(row)
    if not by_round:
        return
    asked = list_voices(household)
    for round_id, records in by_round.items():
        stand = stand_of(household, asked, records)
        standing = db.session.get(Standing, (round_id, household.id))
        if standing is None:
            standing = Standing(round_id=round_id, household_id=household.id)
            db.session.add(standing)
        standing.choice = stand.choice.value
        standing.area_m2 = stand.area_m2
        standing.detail = stand.detail
    db.session.flush()
