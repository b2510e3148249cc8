"""The machine a benchmark ran on, and the tables that benchmarks print."""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

LIBRARIES = (
    "Flask",
    "SQLAlchemy",
    "psycopg",
    "python-calamine",
    "rustpy-xlsxwriter",
    "openpyxl",
    "WeasyPrint",
    "pypinyin",
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of results. `note` says what was done and what to think of it, in a sentence or two."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[object]]
    note: str = ""
    right: frozenset[int] = field(default=frozenset())

    def __str__(self) -> str:
        """The table in Markdown. Columns that hold only numbers stand to the right, like those in `right`."""
        cells = [[_cell(value) for value in row] for row in self.rows]
        numeric = {
            column
            for column in range(len(self.head))
            if self.rows and all(isinstance(row[column], int | float) for row in self.rows)
        } | self.right
        rule = ["---:" if column in numeric else "---" for column in range(len(self.head))]
        lines = [f"### {self.title}", ""]
        if self.note:
            lines += [self.note, ""]
        lines += ["| " + " | ".join(row) + " |" for row in [list(self.head), rule, *cells]]
        return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    if isinstance(value, int):
        return f"{value:,}"
    return str(value).replace("|", "\\|").replace("\n", " ")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def machine() -> str:
    """One line that names the machine: processor, cores, memory, system, Python, SQLite and the libraries measured."""
    cores = len(os.sched_getaffinity(0))
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{_processor()}, {cores} cores, {_memory_gib():.0f} GiB; {platform.freedesktop_os_release()['PRETTY_NAME']}; "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}; {libraries}"
    )


def percentile(values: Iterable[float], percent: float) -> float:
    """The nearest-rank percentile: percentile(times, 95) is the smallest value that 95 % do not exceed."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank), 1) - 1]


def show(tables: Iterator[Table]) -> None:
    """Print each table as soon as it is there, under the machine's line: the `main` of every benchmark."""
    print(machine() + "\n")
    for table in tables:
        print(table, flush=True)


if __name__ == "__main__":
    sys.stdout.write(machine() + "\n")
