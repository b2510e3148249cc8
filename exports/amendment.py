"""An exported ledger that comes back edited in Excel or WPS: what was changed in which cell, and what that means today.

A row is found by its mark (行标识: household, version of its sheet, row of the sheet), wherever sorting or pasting has put
it. A cell counts as edited when it no longer says what that version said; then the edit is merged with what others wrote
since, by the rules of every other save. Columns that are counted or put together from several answers, deleted columns
and deleted rows change nothing. Nothing is written here: `survey.services.amendment` carries a plan out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exports.ledger import Column, Ledger, Sheet
from exports.ledgers import register
from exports.view import View, batches
from exports.workbook import cell_text
from survey.domain.access import Permission
from survey.domain.codes import ETHNICITIES
from survey.domain.errors import DomainError
from survey.domain.household import EDITABLE, Action, actions_from
from survey.domain.mask import STAR, mask_id_no, mask_numbers, mask_phone
from survey.domain.merge import Merged, resolve
from survey.domain.roster.cells import day, folded_text, id_numbers, phones, share
from survey.domain.roster.record import Fault, letter_of
from survey.domain.sheet import NO, ROW_TYPES, YES, Pairs, field_types, from_keys, row_name, to_keys
from survey.domain.sheet import Sheet as SurveySheet
from survey.forms.sheet import hidden_without, key_label, lent_form, row_keys, row_titles
from survey.models import Household, SheetRow, db
from survey.services.sheet import merge_stale

MARK = re.compile(r"([0-9a-f-]{36})#([0-9]{1,6})(?:#(.+))?\Z", re.DOTALL)
MASKS = {"id_no": mask_id_no, "phone": mask_phone}
NO_ROW = ("合计", "填表人", "说明", "（截至统计时间")
"""How the first cell of a line begins that is no row of the table."""

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
    """The edits of one household. `pairs` is its sheet with those that are in nobody's way; `merged` all that is known."""

    household: Household
    edits: list[Edit]
    merged: Merged
    titles: dict[tuple[str, str], str]
    is_correction: bool

    def pairs(self, chosen: Iterable[str] = ()) -> Pairs:
        """The sheet to save: of the groups in dispute, those named are taken from the file."""
        return from_keys(resolve(self.merged, set(chosen)))


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the file that is not carried out, and why: a code of the catalogue and its values."""

    place: Place
    code: str
    params: tuple[tuple[str, object], ...] = ()


@dataclass(slots=True)
class Plan:
    """What would become of the file. `digest` is the same as long as the file and the households are.

    missing  (sheet, heading) of columns that the file no longer has: they are not compared
    rows     rows that were recognised; those that were deleted from the file change nothing and are not told
    """

    households: list[HouseholdEdits] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    missing: list[tuple[str, str]] = field(default_factory=list)
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
    def texts(self) -> dict[str, str]:
        """What the row says, wherever its columns stand."""
        return {key: text for key, (_letter, text) in self.cells.items()}


def plan_amendment(data: bytes, tables: Mapping[str, Sequence[Sequence[str]]], view: View) -> Plan:
    """What the file changes, for a reader who may do so.

    tables  name of each sheet -> its rows of texts (survey.services.roster.read.read_texts)
    Raises DomainError: amendment.no_ledger for a file in which no sheet of the register is recognised,
    amendment.no_marks where the column of marks was deleted.
    """
    plan = Plan()
    rows = _rows(register.LEDGER, tables, plan)
    plan.rows = len(rows)
    by_household: dict[UUID, list[_Row]] = {}
    for row in _without_doubles(rows, plan):
        by_household.setdefault(row.household_id, []).append(row)
    hidden = hidden_without(view.granted)
    for ids in batches(sorted(by_household), 200):
        found = {row.id: row for row in db.session.scalars(select(Household).where(Household.id.in_(ids), view.scope))}
        sheets = _sheets(found.values(), {row.version for each in ids for row in by_household[each]})
        for household_id in ids:
            mine = by_household[household_id]
            household = found.get(household_id)
            if household is None:
                plan.troubles += [Trouble(row.place, "amendment.no_household") for row in mine]
            else:
                _compare(household, mine, sheets, view, hidden, plan)
    plan.households.sort(key=lambda each: (each.household.door_sort, each.household.id))
    plan.troubles.sort(key=lambda each: (each.place.sheet, each.place.row, len(each.place.letter), each.place.letter))
    stand = [f"{each.household.id}:{each.household.sheet_version}:{each.household.state}" for each in plan.households]
    plan.digest = sha256(data + "|".join(stand).encode()).hexdigest()
    return plan


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


def _compare(
    household: Household, rows: list[_Row], sheets: Sheets, view: View, hidden: frozenset[str], plan: Plan
) -> None:
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
        _read_row(row, base, ours, places, hidden, plan)
    if not places or len(plan.troubles) > before:
        return
    is_correction = household.state not in EDITABLE
    if is_correction and not (view.may(Permission.SHEET_CORRECT) and Action.CORRECT in actions_from(household.state)):
        plan.troubles += [Trouble(place, "amendment.locked") for place in places.values()]
        return
    is_current = version == household.sheet_version
    theirs = to_keys(current)
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
        titles = row_titles(kept, current)
        plan.households.append(HouseholdEdits(household, edits, merged, titles, is_correction))


def _read_row(
    row: _Row, base: Mapping[str, Answers], ours: dict[str, Answers], places: dict[str, Place], hidden: frozenset[str],
    plan: Plan,
) -> None:  # fmt: skip
    """Put the edited answers of a row into `ours`, with the cells where they stand."""
    prefix = f"{row.sheet.rows}[{row.uid}]." if row.uid else ""
    record = ROW_TYPES[row.sheet.rows] if row.sheet.rows else SurveySheet
    for column in row.sheet.columns:
        if column.key not in row.cells or not column.field:
            continue
        letter, text = row.cells[column.key]
        place = Place(row.place.sheet, row.place.row, letter)
        fields = ("share_num", "share_den") if column.field == "share_num" else (column.field,)
        was = tuple(base.get(prefix + name, ()) for name in fields)
        try:
            now = _answers(column, record, text, was)
        except DomainError as error:
            plan.troubles.append(Trouble(place, error.code, tuple(error.params.items())))
            continue
        for name, old, new in zip(fields, was, now, strict=True):
            if old == new:
                continue
            if name in hidden:
                plan.troubles.append(Trouble(place, "amendment.hidden"))
                continue
            places[prefix + name] = place
            if new:
                ours[prefix + name] = new
            else:
                ours.pop(prefix + name, None)


def _answers(column: Column, record: type[Any], text: str, was: tuple[Answers, ...]) -> tuple[Answers, ...]:
    """The answers that a cell gives, in the form in which a sheet keeps them. Raises DomainError for what is none."""
    name, text = column.field, text.strip()
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
        return (_listed(text, {label: code for code, label in ETHNICITIES.items()}),)
    if kind.codes is not None:
        words = {code.label: code.value for code in kind.codes}
        if kind.kind == "code":
            return (_listed(text, words),)
        chosen = {_listed(part, words)[0] for part in re.split(r"[、,，;；]", text) if part.strip()}
        return (tuple(code.value for code in kind.codes if code.value in chosen),)
    if kind.kind == "decimal":
        return (_decimal(text),)
    if kind.kind == "str":
        return (_words(text, old),)
    if kind.kind == "int" and not re.fullmatch(r"-?[0-9]{1,6}", text):
        raise DomainError("amendment.whole", text=text[:40])
    if kind.kind == "date":
        found, _fault = day(text, date.max)
        if found is None:
            raise DomainError("amendment.date", text=text[:40])
        return ((found.isoformat(),),)
    return ((text,),)


def _words(text: str, old: Answers) -> Answers:
    """A text of one's own words; as long as it stands as it was exported, its numbers masked, nobody touched it."""
    was = old[0] if old else ""
    masked = mask_numbers(was)
    if old and text in (cell_text(was).strip(), cell_text(masked).strip()):
        return old
    if masked != was and STAR in text:
        raise DomainError("amendment.masked")  # the number behind the mask would be lost
    return (text,)


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


def _listed(text: str, words: Mapping[str, str]) -> Answers:
    """The code of a word of the list, as exported or as people write it. Raises amendment.word with what can stand here."""
    folded = {folded_text(label): value for label, value in words.items()}
    value = words.get(text.strip()) or folded.get(folded_text(text))
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


def label_of(edit: Edit, edits: HouseholdEdits) -> str:
    """The name of the answer that an edit is about: 人口 · 张伟 · 电话."""
    return key_label(edit.key, edits.titles)
