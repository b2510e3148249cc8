"""The page on which a person decides whether two households at one door are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.models import Household, Project, User, db
from survey.services.sheet import current_sheet, save_sheet
from tests import factories
from tests.services.test_duplicate import Pair

AsRole = Callable[..., FlaskClient]


@pytest.fixture
def pair(project: Project) -> Pair:
    made = Pair(project)
    made.fill_beside(rooms=3, note="门牌已换")
    now = current_sheet(made.first)
    save_sheet(actor=made.office, household=made.first, base=1, pairs=to_pairs(replace(now, rooms=2)))
    db.session.commit()
    return made


def address(pair: Pair, *more: str) -> str:
    return "/".join((f"/household/{pair.first.id}/duplicate/{pair.beside.id}", *more))


def seen(pair: Pair, **choices: str) -> dict[str, str]:
    """The form of the page as it was shown."""
    return {"version": str(pair.first.sheet_version), "other_version": str(pair.beside.sheet_version), **choices}


def test_both_stand_side_by_side_with_what_differs(pair: Pair, as_: AsRole) -> None:
    pair.visit(pair.beside, 30)
    db.session.commit()
    office = as_(pair.office)
    assert address(pair) in office.get("/project/YY/inbox").text
    page = office.get(address(pair)).text
    assert pair.first.dossier_no in page and pair.beside.dossier_no in page and "王芳" in page and "1 次" in page
    assert page.count('data-qa="dispute"') == 1 and "门牌已换" in page
    assert factories.id_no() not in page and "12000000001" not in page


def test_the_page_of_the_building_says_who_has_no_cell_of_their_own(pair: Pair, as_: AsRole) -> None:
    office, building = as_(pair.office), f"/building/{pair.first.building_id}"
    assert "这栋楼另有 1 户与已有的门牌重复登记" in office.get(building).text
    office.post(address(pair, "merge"), data=seen(pair, **{"choice-0": "ours"}))
    assert "重复登记" not in office.get(building).text


def test_the_office_makes_one_of_them(pair: Pair, as_: AsRole) -> None:
    office = as_(pair.office)
    unchosen = office.post(address(pair, "merge"), data=seen(pair))
    assert unchosen.status_code == 422 and "还有 1 处没有选择" in unchosen.text
    answer = office.post(address(pair, "merge"), data=seen(pair, **{"choice-0": "ours"}))
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/household/{pair.first.id}")
    db.session.expire_all()
    assert (current_sheet(pair.first).rooms, current_sheet(pair.first).note) == (3, "门牌已换")
    assert f"并入同一门牌的另一份档案 {pair.beside.dossier_no}" in office.get(f"/household/{pair.first.id}").text
    assert "没有待处理的内容" in office.get("/project/YY/inbox").text
    assert office.get(f"/household/{pair.beside.id}").status_code == 404
    assert office.get(address(pair)).status_code == 404
    assert "household.merge" not in office.get("/project/YY/audit").text, "the log says it in words"


def test_a_sheet_that_changed_meanwhile_is_shown_again(pair: Pair, as_: AsRole) -> None:
    answer = as_(pair.office).post(
        address(pair, "merge"), data={"version": "1", "other_version": "1", "choice-0": "ours"}
    )
    assert answer.status_code == 422 and "又有新的修改" in answer.text
    assert db.session.get_one(Household, pair.beside.id).removed_at is None


def test_a_signed_sheet_says_what_to_do(pair: Pair, as_: AsRole) -> None:
    pair.sign(pair.beside)
    db.session.commit()
    page = as_(pair.office).get(address(pair)).text
    assert f"请改为保留 {pair.beside.dossier_no}" in page and 'data-qa="merge"' not in page
    pair.sign(pair.first)
    db.session.commit()
    assert "两户的调查表都已签字" in as_(pair.office).get(address(pair)).text


def test_two_households_stay_two(pair: Pair, as_: AsRole) -> None:
    office = as_(pair.office)
    assert office.post(address(pair, "keep-apart")).status_code == 302
    assert "没有待处理的内容" in office.get("/project/YY/inbox").text
    assert "不是一户" in office.get(f"/household/{pair.beside.id}").text
    assert office.get(f"/household/{pair.first.id}").status_code == 200


def test_a_leader_sees_both_and_leaves_the_decision_to_the_office(pair: Pair, as_: AsRole) -> None:
    team = factories.team(pair.project)
    pair.first.building.team_id = team.id
    leader: User = factories.member(pair.project, Role.LEADER, team=team)
    db.session.commit()
    browser = as_(leader)
    page = browser.get(address(pair))
    assert page.status_code == 200 and "由项目办决定" in page.text
    assert 'data-qa="merge"' not in page.text and 'data-qa="keep-apart"' not in page.text
    for act in ("merge", "keep-apart"):
        assert browser.post(address(pair, act), data=seen(pair)).status_code == 403


@pytest.mark.parametrize("role", ["surveyor", "coordinator", "auditor"])
def test_who_settles_nothing_does_not_see_the_page(pair: Pair, as_: AsRole, role: str) -> None:
    who = as_(pair.surveyor if role == "surveyor" else role)
    assert who.get(address(pair)).status_code == 403


def test_households_of_different_doors_are_no_pair(pair: Pair, as_: AsRole) -> None:
    elsewhere = factories.household(pair.project, "3-2-502")
    db.session.commit()
    browser = as_(pair.office)
    assert browser.get(f"/household/{pair.first.id}/duplicate/{elsewhere.id}").status_code == 404
    assert browser.post(f"/household/{pair.first.id}/duplicate/{elsewhere.id}/merge").status_code == 404
