"""`ruhu worker`: the process that does long work."""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading

import click

from survey.cli import in_app

NICE = 19


@click.command()
@click.option("--once", is_flag=True, help="Run one job, if one waits, and end.")
@click.option("--drain", is_flag=True, help="Run the jobs that wait, and end.")
@click.option("--nice", default=NICE, show_default=True, type=click.IntRange(0, 19),
              help="How far to stand back for other processes: the server's answers come first.")  # fmt: skip
@click.option("--parent", type=int, hidden=True, help="End when this process, which started the worker, is gone.")
@in_app
def worker(once: bool, drain: bool, nice: int, parent: int | None) -> None:
    """Do the long work that people ask for on pages: big exports and imports. `ruhu serve` starts one by itself."""
    from survey.config import read_config
    from survey.jobs import runner
    from survey.jobs.priority import StandingBack, at_once
    from survey.jobs.scratch import own_scratch
    from survey.models import db

    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(message)s")
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if parent is not None:
        _watch(parent, stop)
    config = read_config()
    back = StandingBack(nice)
    # SQLite has one writer: who stands back while it writes holds up all who do not. On PostgreSQL nobody waits for it.
    front = back.in_front if db.engine.dialect.name == "sqlite" else at_once
    gc.collect()
    gc.freeze()  # As in run.py: without it a big register was measured to cost a fifth more of the processor.
    with own_scratch(config.scratch):
        if once:
            runner.run_next(config, stop=stop, front=front)
        else:
            runner.work(config, stop=stop, drain=drain, front=front)


def _watch(parent: int, stop: threading.Event) -> None:
    """End with the server, also where it was killed and could say nothing."""

    def look() -> None:
        while not stop.wait(1):
            if os.getppid() != parent:
                stop.set()

    threading.Thread(target=look, name="watch", daemon=True).start()


COMMANDS = [worker]
