"""The inbox (收件): each event of a tablet is taken once, whatever becomes of it, and never spoils its batch.

An event that is known is answered as it was the first time. A new one is claimed by its id, judged, and carried out
under a savepoint; what became of it is kept with it in the same transaction. What nobody may lose although it cannot be
written (a removed household, a locked sheet, a tablet that was revoked) is held for the office to accept or drop.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, delete, false, or_, select, true, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import joinedload

from survey.domain.access import Permission, Role, is_granted
from survey.domain.errors import DomainError, NotFound
from survey.domain.event import EventStatus, EventType
from survey.domain.merge import FieldConflict
from survey.domain.message import MESSAGES
from survey.domain.sheet import Pairs
from survey.forms.base import sentence_of
from survey.forms.sheet import hidden_for, key_label, row_titles, word_of
from survey.models import Assignment, Device, Household, Project, SheetRow, SyncEvent, User, db, utc_now
from survey.models.bulk import upserting
from survey.models.sync import seal_body
from survey.services import audit, scope
from survey.services.duplicate import standing_household
from survey.services.project import accepts_edition
from survey.services.sheet import current_pairs, list_versions, pairs_of_version
from survey.sync.apply import PERMISSIONS, WITH_SHEET, Done, Refused, apply, read_sheet
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


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a batch, and what they may: read once for all of its events."""

    device: Device
    project: Project
    role: Role | None
    in_scope: ColumnElement[bool]

    @classmethod
    def of(cls, device: Device) -> Sender:
        member = scope.find_membership(device.user, device.project_id)
        return cls(
            device,
            db.session.get_one(Project, device.project_id),
            member.role if member else None,
            scope.scope_of_member(member) if member else false(),
        )


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a batch as far as it can be judged without writing: its sheet read by the form, or why not."""

    raw: Any
    id: UUID | None
    event: Event | None = None
    sheet: Pairs | None = None
    refusal: DomainError | None = None


def receive(
    device: Device, batch: dict[str, Any], begin_writing: Callable[[], None] | None = None
) -> list[dict[str, Any]]:
    """The results of a batch, event by event in its order (docs/sync.md). The caller commits.

    begin_writing  ends the reading transaction and begins one that writes: the forms are read before, since on SQLite
                   nobody else writes meanwhile

    Raises DomainError sync.batch_form for what is no batch at all.
    """
    raw = batch.get("events")
    if not isinstance(raw, list) or len(raw) > MOST_EVENTS:
        raise DomainError("sync.batch_form", most=MOST_EVENTS)
    skew = read_skew(batch.get("skew", 0)).total_seconds()
    hidden = hidden_for(scope.role_in(device.user, device.project_id))
    told = [_read(each, skew, hidden) for each in raw]
    if begin_writing is not None:
        device_id = device.id
        begin_writing()
        device = db.session.get_one(Device, device_id, options=[joinedload(Device.user)])
    _note_contact(device, batch, told)
    sender = Sender.of(device)
    results = [_take(sender, each) for each in told]
    if "unsent" in batch:
        # The tablet counted what it was about to send: what has its result now is unsent no longer.
        device.unsent = max(0, device.unsent - sum(each["status"] != EventStatus.WAIT.value for each in results))
    return results


def _read(raw: Any, skew: float, hidden: frozenset[str]) -> Told:
    event_id, event = read_id(raw), None
    try:
        event = read_event(raw, skew)
        return Told(raw, event_id, event, read_sheet(event, hidden))
    except DomainError as error:
        return Told(raw, event_id, event, refusal=error)


def _note_contact(device: Device, batch: dict[str, Any], told: list[Told]) -> None:
    device.seen_at = utc_now()
    device.last_seq = max(device.last_seq, *(each.event.seq for each in told if each.event is not None), 0)
    for name in ("unsent", "households"):
        value = batch.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31:
            setattr(device, name, value)


def _take(sender: Sender, told: Told) -> dict[str, Any]:
    if told.id is None:
        raw_id = told.raw.get("id") if isinstance(told.raw, dict) else None
        return {
            "id": raw_id if isinstance(raw_id, str) else None,
            **_refusal(DomainError("sync.event_form", "id", name="id")),
        }
    if not _claim(sender.device, told):
        return _again(sender.device, db.session.get_one(SyncEvent, told.id))
    try:
        with db.session.begin_nested():
            return _decide(sender, told)
    except Waits:
        _let_go(told.id)
        return _answer(told.id, {"status": EventStatus.WAIT.value})
    except OperationalError:
        raise  # the database is busy or gone: the whole batch is asked again
    except DomainError as error:
        return _refuse(sender, told, error)
    except Held as held:
        return _hold(sender.device, told, held.reason)
    except Exception:
        # A fault of ours. Nothing is kept of it, so that the event comes again once it is mended.
        logger.exception("event %s could not be taken", told.id)
        _let_go(told.id)
        return _answer(told.id, {"status": EventStatus.WAIT.value, "message": sentence_of(DomainError("sync.fault"))})


def _claim(device: Device, told: Told) -> bool:
    """Write the event, once: of two requests that bring it at the same time one waits here and then knows it."""
    assert told.id is not None
    now, event = utc_now(), told.event
    row = {
        "id": told.id, "project_id": device.project_id, "device_id": device.id, "user_id": device.user_id,
        "household_id": event.household_id if event else told.id, "type": event.type.value if event else "",
        "form_version": event.form_version if event else 0, "base": event.base if event else 0,
        "prev": event.prev if event else None, "seq": event.seq if event else 0,
        "made_at_raw": event.made_at_raw if event else now, "made_at": event.made_at if event else now,
        "body_sealed": seal_body(told.id, told.raw), "status": EventStatus.WAIT.value, "reason": "", "result": {},
        "received_at": now, "settled_as": "",
    }  # fmt: skip
    claimed = (
        upserting(db.session.connection())(SyncEvent).values(row).on_conflict_do_nothing(index_elements=[SyncEvent.id])
    )
    return db.session.scalar(claimed.returning(SyncEvent.id)) is not None


def _let_go(event_id: UUID) -> None:
    db.session.execute(delete(SyncEvent).where(SyncEvent.id == event_id))


def _again(device: Device, known: SyncEvent) -> dict[str, Any]:
    """The first answer again; another person's event is not told."""
    if (known.project_id, known.user_id) != (device.project_id, device.user_id):
        return _answer(known.id, _refusal(DomainError("sync.event_foreign")))
    return {**_answer(known.id, known.result), "duplicate": True}


