"""Ledgers: writing 100,000 rows of 40 columns, by our writer and by others; and a real register read from SQLite.

Each writer runs in a process of its own, so that memory is its own. Its rows come from the same generator, whose cost
is measured first and taken off. RUHU_BENCH_ROWS sets another number of rows, RUHU_BENCH_HOUSEHOLDS and RUHU_BENCH_BIG
other numbers of households.
"""

from __future__ import annotations

import csv
import gc
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from bench.machine import Table, show

ROWS = int(os.environ.get("RUHU_BENCH_ROWS", "100000"))
TEXTS, CODES, COUNTS, AREAS, DAYS = 15, 8, 6, 6, 4

Writer = Callable[[Iterator[dict[str, object]], Path], None]


def records(count: int) -> Iterator[dict[str, object]]:
    """Rows like those of a register: 15 texts, 8 long numbers, 6 counts, 6 areas, 4 dates (and 序号)."""
    for number in range(count):
        row: dict[str, object] = {f"text{i}": f"张三{number}号楼" for i in range(TEXTS)}
        row |= {f"code{i}": f"3799001990{number:08d}" for i in range(CODES)}
        row |= {f"count{i}": number % 7 for i in range(COUNTS)}
        row |= {f"area{i}": Decimal(number % 20_000).scaleb(-2) for i in range(AREAS)}
        row |= {f"day{i}": date(2026, 1, 1 + number % 28) for i in range(DAYS)}
        yield row


def nothing(rows: Iterator[dict[str, object]], _path: Path) -> None:
    for _row in rows:
        pass


def ours(rows: Iterator[dict[str, object]], path: Path) -> None:
    from exports.ledger import Column, Heading, Kind, Ledger, Sheet
    from exports.workbook import write_ledger

    kinds = {"text": Kind.TEXT, "code": Kind.CODE, "count": Kind.INTEGER, "area": Kind.AREA, "day": Kind.DATE}
    columns = [Column("serial", "序号", 5, Kind.SERIAL)]
    for key in next(records(1)):
        kind = kinds[key.rstrip("0123456789")]
        columns.append(Column(key, key, 20, kind, True if kind in (Kind.INTEGER, Kind.AREA) else None))
    heading = Heading("项目办", "颐园小区", datetime(2026, 11, 22, 9, 0), "BENCH")  # noqa: DTZ001
    sheet = Sheet("rows", "台账", "台账", tuple(columns))
    write_ledger(Ledger("bench", "台账", "", (sheet,)), heading, [("rows", rows)], path)


