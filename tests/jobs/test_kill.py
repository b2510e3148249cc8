"""Workers that are really killed: kill -9 at random moments, and each job has taken effect once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from survey.models import db

ROOT = Path(__file__).resolve().parents[2]
JOBS, KILLS = 60, 12


def test_killed_workers_leave_each_job_with_exactly_one_effect_and_one_file(app: Flask, tmp_path: Path) -> None:
    """The same as `python -m bench.jobs` does in large: 2,000 jobs and 200 kills."""
    keys = app.config["RUHU"].keys
    db.session.remove()
    env = {**os.environ, "DATABASE_URL": db.engine.url.render_as_string(hide_password=False),
           "RUHU_INSTANCE": str(tmp_path), "RUHU_KEYS": str(keys), "PYTHONPATH": str(ROOT)}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "bench.jobs", "kills", str(JOBS), str(KILLS)],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.fail(done.stderr)
    told = json.loads(done.stdout)
    assert told["states"] == {"done": JOBS}
    assert (told["effects"], told["exactly_one"], told["whole"]) == (JOBS, JOBS, JOBS)
    assert told["files"] - told["swept"] == JOBS
    assert told["killed"] > KILLS // 2, "the jobs were done before the workers could be killed"
