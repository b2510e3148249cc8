"""An exported ledger that comes back edited in Excel or WPS: what was changed in which cell, and what that means today.

A row is found by its mark (行标识: household, version of its sheet, row of the sheet), wherever sorting or pasting has put
it. A cell counts as edited when it no longer says what that version said; then the edit is merged with what others wrote
since, by the rules of every other save. Deleted columns and deleted rows change nothing. A column that is counted or put
together from several answers cannot be read back: whoever edited it is told where its answers stand. Rows that look as if
they had been put under each other's marks are told, not believed. Nothing is written here: `survey.services.amendment`
carries a plan out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exports.ledger import Column, Kind, Ledger, Record, Sheet, shown
from exports.ledgers import register
from exports.view import CHINA, View, batches
from exports.workbook import cell_text
from survey.domain.access import Permission
from survey.domain.codes import ETHNICITIES, Code
from survey.domain.errors import DomainError
from survey.domain.household import EDITABLE, Action, HouseholdState, actions_from, next_state
from survey.domain.mask import STAR, mask_cert_no, mask_id_no, mask_name, mask_numbers, mask_phone
from survey.domain.merge import Merged
from survey.domain.roster.cells import UNCALCULATED, day, folded_text, id_numbers, phones, share, text_of
from survey.domain.roster.record import Fault, letter_of
from survey.domain.sheet import NO, ROW_TYPES, YES, Pairs, field_types, from_keys, row_key, row_name, to_keys
from survey.domain.sheet import Sheet as SurveySheet
from survey.forms.sheet import hidden_without, lent_form, row_keys, row_titles
from survey.models import Household, SheetRow, db
from survey.services.amendment import FilePlan, HomePlan
from survey.services.sheet import merge_stale, signed_among

MARK = re.compile(r"([0-9a-f-]{36})#([0-9]{1,6})(?:#(.+))?\Z", re.DOTALL)
MASKS = {"id_no": mask_id_no, "phone": mask_phone}
COVERED = {"owners": (mask_name, "、"), "id_no": (mask_id_no, "；"), "phone": (mask_phone, "；"),
           "cert_no": (mask_cert_no, "；")}  # fmt: skip
"""Columns of the household that are exported masked for some: how, and what stands between several."""
ETHNICITY_CODES = {label: code for code, label in ETHNICITIES.items()}
NO_ROW = ("合计", "填表人", "说明", "（截至统计时间")
"""How the first cell of a line begins that is no row of the table."""

PLACE = ("building_no", "unit_no", "room_no")
MOVING = frozenset({"visit_count", "surveyors", "surveyed_on", "signed"})
"""Columns that change without a new version of the sheet: nobody can tell whether the file was edited there."""
STATE = frozenset({"survey_state", "review_state"})
"""Columns that follow from the state alone: it is known since when a household has it."""
AS_OF = re.compile(r"统计截止时间：([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2})")
FROM_PEOPLE = ("owners", "id_no", "phone", "hukou_count", "living_count", "special")
FROM_PARTS = ("use_approved", "use_actual", "structure", "build_year", "area_cert_m2", "area_meas_m2", "area_unreg_m2")
FOLLOWS = {
    **{(register.HOUSEHOLDS.key, key): register.PEOPLE.name for key in FROM_PEOPLE},
    **{(register.HOUSEHOLDS.key, key): register.PARTS.name for key in FROM_PARTS},
}
"""(sheet, column) that is put together from another sheet of the file -> that sheet."""
LEAST_RUN = 5
"""Rows in a row that each got their neighbour's answer: fewer may well be meant."""

