"""An office's own workbook, kept as it is: faulty cells marked, or its placeholders filled.

Formats, merges and comments stay, so this is done with openpyxl, which reads a file whole: it takes memory and time
without bound. Whoever hands it a stranger's file does so in a child process under limits (`exports.roster_copy`,
`exports.template`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.comments import Comment
from openpyxl.formula.translate import Translator
from openpyxl.styles import Font, PatternFill

from exports.workbook import DANGEROUS, cell_text

MARK_FILLS = {"error": "FFC7CE", "warning": "FFEB9C"}
MARK_HEAD = ("工作表", "行", "列", "类别", "说明")
MARK_WORDS = {"error": "错误", "warning": "提醒"}
LONGEST_COMMENT = 2_000

Mark = tuple[str, int, str, str, str]
"""Sheet, row (from 1), column letter or "", "error" or "warning", the sentence."""


def mark_workbook(data: bytes, marks: list[Mark], author: str) -> bytes:
    """The office's .xlsx with faulty cells coloured and commented, and a list of all marks on a sheet of its own."""
    return _marked(openpyxl.load_workbook(io.BytesIO(data)), marks, author)


def mark_tables(tables: Iterable[tuple[str, Iterable[tuple[int, list[str]]]]], marks: list[Mark], author: str) -> bytes:
    """The same for a file that is no .xlsx: its cells as texts, row for row at its old place, in a new workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in tables:
        page = book.create_sheet(re.sub(r"[\[\]:*?/\\]", "_", name)[:31] or "Sheet")
        for number, cells in rows:
            for column, text in enumerate(cells, 1):
                if text:
                    _put_text(page.cell(number, column), text)
    return _marked(book, marks, author)


def _marked(book: Any, marks: list[Mark], author: str) -> bytes:
    fills = {kind: PatternFill("solid", start_color=colour, end_color=colour) for kind, colour in MARK_FILLS.items()}
    of_cell: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks:
        if mark[1] > 0 and mark[0] in book.sheetnames:
            of_cell.setdefault((mark[0], f"{mark[2] or 'A'}{mark[1]}"), []).append(mark)
    for (sheet, place), told in of_cell.items():
        page = book[sheet]
        cell = page[place]
        if type(cell).__name__ == "MergedCell":  # Only the first cell of a merge can carry anything.
            cell = next(page.cell(area.min_row, area.min_col) for area in page.merged_cells.ranges if place in area)
        cell.fill = fills["error" if any(mark[3] == "error" for mark in told) else "warning"]
        cell.comment = Comment(
            "\n".join(cell_text(mark[4]) for mark in told)[:LONGEST_COMMENT], author, width=360, height=120
        )
    name = "检查结果"
    while name in book.sheetnames:
        name += "_"
    page = book.create_sheet(name, 0)
    for number, cells in enumerate([MARK_HEAD, *((m[0], m[1] or "", m[2], MARK_WORDS[m[3]], m[4]) for m in marks)], 1):
        for column, value in enumerate(cells, 1):
            cell = page.cell(number, column)
            if isinstance(value, str):
                _put_text(cell, value)
            else:
                cell.value = value
            if number == 1:
                cell.font = Font(bold=True)
    for letter, width in zip("ABCDE", (18, 8, 8, 8, 90), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"
    book.active = 0
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put_text(cell: Any, text: str) -> None:
    """A text that stays a text: openpyxl would make a formula of one that begins with `=`."""
    cell.value = cell_text(text)
    cell.data_type = "s"
    if text.startswith(DANGEROUS):
        cell.quotePrefix = True


# --- placeholders -----------------------------------------------------------------------------------------------------

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder as it stands in the file."""

    sheet: str
    row: int
    cell: str
    name: str


