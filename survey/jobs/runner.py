"""The worker: takes jobs from the table one after the other and brings each to an end.

The effect of a task and the word "done" are one transaction, and that transaction is refused when the lease has passed to
another worker; so is each part of a task that writes in parts (`Run.part`). So a worker may be killed at any moment, run
twice, or sleep through its lease: each job takes effect once.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import DBAPIError, OperationalError

from survey.config import Config
from survey.domain.errors import DomainError
from survey.domain.job import JobKind
from survey.jobs import amendment, ledger, notice, report, roster, sweep, template
from survey.jobs.priority import Front, at_once
from survey.jobs.run import Cancelled, Run, Stopping
from survey.models import Job, Project, db, utc_now
from survey.models.base import reading
from survey.services import job as jobs
from survey.services.job import Claim, LeaseLost
from survey.services.report import list_due
from survey.services.result import drop_result

log = logging.getLogger("ruhu.worker")

Task = Callable[[Run], None]
TASKS: Mapping[JobKind, Task] = {
    JobKind.AMENDMENT_COMMIT: amendment.commit_amendment,
    JobKind.JOB_SWEEP: sweep.sweep,
    JobKind.LEDGER_EXPORT: ledger.export_ledger,
    JobKind.LEDGER_EXPORT_SET: ledger.export_set,
    JobKind.NOTICE_PRINT: notice.print_notices,
    JobKind.REPORT_MAKE: report.make_report,
    JobKind.ROSTER_IMPORT: roster.import_roster,
    JobKind.TEMPLATE_EXPORT: template.export_template,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """How a worker works.

    lease     how long a job stays with a worker that has fallen silent; far above the heartbeat, and above the seconds
              by which the clocks of two machines may differ
    attempts  how many workers a job may cost before it is set aside
    pause     between two looks into an empty queue
    """

    lease: timedelta = timedelta(seconds=60)
    heartbeat: timedelta = timedelta(seconds=2)
    attempts: int = 3
    pause: timedelta = timedelta(seconds=1)
    wait_after_refusal: timedelta = timedelta(seconds=5)
    sweep_every: timedelta = timedelta(hours=6)
    reports_every: timedelta = timedelta(minutes=1)


def work(
    config: Config, *, stop: threading.Event, drain: bool = False, limits: Limits | None = None,
    tasks: Mapping[JobKind, Task] = TASKS, front: Front = at_once,
) -> None:  # fmt: skip
    """Run jobs until told to stop; with `drain`, until none waits.

    front  does what others have to wait for (`Run.in_front`)
    """
    limits = limits or Limits()
    looked_at: datetime | None = None
    while not stop.is_set():
        try:
            _enqueue_sweep(limits)
            if looked_at is None or utc_now() - looked_at >= limits.reports_every:
                looked_at = utc_now()
                _enqueue_reports(looked_at)
            found = run_next(config, stop=stop, limits=limits, tasks=tasks, front=front)
        except OperationalError as error:
            # The database is busy or away. A job in hand comes back by its lease.
            log.warning("database refused: %s", type(error.orig).__name__)
            found = False
        finally:
            db.session.remove()
        if not found:
            if drain:
                return
            stop.wait(limits.pause.total_seconds())


def run_next(
    config: Config, *, stop: threading.Event | None = None, limits: Limits | None = None,
    tasks: Mapping[JobKind, Task] = TASKS, front: Front = at_once,
) -> bool:  # fmt: skip
    """Take one job and bring it to an end; False where none waits."""
    limits = limits or Limits()
    claim = _claim(limits)
    if claim is None:
        return False
    log.info("job %s (%s) begun, attempt %s", claim.job_id, claim.kind, claim.attempts)
    run = Run(
        claim, engine=db.engine, results=config.results, lease=limits.lease, stop=stop, fonts=config.fonts, front=front
    )
    db.session.rollback()
    with run.beating(limits.heartbeat):
        try:
            _carry_out(run, tasks[claim.kind], config)
        except Exception as error:
            db.session.rollback()
            _settle(claim, error, limits, config)
        else:
            log.info("job %s done", claim.job_id)
    return True


def _claim(limits: Limits) -> Claim | None:
    with reading():
        if not jobs.is_work_waiting(utc_now()):
            return None
    worker = f"{socket.gethostname()}:{os.getpid()}"[:80]
    claim = jobs.claim_next(worker=worker, now=utc_now(), lease=limits.lease, most_attempts=limits.attempts)
    db.session.commit()
    return claim


def _carry_out(run: Run, task: Task, config: Config) -> None:
    with run.reading():
        if not jobs.has_permission(db.session.get_one(Job, run.claim.job_id)):
            raise DomainError("job.permission_ended")
    task(run)

    def end() -> None:
        if run.effect:
            run.effect()
        jobs.finish_job(run.claim, run.result, kept=config.results_kept, remarks=run.remarks)
        db.session.commit()

    run.in_front(end)


def _settle(claim: Claim, error: Exception, limits: Limits, config: Config) -> None:
    """Write down how an attempt ended that did not succeed. What it changed was rolled back."""
    try:
        if isinstance(error, LeaseLost):
            raise error
        if isinstance(error, Cancelled):
            jobs.end_cancelled(claim)
        elif isinstance(error, Stopping):
            jobs.put_back(claim, counts=False)
        elif isinstance(error, DomainError):
            jobs.fail_job(claim, error.code, **error.params)
        elif _is_passing(error) and claim.attempts < limits.attempts:
            jobs.put_back(claim, not_before=utc_now() + limits.wait_after_refusal * 2 ** (claim.attempts - 1))
        else:
            jobs.fail_job(claim, _code_of(error))
            if _code_of(error) == "job.unexpected":
                log.error("job %s: %s\n%s", claim.job_id, type(error).__name__, _trace(error))
        db.session.commit()
    except LeaseLost:
        # Another worker has it, or it is done although the answer to our commit was lost. The sweep knows which files
        # belong to nobody; here nobody can.
        db.session.rollback()
        log.warning("job %s: the lease was lost", claim.job_id)
    else:
        drop_result(config.results, claim.job_id, claim.token)
        log.info("job %s ended: %s", claim.job_id, type(error).__name__)


def _is_passing(error: Exception) -> bool:
    """Whether the database refused for now: busy, a deadlock, a connection lost."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _code_of(error: Exception) -> str:
    if _is_passing(error):
        return "job.database_busy"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "job.disk_full"
    return "job.unexpected"


def _trace(error: Exception) -> str:
    """Where it happened, without what the error says: a database's words repeat the values of the statement."""
    return "".join(traceback.format_tb(error.__traceback__))


def _enqueue_sweep(limits: Limits) -> None:
    with reading():
        is_due = jobs.is_sweep_due(utc_now(), limits.sweep_every)
    if is_due:
        jobs.enqueue_job(actor=None, project=None, kind=JobKind.JOB_SWEEP, needs=None)
        db.session.commit()


def _enqueue_reports(now: datetime) -> None:
    """Ask for the reports that are due by themselves. A look costs a row a project, and only reads."""
    with reading():
        due = [(project.id, kind, day) for project, kind, day in list_due(now)]
    for project_id, kind, day in due:
        try:
            report.enqueue_report(actor=None, project=db.session.get_one(Project, project_id), kind=kind, day=day)
            db.session.commit()
        except DomainError:
            db.session.rollback()  # Another one of the project is being made: this one comes after it.
