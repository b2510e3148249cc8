"""One sheet of a roster into rows: which lines are homes, what each cell means, and what is wrong with it.

Lines that are no homes (titles, totals, signatures, notes, repeated headers, empty lines) are left out on purpose and
reported with the reason. A cell merged downwards counts for every line it covers, except areas: an area merged over two
doors of one owner is one home of two doors (打通), never twice the area. Where a file has no merge marks, only building
and unit are filled down, and never past a total.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain, islice

from survey.domain.roster import cells
from survey.domain.roster.columns import ColumnMap, Header, Merges, find_header, label_of_cell, map_columns
from survey.domain.roster.door import building_of, fold
from survey.domain.roster.home import Surroundings, read_home
from survey.domain.roster.record import (
    Cell,
    Column,
    Fault,
    MappingQuestion,
    Problem,
    RosterField,
    RosterRow,
    Severity,
    SheetSummary,
    Skipped,
)

F = RosterField
Answers = Mapping[str, Mapping[int, RosterField | None]]
"""Signature of a header -> column -> what a person said it holds."""

LOOK_AHEAD = 120
NEVER_FILLED = frozenset({F.AREA_CERT, F.AREA_INNER, F.AREA_MEAS, F.AREA_STORAGE, F.SEQUENCE, F.HUKOU_COUNT, F.REMARK})
COUNTED_ONCE = frozenset({"roster.word_unknown", "roster.tenure_short"})
"""Faults of a wording, told once a column and wording with the number of lines, not line by line."""
_TOTAL = re.compile(
    r"^(?:本?(?:页|栋|楼|幢|单元|表)|[0-9]+(?:号楼|#楼?|栋|幢))?(?:合计|小计|总计|共计|累计)(?:[:(].*)?$"
)
_SIGNATURE = re.compile(
    r"^(?:填表|制表|审核|负责|填报|经办|复核|统计|主管|制单|校对)(?:单位)?(?:人|日期|时间|负责人)?:|^单位负责人|^(?:盖章|公章)"
)
_NOTE = re.compile(r"^(?:备注|注|说明|附注|填表说明|填报说明)[0-9一二三]?[:.、]")
_SECTION = re.compile(
    r"^第?([0-9A-Z一二三四五六七八九十甲乙丙丁]{1,4})(?:号楼|#楼?|栋|幢|座)(?:([0-9一二三四五六七八九十]{1,2})单元)?(?:\(.*\))?$"
)
_SHEET_BUILDING = re.compile(r"^第?([0-9A-Z一二三四五六七八九十甲乙丙丁]{1,4})(?:号楼?|#楼?|栋|幢|座|楼)$")
_TITLE_BUILDING = re.compile(r"(?<![0-9A-Z])([0-9]{1,3})(?:号楼|#楼|栋|幢)")
_TWO_PARTS = re.compile(r"^([0-9A-Z]{1,4})-[0-9]{3,4}[A-Z]?$")


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as it came out of the file. Rows and columns count from 0; hidden ones are part of `rows`."""

    name: str
    rows: Iterable[Sequence[Cell]]
    merges: Merges | None = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


