"""进度报告: kept with the figures that `exports.report` read; which ones are due by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.domain.check import CHINA
from survey.domain.errors import NotFound
from survey.domain.job import JobKind, JobState
from survey.domain.report import ReportKind, day_due, first_day
from survey.models import Job, Project, Report, User, db
from survey.services import audit
from survey.services.project import settings_of

SHOWN = 200
RETRY_AFTER = timedelta(hours=1)


def add_report(
    *, actor: User | None, project: Project, kind: ReportKind, last_day: date, snapshot: str,
    figures: Mapping[str, Any], problems: str = "", plan: str = "", made_at: datetime,
    scheduled_for: date | None = None,
) -> Report:  # fmt: skip
    """Keep a report. A scheduled one exists once a day and kind: the database refuses a second (IntegrityError)."""
    row = Report(
        project_id=project.id, kind=kind, first_day=first_day(kind, last_day), last_day=last_day, snapshot=snapshot,
        figures=dict(figures), problems=problems, plan=plan, scheduled_for=scheduled_for,
        made_by_id=actor.id if actor else None, made_at=made_at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "report.make", row, {"kind": kind.value, "day": last_day.isoformat(), "snapshot": snapshot})
    return row


def get_report(project: Project, report_id: UUID) -> Report:
    """A report of the project. Raises NotFound."""
    row = db.session.get(Report, report_id)
    if row is None or row.project_id != project.id:
        raise NotFound
    return row


def list_reports(project: Project, limit: int = SHOWN) -> list[Report]:
    """The project's reports, the newest first."""
    query = select(Report).where(Report.project_id == project.id).order_by(Report.made_at.desc(), Report.id.desc())
    return list(db.session.scalars(query.limit(limit)))


def list_due(now: datetime) -> Iterator[tuple[Project, ReportKind, date]]:
    """The reports that ought to have been made by themselves and are not there yet; after a failure not for an hour."""
    for project in db.session.scalars(select(Project)):
        settings = settings_of(project)
        failed = find_failure(project)
        if failed is not None and failed.finished_at and failed.finished_at > now - RETRY_AFTER:
            continue
        for kind in ReportKind:
            day = day_due(kind, now.astimezone(CHINA), settings.report_at, settings.report_weekday)
            if day is not None and not has_scheduled(project.id, kind, day):
                yield project, kind, day


def find_failure(project: Project) -> Job | None:
    """The last report that was to be made by itself, where it failed and none was made since."""
    last = db.session.scalar(
        select(Job)
        .where(Job.project_id == project.id, Job.kind == JobKind.REPORT_MAKE, Job.asked_by_id.is_(None),
               Job.finished_at.is_not(None))
        .order_by(Job.finished_at.desc())
        .limit(1)
    )  # fmt: skip
    return last if last is not None and last.state is JobState.FAILED else None


def has_scheduled(project_id: UUID, kind: ReportKind, day: date) -> bool:
    """Whether the scheduled report of a day is there."""
    query = select(Report.id).where(Report.project_id == project_id, Report.kind == kind, Report.scheduled_for == day)
    return db.session.scalar(query.limit(1)) is not None
