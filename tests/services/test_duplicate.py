"""Two dossiers at one door become one, or stay two; nothing of either is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.duplicate import match_rows, rename_rows
from survey.domain.errors import DomainError, NotFound
from survey.domain.household import HouseholdState
from survey.domain.sheet import Reason, Sheet, to_pairs
from survey.domain.signature import SignatureGiven
from survey.domain.visit import VisitMade
from survey.models import AuditEntry, Consent, Household, Project, Round, Standing, User, db, utc_now
from survey.services import building as buildings
from survey.services import duplicate
from survey.services.consent import Word, record_consent
from survey.services.inbox import list_same_door
from survey.services.records import check_records
from survey.services.request import RequestGiven, record_request
from survey.services.round import close_round, open_round
from survey.services.sheet import current_sheet, save_sheet
from survey.services.signature import record_signature
from survey.services.standing import list_voices
from survey.services.visit import list_visits, record_visit
from tests import factories


class Pair:
    """A household at a door, and another that a tablet made there too: the same people under other uids."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.office = factories.member(project, Role.OFFICE, "沈志远")
        self.surveyor = factories.member(project, Role.SURVEYOR, "王芳")
        self.partner = factories.member(project, Role.SURVEYOR, "李四")
        self.first = factories.household(project, "3-2-501", factories.sheet(note=""), actor=self.surveyor)
        self.beside = buildings.create_household(
            actor=self.surveyor, project=project, building=self.first.building, unit_no="2", room_no="501",
            is_beside=True,
        )  # fmt: skip
        factories.assign(self.surveyor, self.first)
        db.session.commit()

    def fill_beside(self, **values: Any) -> Sheet:
        sheet = factories.sheet(**values)
        known = {"certificates": "x1", "parts": "x2"}
        rows = {name: tuple(replace(row, uid=uid) for row in getattr(sheet, name)) for name, uid in known.items()}
        persons = tuple(replace(row, uid=f"x{row.uid}") for row in sheet.persons)
        sheet = replace(sheet, **rows, persons=persons)
        save_sheet(actor=self.surveyor, household=self.beside, base=0, pairs=to_pairs(sheet))
        db.session.commit()
        return sheet

    def visit(self, household: Household, minutes: int, result: codes.VisitResult = codes.VisitResult.DONE) -> None:
        end = utc_now() - timedelta(minutes=minutes)
        made = VisitMade(
            self.surveyor.id, self.partner.id, end - timedelta(minutes=5), end, result, hours_reason="约在这时"
        )
        record_visit(actor=self.surveyor, household=household, made=made)

    def agree(self, household: Household) -> Round:
        """The household's owner agrees in a round of its own."""
        round_ = open_round(
            actor=self.office, project=self.project, kind=codes.RoundKind.SOUNDING, title="摸底", question="是否同意？",
            policy_id=None, threshold_num=2, threshold_den=3,
        )  # fmt: skip
        [voice] = list_voices(household)
        word = Word(person_id=voice.person_id, choice=codes.Choice.AGREE, channel=codes.Channel.IN_PERSON,
                    given_at=utc_now() + timedelta(seconds=1))  # fmt: skip
        later = utc_now() + timedelta(minutes=1)
        record_consent(actor=self.surveyor, household=household, round_=round_, word=word, now=later)
        return round_

    def sign(self, household: Household) -> None:
        given = SignatureGiven(
            signer_role=codes.SignerRole.RESPONDENT, signer_name="张伟", signed_at=utc_now(), has_evidence=True
        )
        record_signature(actor=self.surveyor, household=household, given=given, now=utc_now())

    def merge(self, *ours: str, kept: Household | None = None) -> None:
        kept = kept or self.first
        other = self.beside if kept is self.first else self.first
        duplicate.merge_households(
            actor=self.office, kept=kept, other=other, ours=ours, versions=(kept.sheet_version, other.sheet_version)
        )
        db.session.commit()


@pytest.fixture
def pair(project: Project) -> Pair:
    return Pair(project)


