"""The work list of faults on the page: where to mend, what was accepted, and the same in the ledger."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from exports.ledgers import LEDGERS
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.settings import ProjectSettings
from survey.models import Household, Project, User, db
from tests import factories

As = Callable[..., FlaskClient]
LIST = "/project/YY/quality"


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def home(project: Project, office: User) -> Household:
    base = factories.sheet()
    off = replace(base.parts[0], area_meas_m2=Decimal("95.20"))
    made = factories.household(project, "3-2-501", replace(base, parts=(off,)), office)
    db.session.commit()
    return made


def test_a_fault_leads_to_where_it_is_mended_and_leaves_the_list(as_: As, office: User, home: Household) -> None:
    browser = as_(office)
    page = browser.get(LIST).text
    assert "主房证载 85.20㎡，实测 95.20㎡" in page
    assert f"/household/{home.id}/sheet/edit" in page
    home.state = HouseholdState.APPROVED
    db.session.commit()
    page = browser.get(f"{LIST}?kind=area_off").text
    assert f"/household/{home.id}/sheet/edit" not in page
    assert f"/household/{home.id}/sheet/correct" in page


def test_a_fault_is_accepted_with_a_reason_and_stands_so_in_the_ledger(
    as_: As, project: Project, office: User, home: Household
) -> None:
    browser = as_(office)
    page = browser.get(LIST).text
    action, digest = (
        re.search(r'action="(/project/YY/quality/[^"]+)"', page),
        re.search(r'value="([0-9a-f]{64})"', page),
    )
    assert action
    assert digest
    assert browser.post(action[1], data={"digest": digest[1], "reason": ""}).status_code == 422
    assert browser.post(action[1], data={"digest": digest[1], "reason": "已复测，露台封闭"}).status_code == 302
    assert "没有发现问题" in browser.get(LIST).text
    assert "已复测，露台封闭" in browser.get(f"{LIST}?kind=area_off&shown=noted").text
    rows = [*LEDGERS["quality"][1](view_of(project, office), ProjectSettings())["quality"]]
    assert [(row["state"], row["reason"], row["accepted_by"]) for row in rows] == [
        ("属实，不改", "已复测，露台封闭", "沈志远")
    ]


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_overseers_read_who_accepted_a_fault_and_not_the_words(
    as_: As, office: User, home: Household, role: str
) -> None:
    browser = as_(office)
    page = browser.get(LIST).text
    action = re.search(r'action="(/project/YY/quality/[^"]+)"', page)
    digest = re.search(r'value="([0-9a-f]{64})"', page)
    assert action
    assert digest
    browser.post(action[1], data={"digest": digest[1], "reason": "问过司马红，电话12000001111"})
    noted = f"{LIST}?kind=area_off&shown=noted"
    assert "问过司马红" in browser.get(noted).text
    page = as_(role).get(noted).text
    assert "沈志远" in page
    assert "司马红" not in page
    assert "12000001111" not in page


def test_every_role_reads_the_faults_of_its_own_scope_and_few_accept_them(
    as_: As, project: Project, home: Household
) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    assert "3-2-501" not in as_(surveyor).get(LIST).text
    factories.assign(surveyor, home)
    page = as_(surveyor).get(f"{LIST}?kind=area_off").text
    assert "3-2-501" in page
    assert f"/household/{home.id}/sheet/edit" in page
    assert "accept-form" not in page
    for role in ("coordinator", "auditor"):
        page = as_(role).get(f"{LIST}?kind=area_off").text
        assert "3-2-501" in page
        assert "张伟" not in page
        assert "sheet/edit" not in page
        assert as_(role).post(f"{LIST}/area_off/{home.id}/accept").status_code == 403


def test_gaps_lead_to_the_building_and_doubles_at_a_door_to_both(as_: As, project: Project, office: User) -> None:
    for room in ("101", "102", "201", "202", "301"):
        factories.household(project, f"7-1-{room}")
    twin = factories.household(project, "7-1-401")
    for door in [*twin.doors]:
        db.session.delete(door)
    twin.door_text = "7-1-301"
    db.session.commit()
    browser = as_(office)
    page = browser.get(f"{LIST}?kind=door_gap").text
    assert "缺 302" in page
    assert f"/building/{twin.building_id}/door/create" in page
    assert "/duplicate/" in browser.get(f"{LIST}?kind=same_door").text
    assert browser.post(f"{LIST}/nothing/{twin.id}/accept", data={}).status_code == 404
