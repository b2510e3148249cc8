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
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from bench.machine import Table, show

JOBS, KILLS, WORKERS = 2000, 200, 2
HOUSEHOLDS, NEW = 4_000, 2_000
CLIENTS = 16
BUSIEST = 4.5
"""Records a second on the busiest day that the field has told of."""
SECONDS = float(os.environ.get("BENCH_JOBS_SECONDS", "20"))
EFFECT = "bench.effect"
STARTING = 10
"""Seconds within which a worker has loaded the application."""
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


# --- beside the tablets


def prepare() -> None:
    """Give the seeded project a register of some size, and somebody to ask for jobs."""
    from survey import create_app
    from survey.domain.access import Role
    from survey.models import User, db
    from survey.services import account
    from survey.services.project import get_project_by_code
    from survey.services.roster import imports

    app = create_app()
    with app.app_context():
        project = get_project_by_code("SYNC")
        user = User(username="office", display_name="办公室", password_hash="!")  # noqa: S106
        db.session.add(user)
        db.session.flush()
        account.set_membership(actor=None, project=project, user=user, role=Role.OFFICE)
        row, file = _upload(project, user, HOUSEHOLDS)
        imports.commit_roster(actor=user, project=project, row=row, file=file, answers={}, digest=row.digest)
        db.session.commit()


def _upload(project: Any, user: Any, rows: int) -> tuple[Any, Any]:
    from bench.roster import TODAY, write_roster
    from survey.services.roster import imports
    from survey.services.roster.read import read_roster

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        write_roster(path, rows, first_building=1000)
        data = path.read_bytes()
    file = read_roster(data, today=TODAY)
    row = imports.upload_roster(
        actor=user, project=project, filename="roster.xlsx", data=data, file=file, answers={}, today=TODAY
    )
    return row, file


def ask(*, with_import: bool) -> None:
    """Ask for two exports at once, and for the import of a roster that has 2,000 homes more than the last one."""
    import sqlalchemy as sa

    from survey import create_app
    from survey.domain.roster.state import ImportState
    from survey.jobs.ledger import enqueue_export
    from survey.models import RosterImport, User, db
    from survey.services.project import get_project_by_code
    from survey.services.roster import imports

    app = create_app()
    with app.app_context():
        project = get_project_by_code("SYNC")
        user = db.session.scalars(sa.select(User).where(User.username == "office")).one()
        if with_import:
            done = sa.select(sa.func.count()).where(RosterImport.state == ImportState.COMMITTED)
            row, _file = _upload(project, user, HOUSEHOLDS + NEW * (db.session.scalar(done) or 0))
            db.session.commit()
            imports.enqueue_commit(actor=user, project=project, row=row, digest=row.digest)
        for _ in range(2):
            enqueue_export(actor=user, project=project, ledger="register", clear=False, reason="")
        db.session.commit()


def told() -> None:
    """How each job ended and how long it took, as JSON."""
    import sqlalchemy as sa

    from survey import create_app
    from survey.models import Job, db

    with create_app().app_context():
        jobs = db.session.scalars(sa.select(Job).where(Job.project_id.is_not(None)).order_by(Job.started_at)).all()
        print(json.dumps([
            [job.kind, job.state, job.error,
             round((job.finished_at - job.started_at).total_seconds(), 1) if job.finished_at and job.started_at else None]
            for job in jobs
        ]))  # fmt: skip


def await_end() -> None:
    """Return when no job waits or runs."""
    import sqlalchemy as sa

    from survey import create_app
    from survey.domain.job import OPEN
    from survey.models import Job, db

    with create_app().app_context():
        while db.session.scalar(sa.select(Job.id).where(Job.state.in_(sorted(OPEN))).limit(1)) is not None:
            db.session.rollback()
            time.sleep(0.2)


def _run(env: dict[str, str], what: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench.jobs", what], env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _beside_tablets(name: str, url: str) -> Iterator[Table]:
    from bench.machine import percentile
    from bench.sync import EACH, TABLETS, play, served

    rows: list[list[object]] = []
    kept: dict[str, str] = {}
    load = os.getloadavg()[0]

    def prepare(env: dict[str, str]) -> None:
        kept.update(env)
        _run(env, "prepare")

    with served(url, prepare) as (plan, _pids):
        versions: list[list[int]] = [[1] * EACH for _ in range(TABLETS)]

        def measure(work: str, pace: str, rate: float, seconds: float) -> float:
            made = play("load", {**plan, "clients": CLIENTS, "batch": 1, "photo": False, "seconds": seconds,
                                 "versions": versions, "rate": rate})  # fmt: skip
            versions[: len(made["versions"])] = made["versions"]
            times = [1000 * each for each in made["times"]]
            speed: float = made["events"] / made["seconds"]
            rows.append([work, pace, round(speed, 1),
                         *(round(percentile(times, part), 1) for part in (50, 95, 99)), round(max(times), 1)])  # fmt: skip
            return speed

        best = measure("none", "as fast as it goes", 0, SECONDS / 3)
        paces = (("the field's busiest", BUSIEST), ("half the best rate", best / 2))
        for pace, rate in paces:
            measure("none", pace, rate, SECONDS)
        # They stand ready as they do in an office: to start one costs more than an export.
        more = [
            subprocess.Popen(
                [sys.executable, "-c", "from survey.cli import main; main()", "worker"],
                env=kept, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            for _ in range(2)
        ]  # fmt: skip
        time.sleep(STARTING)
        for pace, rate in paces:
            _run(kept, "ask-import")
            measure("two exports and an import at once, three workers", pace, rate, SECONDS)
            _run(kept, "await")
        for each in more:
            each.terminate()
            each.wait()
        ended = json.loads(_run(kept, "told"))
        _run(kept, "ask")
        measure("two exports one after the other, one worker", *paces[1], SECONDS)
    yield Table(
        f"What tablets feel of long work, {name}",
        ["jobs meanwhile", "pace", "events/s", "p50 ms", "p95 ms", "p99 ms", "longest ms"],
        rows,
        f"{CLIENTS} tablets, one save of a household a request, {SECONDS:.0f} s a line; the project has {HOUSEHOLDS:,} "
        f"households, each roster {NEW:,} rows more than the one before. The field's busiest day: 130,000 records in eight "
        f"hours, {BUSIEST} a second. Load of the machine before it began: {load:.1f}. Of the three at once, twice: "
        + "; ".join(f"{kind} {state}{' ' + error if error else ''}, {seconds} s" for kind, state, error, seconds in ended),
    )  # fmt: skip


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
    for name, url in databases():
        yield from _beside_tablets(name, url)


if __name__ == "__main__":
    if sys.argv[1:2] == ["kills"]:
        print(json.dumps(kills(int(sys.argv[2]), int(sys.argv[3]))))
        sys.exit(0)
    if sys.argv[1:]:
        {"prepare": prepare, "ask": partial(ask, with_import=False), "ask-import": partial(ask, with_import=True),
         "await": await_end, "told": told}[sys.argv[1]]()  # fmt: skip
        sys.exit(0)
    sys.exit(show(tables()))
