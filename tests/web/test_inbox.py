"""The queue of what tablets sent and a person must decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.sheet import to_pairs
from survey.forms.sheet import without_masked
from survey.models import Device, Household, Project, SyncEvent, db, new_id, utc_now
from survey.services import account
from survey.services import building as buildings
from survey.services import device as devices
from survey.services import inbox as services
from survey.services.sheet import current_sheet, save_sheet
from survey.sync import blobs, inbox
from tests import factories
from tests.sync.test_handover import picture, visit_event

AsRole = Callable[..., FlaskClient]


class Field:
    """A surveyor of a team with a tablet, and one of their households."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.team = factories.team(project)
        self.leader = factories.member(project, Role.LEADER, "组长", team=self.team)
        self.surveyor = factories.member(project, Role.SURVEYOR, "王芳", team=self.team)
        self.partner = factories.member(project, Role.SURVEYOR, "李四", team=self.team)
        self.household = factories.household(project, "3-2-501", factories.sheet(), actor=self.surveyor)
        self.household.building.team_id = self.team.id
        factories.assign(self.surveyor, self.household)
        _row, code = devices.invite(actor=None, project=project, user=self.surveyor, name="3 号平板")
        self.device, _token = devices.enrol(code=code, name="", app="1")
        self.device.feed_at = utc_now()
        db.session.commit()

    def send(self, *events: dict[str, Any]) -> list[dict[str, Any]]:
        results = inbox.receive(db.session.get_one(Device, self.device.id), {"events": [*events]})
        db.session.commit()
        return results

    def visit(self, household_id: object = None, **values: Any) -> dict[str, Any]:
        return visit_event(household_id or self.household.id, self.surveyor, self.partner, **values)

    def save(self, seq: int = 1, **values: Any) -> dict[str, Any]:
        """The sheet as the tablet sends it: without the numbers that it never had."""
        pairs = without_masked(to_pairs(replace(current_sheet(self.household), **values)))
        return {
            **self.visit(), "type": "save", "seq": seq, "base": self.household.sheet_version,
            "pairs": [[*pair] for pair in pairs],
        }  # fmt: skip

    def lock(self) -> None:
        self.household.state = HouseholdState.APPROVED
        db.session.commit()

    def remove(self) -> None:
        self.household.removed_at = utc_now()
        db.session.commit()


@pytest.fixture
def field(project: Project) -> Field:
    return Field(project)


def held_of(field: Field) -> SyncEvent:
    return db.session.query(SyncEvent).filter_by(status="held").one()


def test_an_empty_queue_says_so_and_the_navigation_counts_nothing(field: Field, as_: AsRole) -> None:
    page = as_("office").get("/project/YY/inbox").text
    assert "没有待处理的内容" in page and 'class="count"' not in page


def test_a_record_about_a_removed_household_waits_and_is_accepted(field: Field, as_: AsRole) -> None:
    field.remove()
    [result] = field.send(field.visit())
    assert result["status"] == "held"
    office = as_("office")
    page = office.get("/project/YY/inbox").text
    assert "3-2-501" in page and "记录入户" in page and "王芳" in page and "3 号平板" in page
    assert page.count('<span class="count">1</span>') == 2, "both menus count it"
    event = held_of(field)
    shown = office.get(f"/project/YY/inbox/{event.id}").text
    assert "完成" in shown and "2026-05-13 10:00" in shown and "李四" in shown
    assert office.post(f"/project/YY/inbox/{event.id}/accept").status_code == 302
    db.session.expire_all()
    assert (field.household.visit_count, field.household.removed_at) == (1, None)
    assert "没有待处理的内容" in office.get("/project/YY/inbox").text
    assert office.post(f"/project/YY/inbox/{event.id}/accept").status_code == 404


def test_a_dropped_record_needs_a_reason_and_changes_nothing(field: Field, as_: AsRole) -> None:
    field.remove()
    field.send(field.visit())
    event, office = held_of(field), as_("office")
    refused = office.post(f"/project/YY/inbox/{event.id}/drop", data={"reason": " "})
    assert refused.status_code == 422 and 'id="reason-error"' in refused.text
    assert office.post(f"/project/YY/inbox/{event.id}/drop", data={"reason": "重复记录"}).status_code == 302
    db.session.expire_all()
    assert (event.settled_as, field.household.visit_count) == ("dropped", 0)
    log = office.get("/project/YY/audit").text
    assert "重复记录" in log and "event.drop" not in log


def test_a_save_into_a_locked_sheet_shows_what_it_would_change_with_numbers_masked(field: Field, as_: AsRole) -> None:
    field.lock()
    person = replace(current_sheet(field.household).persons[0], full_name="张新伟", phone="12000000077")
    event = field.save(rooms=3, persons=(person,))
    event["pairs"].append(["persons-0-phone", "12000000077"])
    [result] = field.send(event)
    assert result["status"] == "held"
    office = as_("office")
    shown = office.get(f"/project/YY/inbox/{held_of(field).id}").text
    assert "张新伟" in shown and "120****0077" in shown and "12000000077" not in shown
    assert factories.id_no() not in shown and "实测建筑面积" not in shown
    assert office.post(f"/project/YY/inbox/{held_of(field).id}/accept").status_code == 302
    db.session.expire_all()
    assert current_sheet(field.household).rooms == 3


