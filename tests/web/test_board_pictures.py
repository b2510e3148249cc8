"""All buildings in one picture, and what is stuck: classes and reasons are the lists that they lead to."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.models import Household, Project, db
from survey.services import building as buildings
from survey.services import register
from survey.services.block import FREE, QUESTIONS, count_kinds, list_blocks
from survey.services.device import enrol, invite
from survey.services.stuck import REASONS, list_stuck
from tests import factories
from tests.services.chance import Chance, people

As = Callable[..., FlaskClient]


@pytest.fixture
def chance(project: Project) -> Chance:
    made = Chance(project, 7)
    for _ in range(50):
        made.act()
    return made


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_classes_of_a_question_hold_every_household_once(chance: Chance, project: Project, name: str) -> None:
    reading, question = register.read(project), QUESTIONS[name]
    for actor in people(chance):
        counts = count_kinds(actor, project, reading, question)
        blocks = list_blocks(actor, project, reading, question)
        assert sum(counts) == register.count_households(actor, reading, {})
        assert [sum(numbers) for numbers in zip(*(block.counts for block in blocks), strict=True)] == (
            counts if blocks else []
        )
        for kind, count in zip(question.kinds, counts, strict=True):
            assert register.count_households(actor, reading, kind.filters) == count, kind.label


def test_doors_stand_as_in_the_building_and_joined_ones_are_one_cell(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    joined = factories.household(project, "1-1-201")
    factories.household(project, "1-1-101")
    factories.household(project, "1-1-202")
    buildings.attach_door(actor=office, household=joined, unit_no="1", room_no="202")
    gone = factories.household(project, "1-1-102")
    gone.removed_at = register.read(project).now
    db.session.commit()
    (block,) = list_blocks(office, project, register.read(project), QUESTIONS["status"])
    assert (block.columns, block.rows) == (2, 2)
    assert [(cell.row, cell.column, cell.columns, cell.kind == FREE) for cell in block.cells] == [
        (0, 0, 2, False), (1, 0, 1, False), (1, 1, 1, True),
    ]  # fmt: skip


def test_the_picture_leads_to_buildings_and_households_and_tells_no_name(as_: As, project: Project) -> None:
    home = factories.household(project, "2-1-101", factories.sheet())
    db.session.commit()
    browser = as_("coordinator")
    page = browser.get(f"/project/{project.code}/board/buildings?question=consent").text
    assert f'href="/building/{home.building_id}"' in page
    assert "张伟" not in page
    address = re.search(r'href="([^"]*choice=none&amp;building=2)"', page)
    assert address and "2-1-101" in browser.get(address[1].replace("&amp;", "&")).text
    assert browser.get(f"/project/{project.code}/board/buildings?question=x&page=99").status_code == 200


def test_a_surveyor_sees_the_stairwell_that_was_given_and_no_other(as_: As, project: Project) -> None:
    home = factories.household(project, "1-1-101")
    factories.household(project, "1-2-101"), factories.household(project, "2-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    buildings.assign(actor=surveyor, building=home.building, users=[surveyor], unit_no="1")
    db.session.commit()
    (block,) = list_blocks(surveyor, project, register.read(project), QUESTIONS["status"])
    assert len(block.cells) == sum(block.counts) == 1
    assert "2号楼" not in as_(surveyor).get(f"/project/{project.code}/board/buildings").text


def test_each_reason_is_the_list_that_it_leads_to(chance: Chance, project: Project) -> None:
    later = register.read(project, register.read(project).now + timedelta(days=30))
    for actor in people(chance):
        for row in list_stuck(actor, project, later):
            assert row.count == register.count_households(actor, later, {row.reason.filter: "yes"})
            assert row.oldest is None or row.oldest <= later.midnight.date()
    assert sum(row.count for row in list_stuck(chance.office, project, later)) > 0
    assert {reason.filter for reason in REASONS} <= register.HOUSEHOLD_FILTERS.keys()


def test_the_page_says_since_when_who_ought_to_act_and_what_tablets_hold(as_: As, project: Project) -> None:
    home: Household = factories.household(project, "1-1-101", factories.sheet())
    home.visit_count, home.last_visit_at = 3, register.read(project).now - timedelta(days=2)
    surveyor = factories.member(project, Role.SURVEYOR)
    _, code = invite(actor=None, project=project, user=surveyor, name="平板")
    device, _ = enrol(code=code, name="", app="1")
    device.unsent, device.seen_at = 4, home.last_visit_at
    db.session.commit()
    address = f"/project/{project.code}/board/stuck"
    page = as_("coordinator").get(address).text
    assert "never_met=yes" in page and "组长：换时间" in page
    assert "1 台平板上还有 4 条记录没有传回来" in page
    assert "平板上还有" not in as_("leader").get(address).text
