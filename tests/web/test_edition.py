"""Until when sheets of an older edition of the survey form are accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.forms.sheet import version as form_version
from survey.models import Project, SyncEvent, db, utc_now
from survey.services.project import accepts_edition, edit_project, settings_of
from survey.services.sheet import current_sheet
from tests import factories
from tests.web.test_inbox import Field

AsRole = Callable[..., FlaskClient]
SETTINGS = {
    "name": "颐园小区改造项目", "visit_from": "08:00", "visit_until": "20:00", "area_diff_percent": "3",
    "area_diff_min_m2": "1", "min_home_m2": "45", "phone_households": "3", "accept_days": "15", "reply_days": "60", "posting_days": "5",
    "correction_days": "7", "review_days": "30",
    "visits_a_week": "3", "shortest_minutes": "10", "flip_hours": "24", "agent_households": "3", "rate_households": "20",
}  # fmt: skip


@pytest.fixture
def field(project: Project) -> Field:
    return Field(project)


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """An edition before today's, in which the rooms were called chambers."""
    monkeypatch.setitem(
        form_version.UPGRADES,
        0,
        lambda told: [("rooms" if name == "chambers" else name, text) for name, text in told],
    )


def accept_until(project: Project, day: date) -> None:
    actor = factories.member(project, Role.OFFICE)
    edit_project(actor=actor, project=project, values={}, settings={"editions_until": f"0:{day.isoformat()}"})
    db.session.commit()


def test_the_settings_ask_for_a_date_for_each_older_edition(project: Project, as_: AsRole, older: None) -> None:
    office, address = as_("office"), "/project/YY/settings"
    assert "第 0 版调查表接受到" in office.get(address).text
    assert office.post(address, data={**SETTINGS, "edition_0": "2026-06-30"}).status_code == 302
    db.session.expire_all()
    assert settings_of(project).editions_until == {0: date(2026, 6, 30)}
    assert 'value="2026-06-30"' in office.get(address).text
    assert office.post(address, data={**SETTINGS, "edition_0": "soon"}).status_code == 422
    assert office.post(address, data={**SETTINGS, "edition_0": ""}).status_code == 302
    db.session.expire_all()
    assert settings_of(project).editions_until == {}, "no date: accepted for good"


def test_with_one_edition_there_is_nothing_to_ask(project: Project, as_: AsRole) -> None:
    office = as_("office")
    assert "旧版调查表" not in office.get("/project/YY/settings").text
    assert office.post("/project/YY/settings", data={**SETTINGS, "edition_0": "2026-06-30"}).status_code == 302
    db.session.expire_all()
    assert settings_of(project).editions_until == {}


def test_the_last_day_is_a_day_in_china(project: Project) -> None:
    accept_until(project, date(2026, 6, 30))
    assert accepts_edition(project, 0, datetime(2026, 6, 30, 15, 59, tzinfo=UTC))
    assert not accepts_edition(project, 0, datetime(2026, 6, 30, 16, 0, tzinfo=UTC))
    assert accepts_edition(project, 1, datetime(2030, 1, 1, tzinfo=UTC))


def test_a_sheet_of_an_older_edition_is_taken_until_the_day_and_held_after_it(
    field: Field, as_: AsRole, older: None
) -> None:
    accept_until(field.project, utc_now().date() + timedelta(days=2))
    event = {**field.save(), "fv": 0}
    assert field.send({**event, "pairs": [*event["pairs"], ["chambers", "2"]]})[0]["status"] == "applied"
    accept_until(field.project, utc_now().date() - timedelta(days=2))
    late = {**field.save(seq=2), "fv": 0, "pairs": [*event["pairs"], ["chambers", "3"]]}
    [held] = field.send(late)
    assert held["status"] == "held" and "旧版表格" in held["message"]
    assert current_sheet(field.household).rooms == 2
    assert field.send({**field.save(seq=3)})[0]["status"] == "applied", "today's edition has no last day"
    assert field.send(field.visit(seq=4, fv=0))[0]["status"] == "applied", "only sheets have editions"


def test_the_office_accepts_a_held_sheet_of_an_older_edition(field: Field, as_: AsRole, older: None) -> None:
    accept_until(field.project, utc_now().date() - timedelta(days=2))
    event = {**field.save(), "fv": 0}
    field.send({**event, "pairs": [*event["pairs"], ["chambers", "3"]]})
    waiting = db.session.query(SyncEvent).filter_by(status="held").one()
    office = as_("office")
    assert "已过设置里写的接受日期" in office.get(f"/project/YY/inbox/{waiting.id}").text
    assert office.post(f"/project/YY/inbox/{waiting.id}/accept").status_code == 302
    db.session.expire_all()
    assert current_sheet(field.household).rooms == 3


def test_an_edition_that_nobody_knows_is_still_refused(field: Field) -> None:
    [result] = field.send({**field.save(), "fv": 7})
    assert result["status"] == "invalid"
