"""The writer of workbooks: what it writes is read again by three other readers."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from exports.ledger import COUNT_KEY, Column, Heading, Kind, Ledger, Sheet, preview, rate, shown
from exports.workbook import LONGEST_TEXT, write_ledger

GOLDEN = Path(__file__).parent / "golden" / "workbook.json"
HEADING = Heading("东营区项目办", "颐园小区改造项目", datetime(2026, 11, 22, 9, 30), "YY-20261122-093000-7F3A", "王&敏")  # noqa: DTZ001

MAIN = Sheet(
    "main",
    "登记台账",
    "入户调查登记台账",
    (
        Column("serial", "序号", 5, Kind.SERIAL),
        Column("no", "户编号", 15, Kind.CODE),
        Column("name", "产权人", 12, group="权利人"),
        Column("id_no", "证件号", 20, Kind.CODE, group="权利人"),
        Column("area", "面积", 10, Kind.AREA, True, unit="㎡"),
        Column("price", "价格", 10, Kind.MONEY),
        Column("people", "人口", 6, Kind.INTEGER, True),
        Column("share", "每平方米人口", 8, Kind.SHARE, rate("people", "area")),
        Column("day", "日期", 12, Kind.DATE),
        Column("moment", "时间", 16, Kind.MOMENT),
        Column("word", "状态", 8, Kind.WORD, lambda sums: f"共{sums[COUNT_KEY]}户"),
        Column("secret", "特殊人群", 10, permission="person.tags"),
        Column("note", "备注", 20),
        Column("id", "行标识", 36, Kind.CODE, hidden=True),
    ),
    note="本表按户档案统计。",
    frozen="no",
)
CHILD = Sheet("child", "家庭成员", "家庭成员明细表", MAIN.columns[:4], paper="A4")
NARROW = Sheet("narrow", "窄表", "只有两列的表", MAIN.columns[:2])
LEDGER = Ledger("sample", "样表", "测试用", (MAIN, CHILD, NARROW))

RECORDS: list[dict[str, object]] = [
    {"no": "YY-003020001", "name": "张㛃", "id_no": "379900199001010014", "area": Decimal("85.2"), "people": 3,
     "price": Decimal("1234.5"), "share": Fraction(2, 3), "day": date(2026, 1, 2), "word": "已提交",
     "moment": HEADING.cut_off.replace(month=1, day=2, hour=13, minute=45), "secret": "高龄", "note": "=1+1", "id": "u1"},
    {"no": "-00012", "name": "=HYPERLINK(\"http://x\")", "id_no": "3.70502E+17", "area": Decimal("0.10"), "people": 1,
     "day": date(1899, 5, 6), "note": "第一行\n第二行 <b>&"},
    {},
]  # fmt: skip


def write(records: dict[str, Any] | None = None, ledger: Ledger = LEDGER) -> bytes:
    out = io.BytesIO()
    write_ledger(ledger, HEADING, (records or {"main": iter(RECORDS), "child": RECORDS}).items(), out)
    return out.getvalue()


def reopened(data: bytes | None = None) -> Workbook:
    return load_workbook(io.BytesIO(data or write()))


def described(book: Workbook) -> dict[str, Any]:
    """What a person would see of a workbook, as plain values."""
    pages = {}
    for page in book:
        pages[page.title] = {
            "cells": [
                [str(cell.value) if cell.value is not None else None for cell in row] for row in page.iter_rows()
            ],
            "types": [[cell.data_type for cell in row] for row in page.iter_rows(min_row=3)],
            "formats": [cell.number_format for cell in page[5]],
            "merged": sorted(str(area) for area in page.merged_cells.ranges),
            "frozen": page.freeze_panes,
            "titles": page.print_title_rows,
            "area": page.print_area,
            "paper": page.page_setup.paperSize,
            "orientation": page.page_setup.orientation,
            "fit": [
                page.page_setup.fitToWidth,
                page.page_setup.fitToHeight,
                page.sheet_properties.pageSetUpPr.fitToPage,
            ],
            "footer": [page.oddFooter.left.text, page.oddFooter.center.text, page.oddFooter.right.text],
            "hidden": sorted(name for name, column in page.column_dimensions.items() if column.hidden),
            "filter": page.auto_filter.ref,
        }
    return pages


def test_the_workbook_reads_as_the_golden_file_says() -> None:
    found = json.loads(json.dumps(described(reopened()), ensure_ascii=False))
    if os.environ.get("RUHU_GOLDEN") == "write":  # pragma: no cover  # As in test_golden: then look at the difference.
        GOLDEN.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    assert found == json.loads(GOLDEN.read_text("utf-8"))


def test_dates_are_dates_areas_have_two_decimals_and_numbers_are_numbers() -> None:
    page = reopened()["登记台账"]
    assert page["I5"].value == datetime(2026, 1, 2)  # noqa: DTZ001
    assert page["I5"].number_format == "yyyy-mm-dd"
    assert page["J5"].value == datetime(2026, 1, 2, 13, 45)  # noqa: DTZ001
    assert (page["E5"].value, page["E5"].number_format) == (85.2, "0.00")
    assert (page["H5"].value, page["H5"].number_format) == (0.6667, "0.00%")
    assert page["I6"].value == "1899-05-06"


def test_the_total_row_sums_and_computes() -> None:
    page = reopened()["登记台账"]
    row = [cell.value for cell in page[8]]
    assert row[:8] == ["合计", None, None, None, 85.3, None, 4, 0.0469]
    assert row[10] == "共3户"
    assert page["E8"].font.bold
    assert not page["E5"].font.bold


def test_the_last_row_is_for_signatures_and_every_cell_of_the_table_has_a_border() -> None:
    page = reopened()["登记台账"]
    last = [cell.value for cell in page[page.max_row] if cell.value]
    assert last == ["填表人：", "审核人：", "负责人："]
    assert all(page.cell(7, column).border.left.style == "thin" for column in range(1, 15))


def test_an_empty_sheet_keeps_its_header_and_says_so() -> None:
    page = reopened()["窄表"]
    assert [cell.value for cell in page[3]] == ["序号", "户编号"]
    assert page["A4"].value == "（截至统计时间，本表没有记录）"
    assert "填报单位：东营区项目办" in page["A2"].value


def test_a_leaked_copy_names_its_export() -> None:
    properties = {each.name: each.value for each in reopened().custom_doc_props.props}
    assert properties == {"快照号": HEADING.snapshot, "导出人": "王&敏"}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠x", "=cmd|' /C calc'!A0"]
)
def test_a_text_that_looks_like_a_formula_stays_a_text(text: str) -> None:
    page = reopened(write({"main": [{"note": text, "no": text, "word": text}], "child": [], "narrow": []}))["登记台账"]
    for cell in (page["M5"], page["B5"], page["K5"]):
        assert cell.data_type in ("s", "inlineStr")
        assert cell.value == text.replace("\r", "")
        assert cell.quotePrefix or text.startswith("\r")


def test_nothing_in_a_workbook_is_a_formula_or_a_link() -> None:
    book = reopened(write({"main": [{"note": "http://example.com", "name": "=1"}], "child": [], "narrow": []}))
    assert not [cell for page in book for row in page.iter_rows() for cell in row if cell.data_type == "f"]
    assert not [cell for page in book for row in page.iter_rows() for cell in row if cell.hyperlink]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6))
def test_any_text_comes_back_as_it_was_but_for_what_xml_cannot_hold(texts: list[str]) -> None:
    data = write({"main": [{"note": text} for text in texts], "child": [], "narrow": []})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("登记台账").to_python()
    for text, row in zip(texts, rows[4:], strict=False):
        kept = "".join(
            c for c in text if c in "\t\n" or (c >= " " and not 0xD800 <= ord(c) <= 0xDFFF and c not in "\ufffe\uffff")
        )
        assert str(row[12]).replace("\r", "") == kept


def test_a_text_that_is_too_long_for_a_cell_is_cut_and_marked() -> None:
    data = write({"main": [{"note": "长" * (LONGEST_TEXT + 5)}], "child": [], "narrow": []})
    value = reopened(data)["登记台账"]["M5"].value
    assert len(value) == LONGEST_TEXT
    assert value.endswith("……")


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", 5), ("no", 379900199001010014), ("area", 1.5), ("people", "3"), ("share", 0.5),
     ("day", HEADING.cut_off), ("moment", date(2026, 1, 1)), ("price", 0.1)],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: object) -> None:
    with pytest.raises(TypeError, match=key):
        write({"main": [{key: value}], "child": [], "narrow": []})


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    def broken() -> Iterator[dict[str, object]]:
        yield {"name": "张三"}
        raise RuntimeError("the database went away")

    target = tmp_path / "ledger.xlsx"
    with pytest.raises(RuntimeError):
        write_ledger(LEDGER, HEADING, [("main", broken())], target)
    assert list(tmp_path.iterdir()) == []
    counts = write_ledger(LEDGER, HEADING, [("main", RECORDS), ("child", RECORDS)], target)
    assert counts == {"main": 3, "child": 3, "narrow": 0}
    assert load_workbook(target).sheetnames == ["登记台账", "家庭成员", "窄表"]


def test_a_column_without_its_permission_is_left_out() -> None:
    assert "特殊人群" in [column.label for column in LEDGER.permitted({"person.tags"}).sheets[0].columns]
    assert "特殊人群" not in [column.label for column in LEDGER.permitted(set()).sheets[0].columns]


def test_the_preview_shows_what_the_cells_show_and_reads_no_further() -> None:
    def endless() -> Iterator[dict[str, object]]:
        while True:
            yield RECORDS[0]

    told = preview(MAIN, endless(), 2)
    assert [cell.text for cell in told.rows[1]] == ["2", "YY-003020001", "张㛃", "379900199001010014", "85.20", "1,234.50", "3", "66.67%",
                       "2026-01-02", "2026-01-02 13:45", "已提交", "高龄", "=1+1"]  # fmt: skip
    assert shown(Kind.DATE, datetime(2026, 1, 2)) == "2026-01-02"  # noqa: DTZ001
    assert told.total is None  # there are more rows than these
    assert preview(MAIN, [], 2).rows == []
    whole = preview(MAIN, RECORDS, 3).total
    assert whole is not None
    assert [cell.text for cell in whole] == [
        "合计", "", "", "", "85.30", "", "4", "4.69%", "", "", "共3户", "", "",
    ]  # fmt: skip


def test_long_texts_get_rows_of_their_height() -> None:
    page = reopened()["登记台账"]
    assert page.row_dimensions[6].height > 25
    assert page.row_dimensions[5].height is None


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it_and_reads_the_same_values(tmp_path: Path) -> None:
    (tmp_path / "ledger.xlsx").write_bytes(write())
    made = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods",
         "--outdir", str(tmp_path), str(tmp_path / "ledger.xlsx")],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    ours = CalamineWorkbook.from_filelike(io.BytesIO(write()))
    theirs = CalamineWorkbook.from_path(str(tmp_path / "ledger.ods"))
    assert theirs.sheet_names == ours.sheet_names
    for name in ours.sheet_names:
        assert trimmed(theirs.get_sheet_by_name(name).to_python()) == trimmed(ours.get_sheet_by_name(name).to_python())


def trimmed(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows without the empty cells at their ends, numbers as numbers."""
    cut = []
    for row in rows:
        values = [float(value) if isinstance(value, int | float) else value for value in row]
        while values and values[-1] == "":
            values.pop()
        cut.append(values)
    while cut and not cut[-1]:
        cut.pop()
    return cut


def test_sheets_may_take_turns_and_come_out_as_if_each_had_been_written_alone() -> None:
    out = io.BytesIO()
    runs = [(key, [record]) for record in RECORDS for key in ("main", "child")]
    counts = write_ledger(LEDGER, HEADING, runs, out)
    assert counts == {"main": len(RECORDS), "child": len(RECORDS), "narrow": 0}
    for mixed, alone in zip(reopened(out.getvalue()), reopened(), strict=True):
        assert [*mixed.values] == [*alone.values]
        heights = [{row: kept.height for row, kept in page.row_dimensions.items()} for page in (mixed, alone)]
        assert heights[0] == heights[1]
