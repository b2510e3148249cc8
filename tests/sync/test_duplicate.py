"""What a tablet still sends about a household that became part of another at the same door."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.sheet import to_pairs
from survey.models import Household, Project, SyncEvent, User, db
from survey.services import building as buildings
from survey.services import duplicate
from survey.services.sheet import current_sheet, save_sheet
from survey.sync import inbox
from tests import factories
from tests.sync.tablet import Tablet


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def first(project: Project) -> Household:
    return factories.household(project, "3-2-501", factories.sheet())


@pytest.fixture
def beside(project: Project, first: Household, office: User) -> Household:
    """The same home once more, its person under another uid, with a second one."""
    made = buildings.create_household(
        actor=None, project=project, building=first.building, unit_no="2", room_no="501", is_beside=True
    )
    sheet = factories.sheet(persons=(factories.person(uid="x1"), factories.person("孙丽", 2, uid="x2")))
    save_sheet(actor=office, household=made, base=0, pairs=to_pairs(sheet))
    return made


@pytest.fixture
def tablet(app: Flask, project: Project, first: Household, beside: Household) -> Tablet:
    return Tablet.enrolled(app, project, first)


def merge(office: User, kept: Household, other: Household) -> None:
    duplicate.merge_households(
        actor=office, kept=kept, other=other, ours=(), versions=(kept.sheet_version, other.sheet_version)
    )
    db.session.commit()


def test_a_sheet_that_was_begun_before_is_put_under_the_rows_of_the_one_that_stays(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    begun = current_sheet(beside)
    merge(office, first, beside)
    save_sheet(
        actor=office, household=first, base=first.sheet_version,
        pairs=to_pairs(replace(current_sheet(first), halls=1)),
    )  # fmt: skip
    person = replace(begun.persons[0], hukou_addr="颐园小区")
    sent = tablet.save(beside, replace(begun, rooms=3, persons=(person, begun.persons[1])), 1)
    assert tablet.send_one(sent)["status"] == "merged"
    sheet = current_sheet(first)
    assert (sheet.rooms, sheet.halls) == (3, 1), "what others wrote meanwhile stands"
    assert [(each.uid, each.hukou_addr) for each in sheet.persons] == [("p1", "颐园小区"), ("x2", "")]
    assert sheet.persons[0].id_no == factories.id_no(), "a number that the tablet never had is not lost"
    after = tablet.save(beside, replace(begun, rooms=3, baths=1, persons=(person,)), 1, prev=sent["id"])
    assert tablet.send_one(after)["status"] == "merged"
    sheet = current_sheet(first)
    assert (sheet.rooms, sheet.baths, [each.uid for each in sheet.persons]) == (3, 1, ["p1"])


def test_both_said_something_else_meanwhile_and_a_person_decides(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    begun = current_sheet(beside)
    merge(office, first, beside)
    save_sheet(
        actor=office, household=first, base=first.sheet_version,
        pairs=to_pairs(replace(current_sheet(first), rooms=2)),
    )  # fmt: skip
    result = tablet.send_one(tablet.save(beside, replace(begun, rooms=3), 1))
    assert (result["status"], [each["key"] for each in result["conflicts"]]) == ("conflict", ["rooms"])
    assert [person.uid for person in current_sheet(first).persons] == ["p1", "x2"]


def test_a_held_sheet_is_accepted_into_the_one_that_stays_and_the_other_does_not_rise(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    begun = current_sheet(beside)
    merge(office, first, beside)
    first.state = HouseholdState.APPROVED
    assert tablet.send_one(tablet.save(beside, replace(begun, rooms=3), 1))["status"] == "held"
    inbox.accept(actor=office, event=db.session.query(SyncEvent).one())
    db.session.commit()
    assert current_sheet(first).rooms == 3 and beside.removed_at is not None


def test_a_signature_under_the_sheet_of_the_one_that_went_is_not_one_under_the_other(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    merge(office, first, beside)
    pairs = [["signer_role", "respondent"], ["signer_name", "张伟"], ["signed", "yes"]]
    result = tablet.send_one(tablet.event("signature", beside.id, base=first.sheet_version, pairs=pairs))
    assert result["status"] == "invalid" and first.dossier_no in result["message"]


def test_a_household_about_which_a_record_waits_does_not_go(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    from survey.domain.errors import DomainError

    beside.state = HouseholdState.APPROVED
    tablet.send_one(tablet.save(beside, replace(current_sheet(beside), rooms=3), 1))
    with pytest.raises(DomainError, match=r"household\.merge_waiting"):
        merge(office, first, beside)


def test_the_tablet_is_told_where_the_one_that_went_is_now(
    tablet: Tablet, office: User, first: Household, beside: Household
) -> None:
    tablet.pull()
    assert str(beside.id) in tablet.rows
    merge(office, first, beside)
    told = tablet.call("GET", f"/api/changes?since={tablet.cursor}").json["rows"]
    assert {row["id"]: row.get("into") for row in told if row.get("gone")} == {str(beside.id): str(first.id)}
