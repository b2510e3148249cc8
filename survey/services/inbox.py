"""What tablets sent and a person must settle (待处理): open conflicts, records that are held, two at one door."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from survey.domain.access import Role
from survey.domain.door import DoorRef
from survey.domain.errors import NotFound
from survey.domain.event import EventStatus
from survey.models import Building, ConflictRow, Door, Household, Membership, SyncEvent, User, db
from survey.services.scope import find_membership, household_scope


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict that nobody has resolved. `event` is the tablet's record; None where it came from a page."""

    conflict: ConflictRow
    household: Household
    event: SyncEvent | None


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record that waits to be accepted or dropped. `household` is None where there is none yet."""

    event: SyncEvent
    household: Household | None


def list_conflicts_of(actor: User, project_id: UUID) -> list[OpenConflict]:
    """The open conflicts of the households that the person sees, the oldest first."""
    query = (
        select(ConflictRow, Household, SyncEvent)
        .join(Household, Household.id == ConflictRow.household_id)
        .outerjoin(SyncEvent, and_(SyncEvent.conflict_id == ConflictRow.id, SyncEvent.status == EventStatus.CONFLICT))
        .where(ConflictRow.resolved_at.is_(None), household_scope(actor, project_id))
        .order_by(ConflictRow.made_at, ConflictRow.id)
    )
    return [OpenConflict(*row) for row in db.session.execute(query)]


def list_held(actor: User, project_id: UUID) -> list[HeldRecord]:
    """The held records that the person may settle, in the order in which they arrived."""
    query = _held(actor, project_id).order_by(SyncEvent.received_at, SyncEvent.seq, SyncEvent.id)
    return [HeldRecord(*row) for row in db.session.execute(query)]


def get_held(actor: User, project_id: UUID, event_id: UUID) -> HeldRecord:
    """A held record that the person may settle. Raises NotFound, also for one that was settled meanwhile."""
    row = db.session.execute(_held(actor, project_id).where(SyncEvent.id == event_id)).first()
    if row is None:
        raise NotFound
    return HeldRecord(*row)


def count_open(actor: User, project_id: UUID) -> int:
    """How many conflicts, held records and pairs at one door wait for the person."""
    conflicts = (
        select(func.count())
        .select_from(ConflictRow)
        .join(Household, Household.id == ConflictRow.household_id)
        .where(ConflictRow.resolved_at.is_(None), household_scope(actor, project_id))
    )
    held = select(func.count()).select_from(_held(actor, project_id).subquery())
    pairs = len(list_same_door(actor, project_id))
    return (db.session.scalar(conflicts) or 0) + (db.session.scalar(held) or 0) + pairs


def list_same_door(actor: User, project_id: UUID) -> list[tuple[Household, Household]]:
    """Households that a tablet made at a door which has one already, each with that one: possibly one and the same.

    The door stays with the household that was there; the other has none of its own. Those that a person found to be two
    households are not named again.
    """
    has_door = select(Door.household_id).where(Door.household_id == Household.id).exists()
    # Few have no door, and an index tells which: asked alone, since the navigation of every page counts the pairs.
    doorless = db.session.scalars(select(Household.id).where(Household.project_id == project_id, ~has_door)).all()
    if not doorless:
        return []
    # The scope speaks of Building and Door itself: what is joined has names of its own.
    other, block, door = aliased(Household), aliased(Building), aliased(Door)
    query = (
        select(Household, other, block.no, door.unit_no, door.room_no)
        .join(block, block.id == Household.building_id)
        .join(door, and_(door.building_id == Household.building_id, door.unit_no == Household.unit_no))
        .join(other, and_(other.id == door.household_id, other.removed_at.is_(None)))
        .where(
            household_scope(actor, project_id),
            Household.id.in_(doorless),
            or_(Household.apart_from_id.is_(None), Household.apart_from_id != other.id),
        )
        .order_by(Household.door_sort, Household.id, door.sort, door.id)
    )
    return [
        (household, there)
        for household, there, building_no, unit_no, room_no in db.session.execute(query)
        if DoorRef(building_no, unit_no, room_no).short == household.door_text
    ]


def _held(actor: User, project_id: UUID) -> Select[SyncEvent, Household]:
    return (
        select(SyncEvent, Household)
        .outerjoin(Household, Household.id == SyncEvent.household_id)
        .where(
            SyncEvent.project_id == project_id,
            SyncEvent.status == EventStatus.HELD,
            SyncEvent.settled_at.is_(None),
            or_(household_scope(actor, project_id, with_removed=True), _unknown(actor, project_id)),
        )
    )


def _unknown(actor: User, project_id: UUID) -> ColumnElement[bool]:
    """The condition under which a record of a household that does not exist is the person's to settle.

    Of such a record only its author is known: whoever sees the whole project settles it, or who leads the author.
    """
    member, missing = find_membership(actor, project_id), Household.id.is_(None)
    if member is None:
        return false()
    if member.role not in (Role.SURVEYOR, Role.LEADER):
        return missing
    if member.team_id is None:
        return and_(missing, SyncEvent.user_id == actor.id)
    team = select(Membership.user_id).where(Membership.project_id == project_id, Membership.team_id == member.team_id)
    return and_(missing, SyncEvent.user_id.in_(team))
