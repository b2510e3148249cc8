"""The versions of a sheet, and what changed from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.merge import difference
from survey.domain.sheet import Pairs, row_key, to_keys
from survey.forms.sheet import NAME_FIELDS, SECTION_OF, SECTIONS, SOURCES, key_label, row_titles, word_of
from survey.models import SheetRow
from survey.services.sheet import get_version, list_versions, pairs_of_version
from survey.web.access import load_household, requires
from survey.web.name import mask_names, shown_names
from survey.web.sheet import bp
from survey.web.sheet.page import hidden_fields


@dataclass(frozen=True, slots=True)
class Version:
    """One line of the list. `changes` counts the answers that differ from the version before."""

    row: SheetRow
    source: str
    who: str
    changes: int


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One answer that changed, in words. `is_hidden` when the reader may not see what it says."""

    label: str
    old: str
    new: str
    is_hidden: bool


def name_of(row: SheetRow) -> str:
    """Who saved a version."""
    return row.saved_by.display_name if row.saved_by else _("系统")


@bp.get("/household/<uuid:household_id>/sheet/versions")
@requires(Permission.SHEET_VERSIONS)
def versions(household_id: UUID) -> ResponseReturnValue:
    """All versions, the newest first."""
    household = load_household(household_id)
    rows = list_versions(household)
    keys = [{}, *(to_keys(row.pairs) for row in rows)]
    counts = [len(difference(old, new)) for old, new in pairwise(keys)]
    listed = [
        Version(row, _(SOURCES.get(row.source, row.source)), name_of(row), count)
        for row, count in zip(rows, counts, strict=True)
    ]
    return render_template("sheet/versions.html", household=household, versions=listed[::-1])


@bp.get("/household/<uuid:household_id>/sheet/compare")
@requires(Permission.SHEET_VERSIONS)
def compare(household_id: UUID) -> ResponseReturnValue:
    """What changed from one version to another: `?from=1&to=3`; without them, the last step. 0 is the empty sheet."""
    household = load_household(household_id)
    newest = household.sheet_version
    to = _asked("to", newest, newest)
    since = _asked("from", max(to - 1, 0), newest)
    old, new = pairs_of_version(household, since), pairs_of_version(household, to)
    page = render_template(
        "sheet/compare.html",
        household=household,
        since=since,
        to=to,
        numbers=range(newest + 1),
        since_row=get_version(household, since) if since else None,
        to_row=get_version(household, to) if to else None,
        name_of=name_of,
        sections=_sections(old, new),
    )
    # A note may speak of a person, too.
    return mask_names(page, (text for name, text in (*old, *new) if name.rpartition("-")[2] in NAME_FIELDS))


def _asked(name: str, default: int, most: int) -> int:
    text = request.args.get(name, "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
    return min(number, most)


def _sections(old: Pairs, new: Pairs) -> list[tuple[str, list[ShownChange]]]:
    """(title of a section, what changed in it), sections without a change left out."""
    titles = {row: shown_names(title) if row[0] == "persons" else title for row, title in row_titles(old, new).items()}
    hidden = hidden_fields()
    found: dict[str, list[ShownChange]] = {section.name: [] for section in SECTIONS}
    for change in difference(to_keys(old), to_keys(new)):
        match = row_key(change.key)
        name = match.field if match else change.key
        is_hidden = name in hidden
        old_word, new_word = word_of(change.key, change.old), word_of(change.key, change.new)
        if name in NAME_FIELDS:
            old_word, new_word = shown_names(old_word), shown_names(new_word)
        if old_word == new_word:
            # Two numbers or names that look alike masked are still two.
            new_word = _("%(masked)s（已更改）", masked=new_word)
        label = key_label(change.key, titles)
        found[SECTION_OF[match.rows if match else change.key]].append(
            ShownChange(label, "" if is_hidden else old_word, "" if is_hidden else new_word, is_hidden)
        )
    return [(str(section.title), found[section.name]) for section in SECTIONS if found[section.name]]
