"""Stories of the progress reports: one click, a page, a PDF and a workbook; by themselves; not for everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.job import JobKind
from survey.domain.message import MESSAGES
from survey.domain.report import ReportKind, day_due, first_day
from survey.jobs import runner
from survey.jobs.run import Run
from survey.jobs.runner import run_next
from survey.models import AuditEntry, Job, Project, Report, db, utc_now
from survey.services.report import list_due
from survey.web import CHINA, local_now, local_today
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def neighbourhood(project: Project) -> Project:
    surveyor = factories.member(project, Role.SURVEYOR, "王芳")
    factories.household(project, "3-2-501", sheet=factories.sheet(), actor=surveyor)
    factories.household(project, "3-2-502")
    db.session.commit()
    return project


def make(client: FlaskClient, app: Flask, **values: str) -> Report:
    """What comes of one click and a worker."""
    data = {"kind": "daily", "day": local_today().strftime("%Y%m%d"), **values}
    answer = client.post("/project/YY/report/make", data=data)
    assert answer.status_code == 302
    assert run_next(app.config["RUHU"])
    page = client.get(answer.headers["Location"])
    report = db.session.scalars(db.select(Report).order_by(Report.made_at.desc())).first()
    assert report is not None
    assert f"/report/{report.id}" in page.get_data(as_text=True)
    return report


def test_one_click_makes_a_report_that_stays_as_it_is(neighbourhood: Project, app: Flask, as_: As) -> None:
    client = as_("coordinator")
    report = make(client, app, problems="三号楼停电")
    page = client.get(f"/project/YY/report/{report.id}").get_data(as_text=True)
    assert "应调查2户" in page
    assert "三号楼停电" in page
    factories.household(neighbourhood, "3-2-503")
    db.session.commit()
    assert "应调查2户" in client.get(f"/project/YY/report/{report.id}").get_data(as_text=True)
    pdf = client.get(f"/project/YY/report/{report.id}/pdf")
    assert pdf.mimetype == "application/pdf"
    assert "attachment" in pdf.headers["Content-Disposition"]
    book = load_workbook(BytesIO(client.get(f"/project/YY/report/{report.id}/workbook").data))
    assert book.sheetnames == ["各小组", "逐日", "分楼栋"]
    entries = db.session.scalars(db.select(AuditEntry.action).where(AuditEntry.action == "report.make")).all()
    assert entries == ["report.make"]


def test_a_report_of_a_day_to_come_is_refused(neighbourhood: Project, as_: As) -> None:
    tomorrow = (local_today() + timedelta(days=1)).strftime("%Y%m%d")
    page = as_("office").post("/project/YY/report/make", data={"kind": "daily", "day": tomorrow})
    assert page.status_code == 422
    assert "截止日期不能晚于今天" in page.get_data(as_text=True)


@pytest.mark.parametrize("role", ["surveyor", "leader"])
def test_who_sees_a_part_of_the_project_sees_no_report_of_the_whole(neighbourhood: Project, as_: As, role: str) -> None:
    assert as_(role).get("/project/YY/reports").status_code == 403
    assert as_(role).get("/project/YY/report/make").status_code == 403


def test_an_auditor_reads_reports_and_makes_none(neighbourhood: Project, app: Flask, as_: As) -> None:
    report = make(as_("office"), app)
    auditor = as_("auditor")
    assert auditor.get(f"/project/YY/report/{report.id}").status_code == 200
    assert auditor.get("/project/YY/report/make").status_code == 403


def test_another_project_s_report_is_not_found(neighbourhood: Project, app: Flask, as_: As) -> None:
    report = make(as_("office"), app)
    other = factories.project("ZZ")
    report.project_id = other.id
    db.session.commit()
    assert as_("office").get(f"/project/YY/report/{report.id}").status_code == 404


def test_the_schedule_makes_each_report_once(neighbourhood: Project, app: Flask, as_: As) -> None:
    neighbourhood.settings = {
        **neighbourhood.settings,
        "report_at": "00:00",
        "report_weekday": str(local_now().weekday()),
    }
    db.session.commit()
    for _ in range(2):
        # One report of a project at a time: the second kind is asked for when the first is made.
        for _ in ReportKind:
            runner._enqueue_reports(utc_now())
            run_next(app.config["RUHU"])
    made = db.session.execute(db.select(Report.kind, Report.last_day, Report.made_by_id)).all()
    assert sorted(made) == [(ReportKind.DAILY, local_today(), None), (ReportKind.WEEKLY, local_today(), None)]
    assert not list(list_due(utc_now()))
    assert db.session.scalars(db.select(Job.state)).all().count("done") == 2
    assert "自动" in as_("coordinator").get("/project/YY/reports").get_data(as_text=True)


def test_without_a_time_nothing_is_made_by_itself(neighbourhood: Project) -> None:
    assert not list(list_due(utc_now()))


@pytest.mark.parametrize(
    ("kind", "now", "weekday", "due"),
    [
        (ReportKind.DAILY, "2026-03-20 18:29", None, "2026-03-19"),
        (ReportKind.DAILY, "2026-03-20 18:30", None, "2026-03-20"),
        (ReportKind.WEEKLY, "2026-03-20 18:30", 4, "2026-03-20"),  # a Friday
        (ReportKind.WEEKLY, "2026-03-20 18:29", 4, "2026-03-13"),
        (ReportKind.WEEKLY, "2026-03-22 09:00", 4, "2026-03-20"),
        (ReportKind.WEEKLY, "2026-03-22 09:00", None, None),
    ],
)
def test_which_report_ought_to_be_there(kind: ReportKind, now: str, weekday: int | None, due: str | None) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=CHINA)
    day = day_due(kind, moment, time(18, 30), weekday)
    assert (day.isoformat() if day else None) == due


def test_a_week_begins_on_its_monday() -> None:
    friday = datetime.fromisoformat("2026-03-20").date()
    assert first_day(ReportKind.WEEKLY, friday).isoformat() == "2026-03-16"
    assert first_day(ReportKind.DAILY, friday) == friday


def test_a_second_report_is_refused_in_words_while_one_is_being_made(
    neighbourhood: Project, app: Flask, as_: As
) -> None:
    client, data = as_("office"), {"kind": "daily", "day": local_today().strftime("%Y%m%d")}
    assert client.post("/project/YY/report/make", data=data).status_code == 302
    second = client.post("/project/YY/report/make", data=data)
    assert second.status_code == 422
    assert MESSAGES["job.already_open"] in second.get_data(as_text=True)
    assert run_next(app.config["RUHU"])
    assert client.post("/project/YY/report/make", data=data).status_code == 302


def test_a_scheduled_report_that_fails_is_tried_again_after_an_hour(
    neighbourhood: Project, app: Flask, as_: As
) -> None:
    neighbourhood.settings = {**neighbourhood.settings, "report_at": "00:00"}
    db.session.commit()

    def fail(_run: Run) -> None:
        raise DomainError("job.disk_full")

    runner._enqueue_reports(utc_now())
    run_next(app.config["RUHU"], tasks={JobKind.REPORT_MAKE: fail})
    assert not list(list_due(utc_now() + timedelta(minutes=59)))
    assert [kind for _project, kind, _day in list_due(utc_now() + timedelta(minutes=61))] == [ReportKind.DAILY]
    assert "自动生成没有成功" in as_("office").get("/project/YY/reports").get_data(as_text=True)
