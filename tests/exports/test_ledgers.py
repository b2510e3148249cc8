"""Ledgers read from the tables: numbers add up across sheets, people see what they may see, and nothing more."""

from __future__ import annotations

import io
import random
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from openpyxl import load_workbook

from exports.ledger import Column
from exports.ledgers import (
    LEDGERS,
    consents,
    export_ledger,
    export_set,
    find_ledger,
    preview_ledger,
    rows_ahead,
    snapshot_no,
)
from exports.ledgers import register as register_ledger
from exports.ledgers.register import signed_text
from exports.view import View, batches, joined, one_moment, view_of
from survey.domain import codes
from survey.domain.access import Permission, Role
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError
from survey.domain.household import HouseholdState
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import DesiredLayout, Fixture, Part, Person, Sheet
from survey.models import (
    Briefing,
    Household,
    Policy,
    PolicyVersion,
    Project,
    Round,
    Signature,
    Standing,
    User,
    Visit,
    db,
    utc_now,
)
from survey.services import building as buildings
from survey.services import register
from survey.services.round import close_round
from tests import factories
from tests.exports.street import make_street

Rows = list[dict[str, Any]]


def read(name: str, project: Project, actor: User | None, **values: Any) -> dict[str, Rows]:
    _ledger, reading = find_ledger(name)
    found = reading(view_of(project, actor, **values), ProjectSettings())
    return {key: [{name: said(value) for name, value in row.items()} for row in rows] for key, rows in found.items()}


def said(value: object) -> object:
    """What stands in the cell: the word of a code."""
    return value.label if isinstance(value, codes.Code) else value


def total(rows: Rows, key: str) -> Any:
    return sum((row[key] for row in rows if row.get(key) is not None), Decimal(0))


def random_sheet(dice: random.Random) -> Sheet:
    def area() -> Decimal | None:
        return dice.choice([None, Decimal(dice.randint(0, 20_000)).scaleb(-2)])

    persons = tuple(
        Person(
            uid=f"p{i}", full_name=dice.choice(["张伟", "李㛃", "=1+1", "王·𬭚", ""]),
            roles=(codes.PersonRole.OWNER,) if dice.random() < 0.5 else (codes.PersonRole.RESIDENT,),
            id_no=factories.id_no(dice.randint(1, 400)), phone=f"120{dice.randint(0, 99999999):08d}",
            hukou_here=dice.choice([True, False, None]), lives_here=dice.choice([True, False, None]),
            special_tags=dice.choice([(), (codes.SpecialTag.AGED,)]), birth_date=date(1950, 1, 1),
        )
        for i in range(dice.randint(0, 5))
    )  # fmt: skip
    parts = tuple(
        Part(uid=f"b{i}", kind=dice.choice(list(codes.PartKind)), area_cert_m2=area(), area_meas_m2=area(),
             area_unreg_m2=area(), build_year=1990)
        for i in range(dice.randint(0, 3))
    )  # fmt: skip
    return Sheet(
        persons=persons, parts=parts, fixtures=(Fixture(uid="f", fixture_kind=codes.FixtureKind.SOLAR),),
        renewal_will=dice.choice([None, *codes.Will]), comp_mode=dice.choice([None, *codes.CompMode]),
        lease_status=dice.choice([None, *codes.Lease]), note=dice.choice(["", "-1", "@x"]),
    )  # fmt: skip


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "王敏")


@pytest.fixture
def street(project: Project, office: User) -> list[Household]:
    """Three buildings of random households, some visited, some handed in; one removed that must never be counted."""
    dice = random.Random(7)
    made = []
    for no in range(1, 4):
        for room in range(1, 6):
            household = factories.household(project, f"{no}-1-{room}01", random_sheet(dice), office)
            household.state = dice.choice(list(HouseholdState))
            household.last_visit_result = dice.choice([None, *codes.VisitResult])
            household.visit_count = dice.randint(0, 4)
            household.met_at = dice.choice([None, utc_now()])
            made.append(household)
    gone = factories.household(project, "9-1-101", factories.sheet(), office)
    gone.removed_at = utc_now()
    db.session.commit()
    return made


