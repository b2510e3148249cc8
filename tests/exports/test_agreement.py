"""Ledgers of one moment agree in every total that they share, whatever happened in the project before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports.ledgers import LEDGERS, find_ledger, preview_ledger
from exports.view import one_moment, view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.settings import ProjectSettings
from survey.models import Project, User, db, utc_now
from survey.services import register
from survey.services.request import RequestGiven, answer_request, close_request, record_request
from tests import factories
from tests.services.chance import Chance, people

CODES = count()
Rows = list[dict[str, Any]]
Ledgers = dict[str, dict[str, Rows]]


def lived_in(seed: int) -> Chance:
    """A project in which some forty things happened, and some people asked for something."""
    project = factories.project(f"Z{next(CODES)}")
    chance, dice = Chance(project, seed), Random(seed)
    for _ in range(40):
        chance.act()
    today = utc_now().date()
    for _ in range(dice.randrange(6)):
        asked = RequestGiven(
            received_on=today, person_name="张伟", kind=dice.choice(list(codes.RequestKind)), content="楼道灯不亮"
        )
        request = record_request(actor=chance.office, household=chance.any_household(), given=asked, today=today)
        if dice.random() < 0.5:
            answer_request(
                actor=chance.office, request=request, reply="已修好", replied_on=today, handler="王敏", today=today
            )
            close_request(actor=chance.office, request=request)
    db.session.commit()
    return chance


def read_all(project: Project, actor: User) -> Ledgers:
    """Every row of every ledger that the person may open, of one moment."""
    with one_moment():
        view = view_of(project, actor)
        return {
            name: {key: [dict(row) for row in rows] for key, rows in find_ledger(name)[1](view, ProjectSettings()).items()}
            for name, (ledger, _reading) in LEDGERS.items()
            if ledger.is_open_to(view.granted)
        }  # fmt: skip


def total(rows: Rows, key: str, where: Callable[[dict[str, Any]], bool] = lambda _row: True) -> Decimal:
    return sum((Decimal(row[key]) for row in rows if row.get(key) is not None and where(row)), Decimal(0))


def last_of_each_team(days: Rows) -> Rows:
    return list({row["team"]: row for row in days}.values())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_ledgers_of_one_moment_agree_in_every_total_that_they_share(app: Flask, seed: int) -> None:
    chance = lived_in(seed)
    for actor in people(chance):
        found = read_all(chance.project, actor)
        homes, people_, parts = (found["register"][key] for key in ("households", "people", "parts"))
        buildings, days = found["building-summary"]["buildings"], found["daily"]["days"]
        rounds, standings = found["consents"]["rounds"], found["consents"]["standings"]

        assert len(homes) == total(buildings, "due")
        assert total(buildings, "done") == total(days, "done") == total(last_of_each_team(days), "done_so_far")
        for area in ("area_cert_m2", "area_meas_m2", "area_unreg_m2"):
            assert total(homes, area) == total(parts, area) == total(buildings, area)
        assert total(homes, "hukou_count") == total(people_, "hukou") == total(buildings, "hukou_count")
        assert total(homes, "living_count") == total(people_, "living") == total(buildings, "living_count")
        assert total(homes, "visit_count") == total(days, "visits")
        assert Counter(row["building_no"] for row in homes) == {row["building_no"]: row["due"] for row in buildings}

        for round_ in rounds:
            said = [row for row in standings if row["round"] == round_["title"]]
            same = [row for row in rounds if row["title"] == round_["title"]]
            assert total(said, "counted") == total(same, "part"), "rounds of one title are told together"
            assert total(said, "counted_m2") == total(same, "part_m2")
            parts_of = ("agree", "conditional", "disagree", "abstain")
            assert round_["part"] == sum(round_[key] for key in parts_of)
            assert round_["total"] == round_["part"] + round_["silent"]
            assert round_["total_m2"] == round_["part_m2"] + round_["silent_m2"]
        current = [row for row in rounds if row["is_current"]]
        if current:
            assert total(days, "agree") == total(last_of_each_team(days), "agree_so_far") == current[0]["agree"]
            assert total(last_of_each_team(days), "agree_m2") == current[0]["agree_m2"]

        requests = found["requests"]["requests"]
        assert len(requests) == total(days, "new_requests")
        votes, choices = found["appraisers"]["votes"], found["appraisers"]["choices"]
        assert total(votes, "votes") == total(choices, "counted") == len(choices)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_a_figure_on_screen_is_the_length_of_the_list_that_it_leads_to(app: Flask, seed: int) -> None:
    chance = lived_in(seed)
    pressed: Counter[str] = Counter()
    for actor in people(chance):
        view, reading = view_of(chance.project, actor), register.read(chance.project)
        for name in LEDGERS:
            if not LEDGERS[name][0].is_open_to(view.granted):
                continue
            for shown in preview_ledger(name, project=chance.project, view=view, limit=3):
                for cell in (cell for row in (*shown.rows, shown.total or ()) for cell in row):
                    if cell.filters is not None:
                        pressed[name] += 1
                        chosen = register.chosen_filters(cell.filters)
                        assert int(cell.text) == register.count_households(actor, reading, chosen), (name, cell)
    assert pressed["building-summary"], "there is something to press"


@pytest.mark.parametrize("rows", [2, 20])
def test_a_sheet_whose_figures_lead_somewhere_is_shown_whole(project: Project, rows: int) -> None:
    for number in range(rows):
        factories.household(project, f"{number + 1}-1-101", factories.sheet())
    office = factories.member(project, Role.OFFICE)
    db.session.commit()
    view = view_of(project, office)
    [summary] = preview_ledger("building-summary", project=project, view=view, limit=3)
    assert (len(summary.rows), summary.is_whole, summary.total is not None) == (rows, True, True)
    register_ = preview_ledger("register", project=project, view=view, limit=3)[0]
    assert (len(register_.rows), register_.is_whole) == (min(rows, 3), rows <= 3)
