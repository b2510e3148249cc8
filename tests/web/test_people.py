"""Accounts, roles, assignments, the log and the project's settings, as stories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exports.notices.reading.desk import office_of
from survey.domain.access import Role
from survey.models import AuditEntry, LoginSession, Project, User, db
from survey.services import account
from survey.services.project import settings_of
from survey.services.scope import role_in
from survey.web import local_today
from tests import factories
from tests.html import without_tokens

As = Callable[..., FlaskClient]
SETTINGS = {
    "name": "颐园小区", "visit_from": "08:30", "visit_until": "19:00", "area_diff_percent": "2.5",
    "area_diff_min_m2": "0.8", "min_home_m2": "45", "phone_households": "3", "accept_days": "15",
    "reply_days": "60", "posting_days": "7", "correction_days": "10", "review_days": "15", "legal_basis": "590号第十五条", "retention": "永久",
    "visits_a_week": "3", "shortest_minutes": "10",
    "flip_hours": "24", "agent_households": "3", "rate_households": "20",
}  # fmt: skip


def test_an_administrator_makes_an_account_and_its_password_signs_in(as_: As, client: FlaskClient) -> None:
    admin = factories.user("管理员", is_admin=True)
    page = as_(admin).post("/user/create", data={"username": "Li.Na", "display_name": "李娜", "staff_no": "D07"})
    password = page.text.split('data-qa="password">')[1].split("<")[0]
    signed = client.post("/sign-in", data={"username": "li.na ", "password": password})
    assert signed.status_code == 302
    assert client.get("/projects").status_code == 200


def test_an_administrator_sees_no_household_and_no_project(as_: As, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    admin = as_(factories.user("管理员", is_admin=True))
    assert admin.get("/users").status_code == 200
    assert admin.get(f"/project/{project.code}/members").status_code == 404
    assert admin.get(f"/household/{household.id}").status_code == 404


def test_a_wrong_password_is_counted_and_five_lock_the_name_for_a_while(app: Flask, client: FlaskClient) -> None:
    account.create_user(actor=None, username="wang", display_name="王芳", password="a long pass phrase")
    db.session.commit()
    for _ in range(5):
        assert "用户名或密码不正确" in client.post("/sign-in", data={"username": "wang", "password": "x" * 12}).text
    locked = client.post("/sign-in", data={"username": "wang", "password": "a long pass phrase"})
    assert locked.status_code == 422
    assert "登录失败次数过多" in locked.text


def test_the_answer_to_an_unknown_name_is_that_to_a_wrong_password(app: Flask, client: FlaskClient) -> None:
    account.create_user(actor=None, username="wang", display_name="王芳", password="a long pass phrase")
    db.session.commit()
    known = client.post("/sign-in", data={"username": "wang", "password": "wrong wrong wrong"})
    unknown = client.post("/sign-in", data={"username": "nobody", "password": "wrong wrong wrong"})
    assert without_tokens(known.text).replace("wang", "") == without_tokens(unknown.text).replace("nobody", "")


def test_signing_out_ends_the_session_on_the_server(as_: As) -> None:
    browser = as_("office")
    browser.post("/sign-out")
    assert db.session.scalars(select(LoginSession)).all() == []
    assert browser.get("/projects").status_code == 302


def test_changing_the_password_ends_every_session(as_: As, project: Project) -> None:
    user = account.create_user(actor=None, username="wang", display_name="王芳", password="a long pass phrase")
    browser, other = as_(user), as_(user)
    data = {"current": "a long pass phrase", "password": "another long phrase", "again": "another long phrase"}
    assert browser.post("/account/password", data=data).status_code == 302
    assert other.get("/projects").status_code == 302


@pytest.mark.parametrize("bad", ["//evil.example", "/\\evil.example", "https:evil.example", "/%0d%0aX:1\r\nY", "\t//e"])
def test_signing_in_never_leads_to_another_site(app: Flask, client: FlaskClient, bad: str) -> None:
    account.create_user(actor=None, username="wang", display_name="王芳", password="a long pass phrase")
    db.session.commit()
    data = {"username": "wang", "password": "a long pass phrase"}
    answer = client.post("/sign-in", query_string={"next": bad}, data=data)
    assert answer.headers["Location"] in ("/", "/%0d%0aX:1")


def test_the_office_gives_a_role_and_takes_it_away_at_once(as_: As, project: Project) -> None:
    user = factories.user("赵敏")
    office, theirs = as_("office"), as_(user)
    assert theirs.get(f"/project/{project.code}/buildings").status_code == 404
    office.post(
        f"/project/{project.code}/members",
        data={"username": user.username, "role": "leader", "team": "", "new_team": "二组"},
    )
    assert role_in(user, project.id) is Role.LEADER
    office.post(f"/project/{project.code}/member/{user.id}/end")
    assert role_in(user, project.id) is None


def test_nobody_changes_their_own_role(as_: As, project: Project) -> None:
    user = factories.member(project, Role.OFFICE)
    page = as_(user).post(
        f"/project/{project.code}/members", data={"username": user.username, "role": "auditor", "team": ""}
    )
    assert page.status_code == 422
    assert role_in(user, project.id) is Role.OFFICE


def test_a_building_given_to_two_surveyors_is_seen_by_them_and_nobody_else(as_: As, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    one, two, three = (factories.member(project, Role.SURVEYOR) for _ in range(3))
    page = as_("office").post(
        f"/building/{household.building_id}/assign",
        data={"unit_no": "", "team": "", "surveyors": [str(one.id), str(two.id)]},
    )
    assert page.status_code == 302
    assert as_(one).get(f"/building/{household.building_id}").status_code == 200
    assert as_(three).get(f"/building/{household.building_id}").status_code == 404


def test_one_surveyor_alone_is_refused_because_visits_need_two(as_: As, project: Project) -> None:
    household = factories.household(project)
    one = factories.member(project, Role.SURVEYOR)
    page = as_("office").post(
        f"/building/{household.building_id}/assign", data={"unit_no": "", "team": "", "surveyors": [str(one.id)]}
    )
    assert page.status_code == 422
    assert "两名调查员" in page.text


def test_a_leader_assigns_only_people_of_the_own_team(as_: As, project: Project) -> None:
    mine, other = factories.team(project, "一组"), factories.team(project, "二组")
    leader = factories.member(project, Role.LEADER, team=mine)
    stranger = factories.member(project, Role.SURVEYOR, "外组人员", team=other)
    household = factories.household(project)
    household.building.team_id = mine.id
    page = as_(leader).get(f"/building/{household.building_id}/assign")
    assert page.status_code == 200
    assert stranger.display_name not in page.text


def test_the_project_settings_are_kept_as_exact_numbers(as_: As, project: Project) -> None:
    data = SETTINGS
    browser = as_("office")
    assert browser.post(f"/project/{project.code}/settings", data=data).status_code == 302
    db.session.expire_all()
    assert settings_of(db.session.get_one(Project, project.id)).area_diff_ratio == Fraction(25, 1000)
    assert 'value="2.5"' in browser.get(f"/project/{project.code}/settings").text
    refused = browser.post(f"/project/{project.code}/settings", data={**data, "area_diff_percent": "很多"})
    assert refused.status_code == 422
    assert "请填写数字" in refused.text


def test_the_office_gives_in_the_holidays_of_the_year(as_: As, project: Project) -> None:
    browser, address, year = as_("office"), f"/project/{project.code}/settings", local_today().year
    assert f"{year}年的放假安排还没有录入" in browser.get(address).text
    data = {**SETTINGS, "holidays": f"{year}-10-01..{year}-10-07\r\n{year}-01-01", "working_days": ""}
    assert browser.post(address, data=data).status_code == 302
    db.session.expire_all()
    assert len(settings_of(db.session.get_one(Project, project.id)).holidays) == 8
    page = browser.get(address).text
    assert f"{year}-01-01\n{year}-10-01..{year}-10-07" in page
    assert "放假安排还没有录入" not in page
    assert "放假天数" in browser.get(f"/project/{project.code}/audit").text
    for wrong, told in (("国庆七天", "不是日期"), (f"{year}-10-07..{year}-10-01", "结束日早于开始日")):
        refused = browser.post(address, data={**data, "holidays": wrong})
        assert refused.status_code == 422
        assert told in refused.text
    wednesday = date.fromisocalendar(year, 20, 3)
    assert "本来就上班" in browser.post(address, data={**data, "working_days": wednesday.isoformat()}).text


def test_whom_to_call_and_how_letters_look_are_settings_that_papers_show(as_: As, project: Project) -> None:
    told = {"office_name": "颐园小区改造项目办公室", "entrusted": "东营区企业服务中心", "contact": "王敏",
            "supervision_phone": "0546-8300000、12345", "letter_format": "letter"}  # fmt: skip
    assert as_("office").post(f"/project/{project.code}/settings", data={**SETTINGS, **told}).status_code == 302
    db.session.expire_all()
    kept = db.session.get_one(Project, project.id)
    office = office_of(kept, settings_of(kept))
    assert (office.entrusted, office.contact, office.supervision_phone) == (
        "东营区企业服务中心",
        "王敏",
        "0546-8300000、12345",
    )
    assert (office.letter_mark, office.red_head) == ("颐园小区改造项目办公室", "")


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"supervision_phone": "8300000"}, "固定电话缺少区号"),
        ({"office_phone": "没有电话"}, "电话号码不对"),
        ({"letter_format": "red_head", "red_head": "", "document_word": "颐园"}, "请填写红头上的字"),
        ({"letter_format": "red_head", "red_head": "某某办公室文件", "document_word": ""}, "红头文件要有文号"),
        ({"letter_format": "letter", "office_name": ""}, "信函格式上方印项目办名称"),
    ],
)
def test_a_setting_that_would_spoil_a_paper_is_refused(
    as_: As, project: Project, told: dict[str, str], sentence: str
) -> None:
    refused = as_("office").post(f"/project/{project.code}/settings", data={**SETTINGS, **told})
    assert refused.status_code == 422
    assert sentence in refused.text


def test_a_red_head_that_is_written_down_is_printed_only_where_it_is_chosen(project: Project) -> None:
    project.settings = {"red_head": "某某办公室文件"}
    assert office_of(project, settings_of(project)).red_head == ""
    project.settings = {**project.settings, "letter_format": "red_head"}
    assert office_of(project, settings_of(project)).red_head == "某某办公室文件"


def test_the_log_is_for_the_office_and_the_auditor(as_: As, project: Project) -> None:
    factories.household(project, sheet=factories.sheet())
    assert "填写调查表" in as_("auditor").get(f"/project/{project.code}/audit").text
    assert as_("surveyor").get(f"/project/{project.code}/audit").status_code == 403
    assert as_("coordinator").get(f"/project/{project.code}/audit").status_code == 403


def test_a_language_once_chosen_is_kept(as_: As, project: Project) -> None:
    user = factories.member(project, Role.OFFICE)
    browser = as_(user)
    browser.post("/account/locale", data={"locale": "en"})
    assert db.session.get_one(User, user.id).locale == "en"
    assert '<html lang="en"' in browser.get("/account").text


def test_each_act_here_leaves_an_entry_in_the_log(as_: As, project: Project) -> None:
    user = factories.user("赵敏")
    office = as_("office")
    office.post(f"/project/{project.code}/members", data={"username": user.username, "role": "auditor", "team": ""})
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq.desc()).limit(1)).all()
    assert actions == ["member.edit"]
