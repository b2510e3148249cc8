"""Tallies: what is kept is what a new count finds, whatever happened, and a tampered one is found and mended."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from survey.domain.access import Role
from survey.models import Household, Project, Tally, db
from survey.services import tally
from survey.services.building import attach_door, detach_door
from survey.services.feed import note_changed
from survey.services.register import HOUSEHOLD_FILTERS, TALLIED, TIMELESS, condition, read
from tests import factories
from tests.services.chance import Chance


@pytest.mark.parametrize("seed", range(5))
def test_after_whatever_happens_the_tallies_are_what_a_new_count_finds(project: Project, seed: int) -> None:
    chance = Chance(project, seed)
    for _ in range(12):
        for _ in range(4):
            chance.act()
        assert list(tally.check(project.id)) == []
    kept = tally.read(project.id, "project")[tally.key_of(project.id)]
    assert sum((each for each in tally.read(project.id, "building").values()), tally.Figures()) == kept
    assert sum((each for each in tally.read(project.id, "stairwell").values()), tally.Figures()) == kept
    assert kept.days and kept.people, "something must have happened"


def test_a_bulk_statement_that_says_what_it_changed_is_counted(project: Project) -> None:
    homes = [factories.household(project, f"{no}-{unit}-101") for no in (1, 2, 3) for unit in (1, 2)]
    db.session.commit()
    db.session.execute(update(Household).values(visit_count=1))
    note_changed([home.id for home in homes])
    db.session.commit()
    assert list(tally.check(project.id)) == []
    assert tally.read(project.id, "project")[tally.key_of(project.id)].flags["visited"] == 6


def test_a_tampered_and_a_lost_tally_are_found_and_a_recount_mends_them(project: Project) -> None:
    one, two = factories.household(project, "1-1-101"), factories.household(project, "2-1-101")
    db.session.commit()
    stairwell = tally.stairwell_key((one.building_id, "1"))
    db.session.execute(
        update(Tally)
        .where(Tally.key == stairwell)
        .values(figures={"flags": {"households": 9}, "told": {}, "rounds": {}})
    )
    db.session.execute(delete(Tally).where(Tally.key == tally.key_of(two.building_id)))
    assert sorted(tally.check(project.id)) == [("1-1", "flags"), ("2", "flags")]
    assert tally.recount(project.id) == 2
    assert list(tally.check(project.id)) == []


def test_the_last_household_that_goes_takes_its_figures_along(project: Project) -> None:
    home = factories.household(project, "1-1-101")
    db.session.commit()
    factories.household(project, "1-2-101")
    home.removed_at = read(project).now
    db.session.commit()
    assert tally.read(project.id, "stairwell")[tally.stairwell_key((home.building_id, "1"))] == tally.Figures()
    assert tally.read(project.id, "building")[tally.key_of(home.building_id)].flags["households"] == 1


def test_a_household_that_changes_its_stairwell_is_counted_in_one(project: Project) -> None:
    home = factories.household(project, "1-2-101")
    factories.household(project, "1-1-101")
    office = factories.member(project, Role.OFFICE)
    db.session.commit()
    attach_door(actor=office, household=home, unit_no="1", room_no="101")
    db.session.commit()
    assert home.unit_no == "1"
    assert list(tally.check(project.id)) == []
    assert tally.read(project.id, "project")[tally.key_of(project.id)].flags["households"] == 1
    detach_door(actor=office, household=home, door_id=home.doors[0].id)
    db.session.commit()
    assert home.unit_no == "2"
    assert list(tally.check(project.id)) == []


def test_a_household_whose_columns_were_not_read_leaves_its_stairwell_too(project: Project) -> None:
    home = factories.household(project, "1-2-101")
    db.session.commit()  # everything expires
    home.unit_no = "1"
    db.session.commit()
    assert list(tally.check(project.id)) == []


def test_what_is_kept_depends_on_the_rows_alone(project: Project) -> None:
    reading = read(project)
    for name in TALLIED:
        assert HOUSEHOLD_FILTERS[name].kind == "flag"
        told, timeless = (
            str(condition(name, "yes", each).compile(compile_kwargs={"literal_binds": False}))
            for each in (reading, TIMELESS)
        )
        assert told == timeless
