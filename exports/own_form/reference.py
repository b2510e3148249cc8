"""How a reference to cells of an office's own form moves when the form's one line of placeholders becomes the lines of all records.

The rule is Excel's own for rows that are inserted within a range, seen from the form (a `Lines` for each sheet that has
a line of placeholders):

- Blank lines that the form keeps ready below the line are used up first. Only what does not fit is inserted, below the
  last of them; fewer records than ready lines leave the rest blank, as a form on paper is left.
- A range that begins at or above the line and ends in the lines grows to the last record; one that goes beyond them ends
  at the same cell as before. Whole columns stay as they are.
- A cell below the lines is named at its new place, a cell above them where it was.
- The line named alone within a function that reckons over many cells, `SUM(D5)`, means all records. Elsewhere one cell
  is one cell: `=D5` is that of the first record.
- The line's own formulas are copied as Excel copies them down: relative rows go along, those with `$` stay. What lies
  below the lines (the 合计 row) is one and the same cell for each record, `$` or not, and a range from the line
  downwards, or with `$` at both its rows, is that of all records: `RANK(D5,D5:D9)`, `D5/SUM($D$5)`.

This module knows no workbook: texts of formulas in, texts out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
RECKONING = frozenset(
    "AGGREGATE AVERAGE AVERAGEA AVERAGEIF AVERAGEIFS CONCAT COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS LARGE MAX MAXA MAXIFS "
    "MEDIAN MIN MINA MINIFS MODE MODE.SNGL PERCENTILE PRODUCT QUARTILE RANK RANK.EQ ROWS SMALL STDEV STDEV.P STDEV.S "
    "STDEVP SUBTOTAL SUM SUMIF SUMIFS SUMPRODUCT SUMSQ TEXTJOIN VAR VAR.P VAR.S VARP".split()
)
"""The functions within which the line named alone means all records."""

_ONE = r"(?P<sheet{0}>(?:'(?:[^']|'')*'|[^'!:]+)!)?(?P<column{0}>\$?[A-Za-z]{{1,3}})?(?P<fixed{0}>\$?)(?P<row{0}>[1-9]\d{{0,6}})"
_REFERENCE = re.compile(rf"{_ONE.format(1)}(?::{_ONE.format(2)})?")


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the records of a sheet stand.

    first  the row in which the form has the placeholders of a record
    last   the last row that the form keeps ready for records; `first` where it keeps none besides
    count  how many records there are, at least 1
    """

    first: int
    last: int
    count: int

    @property
    def end(self) -> int:
        """The row of the last record."""
        return self.first + self.count - 1

    @property
    def more(self) -> int:
        """How many rows are inserted below `last`."""
        return max(0, self.end - self.last)

    def moved(self, row: int) -> int:
        """Where a row of the form stands afterwards."""
        return min(row + self.more, LAST_ROW) if row > self.last else row

    def grown(self, top: int, bottom: int) -> tuple[int, int]:
        """The rows of a range afterwards."""
        if top <= self.first <= bottom <= self.last:
            return top, max(bottom, self.end)
        return self.moved(top), self.moved(bottom)


