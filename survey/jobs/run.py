"""One attempt at a job, as its task sees it: arguments, progress, the file it makes, and the word to stop.

Progress is kept in memory and written by the heartbeat, over a connection of its own: the task's own transaction shows
nothing before its end. On SQLite that connection waits while the task writes; nobody else can take the job then either.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from survey.domain.job import JobStep
from survey.jobs.priority import Front, Work, at_once
from survey.models import Job, Project, User, db, utc_now
from survey.models.base import reading
from survey.services import result
from survey.services.job import Claim, LeaseLost, Result, hold_job, renew_lease

BREATH = 0.11
"""Seconds between two parts on SQLite: who waits for the writer's place looks for it every tenth of a second at least."""


class Cancelled(Exception):
    """The person who asked has cancelled."""


class Stopping(Exception):
    """The worker is to end: the job goes back into the queue."""


class Run:
    """A claim being carried out.

    results   the folder of sealed files
    fonts     the folder of the office's own fonts
    front     does at a higher priority what others have to wait for
    lease     how long the claim stands after each heartbeat
    stop      set when the worker is to end
    """

    def __init__(
        self, claim: Claim, *, engine: Engine, results: Path, lease: timedelta, stop: threading.Event | None = None,
        fonts: Path | None = None, front: Front = at_once,
    ) -> None:  # fmt: skip
        self.claim = claim
        self.result: Result | None = None
        self.results = results
        self.fonts = fonts
        self.in_front = front
        self.effect: Work | None = None
        """What the job changes in the database, set by the task: done in front, in one transaction with the word "done"."""
        self.remarks: list[tuple[str, dict[str, Any]]] = []
        """What whoever asked has to know about the file: codes of survey.domain.message and their values."""
        self._engine, self._lease = engine, lease
        self._stop = stop or threading.Event()
        self._lost, self._cancelled = threading.Event(), threading.Event()
        self._step: tuple[JobStep | None, Any] = (None, None)
        self._done = self._whole = 0
        job = db.session.get_one(Job, claim.job_id)
        self.arguments: dict[str, Any] = job.arguments
        self.about = job.about
        self.subject_id = job.subject_id
        self._project_id, self._actor_id = job.project_id, job.asked_by_id

    @property
    def project(self) -> Project:
        return db.session.get_one(Project, self._project_id)

    @property
    def asker(self) -> User | None:
        """Who asked; None for what the house does by itself."""
        return db.session.get_one(User, self._actor_id) if self._actor_id else None

    @property
    def actor(self) -> User:
        """Who asked, for work that somebody always asks for."""
        return db.session.get_one(User, self._actor_id)

    def begin(self, step: JobStep, whole: int = 0) -> None:
        """Begin a step, and write so at once. Ends the session's transaction, in which nothing may have been changed.

        whole  how many things it has to do, 0 where nobody knows. Raises as `progress`.
        """
        db.session.rollback()
        self._step, self._done, self._whole = (step, utc_now()), 0, whole
        self.beat()
        self._check()

    def progress(self, done: int, whole: int | None = None) -> None:
        """Say how far the step is. Raises Cancelled, Stopping or LeaseLost: the task lets them pass."""
        self._done = done
        self._whole = self._whole if whole is None else whole
        if self._whole:
            self._whole = max(self._whole, done)  # There turned out to be more than was counted before.
        self._check()

    def _check(self) -> None:
        if self._lost.is_set():
            raise LeaseLost
        if self._cancelled.is_set():
            raise Cancelled
        if self._stop.is_set():
            raise Stopping

    def part(self, work: Work) -> None:
        """Write one of many small parts, in front and in a transaction of its own: it stays, whatever becomes of the rest.

        The part is refused when the job has passed to another worker or was cancelled. Raises as `progress`.
        """
        self._check()

        def write() -> None:
            if hold_job(self.claim):
                raise Cancelled
            work()
            db.session.commit()

        db.session.rollback()
        self.in_front(write)
        if self._engine.dialect.name == "sqlite":
            self._stop.wait(BREATH)

    reading = staticmethod(reading)

    def keep(self, source: BinaryIO, name: str, media_type: str) -> None:
        """Seal what `source` holds from its position on, as the file of the job."""
        size = result.keep_result(self.results, self.claim.job_id, self.claim.token, source)
        self.result = Result(name, media_type, size)

    def beat(self) -> None:
        """Renew the lease, write the progress, and hear whether the task is to stop."""
        step, since = self._step
        try:
            with self._engine.begin() as connection:
                asked_to_stop = renew_lease(
                    connection, self.claim, now=utc_now(), lease=self._lease, step=step, step_started_at=since,
                    done=self._done, whole=self._whole,
                )  # fmt: skip
        except LeaseLost:
            self._lost.set()
        except DBAPIError:
            pass  # Busy, or gone for a moment: the next beat says it, or the lease runs out.
        else:
            if asked_to_stop:
                self._cancelled.set()

    @contextmanager
    def beating(self, every: timedelta) -> Iterator[None]:
        """Beat from a thread while the block runs: a task may be deep in work that says nothing."""
        over = threading.Event()

        def go_on() -> None:
            while not over.wait(every.total_seconds()):
                self.beat()

        thread = threading.Thread(target=go_on, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
