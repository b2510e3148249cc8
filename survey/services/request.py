"""Requests (诉求): recorded, accepted, answered, closed, each within its term."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import case, func, select

from survey.domain.calendar import last_day
from survey.domain.codes import Channel, RequestKind, RequestSource, Satisfaction, Urgency
from survey.domain.errors import DomainError, NotFound
from survey.models import Household, Project, Request, User, db, new_id, utc_now
from survey.services import audit
from survey.services.page import page_within
from survey.services.project import settings_of
from survey.services.scope import household_scope
from survey.services.serial import take_serial
from survey.services.sheet import lock_household


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestGiven:
    """What somebody asks for, as staff took it down."""

    received_on: date
    person_name: str
    kind: RequestKind
    content: str
    urgency: Urgency = Urgency.NORMAL
    source: RequestSource = RequestSource.VISIT
    handler: str = ""


def record_request(
    *, actor: User, household: Household, given: RequestGiven, today: date, key: UUID | None = None
) -> Request:
    """Take a request down, with a number of the project and the days on which it must be accepted and answered.

    Rule: 信访工作条例 (2022): acceptance is told within 15 days, the matter is handled within 60; days are counted by
    民法典 art 201, and both terms are settings of the project.
    key  the id that the page made for the record: what was sent twice is recorded once
    Raises DomainError request.in_future.
    """
    household = lock_household(household)
    if key is not None and (known := db.session.get(Request, key)) is not None:
        if known.household_id != household.id:
            raise NotFound
        return known
    if given.received_on > today:
        raise DomainError("request.in_future", "received_on")
    project = db.session.get_one(Project, household.project_id)
    settings = settings_of(project)
    row = Request(
        id=key or new_id(),
        project_id=project.id,
        household_id=household.id,
        number=take_serial(project.id, "request"),
        received_on=given.received_on,
        source=given.source,
        person_name=given.person_name,
        kind=given.kind,
        urgency=given.urgency,
        content=given.content,
        handler=given.handler,
        accept_due=last_day(given.received_on, settings.accept_days, settings.calendar),
        reply_due=last_day(given.received_on, settings.reply_days, settings.calendar),
        recorded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "request.record", row, {"number": row.number, "kind": given.kind.value})
    return row


def accept_request(*, actor: User, request: Request, accepted_on: date, handler: str, today: date) -> None:
    """Note that the person was told of the acceptance, and who handles it. Raises DomainError as `_check_day`."""
    _check_open(request)
    _check_day(request, accepted_on, today, "accepted_on")
    request.accepted_on = accepted_on
    request.handler = handler
    audit.record(actor, "request.accept", request, {"number": request.number})


def answer_request(
    *, actor: User, request: Request, reply: str, replied_on: date, handler: str, today: date,
    channel: Channel | None = None, satisfaction: Satisfaction | None = None,
) -> None:  # fmt: skip
    """Write the answer that the person was given, how it reached them and what they said of it. Raises DomainError: request.closed, request.in_future,
    request.before_received, request.reply_missing.
    """
    _check_open(request)
    if not reply.strip():
        raise DomainError("request.reply_missing", "reply")
    _check_day(request, replied_on, today, "replied_on")
    request.reply = reply.strip()
    request.replied_on = replied_on
    request.reply_channel = channel
    request.satisfaction = satisfaction
    request.handler = handler or request.handler
    audit.record(actor, "request.answer", request, {"number": request.number})


def close_request(*, actor: User, request: Request) -> None:
    """Close an answered request. Raises DomainError: request.closed, request.reply_missing."""
    _check_open(request)
    if not request.reply:
        raise DomainError("request.reply_missing", "reply")
    request.closed_at = utc_now()
    audit.record(actor, "request.close", request, {"number": request.number})


def _check_open(request: Request) -> None:
    if request.closed_at is not None:
        raise DomainError("request.closed")


def _check_day(request: Request, day: date, today: date, field: str) -> None:
    if day > today:
        raise DomainError("request.in_future", field)
    if day < request.received_on:
        raise DomainError("request.before_received", field)


def get_request(household: Household, request_id: UUID) -> Request:
    """A request of the household. Raises NotFound."""
    row = db.session.get(Request, request_id)
    if row is None or row.household_id != household.id:
        raise NotFound
    return row


def list_requests(household: Household) -> list[Request]:
    """The household's requests: open ones first, then the newest."""
    query = (
        select(Request)
        .where(Request.household_id == household.id)
        .order_by(Request.closed_at.is_not(None), Request.received_on.desc(), Request.number.desc())
    )
    return list(db.session.scalars(query))


SHOWN = ("open", "overdue", "answered", "closed", "all")
"""What the project's list can be limited to."""


@dataclass(frozen=True, slots=True)
class ProjectRequests:
    """One page of a project's requests with their households, and how many there are of each sort."""

    rows: list[tuple[Request, Household]]
    counts: dict[str, int]
    total: int
    number: int
    pages: int


def list_project_requests(
    actor: User, project: Project, *, shown: str, today: date, page: int = 1, size: int = 50
) -> ProjectRequests:
    """The requests of the households that the person may see: what is most overdue first."""
    is_open = Request.closed_at.is_(None)
    unanswered = is_open & Request.replied_on.is_(None)
    kinds = {
        "open": is_open,
        "overdue": unanswered
        & ((Request.reply_due < today) | (Request.accepted_on.is_(None) & (Request.accept_due < today))),
        "answered": is_open & Request.replied_on.is_not(None),
        "closed": Request.closed_at.is_not(None),
    }
    scope = household_scope(actor, project.id)
    base = select(Request, Household).join(Household, Household.id == Request.household_id).where(scope)
    sums = [func.sum(case((condition, 1), else_=0)) for condition in kinds.values()]
    row = db.session.execute(base.with_only_columns(func.count(), *sums)).one()
    counts = {"all": int(row[0])} | {name: int(count or 0) for name, count in zip(kinds, row[1:], strict=True)}
    if shown in kinds:
        base = base.where(kinds[shown])
    total = counts.get(shown, counts["all"])
    number, pages = page_within(page, total, size)
    next_due = case(
        (Request.accepted_on.is_(None) & Request.replied_on.is_(None), Request.accept_due), else_=Request.reply_due
    )
    query = (
        base.order_by(Request.closed_at.is_not(None), Request.replied_on.is_not(None), next_due, Request.number.desc())
        .limit(size)
        .offset((number - 1) * size)
    )
    return ProjectRequests(
        [(request, home) for request, home in db.session.execute(query)], counts, total, number, pages
    )
