"""Visits: what may be recorded, and what a household keeps of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from survey.domain.access import Role
from survey.domain.codes import VisitResult
from survey.domain.errors import DomainError
from survey.domain.household import HouseholdState
from survey.domain.settings import ProjectSettings
from survey.domain.visit import VisitMade, check_visit, state_after, summarise
from survey.models import AuditEntry, Household, Project, User, Visit, db
from survey.services.visit import find_last_partner, list_visits, record_visit
from tests import factories

TEN = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)  # Wednesday, 10:00 in China
NOW = TEN + timedelta(days=30)


def made(result: VisitResult = VisitResult.DONE, at: datetime = TEN, **values: object) -> VisitMade:
    first: dict[str, object] = {"surveyor_1_id": 1, "surveyor_2_id": 2}
    return VisitMade(**{**first, "started_at": at, "ended_at": at + timedelta(minutes=20), "result": result, **values})  # type: ignore[arg-type]


@pytest.fixture
def pair(project: Project) -> tuple[User, User]:
    return factories.member(project, Role.SURVEYOR, "王芳"), factories.member(project, Role.SURVEYOR, "李四")


def record(household: Household, pair: tuple[User, User], visit: VisitMade, **values: object) -> Visit:
    visit = replace(visit, surveyor_1_id=pair[0].id, surveyor_2_id=pair[1].id)
    return record_visit(actor=pair[0], household=household, made=visit, now=NOW, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("visit", "code", "field"),
    [
        pytest.param(made(surveyor_2_id=1), "check.visit_two_surveyors", "surveyor_2", id="two different surveyors"),
        pytest.param(made(at=NOW), "check.visit_in_future", "started_at", id="the future is refused"),
        pytest.param(
            made(at=TEN.replace(year=TEN.year - 3)), "check.visit_long_ago", "started_at", id="a slip of the year"
        ),
        pytest.param(
            made(ended_at=TEN - timedelta(minutes=1)), "check.visit_ends_before_start", "ended_at", id="ends before start"
        ),
        pytest.param(
            made(at=TEN + timedelta(hours=11)), "visit.hours_reason", "hours_reason",
            id="行政强制法 art 43 by analogy: at 21:00 a reason is wanted",
        ),
        pytest.param(made(VisitResult.RESCHEDULED), "visit.next_missing", "next_visit_at", id="an appointment names its time"),
        pytest.param(
            made(next_visit_at=TEN), "visit.next_too_early", "next_visit_at", id="an appointment lies after the visit"
        ),
        pytest.param(made(VisitResult.OTHER), "visit.note_missing", "note", id="another result is told in words"),
        pytest.param(made(VisitResult.UNSAFE), "visit.note_missing", "note", id="a stop for safety is told in words"),
    ],
)  # fmt: skip
def test_a_visit_that_cannot_have_been_so_is_refused(visit: VisitMade, code: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_visit(visit, ProjectSettings(), NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    "visit",
    [
        pytest.param(made(at=TEN - timedelta(days=60)), id="补录: weeks later"),
        pytest.param(
            made(at=TEN + timedelta(hours=11), hours_reason="住户白天上班"), id="out of hours with its reason"
        ),
        pytest.param(made(at=TEN + timedelta(days=3)), id="a Saturday needs no reason"),
        pytest.param(made(VisitResult.NOBODY_HOME), id="nobody home"),
    ],
)
def test_a_visit_may_be_recorded(visit: VisitMade) -> None:
    check_visit(visit, ProjectSettings(), NOW)


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (result, HouseholdState.IN_PROGRESS if result in ("done", "partial") else HouseholdState.UNVISITED)
        for result in VisitResult
    ],
)
def test_only_a_visit_at_which_work_was_done_starts_the_dossier(result: VisitResult, state: HouseholdState) -> None:
    assert state_after(HouseholdState.UNVISITED, result) is state


def test_a_visit_leaves_every_other_state_as_it_is() -> None:
    for state in HouseholdState:
        if state is not HouseholdState.UNVISITED:
            assert state_after(state, VisitResult.DONE) is state


def test_a_refusal_stands_until_somebody_is_met_who_does_not_refuse() -> None:
    refused = made(VisitResult.REFUSED)
    closed = made(VisitResult.NOBODY_HOME, TEN + timedelta(days=1))
    let_in = made(VisitResult.PARTIAL, TEN + timedelta(days=2))
    assert summarise([refused, closed]).refused_at == TEN
    assert summarise([refused, closed, let_in]).refused_at is None
    assert summarise([refused, closed, let_in]).met_at == TEN


def test_an_appointment_is_settled_by_the_next_visit() -> None:
    due = TEN + timedelta(days=2)
    promised = made(VisitResult.RESCHEDULED, next_visit_at=due)
    assert summarise([promised]).next_visit_at == due
    assert summarise([promised, made(VisitResult.NOBODY_HOME, due)]).next_visit_at is None


def test_the_summary_does_not_depend_on_the_order_in_which_visits_were_recorded() -> None:
    visits = [made(result, TEN + timedelta(days=day)) for day, result in enumerate(
        (VisitResult.NOBODY_HOME, VisitResult.REFUSED, VisitResult.VACANT, VisitResult.PARTIAL))]  # fmt: skip
    assert len({summarise(order) for order in permutations(visits)}) == 1


def test_visits_are_numbered_and_the_household_keeps_what_they_say(project: Project, pair: tuple[User, User]) -> None:
    household = factories.household(project)
    record(household, pair, made(VisitResult.NOBODY_HOME))
    assert household.state is HouseholdState.UNVISITED
    visit = record(household, pair, made(VisitResult.PARTIAL, TEN + timedelta(days=1), next_visit_at=NOW))
    assert visit.visit_no == 2
    assert household.state is HouseholdState.IN_PROGRESS
    assert (household.visit_count, household.last_visit_result) == (2, VisitResult.PARTIAL)
    assert (household.met_at, household.refused_at, household.next_visit_at) == (TEN + timedelta(days=1), None, NOW)


def test_a_visit_recorded_late_falls_into_its_place(project: Project, pair: tuple[User, User]) -> None:
    household = factories.household(project)
    record(household, pair, made(VisitResult.PARTIAL))
    record(household, pair, made(VisitResult.REFUSED, TEN - timedelta(days=3)))
    assert household.last_visit_result is VisitResult.PARTIAL
    assert household.refused_at is None
    assert household.met_at == TEN - timedelta(days=3)
    assert [visit.visit_no for visit in list_visits(household)] == [1, 2]


def test_a_visit_sent_twice_is_recorded_once(project: Project, pair: tuple[User, User]) -> None:
    household, key = factories.household(project), uuid4()
    assert record(household, pair, made(), key=key) is record(household, pair, made(), key=key)
    assert household.visit_count == 1


def test_a_visit_writes_one_entry_in_the_log(project: Project, pair: tuple[User, User]) -> None:
    household = factories.household(project)
    before = db.session.scalar(select(func.count()).select_from(AuditEntry))
    record(household, pair, made())
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq).offset(before)))
    assert [(entry.action, entry.household_id, entry.details["to"]) for entry in entries] == [
        ("visit.record", household.id, "in_progress")
    ]


def test_only_members_who_visit_households_can_be_named(project: Project, pair: tuple[User, User]) -> None:
    household = factories.household(project)
    auditor = factories.member(project, Role.AUDITOR)
    with pytest.raises(DomainError, match=r"visit\.surveyor_unknown"):
        record(household, (pair[0], auditor), made())
    assert household.visit_count == 0


def test_the_last_partner_is_remembered(project: Project, pair: tuple[User, User]) -> None:
    assert find_last_partner(pair[0], project.id) is None
    record(factories.household(project), pair, made())
    assert find_last_partner(pair[0], project.id) == pair[1].id
    assert find_last_partner(pair[1], project.id) == pair[0].id
