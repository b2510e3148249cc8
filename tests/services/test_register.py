"""The filters of the register: one condition a figure, bounded by what a person may see."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Permission, Role
from survey.domain.household import HouseholdState
from survey.models import (
    Briefing,
    Household,
    Policy,
    PolicyVersion,
    Project,
    Request,
    Round,
    Standing,
    User,
    db,
    utc_now,
)
from survey.services import register
from survey.services.briefing import keep_briefed
from survey.services.register import CHINA
from survey.services.stuck import list_stuck
from tests import factories


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


def doors(actor: User, project: Project, **filters: str) -> list[str]:
    db.session.flush()
    db.session.expire_all()
    reading = register.read(project)
    return [row.door_text for row in register.list_households(actor, reading, filters).rows]


def test_every_filter_finds_and_leaves_out_without_an_error(project: Project, office: User) -> None:
    factories.household(project, sheet=factories.sheet())
    reading = register.read(project)
    for name, each in register.HOUSEHOLD_FILTERS.items():
        values = {"flag": ["yes", "no"], "code": [str(word) for word in each.codes or ()]}.get(each.kind, ["x"])
        total = register.count_households(office, reading, {})
        parts = [register.count_households(office, reading, {name: value}) for value in values]
        assert sum(parts) <= total, name
        if each.kind == "flag":
            assert sum(parts) == total, f"{name}: yes and no together are everybody"
        assert register.count_households(office, reading, {name: "no such value"}) == 0, name


def test_households_are_chosen_by_building_state_and_result(project: Project, office: User) -> None:
    one = factories.household(project, "3-1-101")
    two = factories.household(project, "3-1-102")
    other = factories.household(project, "10-1-101")
    one.state = HouseholdState.SUBMITTED
    two.visit_count, two.refused_at = 1, utc_now()
    other.visit_count, other.met_at = 1, utc_now()
    assert doors(office, project, building="3") == ["3-1-101", "3-1-102"]
    assert doors(office, project, surveyed="yes") == ["3-1-101"]
    assert doors(office, project, unmet="yes") == ["3-1-102"]
    assert doors(office, project, refused="yes", building="10") == []
    assert doors(office, project, met="no") == ["3-1-101", "3-1-102"]


def test_stuck_is_what_waits_for_more_than_a_week(project: Project, office: User) -> None:
    waiting, fresh, done = (factories.household(project, f"3-1-10{number}") for number in (1, 2, 3))
    waiting.state = fresh.state = HouseholdState.SUBMITTED
    done.state = HouseholdState.FINAL
    waiting.state_since = done.state_since = utc_now() - timedelta(days=8)
    assert doors(office, project, stuck="yes") == ["3-1-101"]


def brief(household: Household, version: PolicyVersion, by: User) -> None:
    db.session.add(
        Briefing(
            project_id=household.project_id, household_id=household.id, policy_version_id=version.id, held_at=utc_now(),
            form=codes.BriefingForm.AT_HOME, recipient="张伟", understood=codes.Understood.YES, briefed_by_id=by.id,
        )
    )  # fmt: skip
    keep_briefed([household], version)


def test_a_new_version_makes_those_told_the_old_one_a_list_to_brief_again(project: Project, office: User) -> None:
    told, never = factories.household(project, "3-1-101"), factories.household(project, "3-1-102")
    policy = Policy(project_id=project.id, title="补偿方案")
    first = PolicyVersion(policy_id=policy.id, number=1, text="一", published_at=utc_now())
    db.session.add(policy)
    db.session.flush()
    db.session.add(first)
    db.session.flush()
    brief(told, first, office)
    assert doors(office, project, briefed="yes") == [told.door_text]
    assert doors(office, project, rebrief="yes") == []
    second = PolicyVersion(policy_id=policy.id, number=2, text="二", published_at=utc_now())
    db.session.add(second)
    assert doors(office, project, briefed="yes") == []
    assert doors(office, project, rebrief="yes") == [told.door_text]
    brief(told, second, office)
    assert doors(office, project, rebrief="yes") == []
    assert doors(office, project, briefed="no") == [never.door_text]


def test_a_household_without_a_record_in_the_round_says_nothing(project: Project, office: User) -> None:
    agrees, silent = factories.household(project, "3-1-101"), factories.household(project, "3-1-102")
    running = Round(project_id=project.id, kind=codes.RoundKind.SOUNDING, title="摸底", opened_by_id=office.id)
    db.session.add(running)
    db.session.flush()
    db.session.add(Standing(round_id=running.id, household_id=agrees.id, choice="agree", area_m2=0))
    assert doors(office, project, choice="agree") == [agrees.door_text]
    assert doors(office, project, choice="none") == [silent.door_text]


def test_overdue_requests_lead_to_their_households(project: Project, office: User) -> None:
    late, in_time = factories.household(project, "3-1-101"), factories.household(project, "3-1-102")
    today = register.read(project).midnight.date()
    for number, (household, due) in enumerate([(late, -1), (in_time, 0)], 1):
        db.session.add(
            Request(
                project_id=project.id, household_id=household.id, number=number, received_on=today, person_name="张伟",
                kind=codes.RequestKind.AREA, content="面积", accept_due=today,
                reply_due=today + timedelta(days=due), recorded_by_id=office.id,
            )
        )  # fmt: skip
    assert doors(office, project, open_request="yes") == [late.door_text, in_time.door_text]
    assert doors(office, project, overdue_request="yes") == [late.door_text]


def test_the_list_of_a_reason_begins_with_who_has_waited_longest_for_it(project: Project, office: User) -> None:
    """The first in order of state is the last to have got stuck; the list and 最早 go by the reason."""
    reading = register.read(project)
    for number, days in enumerate((10, 20), 1):
        home, past = factories.household(project, f"3-1-10{number}"), reading.now - timedelta(days=days)
        home.state_since = reading.now - timedelta(days=50 - days)
        home.visit_count, home.last_visit_at, home.refused_at, home.next_visit_at = 3, past, past, past
        db.session.add(
            Request(
                project_id=project.id, household_id=home.id, number=number, received_on=past.date(), person_name="张伟",
                kind=codes.RequestKind.AREA, content="面积", accept_due=past.date(), reply_due=past.date(),
                recorded_by_id=office.id,
            )
        )  # fmt: skip
    db.session.flush()
    oldest = {each.reason.filter: each.oldest for each in list_stuck(office, project, reading)}
    for name in ("never_met", "refused", "overdue_appointment", "overdue_request", "overdue_acceptance"):
        page = register.list_households(office, reading, {name: "yes"}, sort="waiting")
        assert [each.door_text for each in page.rows] == ["3-1-102", "3-1-101"], name
        since = db.session.scalar(select(register.SINCE[name]).where(Household.id == page.rows[0].id))
        assert oldest[name] == (since.astimezone(CHINA).date() if isinstance(since, datetime) else since), name
    assert [each.door_text for each in register.list_households(office, reading, {}, sort="waiting").rows] == [
        "3-1-101", "3-1-102",
    ]  # fmt: skip


def test_an_appointment_is_overdue_when_its_day_is_over(project: Project, office: User) -> None:
    reading = register.read(project)
    home = factories.household(project, "3-1-101")
    home.next_visit_at = reading.midnight
    db.session.flush()
    assert doors(office, project, overdue_appointment="yes") == []
    home.next_visit_at = reading.midnight - timedelta(minutes=1)
    db.session.flush()
    assert doors(office, project, overdue_appointment="yes") == ["3-1-101"]


def test_who_passed_and_was_not_asked_to_sign_for_a_week_is_stuck(project: Project, office: User) -> None:
    reading = register.read(project)
    for number, days in enumerate((6, 8), 1):
        home = factories.household(project, f"3-1-10{number}")
        home.state, home.state_since = HouseholdState.APPROVED, reading.now - timedelta(days=days)
    db.session.flush()
    assert doors(office, project, unsigned_long="yes") == ["3-1-102"]


def test_a_surveyor_counts_only_their_own(project: Project, office: User) -> None:
    mine, other = factories.household(project, "3-1-101"), factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, mine)
    assert doors(surveyor, project) == [mine.door_text]
    assert doors(surveyor, project, building="4") == []
    assert doors(office, project, surveyor=str(surveyor.id)) == [mine.door_text]
    assert doors(office, project, surveyor="none") == [other.door_text]
    reading = register.read(project)
    assert sum(register.count_states(surveyor, reading, {}).values()) == 1
    assert [each.building.no for each in register.list_buildings(surveyor, project)] == ["3"]


def test_counts_of_chips_agree_with_the_lists_they_lead_to(project: Project, office: User) -> None:
    for number in range(1, 5):
        household = factories.household(project, f"3-1-10{number}")
        household.visit_count = number % 2
    db.session.flush()
    reading = register.read(project)
    wanted = [("unmet", "yes"), ("visited", "yes"), ("state", "unvisited"), ("building", "3")]
    counts = register.count_by(office, reading, {"building": "3"}, wanted)
    for name, value in wanted:
        assert counts[name, value] == register.count_households(office, reading, {"building": "3", name: value})


def test_who_may_not_read_special_facts_may_not_filter_by_them() -> None:
    asked = {"special": "yes", "state": "submitted", "nonsense": "1", "met": ""}
    assert register.chosen_filters(asked, lambda permission: permission is not Permission.PERSON_TAGS) == {
        "state": "submitted"
    }
    assert "special" in register.chosen_filters(asked)


def test_a_list_has_pages_and_a_number_beyond_the_end_shows_the_last(project: Project, office: User) -> None:
    for number in range(1, 6):
        factories.household(project, f"3-1-10{number}")
    db.session.flush()
    page = register.list_households(office, register.read(project), {}, page=9, size=2)
    assert (page.number, page.pages, page.total, len(page.rows)) == (3, 3, 5, 1)
