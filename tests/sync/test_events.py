"""Events of tablets: taken once, merged or disputed, held where nobody may lose them; one never spoils its batch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import FORM_VERSION, to_pairs
from survey.forms.sheet import version as form_version
from survey.models import AuditEntry, Device, Household, Project, SheetRow, Signature, SyncEvent, Visit, db, utc_now
from survey.services import building as buildings
from survey.services.account import set_membership
from survey.services.household import take_step
from survey.services.sheet import current_sheet, list_conflicts, list_versions, save_sheet
from tests import factories
from tests.sync.tablet import Tablet, pairs


@pytest.fixture
def household(project: Project) -> Household:
    return factories.household(project, sheet=factories.sheet())


@pytest.fixture
def tablet(app: Flask, project: Project, household: Household) -> Tablet:
    return Tablet.enrolled(app, project, household)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_save_becomes_the_next_version_and_the_numbers_that_the_tablet_never_had_stay(
    tablet: Tablet, household: Household
) -> None:
    result = tablet.send_one(tablet.save(household, replace(factories.sheet(), note="北面有加建"), 1))
    assert (result["status"], result["version"]) == ("applied", 2)
    sheet = current_sheet(household)
    assert sheet.note == "北面有加建"
    assert sheet.persons[0].id_no == factories.sheet().persons[0].id_no
    assert [row.source for row in list_versions(household)] == ["office", "tablet"]
    assert sheet.persons[0].id_no not in str(result)


def test_the_same_event_again_is_answered_again_and_done_once(tablet: Tablet, household: Household) -> None:
    event = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    first, again = tablet.send_one(event), tablet.send(event, event)
    assert [each["status"] for each in again] == ["applied", "applied"]
    assert all(each["duplicate"] and each["version"] == first["version"] for each in again)
    assert household.sheet_version == 2
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "sheet.edit")) == 2


def test_an_event_that_was_changed_after_it_was_taken_changes_nothing(tablet: Tablet, household: Household) -> None:
    event = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    tablet.send_one(event)
    assert tablet.send_one({**event, "pairs": pairs(replace(factories.sheet(), note="二"))})["duplicate"]
    assert current_sheet(household).note == "一"


def test_what_others_changed_meanwhile_is_put_together_field_by_field(tablet: Tablet, household: Household) -> None:
    save_sheet(
        actor=factories.member(tablet.project, Role.OFFICE), household=household, base=1,
        pairs=to_pairs(replace(factories.sheet(), note="办公室写的")),
    )  # fmt: skip
    result = tablet.send_one(tablet.save(household, replace(factories.sheet(), parcel_no="12-7"), 1))
    assert (result["status"], result["version"]) == ("merged", 3)
    sheet = current_sheet(household)
    assert (sheet.note, sheet.parcel_no) == ("办公室写的", "12-7")


def test_an_answer_that_both_changed_is_a_conflict_of_which_nothing_is_written_and_nothing_lost(
    tablet: Tablet, household: Household
) -> None:
    office = factories.member(tablet.project, Role.OFFICE, "李四")
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(replace(factories.sheet(), note="办公室写的")))
    event = tablet.save(household, replace(factories.sheet(), note="门口写的"), 1)
    result = tablet.send_one(event)
    assert result["status"] == "conflict" and household.sheet_version == 2
    [dispute] = result["conflicts"]
    assert (dispute["theirs"], dispute["ours"], dispute["base"]) == (["办公室写的"], ["门口写的"], [])
    assert dispute["who"] == "李四" and dispute["label"] == "备注"
    assert result["row"]["conflicts"] == 1
    [kept] = list_conflicts(household)
    assert ["note", "门口写的"] in kept.pairs

    settled = tablet.event(
        "resolve", household.id, base=2, prev=event["id"], about={"resolves": event["id"]},
        pairs=pairs(replace(factories.sheet(), note="门口写的")),
    )  # fmt: skip
    assert tablet.send_one(settled)["status"] == "applied"
    assert current_sheet(household).note == "门口写的" and not list_conflicts(household)


def test_two_edits_without_a_network_do_not_dispute_each_other(tablet: Tablet, household: Household) -> None:
    first = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    second = tablet.save(household, replace(factories.sheet(), note="二"), 1, prev=first["id"])
    third = tablet.save(household, replace(factories.sheet(), note="三"), 1, prev=second["id"])
    assert [each["status"] for each in tablet.send(first, second, third)] == ["applied"] * 3
    assert current_sheet(household).note == "三"


def test_an_edit_on_top_of_one_that_was_merged_keeps_what_others_wrote(tablet: Tablet, household: Household) -> None:
    office = factories.member(tablet.project, Role.OFFICE)
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(replace(factories.sheet(), note="办公室写的")))
    first = tablet.save(household, replace(factories.sheet(), parcel_no="12-7"), 1)
    second = tablet.save(household, replace(factories.sheet(), parcel_no="12-8"), 1, prev=first["id"])
    assert [each["status"] for each in tablet.send(first, second)] == ["merged", "merged"]
    sheet = current_sheet(household)
    assert (sheet.note, sheet.parcel_no) == ("办公室写的", "12-8")


def test_an_edit_on_top_of_a_conflict_does_not_undo_what_others_wrote(tablet: Tablet, household: Household) -> None:
    office = factories.member(tablet.project, Role.OFFICE)
    theirs = replace(factories.sheet(), note="办公室写的", parcel_no="12-7")
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(theirs))
    db.session.commit()
    ours = replace(factories.sheet(), note="门口写的")
    first = tablet.save(household, ours, 1)
    second = tablet.save(household, replace(ours, appraiser_choice="甲公司"), 1, prev=first["id"])
    assert [each["status"] for each in tablet.send(first, second)] == ["conflict", "conflict"]
    assert current_sheet(household).parcel_no == "12-7"


def test_what_the_person_changed_back_after_seeing_a_later_version_stays_changed_back(
    tablet: Tablet, household: Household
) -> None:
    first = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    tablet.send_one(first)
    office = factories.member(tablet.project, Role.OFFICE)
    save_sheet(actor=office, household=household, base=2, pairs=to_pairs(replace(factories.sheet(), note="改了")))
    db.session.commit()
    tablet.send_one(tablet.save(household, replace(factories.sheet(), note="一"), 3, prev=first["id"]))
    assert current_sheet(household).note == "一"


def test_an_event_whose_forerunner_has_not_arrived_waits_and_is_taken_after_it(
    tablet: Tablet, household: Household
) -> None:
    first = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    second = tablet.save(household, replace(factories.sheet(), note="二"), 1, prev=first["id"])
    assert tablet.send_one(second)["status"] == "wait"
    assert count(SyncEvent) == 0
    assert [each["status"] for each in tablet.send(first, second)] == ["applied", "applied"]


def test_a_signed_sheet_is_disputed_and_never_merged(tablet: Tablet, household: Household) -> None:
    office = factories.member(tablet.project, Role.OFFICE)
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(replace(factories.sheet(), note="核对过")))
    db.session.add(
        Signature(
            project_id=tablet.project.id, household_id=household.id, sheet_version=2,
            pairs_hash=list_versions(household)[-1].pairs_hash, signer_role=codes.SignerRole.RESPONDENT,
            signer_name="张伟", signed_at=utc_now(), recorded_by_id=office.id,
        )
    )  # fmt: skip
    db.session.commit()
    result = tablet.send_one(tablet.save(household, replace(factories.sheet(), parcel_no="12-7"), 1))
    assert result["status"] == "conflict" and household.sheet_version == 2


def test_a_complete_sheet_is_handed_in_and_an_incomplete_one_says_what_is_missing(
    tablet: Tablet, household: Household
) -> None:
    done = tablet.send_one(tablet.save(household, factories.sheet(), 1, about={"submit": True}))
    assert (done["status"], household.state) == ("applied", HouseholdState.SUBMITTED), done

    other = factories.household(tablet.project, "3-2-502")
    db.session.commit()
    empty = tablet.event("save", other.id, pairs=[["note", "刚开始"]], about={"submit": True})
    result = tablet.send_one(empty)
    assert result["status"] == "applied" and other.sheet_version == 1
    assert other.state is HouseholdState.IN_PROGRESS
    assert {"tenure_type"} <= {each["field"] for each in result["errors"]}


def test_a_warning_names_the_key_of_its_reason_and_with_the_reason_the_sheet_is_handed_in(
    tablet: Tablet, household: Household
) -> None:
    odd = factories.sheet(parts=(replace(factories.sheet().parts[0], area_meas_m2=Decimal("99.00")),))
    result = tablet.send_one(tablet.save(household, odd, 1, about={"submit": True}))
    [warning] = result["errors"]
    assert warning["field"] == "parts-0-area_meas_m2" and household.state is HouseholdState.IN_PROGRESS
    answered = [*pairs(odd), ["reasons-0-uid", warning["key"]], ["reasons-0-text", "阳台已封闭，待测绘"]]
    again = tablet.event("save", household.id, base=2, pairs=answered, about={"submit": True})
    assert "errors" not in tablet.send_one(again) and household.state is HouseholdState.SUBMITTED


def test_a_row_that_others_deleted_and_that_stays_after_all_keeps_its_number(
    tablet: Tablet, household: Household
) -> None:
    office = factories.member(tablet.project, Role.OFFICE)
    tenant = factories.person("李红", 2, uid="p2", roles=(codes.PersonRole.RESIDENT,))
    with_tenant = replace(factories.sheet(), persons=(*factories.sheet().persons, tenant))
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(with_tenant))
    save_sheet(actor=office, household=household, base=2, pairs=to_pairs(factories.sheet()))
    renamed = replace(with_tenant, persons=(with_tenant.persons[0], replace(tenant, full_name="李虹")))
    event = tablet.save(household, renamed, 2)
    assert tablet.send_one(event)["status"] == "conflict"
    settled = tablet.event(
        "resolve", household.id, base=3, prev=event["id"], about={"resolves": event["id"]}, pairs=pairs(renamed)
    )
    assert tablet.send_one(settled)["status"] == "applied"
    assert current_sheet(household).persons[1].id_no == tenant.id_no


def test_the_office_counts_as_unsent_what_has_not_arrived(tablet: Tablet, household: Household) -> None:
    first = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    waits = tablet.save(household, replace(factories.sheet(), note="三"), 1, prev=str(uuid4()))
    for count in (5, 4):  # the answer was lost: the tablet sends them again, and counts them again
        tablet.send(first, waits, unsent=count)
        assert db.session.get_one(Device, tablet.device_id).unsent == count - 1
    tablet.send(first, unsent=1)
    assert db.session.get_one(Device, tablet.device_id).unsent == 0


def test_answers_that_no_form_accepts_come_back_with_their_fields(tablet: Tablet, household: Household) -> None:
    result = tablet.send_one(tablet.event("save", household.id, base=1, pairs=[["total_floors", "很多"]]))
    assert result["status"] == "invalid" and household.sheet_version == 1
    assert [each["field"] for each in result["errors"]] == ["total_floors"]


def test_an_error_in_a_row_names_it_as_the_tablet_does_whatever_rows_were_removed_before_it(
    tablet: Tablet, household: Household
) -> None:
    sent = [["persons-0-uid", "a"], ["persons-0-full_name", "甲"], ["persons-2-uid", "b"], ["persons-2-full_name", "乙"],
            ["persons-2-birth_date", "2020-02-30"]]  # fmt: skip
    result = tablet.send_one(tablet.event("save", household.id, base=1, pairs=sent))
    assert [each["field"] for each in result["errors"]] == ["persons-2-birth_date"]


def test_a_locked_sheet_holds_the_save_and_the_office_accepts_it_as_a_correction(
    tablet: Tablet, household: Household
) -> None:
    from survey.sync import inbox

    surveyor = factories.member(tablet.project, Role.SURVEYOR)
    leader, office = factories.member(tablet.project, Role.LEADER), factories.member(tablet.project, Role.OFFICE)
    take_step(actor=surveyor, household=household, action=Action.SUBMIT)
    take_step(actor=leader, household=household, action=Action.GROUP_PASS)
    take_step(actor=factories.member(tablet.project, Role.OFFICE), household=household, action=Action.APPROVE)
    db.session.commit()
    result = tablet.send_one(tablet.save(household, replace(factories.sheet(), note="门口写的"), 1))
    assert result["status"] == "held" and household.sheet_version == 1
    event = db.session.scalars(select(SyncEvent)).one()
    assert inbox.accept(actor=office, event=event)["status"] == "applied"
    assert current_sheet(household).note == "门口写的"
    assert list_versions(household)[-1].source == "correction"


def test_a_record_for_a_removed_household_is_held_and_dropped_with_a_reason(
    tablet: Tablet, household: Household
) -> None:
    from survey.domain.errors import DomainError
    from survey.sync import inbox

    office = factories.member(tablet.project, Role.OFFICE)
    household.removed_at, household.removed_reason = utc_now(), "重复"
    db.session.commit()
    assert tablet.send_one(tablet.save(household, factories.sheet(), 1))["status"] == "held"
    event = db.session.scalars(select(SyncEvent)).one()
    with pytest.raises(DomainError, match=r"sync\.drop_reason"):
        inbox.drop(actor=office, event=event, reason=" ")
    inbox.drop(actor=office, event=event, reason="确认重复")
    assert event.settled_as == "dropped"
    with pytest.raises(DomainError, match=r"sync\.not_held"):
        inbox.accept(actor=office, event=event)


def test_a_record_for_a_household_that_was_merged_into_another_goes_there(tablet: Tablet, household: Household) -> None:
    other = factories.household(tablet.project, "3-2-502")
    db.session.commit()
    buildings.attach_door(
        actor=factories.member(tablet.project, Role.OFFICE), household=household, unit_no="2", room_no="502"
    )
    partner = factories.member(tablet.project, Role.SURVEYOR)
    db.session.commit()
    assert tablet.send_one(tablet.visit(other, partner))["status"] == "applied"
    assert db.session.scalars(select(Visit)).one().household_id == household.id


def test_work_done_before_the_tablet_heard_of_a_new_assignment_is_taken_and_later_work_is_held(
    tablet: Tablet, household: Household
) -> None:
    partner = factories.member(tablet.project, Role.SURVEYOR)
    db.session.commit()
    tablet.pull()
    before, after = tablet.visit(household, partner), tablet.visit(household, partner)
    buildings.assign(actor=partner, building=household.building, users=[partner])
    db.session.commit()
    assert tablet.send_one(before)["status"] == "applied"
    assert tablet.pull() and not tablet.rows, "the household left the tablet"
    assert tablet.send_one(after)["status"] == "held"


def test_a_household_that_was_never_the_persons_looks_like_one_that_does_not_exist(tablet: Tablet) -> None:
    elsewhere = factories.household(tablet.project, "9-1-101")
    foreign = factories.household(factories.project("ZZ", "别处"), "1-1-101")
    db.session.commit()
    partner = tablet.user
    told = [
        {key: each[key] for key in ("status", "message")}
        for each in tablet.send(
            *(tablet.visit(one, partner) for one in (elsewhere, foreign)), tablet.event("visit", uuid4())
        )
    ]
    assert told[0] == told[1] == told[2] and told[0]["status"] == "invalid"
    assert count(Visit) == 0


def test_another_tablets_event_is_neither_done_nor_told(app: Flask, tablet: Tablet, household: Household) -> None:
    event = tablet.save(household, replace(factories.sheet(), note="一"), 1)
    tablet.send_one(event)
    other = Tablet.enrolled(app, tablet.project, household)
    result = other.send_one(event)
    assert result["status"] == "invalid" and "row" not in result and "version" not in result


def test_a_role_that_was_taken_away_meanwhile_holds_the_record(tablet: Tablet, household: Household) -> None:
    set_membership(actor=None, project=tablet.project, user=tablet.user, role=Role.COORDINATOR)
    db.session.commit()
    answer = tablet.call("POST", "/api/events", json={"events": []})
    assert (answer.status_code, answer.json["hand_over"]) == (403, True)
    event = tablet.save(household, factories.sheet(), 1)
    assert tablet.call("POST", "/api/handover", json={"events": [event]}).json["results"][0]["status"] == "held"


def test_two_new_households_at_one_door_are_both_kept(app: Flask, tablet: Tablet, household: Household) -> None:
    other = Tablet.enrolled(app, tablet.project, household)
    about = {"building": str(household.building_id), "unit": "2", "room": "601"}
    for each in (tablet, other):
        new = each.event("create", uuid4(), pairs=[["note", "新发现"]], about=about)
        result = each.send_one(new)
        assert result["status"] == "applied", result
    same = db.session.scalars(select(Household).where(Household.door_text == "3-2-601")).all()
    assert len(same) == 2 and len({row.dossier_no for row in same}) == 2
    assert sorted(len(row.doors) for row in same) == [0, 1]


def test_a_record_on_a_household_made_on_the_tablet_follows_it(tablet: Tablet, household: Household) -> None:
    hid = uuid4()
    create = tablet.event(
        "create", hid, about={"building": str(household.building_id), "unit": "2", "room": "601"}
    )  # fmt: skip
    save = tablet.event("save", hid, prev=create["id"], pairs=pairs(factories.sheet()))
    assert [each["status"] for each in tablet.send(create, save)] == ["applied", "applied"]


def test_an_older_edition_of_the_form_is_read_by_todays(
    tablet: Tablet, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    def rename(told: list[tuple[str, str]]) -> list[tuple[str, str]]:
        return [("note" if name == "remark" else name, text) for name, text in told]

    monkeypatch.setitem(form_version.UPGRADES, 0, rename)
    old = tablet.event("save", household.id, base=1, fv=0, pairs=[*pairs(factories.sheet()), ["remark", "旧版写的"]])
    assert tablet.send_one(old)["status"] == "applied"
    assert current_sheet(household).note == "旧版写的"
    newer = tablet.event("save", household.id, base=2, fv=FORM_VERSION + 1)
    assert tablet.send_one(newer)["status"] == "invalid"


NOBODY = "01a202bb-8bc7-7ff8-8fcb-3f170ee068f4"
HOSTILE: list[Any] = [
    None, 7, "text", [], {}, {"id": "no uuid"}, {"id": 5}, {"id": NOBODY},
    {"type": "drop table"}, {"type": 5}, {"fv": "1"}, {"fv": True}, {"hid": "../../etc"}, {"hid": None},
    {"base": -1}, {"base": 2**40}, {"base": 1.5}, {"prev": "x"}, {"prev": 5}, {"seq": None}, {"at": "yesterday"},
    {"at": "2026-01-01T00:00:00"}, {"at": "9999-12-31T23:59:59+00:00"}, {"at": None}, {"pairs": "abc"},
    {"pairs": [["note"]]}, {"pairs": [["note", 5]]}, {"pairs": [["note", "a\0b"]]}, {"pairs": [["note", "\ud800"]]},
    {"pairs": [["no_such_field", "x"]]}, {"pairs": [["persons-0-full_name", "x"]]}, {"pairs": [["note", "x" * 30_000]]},
    {"pairs": [["__class__", "x"]]}, {"clear": "x"}, {"clear": [5]}, {"blobs": ["../../../etc/passwd"]},
    {"blobs": ["A" * 64]}, {"about": {"evil": "x"}}, {"about": []}, {"about": {"resolves": {"a": 1}}}, {"form": "other"},
    {"type": "consent", "about": {"round": "x", "person": "y"}}, {"type": "document"},
    {"type": "resolve", "about": {"resolves": NOBODY}}, {"type": "signature"}, {"type": "delivery"},
    {"strokes": [[[1, 2, 3, 0.5]]]},
    {"type": "withdraw", "about": {"consent": NOBODY}}, {"type": "briefing", "about": {"version": NOBODY}},
    {"type": "create", "about": {"building": NOBODY, "room": "1"}},
]  # fmt: skip


@pytest.mark.parametrize("broken", HOSTILE, ids=[str(each)[:50] for each in HOSTILE])
def test_a_malformed_or_hostile_event_is_refused_alone(tablet: Tablet, household: Household, broken: Any) -> None:
    if isinstance(broken, dict) and broken and "id" not in broken:
        broken = {**tablet.event("save", household.id, base=1, pairs=pairs(factories.sheet())), **broken}
    good = tablet.save(household, replace(factories.sheet(), note="好的"), 1)
    results = tablet.send(broken, good)
    assert results[0]["status"] == "invalid", results[0]
    assert results[0]["message"]
    assert results[1]["status"] == "applied" and current_sheet(household).note == "好的"
    if broken in (None, 7, "text", [], {}) or broken["id"] in ("no uuid", 5):
        assert tablet.send_one(broken)["status"] == "invalid"
    else:
        assert tablet.send_one(broken)["duplicate"], "its result is kept"


def test_a_batch_that_is_none_is_refused_whole(tablet: Tablet) -> None:
    for body in (b"", b"{", b"[]", b'"x"', b"{}", b'{"events": {}}', b'{"events": [' + b"1," * 50 + b"1]}"):
        assert tablet.call("POST", "/api/events", data=body).status_code == 422
    assert tablet.call("POST", "/api/events", data=b'{"events": []}' + b" " * 1_100_000).status_code == 422


def test_a_fault_of_ours_is_asked_for_again_and_spoils_nothing(
    tablet: Tablet, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.sync import apply

    def stumble(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(apply.HANDLERS, apply.EventType.VISIT, stumble)
    visit = tablet.visit(household, tablet.user)
    results = tablet.send(visit, tablet.save(household, replace(factories.sheet(), note="好的"), 1))
    assert [each["status"] for each in results] == ["wait", "applied"]
    assert db.session.get(SyncEvent, UUID(visit["id"])) is None


def test_every_version_that_a_tablet_wrote_has_its_event(tablet: Tablet, household: Household) -> None:
    for number in range(3):
        tablet.send_one(tablet.save(household, replace(factories.sheet(), note=str(number)), number + 1))
    written = db.session.scalars(select(SheetRow.version).where(SheetRow.source == "tablet")).all()
    known = db.session.scalars(select(SyncEvent.version).where(SyncEvent.status == "applied")).all()
    assert sorted(written) == sorted(version or 0 for version in known) == [2, 3, 4]


def test_a_value_that_the_database_refuses_spoils_no_other_event(
    tablet: Tablet, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey.sync import apply

    def refused(*_: Any) -> None:
        db.session.execute(text("INSERT INTO project (id) VALUES (NULL)"))

    monkeypatch.setitem(apply.HANDLERS, apply.EventType.VISIT, refused)
    visit = tablet.visit(household, tablet.user)
    results = tablet.send(visit, tablet.save(household, replace(factories.sheet(), note="好的"), 1))
    assert [each["status"] for each in results] == ["wait", "applied"]
