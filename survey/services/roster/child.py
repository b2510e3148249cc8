"""The process that parses an office's file. It is started for one file and ends; nothing of the application runs here.

It takes a line of JSON and the file's bytes from its input and answers with lines of JSON. Before it reads a byte it sets
its own limits: 512 MB of memory, 60 s of CPU, no file may be written. It never sees a key, a database or a setting.
"""

from __future__ import annotations

import csv
import gc
import io
import json
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from survey.domain.errors import DomainError
from survey.domain.roster.cells import EXACT_DIGITS, UNCALCULATED, text_of
from survey.domain.roster.record import Cell, RosterField, Skipped
from survey.domain.roster.rows import SheetReader, Table
from survey.services.roster import wire
from survey.services.roster.hidden import (
    Hidden,
    hidden_in_ods,
    hidden_in_xls,
    hidden_in_xlsx,
    look_through,
    unvalued_in_xlsx,
)
from survey.services.roster.sniff import Kind

MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 60
MAX_ROWS = 200_000
MAX_COLUMNS = 500
BATCH = 500


def limit(file_bytes: int = 0, memory_bytes: int = MEMORY_BYTES, cpu_seconds: int = CPU_SECONDS) -> None:
    """Set the limits of this process. They cannot be lifted again. `file_bytes`: the largest file that it may write."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))  # SIGXCPU first, so that the parent knows
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def tables(kind: Kind, data: bytes) -> Iterator[Table | Skipped]:
    """The sheets of the file, one after the other. Raises DomainError for a file that cannot be read."""
    if kind is Kind.CSV:
        yield _csv_table(data)
        return
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    hidden: dict[str, Hidden] = {}
    in_order: list[Hidden] = []
    if kind is Kind.XLS:
        in_order = hidden_in_xls(data)
    else:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                hiding = look_through(archive)
                hidden = (hidden_in_xlsx if kind is Kind.XLSX else hidden_in_ods)(archive, hiding)
        except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, OSError, NotImplementedError) as error:  # type: ignore[attr-defined]
            raise DomainError("roster.damaged") from error
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        total = 0
        for position, meta in enumerate(workbook.sheets_metadata):
            if meta.visible != SheetVisibleEnum.Visible:
                yield Skipped(meta.name, 0, "roster.skip_hidden_sheet")
                continue
            try:
                sheet = workbook.get_sheet_by_index(position)
            except CalamineError:
                if "WorkSheet" in str(meta.typ):
                    raise
                continue  # A chart is a sheet too.
            if sheet.start is None:
                yield Table(meta.name, ())
                continue
            total += sheet.height
            if total > MAX_ROWS or sheet.total_height > MAX_ROWS * 5:
                raise DomainError("roster.too_many_rows", most=MAX_ROWS)
            if sheet.start[1] + sheet.width > MAX_COLUMNS:
                raise DomainError("roster.too_many_columns", sheet=meta.name[:31], most=MAX_COLUMNS)
            hides = in_order[position] if position < len(in_order) else hidden.get(meta.name, Hidden())
            yield Table(
                meta.name,
                _shifted(sheet.iter_rows(), sheet.start[1]),
                [range_ for range_ in sheet.merged_cell_ranges or () if range_[1][0] <= MAX_ROWS * 5],
                frozenset(number for number in hides.rows if number <= sheet.total_height),
                frozenset(hides.columns),
            )
    except PasswordError as error:
        raise DomainError("roster.encrypted") from error
    except CalamineError as error:
        raise DomainError("roster.damaged") from error


def _shifted(rows: Iterable[Sequence[Any]], left: int) -> Iterator[Sequence[Cell]]:
    """Rows with the empty columns on the left put back, so that indexes are those of the sheet."""
    pad: list[Cell] = [""] * left
    return (([*pad, *row]) for row in rows) if left else iter(rows)


def _csv_table(data: bytes) -> Table:
    text = decoded(data)
    if "\x00" in text:
        raise DomainError("roster.not_spreadsheet", kind="其他类型的文件")
    head = text[:4000].splitlines()[:10]
    separator = max(",\t;", key=lambda mark: sum(line.count(mark) for line in head))
    csv.field_size_limit(1_000_000)

    def rows() -> Iterator[Sequence[Cell]]:
        return csv.reader(io.StringIO(text, newline=""), delimiter=separator)

    # Counted first: what is made of 200,000 rows would take half a minute, only to be refused.
    try:
        for number, row in enumerate(rows()):
            if number >= MAX_ROWS:
                raise DomainError("roster.too_many_rows", most=MAX_ROWS)
            if len(row) > MAX_COLUMNS:
                raise DomainError("roster.too_many_columns", sheet="CSV", most=MAX_COLUMNS)
    except csv.Error as error:
        raise DomainError("roster.damaged") from error
    return Table("CSV", rows(), None)


def decoded(data: bytes) -> str:
    """The text of a CSV: UTF-8 with or without mark, UTF-16 with mark, or GB18030. Raises roster.guess_encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise DomainError("roster.guess_encoding")


