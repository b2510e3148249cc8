"""An exported ledger, edited as offices edit and read back: every edit is found, nothing else is, nothing newer is lost."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.amendment import Plan, plan_amendment, to_kept
from exports.ledgers import export_ledger
from exports.view import view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.household import HouseholdState
from survey.domain.sheet import to_pairs
from survey.models import Amendment, Household, Membership, Project, SheetRow, Signature, User, db, utc_now
from survey.services import amendment as amendments
from survey.services.roster.read import read_texts
from survey.services.sheet import current_sheet, save_sheet
from tests import factories
from tests.exports.street import make_street

Edit = Callable[[Workbook], None]


@pytest.fixture
def street(app: object) -> Project:
    return make_street()


def who(role: Role) -> User:
    return db.session.query(User).join(Membership).filter_by(role=role).first()


def exported(project: Project, actor: User, *, clear: bool = False) -> bytes:
    out = io.BytesIO()
    view = view_of(project, actor, clear=clear, reason="核对产权")
    export_ledger("register", project=project, view=view, now=utc_now(), target=out)
    return out.getvalue()


def edited(data: bytes, edit: Edit) -> bytes:
    book = load_workbook(io.BytesIO(data))
    edit(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan(project: Project, data: bytes, actor: User) -> Plan:
    return plan_amendment(data, read_texts(data), view_of(project, actor))


def cell(page: Worksheet, heading: str, door: str, nth: int = 0, group: str = "") -> Any:
    """The cell below a heading in the nth row of a room; a heading that stands twice is told by its group."""
    top = next(row[0].row for row in page.iter_rows() if row[0].value == "序号")
    names: dict[str, int] = {}
    above = ""
    for upper, lower in zip(page[top], page[top + 1], strict=True):
        above = upper.value or above
        for text in (upper.value, lower.value):
            if isinstance(text, str) and (not group or above == group):
                names.setdefault(text.replace("\n", "").partition("（")[0], upper.column)
    room = next(at.column for at in page[top] if at.value == "房号")
    rows = [row for row in page.iter_rows(min_row=top + 1) if row[room - 1].value == door]
    return rows[nth][names[heading] - 1]


def found(made: Plan) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    return {edit.key: (edit.before, edit.after) for each in made.households for edit in each.edits}


def troubles(made: Plan) -> list[str]:
    return [each.code for each in made.troubles]


def carry_out(project: Project, data: bytes, actor: User, chosen: tuple[str, ...] = ()) -> int:
    made = plan(project, data, actor)
    row = uploaded(project, data, actor, made)
    groups = {brief.position: chosen for brief in amendments.list_briefs(row.uploaded_by, row)}
    amendments.keep_choices(row, groups, agreed=(), reason="")
    done = confirmed(row, actor)
    db.session.commit()
    return done


def uploaded(project: Project, data: bytes, actor: User, made: Plan | None = None) -> Amendment:
    kept = to_kept(made or plan(project, data, actor))
    return amendments.upload_amendment(actor=actor, project=project, filename="台账.xlsx", data=data, plan=kept)


def confirmed(row: Amendment, actor: User, agreed: Collection[str] | None = None) -> int:
    """Confirm all, or what was agreed to of what is undone."""
    everything = {amendments.undoing_of(brief) for brief in amendments.list_briefs(row.uploaded_by, row)}
    return amendments.commit_amendment(
        actor=actor, row=row, digest=row.digest, reason="与登记簿核对", hidden=frozenset(),
        agreed=everything if agreed is None else agreed,
    )  # fmt: skip


def household(door: str) -> Household:
    return db.session.query(Household).filter_by(door_text=door).one()


@pytest.mark.parametrize("clear", [False, True], ids=["masked", "clear"])
def test_a_ledger_that_nobody_edited_changes_nothing(street: Project, clear: bool) -> None:
    office = who(Role.OFFICE)
    for data in (
        exported(street, office, clear=clear),
        edited(exported(street, office, clear=clear), lambda _book: None),
    ):
        made = plan(street, data, office)
        assert (made.households, made.troubles, made.missing) == ([], [], [])
        assert made.rows > 12


def test_every_edited_cell_is_found_and_carried_out(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        homes, people, parts, fixtures = book.worksheets
        cell(homes, "产权性质", "101").value = "房改房（成本价）"
        cell(homes, "备注", "101").value = "-产权人在外地"
        cell(homes, "装修", "201、202").value = "精装"
        cell(people, "姓名", "101").value = "李㛃㛃"
        cell(people, "证件号码", "101").value = factories.id_no(77)
        cell(people, "联系电话", "101", 1).value = None
        cell(people, "常住", "101", 1).value = None
        cell(people, "特殊情况", "101").value = "高龄（80岁以上）、独居老人"
        cell(parts, "未登记面积", "201、202", 1).value = 7.5
        cell(parts, "部位", "201、202", 1).value = "阁楼"
        cell(fixtures, "数量", "101").value = 2

    data = edited(exported(street, office), edit)
    made = plan(street, data, office)
    assert made.troubles == []
    assert found(made) == {
        "tenure_type": (("commercial",), ("reform_full",)),
        "note": (("=1+1",), ("-产权人在外地",)),
        "decoration": ((), ("fine",)),
        "persons[p1].full_name": (("李㛃",), ("李㛃㛃",)),
        "persons[p1].id_no": ((factories.id_no(1),), (factories.id_no(77),)),
        "persons[p2].phone": (("12000000002",), ()),
        "persons[p2].lives_here": (("yes",), ("no",)),
        "persons[p1].special_tags": (("aged",), ("aged", "lives_alone")),
        "parts[b2].area_unreg_m2": (("6.35",), ("7.50",)),
        "parts[b2].kind": (("storage",), ("attic",)),
        "fixtures[f].quantity": (("1.00",), ("2.00",)),
    }
    assert carry_out(street, data, office) == 2
    sheet = current_sheet(household("2-1-101"))
    assert (sheet.persons[0].full_name, sheet.persons[1].phone, sheet.note) == ("李㛃㛃", "", "-产权人在外地")
    row = db.session.query(SheetRow).filter_by(household_id=household("2-1-101").id, version=3).one()
    assert (row.source, row.reason) == ("correction", "与登记簿核对")  # it had been approved
    assert found(plan(street, data, office)) == {}  # once more: everything stands already


def test_a_number_that_was_masked_in_a_text_is_no_edit_and_is_never_lost(street: Project) -> None:
    office, home = who(Role.OFFICE), household("10-1-301")
    sheet = replace(current_sheet(home), note="子女电话12012345678")
    save_sheet(actor=office, household=home, base=home.sheet_version, pairs=to_pairs(sheet), source="office")
    db.session.commit()

    def rewrite(text: str) -> Edit:
        return lambda book: setattr(cell(book["登记台账"], "备注", "301"), "value", text)

    data = exported(street, office)
    assert cell(load_workbook(io.BytesIO(data))["登记台账"], "备注", "301").value == "子女电话120****5678"
    assert (found(plan(street, data, office)), troubles(plan(street, data, office))) == ({}, [])
    assert troubles(plan(street, edited(data, rewrite("女儿电话120****5678")), office)) == ["amendment.masked"]
    made = plan(street, edited(data, rewrite("女儿在外地")), office)
    assert (found(made), troubles(made)) == ({"note": (("子女电话12012345678",), ("女儿在外地",))}, [])


def test_sorting_moving_and_deleting_columns_and_rows_change_nothing(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        homes, people, *_rest = book.worksheets
        body = [row for row in people.iter_rows(min_row=4) if isinstance(row[0].value, int)]
        values = sorted([[each.value for each in row] for row in body], key=lambda row: str(row[5]))
        for row, told in zip(body, values, strict=True):
            for each, value in zip(row, told, strict=True):
                each.value = value
        people.delete_cols(9)  # 性别
        homes.delete_rows(5)
        homes.title = "改过的"

    made = plan(street, edited(exported(street, office), edit), office)
    assert (made.households, made.troubles) == ([], [])
    assert made.missing == [("家庭成员", "性别")]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (lambda row, _other: row[-1].__setattr__("value", "新的一行"), "amendment.mark_changed"),
        (lambda row, _other: row[-1].__setattr__("value", None), "amendment.row_unmarked"),
        (lambda row, other: row[-1].__setattr__("value", other[-1].value), "amendment.row_twice"),
        (lambda row, _other: row[-1].__setattr__("value", row[-1].value.replace("#1", "#9").replace("#2", "#9")),
         "amendment.mark_changed"),
        (lambda row, _other: row[1].__setattr__("value", "YY-009"), "amendment.other_dossier"),
        (lambda row, _other: row[-1].__setattr__("value", "00000000-0000-4000-8000-000000000000#1"),
         "amendment.no_household"),
    ],
    ids=["overwritten", "emptied", "pasted over another", "a version that never was", "another dossier", "a stranger"],
)  # fmt: skip
def test_a_row_whose_mark_was_touched_is_told_and_left_alone(
    street: Project, what: Callable[[Any, Any], None], told: str
) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        homes = book.worksheets[0]
        rows = [row for row in homes.iter_rows(min_row=5) if isinstance(row[0].value, int)]
        cell(homes, "装修", "101").value = "豪装"
        what(rows[0], rows[1])

    made = plan(street, edited(exported(street, office), edit), office)
    assert set(troubles(made)) == {told}
    assert "decoration" not in found(made)


def test_a_ledger_without_its_marks_or_of_another_kind_is_refused_in_words(street: Project) -> None:
    office = who(Role.OFFICE)
    data = exported(street, office)
    with pytest.raises(DomainError, match=r"amendment\.no_marks"):
        plan(street, edited(data, lambda book: book.worksheets[0].delete_cols(book.worksheets[0].max_column)), office)

    def strangers(book: Workbook) -> None:
        for page in book.worksheets:
            page.title, page["A1"].value = f"x{page.title}", "别的表"

    with pytest.raises(DomainError, match=r"amendment\.no_ledger"):
        plan(street, edited(data, strangers), office)


@pytest.mark.parametrize(
    ("heading", "value", "told"),
    [("性别", "男人", "amendment.word"), ("出生日期", "去年", "amendment.date"), ("证件号码", 3.79900199001010e17, "identity.excel_lost"),
     ("证件号码", "379900199001010015", "identity.checksum"), ("证件号码", "3799**********0014", "amendment.masked"),
     ("联系电话", "12000000001、12000000002", "amendment.one_number"), ("常住", "也许", "amendment.yes_no"),
     ("产权份额", "很多", "roster.share_form")],
)  # fmt: skip
def test_what_cannot_stand_in_a_cell_is_told_at_the_cell(
    street: Project, heading: str, value: object, told: str
) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        cell(book.worksheets[1], heading, "101").value = value
        cell(book.worksheets[0], "装修", "101").value = "豪装"

    made = plan(street, edited(exported(street, office), edit), office)
    assert troubles(made) == [told]
    assert (made.troubles[0].place.sheet, made.troubles[0].place.letter != "") == ("家庭成员", True)
    assert found(made) == {}  # of a household in which one cell is wrong nothing is written


def test_an_area_beyond_the_square_centimetre_is_told_at_the_cell(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        cell(book.worksheets[2], "建筑面积", "101", group="实测（㎡）").value = 85.123

    assert troubles(plan(street, edited(exported(street, office), edit), office)) == ["amendment.decimal"]


# --- newer data -------------------------------------------------------------------------------------------------------


def test_what_others_changed_since_stays_and_a_dispute_is_for_a_person(street: Project) -> None:
    office = who(Role.OFFICE)
    home = household("10-1-301")
    home.state = HouseholdState.IN_PROGRESS
    data = exported(street, office)
    sheet = current_sheet(home)
    newer = replace(sheet, note="平板后来写的", decoration=codes.Decoration.BARE)
    save_sheet(actor=office, household=home, base=home.sheet_version, pairs=to_pairs(newer))
    db.session.commit()

    def edit(book: Workbook) -> None:
        cell(book.worksheets[0], "装修", "301").value = "豪装"
        cell(book.worksheets[0], "抵押", "301").value = "有"

    data = edited(data, edit)
    made = plan(street, data, office)
    (mine,) = made.households
    assert {edit.key: edit.group for edit in mine.edits} == {"decoration": "decoration", "mortgage": ""}
    disputed = next(edit for edit in mine.edits if edit.key == "decoration")
    assert (disputed.before, disputed.now, disputed.after) == ((), ("bare",), ("luxury",))
    assert carry_out(street, data, office) == 1
    after = current_sheet(household("10-1-301"))
    assert (after.note, after.decoration, after.mortgage) == (
        "平板后来写的", codes.Decoration.BARE, codes.TriState.YES,
    )  # fmt: skip
    carry_out(street, data, office, chosen=("decoration",))  # what was in nobody's way stands already
    assert current_sheet(household("10-1-301")).decoration is codes.Decoration.LUXURY


def test_somebody_who_saves_between_the_plan_and_the_word_stops_it(street: Project) -> None:
    office = who(Role.OFFICE)
    home = household("10-1-301")
    home.state = HouseholdState.IN_PROGRESS
    db.session.commit()

    def edit(book: Workbook) -> None:
        cell(book.worksheets[0], "备注", "301").value = "台账里的"

    data = edited(exported(street, office), edit)
    row = uploaded(street, data, office)
    shown = row.digest
    save_sheet(actor=office, household=home, base=home.sheet_version,
               pairs=to_pairs(replace(current_sheet(home), note="先写的")))  # fmt: skip
    with pytest.raises(DomainError, match=r"amendment\.changed_since"):
        confirmed(row, office)
    amendments.renew_amendment(actor=office, row=row, plan=to_kept(plan(street, data, office)))
    assert row.digest != shown
    with pytest.raises(DomainError, match=r"amendment\.nothing"):
        confirmed(row, office)  # there is a dispute now, and nobody chose the file's answer


# --- who may ----------------------------------------------------------------------------------------------------------


def test_who_may_not_correct_is_told_so_and_other_teams_are_not_there(street: Project) -> None:
    office, leader = who(Role.OFFICE), who(Role.LEADER)

    def edit(book: Workbook) -> None:
        cell(book.worksheets[0], "备注", "101").value = "改"
        cell(book.worksheets[0], "备注", "301").value = "改"

    made = plan(street, edited(exported(street, office), edit), leader)
    assert {(each.place.row, each.code) for each in made.troubles if each.code == "amendment.locked"}
    assert "amendment.no_household" in troubles(made)
    assert made.households == []


def test_what_a_person_may_not_see_cannot_be_edited_by_them(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        cell(book.worksheets[1], "特殊情况", "101").value = "低保"

    data = edited(exported(street, office), edit)
    blind = replace(view_of(street, office), granted=view_of(street, office).granted - {"person.tags"})
    assert troubles(plan_amendment(data, read_texts(data), blind)) == ["amendment.hidden"]


def test_a_reason_is_wanted_and_a_file_is_carried_out_once(street: Project) -> None:
    office = who(Role.OFFICE)
    data = edited(
        exported(street, office), lambda book: cell(book.worksheets[0], "备注", "301").__setattr__("value", "改")
    )
    row = uploaded(street, data, office)
    told = {"row": row, "hidden": frozenset(), "agreed": (), "digest": row.digest, "actor": office}
    with pytest.raises(DomainError, match=r"amendment\.reason"):
        amendments.commit_amendment(reason="改 ", **told)
    amendments.commit_amendment(reason="与登记簿核对", **told)
    with pytest.raises(DomainError, match=r"amendment\.written") as refused:
        amendments.commit_amendment(reason="与登记簿核对", **told)
    assert refused.value.params["who"] == office.display_name
    with pytest.raises(DomainError, match=r"amendment\.written"):
        amendments.discard_amendment(actor=office, row=row)


# --- what cannot be believed ------------------------------------------------------------------------------------------


def codes_at(made: Plan) -> dict[str, str]:
    return {f"{each.place.sheet} {each.place.letter}{each.place.row}": each.code for each in made.troubles}


@pytest.mark.parametrize(
    ("page", "heading", "group", "value", "code", "told"),
    [(0, "产权人", "", "王五", "amendment.follows", "家庭成员"), (0, "联系电话", "", "12011111111", "amendment.follows", "家庭成员"),
     (0, "特殊人群", "", "低保", "amendment.follows", "家庭成员"), (0, "证载", "", 90, "amendment.follows", "房屋部位"),
     (0, "权证号", "", "鲁001", "amendment.not_here", None), (0, "主要诉求", "", "加电梯", "amendment.not_here", None),
     (0, "房号", "", "109", "amendment.place_fixed", None), (1, "备注", "", "已故", "amendment.not_here", None)],
)  # fmt: skip
def test_an_edit_where_nothing_can_be_read_back_is_told_with_the_place_to_make_it(
    street: Project, page: int, heading: str, group: str, value: object, code: str, told: str | None
) -> None:
    office = who(Role.OFFICE)
    data = edited(
        exported(street, office),
        lambda book: cell(book.worksheets[page], heading, "101", group=group).__setattr__("value", value),
    )
    made = plan(street, data, office)
    assert troubles(made) == [code]
    assert made.troubles[0].place.letter
    assert dict(made.troubles[0].params).get("sheet") == told
    assert made.households == []


def test_a_state_written_into_the_ledger_is_told_unless_the_household_has_moved_on_since(street: Project) -> None:
    office = who(Role.OFFICE)
    home = household("10-1-301")
    home.state, home.state_since = HouseholdState.IN_PROGRESS, utc_now() - timedelta(days=1)
    db.session.commit()
    data = exported(street, office)
    claimed = edited(data, lambda book: cell(book.worksheets[0], "审核状态", "301").__setattr__("value", "项目办通过"))
    assert troubles(plan(street, claimed, office)) == ["amendment.state_here"]
    home.state, home.state_since = HouseholdState.SUBMITTED, utc_now()
    db.session.commit()
    assert troubles(plan(street, data, office)) == []


def test_a_file_that_was_written_shows_nothing_when_it_comes_again_though_the_sheet_waits_for_its_review(
    street: Project,
) -> None:
    office = who(Role.OFFICE)
    data = edited(
        exported(street, office), lambda book: cell(book.worksheets[0], "备注", "101").__setattr__("value", "改")
    )
    assert carry_out(street, data, office) == 1
    assert household("2-1-101").state is HouseholdState.GROUP_PASSED
    made = plan(street, data, office)
    assert (made.households, made.troubles) == ([], [])


def test_what_follows_from_a_sheet_that_has_changed_since_is_not_compared(street: Project) -> None:
    office = who(Role.OFFICE)
    home = household("10-1-301")
    home.state = HouseholdState.IN_PROGRESS
    data = exported(street, office)
    sheet = current_sheet(home)
    newer = replace(sheet, persons=(replace(sheet.persons[0], full_name="孙大"),))
    save_sheet(actor=office, household=home, base=home.sheet_version, pairs=to_pairs(newer))
    db.session.commit()
    assert troubles(plan(street, data, office)) == []


def test_a_formula_without_a_value_is_told_and_deletes_nothing(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        cell(book.worksheets[0], "备注", "101").value = '=A1&"核对"'
        cell(book.worksheets[0], "备注", "301").value = "#REF!"

    made = plan(street, edited(exported(street, office), edit), office)
    assert sorted(troubles(made)) == ["amendment.formula"] * 2
    assert made.households == []


PERSON = ("姓名", "身份", "与户主关系", "性别", "出生日期", "证件号码", "联系电话", "户籍在册", "常住", "特殊情况")


@pytest.mark.parametrize("clear", [False, True], ids=["masked", "clear"])
def test_two_persons_under_each_others_marks_are_told_as_moved_and_not_believed(street: Project, clear: bool) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        people = book.worksheets[1]
        for heading in PERSON:
            one, two = cell(people, heading, "101"), cell(people, heading, "101", 1)
            one.value, two.value = two.value, one.value

    made = plan(street, edited(exported(street, office, clear=clear), edit), office)
    assert troubles(made) == ["amendment.row_moved"] * 2
    assert [dict(each.params)["other"] for each in made.troubles] == ["张伟", "李㛃"]
    assert made.households == []


def test_marks_of_two_households_exchanged_are_told_by_their_doors_too(street: Project) -> None:
    office = who(Role.OFFICE)

    def edit(book: Workbook) -> None:
        homes = book.worksheets[0]
        rows = [row for row in homes.iter_rows(min_row=5) if isinstance(row[0].value, int)]
        rows[0][-1].value, rows[1][-1].value = rows[1][-1].value, rows[0][-1].value
        homes["B3"].value = "自编"  # the office uses the column of 户编号 for something else
        for row in rows:
            row[1].value = None

    made = plan(street, edited(exported(street, office), edit), office)
    assert troubles(made) == ["amendment.other_door"] * 2
    assert made.households == []


def test_a_block_that_was_pasted_a_row_too_low_is_said(street: Project) -> None:
    office = who(Role.OFFICE)
    for number in range(1, 9):
        factories.household(street, f"5-1-{number}01", factories.sheet(note=f"第{number}户"), office)
    db.session.commit()

    def shifted(book: Workbook, by: int) -> None:
        homes = book.worksheets[0]
        notes = [cell(homes, "备注", f"{number}01") for number in range(2, 9)]
        texts = [f"第{number - by}户" for number in range(2, 9)]
        for each, text in zip(notes, texts, strict=True):
            each.value = text

    # The rooms of building 5 stand together in stairwell order.
    made = plan(street, edited(exported(street, office), lambda book: shifted(book, 1)), office)
    (shift,) = made.shifts
    assert (shift.sheet, shift.heading, shift.count) == ("登记台账", "备注", 7)
    assert shift.last - shift.first == 6

    def filled(book: Workbook) -> None:
        for number in range(1, 9):
            cell(book.worksheets[0], "备注", f"{number}01").value = "第1户"

    assert plan(street, edited(exported(street, office), filled), office).shifts == []


# --- what a write undoes ----------------------------------------------------------------------------------------------


def test_finished_work_is_undone_only_for_the_states_that_were_agreed_to(street: Project) -> None:
    office = who(Role.OFFICE)
    plain, unvisited = household("2-1-101"), household("10-2-201")
    assert (plain.state, unvisited.state) == (HouseholdState.APPROVED, HouseholdState.UNVISITED)

    def edit(book: Workbook) -> None:
        for door in ("101", "201"):
            cell(book.worksheets[0], "备注", door).value = "台账里写的"

    row = uploaded(street, edited(exported(street, office), edit), office)
    told = {
        brief.state: (brief.becomes, amendments.undoing_of(brief))
        for brief in amendments.list_briefs(row.uploaded_by, row)
    }
    assert told == {
        HouseholdState.APPROVED: (HouseholdState.GROUP_PASSED, "approved"),
        HouseholdState.UNVISITED: (HouseholdState.UNVISITED, ""),
    }
    assert confirmed(row, office, agreed=()) == 1
    assert (household("2-1-101").state, current_sheet(household("2-1-101")).note) == (HouseholdState.APPROVED, "=1+1")
    assert household("10-2-201").state is HouseholdState.UNVISITED  # an edit in Excel is no visit
    assert current_sheet(household("10-2-201")).note == "台账里写的"


def test_a_signature_that_would_fall_is_an_undoing_of_its_own(street: Project) -> None:
    office = who(Role.OFFICE)
    home = household("10-1-301")
    home.state = HouseholdState.IN_PROGRESS
    version = db.session.query(SheetRow).filter_by(household_id=home.id, version=home.sheet_version).one()
    db.session.add(
        Signature(project_id=street.id, household_id=home.id, sheet_version=home.sheet_version,
                  pairs_hash=version.pairs_hash, signer_role=codes.SignerRole.RESPONDENT, signer_name="本人",
                  signed_at=utc_now(), recorded_by_id=office.id)
    )  # fmt: skip
    db.session.commit()
    data = edited(
        exported(street, office), lambda book: cell(book.worksheets[0], "备注", "301").__setattr__("value", "改")
    )
    row = uploaded(street, data, office)
    (brief,) = amendments.list_briefs(row.uploaded_by, row)
    assert amendments.undoing_of(brief) == "in_progress:signed"
    with pytest.raises(DomainError, match=r"amendment\.nothing"):
        confirmed(row, office, agreed=())
    assert confirmed(row, office, agreed=["in_progress:signed"]) == 1


@pytest.mark.parametrize(
    ("state", "code"),
    [(HouseholdState.SUBMITTED, "amendment.awaits_group"), (HouseholdState.GROUP_PASSED, "amendment.awaits_office")],
)
def test_the_office_is_told_what_to_do_about_a_sheet_that_waits_for_a_review(
    street: Project, state: HouseholdState, code: str
) -> None:
    office = who(Role.OFFICE)
    household("2-1-101").state = state
    db.session.commit()
    data = edited(
        exported(street, office), lambda book: cell(book.worksheets[0], "备注", "101").__setattr__("value", "改")
    )
    assert troubles(plan(street, data, office)) == [code]
