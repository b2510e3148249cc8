"""Deliveries as they are kept: attempts in their order, one term for one paper, and what still waits to be handed over."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from exports.notices import NOTICES
from exports.notices.reading import read_notices
from exports.notices.service_receipt import ServiceReceipt
from exports.view import view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.calendar import last_day
from survey.domain.check import CHINA
from survey.domain.delivery import PAPERS, DeliveryGiven
from survey.domain.errors import DomainError
from survey.models import AuditEntry, Delivery, Household, NoticeIssue, Project, User, db, utc_now
from survey.services.delivery import list_deliveries, list_unserved, record_delivery
from survey.services.notice import Draft, issue_notices, reserve_issues
from tests import factories

M, R = codes.DeliveryMethod, codes.UnservedReason
LETTERS = {name: notice.letter for name, notice in NOTICES.items()}
NOW = datetime(2026, 3, 20, 10, 0, tzinfo=CHINA)


@pytest.fixture
def office(project: Project) -> User:
    project.settings = {**project.settings, "document_word": "颐园"}
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def home(project: Project, office: User) -> Household:
    people = (
        factories.person("张伟", 1, e_service_ok=True),
        factories.person("李娜", 2, roles=(codes.PersonRole.RESIDENT,)),
    )
    made = factories.household(project, "3-2-501", factories.sheet(persons=people), office)
    db.session.commit()
    return made


def prints(home: Household, by: User, notice: str, subject: str = "", after: int = 0) -> NoticeIssue:
    """The paper as it is printed, `after` minutes later than the first."""
    project, now = db.session.get_one(Project, home.project_id), NOW - timedelta(days=9) + timedelta(minutes=after)
    [row] = reserve_issues(
        actor=by, project=project, notice=notice, title=NOTICES[notice].title, letter=LETTERS[notice],
        drafts=[Draft(home.id, subject, bytes(32))], issued_on=(NOW - timedelta(days=9)).date(), now=now,
    )  # fmt: skip
    issue_notices(
        actor=by, project=project, notice=notice, issues=[row.id], snapshot="", where="", household=home, now=now
    )
    db.session.refresh(row)
    return row


def serves(home: Household, by: User, days: int = 0, **values: Any) -> Delivery:
    """A direct delivery of a 补正通知书 so many days after 20 March 2026."""
    given = {
        "notice": "情况核实（补正）通知书", "paper": "correction-notice", "method": M.DIRECT, "recipient": "张伟",
        "served_at": NOW + timedelta(days=days), "server": "沈志远", "second_server": "王芳", **values,
    }  # fmt: skip
    return record_delivery(actor=by, household=home, given=DeliveryGiven(**given), now=NOW + timedelta(days=90))


def refusal(home: Household, by: User, **values: Any) -> tuple[str, str | None]:
    with pytest.raises(DomainError) as refused:
        serves(home, by, **values)
    return refused.value.code, refused.value.field


def told(home: Household) -> list[tuple[int, str, bool]]:
    return [
        (each.number, str(each.row.unserved_reason or each.row.method), each.is_repeat)
        for each in list_deliveries(home)
    ]


def test_every_paper_that_is_handed_over_is_called_what_is_printed_on_it() -> None:
    assert {name: NOTICES[name].title for name in PAPERS} == PAPERS


def test_attempts_stand_in_their_order_and_begin_no_term(home: Household, office: User) -> None:
    prints(home, office, "correction-notice")
    serves(home, office, days=2, method=M.LEFT, refused_reason="不签", witness="李娟 居委会", place="门口")
    serves(home, office, days=1, unserved=R.NOBODY_HOME)
    failed = serves(home, office, days=0, unserved=R.NOBODY_HOME)
    assert told(home) == [(1, "nobody_home", False), (2, "nobody_home", False), (3, "left", False)]
    assert (failed.counts_from, failed.term_until, failed.document_no) == (None, None, "颐园核〔2026〕1号")
    entry = db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.action, entry.details["unserved"]) == ("delivery.record", "nobody_home")


def test_the_first_valid_delivery_begins_the_term_and_a_repetition_none(home: Household, office: User) -> None:
    prints(home, office, "correction-notice")
    first, again = serves(home, office), serves(home, office, days=3)
    assert (first.term_until, again.term_until) == (last_day(NOW.date(), 7), None)
    assert told(home) == [(1, "direct", False), (2, "direct", True)]


def test_a_delivery_that_a_tablet_tells_of_late_takes_the_term_over(home: Household, office: User) -> None:
    prints(home, office, "correction-notice")
    known, earlier = serves(home, office, days=3), serves(home, office, days=1)
    assert (earlier.term_until, known.term_until) == (last_day((NOW + timedelta(days=1)).date(), 7), None)


def test_who_signs_within_the_thirty_days_of_an_announcement_begins_the_term(home: Household, office: User) -> None:
    prints(home, office, "correction-notice")
    announced = serves(home, office, method=M.ANNOUNCED, place="南门公告栏")
    signed = serves(home, office, days=5)
    assert (announced.term_until, signed.term_until) == (None, last_day((NOW + timedelta(days=5)).date(), 7))


def test_without_a_number_nobody_can_tell_a_repetition(home: Household, office: User) -> None:
    rows = [serves(home, office, days=day) for day in (0, 3)]
    assert all(row.term_until for row in rows)
    assert [is_repeat for _number, _what, is_repeat in told(home)] == [False, False]


def test_a_letter_has_a_number_of_its_own(home: Household, office: User) -> None:
    paper = prints(home, office, "objection-reply", "1")
    row = serves(home, office, notice="异议处理告知书", paper="objection-reply", method=M.MAIL, mail_no="EMS123456789CN",
                 second_server="")  # fmt: skip
    assert (row.document_no, row.mail_no) == (paper.document_no, "EMS123456789CN")
    assert (row.counts_from, row.term_until) == (NOW.date(), last_day(NOW.date(), 30))


def test_a_number_of_another_paper_is_refused(home: Household, office: User) -> None:
    other = prints(home, office, "survey-notice")
    assert refusal(home, office, document_no=other.document_no) == ("delivery.number_of_other", "document_no")


def test_of_several_papers_of_a_kind_the_number_must_be_told(home: Household, office: User) -> None:
    papers = [prints(home, office, "objection-reply", subject) for subject in ("1", "2")]
    reply = {"notice": "异议处理告知书", "paper": "objection-reply"}
    assert refusal(home, office, **reply) == ("delivery.which_number", "document_no")
    rows = [serves(home, office, document_no=paper.document_no, **reply) for paper in papers]
    assert all(row.term_until for row in rows)


def test_electronic_delivery_needs_the_persons_consent_in_the_sheet(home: Household, office: User) -> None:
    values = {"method": M.ELECTRONIC, "second_server": ""}
    assert refusal(home, office, recipient="李娜", **values) == ("delivery.electronic_agreed", "recipient")
    assert serves(home, office, recipient="张伟", **values).counts_from == NOW.date()


# --- what waits to be handed over, and the receipt that is carried along


def waiting(home: Household) -> list[str]:
    return [row.notice for row in list_unserved(home.project_id, [home.id])[home.id]]


def test_what_was_printed_waits_until_it_is_handed_over(home: Household, office: User) -> None:
    for after, notice in enumerate(("survey-notice", "correction-notice", "privacy-consent", "missed-visit", "pledge")):
        prints(home, office, notice, after=after)
    assert waiting(home) == ["correction-notice", "survey-notice", "privacy-consent"]
    serves(home, office, unserved=R.UNREACHABLE)
    assert waiting(home)[0] == "correction-notice"
    serves(home, office)
    serves(home, office, notice=PAPERS["privacy-consent"], paper="privacy-consent")
    assert waiting(home) == ["survey-notice"]


def test_a_paper_without_a_number_that_is_printed_anew_waits_again(home: Household, office: User) -> None:
    serves(home, office, days=-20, notice=PAPERS["privacy-consent"], paper="privacy-consent")
    prints(home, office, "privacy-consent")
    assert waiting(home) == ["privacy-consent"]


def receipt(home: Household, office: User, choice: str = "") -> ServiceReceipt:
    db.session.commit()
    project = db.session.get_one(Project, home.project_id)
    found = read_notices("service-receipt", project=project, view=view_of(project, office), households=[home],
                         now=utc_now(), choice=choice)  # fmt: skip
    made = found[home.id]
    assert isinstance(made, ServiceReceipt)
    return made


def test_the_receipt_to_be_carried_along_names_the_paper_and_leaves_the_rest_to_the_pen(
    home: Household, office: User
) -> None:
    prints(home, office, "survey-notice")
    served = serves(home, office, notice=PAPERS["survey-notice"], paper="survey-notice")
    made = receipt(home, office)
    assert (made.number, made.served_no, made.recipient) == (served.number, "颐园调〔2026〕1号", "张伟")
    new = prints(home, office, "correction-notice", after=1)
    serves(home, office, unserved=R.NOBODY_HOME)
    made = receipt(home, office)
    assert (made.served, made.served_no) == (new.title, new.document_no)
    assert made.addressee == "张伟"
    assert (made.number, made.served_at, made.recipient, made.place, made.servers) == (None, None, "", "", ())
    assert made.tried == ("第1次：2026年3月20日，无人在家",)


def test_the_receipt_is_of_the_paper_that_was_chosen(home: Household, office: User) -> None:
    first, second = prints(home, office, "survey-notice"), prints(home, office, "correction-notice", after=1)
    assert receipt(home, office).served_no == second.document_no
    assert receipt(home, office, str(first.id)).served_no == first.document_no
    assert receipt(home, office, "survey-notice").served_no == first.document_no
    mailed = serves(home, office, method=M.MAIL, mail_no="EMS1", second_server="")
    made = receipt(home, office, str(mailed.id))
    assert (made.served_no, made.mail_no, made.servers) == (second.document_no, "EMS1", ("沈志远",))
    assert len({made.subject, receipt(home, office, str(first.id)).subject}) == 2


def test_a_household_without_any_paper_gets_a_blank_receipt(home: Household, office: User) -> None:
    made = receipt(home, office)
    assert (made.number, made.served, made.served_no) == (None, "", "")
