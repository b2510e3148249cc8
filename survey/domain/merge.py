"""Three-way merge of sheets by stable key, and the difference of two sheets for timelines.

Two people may fill the same household: at the office and at the door, or in two windows. Answers that only one of them
changed are put together; an answer that both changed to different values is a conflict for a person to decide. Nothing
is decided by a clock, and no answer is lost without being named in the result.

Keys are those of `survey.domain.sheet.to_keys`: `tenure_type`, `persons[<uid>].full_name`. A row that a complete sheet
no longer holds has been deleted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import cache

from survey.domain.sheet import ROW_TYPES, Sheet

Answers = tuple[str, ...]
Keys = Mapping[str, Answers]

ROW_KEY = re.compile(r"^(([a-z_]+)\[.*\])\.([a-z_0-9]+)$", re.DOTALL)

GROUPS: dict[str, tuple[tuple[str, ...], ...]] = {
    "": (
        ("lon", "lat"),
        ("total_floors", "floor_no", "floor_note"),
        ("mortgage", "mortgage_detail"),
        ("seizure", "seizure_detail"),
        ("residence_right", "residence_right_detail"),
        ("objection", "objection_detail"),
        ("lease_status", "rent_yuan_month", "lease_end"),
        ("renewal_will", "will_reason", "will_text"),
    ),
    "certificates": (("cert_type", "cert_no"),),
    "parts": (("area_cert_m2", "area_cert_inner_m2"), ("area_meas_m2", "area_meas_inner_m2")),
    "fixtures": (("fixture_kind", "quantity"),),
    "decoration_items": (("item_quantity", "item_unit", "item_price_yuan"),),
    "persons": (
        ("id_type", "id_no"),
        ("share_num", "share_den"),
        ("deceased", "heir_note"),
        (
            "agent_for",
            "authorisation_matter",
            "authorisation_power",
            "authorisation_until",
            "authorisation_signed",
        ),
        ("service_addr", "e_service_ok"),
    ),
    "desired_layouts": (("layout", "area_band"),),
}
"""List of rows ("" for the sheet itself) -> groups of fields that are one fact: they merge or conflict together."""


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """One answer that both sides changed differently. `()` means: no answer.

    group  what must be decided together: the first key of a group of fields, the row `persons[<uid>]` where one side
           deleted it and the other edited it, else the key itself
    """

    key: str
    base: Answers
    theirs: Answers
    ours: Answers
    group: str


@dataclass(frozen=True, slots=True)
class Merged:
    """The result of a merge.

    keys           both sides' changes; in conflict theirs stands (what is kept already), ours is in `conflicts`
    conflicts      every answer in dispute, in the order of the sheet
    taken_theirs   keys whose answer came from theirs although ours still had the base's
    """

    keys: dict[str, Answers]
    conflicts: tuple[FieldConflict, ...]
    taken_theirs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that differs between two sheets; `()` means: no answer."""

    key: str
    old: Answers
    new: Answers


@cache
def _leaders() -> dict[tuple[str, str], str]:
    """(list, field) -> the first field of its group."""
    return {(rows, field): group[0] for rows, groups in GROUPS.items() for group in groups for field in group}


def _row_of(key: str) -> str | None:
    """`persons[<uid>]` of `persons[<uid>].full_name`; None for a question of the sheet itself."""
    match = ROW_KEY.match(key)
    return match[1] if match else None


def group_of(key: str) -> str:
    """The key that stands for everything that merges together with this one: itself for most.

    Rule: (house) GROUPS: fields that are one fact, such as an ID type and its number.
    """
    match = ROW_KEY.match(key)
    if match is None:
        return _leaders().get(("", key), key)
    return f"{match[1]}.{_leaders().get((match[2], match[3]), match[3])}"


def row_fields(rows: str) -> tuple[str, ...]:
    """The names of the fields of a row, in their order on the sheet.

    Rule: (house) the order of the data dictionary.
    """
    return tuple(field.name for field in fields(ROW_TYPES[rows]))


@cache
def _positions() -> dict[tuple[str, str], tuple[int, int]]:
    """(list, field) -> place on the sheet."""
    places: dict[tuple[str, str], tuple[int, int]] = {}
    for place, name in enumerate(field.name for field in fields(Sheet)):
        places["", name] = (place, 0)
        if name in ROW_TYPES:
            for column, field in enumerate(row_fields(name)):
                places[name, field] = (place, column)
    return places


def _in_order(*sides: Keys) -> list[str]:
    """Every key of the sides once, in the order of the sheet; rows in the order of the first side that has them."""
    rows: dict[str, int] = {}
    keys: dict[str, None] = {}
    for side in sides:
        for key in side:
            keys[key] = None
            row = _row_of(key)
            if row is not None:
                rows.setdefault(row, len(rows))
    last = (len(_positions()), 0)

    def place(key: str) -> tuple[int, int, int, str]:
        match = ROW_KEY.match(key)
        if match is None:
            return (*_positions().get(("", key), last), 0, key)
        section, column = _positions().get((match[2], match[3]), last)
        return (section, rows[match[1]], column, match[3])

    return sorted(keys, key=place)


