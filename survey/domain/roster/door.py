"""Where a home is: building, unit and room out of the many ways in which offices write them.

`3-2-501`, `3#2－501`, `3号楼2单元501室`, `三号楼东单元501`, `2单元501` under a sheet called `3#楼`: one door each.
A text that can be read in two ways is refused; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from survey.domain.errors import DomainError

_DASHES = str.maketrans(dict.fromkeys("—–―‐‑‒−﹣_~〜", "-"))
_SPACE = re.compile(r"\s+")
_ESTATE = re.compile(
    r"^.*(?:小区|花园|社区|家属院|大院|新村|公寓|宿舍|嘉园|佳苑|[苑里])(?=[0-9A-Z一二三四五六七八九十甲乙丙丁第东西南北])"
)
_ROAD = re.compile(r"^.*(?:路|街|巷|道)[0-9]+号(?:院|-)?(?=[0-9A-Z一二三四五六七八九十第])")
_BUILDING_MARK = re.compile(r"号楼|#楼|栋楼|幢楼|号院|栋|幢|座|(?<!阁)楼(?!层)|#")
_UNIT_MARK = re.compile(r"单元门?|门洞|[门梯]")
_TAIL = re.compile(r"(?:室|户|号|房|房间)+$")
_PART = re.compile(r"^[0-9A-Z一-鿿()]{1,12}$")
_BUILDING = re.compile(
    r"^(?:[甲乙丙丁东西南北中]?[0-9]{1,4}[A-Z甲乙丙丁东西南北]?|[A-Z][0-9]{0,3}|[甲乙丙丁东西南北中]|[一-鿿]{1,4}[0-9]{0,3})$"
)
_UNIT = re.compile(r"^(?:[0-9]{1,2}[A-Z]?|[A-Z]|[东西南北中甲乙丙丁]{1,2})$")
_ROOM = re.compile(
    r"^(?:-?[0-9]{1,5}[A-Z]?|[A-Z][0-9]{1,4}|[东西南北中]{1,2}|[0-9]{0,5}[A-Z]?(?:\(?(?:跃层|阁楼|复式|东|西|南|北|中|上|下|内|外|地下室|储藏[室间]|车库|车棚|商铺|门市|门面|沿街)\)?)[0-9A-Z]{0,4})$"
)
_PLAIN_ROOM = re.compile(r"^[0-9]{3,4}[A-Z]?$")
_SEVERAL = re.compile(r"[、,;/&+和及与]")
_NUMERALS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


def fold(text: str) -> str:
    """The text with full-width forms folded, blanks removed, dashes made one kind, letters upper-case."""
    if text.isascii():
        folded = text
    else:
        folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return _SPACE.sub("", folded).upper().replace("_", "-")


def numeral(text: str) -> str:
    """Chinese numerals up to 99 as digits, digits without leading zeros, any other text as it is."""
    if text.isdigit():
        return text.lstrip("0") or "0"
    if not text or any(character not in _NUMERALS and character != "十" for character in text):
        return text
    tens, mark, ones = text.partition("十")
    if not mark:
        return str(_NUMERALS[text]) if len(text) == 1 else text
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str((_NUMERALS[tens] if tens else 1) * 10 + (_NUMERALS[ones] if ones else 0))


@lru_cache(maxsize=4096)
def building_of(text: str) -> str:
    """The building's canonical number: `3号楼`, `３＃`, `第三栋`, `颐园小区3幢` -> `3`. Raises roster.building_form."""
    folded = _ESTATE.sub("", fold(text)).removeprefix("第")
    core = re.sub(r"(?:号楼|#楼|栋楼|幢楼|号院|栋|幢|座|楼|#|号)+-?$", "", folded)
    core = numeral(core)
    if not _BUILDING.match(core):
        raise DomainError("roster.building_form", value=text.strip()[:20])
    return core


@lru_cache(maxsize=4096)
def unit_of(text: str) -> str:
    """The unit's canonical number: `2单元`, `二单元`, `2门` -> `2`, `东单元` -> `东`. Raises roster.unit_form."""
    core = numeral(re.sub(r"(?:单元门?|门洞|[门梯]|号)+$", "", fold(text).removeprefix("第")))
    if not _UNIT.match(core):
        raise DomainError("roster.unit_form", value=text.strip()[:20])
    return core


