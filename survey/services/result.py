"""The files that jobs make: sealed on the disk in pieces, given back once checked, swept when nobody may take them.

A file lies under its job's id and the token of the worker that wrote it, so that a worker that lost its lease never
touches the file of the one that took over. Pieces of one MiB: a big ledger is sealed and sent in little memory. Each
piece is sealed with its number and with whether it is the last, so that none can be left out, moved or cut off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from survey.domain.errors import DomainError
from survey.domain.job import JobState
from survey.models import Job, db
from survey.models.crypto import open_bytes, seal_bytes
from survey.services import audit

PIECE = 1024 * 1024
NAME = re.compile(r"([0-9a-f]{32})\.(\d+)(\.new)?")


def path_of(folder: Path, job_id: UUID, token: int) -> Path:
    return folder / job_id.hex[-2:] / f"{job_id.hex}.{token}"


def _where(token: int, number: int, is_last: bool) -> str:
    return f"job.result.{token}.{number}{'.last' if is_last else ''}"


def keep_result(folder: Path, job_id: UUID, token: int, source: BinaryIO) -> int:
    """Seal what `source` holds from its position on; the number of bytes in clear. The file is whole or not there."""
    path = path_of(folder, job_id, token)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = path.with_name(path.name + ".new")
    size, number, piece = 0, 0, source.read(PIECE)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        while True:
            following = source.read(PIECE)
            file.write(seal_bytes(_where(token, number, not following), job_id, piece))
            size += len(piece)
            if not following:
                break
            number, piece = number + 1, following
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return size


def read_result(folder: Path, job: Job) -> Iterator[bytes]:
    """The file of a finished job in clear, piece by piece. Raises DomainError job.result_missing at once."""
    try:
        file = path_of(folder, job.id, job.token).open("rb")
    except FileNotFoundError:
        raise DomainError("job.result_missing") from None
    return _pieces(file, job.id, job.token)


def _pieces(file: BinaryIO, job_id: UUID, token: int) -> Iterator[bytes]:
    sealed_piece = PIECE + len(seal_bytes("job.result", job_id, b""))
    with file:
        number, sealed = 0, file.read(sealed_piece)
        while sealed:
            following = file.read(sealed_piece)
            yield open_bytes(_where(token, number, not following), job_id, sealed)
            number, sealed = number + 1, following


def drop_result(folder: Path, job_id: UUID, token: int) -> None:
    """Remove what one attempt wrote."""
    path = path_of(folder, job_id, token)
    for each in (path, path.with_name(path.name + ".new")):
        each.unlink(missing_ok=True)


def sweep_results(folder: Path, now: datetime) -> int:
    """Remove the files that nobody may take any more: expired ones, and those of attempts that came to nothing.

    The number of files removed. A file is looked at before its job, so that one that is just being written is known.
    """
    found = [(path, NAME.fullmatch(path.name)) for path in sorted(folder.glob("*/*"))]
    removed = 0
    for path, match in found:
        if match is None:
            continue
        job = db.session.get(Job, UUID(match[1]), populate_existing=True)
        if job is None or job.token != int(match[2]) or not _is_kept(job, now):
            path.unlink(missing_ok=True)
            removed += 1
    if removed:
        audit.record(None, "job.sweep", None, {"files": removed})
    return removed


def _is_kept(job: Job, now: datetime) -> bool:
    return job.state is JobState.RUNNING or (job.state is JobState.DONE and job.has_result(now))
