"""公示: drafted by the office, released by somebody else after the check for what it must not tell, hung up, closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from survey.domain.check import CHINA
from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError, NotFound
from survey.domain.posting import Leak, PostingKind, PostingState, buildings_of, ends_on, find_leaks, phones_of
from survey.models import Building, Household, NoticeIssue, Objection, PersonRow, Posting, Project, User, db, utc_now
from survey.services import audit
from survey.services.document import Prepared, add_document
from survey.services.project import settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PostingGiven:
    """A posting as it was drafted. `scope` says for whom it is: 全部, 3号楼."""

    kind: PostingKind
    title: str
    scope: str
    content: str
    days: int


def draft_posting(*, actor: User, project: Project, given: PostingGiven) -> Posting:
    """Write a draft. Nobody outside sees it yet."""
    row = Posting(project_id=project.id, drafted_by_id=actor.id)
    _write(row, given)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "posting.draft", row, {"kind": given.kind.value, "days": given.days})
    return row


def change_posting(*, actor: User, posting: Posting, given: PostingGiven) -> None:
    """Change a draft. Raises DomainError posting.state."""
    _check(posting, PostingState.DRAFT)
    _write(posting, given)
    posting.drafted_by_id = actor.id
    audit.record(actor, "posting.draft", posting, {"kind": given.kind.value, "days": given.days})


def _write(row: Posting, given: PostingGiven) -> None:
    row.kind = given.kind
    row.title = given.title
    row.scope = given.scope
    row.content = given.content
    row.days = given.days


def leaks_of(posting: Posting) -> list[Leak]:
    """What the posting tells that it must not, in everything that is published of it."""
    names = set(
        db.session.scalars(
            select(PersonRow.full_name)
            .join(Household, Household.id == PersonRow.household_id)
            .where(
                PersonRow.project_id == posting.project_id, Household.removed_at.is_(None), PersonRow.full_name != ""
            )
            .distinct()
        )
    )
    allowed = phones_of(db.session.get_one(Project, posting.project_id).office_phone)
    short = {"title": posting.title, "scope": posting.scope}
    return [
        *(
            replace(leak, field=field)
            for field, text in short.items()
            for leak in find_leaks(text, names, allowed, in_sentences=True)
        ),
        *find_leaks(posting.content, names, allowed),
    ]


def approve_posting(*, actor: User, posting: Posting) -> None:
    """Release a draft for hanging up.

    Rule: PIPL art 25, 55: publication is decided on, and by two people. Raises DomainError: posting.state,
    posting.own_draft, posting.leaks, and of the result of the survey posting.scope_form, posting.scope_building.
    """
    _check(posting, PostingState.DRAFT)
    if posting.drafted_by_id == actor.id:
        raise DomainError("posting.own_draft")
    if found := leaks_of(posting):
        raise DomainError("posting.leaks", count=len(found))
    if posting.kind is PostingKind.RESULT:
        list_buildings_of(posting)
    posting.state = PostingState.APPROVED
    posting.approved_by_id = actor.id
    posting.approved_at = utc_now()
    audit.record(actor, "posting.approve", posting, {"kind": posting.kind.value})


def withdraw_approval(*, actor: User, posting: Posting, reason: str) -> None:
    """Make an approved posting a draft again, until it hangs. Raises DomainError: posting.state, posting.reason_missing."""
    _check(posting, PostingState.APPROVED)
    if not reason.strip():
        raise DomainError("posting.reason_missing", "reason")
    posting.state = PostingState.DRAFT
    posting.approved_by_id = posting.approved_at = None
    audit.record(actor, "posting.withdraw", posting, {"reason": reason.strip()})


def check_may_print(posting: Posting) -> None:
    """Refuse to print what two people have not released. Raises DomainError posting.not_approved.

    Rule: PIPL art 25: what is published is decided on first; the paper on the wall is the publication.
    """
    if posting.state not in (PostingState.APPROVED, PostingState.POSTED):
        raise DomainError("posting.not_approved")


def term_of(posting: Posting, hung_on: date) -> tuple[date, date]:
    """First and last day of the term as the paper tells it: since it hangs those days, before as if hung on `hung_on`.

    Raises DomainError posting.before_approval.
    """
    if posting.posted_on is not None and posting.until is not None:
        return posting.posted_on, posting.until
    _check_approved_by(posting, hung_on)
    calendar = settings_of(db.session.get_one(Project, posting.project_id)).calendar
    return hung_on, ends_on(hung_on, posting.days, calendar)


def list_buildings_of(posting: Posting) -> Sequence[UUID]:
    """The buildings that the scope of a posting names; none for the whole project.

    Raises DomainError: posting.scope_form, posting.scope_building.
    """
    project = db.session.get_one(Project, posting.project_id)
    numbers = buildings_of(posting.scope, project.name)
    rows = db.session.execute(select(Building.no, Building.id).where(Building.project_id == project.id)).all()
    known = {row.no: row.id for row in rows}
    for no in numbers:
        if no not in known:
            raise DomainError("posting.scope_building", no=no)
    return [known[no] for no in numbers]


def find_document_no(posting: Posting) -> str:
    """The 文号 under which the posting was printed, "" before it was or where the project gives none."""
    query = select(NoticeIssue.document_no).where(
        NoticeIssue.project_id == posting.project_id, NoticeIssue.subject == str(posting.id)
    )
    return db.session.scalar(query.order_by(NoticeIssue.issued_at.desc()).limit(1)) or ""


def _check_approved_by(posting: Posting, day: date) -> None:
    assert posting.approved_at is not None
    approved_on = posting.approved_at.astimezone(CHINA).date()
    if day < approved_on:
        raise DomainError("posting.before_approval", "posted_on", day=approved_on)


def hang_up(
    *, actor: User, posting: Posting, posted_on: date, place: str, today: date, photo: Prepared | None = None,
    folder: Path | None = None,
) -> None:  # fmt: skip
    """Note where and since when it hangs; its term begins.

    Raises DomainError: posting.state, posting.in_future, posting.before_approval.
    """
    _check(posting, PostingState.APPROVED)
    if posted_on > today:
        raise DomainError("posting.in_future", "posted_on")
    _, until = term_of(posting, posted_on)
    if photo is not None and folder is not None:
        project = db.session.get_one(Project, posting.project_id)
        document = add_document(
            actor=actor, folder=folder, category=DocumentCategory.OTHER, prepared=photo, title=posting.title,
            project=project, with_audit=False,
        )  # fmt: skip
        posting.photo_id = document.id
    posting.state = PostingState.POSTED
    posting.posted_on = posted_on
    posting.until = until
    posting.place = place
    audit.record(actor, "posting.hang_up", posting, {"until": posting.until.isoformat(), "photo": photo is not None})


def record_objection(
    *, actor: User, posting: Posting, person_name: str, door: str, received_on: date, content: str, today: date
) -> Objection:
    """Take an objection down. Raises DomainError: posting.state, posting.in_future, posting.before."""
    _check(posting, PostingState.POSTED)
    assert posting.posted_on is not None
    if received_on > today:
        raise DomainError("posting.in_future", "received_on")
    if received_on < posting.posted_on:
        raise DomainError("posting.before", "received_on")
    row = Objection(
        posting_id=posting.id, person_name=person_name, door=door, received_on=received_on, content=content,
        recorded_by_id=actor.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "posting.object", posting, {"count": count_objections(posting)})
    return row


def settle_objection(*, actor: User, posting: Posting, objection: Objection, outcome: str, today: date) -> None:
    """Write how an objection was settled. Raises DomainError posting.state."""
    _check(posting, PostingState.POSTED)
    objection.outcome = outcome
    objection.settled_on = today
    audit.record(actor, "posting.settle", posting)


def close_posting(*, actor: User, posting: Posting, result: str, today: date) -> None:
    """End a posting. Raises DomainError: posting.state, posting.too_early, posting.open_objections."""
    _check(posting, PostingState.POSTED)
    assert posting.until is not None
    if today <= posting.until:
        raise DomainError("posting.too_early", until=posting.until)
    if any(not each.outcome for each in posting.objections):
        raise DomainError("posting.open_objections")
    posting.state = PostingState.CLOSED
    posting.result = result
    posting.closed_at = utc_now()
    audit.record(actor, "posting.close", posting, {"count": count_objections(posting)})


def _check(posting: Posting, state: PostingState) -> None:
    if posting.state is not state:
        raise DomainError("posting.state", state=posting.state.label)


def count_objections(posting: Posting) -> int:
    return db.session.scalar(select(func.count()).where(Objection.posting_id == posting.id)) or 0


def get_posting(project_id: UUID, posting_id: UUID) -> Posting:
    """A posting of the project. Raises NotFound."""
    row = db.session.get(Posting, posting_id)
    if row is None or row.project_id != project_id:
        raise NotFound
    return row


def get_objection(posting: Posting, objection_id: UUID) -> Objection:
    """An objection to the posting. Raises NotFound."""
    row = db.session.get(Objection, objection_id)
    if row is None or row.posting_id != posting.id:
        raise NotFound
    return row


def list_postings(project_id: UUID) -> Sequence[Posting]:
    """The project's postings: those that hang, then drafts, then the closed ones, each the newest first."""
    rows = db.session.scalars(select(Posting).where(Posting.project_id == project_id)).all()
    order = [PostingState.POSTED, PostingState.APPROVED, PostingState.DRAFT, PostingState.CLOSED]
    return sorted(rows, key=lambda row: (order.index(row.state), -row.drafted_at.timestamp()))
