"""Every ledger of one small street, cell by cell, against the files in tests/exports/golden; LibreOffice reads the same.

RUHU_GOLDEN=write makes the files anew: look at every line that changed before you commit it.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from exports.ledgers import LEDGERS, export_ledger
from exports.report import write_workbook
from exports.view import view_of
from survey.domain.report import ReportKind
from survey.models import Project, User, db
from tests.exports.street import at, make_street
from tests.exports.test_report import kept, read
from tests.exports.test_workbook import trimmed

GOLDEN = Path(__file__).parent / "golden"
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def written(name: str, project: Project) -> bytes:
    out = io.BytesIO()
    office = db.session.query(User).filter_by(display_name="沈志远").one()
    export_ledger(
        name,
        project=project,
        view=replace(view_of(project, office), today=at(20).date()),
        now=at(20),
        target=out,
        by=office.display_name,
    )
    return out.getvalue()


def told(page: Worksheet) -> dict[str, Any]:
    """What a person sees of a sheet: its cells, its merges, its paper."""
    body = next((row[0].row for row in page.iter_rows() if row[0].value == 1), 0)
    return {
        "cells": [[shown(cell.value) for cell in row] for row in page.iter_rows()],
        "formats": [cell.number_format for cell in page[body]] if body else [],
        "merged": sorted(str(area) for area in page.merged_cells.ranges),
        "widths": [[each.min, each.max, round(each.width, 2)] for each in page.column_dimensions.values()],
        "frozen": page.freeze_panes,
        "repeated": page.print_title_rows,
        "paper": [page.page_setup.paperSize, page.page_setup.orientation, page.sheet_properties.pageSetUpPr.fitToPage],
        "footer": re.sub(
            r"YY-20260621-\d{6}-[0-9A-F]{4}", "YY-…", page.oddFooter.center.text + page.oddFooter.left.text
        ),
    }


def written_out(sheets: dict[str, dict[str, Any]]) -> str:
    """JSON with one row of the sheet a line, so that a difference is read as a row."""

    def block(value: Any) -> str:
        if not (isinstance(value, list) and value and isinstance(value[0], list)):
            return json.dumps(value, ensure_ascii=False)
        return "[\n   " + ",\n   ".join(json.dumps(row, ensure_ascii=False) for row in value) + "\n  ]"

    told = (
        f" {json.dumps(name, ensure_ascii=False)}: {{\n"
        + ",\n".join(f'  "{key}": {block(value)}' for key, value in sheet.items())
        + "\n }"
        for name, sheet in sheets.items()
    )
    return "{\n" + ",\n".join(told) + "\n}\n"


def shown(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return ID.sub("…", value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", LEDGERS)
def test_a_ledger_is_what_the_golden_file_says(name: str, app: object) -> None:
    book = load_workbook(io.BytesIO(written(name, make_street())))
    found = {page.title: told(page) for page in book}
    path = GOLDEN / f"{name}.json"
    if os.environ.get("RUHU_GOLDEN") == "write":
        path.write_text(written_out(found), "utf-8")
    assert found == json.loads(path.read_text("utf-8"))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_every_ledger_and_report_and_reads_the_same_values(tmp_path: Path, app: object) -> None:
    project = make_street()
    for name in LEDGERS:
        (tmp_path / f"{name}.xlsx").write_bytes(written(name, project))
    for kind in ReportKind:
        with (tmp_path / f"report-{kind.value}.xlsx").open("wb") as file:
            write_workbook(kept(project, read(project, kind), kind), file, "沈志远")
    books = sorted(tmp_path.glob("*.xlsx"))
    assert len(books) == len(LEDGERS) + len(ReportKind)
    made = subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "ods",
         "--outdir", str(tmp_path), *map(str, books)],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    for book in books:
        ours, theirs = (CalamineWorkbook.from_path(str(path)) for path in (book, book.with_suffix(".ods")))
        assert theirs.sheet_names == ours.sheet_names
        for sheet in ours.sheet_names:
            values = [trimmed(each.get_sheet_by_name(sheet).to_python()) for each in (ours, theirs)]
            assert values[0] == values[1], f"{book.stem}/{sheet}"
