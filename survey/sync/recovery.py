"""A forgotten secret (docs/sync.md): the key of a tablet's data, which the tablet has sealed for the office, opened again.

It goes to the tablet that sealed it and to no other, and only soon after the office has let that tablet in by a new code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag

from survey.domain.device import CODE_LIFE
from survey.domain.errors import DomainError
from survey.models import Device, utc_now
from survey.services import audit
from survey.sync.sealed import open_sealed

INFO = b"ruhu key v1"
KEY_BYTES = 32


def open_key(device: Device, told: dict[str, Any], now: datetime | None = None) -> bytes:
    """The key that `{device, epk, iv, ct}` holds. The log tells who had it opened, not what it is.

    Raises DomainError recovery.late, recovery.other_device, and recovery.closed where it was sealed for another
    installation, or for another tablet than it says.
    """
    if device.enrolled_at is None or (now or utc_now()) - device.enrolled_at > CODE_LIFE:
        raise DomainError("recovery.late", minutes=int(CODE_LIFE.total_seconds() // 60))
    if told.get("device") != str(device.id):
        raise DomainError("recovery.other_device")
    try:
        key = open_sealed(told, info=INFO, place=str(device.id).encode())
    except (ValueError, InvalidTag) as error:
        raise DomainError("recovery.closed") from error
    if len(key) != KEY_BYTES:
        raise DomainError("recovery.closed")
    audit.record(device.user, "device.open_key", device)
    return key
