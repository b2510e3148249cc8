"""An event of a tablet as it is sent: read strictly, so that nothing malformed goes any further."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn
from uuid import UUID

from survey.domain.errors import DomainError
from survey.domain.event import EventType
from survey.domain.sheet import Pair
from survey.domain.signature import Strokes, read_strokes

MOST_PAIRS = 20_000
MOST_BLOBS = 20
LONGEST_TEXT = 20_000
SHA256 = re.compile(r"[0-9a-f]{64}\Z")
NAME = re.compile(r"[A-Za-z0-9_\-\[\]. ]{1,200}\Z")
ABOUT = frozenset(
    {"submit", "resolves", "building", "unit", "room", "floor", "version", "round", "person", "consent", "text_hash",
     "saves", "photo", "authorisation"}
)  # fmt: skip
MOST_SKEW = timedelta(days=366)
FORM = "sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One record, as the person made it. Fields as in docs/sync.md; `made_at` is corrected by the clock's error."""

    id: UUID
    type: EventType
    form_version: int
    household_id: UUID
    base: int
    prev: UUID | None
    seq: int
    made_at_raw: datetime
    made_at: datetime
    pairs: tuple[Pair, ...] = ()
    clear: frozenset[str] = frozenset()
    blobs: tuple[str, ...] = ()
    about: dict[str, str] = field(default_factory=dict)
    strokes: Strokes = ()


def read_id(told: Any) -> UUID | None:
    """The id of something sent as an event; None when it has none, so that nothing about it can be kept."""
    try:
        return UUID(told["id"]) if isinstance(told, dict) and isinstance(told["id"], str) else None
    except (KeyError, ValueError):
        return None


def read_event(told: Any, skew: float = 0) -> Event:
    """The event. Raises DomainError sync.event_form with the field that is not as it should be.

    skew  seconds by which the tablet's clock is late
    """
    if not isinstance(told, dict):
        _refuse("id")
    if told.get("form", FORM) != FORM:
        _refuse("form")
    made_at = _moment(told.get("at"))
    return Event(
        id=_uuid(told.get("id"), "id"),
        type=_type(told.get("type")),
        form_version=_whole(told.get("fv"), "fv"),
        household_id=_uuid(told.get("hid"), "hid"),
        base=_whole(told.get("base"), "base"),
        prev=None if told.get("prev") is None else _uuid(told["prev"], "prev"),
        seq=_whole(told.get("seq"), "seq"),
        made_at_raw=made_at,
        made_at=made_at + read_skew(skew),
        pairs=_pairs(told.get("pairs", [])),
        clear=frozenset(_texts(told.get("clear", []), "clear", MOST_PAIRS)),
        blobs=tuple(_shas(told.get("blobs", []))),
        about=_about(told.get("about", {})),
        strokes=_strokes(told.get("strokes", []), told.get("type")),
    )


def read_skew(told: Any) -> timedelta:
    """The correction of a tablet's clock; none where it says nothing sensible."""
    if isinstance(told, bool) or not isinstance(told, int | float) or not abs(told) <= MOST_SKEW.total_seconds():
        return timedelta()
    return timedelta(seconds=told)


def _uuid(told: Any, name: str) -> UUID:
    try:
        return UUID(told if isinstance(told, str) else "")
    except ValueError:
        _refuse(name)


def _refuse(name: str) -> NoReturn:
    raise DomainError("sync.event_form", name, name=name)


def _type(told: Any) -> EventType:
    if told not in [*EventType]:
        _refuse("type")
    return EventType(told)


def _whole(told: Any, name: str) -> int:
    if isinstance(told, bool) or not isinstance(told, int) or not 0 <= told < 2**31:
        _refuse(name)
    return int(told)


def _moment(told: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(told if isinstance(told, str) and len(told) < 40 else "")
        if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
            _refuse("at")
    except ValueError:
        _refuse("at")
    return moment


def _is_text(told: Any, longest: int = LONGEST_TEXT) -> bool:
    """Whether it is a text that both databases hold: no NUL, no half of a surrogate pair."""
    if not isinstance(told, str) or len(told) > longest or "\0" in told:
        return False
    try:
        told.encode()
    except UnicodeEncodeError:
        return False
    return True


def _pairs(told: Any) -> tuple[Pair, ...]:
    if not isinstance(told, list) or len(told) > MOST_PAIRS:
        _refuse("pairs")
    for pair in told:
        if not (isinstance(pair, list) and len(pair) == 2 and _is_text(pair[0], 200) and _is_text(pair[1])):
            _refuse("pairs")
        if NAME.match(pair[0]) is None:
            _refuse("pairs")
    return tuple((name, text) for name, text in told)


def _texts(told: Any, name: str, most: int) -> list[str]:
    if not isinstance(told, list) or len(told) > most or not all(_is_text(text, 200) for text in told):
        _refuse(name)
    return list(told)


def _shas(told: Any) -> list[str]:
    texts = _texts(told, "blobs", MOST_BLOBS)
    if any(SHA256.match(text) is None for text in texts):
        _refuse("blobs")
    return texts


def _about(told: Any) -> dict[str, str]:
    if not isinstance(told, dict) or not ABOUT.issuperset(told):
        _refuse("about")
    found = {}
    for name, value in told.items():
        if isinstance(value, bool):
            value = "1" if value else ""
        elif isinstance(value, int):
            value = str(value)
        if value is not None and not _is_text(value, 200):
            _refuse("about")
        found[name] = value or ""
    return found


def _strokes(told: Any, type_: Any) -> Strokes:
    """What a hand drew: only a signature has it."""
    strokes = read_strokes(told)
    if strokes and type_ != EventType.SIGNATURE:
        _refuse("strokes")
    return strokes
