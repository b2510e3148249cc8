"""The office's own roster back, with every faulty cell coloured and commented (标注副本).

The library that keeps an office's formats takes memory and time without bound, so it works in a child process under the
limits of reading. Where even that is too much, the copy holds the header and the faulty lines only.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from exports.child import ask, serve
from exports.own_workbook import Mark, mark_tables, mark_workbook
from survey.domain.errors import DomainError
from survey.domain.roster.cells import text_of
from survey.domain.roster.record import Problem, Skipped
from survey.services.roster import child
from survey.services.roster.sniff import Kind

SECONDS = 60
MOST_MARKS = 5_000
AUTHOR = "入户"


def annotated_copy(data: bytes, *, kind: str, problems: Sequence[Problem], today: date) -> io.BytesIO:
    """The copy as an .xlsx. Raises DomainError roster.copy_failed."""
    marks = [
        (problem.sheet, problem.row, problem.letter, problem.severity.value, problem.sentence())
        for problem in sorted(problems, key=lambda problem: not problem.is_error)[:MOST_MARKS]
    ]
    for whole in (True, False):
        made = ask("exports.roster_copy", {"kind": kind, "marks": marks, "whole": whole}, data, SECONDS)
        if made and made.startswith(b"PK"):
            return io.BytesIO(made)
    raise DomainError("roster.copy_failed")


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


def _answer(order: dict[str, Any], data: bytes) -> bytes:
    marks: list[Mark] = [(sheet, row, letter, kind, text) for sheet, row, letter, kind, text in order["marks"]]
    if order["kind"] == Kind.XLSX and order["whole"]:
        return mark_workbook(data, marks, AUTHOR)
    return mark_tables(_tables(Kind(order["kind"]), data, marks, order["whole"]), marks, AUTHOR)


if __name__ == "__main__":
    sys.exit(serve(_answer))
