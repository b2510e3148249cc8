"""Buildings, their doors, the households behind them, and who surveys which building (分配)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from survey.domain.door import DoorRef, door_sort, dossier_no, floor_of_room, natural_key
from survey.domain.errors import DomainError, NotFound
from survey.domain.sheet import from_pairs
from survey.models import Assignment, Building, Door, Household, Project, Team, User, db, utc_now
from survey.services import audit
from survey.services.scope import building_scope
from survey.services.serial import take_serial
from survey.services.sheet import current_pairs, lock_household, refresh_projection


def create_building(*, actor: User | None, project: Project, no: str, address: str = "", total_floors: int | None = None,
                    team: Team | None = None) -> Building:  # fmt: skip
    """A new building. Raises DomainError building.taken."""
    if find_building(project.id, no):
        raise DomainError("building.taken", "no", building=f"{no}号楼")
    building = Building(
        project_id=project.id,
        no=no,
        sort=natural_key(no),
        address=address,
        total_floors=total_floors,
        team_id=team.id if team else None,
    )
    db.session.add(building)
    db.session.flush()
    audit.record(actor, "building.create", building, {"no": no})
    return building


def find_building(project_id: UUID, no: str) -> Building | None:
    return db.session.scalar(select(Building).where(Building.project_id == project_id, Building.no == no))


def find_door(building: Building, unit_no: str, room_no: str) -> Door | None:
    return db.session.scalar(
        select(Door).where(Door.building_id == building.id, Door.unit_no == unit_no, Door.room_no == room_no)
    )


def create_household(*, actor: User | None, project: Project, building: Building, unit_no: str, room_no: str,
                     floor_no: int | None = None, key: UUID | None = None, is_beside: bool = False) -> Household:  # fmt: skip
    """A household at a door, with a dossier number of its own. Raises household.duplicate_door.

    key        the household's id, where a tablet made it
    is_beside  whether it is kept beside another at the same door, to which the door stays: a person decides later
    """
    floor = floor_no if floor_no is not None else floor_of_room(room_no)
    sort = door_sort(building.no, unit_no, room_no, floor)
    ref = DoorRef(building.no, unit_no, room_no)
    door = find_door(building, unit_no, room_no)
    is_taken = door is not None and door.household_id is not None
    if is_taken and not is_beside:
        raise DomainError("household.duplicate_door", "room_no", door=ref.short)
    serial = take_serial(project.id, f"dossier:{building.no}:{unit_no}")
    household = Household(
        id=key,
        project_id=project.id,
        building_id=building.id,
        dossier_no=dossier_no(project.code, building.no, unit_no, serial),
        unit_no=unit_no,
        door_text=ref.short,
        door_sort=sort,
        state_since=utc_now(),
    )
    db.session.add(household)
    db.session.flush()
    if door is None:
        door = Door(building_id=building.id, unit_no=unit_no, floor_no=floor, room_no=room_no, sort=sort)
        db.session.add(door)
    if not is_taken:
        door.household_id = household.id
    db.session.flush()
    refresh_projection(household, from_pairs([]))
    audit.record(actor, "household.create", household, {"door": ref.short})
    return household


def attach_door(*, actor: User, household: Household, unit_no: str, room_no: str) -> Door:
    """Give a household one door more (打通). Raises building.door_taken, building.door_unknown."""
    household = lock_household(household)
    door = find_door(household.building, unit_no, room_no)
    ref = DoorRef(household.building.no, unit_no, room_no)
    if door is None:
        raise DomainError("building.door_unknown", "room_no", door=ref.short)
    other = None
    if door.household_id is not None and door.household_id != household.id:
        other = db.session.get(Household, door.household_id)
        if other is not None and other.removed_at is None and (other.touched_by_staff or other.visit_count):
            raise DomainError("building.door_taken", "room_no", door=ref.short, dossier_no=other.dossier_no)
    door.household_id = household.id
    redo_doors(household)
    if other is not None:
        set_aside(other, into=household)
    audit.record(actor, "household.attach_door", household, {"door": ref.short})
    return door


def set_aside(household: Household, *, into: Household) -> None:
    """Take a household out of sight that became part of another; what tablets still send about it goes there.

    Its doors are the other's already: it is not found by them any more.
    """
    household.removed_at = utc_now()
    household.removed_reason = f"并入 {into.dossier_no}"
    household.merged_into_id = into.id
    db.session.flush()
    db.session.expire(household, ["doors"])
    refresh_projection(household, from_pairs(current_pairs(household)))


def detach_door(*, actor: User, household: Household, door_id: UUID) -> None:
    """Take a door away from a household; it stands without one until it gets its own. Raises building.door_last."""
    household = lock_household(household)
    door = db.session.get(Door, door_id)
    if door is None or door.household_id != household.id:
        raise NotFound
    if len(household.doors) < 2:
        raise DomainError("building.door_last")
    door.household_id = None
    redo_doors(household)
    audit.record(actor, "household.detach_door", household, {"door": door.room_no})


def redo_doors(household: Household) -> None:
    """What lists and search keep of a household's doors, after they changed."""
    db.session.flush()
    db.session.expire(household, ["doors"])
    refs = [DoorRef(household.building.no, door.unit_no, door.room_no).short for door in household.doors]
    household.door_text = "、".join(refs)
    household.door_sort = household.doors[0].sort
    household.unit_no = household.doors[0].unit_no
    refresh_projection(household, from_pairs(current_pairs(household)))


