"""Whatever names cells of a form names them where they will stand: formulas, names, links, charts, areas of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from openpyxl.chart.data_source import MultiLevelStrRef, NumRef, StrRef
from openpyxl.descriptors.serialisable import Serialisable
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.formula import ArrayFormula

from exports.own_form.place import formulas_of, rewritten
from exports.own_form.reference import Lines, sheet_key


def move_references(book: Any, places: Mapping[str, Lines]) -> None:
    """Whatever names cells, but the lines' own formulas, names them where they will stand."""

    def moved(text: str, sheet: str = "", *, name: bool = False) -> str:
        return rewritten(text, sheet, lambda formula: formula.moved(places), name=name)

    for page in book.worksheets:
        lines = places.get(sheet_key(page.title))
        for cell, text in formulas_of(page):
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
        row = min((area.min_row for area in areas.ranges), default=0)
        if lines is not None and lines.first <= row <= lines.last:
            return rewritten(text, page.title, lambda formula: formula.copied(places, 0))
        return rewritten(text, page.title, lambda formula: formula.moved(places))

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
