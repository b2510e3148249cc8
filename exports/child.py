"""Work on what an office brought (a workbook, a wording) in a process of its own, under limits (survey.services.roster.child).

A program that does so calls `serve` when it is started as a module; whoever wants it done calls `ask` with its name.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from survey.services.roster import child

ROOT = Path(__file__).resolve().parents[1]
MEMORY_FOLDER = "/dev/shm"  # noqa: S108  # Temporary parts of a workbook stay in memory where the system offers it.
TEMPORARY_BYTES = 300 * 1024 * 1024


LOOK_SECONDS = 0.5
"""How often whoever waits for a program is asked whether to go on."""


def ask(
    module: str, order: Mapping[str, object], data: bytes, seconds: int, heed: Callable[[], None] = lambda: None
) -> bytes | None:
    """What the program answers; None where it ended by its limits, by an error or by the clock.

    heed  is called while the program is waited for; what it raises ends the program
    """
    folder = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else ""
    env = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONUTF8": "1", **({"TMPDIR": folder} if folder else {})}
    told = json.dumps({**order, "parent": os.getpid()}).encode() + b"\n" + data
    until = time.monotonic() + seconds
    with (
        subprocess.Popen(  # noqa: S603  the modules are ours
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT, env=env,
        ) as program,
        ThreadPoolExecutor(1) as speaker,
    ):  # fmt: skip
        answer = speaker.submit(program.communicate, told)
        try:
            while not wait([answer], LOOK_SECONDS).done:
                heed()
                if time.monotonic() > until:
                    return None
        finally:
            program.kill()
        return None if program.returncode else answer.result()[0]


def serve(answer: Callable[[dict[str, Any], bytes], bytes], memory_bytes: int = child.MEMORY_BYTES) -> int:
    """Read the order (ours), set the limits, read the file, write the answer; the exit code.

    An order may tell how many `seconds` of the processor it is given.
    """
    order = json.loads(sys.stdin.buffer.readline())
    _end_with(order["parent"])
    child.limit(TEMPORARY_BYTES, memory_bytes, order.get("seconds", child.CPU_SECONDS))
    sys.stdout.buffer.write(answer(order, sys.stdin.buffer.read()))
    sys.stdout.buffer.flush()
    signal.setitimer(
        signal.ITIMER_REAL, 0
    )  # A program that is ending has no handler any more: the signal would kill it.
    return 0


def _end_with(parent: int) -> None:
    """End this process when the one that asked is gone, even killed: nobody waits for the answer any more."""

    def look(_signal: int, _frame: object) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)
