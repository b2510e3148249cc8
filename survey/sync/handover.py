"""The sealed export (docs/sync.md): the file by which a tablet that cannot get on-line hands over its records."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag

from survey.domain.errors import DomainError
from survey.models import Device, User
from survey.services import audit
from survey.services.device import find_device
from survey.sync import blobs, inbox
from survey.sync.sealed import open_sealed

MARK, VERSION, INFO = "export", 1, b"ruhu export v1"


def open_export(data: bytes) -> dict[str, Any]:
    """What a tablet sealed: `{token, made_at, skew, events: [...], blobs: {sha256: base64}}`.

    Raises DomainError handover.not_export (another kind of file), handover.damaged, handover.version, and
    handover.closed where the key does not fit: the file is another installation's, or was changed.
    """
    shell = _read_shell(data)
    try:
        clear = open_sealed(shell, info=INFO)
    except ValueError as error:
        raise DomainError("handover.damaged", "file") from error
    except InvalidTag as error:
        raise DomainError("handover.closed", "file") from error
    return _read_export(clear)


def _read_shell(data: bytes) -> dict[str, Any]:
    try:
        shell = json.loads(data)
    except (ValueError, RecursionError) as error:
        is_ours = data.lstrip()[:1] == b"{" and b'"ruhu"' in data[:200]
        raise DomainError("handover.damaged" if is_ours else "handover.not_export", "file") from error
    if not isinstance(shell, dict) or shell.get("ruhu") != MARK:
        raise DomainError("handover.not_export", "file")
    if shell.get("v") != VERSION:
        raise DomainError("handover.version", "file", version=str(shell.get("v"))[:8])
    return shell


def _read_export(clear: bytes) -> dict[str, Any]:
    """The tablet's own words; what has not the promised shape is damaged."""
    try:
        export = json.loads(clear)
    except (ValueError, RecursionError) as error:
        raise DomainError("handover.damaged", "file") from error
    if not isinstance(export, dict):
        raise DomainError("handover.damaged", "file")
    shape = {"token": str, "events": list, "blobs": dict}
    if any(not isinstance(export.get(name), kind) for name, kind in shape.items()):
        raise DomainError("handover.damaged", "file")
    return export


def device_of(export: dict[str, Any], project_id: UUID) -> Device:
    """The tablet that wrote an export. Raises DomainError handover.device_unknown, for another project's as well."""
    device = find_device(export["token"])
    if device is None or device.project_id != project_id:
        raise DomainError("handover.device_unknown", "file")
    return device


def take_export(*, actor: User, device: Device, export: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of an export's events, in their order, as if the tablet had sent them; again changes nothing.

    Photos go first. One that did not arrive as it left the tablet raises DomainError handover.damaged; one that cannot
    be kept (another kind of file) is left out, and the event that names it says so.
    """
    for name, text in export["blobs"].items():
        try:
            data = base64.b64decode(text, validate=True)
        except (TypeError, ValueError) as error:
            raise DomainError("handover.damaged", "file") from error
        if sha256(data).hexdigest() != name:
            raise DomainError("handover.damaged", "file")
        with suppress(DomainError):
            blobs.put_whole(device, data)
    events, results, seen_at = export["events"], [], device.seen_at
    for start in range(0, len(events), inbox.MOST_EVENTS):
        part = events[start : start + inbox.MOST_EVENTS]
        results += inbox.receive(device, {"events": part, "skew": export.get("skew", 0)})
    # The file came, not the tablet: it was not heard of, and has so many records less to send.
    device.seen_at = seen_at
    device.unsent = max(0, device.unsent - sum(1 for each in results if not each.get("duplicate")))
    audit.record(actor, "device.hand_over", device, {"count": len(events), "photos": len(export["blobs"])})
    return results
