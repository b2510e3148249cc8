"""`ruhu serve`: the server, and beside it one worker for a small office."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

import click

from survey.cli import in_app

RESTART_SECONDS = 5
GRACE_SECONDS = 10


@in_app
def _check_database() -> None:
    """Nothing but what `in_app` checks."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--workers", default=2, show_default=True, type=int, help="Processes that answer requests.")
@click.option("--jobs/--no-jobs", default=True, show_default=True,
              help="Start a `ruhu worker` beside the server; leave it out where one runs on its own.")  # fmt: skip
def serve(host: str, port: int, workers: int, jobs: bool) -> None:
    """Serve the application with gunicorn."""
    _check_database()
    click.echo(f"入户已启动：http://{host}:{port}/  （按 Ctrl+C 停止）")
    sys.stdout.flush()
    server = [sys.executable, "-m", "gunicorn", "--bind", f"{host}:{port}", "--workers", str(workers),
              "--threads", "4", "--worker-class", "gthread", "--timeout", "120", "--graceful-timeout", "20",
              "--no-control-socket", "run:app"]  # fmt: skip
    if not jobs:
        os.execv(sys.executable, server)
    worker = [sys.executable, "-c", "from survey.cli import main; main()", "worker", "--parent", str(os.getpid())]
    sys.exit(run_beside(server, worker))


def run_beside(server: Sequence[str], worker: Sequence[str]) -> int:
    """Run the server until it ends, and a worker with it that is started again when it dies; the server's exit code."""
    served = subprocess.Popen(server)  # noqa: S603  # our own commands
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, lambda number, _frame: served.send_signal(number))
    working, started = subprocess.Popen(worker), time.monotonic()  # noqa: S603
    try:
        while True:
            try:
                return served.wait(timeout=1)
            except subprocess.TimeoutExpired:
                # A worker that dies at its start must not be started over and over.
                if working.poll() is not None and time.monotonic() - started >= RESTART_SECONDS:
                    working, started = subprocess.Popen(worker), time.monotonic()  # noqa: S603
    finally:
        working.terminate()
        try:
            working.wait(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            working.kill()  # Its job comes back by its lease, and took no effect.
            working.wait()


COMMANDS = [serve]
