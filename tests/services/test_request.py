"""Requests: numbers, terms, and the order in which the office sees them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from survey.domain.access import Role
from survey.domain.check import CHINA
from survey.domain.codes import RequestKind
from survey.domain.errors import DomainError
from survey.models import AuditEntry, Household, Project, Request, User, db, utc_now
from survey.services import request as requests
from survey.services.project import edit_project
from tests import factories

TODAY = date(2026, 3, 20)


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


def asked(home: Household, office: User, received_on: date = date(2026, 3, 2)) -> Request:
    return requests.record_request(
        actor=office, household=home, today=TODAY,
        given=requests.RequestGiven(
            received_on=received_on, person_name="张伟", kind=RequestKind.AREA, content="面积不对"
        ),
    )  # fmt: skip


def test_terms_end_after_15_and_60_days_and_never_on_a_day_off(project: Project, office: User) -> None:
    home = factories.household(project)
    first, second = asked(home, office), asked(home, office, date(2026, 3, 6))
    assert (first.number, second.number) == (1, 2)
    assert (first.accept_due, first.reply_due) == (date(2026, 3, 17), date(2026, 5, 4))
    assert second.accept_due == date(2026, 3, 23), "21 March 2026 is a Saturday"


def test_a_term_that_ends_in_the_holidays_moves_behind_them(project: Project, office: User) -> None:
    given = {"holidays": "2026-05-01..2026-05-05\n2026-03-17", "working_days": "2026-03-21"}
    edit_project(actor=office, project=project, values={}, settings=given)
    home = factories.household(project)
    row = asked(home, office)
    assert (row.accept_due, row.reply_due) == (date(2026, 3, 18), date(2026, 5, 6))
    assert asked(home, office, date(2026, 3, 6)).accept_due == date(2026, 3, 21), "a Saturday that is worked"


def test_a_term_that_runs_moves_when_its_last_day_becomes_a_holiday(project: Project, office: User) -> None:
    today = utc_now().astimezone(CHINA).date()
    row = requests.record_request(
        actor=office, household=factories.household(project), today=today,
        given=requests.RequestGiven(received_on=today, person_name="张伟", kind=RequestKind.AREA, content="面积不对"),
    )  # fmt: skip
    accept, reply = row.accept_due, row.reply_due
    edit_project(actor=office, project=project, values={}, settings={"holidays": f"{accept}"})
    db.session.flush()
    db.session.refresh(row)
    assert row.accept_due > accept
    assert row.reply_due == reply
    requests.answer_request(actor=office, request=row, reply="已复量", replied_on=today, handler="", today=today)
    requests.close_request(actor=office, request=row)
    edit_project(actor=office, project=project, values={}, settings={"holidays": f"{accept}\n{reply}"})
    db.session.flush()
    db.session.refresh(row)
    assert row.reply_due == reply, "what is closed keeps its days"


def test_terms_are_settings_of_the_project(project: Project, office: User) -> None:
    edit_project(actor=office, project=project, values={}, settings={"accept_days": "5", "reply_days": "30"})
    row = asked(factories.household(project), office)
    assert row.accept_due - row.received_on < timedelta(days=8)
    assert row.reply_due == date(2026, 4, 1)


def test_a_request_is_accepted_answered_and_closed_each_with_an_entry(project: Project, office: User) -> None:
    row = asked(factories.household(project), office)
    with pytest.raises(DomainError, match=r"request\.reply_missing"):
        requests.close_request(actor=office, request=row)
    requests.accept_request(actor=office, request=row, accepted_on=TODAY, handler="周敏", today=TODAY)
    requests.answer_request(actor=office, request=row, reply=" 已复量 ", replied_on=TODAY, handler="", today=TODAY)
    assert (row.reply, row.handler) == ("已复量", "周敏")
    requests.close_request(actor=office, request=row)
    with pytest.raises(DomainError, match=r"request\.closed"):
        requests.answer_request(actor=office, request=row, reply="再答", replied_on=TODAY, handler="", today=TODAY)
    actions = db.session.scalars(
        db.select(AuditEntry.action).where(AuditEntry.noun == "request").order_by(AuditEntry.seq)
    )
    assert list(actions) == ["request.record", "request.accept", "request.answer", "request.close"]


@pytest.mark.parametrize(
    ("day", "code"), [(TODAY + timedelta(days=1), "request.in_future"), (date(2026, 3, 1), "request.before_received")]
)
def test_days_lie_between_the_receipt_and_today(project: Project, office: User, day: date, code: str) -> None:
    row = asked(factories.household(project), office)
    with pytest.raises(DomainError, match=code):
        requests.accept_request(actor=office, request=row, accepted_on=day, handler="周敏", today=TODAY)
    with pytest.raises(DomainError, match=code):
        requests.answer_request(actor=office, request=row, reply="好", replied_on=day, handler="", today=TODAY)


def test_what_is_sent_twice_is_recorded_once(project: Project, office: User) -> None:
    home = factories.household(project)
    key = factories.household(project, "3-2-502").id
    given = requests.RequestGiven(received_on=TODAY, person_name="张伟", kind=RequestKind.AREA, content="面积")
    for _ in range(2):
        requests.record_request(actor=office, household=home, given=given, today=TODAY, key=key)
    assert len(requests.list_requests(home)) == 1


def test_the_list_begins_with_what_is_most_overdue_and_ends_with_what_is_closed(project: Project, office: User) -> None:
    home, other = factories.household(project, "3-1-101"), factories.household(project, "4-1-101")
    closed = asked(home, office, date(2026, 1, 2))
    answered = asked(home, office, date(2026, 1, 3))
    late, fresh, accepted = asked(other, office, date(2026, 1, 5)), asked(home, office), asked(home, office)
    requests.accept_request(actor=office, request=accepted, accepted_on=TODAY, handler="周敏", today=TODAY)
    for row in (closed, answered):
        requests.answer_request(actor=office, request=row, reply="好", replied_on=TODAY, handler="", today=TODAY)
    requests.close_request(actor=office, request=closed)
    whole = requests.list_project_requests(office, project, shown="all", today=TODAY)
    assert [row.number for row, _home in whole.rows] == [
        late.number, fresh.number, accepted.number, answered.number, closed.number
    ]  # fmt: skip
    assert whole.counts == {"all": 5, "open": 4, "overdue": 2, "answered": 1, "closed": 1}
    overdue = requests.list_project_requests(office, project, shown="overdue", today=TODAY)
    assert [row.number for row, _home in overdue.rows] == [late.number, fresh.number]
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, other)
    assert requests.list_project_requests(surveyor, project, shown="all", today=TODAY).total == 1
