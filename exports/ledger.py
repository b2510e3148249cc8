"""What a ledger (台账) is, said once: its sheets, their columns, the heading, and how a value is shown.

A `Ledger` is a description without data. The workbook writer, the preview on the page and the list of what each ledger
contains all read the same description, so a column has one label, one width and one kind everywhere.
This module writes no file and reads no database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import groupby, islice
from typing import NamedTuple

from survey.domain.codes import Code
from survey.domain.errors import DomainError

HUNDREDTH = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")
COUNT_KEY = "#"  # In the sums given to a computed total: the number of rows of the sheet.

Record = Mapping[str, object]
Total = Callable[[Mapping[str, Decimal]], object]


class Kind(StrEnum):
    """How a column's values are stored in the cell and aligned."""

    SERIAL = "serial"  # 序号: the writer counts
    TEXT = "text"  # free text, wrapped
    WORD = "word"  # a short word of a code list, centred
    CODE = "code"  # digits that are a text: ID, phone, room and certificate numbers
    INTEGER = "integer"
    AREA = "area"  # Decimal square metres, two decimals
    MONEY = "money"  # Decimal yuan, two decimals
    SHARE = "share"  # Fraction, shown as a percentage with two decimals
    DATE = "date"  # a real date, yyyy-mm-dd
    MOMENT = "moment"  # a real date and time in the office's time zone, without an offset


class Coded(NamedTuple):
    """A word of a list that is no `Code`: the code that is kept, and the word that people read."""

    value: str
    label: str


