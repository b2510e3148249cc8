"""Postings by day: when a term ends, and what a new table of holidays does to the terms that run."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from exports.notices.reading import read_project_notice
from exports.notices.round_result import RoundResult
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.calendar import last_day, read_days, write_days
from survey.domain.check import CHINA
from survey.domain.codes import RoundKind
from survey.domain.posting import PostingKind, PostingState
from survey.models import AuditEntry, Posting, Project, User, db, utc_now
from survey.services import posting as postings
from survey.services.project import edit_project, settings_of
from survey.services.round import close_round, open_round
from tests import factories

NATIONAL = {"holidays": "2026-10-01..2026-10-07", "working_days": "2026-10-10"}
GIVEN = postings.PostingGiven(
    kind=PostingKind.RESULT, title="调查结果公示", scope="全部", content="3-2-501　张*", days=5
)


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


def approved(project: Project, office: User, on: date = date(2026, 9, 25)) -> Posting:
    row = postings.draft_posting(actor=office, project=project, given=GIVEN)
    postings.approve_posting(actor=factories.member(project, Role.COORDINATOR), posting=row)
    row.approved_at = datetime(on.year, on.month, on.day, 1, tzinfo=UTC)
    return row


@pytest.mark.parametrize(
    ("settings", "until"),
    [
        pytest.param({}, date(2026, 10, 5), id="the law's own days alone: 1 to 3 October, then a Sunday"),
        pytest.param(NATIONAL, date(2026, 10, 8), id="the State Council's notice"),
    ],
)
def test_a_posting_whose_last_day_is_a_holiday_hangs_longer(
    project: Project, office: User, settings: dict[str, str], until: date
) -> None:
    edit_project(actor=office, project=project, values={}, settings=settings)
    row = approved(project, office)
    postings.hang_up(actor=office, posting=row, posted_on=date(2026, 9, 26), place="单元门口", today=date(2026, 9, 26))
    assert row.until == until


def test_the_paper_of_a_round_names_the_same_last_day(project: Project, office: User) -> None:
    edit_project(actor=office, project=project, values={}, settings=NATIONAL)
    round_ = open_round(actor=office, project=project, kind=RoundKind.RENEWAL, title="改造意愿征询")
    close_round(actor=office, round_=round_)
    db.session.commit()
    now = datetime(2026, 9, 26, 3, tzinfo=UTC)
    paper = read_project_notice("round-result", project=project, view=view_of(project, office), now=now)
    assert isinstance(paper, RoundResult)
    assert paper.until == date(2026, 10, 8)


def test_terms_that_run_move_when_their_last_day_becomes_a_holiday(project: Project, office: User) -> None:
    today = utc_now().astimezone(CHINA).date()
    row = approved(project, office, today)
    postings.hang_up(actor=office, posting=row, posted_on=today, place="单元门口", today=today)
    before = row.until
    assert before is not None
    days = read_days(f"{before}..{before + timedelta(days=4)}")
    edit_project(actor=office, project=project, values={}, settings={"holidays": write_days(days)})
    db.session.commit()
    assert row.until == settings_of(project).calendar.on_or_after(before) > before
    assert row.until == last_day(today, 5, settings_of(project).calendar)
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details["holidays"], entry.details["terms"]) == ("project.edit", 5, 1)


def test_a_posting_that_was_closed_keeps_its_last_day(project: Project, office: User) -> None:
    today = utc_now().astimezone(CHINA).date()
    row = approved(project, office, today)
    postings.hang_up(actor=office, posting=row, posted_on=today, place="单元门口", today=today)
    row.state = PostingState.CLOSED
    until = row.until
    edit_project(actor=office, project=project, values={}, settings={"holidays": f"{until}"})
    db.session.commit()
    assert row.until == until