def refusal(pair: Pair, *ours: str, kept: Household | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        pair.merge(*ours, kept=kept)
    db.session.rollback()
    return refused.value.code


def test_the_same_people_and_rooms_are_found_under_other_uids() -> None:
    theirs = factories.sheet()
    mine = replace(
        theirs,
        persons=(
            factories.person("张伟", 1, uid="a"),
            factories.person("张伟", 9, uid="p1"),
            factories.person("孙丽", 3, uid="b", id_no=""),
        ),
        parts=(replace(theirs.parts[0], uid="c1"), replace(theirs.parts[0], uid="second")),
        reasons=(Reason(uid="check.built_after_certificate:c1", text="已核对"),),
    )
    uids = match_rows(mine, theirs)
    assert uids["persons", "a"] == "p1", "one number is one person"
    assert uids["persons", "p1"] == "p1~2", "another number is another person, whatever the name and the uid"
    assert (uids["persons", "b"], uids["parts", "c1"], uids["parts", "second"]) == ("b", "b1", "second")
    assert [reason.uid for reason in rename_rows(mine, uids).reasons] == ["check.built_after_certificate:b1"]


def test_a_person_without_a_number_is_known_by_the_name() -> None:
    mine = replace(factories.sheet(), persons=(factories.person("张伟", 1, uid="a", id_no=""),))
    assert match_rows(mine, factories.sheet())["persons", "a"] == "p1"


def test_two_households_become_one_answer_by_answer(pair: Pair) -> None:
    pair.fill_beside(rooms=3, note="门牌已换", halls=1)
    now = current_sheet(pair.first)
    save_sheet(actor=pair.office, household=pair.first, base=1, pairs=to_pairs(replace(now, rooms=2)))
    db.session.commit()
    compared = duplicate.compare(pair.first, pair.beside)
    assert [each.key for each in compared.merged.conflicts] == ["rooms"]
    pair.merge("rooms")
    sheet = current_sheet(pair.first)
    assert (sheet.rooms, sheet.halls, sheet.note) == (3, 1, "门牌已换")
    assert [person.uid for person in sheet.persons] == ["p1"], "nobody stands there twice"
    assert (pair.beside.merged_into_id, pair.beside.removed_reason) == (pair.first.id, f"并入 {pair.first.dossier_no}")
    assert list_same_door(pair.office, pair.project.id) == []
    assert list(check_records(pair.project)) == []
    entry = db.session.query(AuditEntry).filter_by(action="household.merge").one()
    assert entry.household_id == pair.first.id and entry.details["dossier_no"] == pair.beside.dossier_no


def test_the_one_that_has_the_door_may_go_and_gives_its_door(pair: Pair) -> None:
    pair.fill_beside()
    pair.merge(kept=pair.beside)
    db.session.expire_all()
    assert [door.room_no for door in pair.beside.doors] == ["501"] and pair.first.doors == []
    assert pair.first.merged_into_id == pair.beside.id and pair.beside.door_text == "3-2-501"
    assert list(check_records(pair.project)) == []


def test_the_records_of_both_are_those_of_one(pair: Pair) -> None:
    pair.fill_beside()
    pair.visit(pair.first, 60)
    pair.visit(pair.beside, 90, codes.VisitResult.NOBODY_HOME)
    pair.visit(pair.beside, 30)
    given = RequestGiven(
        received_on=utc_now().date(), person_name="张伟", kind=codes.RequestKind.AREA, content="要求复测"
    )
    record_request(actor=pair.surveyor, household=pair.beside, given=given, today=utc_now().date())
    pair.agree(pair.beside)
    db.session.commit()
    pair.merge()
    assert [visit.visit_no for visit in list_visits(pair.first)] == [3, 1, 2], "numbered on, whenever they were"
    assert (pair.first.visit_count, len(list_visits(pair.beside))) == (3, 0)
    [consent] = db.session.query(Consent).all()
    assert consent.household_id == pair.first.id
    assert consent.person_id == list_voices(pair.first)[0].person_id, "the word stays with the one who gave it"
    [standing] = db.session.query(Standing).all()
    assert (standing.household_id, standing.choice) == (pair.first.id, "agree")


def test_what_a_closed_round_counted_stays_counted(pair: Pair) -> None:
    pair.fill_beside()
    theirs, ours = pair.agree(pair.beside), pair.agree(pair.first)
    for round_ in (theirs, ours):
        close_round(actor=pair.office, round_=round_)
    db.session.commit()
    pair.merge()
    kept = {row.round_id: row.choice for row in db.session.query(Standing).filter_by(household_id=pair.first.id)}
    assert kept == {theirs.id: "agree", ours.id: "agree"}


def test_a_visit_that_comes_over_starts_a_household_that_nobody_had_begun(project: Project) -> None:
    pair = Pair.__new__(Pair)
    pair.project = project
    pair.office, pair.surveyor, pair.partner = (
        factories.member(project, role) for role in (Role.OFFICE, Role.SURVEYOR, Role.SURVEYOR)
    )
    pair.first = factories.household(project, "3-2-501")
    pair.beside = buildings.create_household(
        actor=None, project=project, building=pair.first.building, unit_no="2", room_no="501", is_beside=True
    )
    pair.visit(pair.beside, 30)
    pair.merge()
    assert (pair.first.state, pair.first.sheet_version) == (HouseholdState.IN_PROGRESS, 0)


def test_a_signed_sheet_takes_nothing_over_and_goes_nowhere(pair: Pair) -> None:
    pair.fill_beside(rooms=3)
    pair.sign(pair.first)
    db.session.commit()
    assert refusal(pair, "rooms") == "household.merge_signed"
    assert refusal(pair, kept=pair.beside) == "household.merge_signed_other"
    pair.merge()
    assert (pair.first.sheet_version, current_sheet(pair.first).rooms) == (1, None)
    assert current_sheet(pair.beside).rooms == 3, "what was not taken over stays with the one that went"


def test_two_signed_sheets_are_refused(pair: Pair) -> None:
    pair.fill_beside()
    pair.sign(pair.first)
    pair.sign(pair.beside)
    db.session.commit()
    assert refusal(pair) == "household.merge_signed_both"


def test_a_sheet_that_was_handed_in_takes_nothing_over(pair: Pair) -> None:
    pair.fill_beside(rooms=3)
    pair.first.state = HouseholdState.SUBMITTED
    db.session.commit()
    assert refusal(pair, "rooms") == "household.merge_locked"
    pair.merge()
    assert pair.first.state is HouseholdState.SUBMITTED


def test_what_changed_meanwhile_is_looked_at_again(pair: Pair) -> None:
    pair.fill_beside()
    with pytest.raises(DomainError, match=r"household\.merge_changed"):
        duplicate.merge_households(actor=pair.office, kept=pair.first, other=pair.beside, ours=(), versions=(1, 0))
    pair.merge()
    with pytest.raises(NotFound):
        pair.merge()


def test_two_that_were_found_to_be_two_are_not_asked_about_again(pair: Pair) -> None:
    assert list_same_door(pair.office, pair.project.id) == [(pair.beside, pair.first)]
    duplicate.keep_apart(actor=pair.office, first=pair.first, second=pair.beside)
    db.session.commit()
    assert list_same_door(pair.office, pair.project.id) == []
    with pytest.raises(NotFound):
        duplicate.get_pair(pair.office, pair.project.id, pair.first.id, pair.beside.id)
    assert db.session.query(AuditEntry).filter_by(action="household.keep_apart").one()


def test_only_the_office_of_the_project_finds_the_pair(pair: Pair) -> None:
    stranger: User = factories.member(factories.project("QT", "其他项目"), Role.OFFICE)
    with pytest.raises(NotFound):
        duplicate.get_pair(stranger, pair.project.id, pair.first.id, pair.beside.id)
    assert duplicate.get_pair(pair.office, pair.project.id, pair.beside.id, pair.first.id) == (pair.beside, pair.first)
