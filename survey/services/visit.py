"""Visits: recorded once, never changed; a household's row keeps what they say together."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from survey.domain.access import Permission, Role, is_granted
from survey.domain.errors import DomainError, NotFound
from survey.domain.visit import VisitMade, check_visit, state_after, summarise
from survey.models import Household, Project, User, Visit, db, new_id, utc_now
from survey.services import audit
from survey.services.account import list_permitted
from survey.services.project import settings_of
from survey.services.sheet import lock_household, step_to

VISITING = frozenset(role for role in Role if is_granted(role, Permission.VISIT_RECORD))


def record_visit(
    *, actor: User, household: Household, made: VisitMade, key: UUID | None = None, now: datetime | None = None
) -> Visit:
    """Append a visit to the household's record. Raises DomainError as `check_visit`, and visit.surveyor_unknown.

    key  the id that the page made for the visit: what was sent twice is recorded once
    """
    household = lock_household(household)
    if key is not None and (known := db.session.get(Visit, key)) is not None:
        if known.household_id != household.id:
            raise NotFound
        return known
    project = db.session.get_one(Project, household.project_id)
    may_visit = {user.id for user in list_surveyors(project.id)}
    for field, user_id in (("surveyor_1", made.surveyor_1_id), ("surveyor_2", made.surveyor_2_id)):
        if user_id not in may_visit:
            raise DomainError("visit.surveyor_unknown", field)
    check_visit(made, settings_of(project), now or utc_now())
    number = db.session.scalar(select(func.max(Visit.visit_no)).where(Visit.household_id == household.id)) or 0
    visit = Visit(
        id=key or new_id(),
        project_id=household.project_id,
        household_id=household.id,
        visit_no=number + 1,
        started_at=made.started_at,
        ended_at=made.ended_at,
        surveyor_1_id=made.surveyor_1_id,
        surveyor_2_id=made.surveyor_2_id,
        result=made.result,
        next_visit_at=made.next_visit_at,
        note=made.note.strip(),
        hours_reason=made.hours_reason.strip(),
        recorded_by_id=actor.id,
    )
    db.session.add(visit)
    db.session.flush()
    keep_summary(household)
    before = household.state
    step_to(household, state_after(before, made.result))
    audit.record(
        actor,
        "visit.record",
        visit,
        {"visit_no": visit.visit_no, "result": visit.result.value, "from": before.value, "to": household.state.value},
    )
    return visit


def keep_summary(household: Household) -> None:
    """Write to the household's row what its visits say together."""
    summary = summarise(made_of(visit) for visit in list_visits(household))
    household.visit_count = summary.count
    household.last_visit_at = summary.last_at
    household.last_visit_result = summary.last_result
    household.next_visit_at = summary.next_visit_at
    household.met_at = summary.met_at
    household.refused_at = summary.refused_at


def made_of(visit: Visit) -> VisitMade:
    """A kept visit as the rules see it."""
    return VisitMade(
        visit.surveyor_1_id, visit.surveyor_2_id, visit.started_at, visit.ended_at, visit.result, visit.next_visit_at,
        visit.note, visit.hours_reason,
    )  # fmt: skip


def list_visits(household: Household) -> list[Visit]:
    """The visits of a household, the latest first."""
    query = select(Visit).where(Visit.household_id == household.id).order_by(Visit.started_at.desc(), Visit.id.desc())
    return list(db.session.scalars(query))


def list_surveyors(project_id: UUID) -> list[User]:
    """Who may be named in a visit: the standing members of the project whose role visits households, by name."""
    return list_permitted(project_id, Permission.VISIT_RECORD)


def find_last_partner(user: User, project_id: UUID) -> UUID | None:
    """With whom the person went last in this project, or None."""
    row = db.session.execute(
        select(Visit.surveyor_1_id, Visit.surveyor_2_id)
        .where(Visit.project_id == project_id, or_(Visit.surveyor_1_id == user.id, Visit.surveyor_2_id == user.id))
        .order_by(Visit.recorded_at.desc(), Visit.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    first, second = row
    return second if first == user.id else first