Answers = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell, as the person finds it in the file: 家庭成员 H7. `letter` is "" for a whole row, `row` 0 for a whole sheet."""

    sheet: str
    row: int
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """One answer that the file says otherwise than the version from which it was exported.

    before, now, after  the answer in that version, the answer as it stands today, the answer in the file
    group               what must be decided because others changed it since; "" where nothing is in the way
    """

    place: Place
    key: str
    before: Answers
    now: Answers
    after: Answers
    group: str = ""


@dataclass(slots=True)
class HouseholdEdits:
    """The edits of one household, compared with the version `base` in the state `state`.

    becomes    its state once they are written
    is_signed  whether that version was signed: after the edits it is to be signed again
    merged     what is in nobody's way is in its keys, the rest in its conflicts
    now        the answers of the version `base`
    titles     (list, uid) -> what people call the row
    """

    household_id: UUID
    door: tuple[str, UUID]
    base: int
    state: HouseholdState
    becomes: HouseholdState
    is_signed: bool
    edits: list[Edit]
    merged: Merged
    now: Mapping[str, Answers]
    titles: dict[tuple[str, str], str]

    @property
    def writes(self) -> dict[str, Answers]:
        """Key -> the answer to write, of all that nobody disputes."""
        keys = self.merged.keys
        return {key: keys.get(key, ()) for key in self.now.keys() | keys.keys() if self.now.get(key) != keys.get(key)}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the file that is not carried out, and why: a code of the catalogue and its values."""

    place: Place
    code: str
    params: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows `first` to `last` of a column whose answers have slipped by a row. `count` of them changed."""

    sheet: str
    letter: str
    heading: str
    first: int
    last: int
    count: int


@dataclass(slots=True)
class Plan:
    """What would become of the file. `digest` is the same as long as the file and the households are.

    missing  (sheet, heading) of columns that the file no longer has: they are not compared
    shifts   runs of a column in which each row got its neighbour's answer
    as_of    when it was exported, to the minute before; None where the line that says so was removed
    rows     rows that were recognised; those that were deleted from the file change nothing and are not told
    """

    households: list[HouseholdEdits] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)
    as_of: datetime | None = None
    rows: int = 0
    digest: str = ""

    @property
    def edits(self) -> int:
        return sum(len(each.edits) for each in self.households)

    @property
    def disputed(self) -> int:
        return sum(1 for each in self.households for edit in each.edits if edit.group)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file: where it stands, whose it is, and the texts of its columns that can be read back."""

    place: Place
    sheet: Sheet
    household_id: UUID
    version: int
    uid: str
    dossier_no: str | None
    cells: dict[str, tuple[str, str]]  # column's key -> letter, text

    @property
    def mark(self) -> str:
        """Its mark as an export of that version wrote it."""
        mark = register.row_mark(self.household_id, self.version)
        return f"{mark}#{self.uid}" if self.uid else mark

    @property
    def texts(self) -> dict[str, str]:
        """What the row says, wherever its columns stand."""
        return {key: text for key, (_letter, text) in self.cells.items()}


def plan_amendment(data: bytes, tables: Mapping[str, Sequence[Sequence[str]]], view: View) -> Plan:
    """What the file changes, for a reader who may do so.

    tables  name of each sheet -> its rows of texts (survey.services.roster.read.read_texts)
    Raises DomainError: amendment.no_ledger for a file in which no sheet of the register is recognised,
    amendment.no_marks where the column of marks was deleted.
    """
    plan = Plan(as_of=_exported_at(tables))
    rows = _rows(register.LEDGER, tables, plan)
    plan.rows = len(rows)
    by_household: dict[UUID, list[_Row]] = {}
    for row in _without_doubles(rows, plan):
        by_household.setdefault(row.household_id, []).append(row)
    hidden = hidden_without(view.granted)
    cells: _Cells = {}
    for ids in batches(sorted(by_household), 200):
        found = {row.id: row for row in db.session.scalars(select(Household).where(Household.id.in_(ids), view.scope))}
        sheets = _sheets(found.values(), {row.version for each in ids for row in by_household[each]})
        told = {(sheet, str(record["id"])): record for sheet, record in register.rows_of(view, found)}
        signed = signed_among(found)
        for household_id in ids:
            mine = by_household[household_id]
            household = found.get(household_id)
            if household is None:
                plan.troubles += [Trouble(row.place, "amendment.no_household") for row in mine]
            else:
                _compare(household, mine, sheets, told, household_id in signed, view, hidden, cells, plan)
    plan.households.sort(key=lambda each: each.door)
    plan.troubles.sort(key=lambda each: (each.place.sheet, each.place.row, len(each.place.letter), each.place.letter))
    plan.shifts = list(_shifts(cells))
    stand = [f"{each.household_id}:{each.base}:{each.state}:{each.is_signed}" for each in plan.households]
    plan.digest = sha256(data + "|".join(stand).encode()).hexdigest()
    return plan