SUMMABLE = frozenset({Kind.INTEGER, Kind.AREA, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet.

    total       True: the sum of the column; a function of all sums: what it returns (for a rate); None: left blank
    group       the word above several neighbouring columns, which makes the header two rows high
    unit        shown in the header in brackets, e.g. ㎡
    permission  the permission without which the column is left out
    hidden      written but hidden and not printed: the row's UUID, so that an edited ledger finds its rows again
    bar         a bar behind the figure, as long as the figure is large: for shares that are compared by eye
    field       the sheet's question whose answer stands here: it can be read back from an edited ledger
    filters     the filters of the list of households that choose those behind the figure; None: it leads nowhere
    coded       its values are words of a code list: `Code` members or `Coded`, so that a column of codes can stand beside it
    as_code     this is that column: the same values, by their codes
    """

    key: str
    label: str
    width: float = 10.0
    kind: Kind = Kind.TEXT
    total: bool | Total | None = None
    group: str = ""
    unit: str = ""
    permission: str = ""
    hidden: bool = False
    bar: bool = False
    field: str = ""
    filters: tuple[tuple[str, str], ...] | None = None
    coded: bool = False
    as_code: bool = False

    @property
    def heading(self) -> str:
        """The header's text with its unit."""
        return f"{self.label}\n（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the tab's name, the title above the table, the columns, the paper (A3 or A4, always landscape).

    key     by which the rows are handed over
    note    a line under the table that says how the figures were counted
    frozen  the key of the last column that stays in view when scrolling to the right
    rows    the list of the survey sheet ("persons") that this sheet shows, "" where it shows none
    narrow  (filter, key): each record's value narrows the list of households to those behind the row
    leads   the key of a record's value that says whether its figures lead to households: those of another day or round
            cannot be listed any more. "": all do
    """

    key: str
    name: str
    title: str
    columns: tuple[Column, ...]
    paper: str = "A3"
    note: str = ""
    frozen: str = ""
    rows: str = ""
    narrow: tuple[str, str] | None = None
    leads: str = ""

    @property
    def leads_somewhere(self) -> bool:
        """Whether figures of the sheet lead to the households behind them."""
        return any(column.filters is not None for column in self.columns)

    @property
    def visible(self) -> tuple[Column, ...]:
        """The columns that are shown and printed."""
        return tuple(column for column in self.columns if not column.hidden)

    @property
    def runs(self) -> list[tuple[str, list[Column]]]:
        """The visible columns in runs of the same group, in their order."""
        return [(group, list(run)) for group, run in groupby(self.visible, key=lambda column: column.group)]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A workbook's description: its name on the command line and in addresses, title, purpose, sheets.

    permission  the permission without which nobody reads any of it
    counted_in  the units of its figures, for the heading; "" where it counts nothing
    """

    name: str
    title: str
    description: str
    sheets: tuple[Sheet, ...]
    permission: str = ""
    counted_in: str = ""

    def is_open_to(self, granted: Collection[str]) -> bool:
        return not self.permission or self.permission in granted

    def permitted(self, granted: Collection[str]) -> Ledger:
        """This ledger without the columns whose permission is not among those granted.

        Raises DomainError("export.ledger_forbidden") where the whole of it is closed to the reader.
        """
        if not self.is_open_to(granted):
            raise DomainError("export.ledger_forbidden")
        return replace(self, sheets=tuple(_permitted(sheet, granted) for sheet in self.sheets))

    @property
    def is_coded(self) -> bool:
        """Whether some column shows words of a code list."""
        return any(column.coded for sheet in self.sheets for column in sheet.columns)

    def with_codes(self) -> Ledger:
        """This ledger with a column of codes behind each column of coded words, for whoever reads it by a program."""
        return replace(
            self, sheets=tuple(replace(sheet, columns=tuple(_coded(sheet.columns))) for sheet in self.sheets)
        )


def _coded(columns: Iterable[Column]) -> Iterator[Column]:
    for column in columns:
        yield column
        if column.coded:
            label = f"{column.label}\n代码"
            yield Column(
                column.key, label, 12, Kind.CODE, group=column.group, permission=column.permission, as_code=True
            )


def _permitted(sheet: Sheet, granted: Collection[str]) -> Sheet:
    return replace(sheet, columns=tuple(c for c in sheet.columns if not c.permission or c.permission in granted))


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above and below every sheet of one export.

    unit         填报单位
    project      项目名称
    cut_off      统计截止时间, in the office's time zone, without an offset
    snapshot     the number that finds this export in the audit log
    exported_by  the person's name, printed in the footer
    """

    unit: str
    project: str
    cut_off: datetime
    snapshot: str
    exported_by: str = ""
    counted_in: str = "户、人、㎡"

    def segments(self) -> tuple[str, str, str, str]:
        """The four texts of the second row."""
        return (
            f"填报单位：{self.unit}",
            f"项目名称：{self.project}",
            f"统计截止时间：{self.cut_off:%Y-%m-%d %H:%M}",
            f"单位：{self.counted_in}" if self.counted_in else "",
        )


def total_of(column: Column, sums: Mapping[str, Decimal]) -> object:
    """The value of the 合计 row in this column, None where there is none."""
    if column.total is True:
        return sums.get(column.key, Decimal(0))
    if callable(column.total):
        return column.total(sums)
    return None


def share(part: int | Decimal, whole: int | Decimal) -> Fraction | None:
    """part ÷ whole as an exact fraction; None when there is nothing to divide by."""
    return Fraction(part) / Fraction(whole) if whole else None


def rate(part: str, whole: str) -> Total:
    """A computed total: the sum of column `part` over the sum of column `whole`."""

    def of(sums: Mapping[str, Decimal]) -> Fraction | None:
        return share(sums.get(part, Decimal(0)), sums.get(whole, Decimal(0)))

    return of


def rounded_share(value: Fraction) -> Decimal:
    """A fraction as a decimal of four places (two places of a percentage), half up."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(TEN_THOUSANDTH, ROUND_HALF_UP)


def hundredths(value: int | Decimal) -> Decimal:
    """The value with two decimals, half up."""
    return Decimal(value).quantize(HUNDREDTH, ROUND_HALF_UP)


def shown(kind: Kind, value: object) -> str:
    """A value as the cell displays it, for the preview on the page and for texts. None is ""."""
    if value is None:
        return ""
    if isinstance(value, (Code, Coded)):
        return value.label
    if isinstance(value, Fraction):
        return f"{rounded_share(value) * 100:.2f}%"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if kind is Kind.MOMENT else f"{value:%Y-%m-%d}"
    if isinstance(value, date):
        return value.isoformat()
    if kind in (Kind.AREA, Kind.MONEY) and isinstance(value, (int, Decimal)):
        return f"{hundredths(value):,.2f}" if kind is Kind.MONEY else f"{hundredths(value):.2f}"
    return str(value)


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell on screen: its text, and the filters of the households behind it (None: it leads nowhere)."""

    text: str
    filters: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """The first rows of a sheet, and its 合计 row where the rows are all there are."""

    sheet: Sheet
    rows: list[list[Shown]]
    total: list[Shown] | None
    is_whole: bool


def preview(sheet: Sheet, records: Iterable[Record], limit: int) -> Preview:
    """The first `limit` rows in the visible columns, 序号 counted. Reads no further than it must.

    A sheet whose figures lead to households is shown whole, with its 合计: nobody can press a figure that is not there.
    """
    first = list(records if sheet.leads_somewhere else islice(records, limit + 1))
    is_whole = sheet.leads_somewhere or len(first) <= limit
    shown_rows = [[_shown_cell(sheet, column, record, number) for column in sheet.visible]
                  for number, record in enumerate(first if is_whole else first[:limit], 1)]  # fmt: skip
    has_total = is_whole and bool(first) and any(column.total for column in sheet.columns)
    return Preview(sheet, shown_rows, _shown_total(sheet, first) if has_total else None, is_whole)


def _shown_cell(sheet: Sheet, column: Column, record: Record, number: int) -> Shown:
    if column.kind is Kind.SERIAL:
        return Shown(str(number))
    text = shown(column.kind, record.get(column.key))
    if column.filters is None or not record.get(column.key) or (sheet.leads and not record.get(sheet.leads)):
        return Shown(text)
    narrowed = {sheet.narrow[0]: str(record[sheet.narrow[1]])} if sheet.narrow else {}
    return Shown(text, narrowed | dict(column.filters))


def _shown_total(sheet: Sheet, records: list[Record]) -> list[Shown]:
    sums = sums_of(sheet.columns, records)
    cells = []
    for column in sheet.visible:
        value = "合计" if column.kind is Kind.SERIAL else total_of(column, sums)
        is_sum = column.filters is not None and column.total is True and not sheet.leads
        leads = dict(column.filters or ()) if is_sum and value else None
        cells.append(Shown(shown(column.kind, value), leads))
    return cells


def sums_of(columns: Iterable[Column], records: Iterable[Record]) -> dict[str, Decimal]:
    """The sums of the columns that can be summed, and under COUNT_KEY the number of rows."""
    sums: dict[str, Decimal] = {}
    for _record in summing(columns, records, sums):
        pass
    return sums


def summing(columns: Iterable[Column], records: Iterable[Record], sums: dict[str, Decimal]) -> Iterator[Record]:
    """The records as they come; `sums` gains the sums of those that went by, and under COUNT_KEY how many."""
    keys = [column.key for column in columns if column.kind in SUMMABLE]
    for key in (*keys, COUNT_KEY):
        sums.setdefault(key, Decimal(0))
    count = 0
    for count, record in enumerate(records, 1):  # noqa: B007  # the number of rows, after the loop
        yield record
        for key in keys:
            value = record.get(key)
            if value is not None:
                sums[key] += value  # type: ignore[operator]  # Decimal or int: whoever writes the cell has checked it
    sums[COUNT_KEY] += count
