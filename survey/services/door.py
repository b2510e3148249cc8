"""Doors (门牌): a new one in the 楼盘表, before or without a household behind it."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from sqlalchemy import and_, or_, select

from survey.domain.door import DoorRef, door_sort, floor_of_room
from survey.domain.errors import DomainError, NotFound
from survey.domain.identity import normal_id
from survey.domain.sheet import Certificate, Part, Person, Sheet, replace_rows, to_pairs
from survey.models import Building, Door, Household, User, db
from survey.services import audit
from survey.services.building import attach_door, find_door
from survey.services.sheet import current_sheet, save_sheet

Moved = TypeVar("Moved", Certificate, Part, Person)


def create_door(*, actor: User, building: Building, unit_no: str, room_no: str, floor_no: int | None = None) -> Door:
    """A door without a household. The floor follows from the number where nobody says it. Raises building.door_exists."""
    ref = DoorRef(building.no, unit_no, room_no)
    if find_door(building, unit_no, room_no) is not None:
        raise DomainError("building.door_exists", "room_no", door=ref.short)
    floor = floor_no if floor_no is not None else floor_of_room(room_no)
    door = Door(
        building_id=building.id,
        unit_no=unit_no,
        floor_no=floor,
        room_no=room_no,
        sort=door_sort(building.no, unit_no, room_no, floor),
    )
    db.session.add(door)
    db.session.flush()
    audit.record(actor, "building.edit", building, {"door": ref.short})
    return door


def get_door(building: Building, door_id: UUID) -> Door:
    """A door of the building. Raises NotFound."""
    door = db.session.get(Door, door_id)
    if door is None or door.building_id != building.id:
        raise NotFound
    return door


def join_door(*, actor: User, household: Household, door: Door) -> None:
    """Give a household a door of its building (打通), with what the roster knew of the dossier that was there.

    Certificates, parts and people of a dossier that nobody has touched yet go over into the household's sheet; the
    dossier itself is set aside. Raises building.door_taken for one that was surveyed or has other doors, sheet.locked.
    """
    other = db.session.get(Household, door.household_id) if door.household_id else None
    if other is not None and (other.removed_at is not None or other.id == household.id):
        other = None
    if other is not None and len(other.doors) > 1:
        ref = DoorRef(household.building.no, door.unit_no, door.room_no)
        raise DomainError("building.door_taken", "door", door=ref.short, dossier_no=other.dossier_no)
    theirs = current_sheet(other) if other is not None else Sheet()
    attach_door(actor=actor, household=household, unit_no=door.unit_no, room_no=door.room_no)
    ours = current_sheet(household)
    both = join_sheets(ours, theirs, door.room_no)
    if both != ours:
        save_sheet(
            actor=actor, household=household, base=household.sheet_version, pairs=to_pairs(both), source="merge",
            reason=f"打通 {door.room_no}",
        )  # fmt: skip


def join_sheets(ours: Sheet, theirs: Sheet, room_no: str) -> Sheet:
    """Our sheet with the certificates, parts and people that only theirs names; every other answer is ours."""
    numbers = {normal_id(person.id_no) for person in ours.persons if person.id_no}
    names = {person.full_name for person in ours.persons if not person.id_no}
    certificates = {certificate.cert_no for certificate in ours.certificates}

    def moved(row: Moved) -> Moved:
        return replace(row, uid=f"{room_no}.{row.uid}"[:64])

    return replace_rows(
        ours,
        certificates=(
            *ours.certificates,
            *(moved(row) for row in theirs.certificates if row.cert_no not in certificates),
        ),
        parts=(*ours.parts, *(moved(row) for row in theirs.parts)),
        persons=(
            *ours.persons,
            *(
                moved(person)
                for person in theirs.persons
                if not (person.id_no and normal_id(person.id_no) in numbers) and person.full_name not in names
            ),
        ),
    )


def list_attachable(household: Household) -> list[tuple[Door, Household | None]]:
    """The doors of the same building that can be joined to a household, with the untouched dossier that each brings.

    A door whose household was surveyed or visited is not among them: `join_door` refuses it.
    """
    is_empty = and_(Household.touched_by_staff.is_(False), Household.visit_count == 0)
    query = (
        select(Door, Household)
        .outerjoin(Household, and_(Household.id == Door.household_id, Household.removed_at.is_(None)))
        .where(Door.building_id == household.building_id, or_(Household.id.is_(None), is_empty))
        .where(or_(Door.household_id.is_(None), Door.household_id != household.id))
        .order_by(Door.sort, Door.id)
    )
    return [(door, other) for door, other in db.session.execute(query)]
