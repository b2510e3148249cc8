"""Files of offices, good, odd and hostile: rows or one sentence, never a trace."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt

from survey.domain.errors import DomainError
from survey.domain.message import sentence
from survey.services.roster import child, wire
from survey.services.roster.read import RosterFile, read_roster
from survey.services.roster.sniff import MAX_FILE_BYTES, Kind
from tests import factories

TODAY = date(2026, 11, 22)
DATA = Path(__file__).parents[1] / "data"
HEAD = ["楼号", "单元", "房号", "产权人", "身份证号", "联系电话", "建筑面积"]
LINES: list[list[Any]] = [
    ["3号楼", "1单元", "101", "余㛃䶮", factories.id_no(1), 12000000001, 85.2],
    ["", "1单元", "102", "乔秀兰、解梅秀", f"{factories.id_no(2)} / {factories.id_no(3)}", "12000000002", "85.2㎡"],
    ["合计", "", "", "", "", "", 170.4],
]


def outline(file: RosterFile) -> dict[str, Any]:
    """A roster as plain values, for the golden files."""
    return {
        "kind": file.kind,
        "rows": [wire.row_to_wire(row) for row in file.rows],
        "problems": [[p.sheet, p.row, p.letter, p.code, p.severity, p.sentence()] for p in file.problems],
        "skipped": [[s.sheet, s.row, s.sentence()] for s in file.skipped],
        "questions": [[q.sheet, q.letter, q.header, list(q.candidates), q.suggested] for q in file.questions],
        "sheets": [
            [s.name, s.header_row, s.row_count, [[c.letter, c.header, c.field] for c in s.columns]] for s in file.sheets
        ],
        "refused": sorted(file.refused_places),
    }


def read(data: bytes, **values: Any) -> RosterFile:
    return read_roster(data, today=TODAY, **values)


def refused(data: bytes, **values: Any) -> str:
    """The code of the refusal. Its sentence must be speakable."""
    with pytest.raises(DomainError) as refusal:
        read(data, **values)
    assert sentence(refusal.value.code, **refusal.value.params)
    return refusal.value.code


def xlsx(*rows: list[Any], change: Callable[[Any], None] | None = None, title: str = "底册") -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    page.title = title
    for row in rows:
        page.append([None if cell == "" else cell for cell in row])
    if change:
        change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rezip(data: bytes, **parts: bytes | Callable[[bytes], bytes]) -> bytes:
    """The archive with parts replaced (dots and slashes of the name written as __)."""
    named = {name.replace("___", ".").replace("__", "/"): part for name, part in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = named.pop(name, None)
            content = old.read(name)
            new.writestr(name, part(content) if callable(part) else content if part is None else part)
        for name, part in named.items():
            assert isinstance(part, bytes)
            new.writestr(name, part)
    return out.getvalue()


# --- the samples ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roster_standard", "roster_sheet_per_building", "roster_with_errors"])
def test_a_sample_reads_as_its_golden_file_says(name: str) -> None:
    found = json.loads(json.dumps(outline(read((DATA / f"{name}.xlsx").read_bytes()))))
    golden = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    for part, wanted in golden.items():
        assert found[part] == wanted, part


def test_the_faults_of_the_sample_are_found_every_one() -> None:
    file = read((DATA / "roster_with_errors.xlsx").read_bytes())
    errors = [(problem.row, problem.letter, problem.code) for problem in file.problems if problem.is_error]
    assert sorted({code for _, _, code in errors}) == [
        "identity.checksum", "roster.area_form", "roster.area_negative", "roster.door_twice", "roster.room_missing",
    ]  # fmt: skip
    assert len(errors) == 24 == sum(file.is_refused(row) for row in file.rows)


# --- kinds of files ---------------------------------------------------------------------------------------------------


def check_two_homes(file: RosterFile) -> None:
    assert [row.door for row in file.rows] == [("3", "1", "101"), ("3", "1", "102")]
    assert file.rows[0].owners[0].full_name == "余㛃䶮"
    assert file.rows[0].owners[0].phone == "12000000001"
    assert [owner.full_name for owner in file.rows[1].owners] == ["乔秀兰", "解梅秀"]
    assert [str(row.area_cert_m2) for row in file.rows] == ["85.20", "85.20"]
    assert "roster.skip_total" in {skipped.reason for skipped in file.skipped}


def test_xlsx() -> None:
    check_two_homes(read(xlsx(HEAD, *LINES, change=lambda page: page.merge_cells("A2:A3"))))


def xls(hide: bool = False) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("底册")
    for number, row in enumerate([HEAD, *LINES]):
        for column, cell in enumerate(row):
            if cell != "":
                page.write(number, column, cell)
    page.merge(1, 2, 0, 0)
    if hide:
        page.row(2).hidden = True
        page.col(4).hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_xls() -> None:
    file = read(xls())
    check_two_homes(file)
    assert file.kind is Kind.XLS and file.problems == ()


def ods(hide: bool = False) -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableColumn, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    table = Table(name="底册")
    table.addElement(TableColumn(numbercolumnsrepeated=4))
    table.addElement(TableColumn(visibility="collapse" if hide else "visible"))
    for number, row in enumerate([HEAD, *LINES]):
        line = TableRow(visibility="collapse" if hide and number == 2 else "visible")
        for cell in row:
            if isinstance(cell, str):
                made = TableCell(valuetype="string") if cell else TableCell()
                if cell:
                    made.addElement(P(text=cell))
            else:
                made = TableCell(valuetype="float", value=str(cell))
                made.addElement(P(text=str(cell)))
            line.addElement(made)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    out = io.BytesIO()
    document.write(out)
    return out.getvalue()


def test_ods() -> None:
    file = read(ods())
    check_two_homes(file)
    assert file.kind is Kind.ODS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv(encoding: str, separator: str) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows([HEAD, *LINES])
    file = read(out.getvalue().encode(encoding))
    check_two_homes(file)
    assert file.kind is Kind.CSV


@pytest.mark.parametrize("make", [xls, ods], ids=["xls", "ods"])
def test_hidden_rows_and_columns_are_noticed_in_every_format(make: Callable[[bool], bytes]) -> None:
    file = read(make(True))
    assert len(file.rows) == 2
    assert [(problem.row, problem.letter, problem.code) for problem in file.problems] == [
        (1, "E", "roster.hidden_column"), (3, "", "roster.hidden_rows"),
    ]  # fmt: skip


def test_hidden_rows_and_columns_are_noticed_in_xlsx() -> None:
    def hide(page: Any) -> None:
        page.row_dimensions[3].hidden = True
        page.column_dimensions["E"].hidden = True

    file = read(xlsx(HEAD, *LINES, change=hide))
    assert [(problem.row, problem.letter, problem.code) for problem in file.problems] == [
        (1, "E", "roster.hidden_column"), (3, "", "roster.hidden_rows"),
    ]  # fmt: skip


def test_a_hidden_sheet_is_left_out_and_said() -> None:
    def hide(page: Any) -> None:
        old = page.parent.create_sheet("旧表")
        for row in [HEAD, *LINES]:
            old.append(row)
        old.sheet_state = "hidden"

    file = read(xlsx(HEAD, *LINES, change=hide))
    assert len(file.rows) == 2
    assert ("旧表", 0, "roster.skip_hidden_sheet") in [(s.sheet, s.row, s.reason) for s in file.skipped]


@pytest.mark.parametrize(
    "dimension", [b'<dimension ref="A1:A1"/>', b"", b'<dimension ref="A1:XFD1048576"/>', b'<dimension ref="C9:B2"/>']
)
def test_a_wrong_dimension_tag_is_not_believed(dimension: bytes) -> None:
    data = rezip(
        xlsx(HEAD, *LINES),
        xl__worksheets__sheet1___xml=lambda text: text.replace(b'<dimension ref="A1:G4"/>', dimension),
    )
    check_two_homes(read(data))


def test_a_table_that_does_not_begin_in_the_first_column_keeps_its_letters() -> None:
    book = openpyxl.Workbook()
    for row, cells in enumerate([HEAD, [*LINES[0][:6], "八十"]], 4):
        for column, cell in enumerate(cells, 3):
            book.active.cell(row, column, cell)
    out = io.BytesIO()
    book.save(out)
    [problem] = read(out.getvalue()).problems
    assert (problem.row, problem.letter) == (5, "I")


def test_a_number_that_excel_shortened_is_an_error_in_a_real_file() -> None:
    file = read(xlsx(HEAD, [*LINES[0][:4], 379900195804013397, *LINES[0][5:]]))
    assert [(problem.letter, problem.code) for problem in file.problems if problem.is_error] == [
        ("E", "identity.excel_lost")
    ]


def test_answers_about_columns_reach_the_child() -> None:
    data = xlsx(["房号", "产权人", "面积"], ["3-1-101", "张伟", 80])
    [question] = read(data).questions
    file = read(data, answers={question.signature: {2: None}})
    assert file.questions == () and file.rows[0].area_cert_m2 is None


# --- files that must not be read ------------------------------------------------------------------------------------


def test_a_file_that_is_no_spreadsheet_is_called_by_its_name() -> None:
    docx = io.BytesIO()
    with zipfile.ZipFile(docx, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w:document/>")
    for data, kind in [
        (docx.getvalue(), "Word"), (b"%PDF-1.7 ...", "PDF"), (b"\xff\xd8\xff\xe0JFIF", "图片"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"), (b'<?xml version="1.0"?><Workbook/>', "XML"),
        (b"\x00\x01\x02\x03binary", "其他"), (b"Rar!\x1a\x07", "压缩包"),
    ]:  # fmt: skip
        with pytest.raises(DomainError) as refusal:
            read(data)
        assert refusal.value.code == "roster.not_spreadsheet"
        assert kind in sentence(refusal.value.code, **refusal.value.params)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n  \n", b"\xef\xbb\xbf", b"\x00" * 400], ids=["nothing", "blanks", "mark", "zeros"]
)
def test_an_empty_file_is_said_to_be_empty(data: bytes) -> None:
    assert refused(data) == "roster.empty"


def test_a_workbook_without_rows_or_header() -> None:
    assert refused(xlsx()) == "roster.empty"
    assert refused(xlsx(HEAD)) == "roster.empty"
    assert refused(xlsx(["本表由物业填报"], ["请如实填写"])) == "roster.no_header"


@pytest.mark.parametrize("make", [lambda: xlsx(HEAD, *LINES), xls, ods], ids=["xlsx", "xls", "ods"])
@pytest.mark.parametrize("part", [0.2, 0.5, 0.95])
def test_a_truncated_file_is_damaged(make: Callable[[], bytes], part: float) -> None:
    data = make()
    assert refused(data[: int(len(data) * part)]) == "roster.damaged"


def test_a_workbook_whose_sheet_is_broken_is_damaged() -> None:
    data = rezip(xlsx(HEAD, *LINES), xl__worksheets__sheet1___xml=lambda text: text[: len(text) // 2])
    assert refused(data) == "roster.damaged"


def test_a_password_is_noticed() -> None:
    stub = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500 + "EncryptionInfo".encode("utf-16-le") + b"\x00" * 100
    assert refused(stub + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 2000) == "roster.encrypted"
    manifest = (
        b"<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>"
    )
    assert refused(rezip(ods(), **{"META-INF__manifest___xml": manifest})) == "roster.encrypted"
    data = bytearray(xls())
    start = bytes(data).find(b"\x09\x08\x10\x00\x00\x06")
    after = start + 20
    data[after : after + 2] = b"\x2f\x00"  # the record after BOF becomes FILEPASS
    assert refused(bytes(data)) == "roster.encrypted"


def test_a_document_type_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'

    def put(text: bytes) -> bytes:
        return text.replace(b"<worksheet", bomb + b"<worksheet", 1)

    assert refused(rezip(xlsx(HEAD, *LINES), xl__worksheets__sheet1___xml=put)) == "roster.entities"
    assert (
        refused(rezip(xlsx(HEAD, *LINES), xl__workbook___xml=lambda text: text.decode().encode("utf-16")))
        == "roster.entities"
    )


def test_macros_are_refused() -> None:
    assert refused(rezip(xlsx(HEAD, *LINES), xl__vbaProject___bin=b"x")) == "roster.macros"


def test_a_file_over_the_limit_is_not_even_opened() -> None:
    assert refused(b"PK" + b"0" * MAX_FILE_BYTES) == "roster.too_big"


def test_a_zip_bomb_is_refused_by_its_directory_and_by_what_comes_out() -> None:
    big = b"<a>" + b" " * 60_000_000
    honest = rezip(xlsx(HEAD, *LINES), xl__sharedStrings___xml=big)
    assert refused(honest) == "roster.too_complex"
    lying = bytearray(honest)
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):  # both headers say that it is small
        at = lying.rfind(b"xl/sharedStrings.xml") if mark == b"PK\x01\x02" else lying.find(b"xl/sharedStrings.xml")
        head = lying.rfind(mark, 0, at)
        lying[head + offset : head + offset + 4] = (1000).to_bytes(4, "little")
    assert refused(bytes(lying)) in ("roster.too_complex", "roster.damaged")


def test_too_many_parts_are_refused() -> None:
    parts = {f"xl__media__image{number}___png": b"x" for number in range(210)}
    assert refused(rezip(xlsx(HEAD, *LINES), **parts)) == "roster.too_complex"


def sheet_of(rows: str) -> Callable[[bytes], bytes]:
    def put(text: bytes) -> bytes:
        first, _, rest = text.partition(b"<sheetData>")
        return first + b"<sheetData>" + rows.encode() + b"</sheetData>" + rest.partition(b"</sheetData>")[2]

    return put


def test_a_million_tiny_rows_are_refused() -> None:
    rows = "".join(
        f'<row r="{number}"><c r="A{number}"><v>{number * 7919 % 1000003}</v></c></row>'
        for number in range(1, 1_000_001)
    )
    data = rezip(xlsx(HEAD), xl__worksheets__sheet1___xml=sheet_of(rows))
    assert refused(data) in ("roster.too_many_rows", "roster.too_complex")


def test_sixteen_thousand_columns_are_refused() -> None:
    from survey.domain.roster.record import letter_of

    cells = "".join(f'<c r="{letter_of(column)}1"><v>{column}</v></c>' for column in range(16_384))
    data = rezip(xlsx(HEAD), xl__worksheets__sheet1___xml=sheet_of(f'<row r="1">{cells}</row>'))
    assert refused(data) == "roster.too_many_columns"


def test_one_stray_cell_in_the_last_corner_costs_no_memory() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    data = rezip(xlsx(HEAD), xl__worksheets__sheet1___xml=sheet_of(rows))
    assert refused(data) in ("roster.too_complex", "roster.too_many_rows", "roster.damaged")


def test_huge_shared_strings_stay_within_the_limits() -> None:
    strings = "".join(f"<si><t>{number:x}{'字' * 60}{number * 7919 % 99991:x}</t></si>" for number in range(700_000))
    text = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{strings}</sst>'.encode()
    data = rezip(xlsx(HEAD, *LINES), xl__sharedStrings___xml=text)
    try:
        file = read(data)
    except DomainError as error:
        file = None
        code = error.code
    if file is not None:
        check_two_homes(file)
    else:
        assert code in ("roster.too_complex", "roster.damaged")


def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(DomainError) as refusal:
        read_roster((DATA / "roster_standard.xlsx").read_bytes(), today=TODAY, wall_seconds=0)  # type: ignore[arg-type]
    assert refusal.value.code == "roster.too_slow"


def test_a_csv_in_no_known_encoding_is_said_to_be_so() -> None:
    assert refused("房号,产权人\n3-1-101,张伟\n".encode() + b"\xff\xff\xff\xff,\x81\n") == "roster.guess_encoding"


def test_a_csv_with_too_many_rows_or_columns_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("房号,产权人\n".encode() + b"3-1-101,x\n" * 200_001) == "roster.too_many_rows"
    assert refused(b"a," * 600 + b"\n") == "roster.too_many_columns"


def test_the_child_limits_itself_before_it_reads() -> None:
    import resource
    import subprocess
    import sys

    code = "import resource, survey.services.roster.child as c; c.limit(); print(resource.getrlimit(resource.RLIMIT_AS)[0])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(found.stdout) == child.MEMORY_BYTES == 512 * 1024 * 1024
    assert resource.getrlimit(resource.RLIMIT_AS)[0] != child.MEMORY_BYTES


def test_a_formula_that_was_never_calculated_is_an_empty_cell() -> None:
    file = read(xlsx(HEAD, [*LINES[0][:6], "=40+45.2"]))
    assert [problem.code for problem in file.problems] == ["roster.area_missing"]