@dataclass(frozen=True, slots=True)
class End:
    """One end of a reference: what stands before its row, whether the row has a `$`, the row."""

    lead: str
    is_fixed: bool
    row: int

    def at(self, row: int) -> str:
        return f"{self.lead}{'$' if self.is_fixed else ''}{row}"


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range as a formula names it.

    sheet      as `sheet_key` has it
    ends       one end or two, in the order in which they are written
    reckoning  whether it stands within a function of `RECKONING`
    """

    sheet: str
    ends: tuple[End, ...]
    reckoning: bool

    @property
    def rows(self) -> tuple[int, int]:
        rows = [end.row for end in self.ends]
        return min(rows), max(rows)

    def leaves_out(self, lines: Lines) -> bool:
        """Whether it names some of the lines and can never name them all, however many records there are."""
        top, _bottom = self.rows
        return lines.first < top <= lines.last or (len(self.ends) == 1 and top == lines.first and not self.reckoning)

    def moved(self, lines: Lines | None) -> str:
        """The text afterwards, in a formula that is none of the line's."""
        if lines is None:
            return self._at([end.row for end in self.ends])
        if len(self.ends) == 1:
            (end,) = self.ends
            if self.reckoning and end.row == lines.first != lines.end:
                return f"{end.at(end.row)}:{End(end.lead.rpartition('!')[2], end.is_fixed, 0).at(lines.end)}"
            return end.at(lines.moved(end.row))
        top, bottom = lines.grown(*self.rows)
        return self._at([top, bottom] if self.ends[0].row <= self.ends[1].row else [bottom, top])

    def copied(self, lines: Lines | None, record: int) -> str:
        """The text in the line of a record (from 0), where the line's own formula is copied to each."""
        top, bottom = self.rows
        if lines is not None and (all(end.is_fixed for end in self.ends) or top <= lines.first < bottom):
            return self.moved(lines)
        return self._at(
            [
                end.row + record
                if not end.is_fixed and (lines is None or end.row <= lines.last)
                else end.row if lines is None else lines.moved(end.row)
                for end in self.ends
            ]
        )  # fmt: skip

    def _at(self, rows: list[int]) -> str:
        return ":".join(end.at(row) for end, row in zip(self.ends, rows, strict=True))


class Formula:
    """A formula taken apart into references and what stands between them.

    text   as it stands in the cell, with or without `=`
    sheet  the name of the sheet on which it stands
    name   whether it is what a name or a chart stands for: the line alone then means all records
    Raises ValueError for a text that cannot be read as a formula.
    """

    def __init__(self, text: str, sheet: str, *, name: bool = False) -> None:
        lead = "" if text.startswith("=") else "="
        try:
            tokens = Tokenizer(lead + text).items
        except (TokenizerError, IndexError, AssertionError) as error:
            raise ValueError(text) from error
        self._parts: list[str | Reference] = [] if lead else ["="]
        within: list[bool] = []
        for token in tokens:
            if token.subtype == Token.OPEN:
                within.append(token.type == Token.FUNC and _function(token.value) in RECKONING)
            elif token.subtype == Token.CLOSE and within:
                within.pop()
            is_name = token.type == Token.OPERAND and token.subtype == Token.RANGE
            found = _reference(token.value, sheet, name or any(within)) if is_name else None
            self._parts.append(found or token.value)
        if within:
            raise ValueError(text)

    @property
    def references(self) -> Iterator[Reference]:
        return (part for part in self._parts if isinstance(part, Reference))

    def moved(self, lines: Mapping[str, Lines]) -> str:
        """The formula afterwards, where it is none of the line's. `lines`: those of each sheet by its `sheet_key`."""
        return "".join(
            part.moved(lines.get(part.sheet)) if isinstance(part, Reference) else part for part in self._parts
        )

    def copied(self, lines: Mapping[str, Lines], record: int) -> str:
        """The formula in the line of a record (from 0), where it stands in the form's line."""
        return "".join(
            part.copied(lines.get(part.sheet), record) if isinstance(part, Reference) else part for part in self._parts
        )


def sheet_key(name: str) -> str:
    """A sheet's name as references compare it: capitals are not told apart."""
    return name.casefold()


def _function(token: str) -> str:
    return token[:-1].lstrip("@").upper().removeprefix("_XLFN.")


def _reference(text: str, sheet: str, reckoning: bool) -> Reference | None:
    """What an operand names; None for a defined name, a whole column, a table's column, another workbook."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return None
    ends, columns = [], []
    for number in "12" if found["row2"] else "1":
        column, row = found[f"column{number}"] or "", int(found[f"row{number}"])
        ends.append(End((found[f"sheet{number}"] or "") + column, bool(found[f"fixed{number}"]), row))
        columns.append(column.replace("$", "").upper())
        if row > LAST_ROW or _number(columns[-1]) > LAST_COLUMN:
            return None
    if all(columns) if any(columns) else len(ends) == 2:
        named = (found["sheet1"] or "").removesuffix("!")
        if named.startswith("'"):
            named = named[1:-1].replace("''", "'")
        return Reference(sheet_key(named or sheet), (*ends,), reckoning)
    return None


def _number(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number
