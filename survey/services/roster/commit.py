"""Carrying out a plan: exactly what the preview showed, in the caller's one transaction, by bulk statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, update

from survey.collector import without_collection
from survey.domain.door import DoorRef, door_sort, dossier_no, natural_key
from survey.domain.errors import DomainError
from survey.domain.roster.record import RosterRow
from survey.domain.roster.state import RowFate
from survey.models import Building, Door, Household, Project, User, db, new_id
from survey.services.roster.plan import Arrival, Plan, PlanItem
from survey.services.serial import take_serials
from survey.services.sheet.bulk import FirstSheet, NextSheet, first_version, save_first_sheets, save_next_roster_sheets

BATCH = 5000
T = TypeVar("T")


def lock_project(project: Project) -> None:
    """Let one import of a project after the other compare and write. Whoever writes a row of the project goes on."""
    # FOR NO KEY UPDATE: a full lock would bar every row that refers to the project, and with it all tablets.
    db.session.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def say_nothing(_rows: int) -> None:
    """Nobody waits to hear how many rows are written."""


def work_out(project_id: UUID, plan: Plan) -> Plan:
    """The plan with the rows of its new households, as far as memory is sure to hold them. Reads and locks nothing.

    While an import writes, every tablet waits: what can be done before is done before.
    """
    left = BATCH
    items = []
    with without_collection():  # its rows are millions, all in use and in no cycle
        for item in plan.items:
            if item.fate is RowFate.CREATED and left:
                left -= 1
                item = replace(item, arrival=_arrival(project_id, item))
            items.append(item)
    return replace(plan, items=tuple(items))


def _arrival(project_id: UUID, item: PlanItem) -> Arrival:
    assert item.sheet is not None
    row, household_id = item.row, new_id()
    refs = [DoorRef(*door) for door in row.doors]
    return Arrival(
        first_version(household_id, project_id, tuple(ref.short for ref in refs), item.sheet),
        _sort(row, row.room_no),
        tuple((ref, _door_values(row, ref.room_no, household_id)) for ref in refs),
    )


def carry_out(
    *, actor: User | None, project: Project, plan: Plan, digest: str, skip_refused: bool,
    tell: Callable[[int], None] = say_nothing,
) -> None:  # fmt: skip
    """Write what the plan says. The caller writes the one audit entry.

    digest        of the plan that the person was shown
    skip_refused  the person has said that rows with errors are to be left out
    tell          is told how many rows are written so far; what it raises stops the import

    Raises DomainError: roster.changed_since, roster.refused_rows.
    """
    if plan.digest != digest:
        raise DomainError("roster.changed_since")
    refused = plan.counts[RowFate.REFUSED]
    if refused and not skip_refused:
        raise DomainError("roster.refused_rows", count=refused)
    buildings = _buildings(project, plan.items)
    with without_collection():
        _write(actor, project, plan.items, buildings, tell)


def _write(
    actor: User | None, project: Project, items: Sequence[PlanItem], buildings: dict[str, Building],
    tell: Callable[[int], None],
) -> None:  # fmt: skip
    written = 0
    for batch in _batches(_first_sheets(project, items, buildings), BATCH):
        save_first_sheets(actor=actor, items=batch)
        written += len(batch)
        tell(written)
    changed = [item for item in items if item.fate is RowFate.CHANGED]
    for some in _batches(changed, BATCH):
        save_next_roster_sheets(
            actor=actor,
            items=[
                NextSheet(item.place, item.base, item.sheet)
                for item in some
                if item.place is not None and item.sheet is not None
            ],
        )
        written += len(some)
        tell(written)
    for item in changed:
        if item.new_doors:
            _add_doors(item, buildings)


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(islice(source, size)):
        yield batch


def _buildings(project: Project, items: Sequence[PlanItem]) -> dict[str, Building]:
    """The buildings of the project by number, with those that the plan brings."""
    found = {
        building.no: building
        for building in db.session.scalars(select(Building).where(Building.project_id == project.id))
    }
    floors: dict[str, Counter[int]] = defaultdict(Counter)
    wanted: set[str] = set()
    for item in items:
        if item.fate in (RowFate.CREATED, RowFate.CHANGED):
            wanted.add(item.row.building_no)
            if item.row.total_floors:
                floors[item.row.building_no][item.row.total_floors] += 1
    for no in sorted(wanted, key=natural_key):
        told = max(floors[no].items(), key=lambda each: (each[1], each[0]))[0] if floors[no] else None
        if no not in found:
            found[no] = Building(project_id=project.id, no=no, sort=natural_key(no), total_floors=told)
            db.session.add(found[no])
        elif found[no].total_floors is None and told is not None:
            found[no].total_floors = told
    db.session.flush()
    return found


def _first_sheets(project: Project, items: Sequence[PlanItem], buildings: dict[str, Building]) -> Iterator[FirstSheet]:
    """The new households in stairwell order, so that dossier numbers do not depend on the order of the file."""
    created = [item for item in items if item.fate is RowFate.CREATED]
    created.sort(key=lambda item: item.arrival.sort if item.arrival else _sort(item.row, item.row.room_no))
    sizes = Counter((item.row.building_no, item.row.unit_no) for item in created)
    series = {key: f"dossier:{key[0]}:{key[1]}" for key in sizes}
    first = take_serials(project.id, {series[key]: count for key, count in sizes.items()})
    next_serial = {key: first[name] for key, name in series.items()}
    free = _free_doors(project.id)
    for item in created:
        row, arrival = item.row, item.arrival or _arrival(project.id, item)
        key = (row.building_no, row.unit_no)
        building_id = buildings[row.building_no].id
        doors: list[dict[str, Any]] = []
        taken: list[UUID] = []
        for ref, values in arrival.doors:
            if (standing := free.get((building_id, ref.unit_no, ref.room_no))) is not None:
                taken.append(standing)
            else:
                doors.append({**values, "building_id": building_id})
        household = {
            "id": arrival.version.household_id,
            "project_id": project.id,
            "building_id": building_id,
            "dossier_no": dossier_no(project.code, row.building_no, row.unit_no, next_serial[key]),
            "unit_no": row.unit_no,
            "door_text": "、".join(ref.short for ref, _ in arrival.doors),
            "door_sort": arrival.sort,
        }
        next_serial[key] += 1
        yield FirstSheet(household, doors, arrival.version, tuple(taken))


def _sort(row: RosterRow, room_no: str) -> str:
    return door_sort(row.building_no, row.unit_no, room_no, row.floor_no)


def _door_values(row: RosterRow, room_no: str, household_id: UUID) -> dict[str, Any]:
    """The row of a door, but for its building."""
    return {
        "id": new_id(),
        "household_id": household_id,
        "unit_no": row.unit_no,
        "floor_no": row.floor_no,
        "room_no": room_no,
        "sort": _sort(row, room_no),
    }


def _free_doors(project_id: UUID) -> dict[tuple[UUID, str, str], UUID]:
    """Doors that belong to no household: taken away from one, and not yet given to another."""
    query = (
        select(Door.building_id, Door.unit_no, Door.room_no, Door.id)
        .join(Building, Building.id == Door.building_id)
        .where(Building.project_id == project_id, Door.household_id.is_(None))
    )
    return {(building, unit, room): id_ for building, unit, room, id_ in db.session.execute(query)}


def _add_doors(item: PlanItem, buildings: dict[str, Building]) -> None:
    """Give a household the doors that the roster names besides its own (打通)."""
    assert item.household_id is not None and item.place is not None
    building = buildings[item.row.building_no]
    for _, unit_no, room_no in item.new_doors:
        given = db.session.execute(
            update(Door)
            .where(Door.building_id == building.id, Door.unit_no == unit_no, Door.room_no == room_no)
            .values(household_id=item.household_id)
        )
        if not given.rowcount:  # type: ignore[attr-defined]
            db.session.add(Door(building_id=building.id, **_door_values(item.row, room_no, item.household_id)))
    household = db.session.get_one(Household, item.household_id)
    db.session.flush()
    db.session.refresh(household, ["doors"])
    household.door_text = "、".join(DoorRef(building.no, door.unit_no, door.room_no).short for door in household.doors)
    household.door_sort = household.doors[0].sort
