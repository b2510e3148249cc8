"""The inbox (收件): each event of a tablet is taken once, whatever becomes of it, and never spoils its batch.

An event that is known is answered as it was the first time. A new one is claimed by its id, judged, and carried out
under a savepoint; what became of it is kept with it in the same transaction. What nobody may lose although it cannot be
written (a removed household, a locked sheet, a tablet that was revoked) is held for the office to accept or drop.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from survey.domain.access import Permission, is_granted
from survey.domain.errors import DomainError, NotFound
from survey.domain.event import EventStatus, EventType
from survey.domain.merge import FieldConflict
from survey.domain.message import MESSAGES
from survey.forms.base import sentence_of
from survey.forms.sheet import hidden_for, key_label, row_titles, word_of
from survey.models import Assignment, Device, Household, Project, SheetRow, SyncEvent, User, db, utc_now
from survey.services import audit, scope
from survey.services.sheet import current_pairs, list_versions, pairs_of_version
from survey.sync.apply import PERMISSIONS, Done, Refused, apply
from survey.sync.event import Event, read_event, read_id, read_skew
from survey.sync.row import row_of

MOST_EVENTS = 50
HOLDING = frozenset({"household.transition", "sheet.locked", "consent.round_closed"})
"""Refusals that are nobody's mistake at the door: the office decides."""

logger = logging.getLogger(__name__)


class Held(Exception):
    """The event waits for the office. `reason` is a key of the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Waits(Exception):
    """The tablet's earlier event, or a photo of this one, has not arrived: it is asked for again."""