def to_kept(plan: Plan) -> FilePlan:
    """The plan as it is kept until it is carried out, and shown from there."""
    told = {
        "troubles": [[*_place(each.place), each.code, {name: str(value) for name, value in each.params}]
                     for each in plan.troubles],
        "missing": plan.missing,
        "shifts": [[each.sheet, each.letter, each.heading, each.first, each.last, each.count] for each in plan.shifts],
    }  # fmt: skip
    counts = {"rows": plan.rows, "households": len(plan.households), "edits": plan.edits, "disputed": plan.disputed,
              "troubles": len(plan.troubles)}  # fmt: skip
    return FilePlan(plan.digest, counts, told, [_kept_home(each) for each in plan.households])


def _kept_home(edits: HouseholdEdits) -> HomePlan:
    writes = edits.writes
    rows = {(match.rows, match.uid) for each in edits.edits if (match := row_key(each.key))}
    kept = {
        "edits": [
            [*_place(each.place), each.key, each.before, each.now, each.after, each.group] for each in edits.edits
        ],
        "writes": writes,
        "conflicts": [[each.key, each.ours, each.group] for each in edits.merged.conflicts],
        "titles": [[*row, title] for row, title in edits.titles.items() if row in rows],
    }
    return HomePlan(
        household_id=edits.household_id, base=edits.base, state=edits.state, becomes=edits.becomes,
        is_signed=edits.is_signed, writes=len(writes), disputed=sum(1 for each in edits.edits if each.group), edits=kept,
    )  # fmt: skip


def _place(place: Place) -> tuple[str, int, str]:
    return place.sheet, place.row, place.letter


# --- reading the file -------------------------------------------------------------------------------------------------


def _rows(ledger: Ledger, tables: Mapping[str, Sequence[Sequence[str]]], plan: Plan) -> list[_Row]:
    rows: list[_Row] = []
    recognised = False
    for sheet in ledger.sheets:
        name = _find_table(sheet, tables)
        if name is None:
            continue
        recognised = True
        rows += _rows_of(sheet, name, tables[name], plan)
    if not recognised:
        raise DomainError("amendment.no_ledger", "file", ledger="入户调查登记台账")
    return rows


def _exported_at(tables: Mapping[str, Sequence[Sequence[str]]]) -> datetime | None:
    heads = (text for table in tables.values() for row in table[:3] for text in row)
    found = next((found for text in heads if (found := AS_OF.search(text))), None)
    try:
        return datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=CHINA) if found else None
    except ValueError:
        return None


def _find_table(sheet: Sheet, tables: Mapping[str, Sequence[Sequence[str]]]) -> str | None:
    """The table that is this sheet: by its tab, else by the title in its first row, should somebody rename the tab."""
    if sheet.name in tables:
        return sheet.name
    return next((name for name, rows in tables.items() if rows and sheet.title in map(str.strip, rows[0])), None)


def _rows_of(sheet: Sheet, name: str, table: Sequence[Sequence[str]], plan: Plan) -> list[_Row]:
    mark = next(column for column in sheet.columns if column.key == "id")
    top = next((number for number, row in enumerate(table) if _plain(mark.label) in map(_plain, row)), None)
    if top is None:
        raise DomainError("amendment.no_marks", "file", sheet=name, column=mark.label)
    is_grouped = any(column.group for column in sheet.columns)
    columns = _columns_at(sheet, table[top], table[top + 1] if is_grouped and top + 1 < len(table) else ())
    wanted = [column for column in sheet.columns if column.field or column.key in ("id", "dossier_no")]
    plan.missing += [(name, column.heading.replace("\n", "")) for column in wanted if column.key not in columns]
    found = []
    for number, cells in enumerate(table[top + 1 + is_grouped :], top + 2 + is_grouped):
        texts = {key: (letter_of(at), cells[at]) for key, at in columns.items() if at < len(cells)}
        row = _row(sheet, Place(name, number), texts, cells, plan)
        if row is not None:
            found.append(row)
    return found


