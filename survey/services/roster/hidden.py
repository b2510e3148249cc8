"""Rows and columns that the office hid, formulas without a value, and a last look at the XML before it is parsed. Runs in the child only.

Values are read by another library, which does not tell what is hidden, nor a formula without a value from an empty cell. Parts are looked through as a stream: every byte
is counted, a document type is refused, and only a sheet that hides something is parsed (expat, no entities).
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from survey.domain.errors import DomainError
from survey.services.roster.sniff import MAX_UNPACKED_BYTES, is_bomb

CHUNK = 1 << 18
WIDEST = 512
FORMULA = re.compile(rb"""<f[\s>/]|:f[\s>/]|\bt=["']e["']""")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
HIDES = (
    b'hidden="1"',
    b'hidden="true"',
    b"hidden='1'",
    b"hidden='true'",
    b'"collapse"',
    b'"filter"',
    b"'collapse'",
    b"'filter'",
)
DOCUMENT_TYPE = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")


@dataclass(slots=True)
class Hidden:
    """Rows and columns counted from 0."""

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while block := stream.read(CHUNK):
            yield block


def look_through(archive: zipfile.ZipFile) -> set[str]:
    """The parts that hide something. Counts what really comes out, whatever the directory says.

    Raises DomainError: roster.too_complex, roster.entities.
    """
    total = 0
    hiding: set[str] = set()
    for part in archive.infolist():
        size = 0
        tail = b""
        is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
        for block in chunks(archive, part):
            size += len(block)
            total += len(block)
            if total > MAX_UNPACKED_BYTES or is_bomb(size, part.compress_size):
                raise DomainError("roster.too_complex")
            if not is_xml:
                continue
            if size == len(block) and block[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<"):
                raise DomainError("roster.entities")  # UTF-16 would hide a document type from the look below.
            seen = tail + block
            if any(mark in seen for mark in DOCUMENT_TYPE):
                raise DomainError("roster.entities")
            if part.filename not in hiding and any(mark in seen for mark in HIDES):
                hiding.add(part.filename)
            tail = block[-24:]
    return hiding


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise DomainError("roster.entities")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    return parser


def _parse(archive: zipfile.ZipFile, name: str, parser: expat.XMLParserType) -> None:
    try:
        for block in chunks(archive, archive.getinfo(name)):
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, KeyError) as error:
        raise DomainError("roster.damaged") from error


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part of each worksheet -> its name."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "Relationship":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join("xl", target))
            targets[attributes.get("Id", "")] = path

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet":
            key = next((value for name, value in attributes.items() if _local(name) == "id"), "")
            sheets.append((attributes.get("name", ""), key))

    for name, handler in (("xl/_rels/workbook.xml.rels", relation), ("xl/workbook.xml", sheet)):
        parser = _parser()
        parser.StartElementHandler = handler
        _parse(archive, name, parser)
    return {targets[key]: name for name, key in sheets if key in targets}


def hidden_in_xlsx(archive: zipfile.ZipFile, hiding: set[str]) -> dict[str, Hidden]:
    """What each sheet of an .xlsx hides, by its name."""
    found: dict[str, Hidden] = {}
    if not any(name.startswith("xl/worksheets/") for name in hiding):
        return found
    for path, name in _sheet_parts(archive).items():
        if path not in hiding:
            continue
        hidden = found.setdefault(name, Hidden())
        parser = _parser()
        parser.StartElementHandler = _xlsx_handler(hidden)
        _parse(archive, path, parser)
    return found


def _xlsx_handler(hidden: Hidden):  # type: ignore[no-untyped-def]
    row_number = 0
    yes = ("1", "true")

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row_number
        if tag == "c" or tag == "v":
            return
        local = _local(tag)
        if local == "row":
            written = attributes.get("r", "")
            row_number = int(written) if written.isdigit() else row_number + 1
            if attributes.get("hidden") in yes:
                hidden.rows.add(row_number - 1)
        elif local == "col" and attributes.get("hidden") in yes:
            first, last = attributes.get("min", "0"), attributes.get("max", "0")
            if first.isdigit() and last.isdigit():
                hidden.columns.update(range(int(first) - 1, min(int(last), WIDEST)))

    return start


def unvalued_in_xlsx(archive: zipfile.ZipFile) -> dict[str, set[tuple[int, int]]]:
    """The formulas of each sheet that stand there without their value, or with an error: (row, column), counted from 0."""
    found: dict[str, set[tuple[int, int]]] = {}
    for path, name in _sheet_parts(archive).items():
        if path in archive.namelist() and any(
            FORMULA.search(block) for block in chunks(archive, archive.getinfo(path))
        ):
            cells = found.setdefault(name, set())
            parser = _parser()
            _listen_for_formulas(parser, cells)
            _parse(archive, path, parser)
    return found


def _listen_for_formulas(parser: expat.XMLParserType, cells: set[tuple[int, int]]) -> None:
    at, is_text, is_error, is_formula, has_value, is_value = "", False, False, False, False, False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal at, is_text, is_error, is_formula, has_value, is_value
        local = _local(tag)
        if local == "c":
            at, is_formula, has_value = attributes.get("r", ""), False, False
            is_text, is_error = (attributes.get("t") == kind for kind in ("str", "e"))
        elif local == "f":
            is_formula = True
        is_value = local == "v"
        has_value = has_value or (is_value and is_text)  # A text that was worked out may be empty.

    def text(_data: str) -> None:
        nonlocal has_value
        has_value = has_value or is_value

    def end(tag: str) -> None:
        nonlocal is_value
        is_value = False
        is_unvalued = is_error or (is_formula and not has_value)
        if is_unvalued and _local(tag) == "c" and (place := CELL.match(at)):
            column = 0
            for letter in place[1]:
                column = column * 26 + ord(letter) - 64
            cells.add((int(place[2]) - 1, column - 1))

    parser.StartElementHandler, parser.CharacterDataHandler, parser.EndElementHandler = start, text, end


def hidden_in_ods(archive: zipfile.ZipFile, hiding: set[str]) -> dict[str, Hidden]:
    """What each sheet of an .ods hides, by its name."""
    found: dict[str, Hidden] = {}
    if "content.xml" not in hiding:
        return found
    hidden = Hidden()
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal hidden, row, column
        local = _local(tag)
        if local not in ("table", "table-row", "table-column"):
            return
        values = {_local(name): value for name, value in attributes.items()}
        if local == "table":
            hidden = found.setdefault(values.get("name", ""), Hidden())
            row = column = 0
            return
        is_hidden = values.get("visibility") in ("collapse", "filter")
        times = values.get(f"number-{'rows' if local == 'table-row' else 'columns'}-repeated", "1")
        count = int(times) if times.isdigit() else 1
        if local == "table-row":
            if is_hidden:
                hidden.rows.update(range(row, row + min(count, 200_000)))
            row += count
        else:
            if is_hidden:
                hidden.columns.update(range(column, column + min(count, WIDEST)))
            column += count

    parser = _parser()
    parser.StartElementHandler = start
    _parse(archive, "content.xml", parser)
    return found


# --- .xls: the compound file and its records --------------------------------------------------------------------------

SHORT_STREAM = 4096
END_OF_CHAIN = 0xFFFFFFF0


def workbook_stream(data: bytes) -> bytes:
    """The workbook out of a compound file, b"" when it cannot be found. Chains are followed at most once around."""
    try:
        sector = 1 << struct.unpack_from("<H", data, 30)[0]
        short_sector = 1 << struct.unpack_from("<H", data, 32)[0]
        first_directory = struct.unpack_from("<I", data, 48)[0]
        first_short, _, first_extra, extras = struct.unpack_from("<4I", data, 60)
        if sector not in (512, 4096) or short_sector != 64:
            return b""
        tables = list(struct.unpack_from("<109I", data, 76))
        per = sector // 4
        while first_extra < END_OF_CHAIN and extras > 0:
            more = struct.unpack_from(f"<{per}I", data, (first_extra + 1) * sector)
            tables.extend(more[:-1])
            first_extra, extras = more[-1], extras - 1
        chain: list[int] = []
        for number in tables:
            if number < END_OF_CHAIN:
                chain.extend(struct.unpack_from(f"<{per}I", data, (number + 1) * sector))

        def follow(start: int) -> bytes:
            blocks: list[bytes] = []
            while start < END_OF_CHAIN and len(blocks) <= len(chain):
                blocks.append(data[(start + 1) * sector : (start + 2) * sector])
                start = chain[start]
            return b"".join(blocks)

        directory = follow(first_directory)
        root_start = 0
        for offset in range(0, len(directory) - 127, 128):
            length = struct.unpack_from("<H", directory, offset + 64)[0]
            name = directory[offset : offset + max(0, length - 2)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", directory, offset + 116)
            if directory[offset + 66] == 5:
                root_start = start
            elif name in ("Workbook", "Book"):
                if size >= SHORT_STREAM:
                    return follow(start)[:size]
                short_table = follow(first_short)
                container = follow(root_start)
                blocks: list[bytes] = []
                while start < END_OF_CHAIN and len(blocks) <= len(container) // 64:
                    blocks.append(container[start * 64 : start * 64 + 64])
                    start = struct.unpack_from("<I", short_table, start * 4)[0]
                return b"".join(blocks)[:size]
    except (struct.error, IndexError):
        return b""
    return b""


def hidden_in_xls(data: bytes) -> list[Hidden]:
    """What each sheet of an .xls hides, in the order of the sheets. Raises roster.encrypted for one with a password."""
    stream = workbook_stream(data)
    starts: list[int] = []
    for code, body in _records(stream, 0):
        if code == 0x2F:
            raise DomainError("roster.encrypted")
        if code == 0x85 and len(body) >= 4:
            starts.append(struct.unpack_from("<I", body)[0])
    found: list[Hidden] = []
    for start in starts[:255]:
        hidden = Hidden()
        for code, body in _records(stream, start):
            if code == 0x208 and len(body) >= 16:
                if struct.unpack_from("<H", body, 12)[0] & 0x20:
                    hidden.rows.add(struct.unpack_from("<H", body)[0])
            elif code == 0x7D and len(body) >= 10:
                first, last = struct.unpack_from("<HH", body)
                if struct.unpack_from("<H", body, 8)[0] & 1:
                    hidden.columns.update(range(first, min(last, WIDEST) + 1))
        found.append(hidden)
    return found


def _records(stream: bytes, offset: int) -> Iterator[tuple[int, bytes]]:
    """The records of one substream, to its end mark."""
    while offset + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, offset)
        yield code, stream[offset + 4 : offset + 4 + length]
        if code == 0x0A:
            return
        offset += 4 + length
