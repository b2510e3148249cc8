"""Where the records stand on the sheets of a form: its line of placeholders, and the blank lines kept ready below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import Any

from openpyxl.worksheet.formula import ArrayFormula

from exports.own_form.reference import Formula, Lines, Reference, sheet_key

PLACEHOLDER = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")


def names_in(cell: Any) -> set[str]:
    return set(PLACEHOLDER.findall(cell.value)) if isinstance(cell.value, str) else set()


def formulas_of(page: Any) -> Iterator[tuple[Any, str]]:
    """The cells of a sheet that hold formulas, with their texts."""
    for row in page.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                text = cell.value.text if isinstance(cell.value, ArrayFormula) else cell.value
                if isinstance(text, str):
                    yield cell, text


def _references(text: str, sheet: str) -> list[Reference]:
    try:
        return [*Formula(text, sheet).references]
    except ValueError:
        return []


def rewritten(text: str, sheet: str, write: Callable[[Formula], str], *, name: bool = False) -> str:
    """A formula written anew. One that cannot be read stays as it is: when the form came, it was refused."""
    try:
        return write(Formula(text, sheet, name=name))
    except ValueError:
        return text


def find_places(book: Any, names: Collection[str], count: int) -> dict[str, Lines]:
    """The lines of the records on each sheet that has placeholders of a record, by its `sheet_key`."""
    first = {
        sheet_key(page.title): row
        for page in book.worksheets
        if (row := next((row[0].row for row in page.iter_rows() if any(names_in(cell) & {*names} for cell in row)), 0))
    }
    counted = dict(first)
    for page in book.worksheets:
        for _cell, text in formulas_of(page):
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
        return bool(cell.value == rewritten(above.value, sheet, lambda formula: formula.copied({}, offset)))
    return bool(names_in(above)) and cell.value == offset + 1
