"""Stories of the stairwell: a visit, the day's doors."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import Action, HouseholdState
from survey.domain.visit import VisitMade
from survey.models import Household, Project, User, Visit, db, utc_now
from survey.services import policy as policies
from survey.services import today
from survey.services.briefing import Told, record_briefing
from survey.services.household import take_step
from survey.services.visit import record_visit
from tests import factories

AsRole = Callable[..., FlaskClient]
CHINA = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 5, 13, 12, 0, tzinfo=CHINA)


def visit_form(one: User, two: User, **values: str) -> dict[str, str]:
    return {
        "key": str(uuid4()), "result": "done", "surveyor_1": str(one.id), "surveyor_2": str(two.id),
        "started_at": "2026-05-13T10:00", "ended_at": "2026-05-13T10:30", **values,
    }  # fmt: skip


def pair(project: Project) -> tuple[User, User]:
    return factories.member(project, Role.SURVEYOR, "王芳"), factories.member(project, Role.SURVEYOR, "李四")


def assigned(project: Project, surveyor: User, *doors: str) -> list[Household]:
    households = [factories.household(project, door) for door in doors]
    factories.assign(surveyor, *households)
    db.session.commit()
    return households


def visited(household: Household, one: User, two: User, result: codes.VisitResult, **values: object) -> None:
    start = utc_now() - timedelta(days=1)
    start = start.astimezone(CHINA).replace(hour=10, minute=0).astimezone(UTC)
    made = VisitMade(one.id, two.id, start, start + timedelta(minutes=20), result, **values)  # type: ignore[arg-type]
    record_visit(actor=one, household=household, made=made)
    db.session.commit()


def doors(page: str, group: str) -> list[str]:
    """The doors of a group, in the order of the page."""
    section = re.search(rf'data-qa="group-{group}".*?</section>', page, re.DOTALL)
    return re.findall(r"<strong>(.*?)</strong>", section[0]) if section else []


def test_a_surveyor_records_a_visit_and_is_led_on(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client = as_(one)
    page = client.get(f"/household/{household.id}/visit/record").get_data(as_text=True)
    assert f'<option selected value="{one.id}">王芳' in page
    answer = client.post(f"/household/{household.id}/visit/record", data=visit_form(one, two), follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "已保存第 1 次入户：完成" in page
    assert "填写调查表" in page
    assert "记录宣讲" in page
    db.session.expire_all()
    assert household.state is HouseholdState.IN_PROGRESS
    page = client.get(f"/household/{household.id}/visit/record").get_data(as_text=True)
    assert f'<option selected value="{two.id}">李四' in page


def test_after_nobody_was_home_the_slip_is_offered_and_the_household_stays_unvisited(
    project: Project, as_: AsRole
) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    data = visit_form(one, two, result="nobody_home")
    client = as_(one)
    page = client.post(f"/household/{household.id}/visit/record", data=data, follow_redirects=True).get_data(
        as_text=True
    )
    slip = re.search(r'action="([^"]*/notice/missed-visit)"', page)
    assert slip is not None
    assert client.post(slip[1]).mimetype == "application/pdf"
    db.session.expire_all()
    assert household.state is HouseholdState.UNVISITED


def test_a_visit_by_one_surveyor_alone_is_refused_beside_the_question(project: Project, as_: AsRole) -> None:
    one, _two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    answer = as_(one).post(f"/household/{household.id}/visit/record", data=visit_form(one, one))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'id="surveyor_2-error"' in page
    assert "两名不同的调查员" in page
    assert db.session.scalar(select(Visit)) is None


def test_a_visit_out_of_hours_asks_for_the_reason_and_then_keeps_it(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client = as_(one)
    data = visit_form(one, two, started_at="2026-05-13T21:00", ended_at="2026-05-13T21:20")
    refused = client.post(f"/household/{household.id}/visit/record", data=data)
    assert refused.status_code == 422
    assert 'id="hours_reason-error"' in refused.get_data(as_text=True)
    answer = client.post(
        f"/household/{household.id}/visit/record", data={**data, "hours_reason": "住户白天上班"}, follow_redirects=True
    )
    assert "住户白天上班" in answer.get_data(as_text=True)


def test_a_visit_of_a_wrong_year_is_refused_beside_the_question(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client = as_(one)
    for year, told in (("0001", "不存在，请核对"), ("1026", "请检查年份")):
        slip = visit_form(one, two, started_at=f"{year}-01-01T00:00")
        refused = client.post(f"/household/{household.id}/visit/record", data=slip)
        assert refused.status_code == 422
        page = refused.get_data(as_text=True)
        assert 'id="started_at-error"' in page and told in page
    assert db.session.scalar(select(Visit)) is None


def test_the_same_page_sent_twice_records_one_visit(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client, data = as_(one), visit_form(one, two)
    for _twice in range(2):
        assert client.post(f"/household/{household.id}/visit/record", data=data).status_code == 302
    assert len(db.session.scalars(select(Visit)).all()) == 1


def test_another_surveyors_household_does_not_exist(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client = as_(two)
    for path in ("visit", "visit/record", "briefing", "briefing/record", "briefing/read", "consent"):
        assert client.get(f"/household/{household.id}/{path}").status_code == 404
    assert client.post(f"/household/{household.id}/visit/record", data=visit_form(one, two)).status_code == 404


def test_an_auditor_reads_visits_and_records_none(project: Project, as_: AsRole) -> None:
    household = factories.household(project)
    db.session.commit()
    client = as_("auditor")
    assert client.get(f"/household/{household.id}/visit").status_code == 200
    assert client.get(f"/household/{household.id}/visit/record").status_code == 403


def test_the_days_doors_stand_in_groups_and_in_stairwell_order(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    made = assigned(project, one, "10-1-101", "3-2-501", "3-1-201", "3-1-102", "4-1-301", "4-1-302", "4-1-401")
    ten, due, fresh, closed, returned, told_old, started = made
    soon = utc_now() + timedelta(minutes=1)
    visited(due, one, two, codes.VisitResult.RESCHEDULED, next_visit_at=soon)
    visited(closed, one, two, codes.VisitResult.NOBODY_HOME)
    office, leader = factories.member(project, Role.OFFICE), factories.member(project, Role.LEADER)
    returned.state = HouseholdState.SUBMITTED
    take_step(actor=leader, household=returned, action=Action.GROUP_RETURN, reason="证号与照片不一致")
    policy = policies.create_policy(actor=office, project=project, title="方案", text="正文", points=["要点"])
    first = policies.publish(actor=office, version=policy.versions[0])
    told = Told(held_at=utc_now(), form=codes.BriefingForm.AT_HOME, points=[0], understood=codes.Understood.YES)
    for household in (told_old, returned):
        record_briefing(actor=one, household=household, version=first, told=told, recipient="张伟")
    told_old.state = HouseholdState.SUBMITTED
    draft = policies.start_version(actor=office, policy=policy)
    policies.edit_draft(actor=office, version=draft, title="方案", text="新", points=["新"], change_note="改")
    policies.publish(actor=office, version=draft)
    visited(started, one, two, codes.VisitResult.PARTIAL)
    page = as_(one).get("/project/YY/today").get_data(as_text=True)
    assert doors(page, "appointment") == [due.door_text]
    assert doors(page, "returned") == [returned.door_text]
    assert "证号与照片不一致" in page
    assert "需重新宣讲" in page
    assert doors(page, "rebrief") == [told_old.door_text]
    assert doors(page, "started") == [started.door_text]
    assert doors(page, "unreached") == [closed.door_text, fresh.door_text, ten.door_text]
    assert "要去 7 户" in page
    now, viewer = utc_now(), db.session.merge(one)
    shown = today.door_list(viewer=viewer, surveyor=viewer, project=project, now=now)
    counted = today.count_doors(viewer=viewer, surveyor=viewer, project=project, now=now)
    assert counted.groups == {group: len(rows) for group, rows in shown.groups.items()}
    assert (counted.count, counted.assigned, counted.done) == (7, shown.assigned, shown.done)


def test_a_surveyor_without_doors_is_told_what_to_do(project: Project, as_: AsRole) -> None:
    page = as_("surveyor").get("/project/YY/today").get_data(as_text=True)
    assert "还没有分到楼栋" in page


def test_a_surveyor_whose_doors_are_all_done_is_told_so(project: Project, as_: AsRole) -> None:
    one, _two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    household.state = HouseholdState.SUBMITTED
    db.session.commit()
    assert "今天没有要去的门" in as_(one).get("/project/YY/today").get_data(as_text=True)


def test_a_leader_looks_at_the_teams_lists_and_at_no_others(project: Project, as_: AsRole) -> None:
    team = factories.team(project)
    mine = factories.member(project, Role.SURVEYOR, "王芳", team)
    foreign = factories.member(project, Role.SURVEYOR, "李四")
    leader = factories.member(project, Role.LEADER, "组长", team)
    building = factories.building(project, "3", team=team)
    [household] = assigned(project, mine, "3-2-501")
    assert household.building_id == building.id
    client = as_(leader)
    page = client.get(f"/project/YY/today?surveyor={mine.id}")
    assert household.door_text in page.get_data(as_text=True)
    assert "王芳" in client.get("/project/YY/today").get_data(as_text=True)
    for other in (foreign.id, uuid4(), "x"):
        assert client.get(f"/project/YY/today?surveyor={other}").status_code == 404


def test_a_surveyor_looks_at_no_colleagues_list(project: Project, as_: AsRole) -> None:
    one, two = pair(project)
    db.session.commit()
    assert as_(one).get(f"/project/YY/today?surveyor={two.id}").status_code == 404


def test_the_office_sees_every_surveyor_with_counts(project: Project, as_: AsRole) -> None:
    one, _two = pair(project)
    [household] = assigned(project, one, "3-2-501")
    client = as_("office")
    page = client.get("/project/YY/today").get_data(as_text=True)
    assert "王芳" in page
    assert f"surveyor={one.id}" in page
    assert household.door_text in client.get(f"/project/YY/today?surveyor={one.id}").get_data(as_text=True)
    assert client.get("/project/YY/").location == "/project/YY/board"
