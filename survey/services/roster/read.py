"""Read a roster: cheap checks here, everything else in a child process under limits.

A file may be hostile or merely broken. Whatever it is, the answer is rows or one sentence, within 60 s, and this process
neither unpacks nor parses it. Bytes go to the child through a pipe: a roster is personal data and is not written to disk.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from survey.domain.errors import DomainError
from survey.domain.roster.record import MappingQuestion, Problem, RosterField, RosterRow, SheetSummary, Skipped
from survey.domain.roster.rows import Answers
from survey.domain.roster.twice import check_whole
from survey.services.roster import wire
from survey.services.roster.sniff import Kind, sniff

WALL_SECONDS = 60
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A roster as it was understood. `problems` are in the order of the file; rows with an error are in `rows` too."""

    kind: Kind
    rows: tuple[RosterRow, ...]
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    questions: tuple[MappingQuestion, ...] = ()
    sheets: tuple[SheetSummary, ...] = ()
    refused_places: frozenset[tuple[str, int]] = frozenset()

    def is_refused(self, row: RosterRow) -> bool:
        """Whether a line of the row has an error."""
        if row.place in self.refused_places:
            return True
        return any((row.sheet, number) in self.refused_places for number in row.other_rows)


@dataclass(slots=True)
class _Found:
    rows: list[RosterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    questions: list[MappingQuestion] = field(default_factory=list)
    sheets: list[SheetSummary] = field(default_factory=list)
    texts: dict[str, list[list[str]]] = field(default_factory=dict)
    is_done: bool = False


def read_roster(
    data: bytes, *, today: date, answers: Answers | None = None, wall_seconds: int = WALL_SECONDS
) -> RosterFile:
    """The roster in these bytes.

    answers  what people said about columns, by the signature of the header
    today    dates after it are refused

    Raises DomainError with a code roster.* for a file that gives no rows.
    """
    kind = sniff(data)
    order = {
        "kind": kind,
        "today": today.isoformat(),
        "answers": {signature: dict(columns) for signature, columns in (answers or {}).items()},
    }
    found = _ask_child(order, data, wall_seconds)
    if not found.sheets or all(sheet.header_row == 0 for sheet in found.sheets):
        is_empty = all(skipped.reason == "roster.skip_empty_sheet" for skipped in found.skipped)
        raise DomainError("roster.empty" if is_empty else "roster.no_header", "file")
    if not found.rows:
        raise DomainError("roster.empty", "file")
    rows, problems = check_whole(found.rows, found.sheets)
    order_of = {sheet.name: number for number, sheet in enumerate(found.sheets)}
    problems = sorted(
        (*found.problems, *problems),
        key=lambda problem: (order_of.get(problem.sheet, 0), problem.row, len(problem.letter), problem.letter),
    )
    return RosterFile(
        kind,
        tuple(rows),
        tuple(problems),
        tuple(found.skipped),
        tuple({(question.signature, question.index): question for question in reversed(found.questions)}.values()),
        tuple(found.sheets),
        frozenset((problem.sheet, problem.row) for problem in problems if problem.is_error),
    )


def read_texts(data: bytes, *, wall_seconds: int = WALL_SECONDS) -> dict[str, list[list[str]]]:
    """The visible sheets of a spreadsheet, name -> rows of texts, each row as long as its sheet is wide.

    Row 1 of the sheet comes first where the sheet begins there. Raises DomainError as `read_roster` for such a file.
    """
    order = {"kind": sniff(data), "as_texts": True}
    return _ask_child(order, data, wall_seconds).texts


def _ask_child(order: Mapping[str, Any], data: bytes, wall_seconds: int) -> _Found:
    child = subprocess.Popen(
        [sys.executable, "-m", "survey.services.roster.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
        close_fds=True,
    )
    timed_out = threading.Event()

    def stop() -> None:
        timed_out.set()
        child.kill()

    timer = threading.Timer(wall_seconds, stop)
    timer.start()
    try:
        return _listen(child, json.dumps(order).encode() + b"\n", data)
    except _ChildDied:
        if timed_out.is_set() or child.wait() == -signal.SIGXCPU:
            raise DomainError("roster.too_slow", "file", seconds=wall_seconds) from None
        raise DomainError("roster.too_complex", "file") from None
    finally:
        timer.cancel()
        if child.poll() is None:
            child.kill()
        if child.stdout:
            child.stdout.close()
        child.wait()


class _ChildDied(Exception):
    """The child ended before it had told everything."""


def _listen(child: subprocess.Popen[bytes], order: bytes, data: bytes) -> _Found:
    assert child.stdin is not None and child.stdout is not None
    found = _Found()
    try:
        child.stdin.write(order)
        child.stdin.write(data)
        child.stdin.close()
    except BrokenPipeError:
        pass  # It refused or died; what it said, if anything, is read below.
    try:
        for line in child.stdout:
            _take(found, json.loads(line))
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise _ChildDied from error
    if not found.is_done:
        raise _ChildDied
    return found


def _take(found: _Found, message: Mapping[str, Any]) -> None:
    if "error" in message:
        raise DomainError(message["error"], "file", **message.get("params", {}))
    found.rows.extend(map(wire.row_from_wire, message.get("rows", ())))
    found.problems.extend(map(wire.problem_from_wire, message.get("problems", ())))
    found.skipped.extend(map(wire.skipped_from_wire, message.get("skipped", ())))
    found.questions.extend(map(wire.question_from_wire, message.get("questions", ())))
    if "table" in message:
        found.texts.setdefault(message["table"], []).extend(message["texts"])
    if "sheet" in message:
        found.sheets.append(wire.summary_from_wire(message["sheet"]))
    found.is_done = found.is_done or bool(message.get("done"))


__all__ = ["RosterField", "RosterFile", "read_roster"]
