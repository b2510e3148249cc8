"""Jobs (后台任务): what a person asked for that takes long; how far it is, and the file that came of it.

Everybody sees their own jobs only. A page follows its job by asking again; without a script it is loaded anew.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.job import FINAL_STEPS, IN_PARTS, JobKind, JobState, seconds_left
from survey.domain.message import MESSAGES, N_
from survey.models import Job, utc_now
from survey.services import job as jobs
from survey.services.report import list_reports
from survey.services.result import read_result
from survey.web.access import current_user, project_of_page, requires
from survey.web.file import stream_private

bp = Blueprint("job", __name__)

LEADS_TO: dict[JobKind, Callable[[Job], str]] = {
    JobKind.AMENDMENT_COMMIT: lambda job: url_for(
        "amendment.show", project_code=project_of_page().code, amendment_id=job.subject_id
    ),
    JobKind.ROSTER_IMPORT: lambda job: url_for(
        "roster.show", project_code=project_of_page().code, import_id=job.subject_id
    ),
    JobKind.REPORT_MAKE: lambda job: url_for(
        "report.show", project_code=project_of_page().code, report_id=list_reports(project_of_page(), 1)[0].id
    ),
}
"""Kind -> the page on which the outcome of a job stands, for kinds that make no file."""
CANCELS = N_("不会写入任何内容，也不会生成文件。"), N_("没有写入任何内容，也没有生成文件。")
CANCELS_OF: dict[JobKind, tuple[str, str]] = {
    JobKind.NOTICE_PRINT: (
        N_("不会签发文书，也不会生成文件。预留的文号仍归原来的户，下次打印时使用。"),
        N_("没有签发文书，也没有生成文件。预留的文号仍归原来的户，下次打印时使用。"),
    ),
    JobKind.AMENDMENT_COMMIT: (
        N_("已经写好的户会保留，其余的不再写入。"),
        N_("已经写好的户保留，其余的没有写入。"),
    ),
}
"""Kind -> what a job that is cancelled will leave and has left, for kinds that leave something."""
MOST_REMARKS = 50
SILENT = timedelta(seconds=15)
"""Seven missed heartbeats of a worker (`survey.jobs.runner.Limits`): it is gone, or hardly gets a turn."""


@bp.get("/project/<project_code>/job")
@requires(Permission.JOB_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    found = jobs.list_jobs(current_user, project_of_page().id)
    return render_template("job/list.html", jobs=found, told=told, moment=utc_now(), most=jobs.SHOWN)


@bp.get("/project/<project_code>/job/<uuid:job_id>")
@requires(Permission.JOB_SHOW)
def show(project_code: str, job_id: UUID) -> ResponseReturnValue:
    job = _job(job_id)
    return render_template(
        "job/show.html",
        job=job,
        told=told(job),
        moment=utc_now(),
        may_cancel=job.is_open and job.cancel_requested_at is None and job.step not in FINAL_STEPS,
        may_download=jobs.has_permission(job),
        remarks=[_(MESSAGES[code]).format(**params) for code, params in job.remarks],
        most_remarks=MOST_REMARKS,
        cancels=[_(text) for text in CANCELS_OF.get(job.kind, CANCELS)],
        leads_to=_leads_to(job),
        in_parts=job.kind in IN_PARTS,
    )


@bp.get("/project/<project_code>/job/<uuid:job_id>/poll")
@requires(Permission.JOB_SHOW)
def poll(project_code: str, job_id: UUID) -> ResponseReturnValue:
    """What frontend/page/poll.js asks for each second."""
    job = _job(job_id)
    told_now = {
        "done": job.done, "whole": job.whole, "text": told(job), "state": job.state.value,
        "badge": render_template("job/badge.html", state=job.state),
    }  # fmt: skip
    if job.is_open:
        return {**told_now, "location": None}
    return {**told_now, "location": _leads_to(job) or url_for("job.show", project_code=project_code, job_id=job.id)}


@bp.post("/project/<project_code>/job/<uuid:job_id>/cancel")
@requires(Permission.JOB_SHOW)
def cancel(project_code: str, job_id: UUID) -> ResponseReturnValue:
    jobs.cancel_job(actor=current_user, job=_job(job_id))
    return to_job(_job(job_id))


@bp.post("/project/<project_code>/job/<uuid:job_id>/download")
@requires(Permission.JOB_SHOW)
def download(project_code: str, job_id: UUID) -> ResponseReturnValue:
    """The file, to whoever asked for it while they still may; each time with an entry in the log."""
    job = _job(job_id)
    jobs.record_download(actor=current_user, job=job, now=utc_now())
    pieces = read_result(current_app.config["RUHU"].results, job)
    return stream_private(pieces, job.result_type, job.result_name, job.result_bytes)


def to_job(job: Job) -> ResponseReturnValue:
    """Go on to the page that follows a job."""
    return redirect(url_for("job.show", project_code=project_of_page().code, job_id=job.id))


def _job(job_id: UUID) -> Job:
    return jobs.get_job(current_user, project_of_page().id, job_id)


def _leads_to(job: Job) -> str | None:
    is_over = job.state is JobState.DONE or (job.kind in IN_PARTS and not job.is_open)
    return LEADS_TO[job.kind](job) if is_over and job.kind in LEADS_TO else None


def told(job: Job, now: datetime | None = None) -> str:
    """Where a job stands, in a sentence."""
    now = now or utc_now()
    if job.state is JobState.FAILED:
        # Of what is written in parts the sentences about the worker would say that nothing was written.
        is_partly = job.kind in IN_PARTS and job.error.startswith("job.")
        code = "job.stopped_in_parts" if is_partly else job.error
        return _(MESSAGES[code]).format(**job.error_params)
    if job.state is JobState.QUEUED:
        return _told_waiting(job, now)
    if job.state is JobState.RUNNING:
        return _told_running(job, now)
    return _(job.state.label)


def _told_waiting(job: Job, now: datetime) -> str:
    if jobs.is_waiting_in_vain(job, now):
        return _("后台处理程序没有响应，任务还在排队。请联系系统管理员检查服务。")
    if job.attempts:
        return _("上一次没有成功，稍后自动重试。")
    if before := jobs.count_before(job):
        return _("排队中，前面还有 %(count)s 项。", count=before)
    return _("排队中，马上开始。")


def _told_running(job: Job, now: datetime) -> str:
    # While all is written at once no heartbeat gets through on SQLite: silence says nothing then.
    silence = now - (job.heartbeat_at or now)
    if job.step not in FINAL_STEPS and silence >= SILENT:
        return _told_silent(job, silence, now)
    if job.cancel_requested_at is not None:
        return _("正在取消…")
    if job.step is None or job.step_started_at is None:
        return _("正在准备…")
    text = _(job.step.label)
    if job.whole:
        text = _("%(step)s：%(done)s / %(whole)s", step=text, done=f"{job.done:,}", whole=f"{job.whole:,}")
    elif job.done:
        text = _("%(step)s：已处理 %(done)s 行", step=text, done=f"{job.done:,}")
    left = seconds_left(job.done, job.whole, (now - job.step_started_at).total_seconds())
    return text if left is None else _("%(text)s，%(left)s", text=text, left=_told_left(left))


def _told_silent(job: Job, silence: timedelta, now: datetime) -> str:
    """That nobody answers, and by when somebody else takes the job up."""
    assert job.lease_until is not None
    left = ceil((job.lease_until - now).total_seconds())
    if left <= -jobs.PATIENCE.total_seconds():
        return _("后台处理程序没有响应，任务还没有重新开始。请联系系统管理员检查服务。")
    if left <= 0:
        return _("处理程序已经中断，马上由系统自动接着处理，不需要重新提交。")
    values = {"silent": int(silence.total_seconds()), "left": left}
    if job.cancel_requested_at is not None:
        return _("处理程序已有 %(silent)s 秒没有响应。如果已经中断，最迟 %(left)s 秒后自动取消。", **values)
    return _(
        "处理程序已有 %(silent)s 秒没有响应。如果已经中断，最迟 %(left)s 秒后自动重新开始，不需要重新提交。", **values
    )


def _told_left(seconds: int) -> str:
    """The time left as it can honestly be told: the farther off, the rounder."""
    if seconds < 10:
        return _("还要几秒钟")
    if seconds < 60:
        return _("大约还要 %(count)s 秒", count=-(-seconds // 10) * 10)
    return _("大约还要 %(count)s 分钟", count=-(-seconds // 60))