def receive(device: Device, batch: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a batch, event by event in its order (docs/sync.md). The caller commits.

    Raises DomainError sync.batch_form for what is no batch at all.
    """
    told = batch.get("events")
    if not isinstance(told, list) or len(told) > MOST_EVENTS:
        raise DomainError("sync.batch_form", most=MOST_EVENTS)
    _note_contact(device, batch)
    skew = read_skew(batch.get("skew", 0)).total_seconds()
    return [_take(device, each, skew) for each in told]


def _note_contact(device: Device, batch: dict[str, Any]) -> None:
    device.seen_at = utc_now()
    for name in ("unsent", "households"):
        value = batch.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
            setattr(device, name, value)


def _take(device: Device, told: Any, skew: float) -> dict[str, Any]:
    event_id = read_id(told)
    if event_id is None:
        return _answer(
            told.get("id") if isinstance(told, dict) else None,
            _refusal(DomainError("sync.event_form", "id", name="id")),
        )
    known = db.session.get(SyncEvent, event_id)
    if known is None and not _claim(device, event_id):
        known = db.session.get(SyncEvent, event_id)  # another request was quicker
    if known is not None:
        return _again(device, known)
    row = db.session.get_one(SyncEvent, event_id)
    try:
        with db.session.begin_nested():
            return _decide(device, row, told, skew)
    except Waits:
        db.session.delete(row)
        db.session.flush()
        return _answer(event_id, {"status": EventStatus.WAIT.value})
    except SQLAlchemyError:
        raise  # the database is busy or gone: the whole batch is asked again
    except Exception:
        # A fault of ours. Nothing is kept of it, so that the event comes again once it is mended.
        logger.exception("event %s could not be taken", event_id)
        db.session.delete(row)
        db.session.flush()
        return _answer(event_id, {"status": EventStatus.WAIT.value, "message": _(MESSAGES["sync.fault"])})


def _claim(device: Device, event_id: UUID) -> bool:
    """Write the event's id, once: of two requests that bring it at the same time one waits here and then knows it."""
    now = utc_now()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {
        "id": event_id, "project_id": device.project_id, "device_id": device.id, "user_id": device.user_id,
        "household_id": event_id, "type": "", "form_version": 0, "base": 0, "seq": 0, "made_at_raw": now,
        "made_at": now, "body_sealed": b"", "status": EventStatus.WAIT.value, "reason": "", "result": {},
        "received_at": now, "settled_as": "",
    }  # fmt: skip
    statement = insert(SyncEvent).values(row).on_conflict_do_nothing(index_elements=[SyncEvent.id])
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _again(device: Device, known: SyncEvent) -> dict[str, Any]:
    """The first answer again; another tablet's event is not told."""
    if known.device_id != device.id:
        return _answer(known.id, _refusal(DomainError("sync.event_foreign")))
    return {**_answer(known.id, known.result), "duplicate": True}


def _decide(device: Device, row: SyncEvent, told: Any, skew: float) -> dict[str, Any]:
    """Judge an event that was never seen before, and keep it with what became of it."""
    row.body = told
    try:
        event = read_event(told, skew)
    except DomainError as error:
        return _keep(row, EventStatus.INVALID, _refusal(error))
    _describe(row, event)
    device.last_seq = max(device.last_seq, event.seq)
    if event.prev is not None:
        _check_prev(device, event)
    try:
        if device.revoked_at is not None:
            raise Held("sync.held_revoked")
        household = _household(device, row, event)
        _check_permission(device, event)
        with db.session.begin_nested():
            done = apply(actor=device.user, project=_project(device), household=household, event=event)
            db.session.flush()
    except Held as held:
        return _hold(device, row, held.reason)
    except Refused as refused:
        return _keep(row, EventStatus.INVALID, {"errors": _errors(refused.errors), "message": sentence_of(refused)})
    except NotFound:
        return _keep(row, EventStatus.INVALID, _refusal(DomainError("sync.about_unknown")))
    except DomainError as error:
        if error.code == "sync.blob_missing":
            raise Waits from None
        if error.code in HOLDING:
            return _hold(device, row, error.code, sentence_of(error))
        return _keep(row, EventStatus.INVALID, _refusal(error))
    return _finish(device, row, event, done)


def _describe(row: SyncEvent, event: Event) -> None:
    row.household_id = event.household_id
    row.type = event.type.value
    row.form_version = event.form_version
    row.base, row.prev, row.seq = event.base, event.prev, event.seq
    row.made_at_raw, row.made_at = event.made_at_raw, event.made_at


def _check_prev(device: Device, event: Event) -> None:
    """An event follows on one that is here. Raises Waits; Held where that one waits for the office itself."""
    earlier = db.session.get(SyncEvent, event.prev)
    if earlier is None or earlier.device_id != device.id or earlier.status == EventStatus.WAIT:
        raise Waits


def _household(device: Device, row: SyncEvent, event: Event) -> Household | None:
    """The household that an event is about, within what the person may see. None for a new one.

    One that became part of another leads there. Raises Held, or DomainError sync.household_unknown, the same for a
    missing one and for another project's.
    """
    household = db.session.get(Household, event.household_id)
    if event.type is EventType.CREATE:
        if household is not None:
            raise DomainError("sync.event_form", "hid", name="hid")
        return None
    if household is None and _is_held(device, event.household_id):
        raise Held("sync.held_household")
    if household is None or household.project_id != device.project_id:
        raise DomainError("sync.household_unknown")
    while household.removed_at is not None:
        if household.merged_into_id is None:
            raise Held("sync.held_removed")
        household = db.session.get_one(Household, household.merged_into_id)
        row.household_id = household.id
    if not _may_see(device, household):
        raise (
            Held("sync.held_not_assigned")
            if _was_assigned(device, household)
            else DomainError("sync.household_unknown")
        )
    return household


def _is_held(device: Device, household_id: UUID) -> bool:
    """Whether the household is one that the tablet made and that waits for the office."""
    query = select(SyncEvent.id).where(
        SyncEvent.household_id == household_id,
        SyncEvent.device_id == device.id,
        SyncEvent.status == EventStatus.HELD.value,
        SyncEvent.settled_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def _may_see(device: Device, household: Household) -> bool:
    """Whether the household is the person's, or was theirs when the tablet last heard of assignments."""
    in_scope = scope.household_scope(device.user, household.project_id)
    if db.session.scalar(select(true()).where(Household.id == household.id, in_scope)):
        return True
    return _was_assigned(device, household, device.feed_at)


def _was_assigned(device: Device, household: Household, since: datetime | None = None) -> bool:
    query = select(Assignment.id).where(
        Assignment.user_id == device.user_id,
        Assignment.building_id == household.building_id,
        or_(Assignment.unit_no.is_(None), Assignment.unit_no == household.unit_no),
        and_(Assignment.until >= since) if since is not None else true(),
    )
    return db.session.scalar(query.limit(1)) is not None


def _check_permission(device: Device, event: Event) -> None:
    if not scope.may(device.user, device.project_id, PERMISSIONS[event.type]):
        raise Held("sync.held_not_permitted")


def _project(device: Device) -> Project:
    return db.session.get_one(Project, device.project_id)


# --- what is kept and answered


def _finish(device: Device, row: SyncEvent, event: Event, done: Done) -> dict[str, Any]:
    row.version = done.version
    if done.meant is not None:
        row.body = {**row.body, "meant": [list(pair) for pair in done.meant]}
    result: dict[str, Any] = {"version": done.version} if done.version is not None else {}
    if done.errors:
        result |= {
            "errors": _errors(done.errors),
            "message": _(MESSAGES["sync.not_submitted"]).format(count=len(done.errors)),
        }
    if done.conflict is not None:
        row.conflict_id = done.conflict.id
    answer = _keep(row, done.status, result)
    household = db.session.get(Household, row.household_id)
    if household is not None:
        if done.conflicts:
            answer["conflicts"] = _disputes(device, household, event, done.conflicts)
        answer["row"] = row_of(household, scope.role_in(device.user, device.project_id))
    return answer


def _hold(device: Device, row: SyncEvent, reason: str, message: str = "") -> dict[str, Any]:
    row.reason = reason
    audit.record(
        device.user, "event.hold", row, {"kind": row.type}, project_id=row.project_id,
        household_id=row.household_id,
    )  # fmt: skip
    return _keep(row, EventStatus.HELD, {"message": message or _(MESSAGES[reason])})


def _keep(row: SyncEvent, status: EventStatus, result: dict[str, Any]) -> dict[str, Any]:
    row.status = status.value
    row.result = {"status": status.value, **result}
    db.session.flush()
    return _answer(row.id, row.result)


def _answer(event_id: UUID | str | None, result: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(event_id) if isinstance(event_id, UUID) else None, **result}


def _refusal(error: DomainError) -> dict[str, Any]:
    sentence = sentence_of(error)
    told = {"status": EventStatus.INVALID.value, "message": sentence}
    return {**told, "errors": [{"field": error.field, "message": sentence}]} if error.field else told


def _errors(errors: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"field": name, "message": text} for name, texts in errors.items() for text in texts]


def _disputes(
    device: Device, household: Household, event: Event, conflicts: Iterable[FieldConflict]
) -> list[dict[str, Any]]:
    """The answers in dispute in words, numbers masked, with who wrote what stands now."""
    role = scope.role_in(device.user, device.project_id)
    hidden, base = hidden_for(role), pairs_of_version(household, min(event.base, household.sheet_version))
    titles = row_titles(base, event.pairs, current_pairs(household))
    last: SheetRow = list_versions(household)[-1]
    found = []
    for each in conflicts:
        if each.key.rpartition(".")[2] in hidden:
            continue
        found.append(
            {
                "key": each.key, "group": each.group, "label": key_label(each.key, titles),
                **{side: [word_of(each.key, texts)] if (texts := getattr(each, side)) else [] for side in ("base", "theirs", "ours")},
                "who": last.saved_by.display_name if last.saved_by else "", "at": last.saved_at.isoformat(),
            }
        )  # fmt: skip
    return found


# --- the office decides


def accept(*, actor: User, event: SyncEvent) -> dict[str, Any]:
    """Write a held record after all, as its surveyor's; a sheet that is locked as a correction by the one who accepts.

    A household that was removed stands again. Returns the result; raises DomainError when it still cannot be written,
    Refused with the answers that a form does not accept.
    """
    _check_held(event)
    told = read_event(event.body, (event.made_at - event.made_at_raw).total_seconds())
    household = db.session.get(Household, event.household_id)
    if household is not None and household.removed_at is not None:
        household.removed_at, household.removed_reason = None, ""
    is_correction = event.reason in HOLDING and told.type is EventType.SAVE
    author = actor if is_correction else event.user
    if is_correction and not is_granted(scope.role_in(actor, event.project_id), Permission.SHEET_CORRECT):
        raise DomainError("sync.accept_correction")
    done = apply(
        actor=author, project=db.session.get_one(Project, event.project_id), household=household, event=told,
        is_correction=is_correction,
    )  # fmt: skip
    event.version = done.version
    event.conflict_id = done.conflict.id if done.conflict else None
    event.status = done.status.value
    event.result = {"status": done.status.value, **({"version": done.version} if done.version is not None else {})}
    _settle(event, actor, "accepted")
    return event.result


def drop(*, actor: User, event: SyncEvent, reason: str) -> None:
    """Let a held record go, with the reason; it stays readable. Raises DomainError sync.drop_reason."""
    _check_held(event)
    if not reason.strip():
        raise DomainError("sync.drop_reason", "reason")
    _settle(event, actor, "dropped", reason.strip())


def _check_held(event: SyncEvent) -> None:
    db.session.refresh(event, with_for_update=True)
    if event.status != EventStatus.HELD.value or event.settled_at is not None:
        raise DomainError("sync.not_held")


def _settle(event: SyncEvent, actor: User, settled_as: str, reason: str = "") -> None:
    event.settled_at, event.settled_by_id, event.settled_as = utc_now(), actor.id, settled_as
    audit.record(
        actor, "event.accept" if settled_as == "accepted" else "event.drop", event,
        {"kind": event.type, **({"reason": reason} if reason else {})}, household_id=event.household_id,
    )  # fmt: skip
    db.session.flush()
