"""The worker's loop: one effect a job, whatever happens to the worker."""

from __future__ import annotations

import errno
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from survey.config import Config
from survey.domain.access import Permission, Role
from survey.domain.errors import DomainError
from survey.domain.job import JobKind, JobState, JobStep
from survey.jobs import runner
from survey.jobs.run import Run
from survey.jobs.runner import Limits, run_next, work
from survey.models import AuditEntry, Job, Project, User, db, utc_now
from survey.models.base import READ_ONLY
from survey.services import job as jobs
from survey.services.job import LeaseLost
from survey.services.result import path_of
from tests import factories

Task = Callable[[Run], None]
KIND = JobKind.LEDGER_EXPORT
EFFECT = "test.effect"


@pytest.fixture
def config(app: Flask, tmp_path: Path) -> Config:
    return replace(app.config["RUHU"], instance=tmp_path)


@pytest.fixture
def asker(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def job(project: Project, asker: User) -> Job:
    made = jobs.enqueue_job(actor=asker, project=project, kind=KIND, needs=Permission.LEDGER_EXPORT)
    db.session.commit()
    return made


def run(config: Config, task: Task, **values: object) -> bool:
    return run_next(config, tasks={KIND: task}, **values)  # type: ignore[arg-type]


def effect(run: Run) -> None:
    """A task that writes one entry and one file."""
    run.begin(JobStep.EXPORTING, 2)
    run.keep(BytesIO(b"ledger"), "台账.xlsx", "x/y")
    run.progress(1)
    db.session.add(AuditEntry(action=EFFECT, actor_name="", noun_id=str(run.claim.job_id)))
    db.session.flush()
    run.progress(2)


def effects(job: Job) -> int:
    return len(
        list(
            db.session.scalars(
                select(AuditEntry.seq).where(AuditEntry.action == EFFECT, AuditEntry.noun_id == str(job.id))
            )
        )
    )


def files(config: Config) -> list[Path]:
    return list(config.results.glob("*/*"))


def take_over(run: Run) -> None:
    """Another worker takes the job, because this one's lease has run out."""
    with db.engine.begin() as connection:
        connection.execute(update(Job).where(Job.id == run.claim.job_id).values(token=Job.token + 1))


def test_the_effect_of_a_task_and_the_word_done_are_one(config: Config, job: Job) -> None:
    assert run(config, effect) is True
    assert (job.state, effects(job), job.result_name) == (JobState.DONE, 1, "台账.xlsx")
    assert files(config) == [path_of(config.results, job.id, job.token)]
    assert job.expires_at is not None and job.finished_at is not None
    assert job.expires_at - job.finished_at == config.results_kept
    assert run(config, effect) is False


def test_a_worker_that_lost_its_lease_leaves_no_effect(config: Config, job: Job) -> None:
    def slept(run: Run) -> None:
        effect(run)
        db.session.rollback()  # SQLite has one writer: what the task wrote so far must not bar the other worker
        take_over(run)
        db.session.add(AuditEntry(action=EFFECT, actor_name="", noun_id=str(run.claim.job_id)))

    run(config, slept)
    assert (job.state, effects(job)) == (JobState.RUNNING, 0)


def test_a_late_worker_hears_at_its_next_step_that_the_job_is_anothers(config: Config, job: Job) -> None:
    reached = []

    def slow(run: Run) -> None:
        run.begin(JobStep.READING)
        take_over(run)
        try:
            run.begin(JobStep.EXPORTING)
        except LeaseLost:
            reached.append("lost")
            raise
        reached.append("went on")

    run(config, slow)
    assert reached == ["lost"]


def test_a_refusal_is_told_in_its_words_and_leaves_nothing(config: Config, job: Job) -> None:
    def refused(run: Run) -> None:
        effect(run)
        raise DomainError("roster.refused_rows", count=3)

    run(config, refused)
    assert (job.state, job.error, job.error_params) == (JobState.FAILED, "roster.refused_rows", {"count": 3})
    assert (effects(job), files(config)) == (0, [])


def test_an_error_that_nobody_foresaw_is_told_and_the_log_repeats_no_value(
    config: Config, job: Job, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(run: Run) -> None:
        raise ValueError("379" + "900197005140030")

    with caplog.at_level(logging.INFO, "ruhu.worker"):
        run(config, broken)
    assert (job.state, job.error) == (JobState.FAILED, "job.unexpected")
    assert "ValueError" in caplog.text and "test_runner.py" in caplog.text
    assert "379900" not in caplog.text


def test_a_full_disk_has_a_sentence_of_its_own(config: Config, job: Job) -> None:
    def full(run: Run) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run(config, full)
    assert job.error == "job.disk_full"


def test_a_busy_database_is_tried_again_later_but_not_for_ever(config: Config, job: Job) -> None:
    tried = []

    def busy(run: Run) -> None:
        effect(run)
        tried.append(run.claim.attempts)
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    limits = Limits(wait_after_refusal=timedelta(0))
    run(config, busy, limits=replace(limits, wait_after_refusal=timedelta(hours=1)))
    assert (job.state, effects(job), files(config)) == (JobState.QUEUED, 0, [])
    assert run(config, busy, limits=limits) is False, "its time has not come"
    job.not_before = None
    db.session.commit()
    run(config, busy, limits=limits)
    run(config, busy, limits=limits)
    assert tried == [1, 2, 3]
    assert (job.state, job.error) == (JobState.FAILED, "job.database_busy")


def test_cancelling_is_honoured_at_the_next_point_of_progress(config: Config, job: Job, asker: User) -> None:
    def long(run: Run) -> None:
        run.begin(JobStep.EXPORTING, 10)
        run.keep(BytesIO(b"half"), "a", "x/y")
        run.progress(1)
        jobs.cancel_job(actor=asker, job=db.session.get_one(Job, job.id))
        db.session.commit()
        run.beat()
        run.progress(2)
        raise AssertionError("it went on")

    run(config, long)
    assert (job.state, job.error, files(config)) == (JobState.CANCELLED, "", [])


def test_a_worker_that_is_told_to_end_puts_its_job_back(config: Config, job: Job) -> None:
    stop = threading.Event()

    def interrupted(run: Run) -> None:
        run.begin(JobStep.EXPORTING, 2)
        stop.set()
        run.progress(1)

    run(config, interrupted, stop=stop)
    assert (job.state, job.attempts) == (JobState.QUEUED, 0)
    run(config, effect)
    assert (job.state, effects(job)) == (JobState.DONE, 1)


def test_who_lost_the_permission_meanwhile_gets_nothing_made(config: Config, job: Job, asker: User) -> None:
    factories.membership_of(asker).valid_until = utc_now()
    db.session.commit()
    run(config, effect)
    assert (job.error, effects(job), files(config)) == ("job.permission_ended", 0, [])


def test_the_heartbeat_tells_progress_while_the_task_works(config: Config, job: Job) -> None:
    seen = threading.Event()

    def long(run: Run) -> None:
        run.begin(JobStep.EXPORTING, 10)
        run.progress(7)
        with run.reading():
            while True:
                db.session.rollback()
                if db.session.scalar(select(Job.done).where(Job.id == job.id)) == 7:
                    break
        seen.set()

    run(config, long, limits=Limits(heartbeat=timedelta(milliseconds=1)))
    assert seen.is_set()
    assert job.state is JobState.DONE


def test_reading_keeps_nobody_from_writing(config: Config, job: Job) -> None:
    def reads(run: Run) -> None:
        with run.reading():
            assert READ_ONLY.get()
            db.session.scalar(select(Job.id))
            run.beat()  # another connection writes
        assert not READ_ONLY.get()

    run(config, reads)
    assert job.state is JobState.DONE
    assert job.heartbeat_at is not None and job.started_at is not None


def test_a_drained_queue_is_empty_and_was_swept(config: Config, project: Project) -> None:
    for _ in range(3):
        jobs.enqueue_job(actor=None, project=project, kind=KIND, needs=None)
    db.session.commit()
    done: list[object] = []
    tasks = {**runner.TASKS, KIND: lambda run: done.append(run.claim.job_id)}
    work(config, stop=threading.Event(), drain=True, tasks=tasks)
    states = list(db.session.execute(select(Job.kind, Job.state)))
    assert len(done) == 3
    assert [(kind, state) for kind, state in states if kind is JobKind.JOB_SWEEP] == [
        (JobKind.JOB_SWEEP, JobState.DONE)
    ]
    assert {state for _kind, state in states} == {JobState.DONE}
    work(config, stop=threading.Event(), drain=True, tasks=tasks)
    assert len(list(db.session.scalars(select(Job).where(Job.kind == JobKind.JOB_SWEEP)))) == 1, "not due again yet"


def test_earlier_sweeps_are_forgotten(config: Config, project: Project) -> None:
    for _ in range(2):
        jobs.enqueue_job(actor=None, project=None, kind=JobKind.JOB_SWEEP, needs=None)
        db.session.commit()
        run_next(config)
    assert [job.state for job in db.session.scalars(select(Job))] == [JobState.DONE]


def test_every_kind_of_job_has_its_task(app: Flask) -> None:
    assert set(runner.TASKS) == set(JobKind)