def _decide(sender: Sender, told: Told) -> dict[str, Any]:
    """Carry out an event that was never seen before. Raises Waits, Held, and DomainError for what is refused."""
    event = told.event
    if event is None:
        assert told.refusal is not None
        raise told.refusal
    if event.prev is not None:
        _check_prev(sender.device, event)
    if sender.device.revoked_at is not None:
        raise Held("sync.held_revoked")
    household = _household(sender, event)
    if not is_granted(sender.role, PERMISSIONS[event.type]):
        raise Held("sync.held_not_permitted")
    if told.refusal is not None:
        raise told.refusal
    if event.type in WITH_SHEET and not accepts_edition(sender.project, event.form_version):
        raise Held("sync.held_edition")
    done = apply(
        actor=sender.device.user, role=sender.role, project=sender.project, household=household, event=event,
        sheet=told.sheet,
    )  # fmt: skip
    db.session.flush()
    return _finish(sender, event, household, done)


def _refuse(sender: Sender, told: Told, error: DomainError) -> dict[str, Any]:
    """What becomes of an event that a form or a rule refused."""
    assert told.id is not None
    if error.code == "sync.blob_missing":
        _let_go(told.id)
        return _answer(told.id, {"status": EventStatus.WAIT.value})
    if error.code in HOLDING:
        return _hold(sender.device, told, error.code, sentence_of(error))
    if isinstance(error, Refused):
        return _keep(told.id, EventStatus.INVALID, {"errors": _errors(error.errors), "message": sentence_of(error)})
    if isinstance(error, NotFound):
        error = DomainError("sync.about_unknown")
    return _keep(told.id, EventStatus.INVALID, _refusal(error))


def _check_prev(device: Device, event: Event) -> None:
    """An event follows on one of the same person that is here: the tablet may have been enrolled anew since. Raises Waits."""
    query = select(SyncEvent.id).where(
        SyncEvent.id == event.prev,
        SyncEvent.status != EventStatus.WAIT.value,
        SyncEvent.project_id == device.project_id,
        SyncEvent.user_id == device.user_id,
    )
    if db.session.scalar(query) is None:
        raise Waits


def _household(sender: Sender, event: Event) -> Household | None:
    """The household that an event is about, within what the person may see. None for a new one.

    One that became part of another leads there. Raises Held, or DomainError sync.household_unknown, the same for a
    missing one and for another project's.
    """
    device = sender.device
    found = db.session.execute(select(Household, sender.in_scope).where(Household.id == event.household_id)).first()
    household, is_seen = found or (None, False)
    if event.type is EventType.CREATE:
        if household is not None:
            raise DomainError("sync.event_form", "hid", name="hid")
        return None
    if household is None and _is_held(device, event.household_id):
        raise Held("sync.held_household")
    if household is None or household.project_id != device.project_id:
        raise DomainError("sync.household_unknown")
    standing = standing_household(household)
    if standing.removed_at is not None:
        raise Held("sync.held_removed")
    if standing is not household:
        household = standing
        is_seen = bool(db.session.scalar(select(sender.in_scope).where(Household.id == household.id)))
    if not (is_seen or _was_assigned(device, household, device.feed_at)):
        raise (
            Held("sync.held_not_assigned")
            if _was_assigned(device, household)
            else DomainError("sync.household_unknown")
        )
    return household