def room_of(folded: str) -> str | None:
    """The canonical room of a folded text, or None when it is not a room: `501室` -> `501`, `0501` -> `501`."""
    core = _TAIL.sub("", folded) or folded
    if core.isdigit():
        return core.lstrip("0").zfill(3) if len(core) > 3 else core
    return core if _ROOM.match(core) else None


@lru_cache(maxsize=65536)
def place_of(
    text: str, building: str = "", unit: str = "", leads_with_building: bool = False
) -> tuple[str, str, tuple[str, ...]]:
    """Building, unit and rooms of an address or room cell; parts that the text leaves out come from `building` and `unit`.

    leads_with_building  how `3-501` is read where the building is already known: building and room, else unit and room

    Two rooms in one cell (`501、502`, `3-2-501/502`, `501-502` where building and unit are known) are one home of two doors.
    Raises DomainError: roster.address_form, roster.address_building (the text names another building than `building`).
    """
    folded = fold(text)
    simple = room_of(folded) if folded.isdigit() else None
    if simple is not None:
        return building, unit, (simple,)
    pieces = [piece for piece in _SEVERAL.split(folded) if piece]
    if not pieces:
        raise DomainError("roster.address_form", value=text.strip()[:30])
    first_building, first_unit, rooms = _one_place(pieces[0], text, building, unit, leads_with_building)
    for piece in pieces[1:]:
        next_building, next_unit, next_rooms = _one_place(piece, text, first_building, first_unit, leads_with_building)
        if (next_building, next_unit) != (first_building, first_unit):
            raise DomainError("roster.address_form", value=text.strip()[:30])
        rooms += next_rooms
    return first_building, first_unit, tuple(dict.fromkeys(rooms))


def _one_place(
    folded: str, text: str, building: str, unit: str, leads_with_building: bool
) -> tuple[str, str, tuple[str, ...]]:
    refused = DomainError("roster.address_form", value=text.strip()[:30])
    core = _ROAD.sub("", _ESTATE.sub("", folded)).removeprefix("第")
    has_building = bool(_BUILDING_MARK.search(core))
    has_unit = bool(_UNIT_MARK.search(core))
    core = _TAIL.sub("", core) or core
    marked = _UNIT_MARK.sub("-", _BUILDING_MARK.sub("-", core)).replace("层", "-")
    marked = re.sub(r"号(?=.)", "-", marked)
    parts = [part for part in marked.strip("-").split("-") if part]
    if not parts or not all(_PART.match(part) for part in parts):
        raise refused
    if folded.startswith("-") and len(parts) == 1:
        parts = ["-" + parts[0]]
    rooms: tuple[str, ...]
    if len(parts) >= 2 and _PLAIN_ROOM.match(parts[-1]) and _PLAIN_ROOM.match(parts[-2]):
        rooms = (parts[-2], parts[-1])
        parts = parts[:-1]
        if len(parts) == 2 and not has_building and not has_unit and building == "":
            raise refused
    else:
        rooms = (parts[-1],)
    before = parts[:-1]
    own_building, own_unit = building, unit
    if len(before) == 3:
        own_building, own_unit = building_of(before[0]), unit_of(before[1])
        if not before[2].isdigit():
            raise refused
    elif len(before) == 2:
        if has_building and not has_unit and not (before[1].isdigit() and len(before[1]) <= 2):
            raise refused
        own_building, own_unit = building_of(before[0]), unit_of(before[1])
    elif len(before) == 1:
        if has_unit and not has_building:
            own_unit = unit_of(before[0])
        elif has_building or not building or leads_with_building or unit:
            own_building = building_of(before[0])
        else:
            own_unit = unit_of(before[0])
    elif len(before) > 3:
        raise refused
    if building and own_building != building:
        raise DomainError("roster.address_building", value=text.strip()[:30], building=building)
    named = tuple(room_of(room) for room in rooms)
    if any(room is None for room in named):
        raise refused
    return own_building, own_unit, tuple(room for room in named if room is not None)
