"""A progress report: read at one moment, kept. By somebody's wish, or by the project's schedule (nobody asks)."""

from __future__ import annotations

from datetime import date

from exports import report
from exports.view import view_of
from survey.domain.access import Permission
from survey.domain.job import JobKind, JobStep
from survey.domain.report import ReportKind
from survey.jobs.run import Run
from survey.models import Job, Project, User, utc_now
from survey.services.job import enqueue_job
from survey.services.report import add_report, has_scheduled


def enqueue_report(
    *, actor: User | None, project: Project, kind: ReportKind, day: date, problems: str = "", plan: str = ""
) -> Job:
    """Ask for the report that ends on a day. One at a time in a project. Raises DomainError job.already_open."""
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.REPORT_MAKE, needs=Permission.REPORT_MAKE, about=f"{kind.label} {day}",
        subject_id=project.id,
        arguments={"kind": kind.value, "day": day.isoformat(), "problems": problems, "plan": plan},
    )  # fmt: skip


def make_report(run: Run) -> None:
    asked = run.arguments
    kind, day = ReportKind(asked["kind"]), date.fromisoformat(asked["day"])
    run.begin(JobStep.EXPORTING)
    now = utc_now()
    with run.reading():
        is_scheduled = run.asker is None
        if is_scheduled and has_scheduled(run.project.id, kind, day):
            return
        project = run.project
        figures = report.read_report(
            project=project, view=view_of(project, run.asker), kind=kind, last_day=day, now=now
        )
    kept = report.to_kept(figures)

    def keep() -> None:
        add_report(
            actor=run.asker, project=run.project, kind=kind, last_day=day, snapshot=figures.snapshot, figures=kept,
            problems=asked["problems"], plan=asked["plan"], made_at=now, scheduled_for=day if is_scheduled else None,
        )  # fmt: skip

    run.effect = keep