@dataclass(slots=True)
class SheetReader:
    """Reads one table: iterate over `rows()`, then look at what was found wrong, left out and asked."""

    table: Table
    today: date
    answers: Answers = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    questions: tuple[MappingQuestion, ...] = ()
    summary: SheetSummary | None = None
    _columns: dict[RosterField, int] = field(default_factory=dict)
    _headers: dict[int, Column] = field(default_factory=dict)
    _words: dict[tuple[int, str, tuple[tuple[str, object], ...]], list[int]] = field(default_factory=dict)
    _merged: dict[RosterField, dict[int, int]] = field(default_factory=dict)
    _row_number: int = 0
    _sheet_building: str = ""
    _leads_with_building: bool = False

    def rows(self) -> Iterator[RosterRow]:
        """The homes of the sheet, in the order of the file. A sheet without a header is left out whole."""
        source = iter(self.table.rows)
        top = [list(row) for row in islice(source, LOOK_AHEAD)]
        if not any(cell not in (None, "") for row in top for cell in row):
            self.skipped.append(Skipped(self.table.name, 0, "roster.skip_empty_sheet"))
            self.summary = SheetSummary(self.table.name, "", 0)
            return
        header = find_header(top, self.table.merges or ())
        if header is None:
            self.skipped.append(Skipped(self.table.name, 0, "roster.skip_no_header"))
            self.summary = SheetSummary(self.table.name, "", 0)
            return
        self._prepare(header, top)
        count = 0
        for row in self._joined(self._homes(header, chain(top, source), len(top))):
            count += 1
            yield row
        self._finish(header, count)

    # --- before the rows ----------------------------------------------------------------------------------------

    def _prepare(self, header: Header, top: list[list[Cell]]) -> None:
        sample = [row for row in top[header.last + 1 :] if any(cell not in (None, "") for cell in row)]
        decided: ColumnMap = map_columns(
            header, sample, self.table.name, self.table.hidden_columns, self.answers.get(header.signature)
        )
        self.questions = decided.questions
        self._headers = {column.index: column for column in decided.columns}
        self._columns = {column.field: column.index for column in decided.columns if column.field}
        self.summary = SheetSummary(self.table.name, header.signature, header.last + 1, decided.columns)
        self._sheet_building = self._building_of_sheet(header, top)
        self._leads_with_building = self._is_building_first(sample)
        for (first, left), (last, right) in self.table.merges or ():
            if last <= max(first, header.last):
                continue
            for name, index in self._columns.items():
                if left <= index <= right:
                    tops = self._merged.setdefault(name, {})
                    for row in range(max(first + 1, header.last + 1), last + 1):
                        tops[row] = first
        for number in range(header.first):
            if any(cell not in (None, "") for cell in top[number]):
                self.skipped.append(Skipped(self.table.name, number + 1, "roster.skip_title"))
        for column in decided.columns:
            if column.is_hidden and column.field:
                self._sheet_problem(header, column, "roster.hidden_column")
        for question in decided.questions:
            if question.suggested:
                column = self._headers[question.index]
                self._sheet_problem(header, column, "roster.column_guessed", field=question.suggested.label)

    def _sheet_problem(self, header: Header, column: Column, code: str, **params: object) -> None:
        self.problems.append(
            Problem(
                self.table.name,
                header.last + 1,
                column.letter,
                column.header,
                code,
                Severity.WARNING,
                (("header", column.header), *params.items()),
            )
        )

    def _building_of_sheet(self, header: Header, top: list[list[Cell]]) -> str:
        """The building that a whole sheet is about, from its name (`3#楼`) or its title, "" when neither says one."""
        match = _SHEET_BUILDING.match(fold(self.table.name))
        if match:
            return building_of(match[1])
        titles = {
            number
            for row in top[: header.first]
            for cell in row
            for number in _TITLE_BUILDING.findall(fold(cells.text_of(cell)))
        }
        return building_of(titles.pop()) if len(titles) == 1 else ""

    def _is_building_first(self, sample: list[list[Cell]]) -> bool:
        index = self._columns.get(F.ADDRESS, self._columns.get(F.ROOM))
        if index is None or not self._sheet_building:
            return False
        firsts = {
            match[1]
            for row in sample
            if index < len(row) and (match := _TWO_PARTS.match(fold(cells.text_of(row[index])).replace("#", "-")))
        }
        return firsts == {self._sheet_building}

    # --- the rows -----------------------------------------------------------------------------------------------

    def _homes(self, header: Header, rows: Iterable[Sequence[Cell]], known: int) -> Iterator[RosterRow]:
        words = {word for label in header.labels for word in label.split("/") if word}
        by_index = {index: name for name, index in self._columns.items()}
        sequence = self._columns.get(F.SEQUENCE, -1)
        last_value: dict[RosterField, Cell] = {}
        above: dict[RosterField, Cell] = {}
        section: tuple[str, str] = ("", "")
        empty: list[int] = []
        merged = self._merged
        place = Surroundings(
            sheet=self.table.name,
            today=self.today,
            columns=frozenset(self._columns),
            sheet_building=self._sheet_building,
            leads_with_building=self._leads_with_building,
            fault=self._fault,
        )
        can_carry = [name for name in (F.BUILDING, F.UNIT) if name in self._columns]
        for number, row in enumerate(rows):
            if number <= header.last:
                continue
            self._row_number = number + 1
            filled = [index for index, cell in enumerate(row) if cell is not None and cell != ""]
            if not filled or self._says_nothing(row, filled, sequence):
                empty.append(number + 1)
                continue
            value: dict[RosterField, Cell] = {}
            for index in filled:
                name = by_index.get(index)
                if name is not None:
                    value[name] = row[index]
            reason = self._no_home(row, filled, words)
            if reason:
                if empty:
                    self._skip_empty(empty)
                self.skipped.append(Skipped(self.table.name, number + 1, reason))
                if reason == "roster.skip_total":
                    above.clear()
                elif reason == "roster.skip_section":
                    match = _SECTION.match(fold(cells.text_of(row[filled[0]])))
                    section = (building_of(match[1]), match[2] or "") if match else section
                    above.clear()
                continue
            if empty:
                self._skip_empty(empty)
            place.row = number + 1
            place.covered = (
                frozenset(name for name, tops in merged.items() if number in tops) if merged else frozenset()
            )
            own = set(value)
            if merged:
                for name, tops in merged.items():
                    if name in value:
                        last_value[name] = value[name]
                    elif number in tops and name in last_value and name not in NEVER_FILLED:
                        value[name] = last_value[name]
                    elif number not in tops:
                        last_value.pop(name, None)
            for name in can_carry:
                if not cells.is_blank(value.get(name)):
                    if name is F.BUILDING and value[name] != above.get(name):
                        above.pop(F.UNIT, None)
                    above[name] = value[name]
                elif name in above:
                    value[name] = above[name]
            if not own - {F.SEQUENCE, F.BUILDING, F.UNIT, F.TOTAL_FLOORS}:
                self.skipped.append(Skipped(self.table.name, number + 1, "roster.skip_no_content"))
                continue
            yield read_home(value, section, place)

    @staticmethod
    def _says_nothing(row: Sequence[Cell], filled: list[int], sequence: int) -> bool:
        """Whether a line holds signs for nothing only, or a running number and nothing else."""
        if len(filled) > 3:
            return False
        for index in filled:
            is_number = index == sequence and cells.text_of(row[index]).isdigit()
            if not is_number and not cells.is_blank(row[index]):
                return False
        return True

    def _skip_empty(self, empty: list[int]) -> None:
        self.skipped.extend(Skipped(self.table.name, number, "roster.skip_empty") for number in empty)
        empty.clear()

    def _no_home(self, row: Sequence[Cell], filled: list[int], words: set[str]) -> str:
        """Why a line is no home, "" when it may be one."""
        first = row[filled[0]]
        if not isinstance(first, str):
            return ""
        text = fold(first).replace("：", ":")
        if _TOTAL.match(text):
            return "roster.skip_total"
        if (
            len(filled) > 1
            and isinstance(row[filled[1]], str)
            and _TOTAL.match(fold(str(row[filled[1]])))
            and len(text) < 12
        ):
            return "roster.skip_total"
        if _SIGNATURE.search(text):
            return "roster.skip_signature"
        if label_of_cell(first) in words:
            labels = [label_of_cell(row[index]) for index in filled]
            if sum(label in words for label in labels) * 5 >= len(labels) * 4:
                return "roster.skip_header"
        if len(filled) == 1:
            if _NOTE.match(text) or len(text) > 40:
                return "roster.skip_note"
            if _SECTION.match(text):
                return "roster.skip_section"
            if not any(character.isdigit() for character in text):
                return "roster.skip_note"
        return ""

    def _fault(self, name: RosterField | None, fault: Fault) -> None:
        index = self._columns.get(name) if name else None
        if fault.code in COUNTED_ONCE and index is not None:
            self._words.setdefault((index, fault.code, fault.params), []).append(self._row_number)
            return
        column = self._headers[index] if index is not None else None
        self.problems.append(
            Problem(
                self.table.name,
                self._row_number,
                column.letter if column else "",
                column.header if column else (name.label if name else ""),
                fault.code,
                fault.severity,
                fault.params,
            )
        )

    # --- between and after the rows -----------------------------------------------------------------------------

    def _joined(self, homes: Iterable[RosterRow]) -> Iterator[RosterRow]:
        """Lines of one owner under one merged area (or certificate) are one home with several doors."""
        owner = self._merged.get(F.OWNER)
        extent = self._merged.get(F.AREA_CERT if F.AREA_CERT in self._columns else F.CERT_NO)
        if not owner or not extent:
            yield from homes
            return
        pending: RosterRow | None = None
        for home in homes:
            top = owner.get(home.row - 1)
            is_part = (
                pending is not None
                and top is not None
                and top == extent.get(home.row - 1) == pending.row - 1
                and home.door[:2] == pending.door[:2]
                and home.room_no not in (pending.room_no, *pending.more_rooms)
            )
            if pending is not None and is_part:
                pending = replace(
                    pending,
                    more_rooms=(*pending.more_rooms, home.room_no),
                    other_rows=(*pending.other_rows, home.row),
                )
                self._row_number = home.row
                self._fault(F.ROOM, Fault("roster.doors_joined", Severity.WARNING, (("first", pending.row),)))
                continue
            if pending is not None:
                yield pending
            pending = home
        if pending is not None:
            yield pending

    def _finish(self, header: Header, count: int) -> None:
        for (index, code, params), lines in self._words.items():
            column = self._headers[index]
            counted = (*params, ("count", len(lines)))
            self.problems.append(
                Problem(self.table.name, lines[0], column.letter, column.header, code, Severity.WARNING, counted)
            )
        for first, last in _ranges(number for number in self.table.hidden_rows if number > header.last):
            params = (("first", first + 1), ("last", last + 1))
            self.problems.append(
                Problem(self.table.name, first + 1, "", "", "roster.hidden_rows", Severity.WARNING, params)
            )
        if self.summary:
            self.summary = replace(self.summary, row_count=count)


def _ranges(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    first = last = -2
    for number in sorted(numbers):
        if number != last + 1:
            if first >= 0:
                yield first, last
            first = number
        last = number
    if first >= 0:
        yield first, last
