"""Doors (门牌): a new one in the 楼盘表, before or without a household behind it."""

from __future__ import annotations

from uuid import UUID

from survey.domain.door import DoorRef, door_sort, floor_of_room
from survey.domain.errors import DomainError, NotFound
from survey.models import Building, Door, User, db
from survey.services import audit
from survey.services.building import find_door


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
