"""Work on what an office brought (a workbook, a wording) in a process of its own, under limits (survey.services.roster.child).

A program that does so calls `serve` when it is started as a module; whoever wants it done calls `ask` with its name.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from survey.services.roster import child

ROOT = Path(__file__).resolve().parents[1]
MEMORY_FOLDER = "/dev/shm"  # noqa: S108  # Temporary parts of a workbook stay in memory where the system offers it.
TEMPORARY_BYTES = 300 * 1024 * 1024


def ask(module: str, order: Mapping[str, object], data: bytes, seconds: int) -> bytes | None:
    """What the program answers; None where it ended by its limits, by an error or by the clock."""
    folder = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else ""
    env = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONUTF8": "1", **({"TMPDIR": folder} if folder else {})}
    try:
        done = subprocess.run(  # noqa: S603  the modules are ours
            [sys.executable, "-m", module],
            input=json.dumps(order).encode() + b"\n" + data,
            capture_output=True, cwd=ROOT, env=env, timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None
    return None if done.returncode else done.stdout


def serve(answer: Callable[[dict[str, Any], bytes], bytes], memory_bytes: int = child.MEMORY_BYTES) -> int:
    """Read the order (ours), set the limits, read the file, write the answer; the exit code.

    An order may tell how many `seconds` of the processor it is given.
    """
    order = json.loads(sys.stdin.buffer.readline())
    child.limit(TEMPORARY_BYTES, memory_bytes, order.get("seconds", child.CPU_SECONDS))
    sys.stdout.buffer.write(answer(order, sys.stdin.buffer.read()))
    return 0
