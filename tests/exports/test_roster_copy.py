"""The office's own roster back: faulty cells coloured and commented, everything else as it was."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlwt

from exports import roster_copy
from exports.roster_copy import annotated_copy
from survey.domain.errors import DomainError
from survey.services.roster.read import read_roster
from tests import factories

TODAY = date(2026, 11, 22)
HEAD = ["房号", "产权人", "身份证号", "建筑面积", "备注"]
LINES: list[list[Any]] = [
    ["3-2-501", "张伟", factories.id_no(1), "八十", '=HYPERLINK("http://x")'],
    ["3-2-502", "李娜", factories.id_no(2), "", "＝已去世"],
]


def copy_of(data: bytes, kind: str) -> Any:
    problems = read_roster(data, today=TODAY).problems
    return openpyxl.load_workbook(annotated_copy(data, kind=kind, problems=problems, today=TODAY))


def csv() -> bytes:
    rows = [HEAD, *([cell.replace('"', '""') for cell in line] for line in LINES)]
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode("gb18030")


def xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("底册")
    for number, row in enumerate([HEAD, *LINES]):
        for column, cell in enumerate(row):
            page.write(number, column, cell)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def check_marks(page: Any) -> None:
    assert page["D2"].fill.start_color.rgb.endswith("FFC7CE") and "不是数字" in page["D2"].comment.text
    assert page["D3"].fill.start_color.rgb.endswith("FFEB9C") and "没有填写建筑面积" in page["D3"].comment.text
    assert page["A2"].comment is None


@pytest.mark.parametrize(("make", "kind", "sheet"), [(csv, "csv", "CSV"), (xls, "xls", "底册")])
def test_a_copy_of_another_format_has_every_cell_at_its_place_as_text(make: Any, kind: str, sheet: str) -> None:
    book = copy_of(make(), kind)
    page = book[sheet]
    check_marks(page)
    assert page["C2"].value == factories.id_no(1) and page["C2"].data_type == "s"
    assert page["E2"].value == LINES[0][4] and page["E2"].data_type == "s"
    assert page["E3"].value == "＝已去世"


def test_a_list_of_all_marks_stands_in_front() -> None:
    book = copy_of(csv(), "csv")
    rows = [[cell.value for cell in row] for row in book["检查结果"].iter_rows()]
    assert book.sheetnames[0] == "检查结果"
    assert rows[0] == ["工作表", "行", "列", "类别", "说明"]
    assert [row[:4] for row in rows[1:]] == [["CSV", 2, "D", "错误"], ["CSV", 3, "D", "提醒"]]


def test_a_mark_on_a_covered_cell_goes_to_the_cell_that_shows() -> None:
    made = openpyxl.Workbook()
    for row in (["楼号", "房号", "产权人"], ["大门口-左", "501", "张伟"], [None, "502", "李娜"]):
        made.active.append(row)
    made.active.merge_cells("A2:A3")
    out = io.BytesIO()
    made.save(out)
    page = copy_of(out.getvalue(), "xlsx")["Sheet"]
    assert "无法识别楼栋号" in page["A2"].comment.text and "A2:A3" in [str(area) for area in page.merged_cells.ranges]


def test_where_the_whole_is_too_much_the_copy_holds_header_and_faulty_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    ask = roster_copy.ask
    monkeypatch.setattr(
        roster_copy, "ask", lambda module, order, *rest: None if order["whole"] else ask(module, order, *rest)
    )
    good = [[f"3-1-{number}01", f"户主{number}", factories.id_no(number + 9), "80", ""] for number in range(1, 9)]
    data = "\n".join(
        ",".join(row) for row in (HEAD, *good, ["3-2-501", "张伟", factories.id_no(1), "八十", ""])
    ).encode()
    page = copy_of(data, "csv")["CSV"]
    assert page["A1"].value == "房号" and page["A8"].value is None
    assert page["D10"].value == "八十" and page["D10"].comment is not None


def test_a_file_that_nobody_can_copy_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster_copy, "ask", lambda *_order: None)
    with pytest.raises(DomainError, match=r"roster\.copy_failed"):
        annotated_copy(csv(), kind="csv", problems=(), today=TODAY)
