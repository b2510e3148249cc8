"""Two dossiers of one home (重复登记): which rows of the one sheet speak of the same as rows of the other.

Two tablets that made the same household gave its people and rooms different uids. Before their sheets can be merged by
stable key, the rows that mean the same must have the same one. Nothing is decided here about what the rows say.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from survey.domain.identity import normal_id
from survey.domain.sheet import ROW_TYPES, Person, Sheet, replace_rows

Uids = dict[tuple[str, str], str]
"""(list, uid of a row) -> the uid that it takes."""
MATCHED = tuple(name for name in ROW_TYPES if name != "reasons")
"""The lists whose rows speak of things. A reason speaks of a finding, and follows its row."""


def match_rows(ours: Sheet, theirs: Sheet) -> Uids:
    """The uids that the rows of `ours` take beside `theirs`: that of the same thing there, else one that is free.

    Rule: (house) a person is known by the ID number, else by the name; a certificate by its number; parts, fixtures,
    decoration and wishes by what they are and their order among those.
    """
    uids: Uids = {}
    for name in MATCHED:
        mine, there = getattr(ours, name), getattr(theirs, name)
        matched = _same_persons(mine, there) if name == "persons" else _same(mine, there, KNOWN_BY[name])
        taken = {row.uid for row in there}
        for row in mine:
            uid = matched.get(row.uid)
            if uid is None:
                uid = next(each for each in _free(row.uid) if each not in taken)
            taken.add(uid)
            uids[name, row.uid] = uid
    return uids


def rename_rows(sheet: Sheet, uids: Uids) -> Sheet:
    """The sheet with other uids; the reasons to warnings follow the rows that they speak of."""
    lists: dict[str, list[Any]] = {
        name: [replace(row, uid=uids.get((name, row.uid), row.uid)) for row in getattr(sheet, name)] for name in MATCHED
    }
    renamed = {old: new for (_name, old), new in uids.items()}
    reasons = []
    for reason in sheet.reasons:
        code, colon, about = reason.uid.partition(":")  # as `survey.domain.check` makes the key of a finding
        reasons.append(replace(reason, uid=code + colon + renamed.get(about, about)))
    return replace_rows(sheet, **lists, reasons=reasons)


def _free(uid: str) -> Iterator[str]:
    yield uid
    for number in range(2, 10_000):
        yield f"{uid[:58]}~{number}"


def _same(mine: Sequence[Any], there: Sequence[Any], known_by: Callable[[Any], Hashable]) -> dict[str, str]:
    """Uid of mine -> uid of the row there that is known by the same, the first by the first, the second by the second."""
    waiting: dict[Hashable, list[str]] = {}
    for row in there:
        waiting.setdefault(known_by(row), []).append(row.uid)
    return {row.uid: found.pop(0) for row in mine if known_by(row) and (found := waiting.get(known_by(row)))}


def _same_persons(mine: Sequence[Person], there: Sequence[Person]) -> dict[str, str]:
    matched = _same(mine, there, lambda person: normal_id(person.id_no) if person.id_no else "")
    left = [person for person in there if person.uid not in matched.values()]
    for person in mine:
        if person.uid in matched or not person.full_name:
            continue
        for other in left:
            # Two numbers that differ are two people, whatever they are called.
            if other.full_name == person.full_name and not (person.id_no and other.id_no):
                matched[person.uid] = other.uid
                left.remove(other)
                break
    return matched


KNOWN_BY: dict[str, Callable[[Any], Hashable]] = {
    "certificates": lambda row: row.cert_no,
    "parts": lambda row: row.kind,
    "fixtures": lambda row: row.fixture_kind,
    "decoration_items": lambda row: row.item,
    "desired_layouts": lambda row: "wish",
}