def openpyxl_write_only(rows: Iterator[dict[str, object]], path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Border, Side

    book = Workbook(write_only=True)
    page = book.create_sheet("台账")
    border = Border(*[Side("thin")] * 4)
    for number, row in enumerate(rows, 1):
        cells = []
        for value in (number, *row.values()):
            cell = WriteOnlyCell(page, value=value)
            cell.border = border
            if isinstance(value, date):
                cell.number_format = "yyyy-mm-dd"
            cells.append(cell)
        page.append(cells)
    book.save(path)


def xlsxwriter_constant_memory(rows: Iterator[dict[str, object]], path: Path) -> None:
    from xlsxwriter import Workbook

    book = Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    page = book.add_worksheet("台账")
    plain, area = book.add_format({"border": 1}), book.add_format({"border": 1, "num_format": "0.00"})
    day = book.add_format({"border": 1, "num_format": "yyyy-mm-dd"})
    for number, row in enumerate(rows):
        page.write_number(number, 0, number + 1, plain)
        for place, value in enumerate(row.values(), 1):
            if isinstance(value, str):
                page.write_string(number, place, value, plain)
            elif isinstance(value, date):
                page.write_datetime(number, place, value, day)
            else:
                page.write_number(number, place, value, area if isinstance(value, Decimal) else plain)
    book.close()


def rustpy(rows: Iterator[dict[str, object]], path: Path) -> None:
    from rustpy_xlsxwriter import Format, write_worksheet

    plain = Format().set_border("thin")
    formats = dict.fromkeys(next(records(1)), plain)
    formats |= {f"area{i}": Format().set_border("thin").set_num_format("0.00") for i in range(AREAS)}
    formats |= {f"day{i}": Format().set_border("thin").set_num_format("yyyy-mm-dd") for i in range(DAYS)}
    numbered = ({"serial": number, **row} for number, row in enumerate(rows, 1))
    write_worksheet(numbered, str(path), sheet_name="台账", column_formats={"serial": plain, **formats})


def plain_csv(rows: Iterator[dict[str, object]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        out = csv.writer(file)
        for number, row in enumerate(rows, 1):
            out.writerow((number, *row.values()))


WRITERS: dict[str, tuple[Writer, str]] = {
    "rows alone": (nothing, "what making the rows costs, taken off below"),
    "exports.workbook": (ours, "what Ruhu uses: borders, totals, merged heading and foot, row heights"),
    "XlsxWriter": (xlsxwriter_constant_memory, "constant_memory, cell by cell"),
    "openpyxl": (openpyxl_write_only, "write_only, a border on each cell"),
    "rustpy-xlsxwriter": (rustpy, "no format on blank cells, nothing below the data"),
    "csv": (plain_csv, "no formats, and Excel turns long numbers into 3.7E+17"),
}


def measure(name: str) -> str:
    """Run one writer here; CPU seconds, peak memory in MB, size in MB, as a line for the parent."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        began = time.process_time()
        WRITERS[name][0](records(ROWS), path)
        spent = time.process_time() - began
        size = path.stat().st_size if path.exists() else 0
    return f"{spent} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024} {size / 1e6}"


def writers() -> Table:
    told: dict[str, list[float]] = {}
    for name in WRITERS:
        done = subprocess.run(
            [sys.executable, "-m", "bench.ledgers", name], capture_output=True, text=True, check=True, env=os.environ
        )
        told[name] = [float(part) for part in done.stdout.split()]
    alone = told["rows alone"][0]
    rows = []
    for name, (_writer, note) in WRITERS.items():
        spent, memory, size = told[name]
        cost = (spent - (0 if name == "rows alone" else alone)) / ROWS * 1000
        rows.append((name, f"{cost:.3f}", f"{memory:.0f}", f"{size:.1f}", note))
    return Table(
        f"A sheet of {ROWS:,} rows and 40 columns",
        ("writer", "CPU ms a row", "peak MB", "file MB", "what it draws"),
        rows,
        "CPU time of one process, without the cost of making the rows.",
        right=frozenset({1, 2, 3}),
    )


def _told(folder: str, *arguments: str) -> list[list[str]]:
    """What a process of its own prints over an SQLite installation in this folder."""
    environ = {**os.environ, "RUHU_INSTANCE": folder}
    environ.pop("DATABASE_URL", None)
    done = subprocess.run(
        [sys.executable, "-m", "bench.ledgers", *arguments], capture_output=True, text=True, check=False, env=environ
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return [line.split("\t") for line in done.stdout.splitlines()]


def big_register() -> Iterator[Table]:
    """The register of many households with its child sheets, read from SQLite and written to a file."""
    households = int(os.environ.get("RUHU_BENCH_BIG", "100000"))
    with tempfile.TemporaryDirectory() as folder:
        _told(folder, "--fill", str(households), "2", "1")
        rows = [_told(folder, "--register", folder)[0] for _ in range(2)]
    yield Table(
        f"The register of {households:,} households, from SQLite to a file",
        ("rows on all sheets", "seconds", "CPU s", "CPU ms a row", "peak MB", "file MB"),
        rows,
        "2 people, 1 part and 1 fixture a household; the export runs twice, in a process of its own each time.",
        right=frozenset(range(6)),
    )


def registers() -> Iterator[Table]:
    """Every ledger of a generated project, read from SQLite and written."""
    households = int(os.environ.get("RUHU_BENCH_HOUSEHOLDS", "2000"))
    with tempfile.TemporaryDirectory() as folder:
        _told(folder, "--fill", str(households), "4", "2")
        rows = _told(folder, "--registers", str(households))
    yield Table(
        f"The ledgers of a project of {households:,} households, from SQLite",
        ("ledger", "rows on all sheets", "CPU s", "CPU ms a household", "file MB"),
        rows,
        "Reading, unsealing and masking numbers, and writing. 4 people and 2 parts a household.",
        right=frozenset({1, 2, 3, 4}),
    )


def fill(households: int, people_each: int, parts_each: int) -> None:
    """Fill a database with plain households."""
    from survey import create_app
    from survey.domain import codes
    from survey.domain.sheet import Certificate, Fixture, Part, Person, Sheet
    from survey.models import db, new_id
    from survey.models.migrate import upgrade
    from survey.services import building
    from survey.services import project as projects
    from survey.services.sheet.bulk import FirstSheet, save_first_sheets

    app = create_app()
    with app.app_context():
        upgrade(db.engine)
        project = projects.create_project(actor=None, code="BENCH", name="颐园小区")
        houses = [building.create_building(actor=None, project=project, no=str(n)) for n in range(1, 41)]

        def items() -> Iterator[FirstSheet]:
            for number in range(households):
                house, key = houses[number % 40], new_id()
                room = str(100 + number // 40)
                people = tuple(
                    Person(uid=f"p{i}", full_name=f"张三{number}", id_no=f"379900199001{number % 10000:04d}01", hukou_here=True,
                           lives_here=True, phone=f"120{number:08d}",
                           roles=(codes.PersonRole.OWNER if i == 0 else codes.PersonRole.RESIDENT,))
                    for i in range(people_each)
                )  # fmt: skip
                sheet = Sheet(
                    persons=people, fixtures=(Fixture(uid="f", fixture_kind=codes.FixtureKind.SOLAR),),
                    certificates=(Certificate(uid="c", cert_no=f"鲁（2019）东营市不动产权第{number:07d}号"),),
                    parts=tuple(Part(uid=f"b{i}", kind=codes.PartKind.MAIN, area_cert_m2=Decimal("85.20"))
                                for i in range(parts_each)),
                )  # fmt: skip
                values = {"id": key, "project_id": project.id, "building_id": house.id, "unit_no": "1",
                          "dossier_no": f"BENCH-{number:07d}",
                          "door_sort": f"{house.sort}|{room}"}  # fmt: skip
                door = {"id": new_id(), "building_id": house.id, "household_id": key, "unit_no": "1", "room_no": room,
                        "floor_no": 1, "sort": room}  # fmt: skip
                yield FirstSheet(values, [door], (f"{house.no}-1-{room}",), sheet)

        waiting = items()
        while some := list(islice(waiting, 5000)):
            save_first_sheets(actor=None, items=some)
        db.session.commit()


def measure_registers(households: int) -> None:
    """Time each ledger; prints a line for each."""
    from exports.ledgers import LEDGERS, export_ledger

    with exporting() as values:
        for name in LEDGERS:
            out = io.BytesIO()
            began = time.process_time()
            done = export_ledger(name, **values, target=out)
            spent = time.process_time() - began
            count, size = sum(done.counts.values()), len(out.getvalue()) / 1e6
            print(f"{name}\t{count:,}\t{spent:.2f}\t{spent / households * 1000:.3f}\t{size:.2f}")


def measure_register(folder: str) -> None:
    """Export the register to a file; prints what it took."""
    from exports.ledgers import export_ledger

    path = Path(folder) / "register.xlsx"
    with exporting() as values:
        began, cpu = time.perf_counter(), time.process_time()
        done = export_ledger("register", **values, target=path)
        seconds, spent = time.perf_counter() - began, time.process_time() - cpu
    count, peak = sum(done.counts.values()), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    size = path.stat().st_size / 1e6
    print(f"{count:,}\t{seconds:.1f}\t{spent:.1f}\t{spent / count * 1000:.3f}\t{peak:.0f}\t{size:.1f}")


@contextmanager
def exporting() -> Iterator[dict[str, Any]]:
    """What an export of the project is asked with, in a process that stands as the worker does."""
    from exports.view import view_of
    from survey import create_app
    from survey.models import db, utc_now
    from survey.services.project import get_project_by_code

    with create_app().app_context():
        project = get_project_by_code("BENCH")
        view = view_of(project, None)
        db.session.rollback()
        gc.collect()
        gc.freeze()
        yield {"project": project, "view": view, "now": utc_now()}


def tables() -> Iterator[Table]:
    yield writers()
    yield from big_register()
    yield from registers()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(*(int(each) for each in sys.argv[2:]))
    elif sys.argv[1:2] == ["--registers"]:
        measure_registers(int(sys.argv[2]))
    elif sys.argv[1:2] == ["--register"]:
        measure_register(sys.argv[2])
    elif sys.argv[1:]:
        print(measure(sys.argv[1]))
    else:
        show(tables())
