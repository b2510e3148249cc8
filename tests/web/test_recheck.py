"""Re-checks on the page: drawn, asked again, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.rate import Rate
from survey.models import Household, Membership, Project, RecheckDraw, RecheckItem, RecheckResult, User, db
from survey.web.recheck import interval_text, rate_text
from tests import factories
from tests.services.test_signal import visit

As = Callable[..., FlaskClient]


@pytest.fixture
def leader(project: Project) -> User:
    return factories.member(project, Role.LEADER, "曹志刚", factories.team(project))


@pytest.fixture
def homes(project: Project, leader: User) -> list[Household]:
    pair = (factories.member(project, Role.SURVEYOR, "王建国"), factories.member(project, Role.SURVEYOR, "李秀兰"))
    made = []
    for room in ("101", "201", "301"):
        person = factories.person("欧阳明", int(room))
        home = factories.household(project, f"3-1-{room}", factories.sheet(persons=(person,)), pair[0])
        home.state = HouseholdState.SUBMITTED
        visit(home, pair, int(room) / 100)
        made.append(home)
    made[0].building.team_id = db.session.scalar(select(Membership.team_id).where(Membership.user_id == leader.id))
    db.session.commit()
    return made


def drawn(browser: FlaskClient, percent: str = "100", **data: str) -> str:
    answer = browser.post("/project/YY/recheck/draw", data={"percent": percent, **data})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def test_a_leader_draws_asks_again_and_reads_what_differs(as_: As, leader: User, homes: list[Household]) -> None:
    browser = as_(leader)
    assert "还没有" not in browser.get("/project/YY/rechecks").text
    show = drawn(browser)
    page = browser.get(show).text
    assert page.count("待抽查") >= 3
    record = re.findall(r'href="(/household/[^"]+/recheck/[^"]+)"', page)[0]
    form = browser.get(record).text
    for registered in ("登记的是：欧阳明", "登记的是：85.20 ㎡", "登记的是：同意", "1 人：欧阳明", "王建国、李秀兰"):
        assert registered in form
    refused = browser.post(record, data={"outcome": "reached", "people": "different"})
    assert refused.status_code == 422
    assert "“常住人口”不一致，请写明住户怎么说。" in refused.text
    key = re.search(r'name="key"[^>]*value="([^"]+)"', form)
    assert key
    answers = {
        "outcome": "reached",
        "owners": "same",
        "people": "different",
        "people_text": "说住着三口人",
        "key": key[1],
    }
    assert browser.post(record, data=answers).status_code == 302
    assert browser.post(record, data=answers).status_code == 302
    assert len(db.session.scalars(select(RecheckResult)).all()) == 1
    page = browser.get(show + "?shown=differs").text
    assert "常住人口：说住着三口人" in page
    assert "1 / 1" in page
    assert "20%–100%" in page
    assert browser.get(show).text.count("recheck/") >= 2


def test_a_household_that_answered_is_refused_as_not_reached_with_a_sentence(
    as_: As, project: Project, homes: list[Household]
) -> None:
    browser = as_("office")
    drawn(browser)
    item = db.session.scalars(select(RecheckItem)).first()
    assert item is not None
    url = f"/household/{item.household_id}/recheck/{item.id}/record"
    assert browser.post(url, data={"outcome": "reached", "owners": "same"}).status_code == 302
    refused = browser.post(url, data={"outcome": "not_reached", "note": "没有人"})
    assert refused.status_code == 422
    assert "已经核对过，不能再记为“没有联系上”" in refused.text
    assert len(db.session.scalars(select(RecheckResult)).all()) == 1


def test_fifty_households_of_a_draw_are_on_a_page(as_: As, project: Project, homes: list[Household]) -> None:
    for number in range(52 - len(homes)):
        home = factories.household(project, f"9-1-{number + 101}")
        home.state = HouseholdState.SUBMITTED
    db.session.commit()
    browser = as_("office")
    show = drawn(browser)
    page = browser.get(show).text
    assert page.count('data-qa="recheck"') == 50
    assert "共 52 户" in page
    assert browser.get(show + "?page=2").text.count('data-qa="recheck"') == 2


def test_the_surveyors_of_a_household_are_refused_on_page_and_form(
    as_: As, project: Project, leader: User, homes: list[Household]
) -> None:
    show = drawn(as_("office"))
    visit(homes[0], (leader, factories.member(project, Role.SURVEYOR)), 50)
    db.session.commit()
    item = db.session.scalars(select(RecheckItem).where(RecheckItem.household_id == homes[0].id)).one()
    url = f"/household/{homes[0].id}/recheck/{item.id}/record"
    browser = as_(leader)
    assert "抽查要由其他人员来做" in browser.get(url).text
    refused = browser.post(url, data={"outcome": "reached", "owners": "same"})
    assert refused.status_code == 422
    assert not db.session.scalars(select(RecheckResult)).all()
    assert browser.get(show).status_code == 200


def test_a_draw_needs_a_sensible_percentage_and_somebody_to_draw(as_: As, project: Project) -> None:
    browser = as_("office")
    for percent in ("0", "101", "五", ""):
        assert browser.post("/project/YY/recheck/draw", data={"percent": percent}).status_code == 422
    nobody = browser.post("/project/YY/recheck/draw", data={"percent": "5"})
    assert nobody.status_code == 422
    assert "还没有已提交的户可以抽查" in nobody.text
    assert not db.session.scalars(select(RecheckDraw)).all()


@pytest.mark.parametrize("role", ["coordinator", "auditor"])
def test_overseers_read_results_with_masked_names_and_record_none(
    as_: As, project: Project, homes: list[Household], role: str
) -> None:
    office = factories.member(project, Role.OFFICE)
    show = drawn(as_(office))
    first = db.session.scalars(select(RecheckItem)).first()
    assert first is not None
    told = {"outcome": "reached", "people": "different", "people_text": "女儿司马红说住着三口人，电话12000001111"}
    as_(office).post(f"/household/{first.household_id}/recheck/{first.id}/record", data=told)
    second = db.session.scalars(select(RecheckItem).where(RecheckItem.id != first.id)).first()
    assert second is not None
    tried = {"outcome": "not_reached", "note": "打给司马红12000001111，没有接"}
    as_(office).post(f"/household/{second.household_id}/recheck/{second.id}/record", data=tried)
    page = as_(office).get(show + "?shown=all").text
    assert "女儿司马红说住着三口人" in page
    assert "打给司马红" in page
    browser = as_(role)
    page = browser.get(show + "?shown=all").text
    assert "<li>常住人口</li>" in page, "which question differs"
    assert "没有联系上" in page
    assert "三口人" not in page
    assert "司马红" not in page
    assert "12000001111" not in page
    assert "欧阳明" not in page
    assert "欧阳*" in page
    assert "记录抽查" not in page
    item = db.session.scalars(select(RecheckItem)).first()
    assert item is not None
    assert browser.get(f"/household/{item.household_id}/recheck/{item.id}/record").status_code == 403
    assert browser.post("/project/YY/recheck/draw", data={"percent": "5"}).status_code == 403
    assert as_("surveyor").get(show).status_code == 403


def test_intervals_are_rounded_outwards() -> None:
    assert (rate_text(Rate(1, 29)), interval_text(Rate(1, 29))) == ("1 / 29", "0%–18%")
    assert interval_text(Rate(0, 20)) == "0%–17%"
    assert interval_text(Rate(5, 5)) == "56%–100%"
    assert (rate_text(Rate(0, 0)), interval_text(Rate(0, 0))) == ("—", "")
