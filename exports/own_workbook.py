"""An office's own workbook, kept as it is, with its faulty cells marked.

Formats, merges and comments stay, so this is done with openpyxl, which reads a file whole: it takes memory and time
without bound. Whoever hands it a stranger's file does so in a child process under limits (`exports.roster_copy`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from typing import Any

import openpyxl
from openpyxl.comments import Comment
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
                    put_text(page.cell(number, column), text)
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
                put_text(cell, value)
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


def put_text(cell: Any, text: str) -> None:
    """A text that stays a text: openpyxl would make a formula of one that begins with `=`."""
    cell.value = cell_text(text)
    cell.data_type = "s"
    if text.startswith(DANGEROUS):
        cell.quotePrefix = True