def _row(
    sheet: Sheet, place: Place, texts: dict[str, tuple[str, str]], cells: Sequence[str], plan: Plan
) -> _Row | None:
    mark = texts.pop("id", ("", ""))[1]
    dossier = texts.pop("dossier_no", None)
    if not mark:
        is_content = any(cells) and not next(cell for cell in cells if cell).startswith(NO_ROW)
        if is_content:
            plan.troubles.append(Trouble(place, "amendment.row_unmarked"))
        return None
    parts = MARK.match(mark)
    if parts is None or bool(parts[3]) != bool(sheet.rows):
        plan.troubles.append(Trouble(place, "amendment.mark_changed"))
        return None
    try:
        household_id = UUID(parts[1])
    except ValueError:
        plan.troubles.append(Trouble(place, "amendment.mark_changed"))
        return None
    return _Row(place, sheet, household_id, int(parts[2]), parts[3] or "", dossier[1] if dossier else None, texts)


def _columns_at(sheet: Sheet, top: Sequence[str], bottom: Sequence[str]) -> dict[str, int]:
    """Column's key -> its index in the table, wherever it was moved to; by group and heading."""
    of = {(_plain(column.group), _plain(column.heading)): column.key for column in sheet.columns}
    found: dict[str, int] = {}
    group = ""
    for index in range(max(len(top), len(bottom))):
        upper = _plain(top[index]) if index < len(top) else ""
        lower = _plain(bottom[index]) if index < len(bottom) else ""
        group = upper or group
        key = of.get((group, lower)) if lower else of.get(("", upper))
        if key is not None and key not in found:
            found[key] = index
    return found


def _plain(text: str) -> str:
    return "".join(text.split())


def _without_doubles(rows: list[_Row], plan: Plan) -> list[_Row]:
    """Rows whose mark stands once. A row that was copied says two things about one household: neither is believed."""
    seen: dict[tuple[str, UUID, str], list[_Row]] = {}
    for row in rows:
        seen.setdefault((row.sheet.key, row.household_id, row.uid), []).append(row)
    kept = []
    for same in seen.values():
        if all(row.texts == same[0].texts for row in same):
            kept.append(same[0])
            continue
        for row in same:
            others = "、".join(str(other.place.row) for other in same if other is not row)
            plan.troubles.append(Trouble(row.place, "amendment.row_twice", (("rows", others),)))
    return kept


# --- comparing --------------------------------------------------------------------------------------------------------


Sheets = Mapping[tuple[UUID, int], Pairs]


def _sheets(households: Iterable[Household], versions: set[int]) -> Sheets:
    """(household, version) -> its pairs: of the versions that the file names, and of the current one."""
    standing = {each.id: each.sheet_version for each in households}
    query = select(SheetRow).where(
        SheetRow.household_id.in_(standing), SheetRow.version.in_(versions | set(standing.values()))
    )
    found: dict[tuple[UUID, int], Pairs] = {(household_id, 0): [] for household_id in standing}
    return found | {(row.household_id, row.version): row.pairs for row in db.session.scalars(query)}


Told = Mapping[tuple[str, str], Record]
"""(sheet, mark) -> the row as an export would write it now."""
_Cells = dict[tuple[str, str, str], list[tuple[int, Answers, Answers]]]
"""(sheet, letter, heading) -> number of a row, what it said, what it says, of the rows that were compared."""


