"""Signals on the page: cases for leaders and the office, counts for the others, nothing for surveyors."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.domain.access import Role
from survey.models import Household, MatterNote, Project, User, db
from survey.services.project import list_teams
from tests import factories
from tests.services.test_signal import MONDAY, sign, visit

As = Callable[..., FlaskClient]
LIST = "/project/YY/signals"


@pytest.fixture
def leader(project: Project) -> User:
    return factories.member(project, Role.LEADER, "曹志刚", factories.team(project))


@pytest.fixture
def home(project: Project, leader: User) -> Household:
    """A household of the leader's team with one very short visit."""
    pair = (factories.member(project, Role.SURVEYOR, "王建国"), factories.member(project, Role.SURVEYOR, "李秀兰"))
    made = factories.household(project, "3-2-501", factories.sheet(persons=(factories.person("欧阳明"),)))
    made.building.team_id = list_teams(project.id)[0].id
    visit(made, pair, 0, minutes=2)
    db.session.commit()
    return made


def digest_of(page: str) -> str:
    found = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert found
    return found[1]


def action_of(page: str) -> str:
    found = re.search(r'action="(/project/YY/signal/[^"]+)"', page)
    assert found
    return found[1]


def test_a_leader_sees_the_case_and_notes_what_it_was(as_: As, leader: User, home: Household) -> None:
    browser = as_(leader)
    page = browser.get(LIST).text
    assert "需要看一看的情况，不是结论" in page
    assert "06-01 09:00 入户，结果为“完成”，用时 2 分钟。" in page
    assert "王建国、李秀兰" in page
    assert "3-2-501" in page
    refused = browser.post(action_of(page), data={"digest": digest_of(page), "text": " "})
    assert refused.status_code == 422
    assert "请填写情况" in refused.text
    done = browser.post(action_of(page), data={"digest": digest_of(page), "text": "补录，时间写得大概"})
    assert done.status_code == 302
    assert "没有待看的提示" in browser.get(LIST).text
    assert "补录，时间写得大概" in browser.get(f"{LIST}?kind=short&shown=noted").text
    assert db.session.scalars(select(MatterNote)).one().by_id == leader.id


def test_facts_that_changed_meanwhile_are_shown_again(as_: As, leader: User, home: Household) -> None:
    browser = as_(leader)
    page = browser.get(LIST).text
    answer = browser.post(action_of(page), data={"digest": "0" * 64, "text": "看过"})
    assert answer.status_code == 422
    assert "又有了新的情况" in answer.text
    assert not db.session.scalars(select(MatterNote)).all()


def test_whoever_was_there_sees_the_case_and_cannot_note_it(as_: As, project: Project, home: Household) -> None:
    team = list_teams(project.id)[0]
    leaders = (
        factories.member(project, Role.LEADER, "许红霞", team),
        factories.member(project, Role.LEADER, "邓立群", team),
    )
    other = factories.household(project, "3-2-502")
    visit(other, leaders, 5, minutes=3)
    home.removed_at = MONDAY
    db.session.commit()
    page = as_(leaders[0]).get(LIST).text
    assert "涉及您本人" in page
    assert "note-form" not in page


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_those_who_oversee_read_the_numbers_without_a_door_or_a_name(as_: As, home: Household, role: str) -> None:
    browser = as_(role)
    page = browser.get(LIST).text
    assert "待看 1 件" in page
    for hidden in ("3-2-501", "王建国", "欧阳", "note-form"):
        assert hidden not in page
    assert browser.post(f"/project/YY/signal/short/{home.id}/note").status_code == 403


def test_surveyors_have_no_such_page_and_leaders_reach_it_from_their_first_page(
    as_: As, leader: User, home: Household
) -> None:
    assert as_("surveyor").get(LIST).status_code == 403
    assert as_(leader).get("/project/YY/today").text.count(LIST) == 2, "in the menu of the name, and on the page"


def test_the_office_narrows_the_list_to_a_team(as_: As, project: Project, home: Household) -> None:
    other = factories.team(project, "二组")
    browser = as_("office")
    assert "3-2-501" in browser.get(f"{LIST}?team={home.building.team_id}").text
    assert "3-2-501" not in browser.get(f"{LIST}?team={other.id}").text
    assert "3-2-501" in browser.get(f"{LIST}?kind=short&team=nobody&page=99").text


def test_every_kind_has_a_page_in_both_languages_and_unknown_ones_lead_to_the_first(
    as_: As, project: Project, home: Household
) -> None:
    office = factories.member(project, Role.OFFICE)
    sign(home, office, "a" * 64)
    sign(factories.household(project, "3-2-503"), office, "a" * 64)
    office.locale = "en"
    browser = as_(office)
    for kind in ("hours", "often", "flip", "rate", "short", "overlap", "phone", "paper", "agent", "none"):
        assert browser.get(f"{LIST}?kind={kind}").status_code == 200
    assert "exactly the same file" in browser.get(f"{LIST}?kind=paper").text
    assert browser.post("/project/YY/signal/none/" + str(home.id) + "/note", data={}).status_code == 404