def set_team(*, actor: User, building: Building, team: Team | None) -> None:
    building.team_id = team.id if team else None
    audit.record(actor, "assignment.edit", building, {"team": team.name if team else ""})


def assign(*, actor: User, building: Building, users: Sequence[User], unit_no: str | None = None) -> None:
    """Make these the surveyors of a building, or of one stairwell: others end, standing ones stay."""
    now = utc_now()
    same_place = Assignment.unit_no.is_(None) if unit_no is None else Assignment.unit_no == unit_no
    standing = list(
        db.session.scalars(
            select(Assignment).where(Assignment.building_id == building.id, Assignment.until.is_(None), same_place)
        )
    )
    wanted = {user.id for user in users}
    for row in standing:
        if row.user_id not in wanted:
            row.until = now
    for user_id in wanted - {row.user_id for row in standing}:
        db.session.add(
            Assignment(building_id=building.id, unit_no=unit_no, user_id=user_id, assigned_by_id=actor.id, since=now)
        )
    db.session.flush()
    audit.record(actor, "assignment.edit", building, {"unit": unit_no or "", "surveyors": len(wanted)})


def list_surveyors(building: Building) -> list[tuple[str | None, User]]:
    """(stairwell or None for the whole building, surveyor) of each standing assignment."""
    query = (
        select(Assignment.unit_no, User)
        .join(User, User.id == Assignment.user_id)
        .where(Assignment.building_id == building.id, Assignment.until.is_(None))
        .order_by(Assignment.unit_no, User.display_name)
    )
    return [(unit, user) for unit, user in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One building with its households, its team and who walks it."""

    building: Building
    team: Team | None
    households: int
    surveyors: tuple[tuple[str | None, User], ...]


def list_units(building: Building) -> list[str]:
    """The stairwells of a building that have a number, in order."""
    query = select(Door.unit_no).where(Door.building_id == building.id, Door.unit_no != "").distinct()
    return sorted(db.session.scalars(query), key=natural_key)


def list_assignments(user: User, project_id: UUID) -> list[AssignmentRow]:
    """All buildings that a person may see, with who walks them, in order of their numbers."""
    counts = dict(
        db.session.execute(
            select(Household.building_id, func.count())
            .where(Household.project_id == project_id, Household.removed_at.is_(None))
            .group_by(Household.building_id)
        ).all()
    )
    walking: dict[UUID, list[tuple[str | None, User]]] = {}
    query = (
        select(Assignment.building_id, Assignment.unit_no, User)
        .join(User, User.id == Assignment.user_id)
        .join(Building, Building.id == Assignment.building_id)
        .where(Building.project_id == project_id, Assignment.until.is_(None))
        .order_by(Assignment.unit_no, User.display_name, User.id)
    )
    for building_id, unit, surveyor in db.session.execute(query):
        walking.setdefault(building_id, []).append((unit, surveyor))
    rows = db.session.execute(
        select(Building, Team)
        .outerjoin(Team, Team.id == Building.team_id)
        .where(building_scope(user, project_id))
        .order_by(Building.sort, Building.id)
    )
    return [
        AssignmentRow(building, team, counts.get(building.id, 0), tuple(walking.get(building.id, ())))
        for building, team in rows
    ]
