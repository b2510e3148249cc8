"""Projects, teams, and the serial numbers that a project gives out."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, select, update

from survey.domain.calendar import WorkCalendar
from survey.domain.check import CHINA
from survey.domain.errors import DomainError
from survey.domain.posting import PostingState
from survey.domain.settings import ProjectSettings, read_settings
from survey.models import Delivery, Posting, Project, Request, Team, User, db, utc_now
from survey.services import audit

CODE = re.compile(r"^[A-Za-z0-9_-]{1,20}$")


def create_project(*, actor: User | None, code: str, name: str, **values: Any) -> Project:
    """A new project. Raises DomainError: project.code_form, project.code_taken."""
    if not CODE.match(code):
        raise DomainError("project.code_form", "code")
    if find_project(code):
        raise DomainError("project.code_taken", "code", code=code)
    project = Project(code=code, name=name.strip(), **values)
    db.session.add(project)
    db.session.flush()
    audit.record(actor, "project.create", project)
    return project


def edit_project(*, actor: User, project: Project, values: dict[str, Any], settings: dict[str, str]) -> None:
    """Change a project's own data and settings; `settings` are texts that `read_settings` understands (ValueError)."""
    before, after = settings_of(project), read_settings({**project.settings, **settings})
    for name, value in values.items():
        setattr(project, name, value)
    project.settings = {**project.settings, **settings}
    details: dict[str, Any] = {"fields": sorted([*values, *settings])}
    if before.calendar != after.calendar:
        details |= {"holidays": len(after.holidays), "terms": _move_terms(project.id, after.calendar)}
    audit.record(actor, "project.edit", project, details)


def _move_terms(project_id: UUID, calendar: WorkCalendar) -> int:
    """How many running terms ended on a day that has become a day off, and now end on the next working day.

    Rule: 民法典 art 203. No term becomes shorter: what a paper or a person was told stays true.
    """
    today, moved = utc_now().astimezone(CHINA).date(), 0
    open_request = Request.closed_at.is_(None)
    for column, is_open in (
        (Posting.until, Posting.state == PostingState.POSTED),
        (Delivery.term_until, Delivery.term_until.is_not(None)),
        (Request.accept_due, open_request),
        (Request.reply_due, open_request),
    ):
        table, name = column.class_, column.key
        concerned = (table.project_id == project_id, is_open, column >= today)
        for day in db.session.scalars(select(column).where(*concerned).distinct()).all():
            if day is not None and not calendar.is_working_day(day):
                changed = update(table).where(*concerned, column == day).values({name: calendar.on_or_after(day)})
                moved += cast("CursorResult[Any]", db.session.execute(changed)).rowcount
    return moved


def find_project(code: str) -> Project | None:
    return db.session.scalar(select(Project).where(Project.code == code))


def list_codes() -> list[str]:
    """The codes of every project of this installation, for commands; pages ask `scope.list_projects`."""
    return list(db.session.scalars(select(Project.code).order_by(Project.code)))


def get_project_by_code(code: str) -> Project:
    """A project by its code, for the command line. Raises DomainError project.unknown."""
    project = find_project(code)
    if project is None:
        raise DomainError("project.unknown", code=code)
    return project


def settings_of(project: Project) -> ProjectSettings:
    return read_settings(project.settings)


def accepts_edition(project: Project, edition: int, now: datetime | None = None) -> bool:
    """Whether sheets of an edition of the survey form are accepted today; by the day on which they arrive."""
    until = settings_of(project).editions_until.get(edition)
    return until is None or (now or utc_now()).astimezone(CHINA).date() <= until


def create_team(*, actor: User | None, project: Project, name: str) -> Team:
    team = Team(project_id=project.id, name=name.strip())
    db.session.add(team)
    db.session.flush()
    audit.record(actor, "team.create", team)
    return team


def list_teams(project_id: UUID) -> list[Team]:
    return list(db.session.scalars(select(Team).where(Team.project_id == project_id).order_by(Team.id)))
