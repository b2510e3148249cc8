"""Photos from tablets: taken in pieces by their SHA-256, checked, drawn anew, sealed, and joined to an event later.

A piece is sealed on the disk like everything else. The last one makes the whole: its hash must be the promised one, and
it must be a picture or a PDF that can be read; what was sent already by another tablet is not sent again.
"""

from __future__ import annotations

import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

from flask import current_app

from survey.config import Config
from survey.domain.errors import DomainError
from survey.models import Blob, Device, db
from survey.models.crypto import open_bytes, seal_bytes
from survey.services.document import MOST_BYTES, Prepared, prepare, write_whole

PIECE = 256 * 1024
LEFT_ALONE = 7 * 24 * 3600
"""Seconds after which the pieces of a photo that was never finished are thrown away."""


class WrongOffset(Exception):
    """The piece does not follow on what is there. `at` is where to go on."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


def find_blob(project_id: UUID, name: str) -> Blob | None:
    return db.session.get(Blob, (project_id, name))


def offset(device: Device, name: str) -> tuple[int, bool]:
    """How many bytes are there, and whether that is all of them."""
    blob = find_blob(device.project_id, name)
    return (blob.size, True) if blob else (_length(device, name), False)


def put(device: Device, name: str, *, at: int, total: int, data: bytes) -> tuple[int, bool]:
    """Take one piece: how many bytes are there now, and whether that is all.

    Raises WrongOffset, and DomainError: document.too_big, sync.blob_piece, or as `prepare` for what is no picture.
    """
    blob = find_blob(device.project_id, name)
    if blob is not None:
        return blob.size, True
    if total > MOST_BYTES:
        raise DomainError("document.too_big", "files", megabytes=MOST_BYTES // 1024 // 1024)
    if not data or len(data) > PIECE or at + len(data) > total:
        raise DomainError("sync.blob_piece", "files")
    there = _length(device, name)
    if at != there:
        raise WrongOffset(there)
    if at == 0:
        _clear_old(device)
    write_whole(_piece(device, name, at), seal_bytes("blob.piece", _row(device.project_id, name), data))
    if at + len(data) < total:
        return at + len(data), False
    whole = b"".join(
        open_bytes("blob.piece", _row(device.project_id, name), path.read_bytes()) for path in _pieces(device, name)
    )
    if sha256(whole).hexdigest() != name:
        _drop_pieces(device, name)
        raise WrongOffset(0)  # a piece was spoilt on its way: once more from the start
    put_whole(device, whole)
    return total, True


def put_whole(device: Device, data: bytes) -> str:
    """Keep a file that is there whole, under the SHA-256 of its bytes, which is told. Raises DomainError as `prepare`."""
    name = sha256(data).hexdigest()
    if find_blob(device.project_id, name) is not None:
        return name
    try:
        kept = prepare(data)
    finally:
        _drop_pieces(device, name)
    row = _row(device.project_id, name)
    write_whole(_whole(device.project_id, name), seal_bytes("blob.content", row, kept.content))
    if kept.preview is not None:
        write_whole(_whole(device.project_id, name, ".small"), seal_bytes("blob.preview", row, kept.preview))
    db.session.add(
        Blob(
            project_id=device.project_id,
            sha256=name,
            size=len(data),
            media_type=kept.media_type,
            pages=kept.pages,
            device_id=device.id,
        )
    )
    db.session.flush()
    return name


def open_blob(project_id: UUID, name: str) -> Prepared:
    """A photo as it will be kept. Raises DomainError sync.blob_missing."""
    blob = find_blob(project_id, name)
    if blob is None:
        raise DomainError("sync.blob_missing", "blobs")
    row, small = _row(project_id, name), _whole(project_id, name, ".small")
    return Prepared(
        open_bytes("blob.content", row, _whole(project_id, name).read_bytes()),
        blob.media_type,
        blob.pages,
        open_bytes("blob.preview", row, small.read_bytes()) if small.exists() else None,
    )


# --- on the disk


def _folder(project_id: UUID, inside: str = "") -> Path:
    config: Config = current_app.config["RUHU"]
    folder = config.instance / "blobs" / project_id.hex / inside
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _row(project_id: UUID, name: str) -> UUID:
    """What a sealed file is bound to: it does not open under another name."""
    return uuid5(project_id, name)


def _whole(project_id: UUID, name: str, suffix: str = "") -> Path:
    return _folder(project_id) / (name + suffix)


def _incoming(device: Device) -> Path:
    """Where a tablet's pieces lie, apart from the thousands of whole photos: each piece that comes looks through it.

    Each tablet has a folder of its own: two that send one photo at once must not disturb each other.
    """
    return _folder(device.project_id, f"incoming-{device.id.hex}")


def _piece(device: Device, name: str, at: int) -> Path:
    return _incoming(device) / f"{name}.{at:08d}.part"


def _pieces(device: Device, name: str) -> list[Path]:
    return sorted(_incoming(device).glob(f"{name}.*.part"))


def _length(device: Device, name: str) -> int:
    last = _pieces(device, name)[-1:]
    if not last:
        return 0
    clear = open_bytes("blob.piece", _row(device.project_id, name), last[0].read_bytes())
    return int(last[0].name.split(".")[1]) + len(clear)


def _drop_pieces(device: Device, name: str) -> None:
    for path in _pieces(device, name):
        path.unlink(missing_ok=True)


def _clear_old(device: Device) -> None:
    before = time.time() - LEFT_ALONE
    for path in _incoming(device).glob("*.part"):
        with suppress(FileNotFoundError):  # another request was quicker
            if path.stat().st_mtime < before:
                path.unlink()