def test_numbers_add_up_across_sheets_and_ledgers(project: Project, office: User, street: list[Household]) -> None:
    found, summary = read("register", project, office), read("building-summary", project, office)["buildings"]
    lines = found["households"]
    assert len(lines) == total(summary, "due") == len(street)
    for key in ("area_cert_m2", "area_meas_m2", "area_unreg_m2"):
        assert total(lines, key) == total(found["parts"], key) == total(summary, key)
    assert total(lines, "hukou_count") == total(found["people"], "hukou") == total(summary, "hukou_count")
    assert total(lines, "living_count") == total(found["people"], "living") == total(summary, "living_count")
    assert {line["dossier_no"] for line in found["people"]} <= {line["dossier_no"] for line in lines}
    for row in summary:
        assert row["money"] + row["swap"] + row["other_mode"] + row["undecided"] == row["due"]
        assert row["done"] <= row["due"]
        assert row["agree_area_m2"] <= row["counted_m2"]
        assert row["done_share"] == Fraction(row["done"], row["due"])
        mine = [line for line in lines if line["building_no"] == row["building_no"]]
        assert len(mine) == row["due"] == row["doors"]
        assert sum(line["will"] == "同意" for line in mine) == row["agree"]
        assert total(mine, "area_cert_m2") == row["area_cert_m2"]


def test_the_totals_written_are_the_sums_of_the_lines(project: Project, office: User, street: list[Household]) -> None:
    for name, (ledger, _reading) in LEDGERS.items():
        out = io.BytesIO()
        done = export_ledger(name, project=project, view=view_of(project, office), now=utc_now(), target=out, by="王敏")
        book = load_workbook(out)
        for sheet in ledger.sheets:
            page = book[sheet.name]
            serials = [row for row in page.iter_rows(min_row=4) if isinstance(row[0].value, int)]
            assert len(serials) == done.counts[sheet.key]
            ends = [row for row in page.iter_rows(min_row=4) if row[0].value == "合计"]
            for row in ends:
                for place, column in enumerate(sheet.columns):
                    if column.total is True:
                        summed = sum(Decimal(str(line[place].value or 0)) for line in serials)
                        assert Decimal(str(row[place].value)) == summed


def test_a_figure_on_screen_leads_to_the_households_behind_it(
    project: Project, office: User, street: list[Household]
) -> None:
    shown = preview_ledger("building-summary", project=project, view=view_of(project, office))[0]
    reading = register.read(project)
    assert shown.total is not None
    cells = [cell for row in (*shown.rows, shown.total) for cell in row if cell.filters is not None]
    assert len(cells) > 12
    for cell in cells:
        listed = register.list_households(office, reading, register.chosen_filters(cell.filters or {}))
        assert int(cell.text) == listed.total, cell


def test_ledgers_of_one_snapshot_have_one_number_and_agree(
    project: Project, office: User, street: list[Household]
) -> None:
    out = io.BytesIO()
    names = ("register", "building-summary", "daily")
    made = export_set(names, project=project, view=view_of(project, office), now=utc_now(), target=out, by="王敏")
    with ZipFile(out) as parcel:
        books = [load_workbook(io.BytesIO(parcel.read(name))) for name in parcel.namelist()]
    footers = {page.oddFooter.left.text for book in books for page in book}
    assert footers == {f"快照号：{made[0].snapshot}"}
    assert [each.ledger.name for each in made] == list(names)
    totals = [
        {column.key: cell.value for column, cell in zip(each.ledger.sheets[0].columns, total_row(book), strict=False)}
        for each, book in zip(made, books, strict=True)
    ]
    for key in ("area_cert_m2", "area_meas_m2", "area_unreg_m2", "hukou_count", "living_count"):
        assert totals[0][key] == totals[1][key]
    assert made[0].counts["households"] == totals[1]["due"]


def total_row(book: Any) -> Any:
    return next(row for row in book.worksheets[0].iter_rows() if row[0].value == "合计")


def test_the_order_is_that_of_the_stairwell(project: Project, office: User) -> None:
    for door in ("10-1-101", "2-1-301", "2-1-102", "2-1-101"):
        factories.household(project, door)
    db.session.commit()
    lines = read("register", project, office)["households"]
    assert [(line["building_no"], line["room_no"]) for line in lines] == [
        ("2", "101"), ("2", "102"), ("2", "301"), ("10", "101"),
    ]  # fmt: skip
    assert [row["building_no"] for row in read("building-summary", project, office)["buildings"]] == ["2", "10"]