def _rows(keys: Keys) -> dict[str, dict[str, Answers]]:
    rows: dict[str, dict[str, Answers]] = {}
    for key, answers in keys.items():
        row = _row_of(key)
        if row is not None:
            rows.setdefault(row, {})[key] = answers
    return rows


def _emptied(base: dict[str, Answers], theirs: dict[str, Answers], ours: dict[str, Answers]) -> bool:
    """Whether a row that both sides kept could be left without any answer, each having cleared what the other kept.

    Then the row would vanish though nobody removed it: that is for a person to decide. Of an answer that both changed
    either may stand, so it counts as cleared when one of the two is.
    """

    def may_be_empty(key: str) -> bool:
        before, their, our = (side.get(key, ()) for side in (base, theirs, ours))
        if our == before:
            return not their
        return not our if their == before else not (their and our)

    return all(may_be_empty(key) for key in {*base, *theirs, *ours})


def merge(base: Keys, theirs: Keys, ours: Keys) -> Merged:
    """Both sides' changes since the base, and what they dispute.

    base    the version that `ours` was filled from
    theirs  the current version
    ours    what was filled; a complete sheet, so that an absent row is a deleted row

    Rule: (house) an answer is taken from the side that changed it; both the same is no dispute; fields of one group
    are one answer; deleting a row that the other side left alone deletes it, and deletion against edit is a conflict.
    """
    base_rows, their_rows, our_rows = _rows(base), _rows(theirs), _rows(ours)
    disputed_rows: set[str] = set()
    for row, answers in base_rows.items():
        in_theirs, in_ours = row in their_rows, row in our_rows
        if (in_theirs != in_ours and answers != (their_rows if in_theirs else our_rows)[row]) or (
            in_theirs and in_ours and _emptied(answers, their_rows[row], our_rows[row])
        ):
            disputed_rows.add(row)

    order = _in_order(theirs, ours, base)
    units: dict[str, list[str]] = {}
    for key in order:
        its_row = _row_of(key)
        group = its_row if its_row is not None and its_row in disputed_rows else group_of(key)
        units.setdefault(group, []).append(key)

    chosen: dict[str, Answers] = {}
    conflicts: dict[str, FieldConflict] = {}
    taken: set[str] = set()
    for group, keys in units.items():
        before, their, our = (tuple(side.get(key, ()) for key in keys) for side in (base, theirs, ours))
        if our in (their, before):
            result = their
            taken.update(key for key in keys if theirs.get(key, ()) != ours.get(key, ()))
        elif their == before:
            result = our
        else:
            result = their
            for key in keys:
                if theirs.get(key, ()) != ours.get(key, ()):
                    conflicts[key] = FieldConflict(
                        key, base.get(key, ()), theirs.get(key, ()), ours.get(key, ()), group
                    )
        chosen.update(zip(keys, result, strict=True))
    return Merged(
        {key: chosen[key] for key in order if chosen[key]},
        tuple(conflicts[key] for key in order if key in conflicts),
        tuple(key for key in order if key in taken),
    )


def dispute(base: Keys, theirs: Keys, ours: Keys) -> Merged:
    """Every difference of two sheets as a conflict: nothing is put together without a person.

    Rule: (house) a signed sheet is never merged: what somebody put their name to must not change behind their back.
    """
    their_rows, our_rows = _rows(theirs), _rows(ours)
    conflicts = []
    for key in _in_order(theirs, ours, base):
        if theirs.get(key, ()) == ours.get(key, ()):
            continue
        row = _row_of(key)
        group = row if row is not None and (row in their_rows) != (row in our_rows) else group_of(key)
        conflicts.append(FieldConflict(key, base.get(key, ()), theirs.get(key, ()), ours.get(key, ()), group))
    return Merged(dict(theirs), tuple(conflicts), ())


def resolve(merged: Merged, ours: Collection[str]) -> dict[str, Answers]:
    """The merged answers after a person decided: for the groups (`FieldConflict.group`) named, ours is taken.

    Rule: (house) a group is decided as a whole, so that no ID type stands beside the number of another paper.
    """
    keys = dict(merged.keys)
    for conflict in merged.conflicts:
        if conflict.group in ours:
            keys.pop(conflict.key, None)
            if conflict.ours:
                keys[conflict.key] = conflict.ours
    return {key: keys[key] for key in _in_order(keys)}


def difference(old: Keys, new: Keys) -> tuple[Change, ...]:
    """What changed from one sheet to another, in the order of the sheet.

    Rule: (house) the timeline names every answer with its old and its new value; the order of rows is no change.
    """
    return tuple(
        Change(key, old.get(key, ()), new.get(key, ()))
        for key in _in_order(new, old)
        if old.get(key, ()) != new.get(key, ())
    )
