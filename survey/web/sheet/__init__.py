"""The survey form's pages: fill and submit (edit), correct, versions and their differences, conflicts.

The form on the page never carries an ID or phone number in clear that its reader did not type or reveal.
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("sheet", __name__)

from survey.web.sheet import conflict, edit, page, version  # noqa: E402, F401  (their views register on the blueprint)


@bp.context_processor
def page_words() -> dict[str, object]:
    return {"trail": page.trail}
