"""Care (重点关注): the people whose situation asks for it, and the plan for each of them.

Situations are health and welfare facts (PIPL art 28): whoever reads them here holds person.tags, the page and the ledger
ask for it, and a plan never repeats them in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select

from survey.domain.care import next_call
from survey.domain.errors import DomainError
from survey.models import Care, Household, PersonRow, User, db, utc_now
from survey.services import audit
from survey.services.person import get_person
from survey.services.sheet import lock_household

CHINA = ZoneInfo("Asia/Shanghai")
CHUNK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CareGiven:
    """A plan as it was made. At least a frequency or a day says when somebody calls next."""

    measure: str
    responsible_id: UUID | None = None
    every_days: int | None = None
    next_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cared:
    """A person with a situation, the household, the plan where there is one, and the days of the last and next call."""

    person: PersonRow
    household: Household
    care: Care | None
    last_on: date | None
    next_on: date | None


def plan_care(*, actor: User, household: Household, person_id: UUID, given: CareGiven) -> Care:
    """Make or change the plan for a person. Raises NotFound, DomainError: care.no_situation, care.no_day."""
    household = lock_household(household)
    person = get_person(household, person_id)
    if not person.special_tags:
        raise DomainError("care.no_situation")
    if given.every_days is None and given.next_on is None:
        raise DomainError("care.no_day", "every_days")
    row = db.session.scalar(select(Care).where(Care.person_id == person.id))
    if row is None:
        row = Care(project_id=household.project_id, household_id=household.id, person_id=person.id)
    row.measure = given.measure
    row.responsible_id = given.responsible_id
    row.every_days = given.every_days
    row.next_on = given.next_on
    row.note = given.note
    row.planned_by_id = actor.id
    row.planned_at = utc_now()
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "care.plan", row, {"uid": person.uid})
    return row


def find_care(person: PersonRow) -> Care | None:
    return db.session.scalar(select(Care).where(Care.person_id == person.id))


def cared_for(scope: ColumnElement[bool]) -> Iterator[Cared]:
    """The people with a situation in the households of the scope, in stairwell order, read in chunks."""
    query = (
        select(PersonRow, Household)
        .join(Household, Household.id == PersonRow.household_id)
        .where(scope, Household.special_count > 0)
        .order_by(Household.door_sort, Household.id, PersonRow.position)
    )
    rows = ((person, home) for person, home in db.session.execute(query).yield_per(CHUNK) if person.special_tags)
    while chunk := list(islice(rows, CHUNK)):
        plans = _plans(person.id for person, _home in chunk)
        for person, home in chunk:
            care = plans.get(person.id)
            last_on = home.last_visit_at.astimezone(CHINA).date() if home.last_visit_at else None
            due = next_call(care.next_on, care.every_days, last_on) if care else None
            yield Cared(person, home, care, last_on, due)


def _plans(ids: Iterable[UUID]) -> dict[UUID, Care]:
    return {care.person_id: care for care in db.session.scalars(select(Care).where(Care.person_id.in_(list(ids))))}


def count_due(rows: Sequence[Cared], today: date) -> dict[str, int]:
    """How many people have no plan, and how many calls are overdue."""
    return {
        "all": len(rows),
        "unplanned": sum(row.care is None for row in rows),
        "overdue": sum(row.next_on is not None and row.next_on < today for row in rows),
    }
