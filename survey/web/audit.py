"""The log (操作日志) of a project, for the office and the auditor."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey.domain.access import Permission
from survey.services.audit import list_entries
from survey.web.access import project_of_page, requires

bp = Blueprint("audit", __name__)
PAGE = 100


@bp.get("/project/<project_code>/audit")
@requires(Permission.AUDIT_LIST)
def list(project_code: str) -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    entries = list_entries(project_id=project_of_page().id, limit=PAGE + 1, before=before)
    return render_template("audit/list.html", entries=entries[:PAGE], more=len(entries) > PAGE, before=before)
