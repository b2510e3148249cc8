"""The search box on every page. It is posted, so that no name and no number ever stands in an address or a server's log."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey.domain.access import Permission
from survey.domain.search import LONGEST_QUERY, parse
from survey.services.search import search, search_noted
from survey.web.access import begin_writing, current_user, project_of_page, reads, requires

bp = Blueprint("search", __name__)


@bp.route("/project/<project_code>/search", methods=["GET", "POST"])
@requires(Permission.SEARCH_SHOW)
@reads
def show(project_code: str) -> ResponseReturnValue:
    """The households that answer to the words; without words, what one can search by."""
    text = request.form.get("q", "").strip()[:LONGEST_QUERY]
    if parse(text).has_id_no:
        begin_writing()
        found = search_noted(actor=current_user, project=project_of_page(), text=text)
    else:
        found = search(actor=current_user, project=project_of_page(), text=text)
    return render_template("search/show.html", found=found, search_text=text)
