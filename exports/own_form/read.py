"""What stands in a form: its placeholders, and the formulas that would give a wrong figure once it is filled."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import openpyxl

from exports.own_form.place import PLACEHOLDER, find_places, formulas_of
from exports.own_form.reference import Formula, Lines, sheet_key


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
    places = find_places(book, names, 1)
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
        for cell, text in formulas_of(page)
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
