"""The board: figures that add up, lead to their households, and show nobody more than their scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from flask.testing import FlaskClient

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import Action, HouseholdState
from survey.models import Project, db, utc_now
from survey.services import register
from survey.services.account import set_membership
from survey.services.board import FIGURES, NAMES, NOTHING, list_buildings, list_teams, make_board, share_text
from survey.services.household import take_step
from survey.services.round import open_round
from tests import factories
from tests.services.chance import Chance

As = Callable[..., FlaskClient]


def test_an_empty_project_says_what_to_do_next(as_: As, project: Project) -> None:
    page = as_("office").get(f"/project/{project.code}/board")
    assert page.status_code == 200
    assert "导入花名册" in page.text


def test_buildings_and_teams_add_up_to_the_total(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    for number, door in enumerate(("1-1-101", "1-1-102", "2-1-101", "3-2-301"), 1):
        made = factories.household(project, door, factories.sheet(persons=(factories.person(number=number),)))
        if number % 2:
            take_step(actor=office, household=made, action=Action.SUBMIT)
    factories.household(project, "3-2-302")
    made.building.team_id = factories.team(project).id
    db.session.commit()
    reading = register.read(project)
    board = make_board(office, project, reading)
    assert board.total.households == 5
    assert board.total.surveyed == 2
    assert sum((row.count for row in list_buildings(office, project, reading)), NOTHING) == board.total
    assert sum((row.count for row in list_teams(office, project, reading)), NOTHING) == board.total
    assert board.days[-1].submitted_so_far == 2


def test_a_surveyor_sees_the_figures_of_their_own_buildings_only(as_: As, project: Project) -> None:
    mine = factories.household(project, "1-1-101", factories.sheet())
    factories.household(project, "2-1-101", factories.sheet(persons=(factories.person("李四", 2),)))
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, mine)
    db.session.commit()
    board = make_board(surveyor, project, register.read(project))
    assert board.total.households == 1
    page = as_(surveyor).get(f"/project/{project.code}/board").text
    assert "1号楼" in page and "2号楼" not in page


def test_a_project_of_others_does_not_exist(as_: As, project: Project) -> None:
    other = factories.project("QT", "其他项目")
    browser = as_("coordinator")
    assert browser.get(f"/project/{other.code}/board").status_code == 404
    of_page = re.compile(r'NO|QT|name="csrf_token" value="[^"]*"')  # a token carries the second in which it was made
    missing = browser.get("/project/NO/board").text
    assert of_page.sub("", missing) == of_page.sub("", browser.get(f"/project/{other.code}/board").text)


def test_a_share_is_cut_and_never_rounded_up_to_a_threshold() -> None:
    assert share_text(1999, 3000) == "66.6%"
    assert share_text(2, 3) == "66.6%"
    assert share_text(999, 1000) == "99.9%"
    assert share_text(9999, 10000) == "99.9%"
    assert share_text(Decimal("85.20"), Decimal("85.20")) == "100.0%"
    assert share_text(0, 0) == "—"


def test_every_figure_of_a_count_is_added() -> None:
    assert set(NAMES) >= set(FIGURES)


def test_lines_are_ordered_by_a_column_and_lead_to_their_households(as_: As, project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    for number, door in enumerate(("1-1-101", "1-1-102", "2-1-101"), 1):
        made = factories.household(project, door, factories.sheet(persons=(factories.person(number=number),)))
        if number > 2:
            take_step(actor=office, household=made, action=Action.SUBMIT)
    db.session.commit()
    browser = as_("coordinator")
    page = browser.get(f"/project/{project.code}/board?sort=surveyed").text
    assert page.index("1号楼</a>") < page.index("2号楼</a>")
    page = browser.get(f"/project/{project.code}/board?sort=-surveyed").text
    assert page.index("2号楼</a>") < page.index("1号楼</a>")
    assert 'aria-sort="descending"' in page
    address = re.search(r'href="([^"]*surveyed=yes&amp;building=2)"', page)
    assert address and "2-1-101" in browser.get(address[1].replace("&amp;", "&")).text


def test_a_coordinator_sees_how_many_need_care_but_not_who(as_: As, project: Project) -> None:
    aged = factories.person(special_tags=(codes.SpecialTag.AGED,))
    factories.household(project, "1-1-101", factories.sheet(persons=(aged,)))
    db.session.commit()
    address = f"/project/{project.code}/board"
    for role, leads in (("coordinator", False), ("office", True)):
        special = re.search(r'data-qa="special">(.*?)</ul>', as_(role).get(address).text, re.DOTALL)
        assert special and "有特殊情况" in special[1]
        assert ("special=yes" in special[1]) is leads


def test_the_page_says_what_is_missing_to_the_threshold_and_when_it_will_end(as_: As, project: Project) -> None:
    chance = Chance(project, 0)
    open_round(actor=chance.office, project=project, kind=codes.RoundKind.RENEWAL, title="第一轮改建意愿", threshold_num=2,
               threshold_den=3)  # fmt: skip
    project.survey_until = register.read(project).midnight.date() + timedelta(days=30)
    chance.visit()
    db.session.commit()
    page = as_("coordinator").get(f"/project/{project.code}/board").text
    assert "第一轮改建意愿" in page and "还差 4 户" in page and "门槛 2/3" in page
    assert "开始满七天以后才能预测完成日期" in page and "每个工作日要完成" in page


def test_a_survey_that_pauses_is_told_apart_from_one_that_has_just_begun(as_: As, project: Project) -> None:
    home, _left = factories.household(project, "1-1-101"), factories.household(project, "1-1-102")
    home.first_submitted_at, home.state = utc_now() - timedelta(days=40), HouseholdState.SUBMITTED
    db.session.commit()
    page = as_("coordinator").get(f"/project/{project.code}/board").text
    assert "最近 28 天没有一户新完成" in page and "满七天" not in page


def test_who_has_several_projects_begins_with_all_of_them(as_: As, project: Project) -> None:
    """Each as far as the person may see it, and their sum; each leads to its own board."""
    other = factories.project("QT", "青年路小区改造项目")
    other.subdistrict = "黄河路街道"
    coordinator = factories.member(project, Role.COORDINATOR)
    set_membership(actor=None, project=other, user=coordinator, role=Role.SURVEYOR)
    made = factories.household(project, "1-1-101", factories.sheet())
    take_step(actor=factories.member(project, Role.OFFICE), household=made, action=Action.SUBMIT)
    factories.household(project, "1-1-102"), factories.household(other, "1-1-101")
    db.session.commit()
    browser = as_(coordinator)
    page = browser.get("/", follow_redirects=True).text
    area = re.search(r'data-qa="area">(.*?)</table>', page, re.DOTALL)
    assert area and f"/project/{project.code}/board" in area[1] and f"/project/{other.code}/board" in area[1]
    assert "黄河路街道" in area[1]
    sums = re.search(r"<tfoot>(.*?)</tfoot>", area[1], re.DOTALL)
    assert sums and re.findall(r'class="number"[^>]*>(\d+)', sums[1]) == ["2", "1", "0"]
