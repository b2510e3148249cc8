"""The timeline of a household: every record around it and every change of its sheet, in one order; read only.

It is made of the records themselves (versions, visits, briefings, consents ...) and, where no record of its own exists,
of the audit log. Words and masks are the page's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.domain.merge import Change, difference
from survey.domain.sheet import Pairs, to_keys
from survey.models import (
    AuditEntry,
    Briefing,
    Consent,
    Delivery,
    Document,
    Household,
    Request,
    Review,
    SheetRow,
    Signature,
    User,
    Visit,
    db,
)
from survey.services.sheet import list_versions

LOGGED = (
    "household.create", "household.attach_door", "household.detach_door", "household.keep_apart",
    "household.merge", "person.reveal", "sheet.conflict",
    "request.accept", "request.answer", "request.close", "document.remove", "notice.print",
)  # fmt: skip
"""Acts without a record of their own: the timeline takes them from the log."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `row` is the record; `changes` only for a version of the sheet."""

    at: datetime
    who: str
    row: Any
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events, the newest first, and the versions' pairs, from which rows get their names."""

    events: list[Event]
    pairs: list[Pairs]


def read_timeline(household: Household) -> Timeline:
    """Everything that happened to a household."""
    versions = list_versions(household)
    pairs = [row.pairs for row in versions]
    keys = [{}, *(to_keys(each) for each in pairs)]
    records: list[tuple[datetime, UUID | None, Any]] = []
    taken: tuple[tuple[type[Any], Callable[[Any], tuple[datetime, UUID | None]]], ...] = (
        (Review, lambda row: (row.at, row.by_id)),
        (Visit, lambda row: (row.started_at, row.surveyor_1_id)),
        (Briefing, lambda row: (row.held_at, row.briefed_by_id)),
        (Consent, lambda row: (row.given_at, row.recorded_by_id)),
        (Request, lambda row: (row.recorded_at, row.recorded_by_id)),
        (Document, lambda row: (row.added_at, row.added_by_id)),
        (Delivery, lambda row: (row.served_at, row.recorded_by_id)),
        (Signature, lambda row: (row.signed_at, row.recorded_by_id)),
    )
    for model, told in taken:
        for row in db.session.scalars(select(model).where(model.household_id == household.id)):
            records.append((*told(row), row))
    entries = list(
        db.session.scalars(
            select(AuditEntry).where(AuditEntry.household_id == household.id, AuditEntry.action.in_(LOGGED))
        )
    )
    names = user_names([user_id for _at, user_id, _row in records] + [row.saved_by_id for row in versions])
    events = [Event(at, names.get(user_id, ""), row) for at, user_id, row in records]
    events += [Event(entry.at, entry.actor_name, entry) for entry in entries]
    events += [
        Event(row.saved_at, names.get(row.saved_by_id, ""), row, tuple(difference(old, new)))
        for row, (old, new) in zip(versions, pairwise(keys), strict=True)
    ]
    events.sort(key=_order, reverse=True)
    return Timeline(events, list(pairs))


def _order(event: Event) -> tuple[datetime, int]:
    """By time; at the same moment the version comes before what was done with it."""
    return event.at, 0 if isinstance(event.row, SheetRow) else 1


def user_names(ids: Iterable[UUID | None]) -> dict[UUID | None, str]:
    """Names of accounts by id."""
    wanted = {user_id for user_id in ids if user_id is not None}
    return {user.id: user.display_name for user in db.session.scalars(select(User).where(User.id.in_(wanted)))}
