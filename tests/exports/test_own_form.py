"""An office's own form filled: its totals are the ledger's where it is opened, and nothing of it stays on the first line."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.drawing.image import Image
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Border, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.table import Table
from PIL import Image as Picture

from exports.own_form.fill import fill_workbook
from exports.own_form.read import read_form

NAMES = ("序号", "楼栋", "户数", "面积")
ONCE: dict[str, Any] = {
    "快照号": "YY-20261129-234731-7F3A", "导出人": "王敏&李", "行数": 52, "合计.户数": 0,
    "统计截止时间": datetime(2026, 11, 29, 23, 47, 31, 569886),  # noqa: DTZ001
}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {"序号": n, "楼栋": f"{n}号楼", "户数": n % 40 + 7, "面积": Decimal(n * 137) / 100} for n in range(1, 53)
]
HOUSEHOLDS, AREA = sum(row["户数"] for row in ROWS), float(sum(row["面积"] for row in ROWS))
THIN, THICK = Side("thin"), Side("thick")


def form(change: Callable[[Any], None] = lambda _book: None, *, ready: int = 5, framed: bool = True) -> bytes:
    """Line 2 with the placeholders, `ready` blank lines, the total below them, a place to sign; figures on another sheet."""
    book = Workbook()
    page = book.active
    page.title = "样表"
    last = 2 + ready
    for place, (head, text) in enumerate(
        [("号", "{{序号}}"), ("楼", "{{楼栋}}"), ("户", "{{户数}}"), ("积", "{{面积}}")], 1
    ):
        page.cell(1, place, head)
        page.cell(2, place, text)
    page["E1"], page["E2"] = "户均", "=D2/C2"
    page["F2"] = f"=C2/C${last + 1}"
    if framed:
        for row in range(2, last + 1):
            for column in range(1, 7):
                bottom = THICK if row == last else THIN
                page.cell(row, column).border = Border(left=THIN, right=THIN, top=THIN, bottom=bottom)
    total = last + 1
    page[f"A{total}"], page[f"C{total}"] = "合计", f"=SUM(C2:C{last})"
    page[f"D{total}"] = f"=SUM($D$2:$D${last})"
    page[f"E{total}"] = f"=D{total}/C{total}"
    page[f"A{total + 1}"] = "审核人　截止 {{统计截止时间}}"
    page.merge_cells(f"A{total + 1}:F{total + 1}")
    page.row_dimensions[total + 1].height = 44
    other = book.create_sheet("总表")
    other["A1"], other["A2"], other["A3"] = f"=样表!D{total}", "=SUM(样表!D2)", f"=样表!C{total}-SUM(样表!C2:C{last})"
    other["A4"] = "=SUMPRODUCT((样表!C2>20)*样表!D2)"
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def filled(data: bytes, rows: list[dict[str, Any]] = ROWS) -> Any:
    return load_workbook(io.BytesIO(fill_workbook(data, NAMES, rows, ONCE)))


def opened(data: bytes, folder: Path) -> Any:
    """The workbook as LibreOffice reckons it."""
    (folder / "form.xlsx").write_bytes(data)
    done = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx",
         "--outdir", str(folder / "out"), str(folder / "form.xlsx")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return load_workbook(folder / "out" / "form.xlsx", data_only=True)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("ready", "framed", "count"),
    [(5, True, 52), (5, False, 52), (0, True, 52), (5, True, 6), (5, True, 3), (1, True, 1)],
)
def test_totals_of_a_filled_form_are_the_ledgers_where_it_is_opened(
    ready: int, framed: bool, count: int, tmp_path: Path
) -> None:
    rows = ROWS[:count]
    households, area = sum(row["户数"] for row in rows), float(sum(row["面积"] for row in rows))
    large = float(sum(row["面积"] for row in rows if row["户数"] > 20))
    book = opened(fill_workbook(form(ready=ready, framed=framed), NAMES, rows, ONCE), tmp_path)
    page, total = book["样表"], 3 + max(ready, count - 1)
    assert [page.cell(total, column).value for column in (1, 3)] == ["合计", households]
    assert page.cell(total, 4).value == pytest.approx(area)
    assert page.cell(total, 5).value == pytest.approx(area / households)
    assert page.cell(total + 1, 1).value == "审核人　截止 2026-11-29 23:47"
    assert [book["总表"][f"A{row}"].value for row in (1, 2, 3, 4)] == [
        pytest.approx(area), pytest.approx(area), 0, pytest.approx(large)
    ]  # fmt: skip
    assert sum(page.cell(row, 6).value for row in range(2, 2 + count)) == pytest.approx(1)
    assert page.cell(1 + count, 5).value == pytest.approx(float(rows[-1]["面积"]) / rows[-1]["户数"])


def test_ready_lines_of_the_form_are_used_before_rows_are_added_and_the_rest_stays_blank() -> None:
    page = filled(form(), ROWS[:3])["样表"]
    assert [page[f"A{row}"].value for row in range(2, 10)] == [
        1,
        2,
        3,
        None,
        None,
        None,
        "合计",
        "审核人　截止 2026-11-29 23:47",
    ]
    assert page["C8"].value == "=SUM(C2:C7)"
    assert page["A7"].border.bottom.style == "thick"
    page = filled(form())["样表"]
    assert [page[f"B{row}"].border.bottom.style for row in (7, 8, 52, 53)] == ["thin", "thin", "thin", "thick"]
    assert page["C54"].value == "=SUM(C2:C53)"


def test_a_blank_row_that_is_not_drawn_as_a_line_keeps_its_distance() -> None:
    def spaced(book: Any) -> None:
        book["样表"].unmerge_cells("A4:F4")
        book["样表"].move_range("A3:F4", rows=1)
        book["样表"]["C4"] = "=SUM(C2)"

    page = filled(form(spaced, ready=0), ROWS[:2])["样表"]
    assert [page[f"A{row}"].value for row in range(2, 6)] == [1, 2, None, "合计"]
    assert page["C5"].value == "=SUM(C2:C3)"


def test_numbers_and_formulas_that_stand_ready_are_the_forms_lines_too() -> None:
    def ready(book: Any) -> None:
        for row in range(3, 8):
            book["样表"][f"A{row}"], book["样表"][f"E{row}"] = row - 1, f"=D{row}/C{row}"

    page = filled(form(ready), ROWS[:8])["样表"]
    assert [page[f"A{row}"].value for row in range(2, 11)] == [1, 2, 3, 4, 5, 6, 7, 8, "合计"]
    assert page["E9"].value == "=D9/C9"


def arranged(book: Any) -> None:
    page = book["样表"]
    page.print_area = "A1:F9"
    page.print_title_rows = "1:1"
    page.auto_filter.ref = "A1:F7"
    page.conditional_formatting.add(
        "C2:C7", FormulaRule(["$C2>$C$8/10"], fill=PatternFill("solid", end_color="FFFF00"))
    )
    page.conditional_formatting.add("A8:F8", FormulaRule(["$C8>1"], fill=PatternFill("solid", end_color="FFFF00")))
    choice = DataValidation("list", formula1="$B$2:$B$7")
    choice.add("B2:B7")
    choice.add("A9")
    page.add_data_validation(choice)
    page["G2"] = "住户"
    page.merge_cells("G2:G7")
    page["A9"].hyperlink = Hyperlink("A9", location="样表!C8")
    page.row_breaks.append(Break(id=8))
    page["H8"] = ArrayFormula("H8", "=SUM(C2:C7*D2:D7)")
    chart = BarChart()
    chart.add_data(Reference(page, min_col=4, min_row=1, max_row=7), titles_from_data=True)
    chart.set_categories(Reference(page, min_col=2, min_row=2, max_row=7))
    page.add_chart(chart, "A12")
    book.defined_names.add(DefinedName("面积", attr_text="样表!$D$2:$D$7"))
    book.defined_names.add(DefinedName("总面积", attr_text="样表!$D$8"))
    page.defined_names.add(DefinedName("一列", attr_text="样表!$C$2"))
    table = Table(displayName="住户表", ref="J1:K2")
    page["J1"], page["K1"] = "甲", "乙"
    page.add_table(table)


def test_what_the_form_says_of_the_line_holds_for_all_records_and_what_is_below_moves() -> None:
    book = filled(form(arranged))
    page = book["样表"]
    assert page.print_area == "'样表'!$A$1:$F$55"
    assert page.print_title_rows == "$1:$1"
    assert page.auto_filter.ref == "A1:F53"
    rules = {str(each.sqref): each.rules[0].formula for each in page.conditional_formatting}
    assert rules == {"C2:C53": ["$C2>$C$54/10"], "A54:F54": ["$C54>1"]}
    (choice,) = page.data_validations.dataValidation
    assert (str(choice.sqref), choice.formula1) == ("A55 B2:B53", "$B$2:$B$53")
    assert {str(area) for area in page.merged_cells.ranges} == {"A55:F55", "G2:G53"}
    assert (page["A55"].hyperlink.ref, page["A55"].hyperlink.location) == ("A55", "样表!C54")
    assert [each.id for each in page.row_breaks.brk] == [54]
    assert page.row_dimensions[55].height == 44 and page.row_dimensions[9].height is None
    assert (page["H54"].value.ref, page["H54"].value.text) == ("H54", "=SUM(C2:C53*D2:D53)")
    assert page.tables["住户表"].ref == "J1:K53"
    (chart,) = page._charts
    (series,) = chart.series
    assert (series.val.numRef.f, series.cat.numRef.f) == ("'样表'!$D$2:$D$53", "'样表'!$B$2:$B$53")
    assert (series.tx.strRef.f, chart.anchor._from.row) == ("'样表'!D1", 11 + 46)
    assert {name: each.value for name, each in book.defined_names.items()} == {
        "面积": "样表!$D$2:$D$53", "总面积": "样表!$D$54",
    }  # fmt: skip
    assert page.defined_names["一列"].value == "样表!$C$2:$C$53"


def test_a_format_of_a_whole_column_stays_one() -> None:
    def whole(book: Any) -> None:
        rule = FormulaRule(["C1>1"], fill=PatternFill("solid", end_color="FFFF00"))
        book["样表"].conditional_formatting.add("C1:C1048576", rule)

    page = filled(form(whole))["样表"]
    assert [str(each.sqref) for each in page.conditional_formatting] == ["C1:C1048576"]


def test_a_chart_on_a_sheet_of_its_own_draws_all_records() -> None:
    def drawn(book: Any) -> None:
        chart = BarChart()
        chart.add_data(Reference(book["样表"], min_col=4, min_row=2, max_row=7))
        book.create_chartsheet("图").add_chart(chart)

    (series,) = filled(form(drawn)).chartsheets[0]._charts[0].series
    assert series.val.numRef.f == "'样表'!$D$2:$D$53"


def test_an_array_formula_of_the_line_is_one_in_each_record() -> None:
    page = filled(form(lambda book: book["样表"].__setitem__("G2", ArrayFormula("G2", "=SUM(C2:D2*2)"))))["样表"]
    assert (page["G9"].value.ref, page["G9"].value.text) == ("G9", "=SUM(C9:D9*2)")


def test_whoever_opens_a_filled_form_reckons_anew() -> None:
    assert filled(form(lambda book: setattr(book.calculation, "fullCalcOnLoad", False))).calculation.fullCalcOnLoad


def test_titles_and_pictures_below_the_line_move_and_those_above_stay() -> None:
    def pictured(book: Any) -> None:
        page = book["样表"]
        page.print_title_rows = "8:9"
        for cell in ("H1", "A12"):
            picture = io.BytesIO()
            Picture.new("RGB", (4, 4)).save(picture, "PNG")
            page.add_image(Image(picture), cell)
        page.add_data_validation(DataValidation("whole", formula1="C8"))

    page = filled(form(pictured))["样表"]
    assert page.print_title_rows == "$54:$55"
    assert [each.anchor._from.row for each in page._images] == [0, 11 + 46]


def test_a_filter_set_on_the_header_alone_reaches_all_records() -> None:
    page = filled(form(lambda book: setattr(book["样表"].auto_filter, "ref", "A1:F1")))["样表"]
    assert page.auto_filter.ref == "A1:F53"


def test_merges_of_the_line_stand_in_each_record_with_their_borders() -> None:
    def merged(book: Any) -> None:
        page = book["样表"]
        page["G2"].border = page["H2"].border = Border(THICK, THICK, THICK, THICK)
        page.merge_cells("G2:H2")

    page = filled(form(merged, ready=0))["样表"]
    assert {str(area) for area in page.merged_cells.ranges} == {"A55:F55", *(f"G{row}:H{row}" for row in range(2, 54))}
    assert page["H30"].border.right.style == "thick"


def test_two_sheets_with_lines_name_each_other_rightly() -> None:
    def twice(book: Any) -> None:
        page = book.create_sheet("2026 表")
        page["A5"], page["B5"], page["A6"] = "{{楼栋}}", "=样表!C2", "=SUM('2026 表'!B5)-样表!C8"
        book["总表"]["B1"] = "='2026 表'!A6+SUM('2026 表'!$B$5)"

    book = filled(form(twice))
    page = book["2026 表"]
    assert (page["B5"].value, page["B56"].value) == ("=样表!C2", "=样表!C53")
    assert page["A57"].value == "=SUM('2026 表'!B5:B56)-样表!C54"
    assert book["总表"]["B1"].value == "='2026 表'!A57+SUM('2026 表'!$B$5:$B$56)"


def test_a_filled_form_carries_its_number_in_properties_and_footer() -> None:
    book = filled(form())
    assert {each.name: each.value for each in book.custom_doc_props} == {
        "快照号": ONCE["快照号"], "导出人": "王敏&李"
    }  # fmt: skip
    for page in book.worksheets:
        assert str(page.oddFooter) == f"&L快照号：{ONCE['快照号']}&R导出人：王敏&&李　第&P页 共&N页"
    again = io.BytesIO()
    book.save(again)
    assert len(filled(again.getvalue()).custom_doc_props) == 2


def test_a_footer_of_the_forms_own_stays() -> None:
    page = filled(form(lambda book: setattr(book["样表"].oddFooter.center, "text", "住建局监制")))["样表"]
    assert str(page.oddFooter) == "&C住建局监制"


def test_a_moment_alone_in_a_cell_is_a_moment_without_seconds() -> None:
    def alone(book: Any) -> None:
        book["总表"]["B1"] = book["总表"]["B2"] = "{{统计截止时间}}"
        book["总表"]["B2"].number_format = "yyyy年m月d日"

    page = filled(form(alone))["总表"]
    assert [page[cell].number_format for cell in ("B1", "B2")] == ["yyyy-mm-dd hh:mm", "yyyy年m月d日"]
    assert page["B1"].value.date().isoformat() == "2026-11-29"


def test_a_placeholder_within_a_record_stays_what_the_record_says() -> None:
    page = filled(form(), [{**ROWS[0], "楼栋": "{{快照号}}"}])["样表"]
    assert page["B2"].value == "{{快照号}}"


@pytest.mark.parametrize(
    ("formula", "part"),
    [
        ("=C2/D2", True),
        ("=C2+C3+C4+C5+C6+C7", True),
        ("=SUM(C3:C7)", True),
        ("=SUM(样表!C2", None),
        ("=SUM(C2)/C8", False),
        ("=SUM(C2:C7)", False),
        ("=COUNTIF(C:C,1)", False),
    ],
)
def test_a_formula_that_can_never_count_all_records_is_found(formula: str, part: bool | None) -> None:
    _placeholders, found = read_form(form(lambda book: book["样表"].__setitem__("C10", formula)), NAMES)
    assert [(each.sheet, each.cell, each.part) for each in found] == ([] if part is False else [("样表", "C10", part)])


def test_a_formula_that_cannot_be_read_stays_as_the_form_has_it() -> None:
    def unread(book: Any) -> None:
        book["样表"]["C10"] = book["样表"]["G2"] = "=SUM(C2"
        book["样表"].row_dimensions[2].height = 30

    page = filled(form(unread))["样表"]
    assert (page["C56"].value, page["G3"].value) == ("=SUM(C2", "=SUM(C2")
    assert [page.row_dimensions[row].height for row in (1, 2, 3, 53, 54)] == [None, 30, 30, 30, None]
