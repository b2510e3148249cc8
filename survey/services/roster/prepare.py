"""What a plan writes, worked out as rows beforehand: while an import writes on SQLite, every tablet waits.

The rows rest on a ground besides the roster: the ids of buildings, the next dossier numbers, doors without a household.
Whoever writes them looks at the ground again, under the lock, and has them made anew where it is another.
"""

from __future__ import annotations

import pickle
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, TypeVar
from uuid import UUID

from sqlalchemy import select

from survey.collector import without_collection
from survey.domain.door import DoorRef, door_sort, dossier_no
from survey.domain.roster.record import RosterRow
from survey.domain.roster.state import RowFate
from survey.models import Building, Door, db, new_id
from survey.services.roster.plan import Plan, PlanItem
from survey.services.serial import last_serials, take_serials
from survey.services.sheet.bulk import FirstSheet, NextSheet, SheetRows, first_rows, next_rows

BATCH = 5000
IN_MEMORY = 64 * 1024 * 1024
"""Bytes of rows that are kept in memory; more go to an unnamed file."""
T = TypeVar("T")
Tell = Callable[[int], None]


def say_nothing(_households: int) -> None:
    """Nobody waits to hear how many households are done."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rows of a plan rest on besides its roster.

    buildings   number -> id, of all buildings of the project
    serials     series of dossier numbers -> the first that new households get
    free_doors  (building, stairwell, room) -> door that belongs to no household
    """

    buildings: dict[str, UUID]
    serials: dict[str, int]
    free_doors: dict[tuple[UUID, str, str], UUID]


def look_at_ground(project_id: UUID, plan: Plan) -> Ground:
    """The ground as it is now. Nothing is held: it may be another when the rows are written."""
    wanted = _wanted_serials(plan)
    serials = {series: last + 1 for series, last in last_serials(project_id, wanted).items()}
    return Ground(_buildings(project_id), serials, _free_doors(project_id))


def take_ground(project_id: UUID, plan: Plan) -> Ground:
    """The ground as it stays until the transaction ends; the plan's dossier numbers are taken."""
    serials = take_serials(project_id, _wanted_serials(plan))
    return Ground(_buildings(project_id), serials, _free_doors(project_id))


def _rows_file() -> IO[bytes]:
    return tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # closed by whoever has the rows


@dataclass(slots=True)
class Prepared:
    """The rows of a plan, of some thousand households at a time, and the ground that they rest on.

    new_buildings  number -> the id that its rows name
    """

    ground: Ground
    new_buildings: dict[str, UUID]
    _file: IO[bytes] = field(default_factory=_rows_file)

    def add(self, rows: SheetRows) -> None:
        pickle.dump(rows, self._file, pickle.HIGHEST_PROTOCOL)

    def __iter__(self) -> Iterator[SheetRows]:
        self._file.seek(0)
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301  # written by `add`, to a file that has no name
            except EOFError:
                return

    def close(self) -> None:
        self._file.close()


def prepare(
    project_id: UUID, project_code: str, plan: Plan, ground: Ground, *, saved_by_id: UUID | None,
    tell: Tell = say_nothing,
) -> Prepared:  # fmt: skip
    """The rows of a plan on this ground. Reads and locks nothing, and so takes plain values.

    tell  is told how many households are worked out; what it raises stops the work
    """
    dialect, done = db.engine.dialect.name, 0
    named = {item.row.building_no for item in plan.items if item.fate in (RowFate.CREATED, RowFate.CHANGED)}
    new_buildings = {no: new_id() for no in sorted(named - ground.buildings.keys())}
    prepared = Prepared(ground, new_buildings)
    try:
        with without_collection():  # its rows are millions, all in use and in no cycle
            for first in _batches(_first_sheets(project_id, project_code, plan, ground, new_buildings)):
                prepared.add(first_rows(dialect, first, saved_by_id=saved_by_id))
                tell(done := done + len(first))
            for following in _batches(_next_sheets(plan)):
                prepared.add(next_rows(dialect, following, saved_by_id=saved_by_id))
                tell(done := done + len(following))
    except BaseException:
        prepared.close()
        raise
    return prepared


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(islice(source, BATCH)):
        yield batch


