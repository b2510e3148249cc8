"""The board's figures are the lists behind them and the ledgers of the same snapshot, for everybody's scope."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from exports.ledgers.building_summary import buildings as building_summary
from exports.ledgers.daily import days as daily
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.codes import VisitResult
from survey.models import Household, Project, User, Visit, db
from survey.services import building as buildings
from survey.services import register
from survey.services.board import FIGURES, NOTHING, count_buildings, count_flags, list_buildings, list_teams, make_board
from survey.services.round import get_round, overview
from survey.services.scope import household_scope
from tests import factories
from tests.services.chance import Chance, people


@pytest.fixture(params=range(4))
def chance(project: Project, request: pytest.FixtureRequest) -> Chance:
    """A project in which sixty things happened."""
    made = Chance(project, 100 + request.param)
    for _ in range(60):
        made.act()
    return made


def test_each_figure_is_the_length_of_the_list_that_it_leads_to(chance: Chance, project: Project) -> None:
    reading = register.read(project)
    for actor in people(chance):
        board = make_board(actor, project, reading)
        shown = list_buildings(actor, project, reading)

        def listed(actor: User = actor, **filters: str) -> int:
            return register.count_households(actor, reading, filters)

        assert board.total.households == listed()
        for figure, (name, value) in FIGURES.items():
            assert getattr(board.total, figure) == listed(**{name: value}), (actor.username, figure)
            for row in shown:
                assert getattr(row.count, figure) == listed(**{name: value}, building=row.no), (figure, row.no)
        for team in list_teams(actor, project, reading):
            assert team.count.surveyed == listed(surveyed="yes", team=str(team.id or "none"))
        for person in board.people:
            assert person.households == listed(visited_by=str(person.id))
            assert person.first == listed(first_by=str(person.id))
            assert person.met_first == listed(met_first_by=str(person.id))
            assert person.returned == listed(returned_to=str(person.id))
        assert sum((row.count for row in shown), NOTHING) == board.total
        assert count_buildings(actor, project) == len(shown)
        assert shown == [
            row for first in range(len(shown)) for row in list_buildings(actor, project, reading, first=first, size=1)
        ]


def test_flags_are_counted_as_the_lists_that_they_lead_to_are_long(chance: Chance, project: Project) -> None:
    reading = register.read(project)
    flags = [name for name, each in register.HOUSEHOLD_FILTERS.items() if each.kind == "flag"]
    for actor in people(chance):
        for filters in ({}, {"building": "1"}, {"met": "yes"}, {"met": "no", "team": "none"}):
            counts = count_flags(actor, project, reading, filters, flags)
            for name in flags:
                chosen = {**filters, name: "yes"}
                assert counts[name] == register.count_households(actor, reading, chosen), (actor.username, chosen)


def test_the_board_agrees_with_the_ledgers_and_the_round(chance: Chance, project: Project) -> None:
    reading = register.read(project)
    board = make_board(chance.office, project, reading)
    view = view_of(project, chance.office)
    lines = {line["building_no"]: line for line in building_summary(view)}
    shown = list_buildings(chance.office, project, reading)
    assert lines.keys() == {row.no for row in shown}
    for row in shown:
        line = lines[row.no]
        assert (row.count.households, row.count.surveyed) == (line["due"], line["done"])
        assert (row.count.refused, row.count.unmet, row.count.vacant) == (
            line["refused"],
            line["unmet"],
            line["vacant"],
        )
    by_day: defaultdict[date, list[Any]] = defaultdict(lambda: [0, 0])
    agreed = 0
    for line in daily(view):
        by_day[line["day"]][0] += line["visits"]
        by_day[line["day"]][1] += line["done"]
        agreed += line["agree"]
    told = {day.day: [day.visits, day.submitted] for day in board.days if day.visits or day.submitted}
    assert told == {day: counts for day, counts in by_day.items() if any(counts)}
    assert board.total.agreed == agreed
    if reading.round_id and (round_ := get_round(project.id, reading.round_id)).closed_at is None:
        counted = overview(round_, household_scope(chance.office, project.id))
        assert (counted.whole.households, counted.whole.area_m2) == (board.total.households, board.total.area_m2)
        assert (counted.agree.households, counted.agree.area_m2) == (board.total.agreed, board.total.agreed_area_m2)


def test_days_and_surveyors_are_those_of_the_visits_that_one_may_see(chance: Chance, project: Project) -> None:
    reading = register.read(project)
    for actor in people(chance):
        board = make_board(actor, project, reading)
        visits = db.session.scalars(
            select(Visit).join(Household, Household.id == Visit.household_id).where(
                household_scope(actor, project.id)
            )
        ).all()  # fmt: skip
        assert sum(day.visits for day in board.days) == len(visits)
        assert sum(person.visits for person in board.people) == 2 * len(visits)


@pytest.mark.parametrize("wrong", ["0001-01-02", "1926-11-20", "2126-11-20"])
def test_a_day_of_a_wrong_year_counts_for_the_nearest_that_is_believed(project: Project, wrong: str) -> None:
    home = factories.household(project)
    first, second = factories.member(project, Role.SURVEYOR), factories.member(project, Role.SURVEYOR)
    reading = register.read(project)
    for number, day in enumerate([reading.midnight, datetime.fromisoformat(f"{wrong}T02:00+00:00")]):
        db.session.add(
            Visit(project_id=project.id, household_id=home.id, visit_no=number + 1, started_at=day, ended_at=day,
                  surveyor_1_id=first.id, surveyor_2_id=second.id, result=VisitResult.DONE, recorded_by_id=first.id)
        )  # fmt: skip
    db.session.commit()
    board = make_board(None, project, reading)
    assert board.days[-1].day == board.course.today
    assert len(board.days) <= 3 * 366
    assert sum(day.visits for day in board.days) == sum(day.met for day in board.days) == 2


def test_what_is_needed_a_day_does_not_count_on_holidays(project: Project) -> None:
    factories.household(project)
    reading = register.read(project)
    today = reading.midnight.date()
    project.survey_until = today + timedelta(days=13)
    project.settings = {"holidays": f"{today}..{today + timedelta(days=13)}"}
    db.session.commit()
    assert make_board(None, project, reading).course.needed is None
    project.settings = {}
    db.session.commit()
    assert make_board(None, project, reading).course.needed == 1


def test_who_is_no_member_sees_nothing(project: Project) -> None:
    factories.household(project)
    db.session.commit()
    stranger, reading = factories.user(), register.read(project)
    board = make_board(stranger, project, reading)
    assert (board.total, board.days, list_buildings(stranger, project, reading)) == (NOTHING, (), [])


def test_a_stairwell_given_beside_the_whole_building_is_counted_once(project: Project) -> None:
    home = factories.household(project, "1-1-101")
    factories.household(project, "1-2-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    buildings.assign(actor=surveyor, building=home.building, users=[surveyor])
    buildings.assign(actor=surveyor, building=home.building, users=[surveyor], unit_no="1")
    db.session.commit()
    assert make_board(surveyor, project, register.read(project)).total.households == 2
