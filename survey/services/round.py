"""Rounds (征询轮次): opened and closed by the office; how many households say what, and with which area.

An open round is counted as things stand. When it is closed, every household's standing is written down, so that later
changes of a sheet do not change what was counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, func, insert, select

from survey.domain.access import Role
from survey.domain.codes import RoundKind
from survey.domain.consent import check_threshold, in_force, reaches, voting_area_m2
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError, NotFound
from survey.models import Building, Consent, Household, Project, Round, Standing, User, db, utc_now
from survey.services import audit
from survey.services.policy import get_policy, published_version
from survey.services.scope import household_scope, role_in
from survey.services.standing import list_records, list_voices, record_of

CHUNK = 500


def open_round(
    *, actor: User, project: Project, kind: RoundKind, title: str, question: str = "", policy_id: UUID | None = None,
    threshold_num: int | None = None, threshold_den: int | None = None, now: datetime | None = None,
) -> Round:  # fmt: skip
    """Begin a round. Raises DomainError: round.threshold_form, round.policy_unpublished."""
    check_threshold(threshold_num, threshold_den)
    if policy_id is not None and published_version(get_policy(project.id, policy_id)) is None:
        raise DomainError("round.policy_unpublished", "policy")
    round_ = Round(
        project_id=project.id,
        kind=kind,
        title=title.strip(),
        question=question.strip(),
        policy_id=policy_id,
        threshold_num=threshold_num,
        threshold_den=threshold_den,
        opened_at=now or utc_now(),
        opened_by_id=actor.id,
    )
    db.session.add(round_)
    db.session.flush()
    audit.record(actor, "round.open", round_, {"kind": kind.value})
    return round_


def close_round(*, actor: User, round_: Round, now: datetime | None = None) -> Round:
    """End a round and write down how every household stands. Raises DomainError round.closed.

    Every household of the project is held first: a sheet or a consent that is being written is waited for, and those
    that come later find the round closed.
    """
    held = select(Household.id).where(Household.project_id == round_.project_id, Household.removed_at.is_(None))
    db.session.scalars(held.order_by(Household.id).with_for_update(read=True, key_share=True)).all()
    fresh = db.session.get_one(Round, round_.id, with_for_update=True, populate_existing=True)
    if fresh.closed_at is not None:
        raise DomainError("round.closed")
    fresh.closed_at = now or utc_now()
    fresh.closed_by_id = actor.id
    spoken = select(Standing.household_id).where(Standing.round_id == fresh.id)
    silent = select(Household.id, Household.area_cert_m2, Household.area_meas_m2).where(
        Household.project_id == fresh.project_id, Household.removed_at.is_(None), Household.id.not_in(spoken)
    )
    rows: list[dict[str, Any]] = [
        {"round_id": fresh.id, "household_id": household_id, "choice": HouseholdChoice.NONE.value,
         "area_m2": voting_area_m2(certified, measured), "detail": {}}
        for household_id, certified, measured in db.session.execute(silent)
    ]  # fmt: skip
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(Standing), rows[start : start + CHUNK])
    audit.record(actor, "round.close", fresh, {"silent": len(rows)})
    return fresh


# --- reading ------------------------------------------------------------------------------------------------------


def list_rounds(project_id: UUID) -> list[Round]:
    """All rounds: the open ones first, then the latest."""
    query = select(Round).where(Round.project_id == project_id)
    return list(
        db.session.scalars(query.order_by(Round.closed_at.is_not(None), Round.opened_at.desc(), Round.id.desc()))
    )


def list_open_rounds(project_id: UUID) -> list[Round]:
    return [round_ for round_ in list_rounds(project_id) if round_.closed_at is None]


def get_round(project_id: UUID, round_id: UUID) -> Round:
    """A round of the project. Raises NotFound."""
    round_ = db.session.get(Round, round_id)
    if round_ is None or round_.project_id != project_id:
        raise NotFound
    return round_


def threshold_of(round_: Round) -> Fraction | None:
    if round_.threshold_num is None or round_.threshold_den is None:
        return None
    return Fraction(round_.threshold_num, round_.threshold_den)


def round_scope(user: User, round_: Round) -> ColumnElement[bool]:
    """Which households the person may count in a round. In a closed one, those removed later still count."""
    if round_.closed_at is not None and role_in(user, round_.project_id) not in (None, Role.SURVEYOR, Role.LEADER):
        return Household.project_id == round_.project_id
    return household_scope(user, round_.project_id)


def _area(round_: Round) -> SQLColumnExpression[Decimal]:
    if round_.closed_at is not None:
        return Standing.area_m2
    return case((Household.area_cert_m2 > 0, Household.area_cert_m2), else_=Household.area_meas_m2)


def choice_column() -> ColumnElement[str]:
    """What a household of `standing_query` says; without a record, nothing."""
    return func.coalesce(Standing.choice, HouseholdChoice.NONE.value)


def standing_query(round_: Round, scope: ColumnElement[bool]) -> Select[Household, str, Decimal]:
    """(household, choice, area) of every household in scope; a closed round has those that were there at its end."""
    return (
        select(Household, choice_column().label("choice"), _area(round_).label("area_m2"))
        .outerjoin(Standing, (Standing.household_id == Household.id) & (Standing.round_id == round_.id))
        .where(scope, *([Standing.round_id.is_not(None)] if round_.closed_at is not None else []))
        .order_by(Household.door_sort, Household.id)
    )


@dataclass(frozen=True, slots=True)
class Count:
    """Households and their area."""

    households: int = 0
    area_m2: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Overview:
    """A round counted by what the households say. `threshold` is the share that the round asks for."""

    whole: Count
    by_choice: dict[HouseholdChoice, Count]
    threshold: Fraction | None

    @property
    def agree(self) -> Count:
        return self.by_choice[HouseholdChoice.AGREE]

    @property
    def answered(self) -> int:
        silent = self.by_choice[HouseholdChoice.NONE].households + self.by_choice[HouseholdChoice.INCOMPLETE].households
        return self.whole.households - silent

    @property
    def reached_by_households(self) -> bool | None:
        if self.threshold is None:
            return None
        return reaches(self.agree.households, self.whole.households, self.threshold)

    @property
    def reached_by_area(self) -> bool | None:
        if self.threshold is None:
            return None
        return reaches(self.agree.area_m2, self.whole.area_m2, self.threshold)


def overview(round_: Round, scope: ColumnElement[bool]) -> Overview:
    """The round as it stands among the households in scope."""
    listed = standing_query(round_, scope).subquery()
    rows = db.session.execute(
        select(listed.c.choice, func.count(), func.sum(listed.c.area_m2)).group_by(listed.c.choice)
    ).all()
    found = {HouseholdChoice(choice): Count(number, area or Decimal(0)) for choice, number, area in rows}
    by_choice = {choice: found.get(choice, Count()) for choice in HouseholdChoice}
    whole = Count(
        sum(count.households for count in by_choice.values()),
        sum((count.area_m2 for count in by_choice.values()), Decimal(0)),
    )
    return Overview(whole, by_choice, threshold_of(round_))


def overview_by_building(
    round_: Round, scope: ColumnElement[bool]
) -> list[tuple[Building, dict[HouseholdChoice, int]]]:
    """Households by choice in each building, in the order of the buildings."""
    listed = standing_query(round_, scope).subquery()
    counts: dict[UUID, dict[HouseholdChoice, int]] = {}
    for building_id, choice, number in db.session.execute(
        select(listed.c.building_id, listed.c.choice, func.count()).group_by(listed.c.building_id, listed.c.choice)
    ):
        counts.setdefault(building_id, dict.fromkeys(HouseholdChoice, 0))[HouseholdChoice(choice)] = number
    query = select(Building).where(Building.id.in_(list(counts))).order_by(Building.sort)
    return [(building, counts[building.id]) for building in db.session.scalars(query)]


def count_records(round_: Round) -> int:
    """How many records (words and withdrawals) a round has."""
    return db.session.scalar(select(func.count()).where(Consent.round_id == round_.id)) or 0


def silent_names(round_: Round, households: Sequence[Household]) -> dict[UUID, list[str]]:
    """household id -> names of the persons who are asked and have no word that stands."""
    found: dict[UUID, list[str]] = {}
    for household in households:
        standing = in_force([record_of(row) for row in list_records(household.id, round_.id)])
        found[household.id] = [voice.name or "" for voice in list_voices(household) if voice.person_id not in standing]
    return found