def _compare(
    household: Household, rows: list[_Row], sheets: Sheets, told: Told, is_signed: bool, view: View,
    hidden: frozenset[str], cells: _Cells, plan: Plan,
) -> None:  # fmt: skip
    """The edits of one household, merged with what stands today; or the troubles that keep them out."""
    versions = {row.version for row in rows}
    unknown = [row for row in rows if (household.id, row.version) not in sheets]
    if unknown or len(versions) > 1:
        code = "amendment.mark_changed" if unknown else "amendment.versions_mixed"
        plan.troubles += [Trouble(row.place, code) for row in unknown or rows]
        return
    (version,) = versions
    kept, current = sheets[household.id, version], sheets[household.id, household.sheet_version]
    base, ours = to_keys(kept), to_keys(kept)
    known = row_keys(kept)
    places: dict[str, Place] = {}
    before = len(plan.troubles)
    for row in rows:
        if row.dossier_no is not None and row.dossier_no != household.dossier_no:
            plan.troubles.append(Trouble(row.place, "amendment.other_dossier", (("dossier_no", household.dossier_no),)))
            continue
        if row.uid and (row.sheet.rows, row.uid) not in known:
            plan.troubles.append(Trouble(row.place, "amendment.mark_changed"))
            continue
        here = told[register.HOUSEHOLDS.key, register.row_mark(household.id, household.sheet_version)]
        if _is_elsewhere(row, here, household, plan):
            continue
        answers = _read_row(row, base, cells)
        if row.uid and (other := _moved_from(row, answers, base, known)):
            titles = row_titles(kept)
            plan.troubles.append(
                Trouble(row.place, "amendment.row_moved", (("other", titles.get((row.sheet.rows, other)) or other),))
            )
            continue
        _take(row, answers, ours, places, hidden, plan)
        since = household.state_since
        is_same_state = plan.as_of is not None and (since is None or since < plan.as_of)
        _tell_unreadable(row, told.get((row.sheet.key, row.mark)), is_same_state, plan)
    theirs = to_keys(current)
    is_news = any(theirs.get(key, ()) != ours.get(key, ()) for key in places)
    if not is_news or len(plan.troubles) > before:
        return
    is_correction = household.state not in EDITABLE
    if is_correction and (code := _why_locked(household.state, view)):
        plan.troubles += [Trouble(place, code) for place in places.values()]
        return
    is_current = version == household.sheet_version
    merged = Merged(ours, (), ()) if is_current else merge_stale(household, base, theirs, ours)
    if not _can_be_kept(merged, places, hidden, plan):
        return
    groups = {conflict.key: conflict.group for conflict in merged.conflicts}
    edits = [
        Edit(place, key, base.get(key, ()), theirs.get(key, ()), ours.get(key, ()), groups.get(key, ""))
        for key, place in places.items()
        if theirs.get(key, ()) != ours.get(key, ())
    ]
    if edits:
        titles = row_titles(kept, current) if any(row_key(each.key) for each in edits) else {}
        becomes = next_state(household.state, Action.CORRECT if is_correction else Action.AMEND)
        plan.households.append(
            HouseholdEdits(household.id, (household.door_sort, household.id), household.sheet_version, household.state,
                           becomes, is_signed, edits, merged, theirs, titles)
        )  # fmt: skip


def _why_locked(state: HouseholdState, view: View) -> str:
    """The code that says who must do what before this handed-in sheet can be corrected; "" where it can be."""
    if Action.CORRECT in actions_from(state):
        return "" if view.may(Permission.SHEET_CORRECT) else "amendment.locked"
    return "amendment.awaits_group" if state is HouseholdState.SUBMITTED else "amendment.awaits_office"


def _is_elsewhere(row: _Row, here: Record, household: Household, plan: Plan) -> bool:
    """Whether a row tells another door than its household's; then it is told as trouble."""
    said = {key: row.cells[key] for key in PLACE if key in row.cells}
    wrong = {key: cell for key, cell in said.items() if cell[1].lstrip("0") != str(here[key]).lstrip("0")}
    if row.dossier_no is None:
        if is_other := any(text for _letter, text in wrong.values()):
            plan.troubles.append(Trouble(row.place, "amendment.other_door", (("door", household.door_text),)))
        return is_other
    labels = {column.key: column.label for column in row.sheet.columns}
    for key, (letter, _text) in wrong.items():
        place = Place(row.place.sheet, row.place.row, letter)
        plan.troubles.append(Trouble(place, "amendment.place_fixed", (("column", labels[key]),)))
    return bool(wrong)


