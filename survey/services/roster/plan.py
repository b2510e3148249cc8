"""What would become of a roster: each row compared with the register, nothing written.

A household of which only rosters have told is created or brought up to date. One that staff have been to is compared:
what they found stands, and the difference is shown. The plan has a digest over the file, the answers about its columns,
what is refused, and what is written, with the state of every household that changes; only the plan that was shown can be
carried out.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import select

from survey.domain.codes import label_of
from survey.domain.door import door_label, short_door
from survey.domain.household import HouseholdState
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.roster.fill import COLUMN_OF, first_sheet, overlay
from survey.domain.roster.record import Door as DoorKey
from survey.domain.roster.record import Problem, RosterField, RosterRow, Severity
from survey.domain.roster.state import RowFate
from survey.domain.roster.twice import Places
from survey.domain.sheet import (
    ROW_TYPES,
    Row,
    Sheet,
    field_of,
    field_types,
    from_pairs,
    pairs_hash,
    row_key,
    to_keys,
    to_pairs,
)
from survey.models import Building, Door, Household, Project, SheetRow, db
from survey.models.crypto import open_bytes
from survey.services.roster.read import RosterFile
from survey.services.sheet.projection import Place

CHUNK = 500
WHERE = (RosterField.ROOM, RosterField.ADDRESS)
NAMES_ROW = frozenset({"full_name", "cert_no"})
NOT_TOLD = frozenset(
    {"sex", "birth_date", "id_type", "cert_type", "cert_area_m2", "title_status", "legality", "kind", "fixture_kind",
     "floor_note", "note", "roles", "share_den", "coown_type"}
)  # fmt: skip
"""Answers that follow from others, or are remarks: a difference in them alone is none that a person must look at."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that the roster would change: its stable key, the texts before and after."""

    key: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanItem:
    """What becomes of one row.

    sheet      the household's sheet afterwards; None where nothing is written
    new_doors  doors that the household gets besides those it has
    """

    fate: RowFate
    row: RosterRow
    household_id: UUID | None = None
    base: int = 0
    dossier_no: str = ""
    changes: tuple[Change, ...] = ()
    sheet: Sheet | None = None
    new_doors: tuple[DoorKey, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The fate of every row, in the order of the file, and all that is wrong with the file."""

    file: RosterFile
    items: tuple[PlanItem, ...]
    problems: tuple[Problem, ...]
    digest: str

    @property
    def counts(self) -> dict[str, int]:
        """rows, and how many of each fate."""
        found = Counter(item.fate for item in self.items)
        return {"rows": len(self.items), **{fate.value: found[fate] for fate in RowFate}}


def make_plan(project: Project, file: RosterFile, *, fingerprint: str) -> Plan:
    """Compare a roster with the register of a project.

    fingerprint  of the file and the answers about its columns; part of the digest
    """
    planner = _Planner(project.id, file)
    items = tuple(planner.items())
    order = {sheet.name: number for number, sheet in enumerate(file.sheets)}
    problems = sorted(
        (*file.problems, *planner.problems),
        key=lambda problem: (order.get(problem.sheet, 0), problem.row, len(problem.letter), problem.letter),
    )
    return Plan(file, items, tuple(problems), _digest(fingerprint, items))


def fingerprint_of(data: bytes, answers: Mapping[str, Mapping[int, RosterField | None]]) -> str:
    """What a plan rests on besides the register: the bytes of the file and the answers about its columns."""
    told = {
        signature: {str(index): name or "" for index, name in sorted(columns.items())}
        for signature, columns in sorted(answers.items())
    }
    return hashlib.sha256(data).hexdigest() + json.dumps(told, sort_keys=True)


def _digest(fingerprint: str, items: Sequence[PlanItem]) -> str:
    """Of the file, and of what is written and refused: staff go on visiting the homes that the roster leaves alone."""
    digest = hashlib.sha256(fingerprint.encode())
    for item in items:
        if item.fate in (RowFate.UNCHANGED, RowFate.DIFFERS):
            continue
        digest.update(
            f"{item.row.sheet}\0{item.row.row}\0{item.fate}\0{item.household_id}\0{item.base}\0{item.new_doors}".encode()
        )
        for change in item.changes:
            digest.update(f"\0{change.key}\0{change.old}\0{change.new}".encode())
    return digest.hexdigest()


@dataclass(slots=True)
class _Known:
    """A household as far as comparing needs it."""

    id: UUID
    version: int
    dossier_no: str
    is_staffs: bool
    """Staff have been to it, or have taken it off the register: a roster changes nothing."""
    doors: list[DoorKey] = field(default_factory=list)
    pairs_hash: str = ""


class _Planner:
    """Compares the rows of one file with the register of one project."""

    def __init__(self, project_id: UUID, file: RosterFile) -> None:
        self.project_id = project_id
        self.file = file
        self.places = Places(file.sheets)
        self.problems: list[Problem] = []
        self.by_door: dict[DoorKey, UUID] = {}
        self.households: dict[UUID, _Known] = {}

    def items(self) -> Iterator[PlanItem]:
        self._load()
        placed = self._one_row_a_household([self._placed(row) for row in self.file.rows])
        for start in range(0, len(placed), CHUNK):
            yield from self._compared(placed[start : start + CHUNK])

    def _load(self) -> None:
        query = (
            select(
                Household.id, Household.sheet_version, Household.dossier_no, Household.touched_by_staff,
                Household.state, Household.removed_at, SheetRow.pairs_hash,
            )
            .outerjoin(
                SheetRow, (SheetRow.household_id == Household.id) & (SheetRow.version == Household.sheet_version)
            )
            .where(Household.project_id == self.project_id)
        )  # fmt: skip
        for id_, version, dossier, touched, state, removed, hash_ in db.session.execute(query):
            is_staffs = touched or removed is not None or state is not HouseholdState.UNVISITED
            self.households[id_] = _Known(id_, version, dossier, is_staffs, [], hash_ or "")
        doors = (
            select(Building.no, Door.unit_no, Door.room_no, Door.household_id)
            .join(Building, Building.id == Door.building_id)
            .where(Building.project_id == self.project_id, Door.household_id.is_not(None))
            .order_by(Door.sort)
        )
        for no, unit, room, household_id in db.session.execute(doors):
            assert household_id is not None
            self.by_door[no, unit, room] = household_id
            self.households[household_id].doors.append((no, unit, room))

    def _tell(
        self, row: RosterRow, columns: Sequence[RosterField], code: str, severity: Severity, **params: object
    ) -> None:
        self.problems.append(self.places.problem(row, columns, code, severity, **params))

    def _placed(self, row: RosterRow) -> PlanItem:
        """The row with the household behind its door, if there is one."""
        if self.file.is_refused(row):
            return PlanItem(RowFate.REFUSED, row)
        behind = {door: self.by_door[door] for door in row.doors if door in self.by_door}
        if not behind:
            return PlanItem(RowFate.CREATED, row)
        first = next(iter(behind.values()))
        strangers = {door: other for door, other in behind.items() if other != first}
        for door, other in strangers.items():
            no = self.households[other].dossier_no
            code = "roster.door_other_household"
            self._tell(row, WHERE, code, Severity.ERROR, door=door_label(*door), dossier_no=no)
        if strangers:
            return PlanItem(RowFate.REFUSED, row)
        known = self.households[first]
        new_doors = tuple(door for door in row.doors if door not in behind)
        return PlanItem(RowFate.UNCHANGED, row, known.id, known.version, known.dossier_no, new_doors=new_doors)

    def _one_row_a_household(self, items: list[PlanItem]) -> list[PlanItem]:
        """Rows whose doors the register holds as one home (打通): the home stands, and each row says so."""
        counted = Counter(item.household_id for item in items if item.household_id is not None)
        if all(count == 1 for count in counted.values()):
            return items
        result: list[PlanItem] = []
        for item in items:
            if item.household_id is not None and counted[item.household_id] > 1:
                doors = "、".join(door_label(*door) for door in self.households[item.household_id].doors)
                no = item.dossier_no
                self._tell(item.row, WHERE, "roster.doors_are_one", Severity.WARNING, doors=doors, dossier_no=no)
                item = replace(item, fate=RowFate.DIFFERS, new_doors=())
            result.append(item)
        return result

    def _compared(self, items: Sequence[PlanItem]) -> Iterator[PlanItem]:
        """The rows with what they would change. A sheet is opened only where its hash does not already say the same."""
        firsts: dict[int, Sheet] = {}
        to_open: list[UUID] = []
        for number, item in enumerate(items):
            if item.fate in (RowFate.REFUSED, RowFate.DIFFERS):
                continue
            sheet = first_sheet(item.row)
            if item.household_id is None:
                firsts[number] = sheet
            elif item.new_doors or self.households[item.household_id].pairs_hash != pairs_hash(to_pairs(sheet)):
                to_open.append(item.household_id)
        opened = _open_sheets(to_open)
        wanted = frozenset(to_open)
        for number, item in enumerate(items):
            if number in firsts:
                yield replace(item, sheet=firsts[number])
            elif item.household_id in wanted and item.fate is RowFate.UNCHANGED:
                known = self.households[item.household_id]
                yield self._compare(item, known, opened.get(known.id, Sheet()))
            else:
                yield item

    def _compare(self, item: PlanItem, known: _Known, current: Sheet) -> PlanItem:
        wanted = overlay(current, item.row)
        before, after = to_keys(to_pairs(current)), to_keys(to_pairs(wanted))
        changes = tuple(
            Change(key, before.get(key, ()), after.get(key, ()))
            for key in (*before, *(key for key in after if key not in before))
            if before.get(key) != after.get(key)
        )
        if not known.is_staffs:
            if not changes and not item.new_doors and known.version:
                return item
            doors = sorted((*known.doors, *item.new_doors)) if item.new_doors else known.doors
            place = Place(known.id, self.project_id, tuple(short_door(*door) for door in doors))
            return replace(item, fate=RowFate.CHANGED, changes=changes, sheet=wanted, place=place)
        told = [change for change in changes if _is_told(change)]
        for change in told:
            name = field_of(change.key)
            self._tell(
                item.row,
                (COLUMN_OF.get(name, RosterField.REMARK),),
                "roster.differs",
                Severity.WARNING,
                field=COLUMN_OF[name].label if name in COLUMN_OF else name,
                old=_words(change.key, change.old),
                new=_words(change.key, change.new),
            )
        for door in item.new_doors:
            self._tell(item.row, WHERE, "roster.differs_door", Severity.WARNING, door=door_label(*door))
        if not told and not item.new_doors:
            return item
        return replace(item, fate=RowFate.DIFFERS, changes=tuple(told), new_doors=())


def _open_sheets(ids: Sequence[UUID]) -> dict[UUID, Sheet]:
    if not ids:
        return {}
    query = (
        select(SheetRow.id, SheetRow.household_id, SheetRow.pairs_sealed)
        .join(Household, (Household.id == SheetRow.household_id) & (Household.sheet_version == SheetRow.version))
        .where(SheetRow.household_id.in_(ids))
    )
    return {
        household_id: from_pairs(json.loads(open_bytes("sheet.pairs", id_, sealed)))
        for id_, household_id, sealed in db.session.execute(query)
    }


def _is_told(change: Change) -> bool:
    name = field_of(change.key)
    if name in NOT_TOLD:
        return False
    is_row_gone = not change.new and row_key(change.key) is not None
    return name in NAMES_ROW or not is_row_gone


def _words(key: str, texts: Sequence[str]) -> str:
    """An answer in words, personal numbers masked."""
    if not texts:
        return "（无）"
    match = row_key(key)
    name = field_of(key)
    if name == "id_no":
        return mask_id_no(texts[0])
    if name == "phone":
        return mask_phone(texts[0])
    record: type[Sheet] | type[Row] = ROW_TYPES[match.rows] if match else Sheet
    known = field_types(record)[name]
    if known.codes is not None:
        return "、".join(label_of(known.codes, text) for text in texts)
    return {"yes": "是", "no": "否"}.get(texts[0], texts[0]) if known.kind == "bool" else texts[0]
