"""The one writer of .xlsx: a ledger's description and its rows in, a workbook out.

Rows are streamed: one at a time becomes the XML of its row and goes to an unnamed temporary file, so 100,000 rows cost
no more memory than one. XlsxWriter makes all the rest of the package (styles, merges, page set-up, properties); only
the rows of the table are written here, because its cell-by-cell path costs three times as much. rustpy-xlsxwriter is
quicker still but cannot draw what an office needs: no format on blank cells, no merged or bold row below the data,
no header on an empty sheet, and `row_formats` on a last row writes that row twice, which Excel "repairs".

Every text is a text: nothing from a record ever becomes a formula or a link. A text that begins with = + - @ (also
full-width, tab, return) carries Excel's quote prefix too, so that editing the cell does not turn it into a formula.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from operator import getitem
from pathlib import Path
from typing import IO, Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from exports.ledger import (
    COUNT_KEY,
    Coded,
    Column,
    Heading,
    Kind,
    Ledger,
    Record,
    Sheet,
    hundredths,
    rounded_share,
    summing,
    total_of,
)
from survey.domain.codes import Code

PAPER = {"A3": 8, "A4": 9}
LONGEST_TEXT = 32_767
EPOCH = date(1899, 12, 30)
FIRST_SOUND_DATE = date(1900, 3, 1)  # Excel believes that 1900 was a leap year; earlier dates are written as texts.
SIGNATURES = ("填表人：", "审核人：", "负责人：")
WRAPPED = frozenset({Kind.TEXT, Kind.WORD, Kind.CODE})
ROW_POINTS = 18
BAR = {"type": "data_bar", "bar_solid": True, "bar_color": "#BDD7EE", "min_type": "num", "min_value": 0, "max_type": "num",
       "max_value": 1}  # fmt: skip
"""The bar behind a share: full at 100 %, pale enough that the figure stays readable when it is printed in grey."""
BUFFER = 256 * 1024
ROW, TALL = "\x00", "\x01"
"""Marks within a row that is being made. No text of a cell can hold them (`cell_text`)."""
MOST_LINES = 31
"""More do not fit into the highest row that Excel knows, 409 points."""

_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPED_LOOKALIKE = re.compile("_(x[0-9A-Fa-f]{4}_)")
DANGEROUS = tuple("=+-@\t\r\n＝＋－＠﹣−")
_UNUSUAL = re.compile(r"^[=+\-@＝＋－＠﹣−\s]|[\x00-\x1f\ud800-\udfff\ufffe\uffff&<>]|\s$|_x[0-9A-Fa-f]{4}_")
_PLAIN = re.compile(
    r"[^=+\-@＝＋－＠﹣−\s\x00-\x1f\ud800-\udfff\ufffe\uffff&<>_][^\x00-\x1f\ud800-\udfff\ufffe\uffff&<>_]*(?<!\s)"
).fullmatch
"""Most texts: surely none that `_UNUSUAL` finds, and quicker to tell."""
TEXT_START, TEXT_END = '" t="inlineStr"><is><t>', "</t></is></c>"

Cell = Callable[[Any], str]


class StreamedSheet(Worksheet):  # type: ignore[misc]
    """A worksheet whose table comes from a file of ready rows, between the head and the foot written cell by cell."""

    body: IO[bytes] | None = None
    dim_rowmin: int
    dim_rowmax: int
    head_last = 0
    foot_first = 0

    def _write_rows(self) -> None:
        first, last = self.dim_rowmin, self.dim_rowmax
        self.dim_rowmax = self.head_last
        super()._write_rows()
        if self.body is not None:
            self.body.seek(0)
            self.fh.flush()
            shutil.copyfileobj(self.body, self.fh.buffer, 1 << 20)
            self.body.close()
        self.dim_rowmin, self.dim_rowmax = self.foot_first, last
        super()._write_rows()
        self.dim_rowmin = first


class Styles:
    """The formats of a workbook, made once each."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[str, ...], Format] = {}
        self.title = self._add("title", {"font_name": "黑体", "font_size": 20, "align": "center", "valign": "vcenter"})
        self.meta = self._add("meta", {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "shrink": True})
        self.meta_right = self._add(
            "meta_right",
            {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter", "align": "right", "shrink": True},
        )
        self.header = self._add(
            "header",
            {
                "font_name": "黑体", "font_size": 10, "bold": True, "align": "center", "valign": "vcenter",
                "text_wrap": True, "border": 1, "bg_color": "#F2F2F2",
            },
        )  # fmt: skip
        self.note = self._add(
            "note", {"font_name": "宋体", "font_size": 9, "valign": "top", "text_wrap": True, "font_color": "#404040"}
        )
        self.sign = self._add("sign", {"font_name": "宋体", "font_size": 10.5, "valign": "vcenter"})

    def _add(self, name: str, properties: dict[str, object]) -> Format:
        return self._known.setdefault((name,), self._book.add_format(properties))

    def cell(self, kind: Kind, *, total: bool = False, dangerous: bool = False) -> Format:
        """The format of a kind of cell in the table or, bold, in its 合计 row."""
        key = (kind.value, str(total), str(dangerous))
        if key not in self._known:
            made = self._book.add_format({**_BASE, **_BY_KIND[kind], **({"bold": True} if total else {})})
            if dangerous:
                made.set_quote_prefix()
            self._known[key] = made
        return self._known[key]

    def index(self, kind: Kind, *, total: bool = False, dangerous: bool = False) -> int:
        """The format's number in the style table."""
        return int(self.cell(kind, total=total, dangerous=dangerous)._get_xf_index())


_BASE: dict[str, object] = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter"}
_BY_KIND: dict[Kind, dict[str, object]] = {
    Kind.SERIAL: {"align": "center"},
    Kind.TEXT: {"text_wrap": True},
    Kind.WORD: {"align": "center", "text_wrap": True},
    Kind.CODE: {"num_format": "@", "align": "center", "text_wrap": True},
    Kind.INTEGER: {"num_format": "0", "align": "right"},
    Kind.AREA: {"num_format": "0.00", "align": "right"},
    Kind.MONEY: {"num_format": "#,##0.00", "align": "right"},
    Kind.SHARE: {"num_format": "0.00%", "align": "right"},
    Kind.DATE: {"num_format": "yyyy-mm-dd", "align": "center"},
    Kind.MOMENT: {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
}


def write_ledger(
    ledger: Ledger,
    heading: Heading,
    runs: Iterable[tuple[str, Iterable[Record]]],
    target: Path | BinaryIO,
) -> dict[str, int]:
    """Write the ledger to a path or a binary stream; the number of rows of each sheet by the sheet's key.

    runs  (sheet's key, records that come next on that sheet), read one after the other. The sheets may take turns: what
          belongs to a thousand households is then read once for all of them
    Raises KeyError for a sheet that the ledger does not have, TypeError for a value that is not of its column's kind. A
    path is only made once the whole workbook stands.
    """
    if isinstance(target, Path):
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as part:
            try:
                counts = _write(ledger, heading, runs, part)
            except BaseException:
                Path(part.name).unlink()
                raise
        Path(part.name).replace(target)
        return counts
    return _write(ledger, heading, runs, target)


def _write(
    ledger: Ledger, heading: Heading, runs: Iterable[tuple[str, Iterable[Record]]], stream: IO[bytes]
) -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="ruhu-ledger-") as folder:
        book = Workbook(stream, {"tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False})
        book.use_zip64()
        book.set_properties({"title": ledger.title, "subject": heading.project, "author": heading.unit})
        book.set_custom_property("快照号", heading.snapshot, "text")
        book.set_custom_property("导出人", heading.exported_by or "-", "text")
        styles = Styles(book)
        tables = {
            sheet.key: Table(book.add_worksheet(sheet.name, worksheet_class=StreamedSheet), styles, sheet, heading)
            for sheet in ledger.sheets
        }
        for key, records in runs:
            tables[key].add(records)
        counts = {key: table.finish(heading) for key, table in tables.items()}
        book.close()
    return counts


class Table:
    """A sheet that is being written: its head at once, then rows as they come, then its foot.

    Each column knows its cells by value, as XML with a mark where the number of the row goes: a row is put together by few
    calls, none of them for each cell.
    """

    def __init__(self, page: StreamedSheet, styles: Styles, sheet: Sheet, heading: Heading) -> None:
        self._page, self._styles, self._sheet = page, styles, sheet
        self._body = page.body = tempfile.TemporaryFile(buffering=BUFFER)  # noqa: SIM115  # closed by the page
        self._first = _write_head(page, styles, sheet, heading) + 1
        page.head_last = self._first - 1
        serial = [place for place, column in enumerate(sheet.columns) if column.kind is Kind.SERIAL]
        self._serials = len(serial)
        self._numbered = "".join(
            f'<c r="{xl_col_to_name(place)}{ROW}" s="{styles.index(Kind.SERIAL)}"><v>%d</v></c>' for place in serial
        )
        self._cells = [
            Cells(column, place, styles) for place, column in enumerate(sheet.columns) if column.kind is not Kind.SERIAL
        ]
        self._keys = [each.key for each in self._cells]
        self._sums = {COUNT_KEY: Decimal(0)}

    def add(self, records: Iterable[Record]) -> None:
        """Write the next rows."""
        cells, keys, write, first = self._cells, self._keys, self._body.write, self._first
        numbered, serials, number = self._numbered, self._serials, int(self._sums[COUNT_KEY])
        for record in summing(self._sheet.columns, records, self._sums):
            number += 1
            text = "".join(map(getitem, cells, map(record.get, keys)))
            height = ""
            if TALL in text:
                text, height = _fitted(text)
            row = f'<row r="{ROW}"{height}>{numbered % ((number,) * serials)}{text}</row>'
            write(row.replace(ROW, str(first + number)).encode())

    def finish(self, heading: Heading) -> int:
        """Write totals, note and signatures, and set the page up; how many rows the sheet has."""
        page, styles, sheet, count = self._page, self._styles, self._sheet, int(self._sums[COUNT_KEY])
        row = page.foot_first = self._first + count
        row = _write_totals(page, styles, sheet.columns, self._sums, row)
        if sheet.note:
            _span(page, row, 0, len(sheet.visible) - 1, f"说明：{sheet.note}", styles.note)
            lines = 1 + len(sheet.note) * 2 // max(40, int(sum(c.width for c in sheet.visible)))
            page.set_row(row, 15.0 * lines)
            row += 1
        _write_signatures(page, styles, sheet.visible, row)
        _set_up_page(page, sheet, heading, self._first - 1, self._first + count - 1, row)
        return count


def _fitted(text: str) -> tuple[str, str]:
    """A row's cells without the marks of those that need more lines than one, and the height that the tallest needs."""
    start, *tall = text.split(TALL)
    lines = max(ord(each[0]) for each in tall)
    # Said outright: not every program fits rows by itself.
    return start + "".join(each[1:] for each in tall), f' ht="{min(lines * 13.5 + 4, 405)}" customHeight="1"'


def _lines(text: str, width: int) -> int:
    """How many lines of so many half-width characters a text needs."""
    if "\n" in text:
        return sum(_lines(line, width) for line in text.split("\n"))
    return -(-_wide(text) // width) or 1


def _wide(text: str) -> int:
    """The width of a text in half-width characters: one for a letter, two for a Chinese character."""
    return len(text) + (len(text.encode("utf-8", "surrogatepass")) - len(text)) // 2


def _span(page: StreamedSheet, row: int, first: int, last: int, text: str, style: Format) -> None:
    """Write a text into one cell or, where there is more than one, into a merged run of cells."""
    if last > first:
        page.merge_range(row, first, row, last, "", style)
    page.write_string(row, first, cell_text(text), style)


def _write_head(page: StreamedSheet, styles: Styles, sheet: Sheet, heading: Heading) -> int:
    """Title, heading row and one or two header rows; the index of the last header row."""
    visible = sheet.visible
    _span(page, 0, 0, len(visible) - 1, sheet.title, styles.title)
    page.set_row(0, 36)
    texts = heading.segments()
    if len(visible) < len(texts):
        _span(page, 1, 0, len(visible) - 1, "　".join(texts), styles.meta)
    else:
        for text, (start, end) in zip(texts, _spans(visible, (30, 32, 24, 14)), strict=True):
            _span(page, 1, start, end, text, styles.meta_right if text is texts[-1] else styles.meta)
    page.set_row(1, 20)
    grouped = any(column.group for column in sheet.columns)
    last = 3 if grouped else 2
    if grouped:
        page.set_row(2, 18)
    page.set_row(last, 32)
    index = 0
    for group, members in groupby(sheet.columns, key=lambda column: column.group):
        run = list(members)
        if group:
            _span(page, 2, index, index + len(run) - 1, group, styles.header)
        for offset, column in enumerate(run):
            if grouped and not group:
                page.merge_range(2, index + offset, last, index + offset, "", styles.header)
                page.write_string(2, index + offset, column.heading, styles.header)
            else:
                page.write_string(last, index + offset, column.heading, styles.header)
        index += len(run)
    return last


def _spans(columns: tuple[Column, ...], shares: tuple[int, ...]) -> list[tuple[int, int]]:
    """Neighbouring runs of columns whose widths come nearest to the shares; each run has one column at least."""
    whole, spans, start, passed = sum(c.width for c in columns), [], 0, 0.0
    for place in range(len(shares)):
        left = len(shares) - place - 1
        end, goal = start, sum(shares[: place + 1]) * whole / sum(shares)
        passed += columns[start].width
        while end + 1 < len(columns) - left and (left == 0 or passed + columns[end + 1].width / 2 <= goal):
            end += 1
            passed += columns[end].width
        spans.append((start, end))
        start = end + 1
    return spans


def _write_totals(
    page: StreamedSheet, styles: Styles, columns: tuple[Column, ...], sums: Mapping[str, Decimal], row: int
) -> int:
    """Write the 合计 row where a column has a total, or say that there are no records; the next free row."""
    if not any(column.total for column in columns):
        if not sums[COUNT_KEY]:
            visible = [column for column in columns if not column.hidden]
            _span(page, row, 0, len(visible) - 1, "（截至统计时间，本表没有记录）", styles.cell(Kind.WORD))
            return row + 1
        return row
    for place, column in enumerate(columns):
        if column.hidden:
            continue
        value = "合计" if column.kind is Kind.SERIAL else total_of(column, sums)
        style = styles.cell(Kind.WORD if isinstance(value, str) else column.kind, total=True)
        if value is None:
            page.write_blank(row, place, None, style)
        elif isinstance(value, str):
            page.write_string(row, place, cell_text(value), style)
        elif isinstance(value, Fraction):
            page.write_number(row, place, rounded_share(value), style)
        else:
            page.write_number(row, place, value, style)
    page.set_row(row, 20)
    return row + 1


def _write_signatures(page: StreamedSheet, styles: Styles, visible: tuple[Column, ...], row: int) -> None:
    if len(visible) < len(SIGNATURES):
        _span(page, row, 0, len(visible) - 1, "　　　　".join(SIGNATURES), styles.sign)
    else:
        for text, (start, end) in zip(SIGNATURES, _spans(visible, (1, 1, 1)), strict=True):
            _span(page, row, start, end, text, styles.sign)
    page.set_row(row, 28)


def _set_up_page(
    page: StreamedSheet, sheet: Sheet, heading: Heading, header_last: int, body_last: int, last: int
) -> None:
    columns, shown_last = sheet.columns, len(sheet.visible) - 1
    for place, column in enumerate(columns):
        page.set_column(place, place, column.width, None, {"hidden": True} if column.hidden else {})
    frozen = next((place + 1 for place, c in enumerate(columns) if c.key == sheet.frozen), 0)
    page.freeze_panes(header_last + 1, frozen)
    if body_last > header_last:
        for place, column in enumerate(columns):
            if column.bar:
                page.conditional_format(header_last + 1, place, body_last, place, BAR)
        # To the hidden column too: Excel sorts what the filter spans, and a mark must go where its row goes.
        page.autofilter(header_last, 0, body_last, len(columns) - 1)
        codes = [xl_col_to_name(i) for i, column in enumerate(columns) if column.kind is Kind.CODE]
        if codes:
            page.ignore_errors(
                {"number_stored_as_text": " ".join(f"{c}{header_last + 2}:{c}{body_last + 1}" for c in codes)}
            )
    page.set_default_row(ROW_POINTS)
    page.set_landscape()
    page.set_paper(PAPER[sheet.paper])
    page.fit_to_pages(1, 0)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.center_horizontally()
    page.repeat_rows(2, header_last)
    page.print_area(0, 0, last, shown_last)
    by = f"导出人：{heading.exported_by}" if heading.exported_by else ""
    page.set_footer(f"&L快照号：{footer_text(heading.snapshot)}&C第&P页 共&N页&R{footer_text(by)}")


def footer_text(text: str) -> str:
    """A text without meaning to Excel's footer codes."""
    return cell_text(text)[:60].replace("&", "&&")


# --- cells --------------------------------------------------------------------------------------------------------


def cell_text(text: str) -> str:
    """The text as it stands in a cell: without what XML or a cell cannot hold."""
    text = _ILLEGAL.sub("", text)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 2] + "……"


def _escape(text: str) -> str:
    text = _ESCAPED_LOOKALIKE.sub(r"_x005F_\1", cell_text(text))
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class Cells(dict[object, str]):
    """A column's cells by value, with ROW in place of the row's number: most values of a ledger occur again and again.

    Keeps so many values and no more, since names and numbers of persons do not recur. None and "" are the blank cell. A
    wrapped text of more than one line begins with TALL and a character whose code is the number of its lines.
    """

    MOST = 4096

    def __init__(self, column: Column, place: int, styles: Styles) -> None:
        self.key = column.key
        self._head = f'<c r="{xl_col_to_name(place)}{ROW}'
        blank = f'{self._head}" s="{styles.index(column.kind)}"/>'
        super().__init__({None: blank, "": blank})
        self._cell = _cell_of(column, styles)
        self._as_code = column.as_code
        is_text = column.kind in WRAPPED
        # Half-width characters on a line; 0 where a text is not wrapped or not seen.
        self._width = int(column.width) - 1 if is_text and not column.hidden else 0
        # So many characters are sure to be one line: of Latin letters and digits, and of any.
        self._latin, self._any = (self._width, self._width // 2) if self._width else (LONGEST_TEXT,) * 2
        self._start = f'{self._head}" s="{styles.index(column.kind)}{TEXT_START}' if is_text else ""

    def __missing__(self, value: Any) -> str:
        if isinstance(value, (Code, Coded)):
            text = self[str(value.value) if self._as_code else value.label]
        elif (
            self._start and value.__class__ is str
            and len(value) <= (self._latin if value.isascii() else self._any) and _PLAIN(value)
        ):  # fmt: skip
            text = f"{self._start}{value}{TEXT_END}"
        else:
            text = self._head + self._cell(value)
            if self._width and (lines := _lines(value, self._width)) > 1:
                text = f"{TALL}{chr(min(lines, MOST_LINES))}{text}"
        if len(self) < self.MOST:
            self[value] = text
        return text


def _cell_of(column: Column, styles: Styles) -> Cell:
    """The function that turns a value that is not empty into the rest of its cell."""
    plain = f'" s="{styles.index(column.kind)}'
    if column.kind in (Kind.TEXT, Kind.WORD, Kind.CODE):
        return _text_cell(column, plain, f'" s="{styles.index(column.kind, dangerous=True)}')
    return _NUMBER_CELLS[column.kind](column, plain, f'" s="{styles.index(Kind.TEXT)}')


def _text_cell(column: Column, plain: str, dangerous: str) -> Cell:
    unusual = _UNUSUAL.search

    def cell(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError(f"{column.key}: a text is wanted, not {type(value).__name__}")
        if len(value) <= LONGEST_TEXT and not unusual(value):
            return f"{plain}{TEXT_START}{value}{TEXT_END}"
        style = dangerous if value.startswith(DANGEROUS) else plain
        return f'{style}" t="inlineStr"><is><t xml:space="preserve">{_escape(value)}{TEXT_END}'

    return cell


def _whole_cell(column: Column, plain: str, _text: str) -> Cell:
    def cell(value: Any) -> str:
        if not isinstance(value, int):
            raise TypeError(f"{column.key}: a whole number is wanted, not {type(value).__name__}")
        return f'{plain}"><v>{value:d}</v></c>'

    return cell


def _hundredths_cell(column: Column, plain: str, _text: str) -> Cell:
    def cell(value: Any) -> str:
        if not isinstance(value, (int, Decimal)):
            raise TypeError(f"{column.key}: a Decimal is wanted, not {type(value).__name__}")
        return f'{plain}"><v>{hundredths(value)}</v></c>'

    return cell


def _share_cell(column: Column, plain: str, _text: str) -> Cell:
    def cell(value: Any) -> str:
        if not isinstance(value, Fraction):
            raise TypeError(f"{column.key}: a Fraction is wanted, not {type(value).__name__}")
        return f'{plain}"><v>{rounded_share(value)}</v></c>'

    return cell


def _date_cell(column: Column, plain: str, text: str) -> Cell:
    def cell(value: Any) -> str:
        if isinstance(value, datetime) or not isinstance(value, date):
            raise TypeError(f"{column.key}: a date is wanted, not {type(value).__name__}")
        if value < FIRST_SOUND_DATE:
            return f'{text}" t="inlineStr"><is><t>{value.isoformat()}</t></is></c>'
        return f'{plain}"><v>{(value - EPOCH).days}</v></c>'

    return cell


def _moment_cell(column: Column, plain: str, _text: str) -> Cell:
    midnight = datetime.combine(EPOCH, time())

    def cell(value: Any) -> str:
        if not isinstance(value, datetime) or value.tzinfo is not None:
            raise TypeError(f"{column.key}: a local date and time without an offset is wanted")
        return f'{plain}"><v>{(value - midnight) / timedelta(days=1):.10f}</v></c>'

    return cell


_NUMBER_CELLS: dict[Kind, Callable[[Column, str, str], Cell]] = {
    Kind.INTEGER: _whole_cell,
    Kind.AREA: _hundredths_cell,
    Kind.MONEY: _hundredths_cell,
    Kind.SHARE: _share_cell,
    Kind.DATE: _date_cell,
    Kind.MOMENT: _moment_cell,
}