def test_a_refusal_to_accept_is_told_and_leaves_the_record_waiting(field: Field, as_: AsRole) -> None:
    field.lock()
    field.send(field.save(rooms=3))
    leader, event = as_(field.leader), held_of(field)
    answer = leader.post(f"/project/YY/inbox/{event.id}/accept")
    assert answer.status_code == 422 and "没有写入" in answer.text
    db.session.expire_all()
    assert held_of(field).settled_at is None and current_sheet(field.household).rooms != 3


def test_a_conflict_from_a_tablet_leads_to_the_page_where_it_is_decided(field: Field, as_: AsRole) -> None:
    event = field.save(rooms=3)
    office = factories.member(field.project, Role.OFFICE)
    sheet = replace(current_sheet(field.household), rooms=2)
    save_sheet(actor=office, household=field.household, base=1, pairs=to_pairs(sheet))
    db.session.commit()
    [result] = field.send(event)
    assert result["status"] == "conflict"
    browser = as_(office)
    page = browser.get("/project/YY/inbox").text
    conflict = db.session.query(SyncEvent).one().conflict_id
    assert f"/sheet/conflict/{conflict}" in page and "2026-05-13 10:31" in page and "3 号平板" in page
    assert browser.get(f"/household/{field.household.id}/sheet/conflict/{conflict}").status_code == 200


def test_a_leader_sees_what_the_team_sent_and_nothing_else(field: Field, as_: AsRole) -> None:
    field.remove()
    field.send(field.visit())
    event = held_of(field)
    other = factories.member(field.project, Role.LEADER, team=factories.team(field.project, "二组"))
    theirs, stranger = as_(field.leader), as_(other)
    assert theirs.get(f"/project/YY/inbox/{event.id}").status_code == 200
    assert stranger.get(f"/project/YY/inbox/{event.id}").status_code == 404
    assert stranger.post(f"/project/YY/inbox/{event.id}/accept").status_code == 404
    assert "3-2-501" not in stranger.get("/project/YY/inbox").text


def test_a_new_household_of_a_revoked_tablet_is_its_leaders_to_settle(field: Field, as_: AsRole) -> None:
    devices.revoke(actor=None, device=db.session.get_one(Device, field.device.id))
    db.session.commit()
    building = field.household.building
    made = new_id()
    about = {"building": str(building.id), "unit": "2", "room": "602"}
    [result] = field.send({**field.visit(made), "type": "create", "pairs": [["address", "颐园小区"]], "about": about})
    assert result["status"] == "held"
    other = factories.member(field.project, Role.LEADER, team=factories.team(field.project, "二组"))
    event = held_of(field)
    assert as_(other).get(f"/project/YY/inbox/{event.id}").status_code == 404
    leader = as_(field.leader)
    assert "3-2-602" in leader.get("/project/YY/inbox").text
    assert leader.post(f"/project/YY/inbox/{event.id}/accept").status_code == 302
    assert db.session.get_one(Household, made).door_text == "3-2-602"


@pytest.mark.parametrize("role", ["surveyor", "coordinator", "auditor"])
def test_who_settles_nothing_is_not_shown_the_queue(field: Field, as_: AsRole, role: str) -> None:
    browser = as_(role)
    assert browser.get("/project/YY/inbox").status_code == 403
    assert "/project/YY/inbox" not in browser.get("/project/YY/board").text


def test_another_project_is_not_in_the_queue(field: Field, as_: AsRole) -> None:
    field.remove()
    field.send(field.visit())
    other = factories.project("QT", "其他项目")
    browser = as_(factories.member(other, Role.OFFICE))
    assert "3-2-501" not in browser.get("/project/QT/inbox").text
    assert browser.get(f"/project/QT/inbox/{held_of(field).id}").status_code == 404


def test_two_households_at_one_door_are_named(field: Field, project: Project, as_: AsRole) -> None:
    beside = buildings.create_household(
        actor=None, project=project, building=field.household.building, unit_no="2", room_no="501", is_beside=True
    )
    db.session.commit()
    assert services.list_same_door(field.leader, project.id) == [(beside, field.household)]
    page = as_("office").get("/project/YY/inbox").text
    assert beside.dossier_no in page and field.household.dossier_no in page
    assert '<span class="count">1</span>' in page, "the navigation counts them"
    beside.removed_at = utc_now()
    db.session.commit()
    assert services.list_same_door(field.leader, project.id) == []
    assert 'class="count"' not in as_("office").get("/project/YY/inbox").text


def test_records_of_every_type_are_told_in_words(field: Field) -> None:
    from survey.domain.event import EventType
    from survey.forms.record import RECORD_FORMS, record_words

    assert set(RECORD_FORMS) | {EventType.SAVE, EventType.RESOLVE, EventType.CREATE} == set(EventType)
    pairs = [("choice", "agree"), ("channel", "proxy"), ("agent", "other"), ("agent_name", "李四"), ("reasons", "x")]
    words = dict(record_words(EventType.CONSENT, pairs, {}))
    assert words["表态"] == codes.Choice.AGREE.label and words["代理人姓名"] == "李四"
    told = dict(
        record_words(
            EventType.BRIEFING, [("points", "0"), ("questions-0-question", "何时开始？")], {"points": {"0": "补偿标准"}}
        )
    )
    assert told["讲解过的要点"] == "补偿标准" and told["问答 1 · 问题"] == "何时开始？"


