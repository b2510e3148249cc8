"""Where a person begins: their one project, or the list of their projects."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exports.plot import spark
from survey.domain.access import Permission, Role
from survey.services import scope
from survey.services.board import NOTHING, make_boards, share_text
from survey.web.access import current_user, public, requires, signed_in

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def show() -> ResponseReturnValue:
    """Go to the one project of the person, or to the list."""
    if g.user is None:
        return redirect(url_for("account.sign_in"))
    projects = scope.list_projects(current_user)
    if len(projects) == 1:
        return redirect(url_for("home.project", project_code=projects[0].code))
    return redirect(url_for("home.list"))


@bp.get("/projects")
@signed_in
def list() -> ResponseReturnValue:
    """The projects of the person, with their progress where there are several (片区)."""
    projects = scope.list_projects(current_user)
    boards = make_boards(current_user, projects) if len(projects) > 1 else []
    return render_template(
        "home/list.html",
        projects=projects,
        lines=[(project, board, spark(board.days, board.total.households)) for project, board in boards],
        total=sum((board.total for _project, board in boards), NOTHING),
        share=share_text,
    )


@bp.get("/project/<project_code>/")
@requires(Permission.PROJECT_SHOW)
def project(project_code: str) -> ResponseReturnValue:
    """A surveyor's day begins with their doors, everybody else's with the progress."""
    today = g.role in (Role.SURVEYOR, Role.LEADER)
    return redirect(url_for("today.show" if today else "board.show", project_code=project_code))
