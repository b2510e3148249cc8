"""Saving a sheet: versions, merges, conflicts, projections."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.check import check_sheet
from survey.domain.household import HouseholdState
from survey.domain.sheet import to_pairs
from survey.models import AuditEntry, PersonRow, Project, Signature, db, utc_now
from survey.services.facts import gather_facts
from survey.services.sheet import current_sheet, list_conflicts, list_versions, save_sheet
from tests import factories


def test_a_saved_sheet_is_kept_whole_and_projected(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    db.session.commit()
    db.session.expire_all()
    assert current_sheet(household) == sheet
    assert household.state is HouseholdState.IN_PROGRESS
    assert household.owner_names == "张伟"
    assert household.area_cert_m2 == Decimal("85.20")
    [person] = household.persons
    assert (person.id_no, person.phone) == (sheet.persons[0].id_no, sheet.persons[0].phone)
    assert household.parts[0].use_actual is codes.Use.DWELLING_SET


def test_the_database_never_sees_an_id_number_in_clear(project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    number = factories.sheet().persons[0].id_no.encode()
    row = db.session.execute(select(PersonRow.id_no_sealed, PersonRow.id_hash)).one()
    assert number not in row.id_no_sealed
    assert number not in list_versions(household)[0].pairs_sealed


def test_saving_the_same_again_writes_no_version(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    again = save_sheet(actor=factories.member(project, Role.OFFICE), household=household, base=1, pairs=to_pairs(sheet))
    assert (again.status, again.version) == ("unchanged", 1)


def test_two_people_who_edit_different_fields_are_merged(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    one, two = factories.member(project, Role.OFFICE), factories.member(project, Role.SURVEYOR)
    save_sheet(actor=one, household=household, base=1, pairs=to_pairs(replace(sheet, note="北面有加建")))
    saved = save_sheet(actor=two, household=household, base=1, pairs=to_pairs(replace(sheet, parcel_no="12-7")))
    assert saved.status == "merged"
    assert (current_sheet(household).note, current_sheet(household).parcel_no) == ("北面有加建", "12-7")


def test_two_people_who_edit_one_field_make_a_conflict_and_nothing_is_lost(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    one, two = factories.member(project, Role.OFFICE), factories.member(project, Role.SURVEYOR)
    save_sheet(actor=one, household=household, base=1, pairs=to_pairs(replace(sheet, note="甲")))
    saved = save_sheet(
        actor=two, household=household, base=1, pairs=to_pairs(replace(sheet, note="乙", lessor="某单位"))
    )
    assert saved.status == "conflict"
    assert [conflict.key for conflict in saved.conflicts] == ["note"]
    assert current_sheet(household).note == "甲"
    [kept] = list_conflicts(household)
    assert ["note", "乙"] in kept.pairs and ["lessor", "某单位"] in kept.pairs


def test_fields_that_a_person_was_not_shown_survive_their_save(project: Project) -> None:
    sheet = factories.sheet(
        expected_price_yuan=Decimal("9800.00"),
        persons=(factories.person(special_tags=(codes.SpecialTag.LOW_INCOME,)),),
    )
    household = factories.household(project, sheet=sheet)
    shown = replace(sheet, expected_price_yuan=None, note="改", persons=(replace(sheet.persons[0], special_tags=()),))
    save_sheet(
        actor=factories.member(project, Role.SURVEYOR), household=household, base=1, pairs=to_pairs(shown),
        hidden=frozenset({"expected_price_yuan", "special_tags"}),
    )  # fmt: skip
    assert current_sheet(household) == replace(sheet, note="改")


def test_each_save_writes_one_audit_entry_without_any_value(project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    entries = list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == "sheet.edit").order_by(AuditEntry.seq))
    )
    assert len(entries) == 1
    assert entries[0].household_id == household.id
    assert factories.sheet().persons[0].id_no not in str(entries[0].details)


def test_who_signed_for_the_household_is_asked_about_at_the_next_submission(project: Project) -> None:
    agreed = factories.sheet(renewal_will=codes.Will.AGREE)
    household = factories.household(project, sheet=agreed)
    actor = factories.member(project, Role.OFFICE)
    assert gather_facts(household, agreed).signers is None
    for name, refused in (("赵路", False), ("钱过", True)):
        db.session.add(
            Signature(
                project_id=project.id, household_id=household.id, sheet_version=1, pairs_hash="0" * 64,
                signer_role=codes.SignerRole.RESPONDENT, signer_name=name, signed_at=utc_now(), refused=refused,
                refuse_reason="", witness="", recorded_by_id=actor.id,
            )
        )  # fmt: skip
    db.session.flush()
    assert gather_facts(household, agreed).signers == {"赵路"}
    assert "check.signed_by_non_owner" in {each.code for each in check_sheet(agreed, gather_facts(household, agreed))}


def test_a_signed_sheet_is_not_merged_behind_the_signers_back(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    one, two = factories.member(project, Role.OFFICE), factories.member(project, Role.SURVEYOR)
    save_sheet(actor=one, household=household, base=1, pairs=to_pairs(replace(sheet, note="北面有加建")))
    db.session.add(
        Signature(
            project_id=project.id, household_id=household.id, sheet_version=2,
            pairs_hash=list_versions(household)[-1].pairs_hash, signer_role=codes.SignerRole.RESPONDENT,
            signer_name="张伟", signed_at=utc_now(), recorded_by_id=one.id,
        )
    )  # fmt: skip
    saved = save_sheet(actor=two, household=household, base=1, pairs=to_pairs(replace(sheet, parcel_no="12-7")))
    assert (saved.status, household.sheet_version) == ("conflict", 2)
    assert {each.key for each in saved.conflicts} == {"note", "parcel_no"}


def test_what_is_filled_on_top_of_an_earlier_record_does_not_dispute_that_record(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    one, two = factories.member(project, Role.OFFICE), factories.member(project, Role.SURVEYOR)
    save_sheet(actor=one, household=household, base=1, pairs=to_pairs(replace(sheet, note="北面有加建")))
    first = to_pairs(replace(sheet, parcel_no="12-7"))
    assert save_sheet(actor=two, household=household, base=1, pairs=first).status == "merged"
    second = to_pairs(replace(sheet, parcel_no="12-8"))
    assert save_sheet(actor=two, household=household, base=1, pairs=second, begun_from=first).status == "merged"
    assert (current_sheet(household).note, current_sheet(household).parcel_no) == ("北面有加建", "12-8")