# --- photos of a held record


def with_photo(field: Field) -> SyncEvent:
    """A held visit of a revoked tablet: its first photo arrived, its second did not."""
    device = db.session.get_one(Device, field.device.id)
    name = blobs.put_whole(device, picture())
    devices.revoke(actor=None, device=device)
    db.session.commit()
    field.send(field.visit(blobs=[name, "0" * 64]))
    return held_of(field)


def test_the_photos_of_a_held_record_are_shown_as_far_as_they_arrived(field: Field, as_: AsRole) -> None:
    event, office = with_photo(field), as_("office")
    page = office.get(f"/project/YY/inbox/{event.id}").text
    assert page.count('data-qa="photo"') == 2 and page.count("还没有传到") == 1
    for address in ("photo/1", "photo/1?small=1"):
        answer = office.get(f"/project/YY/inbox/{event.id}/{address}")
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert "ETag" not in answer.headers
    for address in ("photo/2", "photo/0", "photo/3"):
        assert office.get(f"/project/YY/inbox/{event.id}/{address}").status_code == 404


def test_the_photos_are_shown_to_nobody_who_may_not_settle_the_record(field: Field, as_: AsRole) -> None:
    event = with_photo(field)
    other = factories.member(field.project, Role.LEADER, team=factories.team(field.project, "二组"))
    foreign = factories.member(factories.project("QT", "其他项目"), Role.OFFICE)
    photo = f"inbox/{event.id}/photo/1"
    assert as_(field.leader).get(f"/project/YY/{photo}").status_code == 200
    assert as_(other).get(f"/project/YY/{photo}").status_code == 404
    assert as_(foreign).get(f"/project/QT/{photo}").status_code == 404
    for who in (field.surveyor, "auditor", "coordinator"):
        assert as_(who).get(f"/project/YY/{photo}").status_code == 403
    office = as_("office")
    assert office.post(f"/project/YY/inbox/{event.id}/drop", data={"reason": "重复记录"}).status_code == 302
    assert office.get(f"/project/YY/{photo}").status_code == 404, "it waits for nobody any more"


def test_what_only_the_office_may_accept_has_no_button_for_a_leader(field: Field, as_: AsRole) -> None:
    factories.member(field.project, Role.OFFICE, "沈志远")
    field.lock()
    field.send(field.save(rooms=3))
    event = held_of(field)
    page = as_(field.leader).get(f"/project/YY/inbox/{event.id}").text
    assert 'data-qa="accept"' not in page and "沈志远" in page and 'data-qa="drop"' in page
    assert 'data-qa="accept"' in as_("office").get(f"/project/YY/inbox/{event.id}").text


def test_an_id_in_a_held_record_is_told_by_what_it_names(field: Field, as_: AsRole) -> None:
    stranger = new_id()
    [person] = field.household.persons
    devices.revoke(actor=None, device=db.session.get_one(Device, field.device.id))
    account.end_membership(actor=field.leader, project=field.project, user_id=field.partner.id)
    db.session.commit()
    pairs = [["choice", "agree"], ["channel", "proxy"], ["agent", str(person.id)], ["evidence", str(stranger)]]
    field.send({**field.visit(), "type": "consent", "pairs": pairs}, field.visit(seq=2))
    office = as_("office")
    consent, visit = db.session.query(SyncEvent).order_by(SyncEvent.seq).all()
    shown = office.get(f"/project/YY/inbox/{consent.id}").text
    assert "张伟" in shown and "（系统里没有）" in shown and str(person.id) not in shown and str(stranger) not in shown
    assert "李四" in office.get(f"/project/YY/inbox/{visit.id}").text, "also who has left the project meanwhile"


def test_a_record_about_a_household_that_became_part_of_another_says_where_it_goes(field: Field, as_: AsRole) -> None:
    kept = factories.household(field.project, "3-2-502")
    buildings.set_aside(field.household, into=kept)
    kept.state = HouseholdState.APPROVED
    db.session.commit()
    field.send({**field.save(rooms=3)})
    office, event = as_("office"), held_of(field)
    page = office.get(f"/project/YY/inbox/{event.id}").text
    assert f"已并入 {kept.dossier_no}" in page and "这一户恢复" not in page
    kept.state = HouseholdState.IN_PROGRESS
    theirs = replace(factories.sheet(), rooms=2)
    save_sheet(actor=field.leader, household=kept, base=0, pairs=to_pairs(theirs))
    kept.state = HouseholdState.APPROVED
    db.session.commit()
    answer = office.post(f"/project/YY/inbox/{event.id}/accept")
    assert answer.headers["Location"].startswith(f"/household/{kept.id}/sheet/conflict/")
    assert office.get(answer.headers["Location"]).status_code == 200
