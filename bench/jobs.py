"""Long work: what is left after workers were killed at random, and what tablets feel of it.

Kills: two workers over one queue are killed with SIGKILL at random moments, again and again, until all jobs are done. Each
job reads, seals a file, writes one entry into the log and says "done"; at the end there must be exactly one entry and one
file a job. tests/jobs/test_kill.py runs the same in small.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.machine import Table, show

JOBS, KILLS, WORKERS = 2000, 200, 2
EFFECT = "bench.effect"
JOB_SECONDS = 0.05
"""Somewhat more than a job takes from its start to its end: a kill falls into it, or just behind it."""


# --- killing


def kills(jobs: int, wanted: int) -> dict[str, Any]:
    """Put `jobs` jobs into the queue of the environment's database, run them under `wanted` kills; what is found then."""
    from survey import create_app

    app = create_app()
    # This process opens no connection: those that it forks would share it.
    _forked(lambda: _enqueue(app, jobs))
    chance = random.Random(jobs * 1000 + wanted)
    killed, begun = 0, time.monotonic()
    workers = [Worker(app) for _ in range(WORKERS)]
    while killed < wanted:
        number = _await_starts(workers, chance.randint(1, max(1, jobs // wanted // 2)))
        if number is None:
            break  # The queue is empty: the jobs were quicker than the kills.
        time.sleep(chance.uniform(0, JOB_SECONDS))
        workers[number].kill()
        killed += 1
        workers[number] = Worker(app)
    for worker in workers:
        worker.wait()
    seconds = time.monotonic() - begun
    with app.app_context():
        return {"killed": killed, "seconds": seconds, **_found(app.config["RUHU"].results)}


class Worker:
    """A forked worker, and the pipe into which it says each time that it begins a job."""

    def __init__(self, app: Any) -> None:
        self.starts, told = os.pipe()
        self.pid = _fork(lambda: _work(app, lambda: os.write(told, b".")))
        os.close(told)

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        self.wait()

    def wait(self) -> None:
        os.waitpid(self.pid, 0)
        os.close(self.starts)


def _await_starts(workers: list[Worker], count: int) -> int | None:
    """Wait until some more jobs are begun, from now on; which worker began the last. None where one has ended."""
    for each in select.select([worker.starts for worker in workers], [], [], 0)[0]:
        os.read(each, 4096)
    while True:
        for each in select.select([worker.starts for worker in workers], [], [])[0]:
            begun = len(os.read(each, 1))
            count -= begun
            if not begun or count <= 0:
                return next(at for at, worker in enumerate(workers) if worker.starts == each) if begun else None


def _fork(run: Callable[[], None]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        run()
        code = 0
    finally:
        os._exit(code)


def _forked(run: Callable[[], None]) -> None:
    _pid, status = os.waitpid(_fork(run), 0)
    if status:
        raise RuntimeError("a process that only prepares has failed")


def _enqueue(app: Any, count: int) -> None:
    from survey.domain.job import JobKind
    from survey.models import db
    from survey.models.migrate import upgrade
    from survey.services.job import enqueue_job

    with app.app_context():
        upgrade(db.engine)
        for number in range(count):
            enqueue_job(actor=None, project=None, kind=JobKind.LEDGER_EXPORT, needs=None, arguments={"number": number})
        db.session.commit()


def _work(app: Any, begins: Callable[[], object]) -> None:
    import sqlalchemy as sa

    from survey.domain.job import OPEN, JobKind
    from survey.jobs.runner import Limits, run_next
    from survey.models import Job, db
    from survey.models.base import READ_ONLY

    limits = Limits(lease=timedelta(seconds=1), heartbeat=timedelta(seconds=0.1), attempts=1000)
    stop = threading.Event()

    def task(run: Any) -> None:
        begins()
        _task(run)

    with app.app_context():
        while True:
            if run_next(app.config["RUHU"], limits=limits, tasks={JobKind.LEDGER_EXPORT: task}):
                continue
            token = READ_ONLY.set(True)
            is_over = db.session.scalar(sa.select(Job.id).where(Job.state.in_(sorted(OPEN))).limit(1)) is None
            db.session.rollback()
            READ_ONLY.reset(token)
            if is_over:
                return
            stop.wait(0.05)  # A killed worker's job is still leased.


def _task(run: Any) -> None:
    import sqlalchemy as sa

    from survey.domain.job import JobStep
    from survey.models import AuditEntry, Job, db

    run.begin(JobStep.EXPORTING, 3)
    with run.reading():
        db.session.scalar(sa.select(Job.id).limit(1))
    run.progress(1)
    run.keep(BytesIO(b"%d" % run.arguments["number"]), "a.txt", "text/plain")
    run.progress(2)
    db.session.add(AuditEntry(actor_name="", action=EFFECT, noun_id=str(run.claim.job_id), details={}))
    db.session.flush()
    run.progress(3)


def _found(results: Path) -> dict[str, Any]:
    import sqlalchemy as sa

    from survey.models import AuditEntry, Job, db, utc_now
    from survey.services.result import read_result, sweep_results

    jobs = list(db.session.scalars(sa.select(Job)))
    effects = Counter(db.session.scalars(sa.select(AuditEntry.noun_id).where(AuditEntry.action == EFFECT)))
    files = sum(1 for path in results.glob("*/*") if path.is_file())
    swept = sweep_results(results, utc_now())
    whole = sum(b"".join(read_result(results, job)) == b"%d" % job.arguments["number"] for job in jobs)
    db.session.commit()
    return {
        "jobs": len(jobs), "states": dict(Counter(job.state.value for job in jobs)), "effects": sum(effects.values()),
        "exactly_one": sum(effects[str(job.id)] == 1 for job in jobs), "attempts": sum(job.attempts for job in jobs),
        "most_attempts": max(job.attempts for job in jobs), "files": files, "swept": swept, "whole": whole,
    }  # fmt: skip


def _play_kills(url: str, jobs: int = JOBS, wanted: int = KILLS) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "RUHU_INSTANCE": folder, "DATABASE_URL": url}
        done = subprocess.run(
            [sys.executable, "-m", "bench.jobs", "kills", str(jobs), str(wanted)],
            env=env, stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        told: dict[str, Any] = json.loads(done.stdout)
        return told


# --- the tables


def databases() -> list[tuple[str, str]]:
    return [(name, url) for name, url in (("SQLite", ""), ("PostgreSQL", os.environ.get("POSTGRES_URL", "")))
            if url or name == "SQLite"]  # fmt: skip


def tables() -> Iterator[Table]:
    rows = []
    for name, url in databases():
        told = _play_kills(url)
        rows.append([name, told["jobs"], told["killed"], told["attempts"], told["most_attempts"], told["effects"],
                     told["exactly_one"], told["whole"], told["swept"], round(told["seconds"], 1)])  # fmt: skip
    yield Table(
        "Workers killed at random",
        ["database", "jobs", "kills", "attempts", "most for one job", "effects", "jobs with exactly one effect",
         "files whole", "left files swept", "seconds"],
        rows,
        f"{WORKERS} workers over one queue, killed with SIGKILL; a lease of 1 s, a heartbeat every 0.1 s.",
    )  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["kills"]:
        print(json.dumps(kills(int(sys.argv[2]), int(sys.argv[3]))))
        sys.exit(0)
    sys.exit(show(tables()))
