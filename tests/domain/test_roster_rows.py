"""Whole sheets: header, columns, lines that are homes and lines that are none, and what only the file shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from survey.domain.roster.columns import find_header, map_columns, scores
from survey.domain.roster.record import Cell, Problem, RosterField, RosterRow, Severity
from survey.domain.roster.rows import Answers, SheetReader, Table
from survey.domain.roster.twice import check_whole
from tests import factories

F = RosterField
TODAY = date(2026, 11, 22)
IDS = [factories.id_no(number) for number in range(1, 30)]
HEAD: list[Cell] = ["楼号", "单元", "房号", "产权人", "身份证号", "联系电话", "产权证号", "建筑面积"]


def line(room: Cell = "101", owner: Cell = "张伟", number: int = 1, **cells: Cell) -> list[Cell]:
    """A line under HEAD."""
    made: dict[str, Cell] = {
        "building": "3号楼", "unit": "1单元", "room": room, "owner": owner, "id_no": IDS[number],
        "phone": f"120{number:08d}", "cert": f"东房权证西城字第{number:06d}号", "area": 80.0 + number,
    }  # fmt: skip
    return list({**made, **cells}.values())


def read(
    rows: Sequence[Sequence[Cell]], *, name: str = "底册", answers: Answers | None = None, **values: object
) -> tuple[list[RosterRow], SheetReader]:
    reader = SheetReader(Table(name, rows, **values), TODAY, answers or {})  # type: ignore[arg-type]
    return list(reader.rows()), reader


def codes(problems: Sequence[Problem]) -> list[tuple[int, str, str]]:
    return [(problem.row, problem.letter, problem.code) for problem in problems]


# --- the header -----------------------------------------------------------------------------------------------------


def test_a_header_of_one_row_below_titles_is_found() -> None:
    rows, reader = read([["某小区房屋底册"], ["填报单位：某办", "", "", "2022年"], HEAD, line()])
    assert [row.door for row in rows] == [("3", "1", "101")]
    assert reader.summary is not None and reader.summary.header_row == 3
    assert [(skipped.row, skipped.reason) for skipped in reader.skipped] == [
        (1, "roster.skip_title"),
        (2, "roster.skip_title"),
    ]


GROUPED: list[list[Cell]] = [
    ["序号", "房屋坐落", "", "", "产权人", "", "面积", "", "面积"],
    ["", "楼号", "单元", "房号", "姓名", "身份证号", "证载", "套内", "实测"],
    [1.0, "3", "1", "101", "张伟", IDS[1], 80.0, 70.0, 81.0],
]


@pytest.mark.parametrize(
    "merges", [[((0, 0), (1, 0)), ((0, 1), (0, 3)), ((0, 4), (0, 5)), ((0, 6), (0, 7))], []], ids=["merged", "no marks"]
)
def test_a_header_of_two_rows_names_group_and_column(merges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    header = find_header(GROUPED, merges)
    assert header is not None and (header.first, header.last) == (0, 1)
    assert header.labels[6:] == ("面积/证载", "面积/套内", "面积/实测")
    columns = map_columns(header, GROUPED[2:], "底册").columns
    assert [column.field for column in columns] == [
        F.SEQUENCE, F.BUILDING, F.UNIT, F.ROOM, F.OWNER, F.ID_NO, F.AREA_CERT, F.AREA_INNER, F.AREA_MEAS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "field"),
    [("建筑面积(㎡)", F.AREA_CERT), ("户主(产权人)", F.OWNER), ("证件号", F.ID_NO), ("房屋来源", F.TENURE), ("门牌", F.ROOM),
     ("产权人/姓名", F.OWNER), ("产权人/联系电话", F.PHONE), ("共有人/姓名", F.CO_OWNER), ("发证日期", F.CERT_DATE)],
)  # fmt: skip
def test_synonyms(label: str, field: RosterField) -> None:
    from survey.domain.roster.columns import label_of_cell

    fit = scores("/".join(label_of_cell(level) for level in label.split("/")))
    assert max(fit, key=lambda name: fit[name]) is field


@pytest.mark.parametrize("label", ["承租人姓名", "承租人/身份证号", "配偶身份证号", "代理人电话", "车位号", "开户行"])
def test_columns_of_somebody_else_are_not_the_owners(label: str) -> None:
    assert scores(label) == {}


def test_the_values_decide_where_the_word_does_not() -> None:
    rows, reader = read([["编号", "门牌", "户主", "证号", "号码"], [1.0, "3-1-101", "张伟", IDS[1], "12000000001"],
                         [2.0, "3-1-102", "李娜", IDS[2], 12000000002.0]])  # fmt: skip
    assert reader.summary is not None
    assert [column.field for column in reader.summary.columns] == [F.SEQUENCE, F.ADDRESS, F.OWNER, F.ID_NO, F.PHONE]
    assert reader.questions == ()
    assert rows[1].owners[0].phone == "12000000002"


def test_a_bare_area_is_asked_about_and_read_as_certified_meanwhile() -> None:
    rows, reader = read([["房号", "产权人", "面积"], ["3-1-101", "张伟", 80.0]])
    [question] = reader.questions
    assert (question.header, question.letter, question.suggested) == ("面积", "C", F.AREA_CERT)
    assert question.candidates == (F.AREA_CERT, F.AREA_MEAS)
    assert rows[0].area_cert_m2 == Decimal("80.00")
    assert codes(reader.problems) == [(1, "C", "roster.column_guessed")]


def test_an_answer_is_remembered_under_the_signature_of_the_header() -> None:
    table: list[list[Cell]] = [["房号", "产权人", "面积"], ["3-1-101", "张伟", 80.0]]
    _, reader = read(table)
    [question] = reader.questions
    rows, again = read([["另一个标题"], *table], name="别的表", answers={question.signature: {2: F.AREA_MEAS}})
    assert again.questions == () and again.problems == []
    assert (rows[0].area_cert_m2, rows[0].area_meas_m2) == (None, Decimal("80.00"))
    rows, again = read(table, answers={question.signature: {2: None}})
    assert again.questions == () and rows[0].area_cert_m2 is None


def test_two_columns_that_say_the_same_are_asked_about() -> None:
    _, reader = read([["房号", "产权人", "联系电话", "手机"], ["3-1-101", "张伟", "座机", "无"]])
    assert [(question.header, question.suggested) for question in reader.questions] in (
        [("手机", None)], [("联系电话", None)], [],
    )  # fmt: skip
    assert reader.summary is not None
    assert [column.field for column in reader.summary.columns].count(F.PHONE) == 1


def test_unknown_columns_are_listed_and_not_read() -> None:
    _, reader = read([["房号", "产权人", "物业费欠缴"], ["3-1-101", "张伟", "无"]])
    assert reader.summary is not None
    assert [(column.header, column.field) for column in reader.summary.columns][2] == ("物业费欠缴", None)


def test_a_sheet_of_notes_is_left_out_whole() -> None:
    rows, reader = read(
        [["本表由各物业站填报，以不动产登记为准。"], ["一、房号按门牌填写。", "二、产权人按证书填写。"]], name="说明"
    )
    assert rows == []
    assert [(skipped.row, skipped.reason) for skipped in reader.skipped] == [(0, "roster.skip_no_header")]


# --- lines ----------------------------------------------------------------------------------------------------------


def test_lines_that_are_no_homes_are_left_out_and_said() -> None:
    table = [
        HEAD,
        line("101"),
        [""] * 8,
        line("102", "李娜", 2),
        ["3号楼小计", "", "", "", "", "", "", 163.0],
        HEAD,
        line("103", "王强", 3),
        ["合　计", "", "", "", "", "", "", 246.0],
        ["注：面积以证载为准"],
        ["填表人：        审核人：        负责人："],
        [""] * 8,
    ]
    rows, reader = read(table)
    assert [row.row for row in rows] == [2, 4, 7]
    assert [(skipped.row, skipped.reason.removeprefix("roster.skip_")) for skipped in reader.skipped] == [
        (3, "empty"), (5, "total"), (6, "header"), (8, "total"), (9, "note"), (10, "signature"),
    ]  # fmt: skip


def test_a_line_with_a_running_number_only_is_empty() -> None:
    head: list[Cell] = ["序号", "房号", "产权人"]
    rows, reader = read([head, [1.0, "3-1-101", "张伟"], [2.0, "", ""], [3.0, "3-1-102", "李娜"], [4.0, "", ""]])
    assert [row.row for row in rows] == [2, 4]
    assert [skipped.row for skipped in reader.skipped] == [3]


def test_a_building_merged_downwards_counts_for_every_line() -> None:
    table = [HEAD, line("101"), line("102", "李娜", 2, building=""), line("101", "王强", 3, building="4号楼"),
             line("102", "赵静", 4, building="")]  # fmt: skip
    rows, _ = read(table, merges=[((1, 0), (2, 0)), ((3, 0), (4, 0))])
    assert [row.door for row in rows] == [("3", "1", "101"), ("3", "1", "102"), ("4", "1", "101"), ("4", "1", "102")]


def test_without_merge_marks_only_building_and_unit_are_filled_down_and_never_past_a_total() -> None:
    table = [HEAD, line("101"), line("102", "李娜", 2, building="", unit=""), line("103", "", 3, building="", unit=""),
             ["合计", *[""] * 7], line("104", "王强", 4, building="", unit="")]  # fmt: skip
    rows, reader = read(table, merges=None)
    assert [row.door for row in rows] == [("3", "1", "101"), ("3", "1", "102"), ("3", "1", "103"), ("", "", "")]
    assert rows[2].owners == ()
    assert (6, "A", "roster.building_missing") in codes(reader.problems)


def test_a_new_building_begins_without_the_unit_of_the_last() -> None:
    rows, _ = read([HEAD, line("101"), line("201", "李娜", 2, building="4号楼", unit="")], merges=None)
    assert rows[1].door == ("4", "", "201")


def test_a_building_may_be_the_name_of_the_sheet_a_title_or_a_line_of_its_own() -> None:
    head: list[Cell] = ["房号", "产权人"]
    assert read([head, ["2单元501", "张伟"]], name="3#楼")[0][0].door == ("3", "2", "501")
    assert read([["5号楼住户信息表"], head, ["2-501", "张伟"]])[0][0].door == ("5", "2", "501")
    rows, reader = read([head, ["6号楼"], ["2-501", "张伟"], ["7号楼"], ["1-101", "李娜"]])
    assert [row.door for row in rows] == [("6", "2", "501"), ("7", "1", "101")]
    assert {skipped.reason for skipped in reader.skipped} == {"roster.skip_section"}


def test_doors_under_one_merged_owner_and_area_are_one_home() -> None:
    table = [HEAD, line("501"), line("502", "", 2, id_no="", phone="", cert="", area=""), line("601", "李娜", 3)]
    rows, reader = read(table, merges=[((1, column), (2, column)) for column in (3, 4, 5, 6, 7)])
    assert [(row.room_no, row.more_rooms, row.other_rows) for row in rows] == [("501", ("502",), (3,)), ("601", (), ())]
    assert rows[0].area_cert_m2 == Decimal("81.00")
    assert (3, "C", "roster.doors_joined") in codes(reader.problems)


def test_an_area_merged_over_two_owners_doors_counts_once() -> None:
    table = [HEAD, line("501"), line("502", "李娜", 2, area="")]
    rows, reader = read(table, merges=[((1, 7), (2, 7))])
    assert [row.area_cert_m2 for row in rows] == [Decimal("81.00"), None]
    assert "roster.area_missing" not in [problem.code for problem in reader.problems]


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    table = [HEAD, line("101"), line("102", "李娜", 2), line("103", "王强", 3), line("104", "赵静", 4)]
    rows, reader = read(table, hidden_rows=frozenset({2, 3}), hidden_columns=frozenset({4}))
    assert len(rows) == 4 and rows[0].owners[0].id_no == IDS[1]
    assert [(problem.row, problem.code, problem.severity) for problem in reader.problems] == [
        (1, "roster.hidden_column", Severity.WARNING), (3, "roster.hidden_rows", Severity.WARNING),
    ]  # fmt: skip
    assert "第3至4行" in reader.problems[1].sentence()


@pytest.mark.parametrize(
    ("changed", "letter", "code"),
    [
        ({"room": ""}, "C", "roster.room_missing"),
        ({"room": date(2022, 3, 2)}, "C", "roster.became_date"),
        ({"room": "楼下小屋"}, "C", "roster.address_form"),
        ({"building": "大门口-左"}, "A", "roster.building_form"),
        ({"unit": "2单元五层"}, "B", "roster.unit_form"),
        ({"area": "八十"}, "H", "roster.area_form"),
        ({"id_no": 3.79900197005141e17}, "E", "identity.excel_lost"),
        ({"id_no": IDS[1] + "、" + IDS[2]}, "E", "roster.more_ids"),
    ],
)
def test_a_cell_that_cannot_be_used_is_an_error_at_its_place(changed: dict[str, Cell], letter: str, code: str) -> None:
    _, reader = read([HEAD, line(**changed)])
    errors = [problem for problem in reader.problems if problem.is_error]
    assert codes(errors) == [(2, letter, code)]
    assert errors[0].sentence()


@pytest.mark.parametrize(
    ("changed", "letter", "code"),
    [({"owner": "", "id_no": ""}, "D", "roster.owner_missing"), ({"area": ""}, "H", "roster.area_missing"),
     ({"phone": "8771234"}, "F", "identity.phone_area"), ({"owner": "张伟、李娜"}, "E", "roster.fewer_ids"),
     ({"cert": "鲁（2018）东营市不动产权第12号"}, "G", "identity.cert_no")],
)  # fmt: skip
def test_what_the_visit_can_find_is_only_a_warning(changed: dict[str, Cell], letter: str, code: str) -> None:
    _, reader = read([HEAD, line(**changed)])
    assert codes(reader.problems) == [(2, letter, code)]
    assert not reader.problems[0].is_error


def test_a_wording_that_many_lines_share_is_told_once() -> None:
    table: list[list[Cell]] = [["房号", "产权人", "产权性质"]]
    table += [[f"3-1-{number}01", "张伟", "房改房"] for number in range(1, 7)]
    _, reader = read(table)
    [problem] = reader.problems
    assert (problem.row, problem.code, dict(problem.params)["count"]) == (2, "roster.tenure_short", 6)


def test_two_owners_and_their_numbers_stand_in_order() -> None:
    rows, _ = read([HEAD, line(owner="张伟、李娜", id_no=f"{IDS[1]} / {IDS[2]}", phone="12000000001/12000000002")])
    assert [(owner.full_name, owner.id_no, owner.phone) for owner in rows[0].owners] == [
        ("张伟", IDS[1], "12000000001"), ("李娜", IDS[2], "12000000002"),
    ]  # fmt: skip


def test_co_owners_may_have_columns_of_their_own_and_shares() -> None:
    head: list[Cell] = ["房号", "产权人", "身份证号", "共有人", "共有人身份证号", "份额"]
    rows, _ = read([head, ["3-1-101", "张伟", IDS[1], "李娜", IDS[2], "1/2"]])
    assert [(owner.full_name, owner.id_no, owner.share_num, owner.share_den) for owner in rows[0].owners] == [
        ("张伟", IDS[1], 1, 2), ("李娜", IDS[2], 1, 2),
    ]  # fmt: skip


# --- across the file ------------------------------------------------------------------------------------------------


def whole(*lines: list[Cell]) -> tuple[list[RosterRow], list[Problem]]:
    rows, reader = read([HEAD, *lines])
    assert reader.summary is not None
    return check_whole(rows, [reader.summary])


def test_two_lines_for_one_door_that_contradict_each_other_are_both_refused() -> None:
    rows, problems = whole(line("101"), line("101", "李娜", 2))
    assert len(rows) == 2
    assert codes(problems) == [(2, "C", "roster.door_twice"), (3, "C", "roster.door_twice")]
    assert "第3行" in problems[0].sentence() and all(problem.is_error for problem in problems)


def test_co_owners_one_a_line_are_one_home() -> None:
    rows, problems = whole(
        line("101"), line("101", "李娜", 2, cert="东房权证西城字第000001号", area=81.0), line("102", "王强", 3)
    )
    assert [(row.row, row.other_rows, [owner.full_name for owner in row.owners]) for row in rows] == [
        (2, (3,), ["张伟", "李娜"]), (4, (), ["王强"]),
    ]  # fmt: skip
    assert codes(problems) == [(3, "C", "roster.co_owners_joined")]


def test_a_line_that_is_there_twice_counts_once() -> None:
    rows, problems = whole(line("101"), line("101"))
    assert len(rows) == 1
    assert codes(problems) == [(3, "C", "roster.row_repeated")]


def test_lines_that_share_neither_area_nor_certificate_are_not_taken_together() -> None:
    bare = {"cert": "", "area": ""}
    _, problems = whole(line("101", **bare), line("101", "李娜", 2, **bare))
    assert {problem.code for problem in problems} == {"roster.door_twice"}


def test_one_owner_of_several_homes_is_a_warning_and_one_number_of_two_people_an_error() -> None:
    _, problems = whole(line("101"), line("102", "张伟", 2, id_no=IDS[1]))
    assert {(problem.code, problem.is_error) for problem in problems} == {("roster.id_in_several", False)}
    _, problems = whole(line("101"), line("102", "李娜", 2, id_no=IDS[1]))
    assert codes(problems) == [(2, "E", "roster.id_two_names"), (3, "E", "roster.id_two_names")]
    assert all(problem.is_error for problem in problems)
    assert IDS[1] not in problems[0].sentence()


def test_one_certificate_of_one_owner_is_a_warning_and_of_strangers_an_error() -> None:
    cert = "东房权证西城字第000001号"
    _, problems = whole(line("101"), line("102", "张伟", 1, cert=cert))
    assert ("roster.cert_in_several", False) in {(problem.code, problem.is_error) for problem in problems}
    _, problems = whole(line("101"), line("102", "李娜", 2, cert=cert))
    assert {(problem.code, problem.is_error) for problem in problems} == {("roster.cert_two_owners", True)}


def test_one_phone_in_more_than_three_homes_is_a_warning() -> None:
    _, problems = whole(*(line(f"{number}01", f"张{number}", number, phone="12000000001") for number in range(1, 5)))
    assert {problem.code for problem in problems} == {"roster.phone_in_many"}
    _, problems = whole(*(line(f"{number}01", f"张{number}", number, phone="12000000001") for number in range(1, 4)))
    assert problems == []


def test_a_number_on_every_line_is_told_quickly_and_briefly() -> None:
    _, problems = whole(*(line(f"{number}01", "张伟", 1, cert=f"第{number}号证") for number in range(1, 9)))
    texts = [problem.sentence() for problem in problems if problem.code == "roster.id_in_several"]
    assert len(texts) == 8 and all("等7处" in text for text in texts)
