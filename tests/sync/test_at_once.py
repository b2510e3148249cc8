"""The same event, and different ones, arriving at the same moment over many connections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from flask import Flask

from survey.models import Household, Project, db
from survey.services.sheet import list_versions
from tests import factories
from tests.sync.tablet import Tablet

AT_ONCE = 16


def send_together(app: Flask, tablet: Tablet, batches: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """The first result of each batch, all sent at the same moment by threads of their own."""
    gate = Barrier(len(batches))

    def send(events: list[dict[str, Any]]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {tablet.token}"}
        gate.wait()
        with app.app_context():
            answer = app.test_client().post("/api/events", json={"events": events}, headers=headers)
            db.session.remove()
        assert answer.status_code == 200, answer.text
        result: dict[str, Any] = answer.json["results"][0]
        return result

    db.session.commit()
    db.session.remove()
    with ThreadPoolExecutor(len(batches)) as pool:
        return [*pool.map(send, batches)]


def test_sixteen_first_sends_of_one_event_write_it_once_and_are_all_told(app: Flask, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    tablet = Tablet.enrolled(app, project, household)
    event = tablet.save(household, replace(factories.sheet(), note="一次"), 1)
    household_id = household.id
    results = send_together(app, tablet, [[event]] * AT_ONCE)
    assert {(each["status"], each["version"]) for each in results} == {("applied", 2)}
    assert sum("duplicate" not in each for each in results) == 1
    assert len(list_versions(db.session.get_one(Household, household_id))) == 2


def test_saves_of_one_household_at_the_same_moment_are_all_kept_or_disputed(app: Flask, project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    tablet = Tablet.enrolled(app, project, household)
    events = [tablet.save(household, replace(factories.sheet(), note=f"第{n}个"), 1) for n in range(8)]
    household_id = household.id
    results = send_together(app, tablet, [[event] for event in events])
    assert sorted(each["status"] for each in results) == ["applied", *["conflict"] * 7]
    assert len(list_versions(db.session.get_one(Household, household_id))) == 2