def find_placeholders(data: bytes) -> list[Placeholder]:
    """Every placeholder of the workbook, sheet by sheet and row by row."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        Placeholder(page.title, cell.row, cell.coordinate, name)
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        for name in (PLACEHOLDER.findall(cell.value) if isinstance(cell.value, str) else ())
    ]


def fill_workbook(
    data: bytes, names: Collection[str], rows: Sequence[Mapping[str, Value]], once: Mapping[str, Value]
) -> bytes:
    """The workbook with its placeholders filled, everything else as it was.

    names  the placeholders of a record: the line in which one of them stands is repeated for each record
    rows   their values, a record each; without one the line is left blank
    once   values of the placeholders that stand once: 项目名称, 快照号

    What stands below the line moves down with its formats, heights and merges; a formula there that names a cell of the
    line (=SUM(D5)) names all of its repetitions afterwards.
    """
    book = openpyxl.load_workbook(io.BytesIO(data))
    for page in book.worksheets:
        line = next((row[0].row for row in page.iter_rows() if any(_names(cell) & set(names) for cell in row)), None)
        if line is not None:
            _repeat(page, line, rows or [dict.fromkeys(names)], once)
        for row in page.iter_rows():
            for cell in row:
                if _names(cell):
                    _put(cell, cell.value, once)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _names(cell: Any) -> set[str]:
    return set(PLACEHOLDER.findall(cell.value)) if isinstance(cell.value, str) else set()


def _repeat(page: Any, line: int, rows: Sequence[Mapping[str, Value]], once: Mapping[str, Value]) -> None:
    """Write each record into a copy of the line; what is below makes room first."""
    more = len(rows) - 1
    pattern = [(cell.column, cell.value, copy(cell._style)) for cell in page[line]]
    height = page.row_dimensions[line].height
    _make_room(page, line, more)
    for number, values in enumerate(rows):
        at = line + number
        if height is not None:
            page.row_dimensions[at].height = height
        for column, text, style in pattern:
            cell = page.cell(at, column)
            if type(cell).__name__ == "MergedCell":
                continue
            cell._style = copy(style)
            if isinstance(text, str) and text.startswith("=") and not PLACEHOLDER.search(text):
                cell.value = Translator(text, origin=f"A{line}").translate_formula(f"A{at}")
            elif isinstance(text, str) and PLACEHOLDER.search(text):
                _put(cell, text, {**once, **values})
            else:
                cell.value = text


def _make_room(page: Any, line: int, more: int) -> None:
    """Move everything below the line down by `more` rows; merges of the line itself stand in each repetition."""
    heights = {number: each.height for number, each in page.row_dimensions.items() if number > line and each.height}
    below = [area for area in page.merged_cells.ranges if area.min_row > line]
    across = [area for area in page.merged_cells.ranges if area.min_row == area.max_row == line]
    for area in below:
        page.unmerge_cells(str(area))
    last = page.max_row
    if more and last > line:
        page.move_range(f"A{line + 1}:{page.cell(last, page.max_column).coordinate}", rows=more)
    for area in below:
        area.shift(row_shift=more)
        page.merge_cells(str(area))
    for area in across:
        for number in range(1, more + 1):
            page.merge_cells(
                start_row=line + number, end_row=line + number, start_column=area.min_col, end_column=area.max_col
            )
    for number in heights:
        page.row_dimensions[number].height = None
    for number, height in heights.items():
        page.row_dimensions[number + more].height = height
    named = re.compile(rf"(\$?[A-Z]{{1,3}}\$?){line}\b(?!:)")
    for row in page.iter_rows(min_row=line + more + 1):
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("="):
                cell.value = named.sub(rf"\g<1>{line}:\g<1>{line + more}", cell.value)


def _put(cell: Any, text: str, values: Mapping[str, Value]) -> None:
    """Put values where a cell has placeholders: a cell that is nothing else takes the value's own type."""
    alone = PLACEHOLDER.fullmatch(text.strip())
    value = values.get(alone[1]) if alone else PLACEHOLDER.sub(lambda part: _as_text(values.get(part[1])), text)
    if isinstance(value, str):
        _put_text(cell, value)
    else:
        cell.value = value


def _as_text(value: Value) -> str:
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)
