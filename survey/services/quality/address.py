"""Gaps in the numbering of doors: a room that a regular stairwell lacks, doors without the unit that the others have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, distinct, func, or_, select

from survey.domain.matter import Matter
from survey.domain.quality import QualityKind, missing_rooms
from survey.domain.settings import ProjectSettings
from survey.models import Building, Door, Project, db


def find_door_gap(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Stairwells with fewer doors than floors times places; which rooms are missing, the rule decides."""
    floors = distinct(func.substr(Door.room_no, 1, func.length(Door.room_no) - 2))
    places = distinct(func.substr(Door.room_no, func.length(Door.room_no) - 1))
    highest = func.max(Door.floor_no) - func.min(Door.floor_no) + 1
    uneven = or_(func.count() < func.count(floors) * func.count(places), func.count() < highest * func.count(places))
    uneven_wells = (
        select(Door.building_id, Door.unit_no)
        .join(Building, Building.id == Door.building_id)
        .where(Building.project_id == project.id, func.length(Door.room_no) >= 3)
        .group_by(Door.building_id, Door.unit_no)
        .having(uneven)
        .subquery()
    )
    query = (
        select(Building.id, Building.no, Door.unit_no, Door.room_no)
        .join(Door, Door.building_id == Building.id)
        .join(uneven_wells, and_(uneven_wells.c.building_id == Building.id, uneven_wells.c.unit_no == Door.unit_no))
        .order_by(Building.sort, Building.id, Door.sort, Door.id)
    )
    wells: dict[tuple[Any, str, str], list[str]] = defaultdict(list)
    for building_id, no, unit, room in db.session.execute(query):
        wells[building_id, no, unit].append(room)
    for (building_id, _no, unit), rooms in wells.items():
        if missing := missing_rooms(rooms):
            yield Matter(
                kind=QualityKind.DOOR_GAP, key=f"{building_id}:{unit}", code="quality.door_gap", facts=missing,
                params={"unit": unit or "—", "rooms": "、".join(missing)}, building_id=building_id,
            )  # fmt: skip


def find_unit_missing(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Doors without a unit in buildings whose other doors have one."""
    mixed = (
        select(Door.building_id)
        .join(Building, Building.id == Door.building_id)
        .where(Building.project_id == project.id)
        .group_by(Door.building_id)
        .having(and_(func.min(Door.unit_no) == "", func.max(Door.unit_no) != ""))
    )
    query = (
        select(Building.id, Door.room_no)
        .join(Door, Door.building_id == Building.id)
        .where(Building.id.in_(mixed), Door.unit_no == "")
        .order_by(Building.sort, Building.id, Door.sort, Door.id)
    )
    bare: dict[Any, list[str]] = defaultdict(list)
    for building_id, room in db.session.execute(query):
        bare[building_id].append(room)
    for building_id, rooms in bare.items():
        yield Matter(
            kind=QualityKind.UNIT_MISSING, key=str(building_id), code="quality.unit_missing", building_id=building_id,
            params={"count": len(rooms)}, facts=tuple(rooms),
        )  # fmt: skip
