"""Standing back, and stepping forward where others wait."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey.domain.access import Permission, Role
from survey.domain.job import JobKind, JobState
from survey.jobs.priority import StandingBack
from survey.jobs.runner import Task, run_next
from survey.models import AuditEntry, Project, db
from survey.services import job as jobs
from tests import factories

EFFECT = "test.effect"


def priority() -> int:
    """The calling thread's."""
    return os.getpriority(os.PRIO_PROCESS, 0)


def in_thread(work: Callable[[], Any]) -> Any:
    """What the work gives, done in a thread of its own: the test's keeps its priority."""
    told: list[Any] = []
    thread = threading.Thread(target=lambda: told.append(work()))
    thread.start()
    thread.join()
    return told[0]


def test_a_thread_stands_back_and_what_is_done_in_front_does_not() -> None:
    before = priority()

    def play() -> tuple[int, int]:
        back = StandingBack(3)
        seen: list[int] = []
        back.in_front(lambda: seen.append(priority()))
        return priority(), seen[0]

    assert in_thread(play) == (min(before + 3, 19), before)
    assert priority() == before


def test_what_is_done_in_front_sees_the_callers_context_and_its_errors_come_back() -> None:
    known: ContextVar[str] = ContextVar("known", default="")

    def fail() -> None:
        raise ValueError(known.get())

    def play() -> str:
        known.set("here")
        with pytest.raises(ValueError, match="here") as caught:
            StandingBack(0).in_front(fail)
        return str(caught.value)

    assert in_thread(play) == "here"


def test_what_a_job_writes_in_front_is_one_transaction_with_the_word_done(
    app: Flask, project: Project, tmp_path: Path
) -> None:
    job = jobs.enqueue_job(
        actor=factories.member(project, Role.OFFICE), project=project, kind=JobKind.LEDGER_EXPORT,
        needs=Permission.LEDGER_EXPORT,
    )  # fmt: skip
    db.session.commit()
    threads: list[threading.Thread] = []

    def write() -> None:
        threads.append(threading.current_thread())
        db.session.add(AuditEntry(action=EFFECT, actor_name="", noun_id=str(job.id)))
        db.session.flush()
        if len(threads) == 1:
            raise ValueError

    def told() -> tuple[JobState, int]:
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == EFFECT)).all()
        return job.state, len(entries)

    def run() -> None:
        tasks: dict[JobKind, Task] = {JobKind.LEDGER_EXPORT: lambda run: setattr(run, "effect", write)}
        run_next(replace(app.config["RUHU"], instance=tmp_path), tasks=tasks, front=front.in_front)

    front = StandingBack(0)
    run()
    assert told() == (JobState.FAILED, 0)
    job.state, job.error = JobState.QUEUED, ""
    db.session.commit()
    run()
    assert told() == (JobState.DONE, 1)
    assert threads[0] is threads[1] is not threading.current_thread()
