"""An office's own form (样表): where its placeholders stand, and the form filled with records, everything else as it was drawn.

What follows the line of placeholders makes room, and whatever names cells (formulas of every sheet, names, charts, print
areas, merges, conditional formats, validations, filters) moves by the one rule of `exports.reference`. openpyxl reads and
writes the file whole, so it is done in a child process under limits (`exports.template`).
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
from openpyxl.cell.cell import MergedCell
from openpyxl.chart.data_source import MultiLevelStrRef, NumRef, StrRef
from openpyxl.descriptors.serialisable import Serialisable
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Border
from openpyxl.styles.numbers import is_date_format
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.dimensions import RowDimension
from openpyxl.worksheet.formula import ArrayFormula

from exports.own_workbook import put_text
from exports.reference import Formula, Lines, sheet_key
from exports.workbook import footer_text

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")
MOMENT_FORMAT = "yyyy-mm-dd hh:mm"
NUMBERED = "快照号"
Value = str | int | Decimal | date | datetime | None


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A placeholder as it stands in the file."""

    sheet: str
    row: int
    cell: str
    name: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A formula that would give a wrong figure: it names some of the lines and not all, or (`part` None) cannot be read."""

    sheet: str
    cell: str
    formula: str
    part: bool | None


def read_form(data: bytes, names: Collection[str]) -> tuple[list[Placeholder], list[Doubt]]:
    """What stands in a form, sheet by sheet and row by row. `names`: the placeholders of a record."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    places = _places(book, names, 1)
    placeholders = [
        Placeholder(page.title, cell.row, cell.coordinate, name)
        for page in book.worksheets
        for row in page.iter_rows()
        for cell in row
        for name in (PLACEHOLDER.findall(cell.value) if isinstance(cell.value, str) else ())
    ]
    return placeholders, [
        Doubt(page.title, cell.coordinate, text, part)
        for page in book.worksheets
        for cell, text in _formulas(page)
        if (part := _leaves_out(text, page.title, cell.row, places)) is not False
    ]


def _leaves_out(text: str, sheet: str, row: int, places: Mapping[str, Lines]) -> bool | None:
    """Whether a formula names some of the lines and not all; None where it cannot be read. The lines' own may."""
    own = places.get(sheet_key(sheet))
    is_own = own is not None and own.first <= row <= own.last
    try:
        references = [*Formula(text, sheet).references]
    except ValueError:
        return None
    return any(
        each.sheet in places and each.leaves_out(places[each.sheet])
        for each in references
        if not (is_own and each.sheet == sheet_key(sheet))
    )


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
    places = _places(book, names, max(len(rows), 1))
    _move_references(book, places)
    for page in book.worksheets:
        lines = places.get(sheet_key(page.title))
        for row in page.iter_rows():
            for cell in row:
                if (lines is None or cell.row != lines.first) and _names(cell):
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
            page.oddFooter.center.text = "第&P页 共&N页"
            page.oddFooter.right.text = f"导出人：{footer_text(by)}" if by else None


def _names(cell: Any) -> set[str]:
    return set(PLACEHOLDER.findall(cell.value)) if isinstance(cell.value, str) else set()


# --- where the records stand ------------------------------------------------------------------------------------------


def _places(book: Any, names: Collection[str], count: int) -> dict[str, Lines]:
    """The lines of the records on each sheet that has placeholders of a record, by its `sheet_key`."""
    first = {
        sheet_key(page.title): row
        for page in book.worksheets
        if (row := next((row[0].row for row in page.iter_rows() if any(_names(cell) & {*names} for cell in row)), 0))
    }
    counted = dict(first)
    for page in book.worksheets:
        for _cell, text in _formulas(page):
            for each in _references(text, page.title):
                top, bottom = each.rows
                if each.sheet in first and top <= first[each.sheet] <= bottom:
                    counted[each.sheet] = max(counted[each.sheet], bottom)
    return {
        key: Lines(first[key], _last_ready(page, first[key], counted[key]), count)
        for page in book.worksheets
        if (key := sheet_key(page.title)) in first
    }


