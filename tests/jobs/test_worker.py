"""`ruhu worker` as a process: what waits is done, and nothing of it stays behind."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def ruhu(instance: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "RUHU_INSTANCE": str(instance), "PYTHONPATH": str(ROOT)}
    env.pop("DATABASE_URL", None)
    return subprocess.run(
        [sys.executable, "-c", "from survey.cli import main; main()", *arguments],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip


def jobs(instance: Path) -> list[tuple[str, str]]:
    connection = sqlite3.connect(instance / "ruhu.sqlite")
    try:
        return connection.execute("SELECT kind, state FROM job").fetchall()
    finally:
        connection.close()


def test_a_worker_empties_the_queue_and_ends(tmp_path: Path) -> None:
    assert "ruhu migrate" in ruhu(tmp_path, "worker", "--drain").stderr, "before there are tables it says what to do"
    assert ruhu(tmp_path, "migrate").returncode == 0
    once = ruhu(tmp_path, "worker", "--once")
    assert (once.returncode, jobs(tmp_path)) == (0, [])
    drained = ruhu(tmp_path, "worker", "--drain")
    assert (drained.returncode, jobs(tmp_path)) == (0, [("job.sweep", "done")]), drained.stderr
    assert list((tmp_path / "scratch").iterdir()) == []
