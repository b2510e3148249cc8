"""The feed's numbers: given at the commit, in its order, once a transaction."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.domain.visit import VisitMade
from survey.models import Household, Project, db, utc_now
from survey.services.feed import note_changed
from survey.services.sheet import save_sheet
from survey.services.visit import record_visit
from tests import factories


def seq(household: Household) -> int:
    return db.session.scalars(select(Household.changed_seq).where(Household.id == household.id)).one()


def test_a_household_gets_a_higher_number_with_each_transaction_that_touches_it(project: Project) -> None:
    one, two = factories.household(project, door="3-2-501"), factories.household(project, door="3-2-502")
    db.session.commit()
    assert seq(one) == seq(two) == 1
    actor = factories.member(project, Role.OFFICE)
    save_sheet(actor=actor, household=one, base=0, pairs=to_pairs(factories.sheet()))
    assert seq(one) == 1, "the number is given at the commit"
    db.session.commit()
    assert (seq(one), seq(two)) == (2, 1)


def test_a_record_beside_the_sheet_counts_as_a_change(project: Project) -> None:
    household = factories.household(project)
    first, second = factories.member(project, Role.SURVEYOR), factories.member(project, Role.SURVEYOR)
    db.session.commit()
    end = utc_now() - timedelta(minutes=1)
    made = VisitMade(
        first.id, second.id, end - timedelta(minutes=5), end, codes.VisitResult.NOBODY_HOME, None, "", "约在这时"
    )
    before = seq(household)
    record_visit(actor=first, household=household, made=made)
    db.session.commit()
    assert seq(household) == before + 1


def test_what_was_rolled_back_is_forgotten_and_a_savepoint_forgets_nothing_else(project: Project) -> None:
    one, two = factories.household(project, door="3-2-501"), factories.household(project, door="3-2-502")
    db.session.commit()
    note_changed([one.id])
    db.session.rollback()
    note_changed([two.id])
    db.session.begin_nested().rollback()
    db.session.commit()
    assert (seq(one), seq(two)) == (1, 2)


def test_projects_count_for_themselves(project: Project) -> None:
    other = factories.household(factories.project("ZZ", "别处"))
    here = factories.household(project)
    db.session.commit()
    assert (seq(here), seq(other)) == (1, 1)
