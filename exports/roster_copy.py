"""The office's own roster back, with every faulty cell coloured and commented (标注副本).

The library that keeps an office's formats takes memory and time without bound, so it works in a child process under the
limits of reading. Where even that is too much, the copy holds the header and the faulty lines only.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from exports.workbook import Mark, mark_tables, mark_workbook
from survey.domain.errors import DomainError
from survey.domain.roster.cells import text_of
from survey.domain.roster.record import Problem, Skipped
from survey.services.roster import child
from survey.services.roster.sniff import Kind

SECONDS = 60
MOST_MARKS = 5_000
ROOT = Path(__file__).resolve().parents[1]
AUTHOR = "入户"
MEMORY_FOLDER = "/dev/shm"  # noqa: S108  # Temporary parts of a workbook stay in memory where the system offers it.
TEMPORARY_BYTES = 300 * 1024 * 1024


def annotated_copy(data: bytes, *, kind: str, problems: Sequence[Problem], today: date) -> io.BytesIO:
    """The copy as an .xlsx. Raises DomainError roster.copy_failed."""
    marks = [
        (problem.sheet, problem.row, problem.letter, problem.severity.value, problem.sentence())
        for problem in sorted(problems, key=lambda problem: not problem.is_error)[:MOST_MARKS]
    ]
    for whole in (True, False):
        made = _ask_child({"kind": kind, "marks": marks, "whole": whole}, data)
        if made:
            return io.BytesIO(made)
    raise DomainError("roster.copy_failed")


def _ask_child(order: dict[str, object], data: bytes) -> bytes:
    folder = MEMORY_FOLDER if os.access(MEMORY_FOLDER, os.W_OK) else ""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "exports.roster_copy"],
            input=json.dumps(order).encode() + b"\n" + data,
            capture_output=True,
            cwd=ROOT,
            env={
                "PYTHONPATH": str(ROOT),
                "LANG": "C.UTF-8",
                "PYTHONUTF8": "1",
                **({"TMPDIR": folder} if folder else {}),
            },
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 and done.stdout.startswith(b"PK") else b""


def _tables(
    kind: Kind, data: bytes, marks: Sequence[Mark], whole: bool
) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    for table in child.tables(kind, data):
        if isinstance(table, Skipped):
            continue
        wanted = {mark[1] for mark in marks if mark[0] == table.name}
        last = max(wanted, default=0)

        def rows(
            source: Iterable[Sequence[object]] = table.rows, wanted: set[int] = wanted, last: int = last
        ) -> Iterator[tuple[int, list[str]]]:
            for number, cells in enumerate(source, 1):
                if not whole and number > last:
                    return
                if whole or number in wanted or number <= 4:
                    yield number, [text_of(cell) for cell in cells]  # type: ignore[arg-type]

        yield table.name, rows()


def main() -> int:
    child.limit(file_bytes=TEMPORARY_BYTES)
    order = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    marks: list[Mark] = [(sheet, row, letter, kind, text) for sheet, row, letter, kind, text in order["marks"]]
    if order["kind"] == Kind.XLSX and order["whole"]:
        made = mark_workbook(data, marks, AUTHOR)
    else:
        made = mark_tables(_tables(Kind(order["kind"]), data, marks, order["whole"]), marks, AUTHOR)
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
