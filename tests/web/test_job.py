"""Long work on the pages: big exports and imports become jobs, followed, cancelled and taken by whoever asked."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from exports.ledgers import LEDGERS
from survey.config import Config
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.job import JobKind, JobState, JobStep
from survey.domain.sheet import to_pairs
from survey.jobs import runner
from survey.jobs.run import Run
from survey.jobs.runner import run_next
from survey.models import AuditEntry, Household, Job, Project, User, db, utc_now
from survey.models.base import at
from survey.services import records
from survey.services.result import path_of
from survey.services.roster.read import read_roster
from survey.services.sheet import bulk, save_sheet
from survey.services.template import add_template
from tests import factories
from tests.web.test_roster import HEAD, book, digest, upload

As = Callable[..., FlaskClient]


@pytest.fixture
def config(app: Flask, tmp_path: Path) -> Iterator[Config]:
    """An installation in which nothing is small."""
    before = app.config["RUHU"]
    app.config["RUHU"] = replace(before, instance=tmp_path, export_at_once=1, import_at_once=1)
    yield app.config["RUHU"]
    app.config["RUHU"] = before


@pytest.fixture
def office(project: Project) -> User:
    factories.household(project, "3-2-501", factories.sheet())
    factories.household(project, "3-1-101")
    return factories.member(project, Role.OFFICE)


def ask(client: FlaskClient, name: str = "register", **values: str) -> TestResponse:
    return client.post(f"/project/YY/ledger/{name}/export", data=values)


def newest() -> Job:
    return db.session.scalars(select(Job).order_by(Job.enqueued_at.desc())).first()  # type: ignore[return-value]


def entries(*actions: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action.in_(actions)).order_by(AuditEntry.seq)))


def work(config: Config) -> None:
    db.session.commit()
    while run_next(config):
        pass


def test_a_big_ledger_is_made_by_a_job_and_taken_from_its_page(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = ask(browser)
    job = newest()
    assert (answer.status_code, answer.location) == (302, f"/project/YY/job/{job.id}")
    page = browser.get(answer.location).text
    assert "导出台账：入户调查登记台账" in page and f'data-poll="{answer.location}/poll"' in page
    asked = browser.get(f"{answer.location}/poll").json
    assert asked is not None
    assert (asked["done"], asked["whole"], asked["text"], asked["location"]) == (0, 0, "排队中，马上开始。", None)
    assert asked["state"] == "queued" and 'data-state="queued"' in asked["badge"]
    assert entries("ledger.export") == [], "nothing was taken out yet"
    work(config)
    assert browser.get(f"{answer.location}/poll").json["location"] == answer.location  # type: ignore[index]
    assert 'data-qa="download"' in browser.get(answer.location).text
    taken = browser.post(f"{answer.location}/download")
    assert taken.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in taken.headers["Content-Disposition"] and "UTF-8''" in taken.headers["Content-Disposition"]
    sheet = load_workbook(io.BytesIO(taken.data))["登记台账"]
    log = entries("job.enqueue", "ledger.export", "job.download")
    assert [(entry.action, entry.actor_id) for entry in log] == [
        ("job.enqueue", office.id), ("ledger.export", office.id), ("job.download", office.id),
    ]  # fmt: skip
    assert log[1].details["rows"]["households"] == 2
    assert log[1].details["snapshot"] in sheet.oddFooter.left.text


def test_a_form_of_ones_own_is_filled_by_a_job_too_where_there_is_much(
    as_: As, config: Config, office: User, project: Project
) -> None:
    form = Workbook()
    form.active.append(["{{房号}}"])
    form.active.append(["=COUNTA(A1)"])
    file = io.BytesIO()
    form.save(file)
    template = add_template(
        actor=office, project=project, ledger="register", sheet="households", title="区里的表", data=file.getvalue()
    )
    db.session.commit()
    browser = as_(office)
    answer = browser.post(f"/project/YY/ledger/register/template/{template.id}/export", data={})
    assert answer.location == f"/project/YY/job/{newest().id}"
    assert "按样表导出：区里的表" in browser.get(answer.location).text
    work(config)
    taken = load_workbook(io.BytesIO(browser.post(f"{answer.location}/download").data))
    assert [row[0].value for row in taken.active] == ["101", "501", "=COUNTA(A1:A2)"]
    (log,) = entries("ledger.export")
    assert log.details["rows"] == {"households": 2}
    assert log.details["snapshot"] == taken.custom_doc_props["快照号"].value
    again = browser.post(f"/project/YY/ledger/register/template/{template.id}/export", data={})
    template.removed_at = utc_now()
    work(config)
    assert newest().state is JobState.FAILED and browser.get(again.location).status_code == 200


def test_all_ledgers_come_as_one_parcel_under_one_number(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = browser.post("/project/YY/ledgers/export")
    work(config)
    taken = browser.post(f"{answer.location}/download")
    with ZipFile(io.BytesIO(taken.data)) as parcel:
        assert len(parcel.namelist()) == len(LEDGERS)
        footers = {
            page.oddFooter.left.text for name in parcel.namelist()
            for page in load_workbook(io.BytesIO(parcel.read(name))).worksheets
        }  # fmt: skip
    log = entries("ledger.export")
    assert [entry.details["ledger"] for entry in log] == list(LEDGERS)
    assert {f"快照号：{entry.details['snapshot']}" for entry in log} == footers
    assert len(footers) == 1


def test_a_coordinator_s_parcel_holds_no_ledger_of_situations(as_: As, config: Config, project: Project) -> None:
    browser = as_(factories.member(project, Role.COORDINATOR))
    answer = browser.post("/project/YY/ledgers/export")
    work(config)
    taken = browser.post(f"{answer.location}/download")
    with ZipFile(io.BytesIO(taken.data)) as parcel:
        assert not any("重点人员" in name for name in parcel.namelist())
        assert any("公示台账" in name for name in parcel.namelist())


def test_a_small_ledger_comes_at_once(as_: As, app: Flask, config: Config, office: User) -> None:
    app.config["RUHU"] = replace(config, export_at_once=2)
    assert ask(as_(office)).mimetype.endswith("sheet")
    assert newest() is None


def test_a_ledger_in_clear_needs_its_reason_before_and_its_permission_after(
    as_: As, config: Config, office: User
) -> None:
    browser = as_(office)
    assert ask(browser, clear="y", reason="").status_code == 422
    assert newest() is None
    answer = ask(browser, clear="y", reason="报送街道备案")
    work(config)
    assert entries("ledger.export")[0].details["reason"] == "报送街道备案"
    assert browser.post(f"{answer.location}/download").status_code == 200
    factories.membership_of(office).role = Role.LEADER  # may export, but not in clear
    db.session.commit()
    assert 'data-qa="download"' not in browser.get(answer.location).text
    assert browser.post(f"{answer.location}/download").status_code == 422
    assert len(entries("job.download")) == 1


def test_nobody_elses_job_exists(as_: As, config: Config, office: User, project: Project) -> None:
    answer = ask(as_(office))
    work(config)
    other = as_("office")
    for path in ("", "/poll"):
        assert other.get(answer.location + path).status_code == 404
    for path in ("/cancel", "/download"):
        assert other.post(answer.location + path).status_code == 404
    assert 'data-qa="empty"' in other.get("/project/YY/job").text
    mine = as_(office).get("/project/YY/job").text
    assert answer.location in mine and "文件保留到" in mine


def test_a_file_is_gone_after_its_day_and_its_page_says_so(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = ask(browser)
    work(config)
    job = newest()
    assert path_of(config.results, job.id, job.token).exists()
    job.expires_at = utc_now() - timedelta(seconds=1)
    db.session.commit()
    page = browser.get(answer.location).text
    assert "文件已到期删除" in page and 'data-qa="download"' not in page
    assert browser.post(f"{answer.location}/download").status_code == 422
    db.session.commit()
    runner.jobs.enqueue_job(actor=None, project=None, kind=JobKind.JOB_SWEEP, needs=None)
    work(config)
    assert not path_of(config.results, job.id, job.token).exists()


def test_a_waiting_job_is_cancelled_from_its_page(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = ask(browser)
    assert 'id="cancel"' in browser.get(answer.location).text
    assert browser.post(f"{answer.location}/cancel").location == answer.location
    page = browser.get(answer.location).text
    assert "任务已取消" in page and "data-poll" not in page
    assert browser.post(f"{answer.location}/cancel").status_code == 422
    work(config)
    assert newest().state is JobState.CANCELLED


def test_a_failure_is_told_in_words(as_: As, config: Config, office: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(run: Run) -> None:
        raise DomainError("roster.refused_rows", count=3)

    monkeypatch.setattr(runner, "TASKS", {JobKind.LEDGER_EXPORT: refused})
    browser = as_(office)
    answer = ask(browser)
    db.session.commit()
    run_next(config, tasks=runner.TASKS)
    assert "有 3 行不能导入" in browser.get(answer.location).text
    assert "有 3 行不能导入" in browser.get("/project/YY/job").text


@pytest.mark.parametrize(
    ("seconds", "done", "whole", "said"),
    [
        (30, 0, 0, "正在生成文件"),
        (30, 1500, 0, "正在生成文件：已处理 1,500 行"),
        (2, 500, 1000, "正在生成文件：500 / 1,000"),
        (60, 500, 1000, "正在生成文件：500 / 1,000，大约还要 1 分钟"),
        (33, 500, 1000, "正在生成文件：500 / 1,000，大约还要 40 秒"),
        (100, 990, 1000, "正在生成文件：990 / 1,000，还要几秒钟"),
    ],
)
def test_progress_is_told_with_the_time_left_once_the_pace_is_known(
    as_: As, config: Config, office: User, seconds: int, done: int, whole: int, said: str
) -> None:
    browser = as_(office)
    answer = ask(browser)
    job, now = newest(), utc_now()
    job.state, job.step, job.lease_until = JobState.RUNNING, JobStep.EXPORTING, now + timedelta(hours=1)
    job.step_started_at, job.done, job.whole = now - timedelta(seconds=seconds), done, whole
    db.session.commit()
    with at(now):
        told = browser.get(f"{answer.location}/poll").json
    assert told is not None
    assert (told["done"], told["whole"], told["text"], told["location"]) == (done, whole, said, None)
    assert told["state"] == "running" and 'data-state="running"' in told["badge"]


@pytest.mark.parametrize(
    ("silent", "left", "cancelled", "said"),
    [
        (4, 56, False, "正在生成文件：500 / 1,000，大约还要 1 分钟"),
        (20, 40, False, "处理程序已有 20 秒没有响应。如果已经中断，最迟 40 秒后自动重新开始，不需要重新提交。"),
        (20, 40, True, "处理程序已有 20 秒没有响应。如果已经中断，最迟 40 秒后自动取消。"),
        (61, -1, False, "处理程序已经中断，马上由系统自动接着处理，不需要重新提交。"),
        (130, -70, False, "后台处理程序没有响应，任务还没有重新开始。请联系系统管理员检查服务。"),
    ],
)
def test_a_worker_that_fell_silent_is_told_and_no_time_left_with_it(
    as_: As, config: Config, office: User, silent: int, left: int, cancelled: bool, said: str
) -> None:
    browser = as_(office)
    answer = ask(browser)
    job, now = newest(), utc_now()
    job.state, job.step, job.lease_until = JobState.RUNNING, JobStep.EXPORTING, now + timedelta(seconds=left)
    job.heartbeat_at, job.step_started_at = now - timedelta(seconds=silent), now - timedelta(seconds=60)
    job.done, job.whole, job.cancel_requested_at = 500, 1000, now if cancelled else None
    db.session.commit()
    with at(now):
        told = browser.get(f"{answer.location}/poll").json
    assert told is not None and told["text"] == said


def test_what_is_written_at_once_is_not_called_silent(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = ask(browser)
    job, now = newest(), utc_now()
    job.state, job.step, job.lease_until = JobState.RUNNING, JobStep.WRITING, now + timedelta(seconds=20)
    job.heartbeat_at = job.step_started_at = now - timedelta(seconds=40)
    db.session.commit()
    with at(now):
        assert "正在写入数据库" in browser.get(f"{answer.location}/poll").json["text"]  # type: ignore[index]


def test_a_job_that_nobody_takes_up_says_so(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    first, second = ask(browser), ask(browser, "consents")
    assert "前面还有 1 项" in browser.get(second.location).text
    with at(utc_now() + timedelta(minutes=2)):
        assert "没有响应" in browser.get(first.location).text


def test_what_is_being_written_has_no_button_to_cancel(as_: As, config: Config, office: User) -> None:
    browser = as_(office)
    answer = ask(browser)
    job, now = newest(), utc_now()
    job.state, job.step, job.lease_until = JobState.RUNNING, JobStep.WRITING, now + timedelta(hours=1)
    job.step_started_at = now
    db.session.commit()
    assert 'id="cancel"' not in browser.get(answer.location).text
    assert "不能再取消" in browser.post(f"{answer.location}/cancel").text


# --- rosters


ROWS = (["3", "2", "501", "王一", "", 85.2], ["3", "2", "502", "李二", "", 90])


def households() -> int:
    return db.session.scalar(select(func.count()).select_from(Household)) or 0


def test_a_big_roster_is_imported_by_a_job_that_leads_back_to_it(as_: As, config: Config, project: Project) -> None:
    office = as_("office")
    roster = upload(office, project, book(HEAD, *ROWS)).location
    answer = office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
    assert answer.location == f"/project/YY/job/{newest().id}" and households() == 0
    page = office.get(roster).text
    assert 'data-qa="to-job"' in page and 'data-qa="commit-form"' not in page
    work(config)
    assert households() == 2
    assert office.get(f"{answer.location}/poll").json["location"] == roster  # type: ignore[index]
    assert roster in office.get(answer.location).text
    assert "新增 2 户" in office.get(roster).text
    assert [entry.details["counts"]["created"] for entry in entries("roster.import")] == [2]


def test_a_worker_that_stands_back_has_more_time_to_read_a_roster_than_a_page(
    as_: As, config: Config, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = as_("office")
    roster = upload(office, project, book(HEAD, *ROWS)).location
    office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
    monkeypatch.setitem(read_roster.__kwdefaults__, "wall_seconds", 0)  # what a page has would be over at once
    work(config)
    assert households() == 2


def test_what_can_be_refused_at_once_is_refused_at_once(as_: As, config: Config, project: Project) -> None:
    office = as_("office")
    roster = upload(office, project, book(HEAD, *ROWS, ["3", "2", "", "赵三", "", 70])).location
    page = office.get(roster).text
    assert office.post(f"{roster}/commit", data={"digest": digest(page)}).status_code == 422
    assert office.post(f"{roster}/commit", data={"digest": "0" * 64, "skip_refused": "y"}).status_code == 422
    assert newest() is None
    for _ in range(2):
        last = office.post(f"{roster}/commit", data={"digest": digest(page), "skip_refused": "y"})
    assert last.status_code == 422 and "正在处理" in last.text, "it was asked for already"
    work(config)
    assert households() == 2


def test_a_roster_that_the_register_has_overtaken_is_not_written(as_: As, config: Config, project: Project) -> None:
    office = as_("office")
    roster = upload(office, project, book(HEAD, *ROWS)).location
    answer = office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
    factories.household(project, "3-2-501", factories.sheet())
    work(config)
    assert (newest().error, households()) == ("roster.changed_since", 1)
    assert "没有完成" in office.get(answer.location).text
    assert 'data-qa="commit-form"' in office.get(roster).text, "the roster can be looked at and committed anew"


@pytest.mark.parametrize(
    "door",
    ["3-2-501", "3-2-601", "9-1-101"],
    ids=["a door of the roster", "another door of its stairwell", "elsewhere"],
)
def test_what_comes_in_between_comparing_and_writing_is_noticed_where_it_matters(
    as_: As, config: Config, project: Project, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    """The plan is made while others may write: what they write about its own doors refuses it, all else does not."""
    office = as_("office")
    roster = upload(office, project, book(HEAD, *ROWS)).location
    office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
    db.session.commit()
    before_writing(monkeypatch, lambda: factories.household(the_project(), door, factories.sheet()))
    work(config)
    refused = door == "3-2-501"
    assert (newest().error, households()) == (("roster.changed_since", 1) if refused else ("", 3))
    numbers = db.session.scalars(select(Household.dossier_no)).all()
    assert len({*numbers}) == len(numbers), "each dossier has a number of its own, whoever came first"
    assert list(records.check_records(the_project())) == []


def test_while_others_wait_for_an_import_nothing_is_worked_out(
    as_: As, config: Config, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("this was to be done before the lock")

    office = as_("office")
    for rows in (ROWS, [[*ROWS[0][:5], 99.9], ROWS[1], ["3", "2", "503", "赵三", "", 70]]):
        roster = upload(office, project, book(HEAD, *rows)).location
        office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
        with monkeypatch.context() as patch:
            before_writing(patch, lambda patch=patch: patch.setattr(bulk, "project_sheet", refuse))  # type: ignore[misc]
            work(config)
        assert newest().error == ""
    assert households() == 3


@pytest.mark.parametrize("room", ["501", "502"], ids=["one that it changes", "one that it leaves"])
def test_a_roster_is_looked_at_again_when_somebody_visits_a_household_meanwhile_that_it_changes(
    as_: As, config: Config, project: Project, monkeypatch: pytest.MonkeyPatch, room: str
) -> None:
    office = as_("office")
    for rows in (ROWS, [[*ROWS[0][:5], 99.9], ROWS[1]]):
        roster = upload(office, project, book(HEAD, *rows)).location
        office.post(f"{roster}/commit", data={"digest": digest(office.get(roster).text)})
        if rows is ROWS:
            work(config)

    def visit() -> None:
        household = db.session.scalars(select(Household).where(Household.door_text.contains(room))).one()
        save_sheet(
            actor=factories.member(the_project(), Role.OFFICE), household=household, base=1,
            pairs=to_pairs(factories.sheet()),
        )  # fmt: skip

    db.session.commit()
    before_writing(monkeypatch, visit)
    work(config)
    changes = room == "501"
    assert newest().error == ("roster.changed_since" if changes else "")
    [left] = db.session.scalars(select(Household).where(Household.door_text.contains("502")))
    assert left.touched_by_staff != changes, "what staff found stands either way"
    assert list(records.check_records(the_project())) == []


def the_project() -> Project:
    return db.session.scalars(select(Project)).one()


def before_writing(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let somebody do something just when the worker is about to write."""
    begin = Run.begin

    def meanwhile(run: Run, step: JobStep, whole: int = 0) -> None:
        begin(run, step, whole)
        if step is JobStep.WRITING:
            act()
            db.session.commit()

    monkeypatch.setattr(Run, "begin", meanwhile)
