"""Notices: each its own document, or many sharing one rendering and then split; one process and two.

RUHU_BENCH_NOTICES sets how many of each are made, RUHU_BENCH_PAIR how many by two processes, RUHU_BENCH_MANY for how many
the memory is watched. Each notice has a stamp, as all have that are printed: its QR is the longest.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from bench.machine import Table, show

COUNT = int(os.environ.get("RUHU_BENCH_NOTICES", "48"))
PAIR = int(os.environ.get("RUHU_BENCH_PAIR", "480"))  # so many that the start of two processes does not count
CHUNKS = (6, 24, 48)
MANY = int(os.environ.get("RUHU_BENCH_MANY", "10000"))


def papers(name: str, count: int) -> list[object]:
    """Invented notices of one kind, stamped."""
    from exports.notices.stamp import Stamp

    stamp = Stamp("颐园〔2026〕1号", date(2026, 11, 22), "", "1A2B-3C4D")
    link = "https://ruhu.example.gov.cn/n/8K3RW9XQ2M7TB4VH6N5CJ0PD1Y{:06d}"
    return [
        replace(paper, stamp=replace(stamp, link=link.format(number)))
        for number, paper in enumerate(_papers(name, count))
    ]


def _papers(name: str, count: int) -> list[Any]:
    from exports.notices.dossier_cover import DossierCover, Entry
    from exports.notices.missed_visit import MissedVisit
    from exports.notices.office import Office, Surveyor
    from exports.notices.survey_notice import SurveyNotice
    from exports.notices.survey_sheet import SurveySheet
    from survey.domain import codes
    from survey.domain.sheet import Part, Person, Sheet

    office = Office("东营区房屋征收与补偿服务中心", phone="120-0000000", address="北一路1号")
    people = (Surveyor("李建国", "YY0012"), Surveyor("赵晓明", "YY0013"))
    day, moment = date(2026, 11, 22), datetime(2026, 11, 22, 19, 5)  # noqa: DTZ001
    made: list[Any] = []
    for number in range(count):
        no, door, who = f"YY-{number:09d}", f"3号楼2单元{number}室", f"张三{number}"
        if name == "survey-notice":
            made.append(SurveyNotice(office, "颐园小区", no, who, door, day, day, "8时至20时", people, day))
        elif name == "missed-visit":
            made.append(MissedVisit(office, "颐园小区", no, door, day, moment, 1, moment, people))
        elif name == "dossier-cover":
            entries = tuple(Entry(f"材料{i}", pages=1) for i in range(8))
            made.append(DossierCover(office, "颐园小区", no, who, door, door, day, day, entries))
        else:
            sheet = Sheet(
                address=door, tenure_type=codes.Tenure.COMMERCIAL, renewal_will=codes.Will.AGREE,
                persons=tuple(Person(uid=f"p{i}", full_name=f"{who}{i}", id_no="379900********1234") for i in range(4)),
                parts=(Part(uid="b", kind=codes.PartKind.MAIN),),
            )  # fmt: skip
            made.append(SurveySheet(office, "颐园小区", no, door, sheet))
    return made


def measure(name: str, way: str, chunk: int, processes: int, count: int) -> str:
    """Make the notices here in one way; wall seconds, CPU seconds, peak MB, for the parent. `chunk`: 0 for the press's own."""
    from exports.pdf import press

    notices = papers(name, count)
    machine = press(None)
    machine.one(name, notices[0])
    began, cpu = time.perf_counter(), _cpu()
    if way == "one":
        made: Sequence[bytes] = [machine.one(name, notice) for notice in notices]
    elif way == "split":
        made = list(machine.each(name, notices, chunk=chunk, processes=processes))
    else:
        made = [machine.book(name, notices, chunk=chunk or None, processes=processes)]
    wall, spent = time.perf_counter() - began, _cpu() - cpu
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    return f"{wall} {spent} {peak} {sum(map(len, made)) / len(made) / 1000}"


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _row(name: str, way: str, chunk: int, processes: int, label: str, count: int = COUNT) -> tuple[str, ...]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.notices", name, way, str(chunk), str(processes), str(count)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    wall, cpu, peak, size = (float(part) for part in done.stdout.split())
    return label, f"{count / wall:.1f}", f"{cpu / count * 1000:.0f}", f"{peak:.0f}", f"{size:,.0f}"


HEAD = ("way", "notices/s", "CPU ms each", "peak MB a process", "kB a file")


def ways() -> Iterator[Table]:
    name = "missed-visit"
    rows = [_row(name, "one", 1, 1, "each its own document")]
    for chunk in CHUNKS:
        rows.append(_row(name, "split", chunk, 1, f"{chunk} share a rendering, split into files"))
    for chunk in CHUNKS:
        rows.append(_row(name, "book", chunk, 1, f"{chunk} share a rendering, one file for all"))
    rows.append(_row(name, "split", CHUNKS[1] // 2, 2, f"{CHUNKS[1] // 2} share a rendering, split, 2 processes"))
    rows.append(_row(name, "book", 0, 1, f"as a print does, one file of {PAIR}", PAIR))
    rows.append(_row(name, "book", 0, 2, f"as a print does, one file of {PAIR}, 2 processes", PAIR))
    note = f"{COUNT} cards of one page (未遇告知单) where nothing else is said. Two processes pay about a second each to start."
    yield Table("Sharing a rendering", HEAD, rows, note, frozenset({1, 2, 3, 4}))


def kinds() -> Iterator[Table]:
    labels = {"survey-notice": "入户调查通知书, 3 pages", "survey-sheet": "入户调查登记表, 4 pages",
              "missed-visit": "未遇告知单, 1 page", "dossier-cover": "户档案封面, 3 pages"}  # fmt: skip
    rows = [_row(name, "book", 24, 1, label) for name, label in labels.items()]
    yield Table("Each notice, 24 sharing a rendering, one file, one process", HEAD, rows, right=frozenset({1, 2, 3, 4}))


def grow(count: int) -> Iterator[str]:
    """Make cards one after the other as a parcel of single files does, and forget them: megabytes now and at most."""
    from exports.pdf import press

    made = 0
    for made, _pdf in enumerate(press(None).each("missed-visit", papers("missed-visit", count), chunk=CHUNKS[1]), 1):
        if made in (count // 20, count // 4, count // 2, count):
            now = (
                int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize() / 1024**2
            )
            yield f"{made} {now} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}"


def growth() -> Iterator[Table]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.notices", "grow", str(MANY)], capture_output=True, text=True, check=True
    )
    found = [[float(part) for part in line.split()] for line in done.stdout.splitlines()]
    rows = [(f"{made:,.0f}", f"{now:.0f}", f"{most:.0f}") for made, now, most in found]
    yield Table("Memory of one process, cards as single files", ("made so far", "MB", "peak MB"), rows,
                right=frozenset({0, 1, 2}))  # fmt: skip


def tables() -> Iterator[Table]:
    yield from ways()
    yield from kinds()
    yield from growth()


if __name__ == "__main__":
    if sys.argv[1:2] == ["grow"]:
        for line in grow(int(sys.argv[2])):
            print(line, flush=True)
    elif sys.argv[1:]:
        print(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), int((*sys.argv, COUNT)[5])))
    else:
        show(tables())