@dataclass(frozen=True, slots=True)
class _Read:
    """What a cell says: `now` in the form of `was`, or the error that it is."""

    place: Place
    column: Column
    text: str
    was: tuple[Answers, ...]
    now: tuple[Answers, ...]
    error: DomainError | None = None


def _names(column: Column) -> tuple[str, ...]:
    """The questions whose answers stand in a column."""
    return ("share_num", "share_den") if column.field == "share_num" else (column.field,)


def _prefix(row: _Row, uid: str) -> str:
    return f"{row.sheet.rows}[{uid}]." if uid else ""


def _read_row(row: _Row, base: Mapping[str, Answers], cells: _Cells) -> list[_Read]:
    """The cells of a row that can be read back."""
    prefix = _prefix(row, row.uid)
    record = ROW_TYPES[row.sheet.rows] if row.sheet.rows else SurveySheet
    found = []
    for column in row.sheet.columns:
        if column.key not in row.cells or not column.field:
            continue
        letter, text = row.cells[column.key]
        place = Place(row.place.sheet, row.place.row, letter)
        was = tuple(base.get(prefix + name, ()) for name in _names(column))
        try:
            found.append(_Read(place, column, text, was, _answers(column, record, text, was)))
        except DomainError as error:
            found.append(_Read(place, column, text, was, was, error))
            continue
        cells.setdefault((place.sheet, letter, column.heading), []).append((place.row, was[0], found[-1].now[0]))
    return found


def _take(
    row: _Row, answers: list[_Read], ours: dict[str, Answers], places: dict[str, Place], hidden: frozenset[str],
    plan: Plan,
) -> None:  # fmt: skip
    """Put the edited answers of a row into `ours`, with the cells where they stand."""
    prefix = _prefix(row, row.uid)
    for read in answers:
        if read.error is not None:
            plan.troubles.append(Trouble(read.place, read.error.code, tuple(read.error.params.items())))
            continue
        for name, old, new in zip(_names(read.column), read.was, read.now, strict=True):
            if old == new:
                continue
            if name in hidden:
                plan.troubles.append(Trouble(read.place, "amendment.hidden"))
                continue
            places[prefix + name] = read.place
            if new:
                ours[prefix + name] = new
            else:
                ours.pop(prefix + name, None)


def _moved_from(
    row: _Row, answers: list[_Read], base: Mapping[str, Answers], known: set[tuple[str, str]]
) -> str | None:
    """The uid of the other row of the list that this one now tells, if it does: somebody moved cells but not the mark.

    It does where at least three answers, and two thirds of all in which the two rows differed, are the other's.
    """
    if sum(read.error is not None or read.now != read.was for read in answers) < 3:
        return None
    record = ROW_TYPES[row.sheet.rows]
    for rows, uid in sorted(known):
        if rows != row.sheet.rows or uid == row.uid:
            continue
        differing = alike = 0
        for read in answers:
            was = tuple(base.get(_prefix(row, uid) + name, ()) for name in _names(read.column))
            if was != read.was:
                differing += 1
                alike += _says(read, record, was)
        if alike >= 3 and alike * 3 >= differing * 2:
            return uid
    return None


def _says(read: _Read, record: type[Any], was: tuple[Answers, ...]) -> bool:
    """Whether a cell gives these answers, masked or not."""
    try:
        return _answers(read.column, record, read.text, was) == was
    except DomainError:
        return False


