"""Tablets (平板): invited by a code, enrolled once, known by a token, revoked at once, wiped when they call."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from survey.domain.access import Permission
from survey.domain.device import CODE_LENGTH, CODE_LETTERS, CODE_LIFE, UNSENT_LATE, DeviceState, group_code, read_code
from survey.domain.errors import DomainError, NotFound
from survey.models import Device, Project, SyncEvent, User, db, utc_now
from survey.services import account, audit, scope


def invite(*, actor: User | None, project: Project, user: User, name: str) -> tuple[Device, str]:
    """An enrolment that waits for its tablet, and the code for it (140 bits, in groups), told this once.

    Raises DomainError device.not_field_work: a tablet is for a member whose role goes to the doors.
    """
    _check_person(project.id, user, "user")
    device = Device(
        project_id=project.id, user_id=user.id, name=name.strip(), created_by_id=actor.id if actor else None
    )  # fmt: skip
    code = _new_code(device)
    db.session.add(device)
    db.session.flush()
    audit.record(actor, "device.invite", device)
    return device, code


def renew(*, actor: User | None, device: Device) -> str:
    """Another code for a tablet in use, told this once: its person has forgotten the secret, or it has lost its token.

    The tablet stays the same device, with what it has sent; its old token ends when the code is used.

    Raises DomainError device.not_field_work, device.revoked.
    """
    if device.revoked_at is not None:
        raise DomainError("device.revoked")
    _check_person(device.project_id, device.user, "user")
    code = _new_code(device)
    audit.record(actor, "device.renew", device)
    return code


def _new_code(device: Device) -> str:
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    device.code_hash, device.code_expires_at = _hash(code), utc_now() + CODE_LIFE
    return group_code(code)


def enrol(
    *, code: str, name: str, app: str, address: str = "", was: UUID | None = None, unsent: int = 0,
    now: datetime | None = None,
) -> tuple[Device, str]:  # fmt: skip
    """The device of a code and its token of 256 bits. A code serves once.

    name     what the tablet calls itself; the office's name for it stays where it gave one
    was      the device that this tablet has been until now, with so many records `unsent`
    address  where the question comes from: wrong codes count against it, together with wrong passwords

    Raises DomainError device.code_unknown, device.code_expired, device.not_field_work, account.too_many_failures. A
    wrong code is counted by `note_wrong_code`, in a transaction that is kept.
    """
    now = now or utc_now()
    if address:
        account.check_address(address, now)
    # The row is locked: of two tablets with one code the second finds it used.
    device = db.session.scalar(select(Device).where(Device.code_hash == _hash(read_code(code))).with_for_update())
    if device is None or device.revoked_at is not None:
        raise DomainError("device.code_unknown", "code")
    if device.code_expires_at is None or device.code_expires_at <= now:
        raise DomainError("device.code_expired", "code", minutes=int(CODE_LIFE.total_seconds() // 60))
    _check_person(device.project_id, device.user, "code")
    token = secrets.token_urlsafe(32)
    device.code_hash, device.token_hash = None, _hash(token)
    device.name = device.name or name.strip()[:60]
    device.app = app[:40]
    device.enrolled_at = device.seen_at = now
    device.replaced_by_id = None
    audit.record(device.user, "device.enrol", device)
    old = db.session.get(Device, was) if was is not None else None
    if old is not None and old.id != device.id:
        _replace(old, device, unsent)
    return device, token


def _replace(old: Device, device: Device, unsent: int) -> None:
    """The tablet is another device from now on. As long as it holds records of the old one, that one stays in use.

    A tablet names what it was by itself: only a device of the same person in the same project is believed to be it.
    """
    is_same = (old.project_id, old.user_id) == (device.project_id, device.user_id)
    if not is_same or old.token_hash is None or old.revoked_at is not None:
        return
    # Those before it were the same tablet too: each of its enrolments names the one that it has now.
    db.session.execute(update(Device).where(Device.replaced_by_id == old.id).values(replaced_by_id=device.id))
    old.replaced_by_id, old.unsent = device.id, unsent
    if not unsent:
        old.token_hash = None
    audit.record(device.user, "device.replace", old, {"unsent": unsent})


def note_wrong_code(*, address: str, now: datetime | None = None) -> None:
    """Count a code that `enrol` did not know against the address."""
    account.count_address(address, now or utc_now())
    audit.record(None, "device.enrol_failed")


def _check_person(project_id: UUID, user: User, field: str) -> None:
    if not scope.may(user, project_id, Permission.VISIT_RECORD):
        raise DomainError("device.not_field_work", field, name=user.display_name)


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def find_device(token: str) -> Device | None:
    """The device of a token; also a revoked one, and one whose person has left: the caller answers each in its way."""
    return _find(_hash(token))


def find_marked(mark: str) -> Device | None:
    """The device of a token's mark, its SHA-256 in hex: enough to hear what is to become of the tablet, and no more."""
    try:
        return _find(bytes.fromhex(mark))
    except ValueError:
        return None


