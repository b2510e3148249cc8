"""The search box, as stories."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from survey.domain import codes
from survey.domain.access import Role
from survey.models import AuditEntry, LoginSession, Project, db, utc_now
from survey.models.base import READ_ONLY
from survey.services import search as searching
from tests import factories

As = Callable[..., FlaskClient]


def notes() -> int:
    return len(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "search.show")).all())


def test_the_box_stands_on_every_page_and_finds_a_home(as_: As, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    db.session.commit()
    browser = as_("office")
    address = f"/project/{project.code}/search"
    helping = browser.get(address).text
    assert f'action="{address}" method="post"' in helping
    assert "在上面的框里写任何一点线索" in helping
    page = browser.post(address, data={"q": "张伟 3-2-501"}).text
    assert f"/household/{household.id}" in page
    assert "共 1 户符合" in page
    assert "姓名：张伟" in page
    assert 'value="张伟 3-2-501"' in page


def test_numbers_are_masked_and_a_whole_id_number_is_noted(as_: As, project: Project) -> None:
    factories.household(project, sheet=factories.sheet())
    browser = as_("office")
    address = f"/project/{project.code}/search"
    number = factories.id_no(1)
    for words in (number[-4:], "12000000001"):
        page = browser.post(address, data={"q": words}).text
        assert 'data-qa="search-hit"' in page
        assert number not in page
    assert notes() == 0
    page = browser.post(address, data={"q": number}).text
    assert f"379900********{number[-4:]}" in page
    assert notes() == 1
    assert number not in str(db.session.scalars(select(AuditEntry.details)).all())


def test_a_word_in_the_address_is_not_searched_for(as_: As, project: Project) -> None:
    factories.household(project, sheet=factories.sheet())
    page = as_("office").get(f"/project/{project.code}/search?q={factories.id_no(1)}").text
    assert "在上面的框里写任何一点线索" in page
    assert notes() == 0


def test_a_surveyor_finds_nothing_of_others(as_: As, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    surveyor = factories.member(project, Role.SURVEYOR)
    browser = as_(surveyor)
    address = f"/project/{project.code}/search"
    nothing = browser.post(address, data={"q": "张伟"}).text
    assert "没有符合的住户" in nothing
    factories.assign(surveyor, household)
    db.session.commit()
    assert f"/household/{household.id}" in browser.post(address, data={"q": "张伟"}).text


def test_onlookers_see_masked_names(as_: As, project: Project) -> None:
    factories.household(project, sheet=factories.sheet())
    page = as_("coordinator").post(f"/project/{project.code}/search", data={"q": "zw"}).text
    assert "张*" in page
    assert "张伟" not in page


def test_what_could_not_be_searched_for_is_said(as_: As, project: Project) -> None:
    page = as_("office").post(f"/project/{project.code}/search", data={"q": "a 张"}).text
    assert "没有用来查找（太短或无法识别）：a" in page


def test_too_many_homes_ask_for_another_word(as_: As, project: Project, monkeypatch: object) -> None:
    for number in range(1, 4):
        person = factories.person("张伟", number, roles=(codes.PersonRole.RESIDENT,))
        factories.household(project, f"3-2-{number}01", factories.sheet(persons=(person,)))
    browser = as_("office")
    address = f"/project/{project.code}/search"
    monkeypatch.setattr(searching, "MOST", 2)  # type: ignore[attr-defined]
    assert "超过 2 户符合" in browser.post(address, data={"q": "张"}).text
    monkeypatch.setattr(searching, "MOST", 3)  # type: ignore[attr-defined]
    monkeypatch.setattr(searching.search, "__kwdefaults__", {"shown": 2})  # type: ignore[attr-defined]
    page = browser.post(address, data={"q": "张"}).text
    assert "共 3 户符合，下面是前 2 户" in page
    assert "权利人未登记" in page


def test_nobody_searches_a_project_that_is_not_theirs(as_: As, project: Project) -> None:
    other = factories.project("BB", "另一项目")
    stranger = as_(factories.member(other, Role.OFFICE))
    assert stranger.post(f"/project/{project.code}/search", data={"q": "张"}).status_code == 404


def test_a_search_after_a_pause_keeps_nobody_from_writing(
    as_: As, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Being seen again is written first, by itself; what follows only reads, as at any other time."""
    factories.household(project, sheet=factories.sheet())
    browser = as_("office")
    db.session.execute(update(LoginSession).values(seen_at=utc_now() - timedelta(minutes=2)))
    db.session.commit()
    found: list[bool] = []

    def looking(**asked: Any) -> object:
        found.append(READ_ONLY.get())
        return searching.search(**asked)

    monkeypatch.setattr("survey.web.search.search", looking)
    assert browser.post(f"/project/{project.code}/search", data={"q": "张伟"}).status_code == 200
    assert found == [True]
