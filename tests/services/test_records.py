"""The typed tables are the projection of the sheets, and `check_records` finds where they are not."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import delete, update

from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.models import Household, PersonRow, Project, SearchTerm, SheetRow, db
from survey.services.records import check_records
from survey.services.sheet import save_sheet
from tests import factories


def test_records_that_were_saved_by_the_service_have_no_difference(project: Project) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    factories.household(project, "3-2-502")
    two = replace(sheet, persons=(*sheet.persons, factories.person("李㛃", 2)), note="两位权利人")
    save_sheet(actor=factories.member(project, Role.OFFICE), household=household, base=1, pairs=to_pairs(two))
    db.session.commit()
    assert list(check_records(project)) == []


def test_each_kind_of_tampering_is_found(project: Project) -> None:
    household = factories.household(project, sheet=factories.sheet())
    db.session.execute(update(Household).where(Household.id == household.id).values(owner_names="李四"))
    db.session.execute(update(PersonRow).values(full_name="李四"))
    db.session.execute(delete(SearchTerm).where(SearchTerm.household_id == household.id))
    db.session.commit()
    assert {(each.where, each.what.split()[-1]) for each in check_records(project)} == {
        ("household", "owner_names"), ("persons", "full_name"), ("search_term", "terms"),
    }  # fmt: skip


def test_a_sheet_copied_from_another_row_does_not_open(project: Project) -> None:
    one = factories.household(project, sheet=factories.sheet())
    two = factories.household(project, "3-2-502", sheet=factories.sheet(note="另一户"))
    sealed = db.session.query(SheetRow.pairs_sealed).filter_by(household_id=one.id).scalar_subquery()
    db.session.execute(update(SheetRow).where(SheetRow.household_id == two.id).values(pairs_sealed=sealed))
    db.session.commit()
    assert [(each.dossier_no, each.what) for each in check_records(project)] == [(two.dossier_no, "sealed")]
