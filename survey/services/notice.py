"""Notices as they are issued: their numbers, the entry in the log, and whether a paper in somebody's hand is genuine.

Two steps, for nobody may wait while pages are laid out: `reserve_issues` gives numbers and tokens before, `issue_notices` makes
them count afterwards, with the entry. What happens in between, a killed process too, leaves numbers that are kept for
their households, and no paper that would pass for genuine.
"""

from __future__ import annotations

import secrets
from base64 import b32decode, b32encode
from binascii import Error
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, update

from survey.domain.errors import DomainError
from survey.domain.notice import document_no
from survey.models import Household, LoginFailure, NoticeIssue, Project, User, db, utc_now
from survey.models.crypto import keyed_hash
from survey.services import audit
from survey.services.account import FAILURE_WINDOW, count_failures
from survey.services.person import LONG_NUMBER
from survey.services.project import settings_of
from survey.services.serial import take_serial

MARK_BYTES = 10
"""Of a token: eighty bits that nobody guesses, and as many of the digest."""
UNKNOWN_MOST = 20
"""Wrong codes from one address within FAILURE_WINDOW; each makes an entry in the log, which nobody shall flood."""
CHUNK = 500
"""Issues for one statement, which has room for some ten thousand values."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper that was read and is to be printed: for whom, about which subject, and the digest of what it says."""

    household_id: UUID | None
    subject: str
    digest: bytes


def reserve_issues(
    *, actor: User | None, project: Project, notice: str, title: str, letter: str, drafts: Sequence[Draft], issued_on: date,
    wording_id: UUID | None = None, now: datetime | None = None,
) -> list[NoticeIssue]:  # fmt: skip
    """The issues with which the drafts are to be laid out, in their order. None of them is genuine before `issue_notices`.

    What was printed before keeps its number and, unchanged, its token. A number that was reserved for a print which came to
    nothing stays with its household and subject, and is on their next paper of that year.

    letter      the kind's own letter in the 文号, "" for a kind that has none; without a 代字 of the project there is none
    wording_id  the office's own wording with which it is printed; None for the built-in one
    """
    word = settings_of(project).document_word
    numbered = bool(letter and word)
    series = f"notice {word}{letter} {issued_on.year}"
    # Who prints the same kind at the same time waits here, so that no household gets two numbers.
    take_serial(project.id, f"notice {notice}", 0)
    printed: dict[tuple[UUID | None, str], NoticeIssue] = {}
    reserved: dict[tuple[UUID | None, str, bytes], NoticeIssue] = {}
    numbers: dict[tuple[UUID | None, str], str] = {}
    for row in _issues(project.id, notice, [draft.household_id for draft in drafts]):
        key = row.household_id, row.subject
        if row.printed_at is not None:
            printed[key] = row
        elif row.issued_on == issued_on and row.wording_id == wording_id:
            reserved[*key, row.digest] = row
        if row.document_no and (row.printed_at is not None or row.issued_on.year == issued_on.year):
            numbers[key] = row.document_no
    new = list(dict.fromkeys((draft.household_id, draft.subject) for draft in drafts))
    new = [key for key in new if numbered and key not in numbers]
    if new:
        first = take_serial(project.id, series, len(new))
        numbers |= {key: document_no(word, letter, issued_on.year, number) for number, key in enumerate(new, first)}
    issues = []
    for draft in drafts:
        key = draft.household_id, draft.subject
        number = numbers.get(key, "")
        found = printed.get(key)
        if found is None or (found.digest, found.document_no) != (draft.digest, number):
            found = reserved.get((*key, draft.digest))
            if found is None or found.document_no != number:
                found = NoticeIssue(
                    project_id=project.id, household_id=draft.household_id, notice=notice, subject=draft.subject, title=title,
                    office=project.office_name or project.name, document_no=number, issued_on=issued_on,
                    wording_id=wording_id, digest=draft.digest, mark=secrets.token_bytes(MARK_BYTES),
                )  # fmt: skip
                db.session.add(found)
            found.issued_by_id, found.issued_at = (actor.id if actor else None), now or utc_now()
        issues.append(found)
    db.session.flush()
    return issues