def test_one_line_tells_a_household(project: Project, office: User) -> None:
    surveyors = [factories.member(project, Role.SURVEYOR, name) for name in ("李建国", "赵晓䶮")]
    sheet = factories.sheet(
        rooms=3, halls=1, mortgage=codes.TriState.YES, lease_status=codes.Lease.RENTED, will_text="要有电梯",
        will_reason=(codes.WillReason.PLACE,), decoration=codes.Decoration.SIMPLE, note="=1+1",
        desired_layouts=(DesiredLayout(uid="l", layout="三室两厅", area_band="90-100㎡", layout_count=2),),
        persons=(factories.person(special_tags=(codes.SpecialTag.AGED,)), factories.person("李四", 2)),
    )  # fmt: skip
    household = factories.household(project, "3-2-501", sheet, office)
    now = utc_now()
    db.session.add(Visit(project_id=project.id, household_id=household.id, visit_no=1, started_at=now, ended_at=now,
                         surveyor_1_id=surveyors[0].id, surveyor_2_id=surveyors[1].id, result=codes.VisitResult.DONE,
                         recorded_by_id=office.id))  # fmt: skip
    household.visit_count, household.last_visit_at, household.state = 1, now, HouseholdState.GROUP_RETURNED
    db.session.commit()
    line = read("register", project, office)["households"][0]
    told = {
        "owners": "张伟、李四", "id_no": "379900********0030；379900********0055", "phone": "120****0001；120****0002",
        "tenure": "商品房", "use_approved": "成套住宅", "structure": "混合（砖混）结构", "build_year": 1998, "layout": "3室1厅",
        "decoration": "简装", "lease": "出租", "rented": "有", "special": "高龄（80岁以上）", "mortgage": "有", "seizure": "无",
        "will": "同意", "comp_mode": "产权调换", "wanted": "三室两厅 90-100㎡×2", "claims": "安置地点；要有电梯",
        "surveyors": "李建国、赵晓䶮", "survey_state": "已退回", "review_state": "组审退回", "signed": "未签字",
        "note": "=1+1", "id": f"{household.id}#1",
    }  # fmt: skip
    assert {key: line[key] for key in told} == told | {"id_no": line["id_no"]}
    assert line["id_no"].count("*") == 16


def test_two_doors_knocked_into_one_are_one_line(project: Project, office: User) -> None:
    household = factories.household(project, "3-2-501", factories.sheet(), office)
    factories.household(project, "3-2-502")
    buildings.attach_door(actor=office, household=household, unit_no="2", room_no="502")
    db.session.commit()
    lines = read("register", project, office)["households"]
    assert [line["room_no"] for line in lines] == ["501、502"]
    summary = read("building-summary", project, office)["buildings"]
    assert (summary[0]["due"], summary[0]["doors"]) == (1, 2)


@pytest.mark.parametrize(
    ("signed", "version", "word"),
    [([], 3, "未签字"), ([(3, codes.SignerRole.SURVEYOR_1, False)], 3, "未签字"),
     ([(3, codes.SignerRole.RESPONDENT, False)], 3, "已签字"), ([(2, codes.SignerRole.RESPONDENT, False)], 3, "需重签"),
     ([(2, codes.SignerRole.AGENT, False), (3, codes.SignerRole.AGENT, True)], 3, "拒签")],
)  # fmt: skip
def test_what_is_said_of_signatures(signed: list[Any], version: int, word: str) -> None:
    rows = [Signature(sheet_version=number, signer_role=role, refused=refused) for number, role, refused in signed]
    assert signed_text(rows, version) == word


# --- who sees what ------------------------------------------------------------------------------------------------


def labels(columns: tuple[Column, ...]) -> list[str]:
    return [column.label for column in columns]


def test_numbers_are_masked_unless_permitted_reasoned_and_asked_for(project: Project, office: User) -> None:
    sheet = factories.sheet()
    factories.household(project, "3-2-501", sheet, office)
    leader = factories.member(project, Role.LEADER)
    db.session.commit()
    masked = read("register", project, office)
    assert masked["people"][0]["id_no"] == "379900********0030"
    clear = read("register", project, office, clear=True, reason="报送街道")
    assert clear["people"][0]["id_no"] == sheet.persons[0].id_no
    assert clear["people"][0]["phone"] == sheet.persons[0].phone
    with pytest.raises(DomainError, match=r"export\.reason"):
        view_of(project, office, clear=True, reason=" 报 ")
    with pytest.raises(DomainError, match=r"export\.clear_forbidden"):
        view_of(project, leader, clear=True, reason="报送街道")


