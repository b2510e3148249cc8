"""The 楼盘表 of one building: its doors, the households behind them, and what a cell says of each; read only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, exists, func, or_, select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import RETURNED, HouseholdState
from survey.models import Assignment, Building, Door, Household, User, db
from survey.services.register import Reading, condition
from survey.services.scope import find_membership, household_scope

MARKS = ("unmet", "refused", "rebrief", "conflict", "special", "appointment")
"""Filters of the register that a cell shows by an icon or that a chip chooses, besides the state."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a cell and a line of the list say of a household."""

    id: UUID
    dossier_no: str
    door_text: str
    owner_names: str
    state: HouseholdState
    visit_count: int
    last_visit_at: datetime | None
    last_visit_result: codes.VisitResult | None
    next_visit_at: datetime | None
    marks: frozenset[str]


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One door with its household, or without one."""

    id: UUID
    unit_no: str
    floor_no: int | None
    room_no: str
    home: Home | None


def list_door_rows(actor: User, building: Building, reading: Reading) -> list[DoorRow]:
    """The doors of a building that the person may see, in stairwell order, in one query.

    A surveyor of one stairwell sees that one; a door behind which stands a household out of their sight is left out.
    """
    flags = [case((condition(name, "yes", reading), 1), else_=0).label(name) for name in MARKS]
    visible = household_scope(actor, building.project_id)
    query = (
        select(
            Door.id.label("door_id"), Door.unit_no, Door.floor_no, Door.room_no, Household.id, Household.dossier_no,
            Household.door_text, Household.owner_names, Household.state, Household.visit_count,
            Household.last_visit_at, Household.last_visit_result, Household.next_visit_at, *flags,
        )
        .select_from(Door)
        .outerjoin(Household, and_(Household.id == Door.household_id, Household.removed_at.is_(None)))
        .where(Door.building_id == building.id, or_(Household.id.is_(None), visible))
        .order_by(Door.sort, Door.id)
    )  # fmt: skip
    units = visible_units(actor, building)
    homes: dict[UUID, Home] = {}
    rows: list[DoorRow] = []
    for found in db.session.execute(query):
        home = None
        if found.id is not None:
            home = homes.get(found.id)
            if home is None:
                marks = frozenset(name for name in MARKS if getattr(found, name))
                if found.state in RETURNED:
                    marks |= {"returned"}
                home = homes[found.id] = Home(
                    found.id, found.dossier_no, found.door_text, found.owner_names, found.state, found.visit_count,
                    found.last_visit_at, found.last_visit_result, found.next_visit_at, marks,
                )  # fmt: skip
        elif units is not None and found.unit_no not in units:
            continue
        rows.append(DoorRow(found.door_id, found.unit_no, found.floor_no, found.room_no, home))
    return rows


def visible_units(actor: User, building: Building) -> frozenset[str] | None:
    """The stairwells of a building that were given to the person; None: the whole building is theirs to see."""
    member = find_membership(actor, building.project_id)
    if member is None:
        return frozenset()
    if member.role not in (Role.SURVEYOR, Role.LEADER):
        return None
    if member.role is Role.LEADER and member.team_id is not None and building.team_id == member.team_id:
        return None
    given = db.session.scalars(
        select(Assignment.unit_no).where(
            Assignment.building_id == building.id, Assignment.user_id == actor.id, Assignment.until.is_(None)
        )
    ).all()
    return None if None in given else frozenset(unit for unit in given if unit is not None)


def count_unit_doors(building: Building) -> dict[str, int]:
    """Doors of each stairwell."""
    query = select(Door.unit_no, func.count()).where(Door.building_id == building.id).group_by(Door.unit_no)
    return dict(db.session.execute(query).all())


def is_without_household(door: Door) -> bool:
    """Whether a new household may be made at the door: nobody's, or left behind by one that was removed."""
    if door.household_id is None:
        return True
    return not db.session.scalar(
        select(exists().where(Household.id == door.household_id, Household.removed_at.is_(None)))
    )


def one_a_home(rows: Sequence[DoorRow]) -> list[DoorRow]:
    """The rows with each household once, at its first door; doors without one stay."""
    seen: set[UUID] = set()
    kept = []
    for row in rows:
        if row.home is not None:
            if row.home.id in seen:
                continue
            seen.add(row.home.id)
        kept.append(row)
    return kept