def issue_notices(
    *, actor: User | None, project: Project, notice: str, issues: Sequence[UUID], snapshot: str, where: str,
    household: Household | None = None, clear: bool = False, reason: str = "", now: datetime | None = None,
) -> None:  # fmt: skip
    """From now on the reserved issues, of which the papers are laid out, are genuine; the one entry in the log.

    snapshot  the number of this print; where: for which building, household or project
    clear     with ID numbers and phones in full, and why
    """
    moment = now or utc_now()
    of_kind = NoticeIssue.project_id == project.id, NoticeIssue.notice == notice
    before = set(
        db.session.scalars(select(NoticeIssue.document_no).where(*of_kind, NoticeIssue.printed_at.is_not(None)))
    )
    told: dict[UUID, str] = {}
    for start in range(0, len(issues), CHUNK):
        some = NoticeIssue.id.in_(issues[start : start + CHUNK])
        for issue_id, number in db.session.execute(select(NoticeIssue.id, NoticeIssue.document_no).where(some)):
            told[issue_id] = number
        db.session.execute(update(NoticeIssue).where(some, NoticeIssue.printed_at.is_(None)).values(printed_at=moment))
    numbers = [told[each] for each in issues if told[each]]
    audit.record(
        actor,
        "notice.print",
        household or project,
        {"notice": notice, "snapshot": snapshot, "count": len(issues), "where": where, "numbers": _span(numbers),
         "new_numbers": len(set(numbers) - before), **({"clear": True, "reason": LONG_NUMBER.sub("＊", reason.strip())[:200]} if clear else {})},
        project_id=project.id,
    )  # fmt: skip


def _issues(project_id: UUID, notice: str, households: Iterable[UUID | None]) -> list[NoticeIssue]:
    """The issues of a kind for some households, reserved ones too, the oldest first."""
    wanted = set(households)
    query = select(NoticeIssue).where(NoticeIssue.project_id == project_id, NoticeIssue.notice == notice)
    if len(wanted) == 1:
        query = query.where(NoticeIssue.household_id == next(iter(wanted)))
    rows = db.session.scalars(query.order_by(NoticeIssue.issued_at, NoticeIssue.id))
    return [row for row in rows if row.household_id in wanted]


def _span(numbers: Sequence[str]) -> str:
    if not numbers:
        return ""
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]} 至 {numbers[-1]}"


# --- is it genuine ------------------------------------------------------------------------------------------------


def token_of(row: NoticeIssue) -> str:
    """What stands in the QR: the mark of the issue, and the beginning of its digest."""
    return b32encode(row.mark + row.digest[:MARK_BYTES]).decode("ascii").lower()


def code_of(digest: bytes) -> str:
    """校验码: the beginning of the digest as a person compares it, `1A2B-3C4D`."""
    text = digest[:4].hex().upper()
    return f"{text[:4]}-{text[4:]}"


@dataclass(frozen=True, slots=True)
class Found:
    """An issued notice. `is_unchanged`: the paper's token carries the digest; `is_latest`: none that says anything else was
    issued after it.
    """

    issue: NoticeIssue
    is_unchanged: bool
    is_latest: bool

    @property
    def code(self) -> str:
        return code_of(self.issue.digest)


def find_issue(token: str) -> Found | None:
    """The notice of a QR; None where no such notice was issued, or where it was reserved and never printed."""
    try:
        told = b32decode(token.upper())
    except (Error, ValueError):
        return None
    row = db.session.scalar(select(NoticeIssue).where(NoticeIssue.mark == told[:MARK_BYTES]))
    if row is None or row.printed_at is None:
        return None
    of_its_kind = _issues(row.project_id, row.notice, [row.household_id])
    latest = [each for each in of_its_kind if each.subject == row.subject and each.printed_at is not None][-1]
    # Printed again under an older wording, the newest says the same as the first: then neither is out of date.
    is_latest = (latest.digest, latest.document_no) == (row.digest, row.document_no)
    return Found(row, secrets.compare_digest(told[MARK_BYTES:], row.digest[:MARK_BYTES]), is_latest)


def check_unknown(*, address: str, now: datetime | None = None) -> None:
    """Raises DomainError notice.too_many_unknown where an address has tried too many codes that no notice has.

    Asked of wrong codes only: behind one address may stand a whole neighbourhood, and a genuine paper is never refused.
    """
    if count_failures(_unknown_key(address), now or utc_now()) >= UNKNOWN_MOST:
        raise DomainError("notice.too_many_unknown", minutes=int(FAILURE_WINDOW.total_seconds() // 60))


def note_unknown(*, address: str, now: datetime | None = None) -> None:
    """Count a code that no notice has against the address; sign-in is counted apart."""
    db.session.add(LoginFailure(key=_unknown_key(address), at=now or utc_now()))
    audit.record(None, "notice.unknown")


def _unknown_key(address: str) -> bytes:
    return keyed_hash("notice-address", address)
