"""Jobs: put in the queue with what asks for them, taken by one worker at a time, ended together with their effect.

A worker holds a job by a lease and a token. When the lease runs out another worker takes the job with the next token, and
everything that the first one still tries to write is refused: each statement about a job in work names the token. So a
task may be begun many times and takes effect once. Nothing here commits; the worker's loop is `survey.jobs.runner`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from survey.domain.access import Permission
from survey.domain.errors import DomainError, NotFound
from survey.domain.job import FINAL_STEPS, OPEN, JobKind, JobState, JobStep
from survey.models import Job, Project, User, db, utc_now
from survey.models.crypto import seal_bytes
from survey.services import audit, scope

SHOWN = 100
PATIENCE = timedelta(minutes=1)


class LeaseLost(Exception):
    """Another worker has taken the job: whatever this one still writes for it must not stand."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that a worker took, and the token under which it may write."""

    job_id: UUID
    kind: JobKind
    token: int
    attempts: int


@dataclass(frozen=True, slots=True)
class Result:
    """The file that a job made: what a downloaded copy is called, its type, its bytes in clear."""

    name: str
    media_type: str
    size: int


# --- for people -------------------------------------------------------------------------------------------------------


def enqueue_job(
    *,
    actor: User | None,
    project: Project | None,
    kind: JobKind,
    needs: Permission | None,
    about: str = "",
    subject_id: UUID | None = None,
    arguments: Mapping[str, Any] | None = None,
) -> Job:
    """Put a job in the queue, in the caller's transaction: it is there if and only if that transaction commits.

    needs       the permission that the work and its file ask for; looked at again when it runs, and at each download
    subject_id  the row that it works on, where only one job at a time may
    arguments   plain values, kept sealed

    Raises DomainError job.already_open.
    """
    job = Job(
        project_id=project.id if project else None,
        asked_by_id=actor.id if actor else None,
        kind=kind,
        needs=needs.value if needs else "",
        about=about[:200],
        subject_id=subject_id,
    )
    job.arguments = dict(arguments or {})
    try:
        # A savepoint: whoever is refused goes on with a page, in the same transaction.
        with db.session.begin_nested():
            db.session.add(job)
    except IntegrityError as error:
        raise DomainError("job.already_open") from error
    audit.record(actor, "job.enqueue", job, {"kind": kind.value})
    return job


def find_open_job(kind: JobKind, subject_id: UUID) -> Job | None:
    """The job that waits or works on a row, if there is one."""
    return db.session.scalar(
        select(Job).where(Job.kind == kind, Job.subject_id == subject_id, Job.state.in_(sorted(OPEN)))
    )


def get_job(user: User, project_id: UUID, job_id: UUID) -> Job:
    """A job that the person asked for in the project. Raises NotFound, also for another's."""
    job = db.session.get(Job, job_id)
    if job is None or job.project_id != project_id or job.asked_by_id != user.id:
        raise NotFound
    return job