def test_a_coordinator_gets_masked_names_and_no_health_facts(project: Project, office: User) -> None:
    factories.household(project, "3-2-501", factories.sheet(), office)
    coordinator = factories.member(project, Role.COORDINATOR)
    db.session.commit()
    found = read("register", project, coordinator)
    assert found["households"][0]["owners"] == "张*"
    assert found["households"][0]["cert_no"] == "****0906"
    assert found["people"][0]["full_name"] == "张*"
    assert found["people"][0]["birth_date"] is None
    sheets = {
        shown.sheet.key: shown.sheet
        for shown in preview_ledger("register", project=project, view=view_of(project, coordinator))
    }
    assert "特殊人群" not in labels(sheets["households"].columns)
    assert "特殊情况" not in labels(sheets["people"].columns)


def test_a_leader_gets_the_team_s_buildings_only(project: Project, office: User) -> None:
    team = factories.team(project)
    leader = factories.member(project, Role.LEADER, team=team)
    ours = factories.household(project, "3-2-501", factories.sheet(), office)
    factories.household(project, "4-1-101", factories.sheet(), office)
    ours.building.team_id = team.id
    db.session.commit()
    found = read("register", project, leader)
    assert [line["building_no"] for line in found["households"]] == ["3"]
    assert {line["building_no"] for line in found["people"]} == {"3"}
    assert [row["building_no"] for row in read("building-summary", project, leader)["buildings"]] == ["3"]


def test_another_project_and_a_stranger_see_nothing(project: Project, office: User) -> None:
    other = factories.project("ZZ", "别的项目")
    stranger = factories.member(other, Role.OFFICE)
    factories.household(project, "3-2-501", factories.sheet(), office)
    db.session.commit()
    for name in LEDGERS:
        assert all(rows == [] for rows in read(name, project, stranger).values())
        assert all(rows == [] for rows in read(name, other, stranger).values())
    assert view_of(project, stranger).granted == frozenset()


def test_the_command_line_sees_the_whole_project_masked(project: Project, office: User) -> None:
    factories.household(project, "3-2-501", factories.sheet(), office)
    db.session.commit()
    found = read("register", project, None)["people"][0]
    assert (found["full_name"], found["id_no"][6:14]) == ("张伟", "********")


# --- briefings ----------------------------------------------------------------------------------------------------


def test_a_briefing_tells_version_points_questions_and_answers(project: Project, office: User) -> None:
    household = factories.household(project, "3-2-501", factories.sheet(), office)
    policy = Policy(project_id=project.id, title="安置补偿方案")
    db.session.add(policy)
    db.session.flush()
    old, new = (
        PolicyVersion(
            policy_id=policy.id, number=number, text="…", points=["怎么补偿", "怎么过渡"], published_at=utc_now()
        )
        for number in (1, 2)
    )
    db.session.add_all([old, new])
    db.session.flush()
    asked = [{"question": "多久回迁？", "answer": "两年"}, {"question": "=1+1？", "answer": ""}]
    for version, minutes in ((old, 1), (new, 2)):
        db.session.add(Briefing(project_id=project.id, household_id=household.id, policy_version_id=version.id,
                                held_at=utc_now() + timedelta(minutes=minutes), form=codes.BriefingForm.AT_HOME,
                                recipient="张伟", attendees=2, points=[1], questions=asked,
                                understood=codes.Understood.YES, briefed_by_id=office.id))  # fmt: skip
    db.session.commit()
    rows = read("briefings", project, office)["briefings"]
    assert [(row["version"], row["in_force"]) for row in rows] == [("第1版", "否"), ("第2版", "是")]
    assert rows[0]["points"] == "2.怎么过渡"
    assert rows[0]["questions"] == "问：多久回迁？\n答：两年\n问：=1+1？\n（未答复）"
    assert (rows[0]["policy"], rows[0]["form"], rows[0]["understood"]) == ("安置补偿方案", "入户", "是")


# --- consents -----------------------------------------------------------------------------------------------------


