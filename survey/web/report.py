"""Progress reports (进度日报、周报): made with one click or by the project's schedule, read here, taken as PDF or workbook.

A report holds figures of the whole project and nobody's name, so taking it is no export of the log.
"""

from __future__ import annotations

import tempfile
from uuid import UUID

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from exports import report as papers
from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.report import ReportKind
from survey.forms.report import MakeReportForm
from survey.jobs.report import enqueue_report
from survey.services import report as reports
from survey.services.project import settings_of
from survey.web import local_today
from survey.web.access import current_user, project_of_page, requires
from survey.web.file import send_private
from survey.web.job import to_job

bp = Blueprint("report", __name__)


@bp.get("/project/<project_code>/reports")
@requires(Permission.REPORT_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    return render_template(
        "report/list.html",
        reports=reports.list_reports(project),
        settings=settings_of(project),
        most=reports.SHOWN,
        failure=reports.find_failure(project),
    )


@bp.route("/project/<project_code>/report/make", methods=["GET", "POST"])
@requires(Permission.REPORT_MAKE)
def make(project_code: str) -> ResponseReturnValue:
    form = MakeReportForm(kind=ReportKind.DAILY, day=local_today())
    if form.validate_on_submit():
        with form.catching():
            if form.day.data > local_today():
                raise DomainError("report.in_future", "day")
            job = enqueue_report(
                actor=current_user, project=project_of_page(), kind=form.kind.data, day=form.day.data,
                problems=form.problems.data or "", plan=form.plan.data or "",
            )  # fmt: skip
            return to_job(job)
    return render_template("report/make.html", form=form), form.status


@bp.get("/project/<project_code>/report/<uuid:report_id>")
@requires(Permission.REPORT_SHOW)
def show(project_code: str, report_id: UUID) -> ResponseReturnValue:
    project = project_of_page()
    row = reports.get_report(project, report_id)
    return render_template("report/show.html", row=row, paper=papers.paper_of(row, project))


@bp.get("/project/<project_code>/report/<uuid:report_id>/pdf")
@requires(Permission.REPORT_SHOW)
def pdf(project_code: str, report_id: UUID) -> ResponseReturnValue:
    project = project_of_page()
    row = reports.get_report(project, report_id)
    data = papers.write_pdf(row, project, current_app.config["RUHU"].fonts)
    return send_private(data, "application/pdf", papers.file_name(row, project, "pdf"))


@bp.get("/project/<project_code>/report/<uuid:report_id>/workbook")
@requires(Permission.REPORT_SHOW)
def workbook(project_code: str, report_id: UUID) -> ResponseReturnValue:
    project = project_of_page()
    row = reports.get_report(project, report_id)
    with tempfile.TemporaryFile() as file:
        papers.write_workbook(row, file, current_user.display_name)
        file.seek(0)
        data = file.read()
    return send_private(data, papers.XLSX, papers.file_name(row, project, "xlsx"))
