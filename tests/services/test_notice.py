"""Numbers of notices, and what a QR leads to."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.notice import document_no
from survey.models import AuditEntry, Household, NoticeIssue, Project, User, db
from survey.services.delivery import list_printed
from survey.services.notice import Draft, code_of, find_issue, issue_notices, reserve_issues, token_of
from tests import factories

DAY = date(2026, 6, 21)


@pytest.fixture
def office(project: Project) -> User:
    project.settings = {"document_word": "颐园"}
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def homes(project: Project, office: User) -> list[Household]:
    return [factories.household(project, f"3-1-{number}01", factories.sheet()) for number in range(1, 4)]


def issue(project: Project, office: User, homes: list[Household], *, notice: str = "survey-notice", letter: str = "调",
          day: date = DAY, said: bytes = b"1", subject: str = "") -> list[NoticeIssue]:  # fmt: skip
    """Reserved and printed."""
    rows = reserve(project, office, homes, notice=notice, letter=letter, day=day, said=said, subject=subject)
    issue_notices(
        actor=office, project=project, notice=notice, issues=[row.id for row in rows], snapshot="YY-1", where="3号楼"
    )
    for row in rows:
        db.session.refresh(row)
    return rows


def reserve(project: Project, office: User, homes: list[Household], *, notice: str = "survey-notice", letter: str = "调",
            day: date = DAY, said: bytes = b"1", subject: str = "") -> list[NoticeIssue]:  # fmt: skip
    return reserve_issues(
        actor=office,
        project=project,
        notice=notice,
        title="入户调查通知书",
        letter=letter,
        issued_on=day,
        drafts=[Draft(home.id, subject, said * 32) for home in homes],
    )


def numbers(rows: list[NoticeIssue]) -> list[str]:
    return [row.document_no for row in rows]


def test_a_number_is_written_as_gbt_9704_writes_it() -> None:
    assert document_no("颐园", "调", 2026, 6) == "颐园调〔2026〕6号"


def test_each_household_gets_its_own_number_and_keeps_it(
    project: Project, office: User, homes: list[Household]
) -> None:
    assert numbers(issue(project, office, homes[:2])) == ["颐园调〔2026〕1号", "颐园调〔2026〕2号"]
    assert numbers(issue(project, office, homes)) == ["颐园调〔2026〕1号", "颐园调〔2026〕2号", "颐园调〔2026〕3号"]
    changed = issue(project, office, homes[:1], said=b"2", day=date(2027, 1, 5))
    assert numbers(changed) == ["颐园调〔2026〕1号"]


def test_kinds_and_years_are_counted_apart(project: Project, office: User, homes: list[Household]) -> None:
    issue(project, office, homes[:2])
    assert numbers(issue(project, office, homes[:1], notice="objection-reply", letter="复")) == ["颐园复〔2026〕1号"]
    assert numbers(issue(project, office, homes[2:], day=date(2027, 1, 5))) == ["颐园调〔2027〕1号"]


def test_the_answers_to_two_requests_have_two_numbers(project: Project, office: User, homes: list[Household]) -> None:
    first = issue(project, office, homes[:1], subject="1")
    assert numbers(issue(project, office, homes[:1], subject="2")) == ["颐园调〔2026〕2号"]
    assert numbers(issue(project, office, homes[:1], subject="1")) == numbers(first)


def test_without_a_word_or_a_letter_there_is_no_number(project: Project, office: User, homes: list[Household]) -> None:
    assert numbers(issue(project, office, homes[:1], notice="pledge", letter="")) == [""]
    project.settings = {}
    assert numbers(issue(project, office, homes[:1])) == [""]
    project.settings = {"document_word": "颐园"}
    assert numbers(issue(project, office, homes[:1])) == ["颐园调〔2026〕1号"]


def test_one_entry_in_the_log_names_the_numbers(project: Project, office: User, homes: list[Household]) -> None:
    issue(project, office, homes)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print")).one()
    assert entry.details["numbers"] == "颐园调〔2026〕1号 至 颐园调〔2026〕3号"
    assert (entry.details["count"], entry.details["new_numbers"]) == (3, 3)


def test_a_paper_printed_again_unchanged_is_the_same_paper(
    project: Project, office: User, homes: list[Household]
) -> None:
    first, second = (issue(project, office, homes[:1], day=day)[0] for day in (DAY, date(2026, 7, 1)))
    assert first.id == second.id
    assert second.issued_on == DAY


def test_a_token_tells_genuine_changed_and_replaced_apart(
    project: Project, office: User, homes: list[Household]
) -> None:
    old = issue(project, office, homes[:1])[0]
    found = find_issue(token_of(old))
    assert found is not None
    assert (found.issue.id, found.is_unchanged, found.is_latest, found.code) == (old.id, True, True, "3131-3131")
    new = issue(project, office, homes[:1], said=b"2")[0]
    replaced, genuine = find_issue(token_of(old)), find_issue(token_of(new))
    assert replaced is not None and genuine is not None
    assert (replaced.is_unchanged, replaced.is_latest) == (True, False)
    assert (genuine.is_unchanged, genuine.is_latest) == (True, True)
    forged = find_issue(token_of(new)[:16] + token_of(old)[16:])
    assert forged is not None and not forged.is_unchanged
    assert code_of(new.digest) == "3232-3232"


@pytest.mark.parametrize("token", ["", "a", "a" * 32, "不是", "!!"])
def test_what_was_never_issued_is_not_found(project: Project, token: str) -> None:
    assert find_issue(token) is None


# --- reserved and not printed ---------------------------------------------------------------------------------------


def test_a_paper_that_was_reserved_and_never_printed_is_not_genuine(
    project: Project, office: User, homes: list[Household]
) -> None:
    rows = reserve(project, office, homes)
    assert numbers(rows) == ["颐园调〔2026〕1号", "颐园调〔2026〕2号", "颐园调〔2026〕3号"]
    assert [find_issue(token_of(row)) for row in rows] == [None, None, None]
    assert list_printed(project.id, [homes[0].id]) == {homes[0].id: []}, "nothing is there that could be handed over"
    assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print")).all() == []


def test_a_reserved_number_stays_with_its_household_and_is_given_to_no_other(
    project: Project, office: User, homes: list[Household]
) -> None:
    reserve(project, office, homes[:2])
    assert numbers(issue(project, office, homes[2:])) == ["颐园调〔2026〕3号"]
    later = issue(project, office, homes[:2], said=b"2", day=date(2026, 6, 25))
    assert numbers(later) == ["颐园调〔2026〕1号", "颐园调〔2026〕2号"]
    assert [row.issued_on for row in later] == [date(2026, 6, 25)] * 2
    assert all(find_issue(token_of(row)) for row in later)
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None and entry.details["new_numbers"] == 2


def test_a_number_of_last_year_that_was_never_printed_is_left_out(
    project: Project, office: User, homes: list[Household]
) -> None:
    reserve(project, office, homes[:1])
    assert numbers(issue(project, office, homes[:1], day=date(2027, 1, 5))) == ["颐园调〔2027〕1号"]
    assert numbers(issue(project, office, homes[1:2])) == ["颐园调〔2026〕2号"]


def test_a_print_that_is_begun_again_finds_what_it_reserved(
    project: Project, office: User, homes: list[Household]
) -> None:
    first, again = reserve(project, office, homes), reserve(project, office, homes)
    assert [row.id for row in first] == [row.id for row in again]
    next_day = reserve(project, office, homes, day=date(2026, 6, 22))
    assert numbers(next_day) == numbers(first)
    assert not {row.id for row in next_day} & {row.id for row in first}, "the day stands on the paper"


def test_a_reserved_paper_does_not_replace_one_that_was_printed(
    project: Project, office: User, homes: list[Household]
) -> None:
    printed = issue(project, office, homes[:1])[0]
    reserve(project, office, homes[:1], said=b"2")
    found = find_issue(token_of(printed))
    assert found is not None and found.is_latest
    assert issue(project, office, homes[:1])[0].id == printed.id