def open_round(project: Project, office: User, threshold: tuple[int, int] | None = (3, 4)) -> Round:
    num, den = threshold or (None, None)
    row = Round(project_id=project.id, kind=codes.RoundKind.RENEWAL, title="第一轮", opened_by_id=office.id,
                threshold_num=num, threshold_den=den)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def say(row: Round, household: Household, choice: HouseholdChoice) -> None:
    area = household.area_cert_m2 or household.area_meas_m2
    db.session.add(Standing(round_id=row.id, household_id=household.id, choice=choice.value, area_m2=area))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_round_s_figures_add_up(project: Project, office: User, street: list[Household], seed: int) -> None:
    dice = random.Random(seed)
    row = open_round(project, office)
    for household in street:
        if dice.random() < 0.8:
            say(row, household, dice.choice(list(HouseholdChoice)))
    db.session.commit()
    found = read("consents", project, office)
    line = found["rounds"][0]
    for unit in ("", "_m2"):
        kinds = [line[f"{kind}{unit}"] for kind in ("agree", "conditional", "disagree", "abstain")]
        assert sum(kinds) == line[f"part{unit}"]
        assert line[f"part{unit}"] + line[f"silent{unit}"] == line[f"total{unit}"]
    assert line["total"] == len(street)
    assert line["part_share"] == Fraction(line["part"], line["total"])
    if line["part"]:
        assert line["agree_share"] == Fraction(line["agree"], line["part"])
        assert line["by_count"] == ("是" if 4 * line["agree"] >= 3 * line["part"] else "否")
        assert line["whole_by_count"] == ("是" if 4 * line["agree"] >= 3 * line["total"] else "否")
        assert isinstance(line["agree_share"], Fraction)
    spoken = [each for each in found["standings"] if each["choice"] in ("同意", "不同意", "有条件同意", "弃权")]
    assert total(spoken, "counted") == line["part"]
    assert total(spoken, "area_m2") == line["part_m2"]


@pytest.mark.parametrize(
    ("part", "whole", "threshold", "word"),
    [(3, 4, Fraction(3, 4), "是"), (2999, 4000, Fraction(3, 4), "否"), (2, 3, Fraction(2, 3), "是"),
     (Decimal("66.66"), Decimal("100.00"), Fraction(2, 3), "否"), (0, 0, Fraction(1, 2), ""), (1, 1, None, "")],
    ids=["民法典 278 just reached, art 1259 includes it", "one short", "two thirds exactly", "area just short",
         "nobody took part", "no threshold"],
)  # fmt: skip
def test_a_threshold_is_compared_as_a_fraction(part: Any, whole: Any, threshold: Fraction | None, word: str) -> None:
    assert consents.verdict(part, whole, threshold) == word


def test_a_round_in_which_nobody_has_spoken_has_no_shares(project: Project, office: User) -> None:
    factories.household(project, "3-2-501", factories.sheet(), office)
    open_round(project, office, None)
    db.session.commit()
    line = read("consents", project, office)["rounds"][0]
    assert (line["total"], line["part"], line["silent"], line["silent_m2"]) == (1, 0, 1, Decimal("85.20"))
    assert (line["agree_share"], line["threshold"], line["by_count"], line["note"]) == (None, "", "", "征询中")


def test_a_closed_round_keeps_what_was_counted(project: Project, office: User, street: list[Household]) -> None:
    row = open_round(project, office)
    say(row, street[0], HouseholdChoice.AGREE)
    db.session.flush()
    close_round(actor=office, round_=row)
    db.session.commit()
    before = read("consents", project, office)
    street[0].removed_at = utc_now()
    street[1].area_cert_m2 += 10
    db.session.commit()
    after = read("consents", project, office)
    for line in (before["rounds"][0], after["rounds"][0], read("consents", project, None)["rounds"][0]):
        assert (line["total"], line["agree"], line["silent"], line["note"]) == (15, 1, 14, "")
    assert after["rounds"][0]["total_m2"] == before["rounds"][0]["total_m2"]
    assert after["standings"] == before["standings"]


def test_an_uncertified_home_counts_by_its_measured_area(project: Project, office: User) -> None:
    bare = Part(uid="b1", kind=codes.PartKind.MAIN, area_meas_m2=Decimal("40.50"))
    household = factories.household(project, "3-2-501", factories.sheet(parts=(bare,)), office)
    row = open_round(project, office)
    say(row, household, HouseholdChoice.AGREE)
    db.session.commit()
    line = read("consents", project, office)["rounds"][0]
    assert (line["agree_m2"], line["agree_area_share"], line["by_area"]) == (Decimal("40.50"), Fraction(1), "是")


