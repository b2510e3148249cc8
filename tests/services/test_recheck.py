"""Draws and re-checks: kept as records, by somebody who was not at the door, counted as they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.codes import VisitResult
from survey.domain.errors import DomainError, NotFound
from survey.domain.household import HouseholdState
from survey.domain.rate import Rate
from survey.domain.recheck import Answer, Outcome, Question, RecheckMade
from survey.models import AuditEntry, Household, Project, RecheckDraw, RecheckItem, RecheckResult, Team, User, Visit, db
from survey.models.base import new_id
from survey.services.recheck import draw_recheck, get_draw, get_item, list_draws, record_recheck, show_recheck
from tests import factories

NINE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


@pytest.fixture
def team(project: Project) -> Team:
    return factories.team(project)


@pytest.fixture
def leader(project: Project, team: Team) -> User:
    return factories.member(project, Role.LEADER, "曹志刚", team)


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def staff(project: Project, team: Team) -> list[User]:
    return [factories.member(project, Role.SURVEYOR, name, team) for name in ("王建国", "李秀兰", "张海涛", "刘晓燕")]


@pytest.fixture
def homes(project: Project, team: Team, staff: list[User]) -> list[Household]:
    """Twenty handed in: the first building the team's; one more that nobody has handed in."""
    made = [factories.household(project, f"{block}-1-{room}01") for block in (1, 2) for room in range(1, 11)]
    made[0].building.team_id = team.id
    for number, home in enumerate(made):
        home.state = HouseholdState.SUBMITTED
        pair = staff[:2] if number % 10 else staff[2:]
        db.session.add(
            Visit(
                project_id=project.id, household_id=home.id, visit_no=1, started_at=NINE,
                ended_at=NINE + timedelta(minutes=30), surveyor_1_id=pair[0].id, surveyor_2_id=pair[1].id,
                result=VisitResult.DONE, recorded_by_id=pair[0].id,
            )
        )  # fmt: skip
    factories.household(project, "1-1-1101")
    db.session.flush()
    return made


def drawn(row: RecheckDraw) -> list[RecheckItem]:
    return list(db.session.scalars(select(RecheckItem).where(RecheckItem.draw_id == row.id)))


def made(outcome: Outcome = Outcome.REACHED, note: str = "", **answers: Answer) -> RecheckMade:
    told = {Question(name): answer for name, answer in answers.items()}
    return RecheckMade(outcome=outcome, answers=told, differences=dict.fromkeys(told, "说是两口人"), note=note)


def test_a_draw_is_kept_with_its_seed_and_can_be_repeated(
    project: Project, office: User, homes: list[Household]
) -> None:
    row = draw_recheck(actor=office, project=project, percent=20)
    again = draw_recheck(actor=office, project=project, percent=20, seed=row.seed)
    assert row.population == 20
    assert {each.household_id for each in drawn(row)} == {each.household_id for each in drawn(again)}
    assert 4 <= len(drawn(row)) <= 5
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.noun_id == str(row.id))).one()
    assert entry.action == "recheck.draw"
    assert entry.details == {"percent": 20, "seed": str(row.seed), "population": 20, "households": len(drawn(row))}


def test_every_surveyor_has_a_household_even_in_a_small_draw(
    project: Project, office: User, staff: list[User], homes: list[Household]
) -> None:
    for seed in range(5):
        items = drawn(draw_recheck(actor=office, project=project, percent=1, seed=seed))
        assert {who for item in items for who in item.surveyor_ids} == {str(user.id) for user in staff}
        assert len(items) == 2


def test_a_leader_draws_among_the_own_team_and_others_by_team_or_all(
    project: Project, team: Team, leader: User, office: User, homes: list[Household]
) -> None:
    mine = draw_recheck(actor=leader, project=project, percent=100)
    assert {item.household_id for item in drawn(mine)} == {home.id for home in homes[:10]}
    assert mine.team_id == team.id
    assert draw_recheck(actor=office, project=project, percent=100, team_id=team.id).population == 10
    assert draw_recheck(actor=office, project=project, percent=100).population == 20


def test_nothing_is_drawn_before_anybody_has_handed_in(project: Project, office: User) -> None:
    factories.household(project)
    with pytest.raises(DomainError, match=r"recheck\.nobody"):
        draw_recheck(actor=office, project=project, percent=5)
    assert not db.session.scalars(select(RecheckDraw)).all()


def test_whoever_was_at_the_door_or_wrote_the_sheet_does_not_recheck(
    project: Project, leader: User, office: User, staff: list[User], homes: list[Household]
) -> None:
    item = drawn(draw_recheck(actor=leader, project=project, percent=100, seed=1))[0]
    for user in staff:
        if str(user.id) in item.surveyor_ids:
            with pytest.raises(DomainError, match=r"recheck\.own_work"):
                record_recheck(actor=user, item=item, made=made(owners=Answer.SAME))
    written = factories.household(project, "1-2-101", factories.sheet(), leader)
    written.state = HouseholdState.SUBMITTED
    db.session.flush()
    all_ = draw_recheck(actor=office, project=project, percent=100)
    own = next(each for each in drawn(all_) if each.household_id == written.id)
    with pytest.raises(DomainError, match=r"recheck\.own_work"):
        record_recheck(actor=leader, item=own, made=made(owners=Answer.SAME))
    assert record_recheck(actor=office, item=own, made=made(owners=Answer.SAME)).outcome is Outcome.REACHED


