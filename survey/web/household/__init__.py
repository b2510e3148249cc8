"""Households: the list of the project, and the dossier (一户一档) with its steps and doors.

listing   all visible households with the register's filters
dossier   one page that answers for the whole case: facts, people, records
story     the timeline in words
step      reviews, confirmation, finalising
door      a new household at a door, doors joined and parted (打通)
duplicate two households at one door, merged into one or kept apart
"""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("household", __name__)

from survey.web.household import door, dossier, duplicate, listing, step  # noqa: E402, F401  (their views register on the blueprint)