def list_jobs(user: User, project_id: UUID, limit: int = SHOWN) -> list[Job]:
    """What the person asked for in the project, the newest first."""
    query = (
        select(Job)
        .where(Job.asked_by_id == user.id, Job.project_id == project_id)
        .order_by(Job.enqueued_at.desc(), Job.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def count_before(job: Job) -> int:
    """How many jobs, of whomever, a waiting job has before it."""
    earlier = or_(Job.enqueued_at < job.enqueued_at, and_(Job.enqueued_at == job.enqueued_at, Job.id < job.id))
    return db.session.scalar(select(func.count()).select_from(Job).where(Job.state.in_(sorted(OPEN)), earlier)) or 0


def is_waiting_in_vain(job: Job, now: datetime) -> bool:
    """Whether a job has waited for a minute although no worker is at work: then there is none."""
    if now - max(job.enqueued_at, job.not_before or job.enqueued_at) < PATIENCE:
        return False
    return (
        db.session.scalar(select(Job.id).where(Job.state == JobState.RUNNING, Job.lease_until >= now).limit(1)) is None
    )


def cancel_job(*, actor: User, job: Job) -> None:
    """Take a waiting job out of the queue, or ask its worker to stop at the next point where it can.

    Raises DomainError: job.over, job.in_final_step.
    """
    db.session.refresh(job, with_for_update=True)
    if not job.is_open:
        raise DomainError("job.over")
    if job.state is JobState.RUNNING and job.step in FINAL_STEPS:
        raise DomainError("job.in_final_step")
    now = utc_now()
    job.cancel_requested_at = now
    if job.state is JobState.QUEUED:
        job.state, job.finished_at = JobState.CANCELLED, now
    audit.record(actor, "job.cancel", job, {"kind": job.kind.value})


def record_download(*, actor: User, job: Job, now: datetime) -> None:
    """Check that the person may take the job's file, and write down that they did.

    Raises DomainError: job.permission_ended, job.result_expired; NotFound where the job made no file.
    """
    if job.asked_by_id != actor.id or not job.result_name:
        raise NotFound
    if not has_permission(job):
        raise DomainError("job.permission_ended")
    if not job.has_result(now):
        raise DomainError("job.result_expired")
    audit.record(actor, "job.download", job, {"kind": job.kind.value, "size": job.result_bytes})


def has_permission(job: Job) -> bool:
    """Whether whoever asked still has the permission that the job needs; work of the house itself needs none."""
    if job.asked_by is None or not job.needs:
        return True
    return scope.may(job.asked_by, job.project_id, Permission(job.needs))


# --- for workers ------------------------------------------------------------------------------------------------------


def is_work_waiting(now: datetime) -> bool:
    """Whether `claim_next` would find something. Only reads, so that an idle worker never holds the writer's place."""
    return db.session.scalar(select(Job.id).where(_ready(now)).limit(1)) is not None


def _ready(now: datetime) -> Any:
    waits = and_(Job.state == JobState.QUEUED, or_(Job.not_before.is_(None), Job.not_before <= now))
    return or_(waits, and_(Job.state == JobState.RUNNING, Job.lease_until < now))


def claim_next(*, worker: str, now: datetime, lease: timedelta, most_attempts: int) -> Claim | None:
    """Take the job that has waited longest, or one whose worker fell silent; None where there is none.

    A job that has already cost `most_attempts` workers their life is set aside as failed, so that it does not cost more.
    """
    query = select(Job).where(_ready(now)).order_by(Job.enqueued_at, Job.id).limit(1)
    while True:
        job = db.session.scalar(query.with_for_update(skip_locked=True), execution_options={"populate_existing": True})
        if job is None:
            return None
        claim = Claim(job.id, job.kind, job.token + 1, job.attempts + 1)
        job.token = claim.token
        job.state, job.lease_until, job.heartbeat_at, job.worker = JobState.RUNNING, now + lease, now, worker
        if job.cancel_requested_at is not None:
            end_cancelled(claim)
        elif job.attempts >= most_attempts:
            fail_job(claim, "job.worker_died", count=job.attempts)
        else:
            job.attempts = claim.attempts
            job.started_at = job.started_at or now
            job.step = job.step_started_at = None
            job.done = job.whole = 0
            db.session.flush()
            return claim
        db.session.expire(job)


def renew_lease(
    connection: Connection, claim: Claim, *, now: datetime, lease: timedelta, step: JobStep | None,
    step_started_at: datetime | None, done: int, whole: int,
) -> bool:  # fmt: skip
    """Say that the worker lives and how far it is; whether it was asked to stop. Raises LeaseLost.

    On a connection of its own: what the task itself writes is seen by nobody before its end.
    """
    row = connection.execute(
        update(Job)
        .where(*_held(claim))
        .values(lease_until=now + lease, heartbeat_at=now, step=step, step_started_at=step_started_at,
                done=done, whole=whole)
        .returning(Job.cancel_requested_at)
    ).first()  # fmt: skip
    if row is None:
        raise LeaseLost
    return row[0] is not None


def hold_job(claim: Claim) -> bool:
    """Keep the job with its worker until this transaction ends, so that what it writes stands only if the job is its own.

    Whether it was asked to stop. Raises LeaseLost.
    """
    query = select(Job.cancel_requested_at).where(*_held(claim)).with_for_update()
    row = db.session.execute(query).first()
    if row is None:
        raise LeaseLost
    return row[0] is not None


def finish_job(
    claim: Claim, result: Result | None, *, kept: timedelta, remarks: Sequence[tuple[str, Mapping[str, Any]]] = ()
) -> None:
    """Write "done" beside the effect of the task, in the same transaction. Raises LeaseLost: then nothing may stand.

    kept     how long the file can be taken
    remarks  what whoever asked has to know about it: codes of survey.domain.message and their values
    """
    now = utc_now()
    values: dict[str, Any] = {"state": JobState.DONE}
    if result is not None:
        values |= {"result_name": result.name[:200], "result_type": result.media_type, "result_bytes": result.size,
                   "expires_at": now + kept}  # fmt: skip
    if remarks:
        told = json.dumps(list(remarks), ensure_ascii=False).encode()
        values["remarks_sealed"] = seal_bytes("job.remarks", claim.job_id, told)
    _end(claim, now, values)


def fail_job(claim: Claim, code: str, /, **params: object) -> None:
    """Set a job aside with the sentence that says why. Raises LeaseLost."""
    _end(claim, utc_now(), {"state": JobState.FAILED, "error": code, "error_params": params})
    job = db.session.get_one(Job, claim.job_id)
    audit.record(job.asked_by, "job.fail", job, {"kind": job.kind.value, "error": code})


def end_cancelled(claim: Claim) -> None:
    """The worker stopped because it was asked to; `cancel_job` wrote the entry. Raises LeaseLost."""
    _end(claim, utc_now(), {"state": JobState.CANCELLED})


def put_back(claim: Claim, *, not_before: datetime | None = None, counts: bool = True) -> None:
    """Let the job be taken again. Raises LeaseLost.

    counts  False where the worker ends in good order: this is no attempt that the job made fail
    """
    values: dict[str, Any] = {"state": JobState.QUEUED, "not_before": not_before, "lease_until": None}
    if not counts:
        values["attempts"] = claim.attempts - 1
    _write(claim, values)


def _end(claim: Claim, now: datetime, values: dict[str, Any]) -> None:
    _write(claim, {"finished_at": now, "lease_until": None, "step": None, "step_started_at": None, **values})


def _held(claim: Claim) -> tuple[Any, ...]:
    """The condition under which a worker's word about a job counts."""
    return Job.id == claim.job_id, Job.token == claim.token, Job.state == JobState.RUNNING


def _write(claim: Claim, values: dict[str, Any]) -> None:
    db.session.flush()
    written = db.session.execute(
        update(Job).where(*_held(claim)).values(**values).execution_options(synchronize_session=False)
    )
    if not written.rowcount:  # type: ignore[attr-defined]
        raise LeaseLost
    db.session.expire(db.session.get_one(Job, claim.job_id))


# --- the house's own work ---------------------------------------------------------------------------------------------


def is_sweep_due(now: datetime, every: timedelta) -> bool:
    """Whether the last sweep was put in the queue longer ago than that."""
    last = db.session.scalar(select(func.max(Job.enqueued_at)).where(Job.kind == JobKind.JOB_SWEEP))
    return last is None or now - last >= every


def forget_sweeps(before: datetime) -> None:
    """Drop the rows of earlier sweeps: nobody asked for them, and nobody looks them up."""
    db.session.execute(delete(Job).where(Job.kind == JobKind.JOB_SWEEP, Job.finished_at < before))