def _last_ready(page: Any, line: int, counted: int) -> int:
    """The last of the blank lines that the form keeps ready for records below the line; the line itself without any.

    A ready line is drawn as the line is (borders, merges), or is reckoned together with it by a formula, down to the row
    `counted`. It has nothing in it but the line's own formulas, copied down, and the numbers 2, 3, … under 序号.
    """
    row = line
    while row < page.max_row and _is_ready(page, line, row + 1, is_counted=row + 1 <= counted):
        row += 1
    return row


def _is_ready(page: Any, line: int, row: int, *, is_counted: bool) -> bool:
    merges = [_spans(page, each) for each in (line, row)]
    if merges[0] != merges[1]:
        return False
    drawn = [(above, cell) for above, cell in zip(page[line], page[row], strict=True) if _is_framed(above)]
    if not is_counted and not (drawn and all(_is_framed(cell) for _above, cell in drawn)):
        return False
    return all(_is_blank(above, cell, page.title) for above, cell in zip(page[line], page[row], strict=True))


def _spans(page: Any, row: int) -> set[tuple[int, int, int]]:
    """The merges of a row: columns, and for those of several rows the first of these."""
    return {
        (area.min_col, area.max_col, 0 if area.min_row == area.max_row else area.min_row)
        for area in page.merged_cells.ranges
        if area.min_row <= row <= area.max_row
    }


def _is_framed(cell: Any) -> bool:
    sides = (cell.border.left, cell.border.right, cell.border.top, cell.border.bottom)
    return any(side is not None and side.style for side in sides)


def _is_blank(above: Any, cell: Any, sheet: str) -> bool:
    if cell.value is None or str(cell.value).isspace() or cell.value == "":
        return True
    offset = cell.row - above.row
    if above.data_type == "f" and isinstance(above.value, str):
        return bool(cell.value == _read(above.value, sheet, lambda formula: formula.copied({}, offset)))
    return bool(_names(above)) and cell.value == offset + 1


# --- what names cells -------------------------------------------------------------------------------------------------


def _formulas(page: Any) -> Iterator[tuple[Any, str]]:
    """The cells of a sheet that hold formulas, with their texts."""
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
                if isinstance(text, str):
                    yield cell, text


def _references(text: str, sheet: str) -> list[Any]:
    try:
        return [*Formula(text, sheet).references]
    except ValueError:
        return []


def _read(text: str, sheet: str, write: Callable[[Formula], str], *, name: bool = False) -> str:
    """A formula written anew. One that cannot be read stays as it is: when the form came, it was refused."""
    try:
        return write(Formula(text, sheet, name=name))
    except ValueError:
        return text


def _move_references(book: Any, places: Mapping[str, Lines]) -> None:
    """Whatever names cells, but the lines' own formulas, names them where they will stand."""

    def moved(text: str, sheet: str = "", *, name: bool = False) -> str:
        return _read(text, sheet, lambda formula: formula.moved(places), name=name)

    for page in book.worksheets:
        lines = places.get(sheet_key(page.title))
        for cell, text in _formulas(page):
            if lines is None or not lines.first <= cell.row <= lines.last:
                _set_formula(cell, moved(text, page.title), lines)
        for cell in page._cells.values():
            if cell.hyperlink is not None and cell.hyperlink.location:
                cell.hyperlink.location = moved(cell.hyperlink.location, page.title)
        for each in page.defined_names.values():
            each.value = moved(each.value, page.title, name=True)
        _move_conditions(page, lines, places)
        if lines is not None:
            _move_areas(page, lines)
    for each in book.defined_names.values():
        each.value = moved(each.value, name=True)
    for page in (*book.worksheets, *book.chartsheets):
        for chart in page._charts:
            for part in chart._charts:
                _move_chart(part, lambda text: moved(text, name=True))


def _set_formula(cell: Any, text: str, lines: Lines | None) -> None:
    if isinstance(cell.value, ArrayFormula):
        cell.value = ArrayFormula(_grown(cell.value.ref, lines), text)
    else:
        cell.value = text


