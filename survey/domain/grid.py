"""楼盘表: where the doors of a building stand in a grid of floors by doors, stairwell beside stairwell.

Pure layout: it knows doors and which of them belong together, nothing of states or people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from survey.domain.door import natural_key


@dataclass(frozen=True, slots=True)
class DoorAt:
    """One door. `home` is the same for doors that were knocked into one (打通); None for a door without a household."""

    key: Hashable
    unit_no: str
    floor_no: int | None
    room_no: str
    home: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: the doors in it, its column from the left (over all stairwells), how many columns and rows it takes."""

    doors: tuple[DoorAt, ...]
    column: int
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True, slots=True)
class Floor:
    """One row. `places` from left to right; None is a place without a door. `number` None: the floor is not known."""

    number: int | None
    places: tuple[Place | None, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A stairwell and the headings of its columns: what the room numbers of a column have in common (01, 02)."""

    unit_no: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid, the top floor first."""

    units: tuple[Unit, ...]
    floors: tuple[Floor, ...]


def lay_out(doors: Iterable[DoorAt]) -> Grid:
    """The grid of these doors.

    Doors whose number begins with their floor share a column by the rest of the number (501 and 401 stand under each
    other). Others (阁楼, 东户) take a free place of their floor in their stairwell, or a column of their own. Doors of one
    household that fill a rectangle become one cell; others keep their own cells.

    Rule: (house) floors from above to below as the building stands, stairwells and rooms in natural order.
    """
    by_unit: defaultdict[str, list[DoorAt]] = defaultdict(list)
    for door in sorted(doors, key=lambda each: natural_key(each.room_no)):
        by_unit[door.unit_no].append(door)
    numbers = {door.floor_no for every in by_unit.values() for door in every}
    order: list[int | None] = [*sorted((number for number in numbers if number is not None), reverse=True)]
    if None in numbers:
        order.append(None)
    row_of = {number: row for row, number in enumerate(order)}
    units: list[Unit] = []
    at: dict[tuple[int, int], DoorAt] = {}
    start = 0
    for unit_no in sorted(by_unit, key=natural_key):
        headings = _place_unit(by_unit[unit_no], row_of, start, at)
        units.append(Unit(unit_no, headings))
        start += len(headings)
    spans = _joined(at, order)
    floors = [Floor(number, _row(row, start, at, spans)) for row, number in enumerate(order)]
    return Grid(tuple(units), tuple(floors))


def column_name(door: DoorAt) -> str | None:
    """01 of 501 on floor 5, of -101 on floor -1; None where the number does not tell its floor."""
    if door.floor_no is None:
        return None
    room = door.room_no.removeprefix("-").removeprefix("B")
    floor = str(abs(door.floor_no))
    rest = room[len(floor) :]
    return rest if room.startswith(floor) and len(rest) >= 2 and rest[:2].isdigit() else None


def _place_unit(
    doors: Sequence[DoorAt], row_of: dict[int | None, int], start: int, at: dict[tuple[int, int], DoorAt]
) -> tuple[str, ...]:
    """Put a stairwell's doors from column `start` on; the headings of its columns."""
    names = sorted({name for door in doors if (name := column_name(door)) is not None}, key=natural_key)
    column_of = {name: start + number for number, name in enumerate(names)}
    width = len(names)
    later: list[DoorAt] = []
    for door in doors:
        name = column_name(door)
        place = (row_of[door.floor_no], column_of[name]) if name is not None else None
        if place is None or place in at:
            later.append(door)
        else:
            at[place] = door
    for door in later:
        row = row_of[door.floor_no]
        column = next((each for each in range(start, start + width) if (row, each) not in at), start + width)
        width = max(width, column - start + 1)
        at[row, column] = door
    return (*names, *[""] * (width - len(names)))


def _joined(at: dict[tuple[int, int], DoorAt], order: Sequence[int | None]) -> dict[tuple[int, int], Place | None]:
    """Position -> the cell that begins there, or None where another cell reaches; only for joined homes."""
    homes: defaultdict[tuple[Hashable, str], list[tuple[int, int]]] = defaultdict(list)
    for place, door in at.items():
        if door.home is not None and order[place[0]] is not None:
            homes[door.home, door.unit_no].append(place)
    spans: dict[tuple[int, int], Place | None] = {}
    for places in homes.values():
        top, left = min(row for row, _ in places), min(column for _, column in places)
        height = max(row for row, _ in places) - top + 1
        width = max(column for _, column in places) - left + 1
        if len(places) < 2 or height * width != len(places):
            continue
        inside = tuple(at[place] for place in sorted(places, key=lambda each: (-each[0], each[1])))
        for place in places:
            spans[place] = None
        spans[top, left] = Place(inside, left, width, height)
    return spans


def _row(
    row: int, width: int, at: dict[tuple[int, int], DoorAt], spans: dict[tuple[int, int], Place | None]
) -> tuple[Place | None, ...]:
    places: list[Place | None] = []
    for column in range(width):
        if (row, column) in spans:
            span = spans[row, column]
            if span is not None:
                places.append(span)
        else:
            door = at.get((row, column))
            places.append(Place((door,), column) if door else None)
    return tuple(places)