def _is_held(device: Device, household_id: UUID) -> bool:
    """Whether the household is one that the tablet's person made and that waits for the office."""
    query = select(SyncEvent.id).where(
        SyncEvent.household_id == household_id,
        SyncEvent.project_id == device.project_id,
        SyncEvent.user_id == device.user_id,
        SyncEvent.status == EventStatus.HELD.value,
        SyncEvent.settled_at.is_(None),
    )
    return db.session.scalar(query.limit(1)) is not None


def _was_assigned(device: Device, household: Household, since: datetime | None = None) -> bool:
    """Whether the household was the person's at any time, or still when the tablet last heard of assignments (`since`)."""
    query = select(Assignment.id).where(
        Assignment.user_id == device.user_id,
        Assignment.building_id == household.building_id,
        or_(Assignment.unit_no.is_(None), Assignment.unit_no == household.unit_no),
        and_(Assignment.until >= since) if since is not None else true(),
    )
    return db.session.scalar(query.limit(1)) is not None


# --- what is kept and answered


def _finish(sender: Sender, event: Event, household: Household | None, done: Done) -> dict[str, Any]:
    household = household or db.session.get_one(Household, event.household_id)
    result: dict[str, Any] = {"version": done.version} if done.version is not None else {}
    if done.errors:
        message = sentence_of(DomainError("sync.not_submitted", count=len(done.errors)))
        result |= {"errors": done.errors, "message": message}
    kept: dict[str, Any] = {"version": done.version, "household_id": household.id}
    if done.meant is not None:
        body = db.session.get_one(SyncEvent, event.id).body
        kept["body_sealed"] = seal_body(event.id, {**body, "meant": [list(pair) for pair in done.meant]})
    if done.conflict is not None:
        kept["conflict_id"] = done.conflict.id
    answer = _keep(event.id, done.status, result, **kept)
    if done.conflicts:
        answer["conflicts"] = _disputes(sender.role, household, event, done.conflicts)
    if done.status is not EventStatus.APPLIED:
        answer["row"] = row_of(household, sender.role)  # what was applied as sent comes with the feed
    return answer


def _hold(device: Device, told: Told, reason: str, message: str = "") -> dict[str, Any]:
    assert told.id is not None and told.event is not None
    answer = _keep(told.id, EventStatus.HELD, {"message": message or _(MESSAGES[reason])}, reason=reason)
    row = db.session.get_one(SyncEvent, told.id)
    audit.record(device.user, "event.hold", row, {"kind": told.event.type.value})
    return answer


def _keep(event_id: UUID, status: EventStatus, result: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Write what became of an event, and tell it."""
    told = {"status": status.value, **result}
    db.session.execute(
        update(SyncEvent).where(SyncEvent.id == event_id).values(status=status.value, result=told, **values),
        execution_options={"synchronize_session": False},
    )
    return _answer(event_id, told)


def _answer(event_id: UUID, result: dict[str, Any]) -> dict[str, Any]:
    return {"id": str(event_id), **result}


def _refusal(error: DomainError) -> dict[str, Any]:
    sentence = sentence_of(error)
    told = {"status": EventStatus.INVALID.value, "message": sentence}
    return {**told, "errors": [{"field": error.field, "message": sentence}]} if error.field else told


def _errors(errors: dict[str, list[str]]) -> list[dict[str, str]]:
    return [{"field": name, "message": text} for name, texts in errors.items() for text in texts]


def _disputes(
    role: Role | None, household: Household, event: Event, conflicts: Iterable[FieldConflict]
) -> list[dict[str, Any]]:
    """The answers in dispute in words, numbers masked, with who wrote what stands now."""
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
    household = standing_household(household) if household is not None else None
    if household is not None and household.removed_at is not None:
        household.removed_at, household.removed_reason = None, ""
    is_correction = event.reason in HOLDING and told.type is EventType.SAVE
    author = actor if is_correction else event.user
    if is_correction and not is_granted(scope.role_in(actor, event.project_id), Permission.SHEET_CORRECT):
        raise DomainError("sync.accept_correction")
    role = scope.role_in(author, event.project_id)
    done = apply(
        actor=author, role=role, project=db.session.get_one(Project, event.project_id), household=household, event=told,
        sheet=read_sheet(told, hidden_for(role)), is_correction=is_correction,
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
