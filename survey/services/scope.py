"""What a person may see: every query for households passes through here.

A surveyor sees the buildings and stairwells assigned to them, a leader the team's buildings besides, the others the
whole project. A system administrator sees none.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true, union_all

from survey.domain.access import Permission, Role, is_granted
from survey.domain.errors import NotFound
from survey.models import Assignment, Building, Household, Membership, Project, User, db, utc_now


def find_membership(user: User, project_id: UUID, now: datetime | None = None) -> Membership | None:
    """The person's standing membership in a project, or None."""
    row = db.session.scalar(
        select(Membership).where(Membership.user_id == user.id, Membership.project_id == project_id)
    )
    if row is None or not user.is_active:
        return None
    if row.valid_until is not None and row.valid_until <= (now or utc_now()):
        return None
    return row


def role_in(user: User, project_id: UUID) -> Role | None:
    row = find_membership(user, project_id)
    return row.role if row else None


def may(user: User, project_id: UUID | None, permission: Permission) -> bool:
    role = role_in(user, project_id) if project_id else None
    return is_granted(role, permission, is_admin=user.is_admin and user.is_active)


def list_projects(user: User) -> list[Project]:
    """The projects of which the person is a member, by code."""
    now = utc_now()
    query = (
        select(Project)
        .join(Membership, Membership.project_id == Project.id)
        .where(Membership.user_id == user.id, or_(Membership.valid_until.is_(None), Membership.valid_until > now))
        .order_by(Project.code)
    )
    return list(db.session.scalars(query)) if user.is_active else []


def household_scope(user: User, project_id: UUID, *, with_removed: bool = False) -> ColumnElement[bool]:
    """The condition on Household under which the person may see a row of the project.

    with_removed  also households that were removed: records about them are still to be settled
    """
    member = find_membership(user, project_id)
    return false() if member is None else scope_of_member(member, with_removed=with_removed)


def scope_of_member(member: Membership, *, with_removed: bool = False) -> ColumnElement[bool]:
    """`household_scope` of a membership that the caller has read."""
    user_id, project_id = member.user_id, member.project_id
    in_project: ColumnElement[bool] = Household.project_id == project_id
    if not with_removed:
        in_project = and_(in_project, Household.removed_at.is_(None))
    if member.role not in (Role.SURVEYOR, Role.LEADER):
        return in_project
    mine = assigned_to(user_id)
    if member.role is Role.LEADER and member.team_id is not None:
        team = select(Building.id).where(Building.project_id == project_id, Building.team_id == member.team_id)
        near = Household.building_id.in_(union_all(_given_to(user_id), team))
        return and_(in_project, near, or_(mine, Household.building_id.in_(team)))
    return and_(in_project, mine)


def assigned_to(user_id: UUID) -> ColumnElement[bool]:
    """The condition on Household under which it is one of the buildings or stairwells given to a person.

    The buildings are named first, as one list: by it both databases find the rows in an index, where the choice between
    whole buildings and stairwells alone would read every household of the project.
    """
    given = _given_to(user_id)
    stairwell = (
        given.where(Assignment.building_id == Household.building_id, Assignment.unit_no == Household.unit_no)
        .correlate(Household)
        .exists()
    )
    whole = Household.building_id.in_(given.where(Assignment.unit_no.is_(None)))
    return and_(Household.building_id.in_(given), or_(whole, stairwell))


def _given_to(user_id: UUID) -> Select[UUID]:
    """The buildings that a person was given, wholly or one of their stairwells."""
    return select(Assignment.building_id).where(Assignment.user_id == user_id, Assignment.until.is_(None))


def building_scope(user: User, project_id: UUID) -> ColumnElement[bool]:
    """The condition on Building under which the person may see it (a surveyor: any of its stairwells)."""
    member = find_membership(user, project_id)
    if member is None:
        return false()
    in_project = Building.project_id == project_id
    if member.role not in (Role.SURVEYOR, Role.LEADER):
        return in_project
    assigned = select(Assignment.building_id).where(Assignment.user_id == user.id, Assignment.until.is_(None))
    mine: ColumnElement[bool] = Building.id.in_(assigned)
    if member.role is Role.LEADER and member.team_id is not None:
        mine = or_(mine, Building.team_id == member.team_id)
    return and_(in_project, mine)


def visible_households(user: User, project_id: UUID) -> Select[Household]:
    """The households of a project that the person may see, in stairwell order."""
    return select(Household).where(household_scope(user, project_id)).order_by(Household.door_sort, Household.id)


def get_household(user: User, household_id: UUID) -> Household:
    """A household that the person may see. Raises NotFound, the same for a missing one and for another's."""
    household = db.session.get(Household, household_id)
    if household is None:
        raise NotFound
    if db.session.scalar(
        select(true()).where(Household.id == household_id, household_scope(user, household.project_id))
    ):
        return household
    raise NotFound


def get_building(user: User, building_id: UUID) -> Building:
    """A building that the person may see. Raises NotFound."""
    building = db.session.get(Building, building_id)
    if building is None or not db.session.scalar(
        select(true()).where(Building.id == building_id, building_scope(user, building.project_id))
    ):
        raise NotFound
    return building


def get_project(user: User, code: str) -> Project:
    """A project of which the person is a member. Raises NotFound."""
    project = db.session.scalar(select(Project).where(Project.code == code))
    if project is None or find_membership(user, project.id) is None:
        raise NotFound
    return project
