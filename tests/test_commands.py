"""The `ruhu` command: what it answers, and with which exit code."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey.cli import ruhu
from survey.models import crypto


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run `ruhu` on an installation of its own (SQLite), as a new office would."""
    ring = crypto._ring
    monkeypatch.setenv("RUHU_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("DATABASE_URL", raising=False)

    def call(*arguments: str) -> Result:
        try:
            return CliRunner().invoke(ruhu, arguments)
        finally:
            if ring is not None:
                crypto.use(ring)

    return call


def test_a_command_before_migrate_says_to_migrate(run) -> None:  # type: ignore[no-untyped-def]
    answer = run("create-project", "YY", "颐园小区")
    assert answer.exit_code == 1
    assert "ruhu migrate" in answer.output


def test_a_project_and_its_people_are_made_by_command(run) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").exit_code == 0
    assert run("create-project", "YY", "颐园小区").exit_code == 0
    again = run("create-project", "YY", "颐园小区")
    assert (again.exit_code, "已存在" in again.output) == (1, True)
    made = run("create-user", "li.na", "--name", "李娜", "--project", "YY", "--role", "leader", "--team", "一组")
    assert made.exit_code == 0 and "密码：" in made.output
    assert run("create-user", "x", "--project", "NO", "--role", "leader").exit_code == 1


def test_a_wrong_call_is_told_from_a_refusal(run) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").exit_code == 0
    assert run("create-user", "x", "--role", "leader").exit_code == 2
    assert run("create-user", "x", "--project", "YY", "--role", "king").exit_code == 2
    assert run("create-project", "YY").exit_code == 2
    assert run("no-such-command").exit_code == 2


def test_a_small_demo_is_made_and_its_records_agree(run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").exit_code == 0
    made = run("demo", "--households", "12")
    assert made.exit_code == 0, made.output
    assert made.output.count("密码") >= 6
    checked = run("check-records", "--project", "DEMO")
    assert (checked.exit_code, "一致" in checked.output) == (0, True)
    with sqlite3.connect(tmp_path / "instance" / "ruhu.sqlite") as kept:
        statuses = {status for (status,) in kept.execute("SELECT status FROM sync_event")}
    assert {"applied", "held"} <= statuses, "its tablets have sent something, and something waits"
    assert run("demo", "--households", "12").exit_code == 1


def test_a_script_gets_a_token_for_a_person_who_goes_to_the_doors(run) -> None:  # type: ignore[no-untyped-def]
    assert run("migrate").exit_code == 0
    assert run("create-project", "YY", "颐园小区").exit_code == 0
    for name, role in (("wang.fang", "surveyor"), ("shen.ji", "auditor")):
        assert run("create-user", name, "--project", "YY", "--role", role).exit_code == 0
    told = run("enrol-device", "wang.fang", "--project", "YY", "--json")
    assert told.exit_code == 0, told.output
    answer = json.loads(told.output)
    assert (answer["project"], answer["user"]) == ("YY", "wang.fang") and len(answer["token"]) >= 43
    assert "令牌：" in run("enrol-device", "wang.fang", "--project", "YY", "--name", "压测").output
    refused = run("enrol-device", "shen.ji", "--project", "YY")
    assert (refused.exit_code, "没有入户的角色" in refused.output) == (1, True)
    assert run("enrol-device", "nobody", "--project", "YY").exit_code == 1
    assert run("enrol-device", "wang.fang").exit_code == 2
