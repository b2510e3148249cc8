"""What stands in single columns of the ledgers: who was addressed, what is past its term, what nobody knows yet."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook

from exports.ledgers import LEDGERS, export_ledger, find_ledger
from exports.ledgers.requests import _handled_by
from exports.view import view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.door import counted_key
from survey.domain.posting import PostingKind, PostingState
from survey.domain.quality import QualityKind
from survey.domain.report import ReportKind
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import Part, Reason, to_pairs
from survey.models import (
    Care,
    Delivery,
    Document,
    Household,
    Objection,
    Posting,
    Project,
    Report,
    Request,
    SheetRow,
    Signature,
    User,
    Visit,
    db,
)
from survey.services import building as buildings
from survey.services.quality.listing import accept_fault, find_faults
from survey.services.sheet import save_sheet
from tests import factories

TODAY = date(2026, 6, 21)
Rows = list[dict[str, Any]]


@pytest.fixture
def project(app: object) -> Project:
    return factories.project()


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


def read(name: str, project: Project, actor: User | None, sheet: str = "") -> Rows:
    db.session.commit()
    ledger, reading = find_ledger(name)
    view = replace(view_of(project, actor), today=TODAY)
    return [dict(row) for row in reading(view, ProjectSettings())[sheet or ledger.sheets[0].key]]


def request(household: Household, office: User, number: int = 1, **values: Any) -> Request:
    made: dict[str, Any] = {
        "received_on": date(2026, 6, 1), "person_name": "张伟", "kind": codes.RequestKind.AREA, "content": "少算了",
        "accept_due": date(2026, 6, 16), "reply_due": date(2026, 7, 31),
    }  # fmt: skip
    row = Request(project_id=household.project_id, household_id=household.id, number=number, recorded_by_id=office.id,
                  **{**made, **values})  # fmt: skip
    db.session.add(row)
    return row


# --- terms --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "overdue"),
    [
        ({}, "告知逾期 5 天"),
        ({"accepted_on": date(2026, 6, 3)}, ""),
        ({"accept_due": TODAY}, ""),
        ({"reply_due": date(2026, 6, 18)}, "告知逾期 5 天；办结逾期 3 天"),
        ({"reply_due": date(2026, 6, 18), "replied_on": date(2026, 6, 17), "reply": "已答复"}, "办结逾期 3 天"),
        ({"reply_due": date(2026, 6, 18), "closed_at": datetime(2026, 6, 17, tzinfo=UTC)}, ""),
    ],
)  # fmt: skip
def test_a_request_past_its_term_says_how_many_days(
    project: Project, office: User, values: dict[str, Any], overdue: str
) -> None:
    request(factories.household(project, "3-2-501", factories.sheet(), office), office, **values)
    assert [row["overdue"] for row in read("requests", project, office)] == [overdue]


@pytest.mark.parametrize(
    ("written", "told"),
    [("蒋文静", ("", "蒋文静")), ("二组", ("二组", "")), ("征收办 蒋文静", ("征收办", "蒋文静")),
     ("东营市某某测绘有限公司、王建国", ("东营市某某测绘有限公司", "王建国")), ("", ("", ""))],
)  # fmt: skip
def test_unit_and_person_in_charge_stand_apart(written: str, told: tuple[str, str]) -> None:
    assert _handled_by(written) == told


def test_a_posting_past_its_last_day_and_a_call_past_its_day_say_so(project: Project, office: User) -> None:
    tagged = factories.person(special_tags=(codes.SpecialTag.AGED,), birth_date=date(1940, 8, 1), proof_note="低保证",
                              sex=codes.Sex.FEMALE, guardian_name="李娟")  # fmt: skip
    household = factories.household(project, "3-2-501", factories.sheet(persons=(tagged,)), office)
    db.session.add(Care(project_id=project.id, household_id=household.id, person_id=household.persons[0].id,
                        measure="上门", next_on=date(2026, 6, 18), planned_by_id=office.id))  # fmt: skip
    for state in (PostingState.POSTED, PostingState.CLOSED):
        hang(project, office, PostingKind.RESULT, state=state)
    (cared,) = read("cared", project, office)
    assert (cared["overdue"], cared["situation"]) == ("逾期 3 天", "女，85岁，常住；监护人李娟；证明材料：低保证")
    assert [row["overdue"] for row in read("postings", project, office)] == ["逾期 13 天", ""]


def hang(project: Project, office: User, kind: PostingKind, **values: Any) -> Posting:
    made: dict[str, Any] = {"title": "公示", "scope": "全部", "content": "正文", "days": 5, "state": PostingState.POSTED,
                            "posted_on": date(2026, 6, 3), "until": date(2026, 6, 8)}  # fmt: skip
    row = Posting(project_id=project.id, kind=kind, drafted_by_id=office.id, **{**made, **values})
    db.session.add(row)
    db.session.flush()
    return row


# --- who was addressed --------------------------------------------------------------------------------------------


def deliver(household: Household, office: User, number: int, day: int, **values: Any) -> None:
    db.session.add(Delivery(project_id=household.project_id, household_id=household.id, number=number, notice="通知书",
                            method=codes.DeliveryMethod.DIRECT, served_at=datetime(2026, 6, day, 2, tzinfo=UTC),
                            counts_from=date(2026, 6, day), recorded_by_id=office.id, **values))  # fmt: skip


def test_the_addressee_is_who_held_the_home_then_and_not_who_holds_it_today(project: Project, office: User) -> None:
    first = factories.sheet()
    household = factories.household(project, "3-2-501", first, office)
    later = to_pairs(replace(first, persons=(factories.person("李四", 2),)))
    save_sheet(actor=office, household=household, base=1, pairs=later)
    for version, day in ((1, 2), (2, 10)):
        db.session.query(SheetRow).filter_by(household_id=household.id, version=version).update(
            {"saved_at": datetime(2026, 6, day, tzinfo=UTC)}
        )
    deliver(household, office, 1, 1, recipient="张小明", recipient_relation="同住儿子")
    deliver(household, office, 2, 5, refused_reason="拒收")
    deliver(household, office, 3, 12, refused_reason="拒收")
    deliver(household, office, 4, 12, recipient="王五")
    assert [row["addressee"] for row in read("deliveries", project, office)] == ["张伟", "张伟", "李四", "王五"]


def test_a_tenant_of_public_housing_is_addressed_and_listed_and_is_no_owner(project: Project, office: User) -> None:
    tenant = factories.person("赵六", 3, roles=(codes.PersonRole.TENANT, codes.PersonRole.RESIDENT))
    household = factories.household(project, "3-2-501", factories.sheet(
        tenure_type=codes.Tenure.UNIT_MANAGED, lessor="机械厂", persons=(tenant,)), office)  # fmt: skip
    let = (factories.person(), replace(tenant, uid="p9", full_name="钱七"))
    factories.household(project, "3-2-502", factories.sheet(persons=let), office)
    deliver(household, office, 1, 5, refused_reason="拒收")
    assert [row["addressee"] for row in read("deliveries", project, office)] == ["赵六"]
    lines = read("register", project, office)
    assert [(row["owners"], row["tenants"]) for row in lines] == [("", "赵六"), ("张伟", "")]
    assert (lines[0]["id_no"][-4:], lines[0]["phone"]) == (tenant.id_no[-4:], "120****0003")


# --- what is known ------------------------------------------------------------------------------------------------


def test_what_nobody_has_measured_or_asked_is_blank_and_a_zero_that_was_told_is_a_zero(
    project: Project, office: User
) -> None:
    bare = Part(uid="b1", kind=codes.PartKind.MAIN, area_cert_m2=Decimal("85.20"))
    asked = factories.person(hukou_here=False, lives_here=None)
    factories.household(project, "3-1-101")
    factories.household(project, "3-1-102", factories.sheet(parts=(bare,), persons=(asked,)), office)
    factories.household(project, "4-1-101", factories.sheet(), office)
    keys = ("area_cert_m2", "area_meas_m2", "area_unreg_m2", "hukou_count", "living_count")
    assert [tuple(row[key] for key in keys) for row in read("register", project, office)] == [
        (None, None, None, None, None),
        (Decimal("85.20"), None, None, 0, None),
        (Decimal("85.20"), Decimal("85.60"), None, 1, 1),
    ]
    summary = read("building-summary", project, office)
    assert [(row["area_meas_m2"], row["measured"]) for row in summary] == [(None, 0), (Decimal("85.60"), 1)]


def test_the_second_household_behind_a_door_has_its_room_number(project: Project, office: User) -> None:
    factories.household(project, "3-2-501", factories.sheet(), office)
    beside = buildings.create_household(
        actor=None, project=project, building=factories.building(project), unit_no="2", room_no="501", is_beside=True
    )
    save_sheet(actor=office, household=beside, base=0, pairs=to_pairs(factories.sheet()))
    assert [row["room_no"] for row in read("register", project, office)] == ["501", "501"]
    assert [row["room_no"] for row in read("register", project, office, "people")] == ["501", "501"]


def test_a_dispute_says_what_the_sheet_says_and_how_it_was_settled(project: Project, office: User) -> None:
    part = factories.sheet().parts[0]
    sheet = factories.sheet(
        parts=(replace(part, area_meas_m2=Decimal("95.60")),),
        reasons=(Reason(uid=f"check.area_difference:{part.uid}", text="阳台封闭"),),
    )
    household = factories.household(project, "3-2-501", sheet, office)
    request(household, office, accepted_on=date(2026, 6, 2), handler="蒋文静")
    (matter,) = find_faults(project, QualityKind.AREA_OFF)
    before, asked = read("disputes", project, office)
    assert (before["evidence"], before.get("handling")) == ("证载 85.20㎡，实测 95.60㎡；说明：阳台封闭", None)
    assert (asked["handling"], asked["conclusion"]) == ("已受理", "")
    accept_fault(actor=office, project=project, kind=QualityKind.AREA_OFF, matter_id=matter.id_in(project.id),
                 digest=matter.digest, reason="复测无误")  # fmt: skip
    after = read("disputes", project, office)[0]
    assert (after["handling"], after["conclusion"]) == ("核对属实", "复测无误")
    assert after["concluded_on"] is not None


@pytest.mark.parametrize(
    ("scope", "content", "posted"),
    [("全部", "", True), ("3号楼", "", True), ("13号楼", "", False), ("名单", "3-2-501 储藏间", True),
     ("名单", "3号楼2单元501室", True), ("名单", "13-2-501 储藏间", False), ("名单", "3-2-5010", False)],
)  # fmt: skip
def test_a_finding_says_when_it_hung_where_the_posting_was_for_that_home(
    project: Project, office: User, scope: str, content: str, posted: bool
) -> None:
    shed = Part(uid="b2", kind=codes.PartKind.STORAGE, legality=codes.Legality.PENDING, area_unreg_m2=Decimal("6.35"))
    factories.household(project, "3-2-501", factories.sheet(parts=(shed,)), office)
    hang(project, office, PostingKind.RESULT, scope="全部")
    row = hang(project, office, PostingKind.FINDING, scope=scope, content=content)
    db.session.add(Objection(posting_id=row.id, person_name="张伟", door="3号楼2单元501", received_on=date(2026, 6, 4),
                             content="有证", outcome="维持", recorded_by_id=office.id))  # fmt: skip
    (line,) = read("unregistered", project, office)
    assert line["location"] == "颐园小区3号楼2单元501室 储藏间"
    told = (line.get("posted"), line.get("objections"))
    assert told == (("2026-06-03\n至2026-06-08", "1件：维持") if posted else (None, None))


def test_a_paper_bears_the_day_on_which_it_was_signed(project: Project, office: User) -> None:
    household = factories.household(project, "3-2-501", factories.sheet(), office)
    papers = [
        Document(project_id=project.id, household_id=household.id, category=codes.DocumentCategory.SURVEY, title=title,
                 media_type="image/jpeg", size_bytes=1, sha256="0" * 64, added_by_id=office.id,
                 added_at=datetime(2026, 6, 9, 2, number, tzinfo=UTC))
        for number, title in enumerate(("签字页（被调查人）", "门牌"))
    ]  # fmt: skip
    db.session.add_all(papers)
    db.session.flush()
    db.session.add(Signature(project_id=project.id, household_id=household.id, sheet_version=1, pairs_hash="0" * 64,
                             signer_role=codes.SignerRole.RESPONDENT, signer_name="张伟", evidence_id=papers[0].id,
                             signed_at=datetime(2026, 6, 5, 2, tzinfo=UTC), recorded_by_id=office.id))  # fmt: skip
    assert [row["dated"] for row in read("documents", project, office)] == [date(2026, 6, 5), date(2026, 6, 9)]
    coordinator = factories.member(project, Role.COORDINATOR)
    told = [row["title"] for row in read("documents", project, coordinator)]
    assert told == ["签字页（被调查人）", "门牌"]  # a title is no name


def test_the_day_s_report_stands_on_its_first_line_and_teams_in_the_order_of_their_numbers(
    project: Project, office: User
) -> None:
    pair = [factories.member(project, Role.SURVEYOR, name) for name in ("王建国", "赵晓䶮")]
    started = datetime(2026, 6, 2, 2, tzinfo=UTC)
    for number, name in enumerate(("三组", "十一组", "一组", "二组", "十组"), 1):
        household = factories.household(project, f"{number}-1-101", factories.sheet(), office)
        household.building.team_id = factories.team(project, name).id
        db.session.add(Visit(project_id=project.id, household_id=household.id, visit_no=1, started_at=started,
                             ended_at=started + timedelta(minutes=30), surveyor_1_id=pair[0].id, result=codes.VisitResult.DONE,
                             surveyor_2_id=pair[1].id, recorded_by_id=office.id))  # fmt: skip
    for hour, kind, problems in (
        (1, ReportKind.DAILY, "早"),
        (2, ReportKind.DAILY, "停电"),
        (3, ReportKind.WEEKLY, "周"),
    ):
        db.session.add(Report(project_id=project.id, kind=kind, first_day=started.date(), last_day=started.date(), figures={},
                              snapshot="YY", problems=problems, plan="补访", made_at=started + timedelta(hours=hour)))  # fmt: skip
    lines = read("daily", project, office)
    assert [row["team"] for row in lines] == ["一组", "二组", "三组", "十组", "十一组"]
    assert [(row["problems"], row["plan"]) for row in lines] == [("停电", "补访"), *[("", "")] * 4]
    assert sorted(["第2组", "第10组", "第一组"], key=counted_key) == ["第一组", "第2组", "第10组"]


# --- the heading --------------------------------------------------------------------------------------------------


def second_row(name: str, project: Project, actor: User | None) -> list[str]:
    out = io.BytesIO()
    export_ledger(
        name, project=project, view=view_of(project, actor), now=datetime(2026, 6, 21, tzinfo=UTC), target=out
    )
    return [cell.value for cell in load_workbook(out).worksheets[0][2] if cell.value]


def test_a_ledger_of_a_part_of_the_project_says_which_part(project: Project, office: User) -> None:
    team = factories.team(project, "二组")
    leader, surveyor = (
        factories.member(project, Role.LEADER, team=team),
        factories.member(project, Role.SURVEYOR, "王建国"),
    )
    ours = factories.household(project, "3-2-501", factories.sheet(), office)
    factories.household(project, "4-1-101", factories.sheet(), office)
    ours.building.team_id = team.id
    factories.assign(surveyor, ours)
    db.session.commit()
    told = [second_row("requests", project, each)[1] for each in (None, office, leader, surveyor)]
    whole = "项目名称：颐园小区改造项目"
    assert told == [whole, whole, f"{whole}（二组 1 栋）", f"{whole}（王建国 1 栋）"]


def test_a_ledger_names_the_units_that_it_counts_in_and_no_others(project: Project, office: User) -> None:
    db.session.commit()
    assert second_row("register", project, office)[-1] == "单位：户、人、㎡"
    assert not any(text.startswith("单位") for text in second_row("changes", project, office))
    for ledger, _reading in LEDGERS.values():
        columns = [column for sheet in ledger.sheets for column in sheet.columns]
        has_area = any("㎡" in column.heading + column.group for column in columns if column.total)
        assert ("㎡" in ledger.counted_in) >= has_area, ledger.name