def as_texts(kind: Kind, data: bytes) -> Iterator[dict[str, Any]]:
    """Every visible sheet as it stands, its cells as texts, without asking what they mean.

    A formula without its value is UNCALCULATED: it may be anything but empty.
    """
    unvalued: dict[str, set[tuple[int, int]]] | None = None
    for table in tables(kind, data):
        if isinstance(table, Skipped):
            continue
        if unvalued is None:  # Only now: the file has been looked through before its first sheet.
            unvalued = _unvalued(kind, data)
        formulas = unvalued.get(table.name)
        batch: list[list[str]] = []
        for number, row in enumerate(table.rows):
            texts = [_whole_text(cell) for cell in row]
            if formulas:
                texts = [UNCALCULATED if (number, at) in formulas else text for at, text in enumerate(texts)]
            batch.append(texts)
            if len(batch) >= BATCH:
                yield {"table": table.name, "texts": batch}
                batch = []
        yield {"table": table.name, "texts": batch}
    yield {"done": True}


def _unvalued(kind: Kind, data: bytes) -> dict[str, set[tuple[int, int]]]:
    if kind is not Kind.XLSX:
        return {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return unvalued_in_xlsx(archive)


def _whole_text(cell: Cell) -> str:
    """The cell as text; a number with more digits than Excel keeps is shown as one, so that nobody takes it for exact."""
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) >= 10**EXACT_DIGITS:
        return f"{float(cell):.14E}"
    return text_of(cell)


def answer(order: dict[str, Any], data: bytes) -> Iterator[dict[str, Any]]:
    """What is told to the parent: batches of rows, then what each sheet was, then the end."""
    if order.get("as_texts"):
        yield from as_texts(Kind(order["kind"]), data)
        return
    answers = {
        signature: {int(index): RosterField(name) if name else None for index, name in columns.items()}
        for signature, columns in order["answers"].items()
    }
    today = date.fromisoformat(order["today"])
    for table in tables(Kind(order["kind"]), data):
        if isinstance(table, Skipped):
            yield {"skipped": [wire.skipped_to_wire(table)]}
            continue
        reader = SheetReader(table, today, answers)
        batch: list[list[Any]] = []
        for row in reader.rows():
            batch.append(wire.row_to_wire(row))
            if len(batch) >= BATCH:
                yield {"rows": batch}
                batch = []
        assert reader.summary is not None
        yield {
            "rows": batch,
            "sheet": wire.summary_to_wire(reader.summary),
            "problems": [wire.problem_to_wire(problem) for problem in reader.problems],
            "skipped": [wire.skipped_to_wire(skipped) for skipped in reader.skipped],
            "questions": [wire.question_to_wire(question) for question in reader.questions],
        }
    yield {"done": True}


def main() -> int:
    limit()
    gc.disable()  # This process ends with its file, and its rows are in no cycle.
    out = sys.stdout
    try:
        order = json.loads(sys.stdin.buffer.readline())
        data = sys.stdin.buffer.read()
        for message in answer(order, data):
            out.write(json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n")
    except DomainError as error:
        out.write(json.dumps({"error": error.code, "params": error.params}, ensure_ascii=False, default=str) + "\n")
    except MemoryError:
        out.write('{"error":"roster.too_complex","params":{}}\n')
    except (
        BaseException
    ):  # A panic of the parsing library is none of Exception. The file is to blame, and no trace leaves.
        out.write('{"error":"roster.damaged","params":{}}\n')
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
