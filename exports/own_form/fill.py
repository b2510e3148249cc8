"""A form filled: each record in a copy of the line, what stands below it further down, the number of the snapshot."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Border
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.formula import ArrayFormula

from exports.own_form.move import move_references
from exports.own_form.place import PLACEHOLDER, find_places, names_in
from exports.own_form.reference import Formula, Lines, sheet_key
from exports.own_workbook import put_text
from exports.workbook import footer_text

MOMENT_FORMAT = "yyyy-mm-dd hh:mm"
NUMBERED = "快照号"
Value = str | int | Decimal | date | datetime | None


def fill_workbook(
    data: bytes, names: Collection[str], rows: Sequence[Mapping[str, Value]], once: Mapping[str, Value]
) -> bytes:
    """The workbook with its placeholders filled.

    names  the placeholders of a record: the line in which one of them stands is repeated for each record
    rows   their values, a record each; without one the line is left blank
    once   values of the placeholders that stand once: 项目名称, 快照号, 导出人

    The number of the snapshot and who exported it are properties of the file, and stand in the footer of each sheet that
    has none of its own.
    """
    book = openpyxl.load_workbook(io.BytesIO(data))
    places = find_places(book, names, max(len(rows), 1))
    move_references(book, places)
    for page in book.worksheets:
        lines = places.get(sheet_key(page.title))
        for row in page.iter_rows():
            for cell in row:
                if (lines is None or cell.row != lines.first) and names_in(cell):
                    _put(cell, cell.value, once)
        if lines is not None:
            _move_cells(page, lines)
            _repeat(page, lines, places, rows or [dict.fromkeys(names)], once)
    if book.calculation is not None:  # Whoever opens it reckons anew: what the file knew was of the blank form.
        book.calculation.fullCalcOnLoad = True
    _number(book, str(once[NUMBERED]), str(once["导出人"] or ""))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _number(book: Any, snapshot: str, by: str) -> None:
    for name, value in ((NUMBERED, snapshot), ("导出人", by or "-")):
        if name in book.custom_doc_props.names:
            del book.custom_doc_props[name]
        book.custom_doc_props.append(StringProperty(name=name, value=value))
    for page in book.worksheets:
        if not any((page.oddFooter, page.evenFooter, page.firstFooter)):
            page.oddFooter.left.text = f"快照号：{footer_text(snapshot)}"
            page.oddFooter.right.text = f"{f'导出人：{footer_text(by)}　' if by else ''}第&P页 共&N页"


def _move_cells(page: Any, lines: Lines) -> None:
    """What stands below the lines goes down, with formats, comments, links and heights."""
    if not lines.more:
        return
    for row, column in sorted((place for place in page._cells if place[0] > lines.last), reverse=True):
        cell = page._cells.pop((row, column))
        cell.row = row + lines.more
        page._cells[cell.row, column] = cell
        if cell.hyperlink is not None:
            cell.hyperlink.ref = cell.coordinate
    below = {row: each for row, each in page.row_dimensions.items() if row > lines.last}
    for row in below:
        del page.row_dimensions[row]
    for row, each in below.items():
        each.index = row + lines.more
        page.row_dimensions[each.index] = each


def _repeat(
    page: Any,
    lines: Lines,
    places: Mapping[str, Lines],
    rows: Sequence[Mapping[str, Value]],
    once: Mapping[str, Value],
) -> None:
    """Write each record into a copy of the line. The last closes the frame as the form's last ready line does."""
    pattern = [(cell, cell.value, copy(cell._style)) for cell in page[lines.first]]
    page.merged_cells.ranges |= {
        CellRange(min_col=area.min_col, max_col=area.max_col, min_row=row, max_row=row)
        for area in page.merged_cells.ranges
        if area.min_row == area.max_row == lines.first
        for row in range(lines.last + 1, lines.end + 1)
    }
    height = page.row_dimensions[lines.first].height
    closing = {cell.column: cell.border.bottom for cell in page[lines.last]} if lines.last > lines.first else {}
    formulas = {cell.column: _line_formula(cell, page.title) for cell, _text, _style in pattern}
    for number, values in enumerate(rows):
        at = lines.first + number
        if height is not None:
            page.row_dimensions[at] = RowDimension(page, index=at, ht=height) if number else page.row_dimensions[at]
        for model, text, style in pattern:
            cell = _fresh(page, at, model, style) if number else model
            if isinstance(cell, MergedCell):
                continue
            formula = formulas[cell.column]
            if formula is not None:
                written = formula.copied(places, number)
                cell.value = ArrayFormula(cell.coordinate, written) if isinstance(text, ArrayFormula) else written
            elif isinstance(text, str) and PLACEHOLDER.search(text):
                _put(cell, text, {**once, **values})
            else:
                cell.value = text
    if lines.end >= lines.last:
        for column, side in closing.items():
            cell = page.cell(lines.end, column)
            cell.border = Border(
                left=cell.border.left, right=cell.border.right, top=cell.border.top, bottom=side,
                diagonal=cell.border.diagonal, diagonalUp=cell.border.diagonalUp, diagonalDown=cell.border.diagonalDown,
            )  # fmt: skip


def _line_formula(cell: Any, sheet: str) -> Formula | None:
    """The line's formula in this column; None where there is none that can be copied."""
    text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
    if cell.data_type != "f" or not isinstance(text, str) or PLACEHOLDER.search(text):
        return None
    try:
        return Formula(text, sheet)
    except ValueError:
        return None


def _fresh(page: Any, row: int, model: Any, style: Any) -> Any:
    """A new cell in this row, of the kind and with the format of the line's."""
    page._cells.pop((row, model.column), None)
    if isinstance(model, MergedCell):
        page._cells[row, model.column] = cell = MergedCell(page, row, model.column)
    else:
        cell = page.cell(row, model.column)
    cell._style = copy(style)
    return cell


def _put(cell: Any, text: str, values: Mapping[str, Value]) -> None:
    """Put values where a cell has placeholders: a cell that is nothing else takes the value's own type."""
    alone = PLACEHOLDER.fullmatch(text.strip())
    value = values.get(alone[1]) if alone else PLACEHOLDER.sub(lambda part: _as_text(values.get(part[1])), text)
    if isinstance(value, str):
        put_text(cell, value)
        return
    if isinstance(value, datetime) and not is_date_format(cell.number_format):
        cell.number_format = MOMENT_FORMAT
    cell.value = value


def _as_text(value: Value) -> str:
    """A value within a longer text, written as the ledgers write it."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else f"{value:.2f}" if isinstance(value, Decimal) else str(value)
