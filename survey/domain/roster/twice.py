"""What can only be seen across the whole file: two lines for one door, an ID number or a certificate in several homes.

Decided on purpose:
- Two lines for one door that agree in every fact they both give, and share an area or a certificate, are co-owners of one
  home written one a line: they become one home, with a warning. Lines that say exactly the same count once.
- Any other two lines for one door contradict each other: both are refused, because nobody here can tell which is right.
- One person owning several homes is usual: the same ID number under the same name is a warning. Under two names one of
  the numbers is wrong: both lines are refused.
- One certificate over several doors of one owner, or over the flats of a public landlord, is usual: a warning. Under
  owners who have nobody in common it is refused.
- One phone in more than three homes is a warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from survey.domain import codes
from survey.domain.door import door_label
from survey.domain.roster.record import (
    Door,
    Problem,
    RosterField,
    RosterOwner,
    RosterRow,
    Severity,
    SheetSummary,
)

F = RosterField
PHONE_HOMES = 3
SHOWN = 3
COMPARED = 20
"""A file may name one door or number on every line: each line is compared with so many others at most."""
SINGLE_FACTS = tuple(
    item.name
    for item in fields(RosterRow)
    if item.name not in ("sheet", "row", "other_rows", "owners", "certificates", "building_no", "unit_no", "address")
)


class Places:
    """Names the cell of a line in its own file: the column that a field was read from on that sheet."""

    def __init__(self, sheets: Iterable[SheetSummary]) -> None:
        self._columns = {
            (sheet.name, column.field): (column.letter, column.header)
            for sheet in sheets
            for column in sheet.columns
            if column.field
        }

    def problem(
        self, row: RosterRow, choices: Sequence[RosterField], code: str, severity: Severity, **params: object
    ) -> Problem:
        letter, header = "", choices[0].label
        for name in choices:
            if (row.sheet, name) in self._columns:
                letter, header = self._columns[row.sheet, name]
                break
        return Problem(row.sheet, row.row, letter, header, code, severity, tuple(params.items()))


def check_whole(rows: Sequence[RosterRow], sheets: Iterable[SheetSummary]) -> tuple[list[RosterRow], list[Problem]]:
    """The rows with lines of one door taken together, and the problems between rows. The order of rows is kept."""
    places = Places(sheets)
    problems: list[Problem] = []
    rows = _one_row_a_door(rows, places, problems)
    _same_ids(rows, places, problems)
    _same_certificates(rows, places, problems)
    _same_phones(rows, places, problems)
    return rows, problems


def _where(row: RosterRow, others: Iterable[RosterRow]) -> str:
    """Other lines as a person finds them: `第 12、15 行`, with the sheet where it is another one."""
    found = list(others)
    texts = [
        f"第{other.row}行" if other.sheet == row.sheet else f"“{other.sheet}”第{other.row}行" for other in found[:SHOWN]
    ]
    return "、".join(texts) + (f"等{len(found)}处" if len(found) > SHOWN else "")


def _one_row_a_door(rows: Sequence[RosterRow], places: Places, problems: list[Problem]) -> list[RosterRow]:
    by_door: dict[Door, list[int]] = {}
    for index, row in enumerate(rows):
        if row.room_no:
            for door in row.doors:
                by_door.setdefault(door, []).append(index)
    if all(len(group) == 1 for group in by_door.values()):
        return list(rows)
    merged: dict[int, RosterRow] = {}
    dropped: set[int] = set()
    clashing: dict[int, tuple[Door, set[int]]] = {}
    for door, group in by_door.items():
        if len(group) == 1 or any(index in dropped for index in group):
            continue
        together = rows[group[0]]
        for index in group[1:]:
            joined = _together(together, rows[index]) if len(group) <= COMPARED else None
            if joined is None:
                for clash in group:
                    rivals = [other for other in group[: COMPARED + 1] if other != clash]
                    clashing.setdefault(clash, (door, set()))[1].update(rivals)
                break
            together = joined
        else:
            merged[group[0]] = together
            dropped.update(group[1:])
            for index in group[1:]:
                same = _facts(rows[index]) == _facts(rows[group[0]])
                code = "roster.row_repeated" if same else "roster.co_owners_joined"
                problems.append(
                    places.problem(
                        rows[index],
                        (F.ROOM, F.ADDRESS),
                        code,
                        Severity.WARNING,
                        door=door_label(*door),
                        where=_where(rows[index], [rows[group[0]]]),
                    )
                )
    for index, (door, others) in sorted(clashing.items()):
        problems.append(
            places.problem(
                rows[index],
                (F.ROOM, F.ADDRESS),
                "roster.door_twice",
                Severity.ERROR,
                door=door_label(*door),
                where=_where(rows[index], [rows[other] for other in sorted(others)]),
            )
        )
    return [merged.get(index, row) for index, row in enumerate(rows) if index not in dropped]


def _facts(row: RosterRow) -> tuple[object, ...]:
    return (*(getattr(row, name) for name in SINGLE_FACTS), row.owners, row.certificates)


def _together(first: RosterRow, second: RosterRow) -> RosterRow | None:
    """One home out of two lines for its door, or None when they contradict each other."""
    values: dict[str, object] = {}
    for name in SINGLE_FACTS:
        ours, theirs = getattr(first, name), getattr(second, name)
        if ours == theirs or theirs in (None, "", ()):
            continue
        if ours not in (None, "", ()):
            return None
        values[name] = theirs
    ours_certs, their_certs = first.certificates, second.certificates
    if ours_certs and their_certs and ours_certs != their_certs:
        return None
    same_area = first.area_cert_m2 is not None and first.area_cert_m2 == second.area_cert_m2
    same_cert = bool(ours_certs) and ours_certs == their_certs
    if not (same_area or same_cert or _facts(first) == _facts(second)):
        return None
    owners = list(first.owners)
    for owner in second.owners:
        match = next((index for index, known in enumerate(owners) if _is_same(known, owner)), None)
        if match is None:
            owners.append(owner)
        elif owners[match].id_no == "" and owner.id_no:
            owners[match] = owner
    values.update(owners=tuple(owners), certificates=ours_certs or their_certs)
    values["other_rows"] = (*first.other_rows, second.row, *second.other_rows)
    return replace(first, **values)  # type: ignore[arg-type]


def _is_same(one: RosterOwner, other: RosterOwner) -> bool:
    if one.id_no and other.id_no:
        return one.id_no == other.id_no
    return one.full_name == other.full_name


def _same_ids(rows: Sequence[RosterRow], places: Places, problems: list[Problem]) -> None:
    homes: dict[str, list[tuple[int, str]]] = {}
    for index, row in enumerate(rows):
        for owner in row.owners:
            if owner.id_no:
                homes.setdefault(owner.id_no, []).append((index, owner.full_name))
    for group in homes.values():
        if len({index for index, _ in group}) < 2:
            continue
        differ = len({name for _, name in group}) > 1
        for index, name in group:
            others = [rows[other] for other, _ in group[: COMPARED + 1] if other != index]
            code = "roster.id_two_names" if differ else "roster.id_in_several"
            severity = Severity.ERROR if differ else Severity.WARNING
            problems.append(
                places.problem(rows[index], (F.ID_NO,), code, severity, name=name, where=_where(rows[index], others))
            )


def _same_certificates(rows: Sequence[RosterRow], places: Places, problems: list[Problem]) -> None:
    homes: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for certificate in row.certificates:
            homes.setdefault(certificate.cert_no, []).append(index)
    for cert_no, group in homes.items():
        if len(set(group)) < 2:
            continue
        public = all(rows[index].tenure_type in codes.PUBLIC_RENTAL for index in group)
        for index in group:
            others = [rows[other] for other in group[: COMPARED + 1] if other != index]
            strangers = any(
                other.owners
                and rows[index].owners
                and not any(_is_same(one, two) for one in rows[index].owners for two in other.owners)
                for other in others
            )
            code = "roster.cert_two_owners" if strangers and not public else "roster.cert_in_several"
            severity = Severity.ERROR if strangers and not public else Severity.WARNING
            problems.append(
                places.problem(
                    rows[index], (F.CERT_NO,), code, severity, cert_no=cert_no, where=_where(rows[index], others)
                )
            )


def _same_phones(rows: Sequence[RosterRow], places: Places, problems: list[Problem]) -> None:
    homes: dict[str, list[int]] = {}
    for index, row in enumerate(rows):
        for phone in {owner.phone for owner in row.owners if owner.phone}:
            homes.setdefault(phone, []).append(index)
    for group in homes.values():
        if len(group) > PHONE_HOMES:
            for index in group:
                problems.append(
                    places.problem(rows[index], (F.PHONE,), "roster.phone_in_many", Severity.WARNING, count=len(group))
                )
