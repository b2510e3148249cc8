"""The board: figures that add up, lead to their households, and show nobody more than their scope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal

from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.domain.household import Action
from survey.models import Project, db
from survey.services import register
from survey.services.board import FIGURES, NOTHING, make_board, share_text
from survey.services.household import take_step
from tests import factories

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
    board = make_board(office, project, register.read(project))
    assert board.total.households == 5
    assert board.total.surveyed == 2
    assert sum((row.count for row in board.buildings), NOTHING) == board.total
    assert sum((count for _team, count in board.teams), NOTHING) == board.total
    assert board.days[-1].submitted_so_far == 2


def test_each_figure_is_the_length_of_the_list_that_it_leads_to(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    made = factories.household(project, sheet=factories.sheet())
    take_step(actor=office, household=made, action=Action.SUBMIT)
    factories.household(project, "3-2-502")
    reading = register.read(project)
    board = make_board(office, project, reading)
    for figure, (name, value) in FIGURES.items():
        assert getattr(board.total, figure) == register.count_households(office, reading, {name: value}), figure


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
    missing = browser.get("/project/NO/board").text
    assert re.sub(r"NO|QT", "", missing) == re.sub(r"NO|QT", "", browser.get(f"/project/{other.code}/board").text)


def test_a_share_is_cut_and_never_rounded_up_to_a_threshold() -> None:
    assert share_text(1999, 3000) == "66.6%"
    assert share_text(2, 3) == "66.6%"
    assert share_text(999, 1000) == "99.9%"
    assert share_text(9999, 10000) == "99.9%"
    assert share_text(Decimal("85.20"), Decimal("85.20")) == "100.0%"
    assert share_text(0, 0) == "—"


def test_every_figure_of_a_count_is_added() -> None:
    assert {field.name for field in fields(type(NOTHING))} >= set(FIGURES)
