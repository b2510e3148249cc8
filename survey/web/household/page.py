"""What pages around a household share: the way to it, and whether another page exists to link to."""

from __future__ import annotations

from flask import current_app, url_for
from flask_babel import gettext as _

from survey.models import Household
from survey.web.access import project_of_page
from survey.web.name import shown_names


def trail(household: Household, *last: str) -> list[tuple[str, str | None]]:
    """The way from the buildings to a page of the household; without `last`, to its dossier."""
    steps: list[tuple[str, str | None]] = [
        (_("楼盘表"), url_for("building.list", project_code=project_of_page().code)),
        (_("%(no)s号楼", no=household.building.no), url_for("building.show", building_id=household.building_id)),
    ]
    door = household.door_text or household.dossier_no
    if not last:
        return [*steps, (door, None)]
    return [*steps, (door, url_for("household.show", household_id=household.id)), *((text, None) for text in last)]


def has_page(endpoint: str) -> bool:
    """Whether the installation has that page."""
    return endpoint in current_app.view_functions


def page_words() -> dict[str, object]:
    """For the templates of these pages."""
    return {"trail": trail, "has_page": has_page, "shown_names": shown_names}
