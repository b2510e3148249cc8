"""An office's own form of a ledger: placeholders are checked when it comes, and filled with its formats kept."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill

from exports.ledger import Column, Heading, Kind, Sheet
from exports.ledgers.register import HOUSEHOLDS
from exports.template import check_template, fill_template, names_of
from survey.domain.errors import DomainError

HEADING = Heading("项目办", "颐园小区", datetime(2026, 6, 1, 9, 0), "YY-1", "王敏")  # noqa: DTZ001
SHEET = Sheet(
    "homes",
    "住户",
    "住户表",
    (
        Column("serial", "序号", 5, Kind.SERIAL),
        Column("door", "门牌", 10, Kind.CODE),
        Column("owner", "产权人"),
        Column("approved", "批准", group="用途"),
        Column("actual", "实际", group="用途"),
        Column("cert", "证载", 10, Kind.AREA, True, "面积（㎡）"),
        Column("on", "日期", 10, Kind.DATE),
    ),
)
RECORDS: list[dict[str, object]] = [
    {"door": "2-1-101", "owner": "李㛃", "cert": Decimal("85.20"), "on": date(2026, 6, 1), "approved": "住宅"},
    {"door": "2-1-102", "owner": "=1+1", "cert": Decimal("60.05"), "on": None},
    {"door": "00123", "owner": "张*", "cert": None},
]


def form(change: Callable[[Any], None] = lambda _page: None) -> bytes:
    """A form as an office would draw it: a title, a header, the line of placeholders, a total, a place to sign."""
    book = Workbook()
    page = book.active
    page.title = "汇总"
    page["A1"] = "{{项目名称}}住户情况表（{{统计截止时间}}）"
    page.merge_cells("A1:E1")
    page["A2"], page["B2"], page["C2"], page["D2"] = "号", "门牌", "户主", "面积"
    page["A3"], page["B3"], page["C3"], page["D3"], page["E3"] = (
        "{{序号}}",
        "{{门牌}}",
        "户主：{{产权人}}",
        "{{证载}}",
        "=D3*2",
    )
    page["B3"].fill = PatternFill("solid", start_color="FFFF00", end_color="FFFF00")
    page["D3"].number_format = "0.00"
    page["D3"].font = Font(bold=True)
    page.row_dimensions[3].height = 30
    page["A4"], page["D4"] = "合计", "=SUM(D3)"
    page["E4"] = "{{合计.证载}}"
    page["A6"] = "审核人：          共 {{行数}} 户"
    page.merge_cells("A6:E6")
    page["A6"].alignment = Alignment(horizontal="right")
    page.row_dimensions[6].height = 40
    change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(records: list[dict[str, object]] = RECORDS, data: bytes | None = None) -> Any:
    made, count = fill_template(data or form(), SHEET, HEADING, records)
    assert count == len(records)
    return load_workbook(io.BytesIO(made))["汇总"]


def test_each_record_is_a_line_with_the_formats_of_the_form() -> None:
    page = filled()
    assert page["A1"].value == "颐园小区住户情况表（2026-06-01 09:00）"
    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=3, max_row=5)] == [
        [1, "2-1-101", "户主：李㛃", 85.2, "=D3*2"],
        [2, "2-1-102", "户主：=1+1", 60.05, "=D4*2"],
        [3, "00123", "户主：张*", None, "=D5*2"],
    ]
    for row in (3, 4, 5):
        assert page[f"B{row}"].fill.start_color.rgb == "00FFFF00"
        assert (page[f"D{row}"].number_format, page[f"D{row}"].font.bold) == ("0.00", True)
        assert page.row_dimensions[row].height == 30


def test_what_stands_below_moves_down_and_counts_every_line() -> None:
    page = filled()
    assert (page["A6"].value, page["D6"].value, page["E6"].value) == ("合计", "=SUM(D3:D5)", 145.25)
    assert page["A8"].value == "审核人：          共 3 户"
    assert {str(area) for area in page.merged_cells.ranges} == {"A1:E1", "A8:E8"}
    assert (page.row_dimensions[8].height, page["A8"].alignment.horizontal) == (40, "right")


def test_nobody_to_list_leaves_a_blank_line() -> None:
    page = filled([])
    assert (page["A3"].value, page["B3"].value, page["D4"].value) == (None, None, "=SUM(D3)")


def test_a_text_of_a_record_never_becomes_a_formula() -> None:
    def alone(page: Any) -> None:
        page["C3"] = "{{产权人}}"

    page = filled(data=form(alone))
    assert (page["C4"].value, page["C4"].data_type, page["C4"].quotePrefix) == ("=1+1", "s", True)


def test_two_columns_headed_alike_are_told_by_their_group() -> None:
    names = names_of(HOUSEHOLDS)
    assert "用途.批准" in names
    assert (names["产权人"].key, names["权利限制.抵押"].key) == ("owners", "mortgage")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda page: page.__setitem__("B5", "{{门牌号}}"), "template.unknown"),
        (lambda page: page.__setitem__("B5", "{{门牌}}"), "template.two_lines"),
        (lambda page: page.delete_rows(3), "template.no_record"),
        (lambda page: page.__setitem__("D5", "=D3/2"), "template.part_of_lines"),
        (lambda page: page.__setitem__("D5", "=SUM(D3"), "template.formula_unread"),
    ],
)
def test_what_cannot_be_filled_is_told_where_it_stands(change: Callable[[Any], None], code: str) -> None:
    def only(page: Any) -> None:
        change(page)
        if code == "template.no_record":
            for row in page.iter_rows():
                for cell in row:
                    if cell.value and not str(cell.value).startswith("=") and type(cell).__name__ != "MergedCell":
                        cell.value = "字"

    (fault,) = check_template(form(only), SHEET)
    assert fault.code == code
    if code == "template.unknown":
        assert fault.place == "汇总 B5"
        assert "{{门牌}}" in str(dict(fault.params)["near"])
    assert check_template(form(), SHEET) == []


def test_a_file_that_is_no_sound_workbook_is_refused() -> None:
    with pytest.raises(DomainError, match=r"template\.no_xlsx"):
        check_template("门牌,产权人\n".encode(), SHEET)
    with pytest.raises(DomainError, match=r"roster\.|template\.failed"):
        check_template(b"PK\x03\x04" + b"x" * 400, SHEET)


def test_more_than_a_form_can_hold_is_refused_in_words() -> None:
    with pytest.raises(DomainError, match=r"template\.too_many"):
        fill_template(form(), SHEET, HEADING, ({"door": "1"} for _ in range(20_001)))