def _tell_unreadable(row: _Row, record: Record | None, is_same_state: bool, plan: Plan) -> None:
    """Tell the edited cells of columns that follow from other answers. `record`: None where the row has changed since."""
    if record is None:
        return
    for column in row.sheet.columns:
        if column.field or column.key in MOVING or column.key in PLACE or column.kind is Kind.SERIAL:
            continue
        if column.key in STATE and not is_same_state:
            continue
        letter, text = row.cells.get(column.key, ("", ""))
        if not letter or _is_as_exported(column, record.get(column.key), text):
            continue
        place = Place(row.place.sheet, row.place.row, letter)
        label = column.label.replace("\n", "")
        if source := FOLLOWS.get((row.sheet.key, column.key)):
            plan.troubles.append(Trouble(place, "amendment.follows", (("column", label), ("sheet", source))))
        else:
            code = "amendment.state_here" if column.key in STATE else "amendment.not_here"
            plan.troubles.append(Trouble(place, code, (("column", label),)))


def _is_as_exported(column: Column, value: object, text: str) -> bool:
    told = text_of(cell_text(shown(column.kind, value)))
    if text == told:
        return True
    if column.kind in (Kind.AREA, Kind.INTEGER):
        try:
            return Decimal(text.replace(",", "") or 0) == Decimal(told or 0) and bool(text) == bool(told)
        except InvalidOperation:
            return False
    if column.key not in COVERED:
        return False
    mask, between = COVERED[column.key]
    covered = [between.join(mask(part) for part in each.split(between)) for each in (told, text)]
    return covered[0] == text or covered[1] == told


def _shifts(cells: _Cells) -> Iterable[Shift]:
    """Runs in which each row says what the row above, or below, said before."""
    for (sheet, letter, heading), found in cells.items():
        rows = {number: (was, now) for number, was, now in found}
        for step in (-1, 1):
            run: list[int] = []
            for number in [*sorted(rows), 0]:
                was, now = rows.get(number, ((), ()))
                is_slipped = now != was and number + step in rows and now == rows[number + step][0]
                if is_slipped and (not run or number == run[-1] + 1):
                    run.append(number)
                    continue
                if len(run) >= LEAST_RUN and len({rows[each][1] for each in run}) > 1:
                    yield Shift(sheet, letter, heading.replace("\n", ""), run[0], run[-1], len(run))
                run = [number] if is_slipped else []


def _answers(column: Column, record: type[Any], text: str, was: tuple[Answers, ...]) -> tuple[Answers, ...]:
    """The answers that a cell gives, in the form in which a sheet keeps them. Raises DomainError for what is none."""
    name, text = column.field, text.strip()
    if text == UNCALCULATED:
        raise DomainError("amendment.formula")
    if name == "share_num":
        return _share(text, was)
    (old,) = was
    kind = field_types(record)[name]
    if kind.kind == "bool":
        return (_yes_no(text, old),)
    if name in MASKS:
        return (_number(name, text, old),)
    if not text:
        # A sex that nobody told (未知, 未说明) is shown as an empty cell.
        return (old if name == "sex" and old and old[0] not in ("1", "2") else (),)
    if name == "ethnicity":
        return (_listed(text, ETHNICITY_CODES),)
    if kind.codes is not None:
        words = _words(kind.codes)
        if kind.kind == "code":
            return (_listed(text, words),)
        chosen = {_listed(part, words)[0] for part in re.split(r"[、,，;；]", text) if part.strip()}
        return (tuple(code.value for code in kind.codes if code.value in chosen),)
    if kind.kind == "decimal":
        return (_decimal(text),)
    if kind.kind == "str":
        return (_own_words(name, text, old),)
    if kind.kind == "int" and not re.fullmatch(r"-?[0-9]{1,6}", text):
        raise DomainError("amendment.whole", text=text[:40])
    if kind.kind == "date":
        found, _fault = day(text, date.max)
        if found is None:
            raise DomainError("amendment.date", text=text[:40])
        return ((found.isoformat(),),)
    return ((text,),)


def _own_words(name: str, text: str, old: Answers) -> Answers:
    """A text of one's own words; as long as it stands as it was exported, masked or not, nobody touched it."""
    was = old[0] if old else ""
    masked = mask_numbers(was)
    if old and text in (cell_text(was).strip(), cell_text(masked).strip(), *_covered(name, was)):
        return old
    if masked != was and STAR in text:
        raise DomainError("amendment.masked")  # the number behind the mask would be lost
    return (text,)