def _find(token_hash: bytes) -> Device | None:
    return db.session.scalar(select(Device).options(joinedload(Device.user)).where(Device.token_hash == token_hash))


def get_device(project_id: UUID, device_id: UUID) -> Device:
    """A device of the project. Raises NotFound."""
    device = db.session.get(Device, device_id)
    if device is None or device.project_id != project_id:
        raise NotFound
    return device


def list_devices(project_id: UUID, now: datetime | None = None) -> list[Device]:
    """The project's devices, those in use first, by who was heard of last; codes that nobody used in time left out."""
    query = (
        select(Device)
        .where(
            Device.project_id == project_id,
            or_(Device.enrolled_at.is_not(None), Device.code_expires_at > (now or utc_now())),
        )
        .order_by(
            Device.revoked_at.is_not(None),
            Device.replaced_by_id.is_not(None),
            Device.seen_at.desc().nulls_last(),
            Device.id,
        )
    )
    return list(db.session.scalars(query))


def state_of(device: Device) -> DeviceState:
    if device.wiped_at is not None:
        return DeviceState.WIPED
    if device.wipe_ordered_at is not None:
        return DeviceState.WIPING
    if device.revoked_at is not None:
        return DeviceState.REVOKED
    if device.replaced_by_id is not None and not device.unsent:
        return DeviceState.REPLACED
    return DeviceState.ACTIVE if device.enrolled_at is not None else DeviceState.INVITED


def is_late(device: Device, now: datetime | None = None) -> bool:
    """Whether records have waited on the tablet for more than a day, and may be lost with it."""
    if not device.unsent or device.seen_at is None or device.wiped_at is not None:
        return False
    return device.seen_at <= (now or utc_now()) - UNSENT_LATE


def list_gaps(project_id: UUID) -> dict[UUID, list[tuple[int, int]]]:
    """Tablet, by its enrolment of today -> the numbers of records that never arrived although a later one did, as ranges from first to last.

    A tablet numbers its records from 1 and never uses a number twice. What it still has to send after the last number
    that arrived is no gap.
    """
    tablet = func.coalesce(Device.replaced_by_id, Device.id)
    before = func.lag(SyncEvent.seq, 1, 0).over(partition_by=tablet, order_by=SyncEvent.seq)
    steps = (
        select(tablet.label("device_id"), before.label("before"), SyncEvent.seq)
        .join(Device, Device.id == SyncEvent.device_id)
        .where(Device.project_id == project_id, SyncEvent.seq > 0)
        .subquery()
    )
    query = select(steps).where(steps.c.seq > steps.c.before + 1).order_by(steps.c.device_id, steps.c.seq)
    gaps: dict[UUID, list[tuple[int, int]]] = {}
    for device_id, last, seq in db.session.execute(query):
        gaps.setdefault(device_id, []).append((last + 1, seq - 1))
    # A record that nobody could read was kept without its number; as far as that can be read, it arrived.
    unread = select(SyncEvent, tablet).join(Device, Device.id == SyncEvent.device_id)
    for event, device_id in db.session.execute(unread.where(tablet.in_(gaps), SyncEvent.seq == 0)):
        told = event.body
        number = told.get("seq") if isinstance(told, dict) else None
        if isinstance(number, int):
            gaps[device_id] = _without(gaps[device_id], number)
    return {device_id: ranges for device_id, ranges in gaps.items() if ranges}


def _without(ranges: list[tuple[int, int]], number: int) -> list[tuple[int, int]]:
    parted = []
    for first, last in ranges:
        inside = first <= number <= last
        parted += [(first, number - 1), (number + 1, last)] if inside else [(first, last)]
    return [(first, last) for first, last in parted if first <= last]


def revoke(*, actor: User | None, device: Device) -> None:
    """Lock the tablet from its next contact on; what it has not sent it may still hand over. Once is enough."""
    if device.revoked_at is None:
        _revoke(actor, device)
        audit.record(actor, "device.revoke", device)


def order_wipe(*, actor: User | None, device: Device) -> None:
    """Revoke the tablet, and have it delete everything at its next contact, records that were not sent included."""
    if device.wipe_ordered_at is None:
        if device.revoked_at is None:
            _revoke(actor, device)
        device.wipe_ordered_at = utc_now()
        audit.record(actor, "device.order_wipe", device)


def _revoke(actor: User | None, device: Device) -> None:
    device.revoked_at, device.revoked_by_id = utc_now(), actor.id if actor else None
    device.code_hash = None


def note_wiped(device: Device) -> None:
    """The tablet says that it deleted everything."""
    if device.wiped_at is None:
        device.wiped_at = utc_now()
        audit.record(None, "device.wiped", device, {"unsent": device.unsent})