def test_a_closed_door_is_tried_again_and_the_latest_result_counts(
    project: Project, office: User, homes: list[Household]
) -> None:
    row = draw_recheck(actor=office, project=project, percent=100, seed=3)
    first, second, third = drawn(row)[:3]
    record_recheck(actor=office, item=first, made=made(Outcome.NOT_REACHED, note="打了两次电话"))
    shown = show_recheck(office, project, row)
    assert shown.households == Rate(0, 0)
    record_recheck(actor=office, item=first, made=made(people=Answer.DIFFERENT, owners=Answer.SAME))
    record_recheck(actor=office, item=second, made=made(owners=Answer.SAME))
    record_recheck(actor=office, item=third, made=made(Outcome.NOT_REACHED, note="搬走了", owners=Answer.DIFFERENT))
    shown = show_recheck(office, project, row, shown="all")
    assert shown.households == Rate(1, 2)
    assert shown.counts == {"todo": 18, "differs": 1, "all": 20}
    assert shown.questions[Question.PEOPLE] == Rate(1, 1)
    assert shown.questions[Question.OWNERS] == Rate(0, 2)
    assert sum(rate.whole for _user, rate in shown.surveyors) == 4, "both of each pair"
    result = next(each.result for each in shown.rows if each.item.id == first.id)
    assert result is not None
    assert result.differences == {"people": "说是两口人"}
    assert len(db.session.scalars(select(RecheckResult)).all()) == 4
    assert [(each.id, whole, done) for each, whole, done in list_draws(office, project)] == [(row.id, 20, 2)]


def test_a_result_is_not_wiped_by_a_later_closed_door_and_may_be_put_right(
    project: Project, office: User, homes: list[Household]
) -> None:
    row = draw_recheck(actor=office, project=project, percent=100, seed=3)
    item = drawn(row)[0]
    record_recheck(actor=office, item=item, made=made(people=Answer.DIFFERENT))
    with pytest.raises(DomainError, match=r"recheck\.reached"):
        record_recheck(actor=office, item=item, made=made(Outcome.NOT_REACHED, note="没有人"))
    assert show_recheck(office, project, row).households == Rate(1, 1)
    record_recheck(actor=office, item=item, made=made(people=Answer.SAME))
    shown = show_recheck(office, project, row)
    assert (shown.households, shown.counts["todo"]) == (Rate(0, 1), 19)


def test_the_list_and_the_page_agree_whatever_the_order_of_the_results(
    project: Project, office: User, homes: list[Household]
) -> None:
    row = draw_recheck(actor=office, project=project, percent=100, seed=3)
    item = drawn(row)[0]
    first = record_recheck(actor=office, item=item, made=made(people=Answer.DIFFERENT))
    # As a record that came before the rule: a closed door after the answers.
    later = RecheckResult(
        project_id=project.id, household_id=item.household_id, item_id=item.id, outcome=Outcome.NOT_REACHED,
        note="没有人", by_id=office.id, at=first.at + timedelta(hours=1),
    )  # fmt: skip
    db.session.add(later)
    db.session.flush()
    shown = show_recheck(office, project, row, shown="differs")
    assert [each.result for each in shown.rows] == [first]
    ((_row, whole, done),) = list_draws(office, project)
    assert (whole, done) == (shown.counts["all"], shown.households.whole) == (20, 1)


def test_the_page_of_a_draw_shows_some_households_and_counts_all(
    project: Project, office: User, homes: list[Household]
) -> None:
    row = draw_recheck(actor=office, project=project, percent=100, seed=3)
    items = {item.household_id: item for item in drawn(row)}
    ordered = sorted(homes, key=lambda home: (home.door_sort, home.id))
    for home in ordered[-2:]:
        record_recheck(actor=office, item=items[home.id], made=made(people=Answer.DIFFERENT))
    pages = [show_recheck(office, project, row, shown="all", page=page, size=8) for page in (1, 2, 3, 4)]
    assert [each.household.id for page in pages[:3] for each in page.rows] == [home.id for home in ordered]
    assert [(page.number, page.pages, len(page.rows)) for page in pages] == [(1, 3, 8), (2, 3, 8), (3, 3, 4), (3, 3, 4)]
    assert all(page.households == Rate(2, 2) for page in pages)
    assert all(page.counts == {"todo": 18, "differs": 2, "all": 20} for page in pages)
    assert show_recheck(office, project, row, shown="nonsense").shown == "todo"


def test_what_is_sent_twice_is_recorded_once_with_one_entry(
    project: Project, office: User, homes: list[Household]
) -> None:
    items = drawn(draw_recheck(actor=office, project=project, percent=100))
    key = new_id()
    once = record_recheck(actor=office, item=items[0], made=made(area=Answer.DIFFERENT), key=key)
    assert record_recheck(actor=office, item=items[0], made=made(area=Answer.SAME), key=key) is once
    with pytest.raises(NotFound):
        record_recheck(actor=office, item=items[1], made=made(area=Answer.SAME), key=key)
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "recheck.record"))
    assert entry.details == {"outcome": "reached", "different": 1}
    assert entry.household_id == items[0].household_id


def test_a_draw_without_a_household_in_sight_does_not_exist(
    project: Project, leader: User, office: User, homes: list[Household]
) -> None:
    other = factories.member(project, Role.LEADER, "许红霞", factories.team(project, "二组"))
    row = draw_recheck(actor=office, project=project, percent=100)
    assert list_draws(other, project) == []
    with pytest.raises(NotFound):
        get_draw(other, project, row.id)
    assert len(show_recheck(leader, project, get_draw(leader, project, row.id)).rows) == 10
    item = drawn(row)[0]
    with pytest.raises(NotFound):
        get_item(next(home for home in homes if home.id != item.household_id), item.id)