def _covered(name: str, old: str) -> tuple[str, ...]:
    """How a name or a certificate number stands in an export for readers from whom it is masked."""
    mask = {"full_name": mask_name, "part_cert_no": mask_cert_no}.get(name)
    return (mask(old),) if mask else ()


def _yes_no(text: str, old: Answers) -> Answers:
    """1 is yes; an empty cell says what it said before, unless that was yes."""
    if text in ("1", "是", "√"):
        return (YES,)
    if text in ("", "0", "否", "×"):
        return (NO,) if text or old == (YES,) else old
    raise DomainError("amendment.yes_no", text=text[:40])


def _number(name: str, text: str, old: Answers) -> Answers:
    """An ID or phone number; as long as the mask stands that was exported, nobody touched it."""
    was = old[0] if old else ""
    if text in (was, MASKS[name](was) if was else ""):
        return old
    if not text:
        return ()
    if "*" in text:
        raise DomainError("amendment.masked")
    if name == "phone":
        found, fault = phones(text)
        if fault or len(found) != 1:
            raise _refused(fault, "amendment.one_number")
        return (found[0],)
    numbers = id_numbers(text)
    if len(numbers) != 1:
        raise DomainError("amendment.one_number")
    number, _kind, fault = numbers[0]
    if not number:
        raise _refused(fault, "roster.id_form")
    return (number,)


def _refused(fault: Fault | None, otherwise: str) -> DomainError:
    """What a reader of cells found wrong, as an error."""
    error = DomainError(fault.code if fault else otherwise)
    error.params.update(fault.params if fault else ())
    return error


def _share(text: str, was: tuple[Answers, ...]) -> tuple[Answers, ...]:
    if text == ("/".join(part[0] for part in was) if all(was) else ""):
        return was
    if not text:
        return ((), ())
    found, fault = share(text)
    if found is None:
        raise _refused(fault, "roster.share_form")
    return ((str(found[0]),), (str(found[1]),))


def _decimal(text: str) -> Answers:
    try:
        value = Decimal(text.replace(",", "").removesuffix("㎡").strip())
    except InvalidOperation:
        raise DomainError("amendment.decimal", text=text[:40]) from None
    if not value.is_finite() or value != value.quantize(Decimal("0.01")):
        raise DomainError("amendment.decimal", text=text[:40])
    return (f"{value:.2f}",)


@cache
def _words(codes: type[Code]) -> dict[str, str]:
    return {code.label: code.value for code in codes}


def _listed(text: str, words: Mapping[str, str]) -> Answers:
    """The code of a word of the list, as exported or as people write it. Raises amendment.word with what can stand here."""
    value = words.get(text.strip())
    if value is None:
        value = {folded_text(label): value for label, value in words.items()}.get(folded_text(text))
    if value is None:
        few = "、".join(list(words)[:12]) + ("……" if len(words) > 12 else "")
        raise DomainError("amendment.word", text=text[:40], words=few)
    return (value,)


def _can_be_kept(merged: Merged, places: Mapping[str, Place], hidden: frozenset[str], plan: Plan) -> bool:
    """Whether the form would keep the sheet; what it refuses is told at the cell that brought it."""
    sheet = from_keys(dict(merged.keys))
    with lent_form(hidden) as form:
        form.refill(sheet)
        form.validate()
        wrong = form.blocking_errors()
    if not wrong:
        return True
    uids = {(part.rows, part.number): text for name, text in sheet if (part := row_name(name)) and part.field == "uid"}
    told = {
        f"{part.rows}[{uids[part.rows, part.number]}].{part.field}" if (part := row_name(name)) else name: texts
        for name, texts in wrong.items()
    }
    mine = [(place, told[key][0]) for key, place in places.items() if key in told]
    for place, text in mine or [(next(iter(places.values())), next(iter(told.values()))[0])]:
        plan.troubles.append(Trouble(place, "amendment.refused", (("reason", text),)))
    return False
