"""The day's doors (今天) of a surveyor: where to go, why, and in which order to climb the stairs.

Each household stands in one group, the most pressing one that fits; what else is to be done there is marked on its row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from survey.domain.access import Permission, Role, is_granted
from survey.domain.check import CHINA
from survey.domain.codes import Code
from survey.domain.errors import NotFound
from survey.domain.household import RETURNED, HouseholdState
from survey.domain.message import N_
from survey.models import DraftRow, Household, Membership, Project, Review, User, db
from survey.services.register import condition, read
from survey.services.scope import assigned_to, find_membership, household_scope
from survey.services.visit import list_surveyors


class Group(Code):
    """Why to go to a door today, the most pressing reason first."""

    APPOINTMENT = "appointment", N_("约好的")
    RETURNED = "returned", N_("被退回的")
    STARTED = "started", N_("未填完的")
    REBRIEF = "rebrief", N_("需重新宣讲的")
    UNREACHED = "unreached", N_("还没见到人的")


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One household of the list.

    due_at    the appointment, where there is one until the end of today; `is_overdue` when its day has passed
    reason    why the dossier was returned
    marks     what else is to be done at this door
    """

    household: Household
    group: Group
    due_at: datetime | None = None
    is_overdue: bool = False
    reason: str = ""
    marks: tuple[Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Today:
    """The list of one surveyor. `assigned` counts all the doors given to them, `done` those handed in."""

    surveyor: User
    groups: dict[Group, list[DoorRow]] = field(default_factory=dict)
    assigned: int = 0
    done: int = 0

    @property
    def count(self) -> int:
        return sum(len(rows) for rows in self.groups.values())


def door_list(*, viewer: User, surveyor: User, project: Project, now: datetime) -> Today:
    """The day's doors of a surveyor, as far as the viewer may see them."""
    start_of_day = _end_of_day(now) - timedelta(days=1)
    mine = and_(household_scope(viewer, project.id), assigned_to(surveyor.id))
    conditions = _conditions(project, surveyor, now)
    flags = [case((condition, 1), else_=0).label(group.value) for group, condition in conditions]
    query = (
        select(Household, *flags)
        .where(mine, or_(*(condition for _group, condition in conditions)))
        .order_by(Household.door_sort, Household.id)
    )
    found = db.session.execute(query).all()
    reasons = _return_reasons([row[0].id for row in found if row[0].state in RETURNED])
    groups: dict[Group, list[DoorRow]] = {group: [] for group in Group}
    for row in found:
        household: Household = row[0]
        fits = [group for (group, _condition), flag in zip(conditions, row[1:], strict=True) if flag]
        due_at = household.next_visit_at if Group.APPOINTMENT in fits else None
        groups[fits[0]].append(
            DoorRow(
                household,
                fits[0],
                due_at=due_at,
                is_overdue=due_at is not None and due_at < start_of_day,
                reason=reasons.get(household.id, ""),
                marks=tuple(group for group in fits[1:] if group in (Group.RETURNED, Group.REBRIEF)),
            )
        )
    assigned, done = _progress(mine)
    return Today(surveyor, groups, assigned, done)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many doors a surveyor has today in each group, and how far they are."""

    surveyor: User
    groups: dict[Group, int]
    assigned: int
    done: int

    @property
    def count(self) -> int:
        return sum(self.groups.values())


def count_doors(*, viewer: User, surveyor: User, project: Project, now: datetime) -> DayCount:
    """The counts of `door_list`, without the doors."""
    mine = and_(household_scope(viewer, project.id), assigned_to(surveyor.id))
    conditions = _conditions(project, surveyor, now)
    group = case(*((condition, group.value) for group, condition in conditions), else_="")
    doors = select(group.label("why")).select_from(Household).where(mine).subquery()
    rows = db.session.execute(select(doors.c.why, func.count().label("number")).group_by(doors.c.why))
    found = {row.why: row.number for row in rows}
    assigned, done = _progress(mine)
    return DayCount(surveyor, {each: found.get(each.value, 0) for each in Group}, assigned, done)


def _end_of_day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(CHINA).date() + timedelta(days=1), time(), CHINA).astimezone(UTC)


def _conditions(project: Project, surveyor: User, now: datetime) -> list[tuple[Group, ColumnElement[bool]]]:
    """Why to go to a door, the most pressing reason first; the first that holds names the door's group."""
    drafts = select(DraftRow.household_id).where(DraftRow.user_id == surveyor.id)
    unvisited = Household.state == HouseholdState.UNVISITED
    return [
        (Group.APPOINTMENT, Household.next_visit_at < _end_of_day(now)),
        (Group.RETURNED, Household.state.in_(sorted(RETURNED))),
        (
            Group.STARTED,
            or_(Household.state == HouseholdState.IN_PROGRESS, and_(unvisited, Household.id.in_(drafts))),
        ),
        (Group.REBRIEF, condition("rebrief", "yes", read(project, now))),
        (Group.UNREACHED, and_(unvisited, Household.met_at.is_(None))),
    ]


def _progress(mine: ColumnElement[bool]) -> tuple[int, int]:
    """(doors given, doors handed in)."""
    open_states = sorted({HouseholdState.UNVISITED, HouseholdState.IN_PROGRESS, *RETURNED})
    handed_in = func.sum(case((Household.state.in_(open_states), 0), else_=1))
    assigned, done = db.session.execute(
        select(func.count(), func.coalesce(handed_in, 0)).select_from(Household).where(mine)
    ).one()
    return assigned, int(done)


def _return_reasons(ids: Sequence[UUID]) -> dict[UUID, str]:
    """household id -> why it was returned last."""
    if not ids:
        return {}
    states = sorted(state.value for state in RETURNED)
    query = (
        select(Review.household_id, Review.reason)
        .where(Review.household_id.in_(list(ids)), Review.to_state.in_(states))
        .order_by(Review.at, Review.id)
    )
    return {row.household_id: row.reason for row in db.session.execute(query)}


def list_watched(viewer: User, project: Project) -> list[User]:
    """Whose lists the person may look at besides their own: the office all surveyors', a leader the team's."""
    member = find_membership(viewer, project.id)
    if member is None or not is_granted(member.role, Permission.ASSIGNMENT_EDIT):
        return []
    teams = {
        row.user_id: row.team_id
        for row in db.session.execute(
            select(Membership.user_id, Membership.team_id).where(
                Membership.project_id == project.id, Membership.role.in_([Role.SURVEYOR, Role.LEADER])
            )
        )
    }
    return [
        user
        for user in list_surveyors(project.id)
        if user.id in teams
        and user.id != viewer.id
        and (member.role is not Role.LEADER or (member.team_id is not None and teams[user.id] == member.team_id))
    ]


def get_watched(viewer: User, project: Project, surveyor_id: UUID) -> User:
    """The surveyor whose list the person asks for: their own, or one of `list_watched`. Raises NotFound."""
    for user in (viewer, *list_watched(viewer, project)):
        if user.id == surveyor_id:
            return user
    raise NotFound
