"""Temporary files of workers: in a folder of their own, which does not outlive them."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from survey.jobs.scratch import own_scratch, sweep_scratch

ROOT = Path(__file__).resolve().parents[2]


def test_what_a_task_writes_lies_in_the_workers_folder_and_goes_with_it(tmp_path: Path) -> None:
    before = tempfile.gettempdir()
    with own_scratch(tmp_path) as own:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            assert Path(file.name).parent == own
        sweep_scratch(tmp_path)
        assert own.exists(), "a folder in use is not swept"
    assert list(tmp_path.iterdir()) == []
    assert tempfile.gettempdir() == before


def test_a_killed_workers_folder_is_emptied_by_the_next(tmp_path: Path) -> None:
    script = (
        "import sys, os, signal, tempfile; from pathlib import Path; from survey.jobs.scratch import own_scratch\n"
        "with own_scratch(Path(sys.argv[1])):\n"
        "    os.write(tempfile.mkstemp()[0], b'half a ledger')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=False)
    assert [path.read_bytes() for path in tmp_path.glob("*/*")] == [b"half a ledger"]
    with own_scratch(tmp_path):
        assert list(tmp_path.glob("*/*")) == []
