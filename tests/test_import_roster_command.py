"""`ruhu import-roster`: its JSON, its exit codes, and that a dry run writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

import survey
from survey.cli import ruhu
from survey.models import Household, Project, RosterImport, db


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command on the test's own application."""
    monkeypatch.setattr(survey, "create_app", lambda: app)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(ruhu, ["import-roster", *arguments])

    return invoke


def households() -> int:
    found = db.session.scalar(select(func.count()).select_from(Household)) or 0
    db.session.rollback()  # The command has a session of its own and must not find the database locked.
    return found


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(run: Any, project: Project, data: Path) -> None:
    result = run(str(data / "roster_standard.xlsx"), "--project", "YY", "--dry-run", "--json")
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {name: told[name] for name in told if name != "problems"} == {
        "rows": 1679, "created": 1679, "changed": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    assert all(set(problem) == {"sheet", "row", "column", "code", "message"} for problem in told["problems"])
    assert households() == 0 and db.session.scalar(select(func.count()).select_from(RosterImport)) == 0


def test_importing_twice_changes_nothing_the_second_time(run: Any, project: Project, data: Path) -> None:
    file = str(data / "roster_sheet_per_building.xlsx")
    assert json.loads(run(file, "--project", "YY", "--json").stdout)["created"] == 462
    again = json.loads(run(file, "--project", "YY", "--json").stdout)
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 462)
    assert households() == 462


def test_rows_with_errors_refuse_the_whole_file_with_exit_code_1(run: Any, project: Project, data: Path) -> None:
    file = str(data / "roster_with_errors.xlsx")
    result = run(file, "--project", "YY", "--json")
    assert result.exit_code == 1 and "有 24 行不能导入" in result.stderr
    told = json.loads(result.stdout)
    assert told["refused"] == 24 and households() == 0
    assert {
        "sheet": "房屋底册",
        "row": 36,
        "column": "F",
        "code": "roster.room_missing",
        "message": "没有填写房号，请补上。",
    } in told["problems"]
    assert run(file, "--project", "YY", "--skip-refused").exit_code == 0
    assert households() == 162


def test_a_file_that_is_no_roster_and_an_unknown_project_are_refused(
    run: Any, project: Project, tmp_path: Path
) -> None:
    note = tmp_path / "note.pdf"
    note.write_bytes(b"%PDF-1.7")
    result = run(str(note), "--project", "YY")
    assert result.exit_code == 1 and "PDF 文档" in result.stderr
    assert run(str(note), "--project", "NO").exit_code == 1
    assert run(str(tmp_path / "missing.xlsx"), "--project", "YY").exit_code == 2
    assert run(str(note)).exit_code == 2