def _first_sheets(
    project_id: UUID, project_code: str, plan: Plan, ground: Ground, new_buildings: dict[str, UUID]
) -> Iterator[FirstSheet]:
    """The new households in stairwell order, so that dossier numbers do not depend on the order of the file."""
    created = sorted((_sort(item.row, item.row.room_no), number, item) for number, item in enumerate(plan.items)
                     if item.fate is RowFate.CREATED)  # fmt: skip
    passed: Counter[str] = Counter()
    for sort, _number, item in created:
        assert item.sheet is not None
        row, household_id, series = item.row, new_id(), _series(item)
        building_id = ground.buildings.get(row.building_no) or new_buildings[row.building_no]
        refs = [DoorRef(*door) for door in row.doors]
        free = {ref: ground.free_doors.get((building_id, ref.unit_no, ref.room_no)) for ref in refs}
        household = {
            "id": household_id,
            "project_id": project_id,
            "building_id": building_id,
            "dossier_no": dossier_no(
                project_code, row.building_no, row.unit_no, ground.serials[series] + passed[series]
            ),
            "unit_no": row.unit_no,
            "door_sort": sort,
        }
        passed[series] += 1
        yield FirstSheet(
            household,
            [door_values(row, ref.room_no, household_id, building_id) for ref, door in free.items() if door is None],
            tuple(ref.short for ref in refs),
            item.sheet,
            tuple(door for door in free.values() if door is not None),
        )


def _next_sheets(plan: Plan) -> Iterator[NextSheet]:
    for item in plan.items:
        if item.fate is RowFate.CHANGED:
            assert item.place is not None and item.sheet is not None
            yield NextSheet(item.place, item.base, item.sheet)


def door_values(row: RosterRow, room_no: str, household_id: UUID, building_id: UUID) -> dict[str, object]:
    """The row of a door."""
    return {
        "id": new_id(),
        "building_id": building_id,
        "household_id": household_id,
        "unit_no": row.unit_no,
        "floor_no": row.floor_no,
        "room_no": room_no,
        "sort": _sort(row, room_no),
    }


def _sort(row: RosterRow, room_no: str) -> str:
    return door_sort(row.building_no, row.unit_no, room_no, row.floor_no)


def _series(item: PlanItem) -> str:
    return f"dossier:{item.row.building_no}:{item.row.unit_no}"


def _wanted_serials(plan: Plan) -> Counter[str]:
    return Counter(_series(item) for item in plan.items if item.fate is RowFate.CREATED)


def _buildings(project_id: UUID) -> dict[str, UUID]:
    query = select(Building.no, Building.id).where(Building.project_id == project_id)
    return {row.no: row.id for row in db.session.execute(query)}


def _free_doors(project_id: UUID) -> dict[tuple[UUID, str, str], UUID]:
    """Doors that belong to no household: taken away from one, and not yet given to another."""
    query = (
        select(Door.building_id, Door.unit_no, Door.room_no, Door.id)
        .join(Building, Building.id == Door.building_id)
        .where(Building.project_id == project_id, Door.household_id.is_(None))
    )
    return {(building, unit, room): id_ for building, unit, room, id_ in db.session.execute(query)}


def told_floors(items: Sequence[PlanItem]) -> dict[str, int]:
    """Building -> how many floors most of its rows say that it has."""
    floors: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for item in items:
        if item.fate in (RowFate.CREATED, RowFate.CHANGED) and item.row.total_floors:
            floors[item.row.building_no][item.row.total_floors] += 1
    return {no: max(counted.items(), key=lambda each: (each[1], each[0]))[0] for no, counted in floors.items()}
