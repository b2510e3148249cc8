"""The files of jobs: sealed piece by piece, given back whole or not at all, swept when nobody may take them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import select

from survey.domain.errors import DomainError
from survey.domain.job import JobKind, JobState
from survey.models import AuditEntry, Job, Project, db, new_id
from survey.models.crypto import SealBroken
from survey.services import job as jobs
from survey.services.job import Result
from survey.services.result import PIECE, drop_result, keep_result, path_of, read_result, sweep_results

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def finished(project: Project, folder: Path, content: bytes = "张伟".encode()) -> Job:
    """A job that is done, with its file."""
    job = jobs.enqueue_job(actor=None, project=project, kind=JobKind.LEDGER_EXPORT, needs=None)
    held = jobs.claim_next(worker="w", now=job.enqueued_at, lease=timedelta(seconds=60), most_attempts=3)
    assert held is not None
    size = keep_result(folder, job.id, held.token, BytesIO(content))
    jobs.finish_job(held, Result("a.xlsx", "x/y", size), kept=timedelta(days=7))
    db.session.commit()
    return job


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 7])
def test_a_file_comes_back_as_it_was(project: Project, tmp_path: Path, size: int) -> None:
    content = bytes(number % 251 for number in range(1000)) * (size // 1000 + 1)
    job = finished(project, tmp_path, content[:size])
    assert b"".join(read_result(tmp_path, job)) == content[:size]
    assert job.result_bytes == size


def test_nothing_of_it_is_readable_on_the_disk(project: Project, tmp_path: Path) -> None:
    job = finished(project, tmp_path, "张伟 379900197005140030".encode() * 99)
    path = path_of(tmp_path, job.id, job.token)
    assert b"379900" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", ["cut", "swap", "repeat", "move"])
def test_a_file_that_was_changed_on_the_disk_does_not_open(project: Project, tmp_path: Path, harm: str) -> None:
    job = finished(project, tmp_path, bytes(3 * PIECE))
    path = path_of(tmp_path, job.id, job.token)
    data = path.read_bytes()
    piece = (len(data)) // 3
    one, two, three = data[:piece], data[piece : 2 * piece], data[2 * piece :]
    path.write_bytes({"cut": one + two, "swap": two + one + three, "repeat": one + one + three, "move": data}[harm])
    if harm == "move":
        other = finished(project, tmp_path)
        path_of(tmp_path, other.id, other.token).write_bytes(data)
        job = other
    with pytest.raises(SealBroken):
        list(read_result(tmp_path, job))


def test_a_file_that_is_gone_is_told_before_anything_is_sent(project: Project, tmp_path: Path) -> None:
    job = finished(project, tmp_path)
    drop_result(tmp_path, job.id, job.token)
    with pytest.raises(DomainError, match=r"job\.result_missing"):
        read_result(tmp_path, job)


def test_the_sweep_removes_what_nobody_may_take_and_nothing_else(project: Project, tmp_path: Path) -> None:
    standing, expired, running, failed = (finished(project, tmp_path) for _ in range(4))
    expired.expires_at = NOON - timedelta(seconds=1)
    standing.expires_at = NOON + timedelta(seconds=1)
    for job, state in ((running, JobState.RUNNING), (failed, JobState.FAILED)):
        job.state, job.result_name, job.expires_at = state, "", None
    running.lease_until = NOON
    failed.error = "job.unexpected"
    db.session.commit()
    keep_result(tmp_path, standing.id, standing.token - 1, BytesIO(b"of a worker that lost its lease"))
    unfinished = path_of(tmp_path, standing.id, 0).with_suffix(".0.new")
    unfinished.write_bytes(b"killed while writing")
    keep_result(tmp_path, new_id(), 1, BytesIO(b"of no job"))
    other = tmp_path / "aa" / "README"
    other.parent.mkdir(exist_ok=True)
    other.write_text("not ours")

    assert sweep_results(tmp_path, NOON) == 5
    db.session.commit()
    left = set(tmp_path.glob("*/*"))
    assert left == {path_of(tmp_path, each.id, each.token) for each in (standing, running)} | {other}
    log = list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "job.sweep")))
    assert [entry.details for entry in log] == [{"files": 5}]
    assert sweep_results(tmp_path, NOON) == 0
