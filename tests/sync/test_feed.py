"""What a tablet pulls: its households alone, in the order of their changes, without numbers; and what leaves it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.models import Project, db, utc_now
from survey.services import building as buildings
from survey.services import device as devices
from survey.services.sheet import save_sheet
from tests import factories
from tests.sync.tablet import Tablet


@pytest.fixture
def tablet(app: Flask, project: Project) -> Tablet:
    homes = [factories.household(project, f"3-2-{room}", sheet=factories.sheet()) for room in (501, 502, 503)]
    factories.household(project, "9-1-101", sheet=factories.sheet())
    return Tablet.enrolled(app, project, *homes)


def test_a_tablet_gets_its_buildings_page_by_page_and_nothing_else(tablet: Tablet) -> None:
    assert tablet.pull(limit=2), "the first pull begins anew"
    assert sorted(row["door"] for row in tablet.rows.values()) == ["3-2-501", "3-2-502", "3-2-503"]
    assert not tablet.pull(limit=2)


def test_no_number_leaves_the_server(tablet: Tablet) -> None:
    tablet.pull()
    person = factories.sheet().persons[0]
    told = str(tablet.rows)
    assert person.id_no not in told and person.phone not in told
    [kept] = {tuple(row["kept"].values()) for row in tablet.rows.values()}
    assert kept[0].startswith("3799") and "*" in kept[0]


def test_a_row_tells_what_the_door_needs(tablet: Tablet) -> None:
    tablet.pull()
    row = next(iter(tablet.rows.values()))
    assert (row["owners"], row["py"], row["v"], row["editable"]) == ("张伟", ["zhangwei", "zw"], 1, True)
    assert [voice["name"] for voice in row["voices"]] == ["张伟"]
    assert ["tenure_type", factories.sheet().tenure_type] in row["pairs"]


def test_only_what_changed_comes_again(tablet: Tablet) -> None:
    tablet.pull()
    home = buildings.find_building(tablet.project.id, "3")
    assert home is not None
    changed = next(row for row in tablet.rows.values() if row["door"] == "3-2-502")
    from uuid import UUID

    from survey.models import Household

    household = db.session.get_one(Household, UUID(changed["id"]))
    save_sheet(
        actor=factories.member(tablet.project, Role.OFFICE), household=household, base=1,
        pairs=to_pairs(replace(factories.sheet(), note="新")),
    )  # fmt: skip
    db.session.commit()
    told = tablet.call("GET", f"/api/changes?since={tablet.cursor}").json
    assert [row["id"] for row in told["rows"]] == [changed["id"]] and not told["reset"]
    assert told["rows"][0]["v"] == 2


def test_a_removed_household_is_told_to_be_gone(tablet: Tablet) -> None:
    from uuid import UUID

    from survey.models import Household

    tablet.pull()
    one, two = list(tablet.rows)[:2]
    removed = db.session.get_one(Household, UUID(one))
    removed.removed_at, removed.merged_into_id = utc_now(), UUID(two)
    db.session.commit()
    told = tablet.call("GET", f"/api/changes?since={tablet.cursor}").json
    assert told["rows"] == [{"id": one, "seq": told["rows"][0]["seq"], "gone": True, "into": two}]


def test_a_new_assignment_begins_the_feed_anew(tablet: Tablet) -> None:
    tablet.pull()
    other = buildings.find_building(tablet.project.id, "9")
    assert other is not None
    buildings.assign(actor=tablet.user, building=other, users=[tablet.user])
    db.session.commit()
    assert tablet.pull()
    assert "9-1-101" in {row["door"] for row in tablet.rows.values()}


def test_a_place_that_the_feed_has_not_reached_begins_anew(tablet: Tablet) -> None:
    """The server was restored from an older copy."""
    tablet.pull()
    mark, number, last = tablet.cursor.split(".")
    told = tablet.call("GET", f"/api/changes?since={mark}.{int(number) + 1000}.{last}").json
    assert told["reset"] and len(told["rows"]) == 3


@pytest.mark.parametrize("cursor", ["", "x", "a.b.c", "..", "0.0.0", "%00", "z" * 300])
def test_a_cursor_of_nowhere_begins_anew(tablet: Tablet, cursor: str) -> None:
    told = tablet.call("GET", f"/api/changes?since={cursor}").json
    assert told["reset"] and len(told["rows"]) == 3


def test_the_reference_brings_the_doors_in_sight_and_is_not_sent_twice(tablet: Tablet) -> None:
    first = tablet.call("GET", "/api/reference")
    assert [building["no"] for building in first.json["buildings"]] == ["3"]
    assert [door["room"] for door in first.json["buildings"][0]["doors"]] == ["501", "502", "503"]
    assert tablet.call("GET", "/api/reference", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


# --- who may ask


def test_a_token_opens_no_page_and_a_session_opens_no_call(app: Flask, tablet: Tablet) -> None:
    client = app.test_client()
    headers = {"Authorization": f"Bearer {tablet.token}"}
    assert client.get(f"/project/{tablet.project.code}/households", headers=headers).status_code == 302
    for token in ("", "Bearer", "Bearer x", f"Basic {tablet.token}"):
        assert client.get("/api/changes", headers={"Authorization": token}).status_code == 401


def test_a_revoked_tablet_is_locked_at_once_and_may_hand_over(tablet: Tablet) -> None:
    from survey.models import Device

    devices.revoke(actor=None, device=db.session.get_one(Device, tablet.device_id))
    db.session.commit()
    for method, path in (("GET", "/api/changes"), ("GET", "/api/session"), ("GET", "/api/reference")):
        answer = tablet.call(method, path)
        assert (answer.status_code, answer.json["lock"], answer.json["hand_over"]) == (403, True, True)
    assert tablet.call("POST", "/api/events", json={"events": []}).status_code == 403


def test_a_wipe_is_ordered_and_confirmed(tablet: Tablet) -> None:
    from survey.models import Device

    devices.order_wipe(actor=None, device=db.session.get_one(Device, tablet.device_id))
    db.session.commit()
    answer = tablet.call("GET", "/api/changes")
    assert (answer.status_code, answer.json["wipe"]) == (403, True)
    assert tablet.call("POST", "/api/wiped", headers=tablet.marked).status_code == 204
    assert db.session.get_one(Device, tablet.device_id).wiped_at is not None


def test_a_locked_tablet_hears_by_its_mark_what_is_to_become_of_it_and_nothing_else(tablet: Tablet) -> None:
    from survey.models import Device

    def ask(method: str = "GET", path: str = "/api/standing", **values: Any) -> Any:
        return tablet.call(method, path, headers=tablet.marked, **values)

    row = db.session.get_one(Device, tablet.device_id)
    assert (ask().status_code, list(ask().json)) == (200, ["now"])
    for method, path in (("GET", "/api/session"), ("GET", "/api/changes"), ("GET", "/api/reference"), ("POST", "/api/events"),
                         ("POST", "/api/key"), ("POST", "/api/handover")):  # fmt: skip
        assert ask(method, path, json={}).status_code == 401
    assert ask("POST", "/api/wiped").status_code == 204 and row.wiped_at is None, "nobody has ordered it"
    devices.revoke(actor=None, device=row)
    assert (ask().status_code, ask().json["lock"], ask().json.get("wipe")) == (403, True, None)
    devices.order_wipe(actor=None, device=row)
    assert (ask().status_code, ask().json["wipe"]) == (403, True)
    assert ask("POST", "/api/wiped").status_code == 204 and row.wiped_at is not None


@pytest.mark.parametrize("mark", ["Mark", "Mark x", "Mark " + "0" * 64, "Mark 00", "Bearer {token}", "Mark {token}"])
def test_what_is_no_tablets_mark_opens_nothing(tablet: Tablet, mark: str) -> None:
    headers = {"Authorization": mark.format(token=tablet.token)}
    assert tablet.call("GET", "/api/standing", headers=headers).status_code == 401
    assert tablet.call("POST", "/api/wiped", headers=headers).status_code == 401


def test_an_application_that_is_too_old_is_told_so(tablet: Tablet) -> None:
    for app in ("0", "x", "-1"):
        assert tablet.call("GET", "/api/session", headers={"X-Ruhu-App": app}).status_code == 426


def test_a_code_serves_once(app: Flask, tablet: Tablet) -> None:
    _, code = devices.invite(actor=None, project=tablet.project, user=tablet.user, name="")
    db.session.commit()
    answers = [app.test_client().post("/api/enrol", json={"code": code}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 422]
    assert answers[1].json["code"] == "device.code_unknown"


def test_the_description_is_served_and_tells_every_call(app: Flask) -> None:
    told = app.test_client().get("/api/openapi.json").json
    rules = {
        (method.lower(), str(rule).replace("<string(length=64):name>", "{sha256}"))
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/")
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    assert {(method, path) for path, calls in told["paths"].items() for method in calls} == rules