# --- the frame ----------------------------------------------------------------------------------------------------


def test_an_unknown_ledger_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(DomainError, match=r"export\.ledger_unknown"):
        find_ledger("salaries")


def test_an_export_has_a_number_and_a_name(project: Project, office: User) -> None:
    db.session.commit()
    done = export_ledger("register", project=project, view=view_of(project, office), now=utc_now(), target=io.BytesIO())
    assert done.snapshot.startswith("YY-")
    assert done.file_name.startswith("入户调查登记台账_颐园小区改造项目_")
    assert snapshot_no("YY", utc_now()) != snapshot_no("YY", utc_now())


def test_an_export_does_not_begin_over_unsaved_changes(project: Project) -> None:
    project.name = "改名"
    with pytest.raises(RuntimeError), one_moment():
        pass
    db.session.rollback()


def test_all_sheets_show_one_moment(project: Project, office: User) -> None:
    factories.household(project, "3-2-501", factories.sheet(), office)
    db.session.commit()
    _ledger, reading = find_ledger("register")
    view = view_of(project, office)
    with one_moment():
        rows = reading(view, ProjectSettings())
        first = list(rows["households"])
        with db.engine.connect() as other, other.begin():
            other.execute(Household.__table__.update().values(removed_at=utc_now()))
        assert len(list(rows["people"])) == len(first) == 1
    assert list(reading(view, ProjectSettings())["people"]) == []


def test_small_things() -> None:
    assert list(batches(range(5), 2)) == [[0, 1], [2, 3], [4]]
    assert joined(["a", "", "b", "a"]) == "a；b"
    view = View(project_id=factories.count, actor=None, granted=frozenset({"ledger.export"}))  # type: ignore[arg-type]
    assert view.may(Permission.LEDGER_EXPORT)
    assert not view.may(Permission.PERSON_TAGS)


def test_the_rows_of_the_register_are_counted_before_they_are_written(app: Flask) -> None:
    project = make_street()
    view = view_of(project, None)
    done = export_ledger("register", project=project, view=view, now=utc_now(), target=io.BytesIO())
    assert rows_ahead(["register"], view) == sum(done.counts.values()) > 0
    assert rows_ahead(["daily"], view) == 0


def test_the_sheets_of_the_register_read_together_say_what_each_says_alone(app: Flask) -> None:
    view = view_of(make_street(), None)
    _ledger, reading = find_ledger("register")
    together: dict[str, Rows] = defaultdict(list)
    for key, records in register_ledger.together(view):
        together[key] += records
    alone = {key: [*records] for key, records in reading(view, ProjectSettings()).items()}
    assert all(alone.values())
    assert together == alone


def test_a_column_of_codes_stands_behind_each_column_of_coded_words_where_it_is_asked_for(
    project: Project, office: User
) -> None:
    person = factories.person(ethnicity="01", sex=codes.Sex.MALE)
    factories.household(project, "3-2-501", factories.sheet(persons=(person,), tenure_type=codes.Tenure.COMMERCIAL))
    db.session.commit()
    out = io.BytesIO()
    view = view_of(project, office)
    export_ledger("register", project=project, view=view, now=utc_now(), target=out, codes=True)
    book = load_workbook(out)
    homes, people = (dict(headed(book[name])) for name in ("登记台账", "家庭成员"))
    assert (homes["产权性质"], homes["产权性质\n代码"]) == ("商品房", "commercial")
    assert (people["民族"], people["民族\n代码"]) == ("汉族", "01")
    assert (people["性别"], people["性别\n代码"]) == ("男", "1")
    plain = io.BytesIO()
    export_ledger("register", project=project, view=view, now=utc_now(), target=plain)
    without = [heading for heading, _cell in headed(load_workbook(plain)["登记台账"])]
    assert [heading for heading in homes if not heading.endswith("代码")] == without


def headed(page: Any) -> list[tuple[str, Any]]:
    """(header, cell) of the first record, the lower of two header rows where there is one."""
    first = next(row[0].row for row in page.iter_rows(min_row=3) if row[0].value == 1)
    lower, upper = page[first - 1], page[first - 2]
    return [(low.value or high.value, cell.value) for low, high, cell in zip(lower, upper, page[first], strict=True)]
