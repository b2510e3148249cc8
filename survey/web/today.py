"""Today: each surveyor's doors, and for the office the lists of all surveyors."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, render_template, request
from flask.typing import ResponseReturnValue

from survey.domain.access import Permission, Role
from survey.domain.errors import NotFound
from survey.models import User
from survey.services import today as days
from survey.web.access import current_user, project_of_page, requires
from survey.web.name import shown_names

bp = Blueprint("today", __name__)


@bp.get("/project/<project_code>/today")
@requires(Permission.TODAY_SHOW)
def show(project_code: str) -> ResponseReturnValue:
    """One's own list; a leader's team's or, for the office, anybody's by `?surveyor=`."""
    from survey.web import local_now

    project, now = project_of_page(), local_now()
    watched = days.list_watched(current_user, project)
    surveyor = _asked_surveyor()
    if surveyor is None and g.role is Role.OFFICE:
        lists = [days.count_doors(viewer=current_user, surveyor=user, project=project, now=now) for user in watched]
        return render_template("today/list.html", lists=lists, groups=[*days.Group])
    shown = days.door_list(viewer=current_user, surveyor=surveyor or current_user, project=project, now=now)
    return render_template(
        "today/show.html",
        shown=shown,
        watched=watched,
        is_own=shown.surveyor.id == current_user.id,
        shown_names=shown_names,
    )


def _asked_surveyor() -> User | None:
    """The surveyor of `?surveyor=`. Raises NotFound for one whose list is not the reader's to see."""
    asked = request.args.get("surveyor")
    if not asked:
        return None
    try:
        surveyor_id = UUID(asked)
    except ValueError:
        raise NotFound from None
    return days.get_watched(current_user, project_of_page(), surveyor_id)
