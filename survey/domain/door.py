"""A door (门牌) in one writing: building, unit, room; its label, its place in stairwell order, and dossier numbers.

`parse_door` reads one door. What rosters write besides (two rooms in a cell, a building given by the sheet's name) is
read by `survey.domain.roster.door`, with the same rules.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from survey.domain.errors import DomainError
from survey.domain.message import N_
from survey.domain.roster.door import numeral, place_of

_DIGITS = re.compile(r"[0-9]+")
_NUMERALS = re.compile(r"[零〇一二两三四五六七八九十]+")
_ROOM = re.compile(r"(-|B)?([0-9]{3,5})(?![0-9])")
_FLOOR_OFFSET = 500
_NO_FLOOR = 999

BUILDING_LABEL = N_("{building}号楼")
UNIT_LABEL = N_("{unit}单元")
ROOM_LABEL = N_("{room}室")


@dataclass(frozen=True, slots=True)
class DoorRef:
    """One door by its canonical numbers; "" where a house has no units."""

    building_no: str
    unit_no: str
    room_no: str

    @property
    def short(self) -> str:
        """3-2-501."""
        return short_door(self.building_no, self.unit_no, self.room_no)

    @property
    def label(self) -> str:
        """3号楼2单元501室."""
        return door_label(self.building_no, self.unit_no, self.room_no)


def parse_door(text: str) -> DoorRef:
    """The door that a text names: 3号楼2单元501室, 3-2-501, 3#2－501, 3栋2单元501, 3幢501 (a house without units).

    Rule: (house) one door has one writing; a text that names no building, or several rooms, is refused, never guessed.
    Raises DomainError("door.form").
    """
    try:
        building, unit, rooms = place_of(text)
    except DomainError:
        raise DomainError("door.form", text=text.strip()[:30]) from None
    if not building or len(rooms) != 1:
        raise DomainError("door.form", text=text.strip()[:30])
    return DoorRef(building, unit, rooms[0])


def short_door(building_no: str, unit_no: str, room_no: str) -> str:
    """3-2-501; the unit is left out where there is none.

    Rule: (house) the writing that is stored, searched and printed in narrow columns.
    """
    return "-".join(part for part in (building_no, unit_no, room_no) if part)


def door_label(building_no: str, unit_no: str = "", room_no: str = "") -> str:
    """3号楼2单元501室, as far as it is known.

    Rule: survey ledgers write 楼栋, 单元, 房号; words that already say what they are (东单元, 阁楼) are not doubled.
    """
    label = BUILDING_LABEL.format(building=building_no) if building_no else ""
    if unit_no:
        label += UNIT_LABEL.format(unit=unit_no)
    if room_no:
        label += ROOM_LABEL.format(room=room_no) if room_no[-1].isascii() else room_no
    return label


def dossier_no(project_code: str, building_no: str, unit_no: str, serial: int) -> str:
    """户编号（档案号）: the project's code, then building (3), unit (2) and household (4).

    serial  a number of its own within building and unit, from 1; never used twice

    Rule: data dictionary of the survey: project prefix + 楼栋(3) + 单元(2) + 户(4), immutable, printed as QR.
    Raises DomainError("door.serial") beyond 9999.
    """
    if not 1 <= serial <= 9999:
        raise DomainError("door.serial", serial=serial)
    return f"{project_code}-{building_no:0>3}{unit_no or '0':0>2}{serial:04d}"


def floor_of_room(room_no: str) -> int | None:
    """The floor that a room's number tells: 501 -> 5, 1203 -> 12, -101 and B101 -> -1; None where it tells none.

    Rule: usual numbering of flats: the last two digits are the flat, those before them the floor.
    """
    match = _ROOM.match(room_no)
    if match is None:
        return None
    floor = int(match[2][:-2])
    if floor == 0:
        return None
    return -floor if match[1] else floor


def natural_key(text: str) -> str:
    """A key under which 2 comes before 10: every run of digits filled up to six.

    Rule: (house) lists are read by people; the key is compared as plain text on every database.
    """
    return _DIGITS.sub(lambda match: match[0].zfill(6), text)


def counted_key(text: str) -> str:
    """`natural_key` of a text whose Chinese numerals are counted too: 一组, 二组, 三组, 十组.

    Rule: (house) lists are read by people; by code point 三 would come before 二.
    """
    return natural_key(_NUMERALS.sub(lambda match: numeral(match[0]), text))


def door_sort(building_no: str, unit_no: str, room_no: str, floor_no: int | None = None) -> str:
    """The key of stairwell order: building, unit, floor from below, room.

    floor_no  where known; else the floor that the room's number tells, and rooms without any come last

    Rule: (house) surveyors walk a stairwell from below to above.
    """
    floor = floor_no if floor_no is not None else floor_of_room(room_no)
    height = _NO_FLOOR if floor is None else _FLOOR_OFFSET + floor
    return f"{natural_key(building_no)}|{natural_key(unit_no)}|{height:03d}|{natural_key(room_no)}"