def _grown(area: str, lines: Lines | None) -> str:
    """A range of a sheet, without the sheet's name, afterwards."""
    return area if lines is None else str(_grown_range(CellRange(area), lines))


def _grown_range(area: Any, lines: Lines) -> Any:
    top, bottom = lines.grown(area.min_row, area.max_row)
    return CellRange(min_col=area.min_col, max_col=area.max_col, min_row=top, max_row=bottom)


def _grown_ranges(areas: Any, lines: Lines | None) -> Any:
    return areas if lines is None else MultiCellRange([_grown_range(area, lines) for area in areas.ranges])


def _move_chart(part: Any, moved: Callable[[str], str]) -> None:
    """The ranges that a chart draws; its kept values are those of the blank form, so they go."""
    if isinstance(part, NumRef | StrRef | MultiLevelStrRef):
        part.f = moved(part.f)
        for kept in ("numCache", "strCache", "multiLvlStrCache"):
            if hasattr(part, kept):
                setattr(part, kept, None)
    elif isinstance(part, Serialisable):
        for name, each in vars(part).items():
            if not name.startswith("_"):
                _move_chart(each, moved)
    elif isinstance(part, list | tuple):
        for each in part:
            _move_chart(each, moved)


def _move_conditions(page: Any, lines: Lines | None, places: Mapping[str, Lines]) -> None:
    """Conditional formats and validations: their ranges, and their formulas, written as of a range's first cell."""

    def moved(text: Any, areas: Any) -> Any:
        if not isinstance(text, str):
            return text
        row = min(area.min_row for area in areas.ranges)
        if lines is not None and lines.first <= row <= lines.last:
            return _read(text, page.title, lambda formula: formula.copied(places, 0))
        return _read(text, page.title, lambda formula: formula.moved(places))

    kept, page.conditional_formatting = page.conditional_formatting, ConditionalFormattingList()
    for each in kept:
        for rule in each.rules:
            rule.formula = [moved(text, each.sqref) for text in rule.formula]
            page.conditional_formatting.add(str(_grown_ranges(each.sqref, lines)), rule)
    for each in page.data_validations.dataValidation:
        each.formula1, each.formula2 = moved(each.formula1, each.sqref), moved(each.formula2, each.sqref)
        each.sqref = _grown_ranges(each.sqref, lines)


def _move_areas(page: Any, lines: Lines) -> None:
    """Print area and titles, page breaks, filter, tables, merges, pictures and charts of the sheet itself."""
    page._print_area.ranges = {_grown_range(area, lines) for area in page._print_area.ranges}
    titles = page._print_rows
    if titles is not None and titles.min_row > lines.last:
        titles.min_row, titles.max_row = lines.moved(titles.min_row), lines.moved(titles.max_row)
    for each in page.row_breaks.brk:
        each.id += lines.more if each.id >= lines.last else 0
    for part in (page.auto_filter, page.auto_filter.sortState, *page.tables.values()):
        if part is not None and part.ref:
            part.ref = _grown(_filtered(part.ref, lines), lines)
    for table in page.tables.values():
        if table.autoFilter is not None and table.autoFilter.ref:
            table.autoFilter.ref = _grown(table.autoFilter.ref, lines)
    for area in page.merged_cells.ranges:
        if area.min_row == area.max_row:  # That of the line is repeated with it.
            area.min_row = area.max_row = lines.moved(area.min_row)
        else:
            area.min_row, area.max_row = lines.grown(area.min_row, area.max_row)
    for each in (*page._charts, *page._images):
        for end in ("_from", "to"):
            marker = getattr(each.anchor, end, None)
            if marker is not None:
                marker.row = lines.moved(marker.row + 1) - 1


def _filtered(area: str, lines: Lines) -> str:
    """A filter that was set on the header alone, above the line, is meant for the line too."""
    head = CellRange(area)
    if head.min_row == head.max_row == lines.first - 1:
        head.max_row = lines.first
    return str(head)


# --- the lines --------------------------------------------------------------------------------------------------------


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
