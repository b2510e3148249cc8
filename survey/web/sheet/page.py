"""What the form's page shows besides the questions: stored numbers in masked form, and what the checks found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g, request, url_for
from flask_babel import gettext as _
from wtforms import Field, FieldList, FormField

from survey.domain.access import Permission
from survey.domain.check import Finding, Severity
from survey.domain.household import EDITABLE, Action, actions_from
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.message import MESSAGES
from survey.domain.sheet import Pair, Pairs, row_key, to_keys
from survey.forms.fields import Answer
from survey.forms.sheet import (
    MASKED_FIELDS,
    SECTION_OF,
    SECTIONS,
    SheetForm,
    hidden_for,
    is_known,
)
from survey.forms.validators import is_asked
from survey.models import Household
from survey.web.access import may

FEW_ROWS = 2
"""A list with so many rows shows them open; a longer one shows a line for each until it is opened."""


def hidden_fields() -> frozenset[str]:
    """The questions that the reader of this page may not see."""
    return hidden_for(g.role)


def is_open(household: Household) -> bool:
    """Whether the sheet can be filled without a correction."""
    return household.state in EDITABLE


def is_correctable(household: Household) -> bool:
    """Whether the reader may correct the sheet in its state."""
    return may(Permission.SHEET_CORRECT) and Action.CORRECT in actions_from(household.state)


def sent_pairs() -> list[Pair]:
    """The answers of the request; the page's own controls (buttons, base, token) left out."""
    return [(name, text) for name, text in request.form.items(multi=True) if is_known(name)]


def trail(household: Household, *last: str) -> list[tuple[str, str | None]]:
    """The way from the buildings to this page."""
    return [
        (_("楼盘表"), url_for("building.list", project_code=g.project.code)),
        (_("%(no)s号楼", no=household.building.no), url_for("building.show", building_id=household.building_id)),
        (household.door_text or household.dossier_no, url_for("household.show", household_id=household.id)),
        *((text, None) for text in last),
    ]


# --- numbers that stay where they are


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored number beside its empty box. `key` is its stable key, `is_cleared` whether its removal is ticked.

    reveal_url  where the number is told in clear; None where its reader may not ask
    """

    masked: str
    key: str
    uid: str
    name: str
    is_cleared: bool
    reveal_url: str | None


def attach_kept(form: SheetForm, household: Household, base: Pairs, cleared: Iterable[str] = ()) -> None:
    """Tell each ID and phone question which number is stored, masked."""
    stored, cleared = to_keys(base), set(cleared)
    url = url_for("sheet.reveal", household_id=household.id) if may(Permission.PERSON_REVEAL) else None
    for row in form.rows("persons"):
        uid = row.form.uid.data
        for name in MASKED_FIELDS & set(row.form._fields):
            key = f"persons[{uid}].{name}"
            if key not in stored:
                continue
            masked = (mask_id_no if name == "id_no" else mask_phone)(stored[key][0])
            question = row.form[name]
            question.is_kept = True
            question.kept = Kept(masked, key, uid, name, key in cleared, url)
            question.description = _("已登记 %(masked)s；不改就空着。", masked=masked)


# --- what the checks found


@dataclass(slots=True)
class Shown:
    """A finding where it belongs on the page. `reason` is the row of the form that answers a warning."""

    finding: Finding
    target: str
    label: str
    sentence: str
    reason: FormField | None = None

    @property
    def is_answered(self) -> bool:
        return bool(self.reason is not None and self.reason.form.text.data)

    @property
    def link(self) -> tuple[str, str]:
        """A line of the error summary."""
        return self.target, f"{self.label}：{self.sentence}"


@dataclass(slots=True)
class Shelf:
    """Everything that the checks found, sorted for the page."""

    hard: list[Shown] = field(default_factory=list)
    warnings: list[Shown] = field(default_factory=list)
    flags: list[Shown] = field(default_factory=list)

    @property
    def open(self) -> list[Shown]:
        """What keeps the sheet from being submitted."""
        return [*self.hard, *(shown for shown in self.warnings if not shown.is_answered)]


def show_findings(form: SheetForm, findings: Sequence[Finding], *, inline: bool = True) -> Shelf:
    """Put each finding beside its question: hard ones among its errors, warnings with a place for the reason.

    inline  False on a page that was not asked to check: only the reasons that were written show what they are for
    """
    shelf = Shelf()
    for finding in findings:
        question, target, label = _locate(form, finding.field)
        shown = Shown(finding, target, label, _(MESSAGES[finding.code]).format(**finding.params))
        if finding.severity is Severity.HARD:
            shelf.hard.append(shown)
            if inline and question is not None and shown.sentence not in question.errors:
                question.errors = [*question.errors, shown.sentence]
        elif finding.severity is Severity.WARNING:
            shelf.warnings.append(shown)
            shown.reason = _reason_row(form, finding.key, is_wanted=inline)
            if shown.reason is None:
                continue
            shown.reason.shown = shown
            if inline and question is not None:
                question.warnings = [*getattr(question, "warnings", ()), shown]
                shown.reason.is_inline = True
        else:
            shelf.flags.append(shown)
    return shelf


def _reason_row(form: SheetForm, key: str, *, is_wanted: bool) -> FormField | None:
    """The row with the reason to a warning; an empty one where it is wanted and nobody has written it."""
    for row in form.rows("reasons"):
        if row.form.uid.data == key:
            return row
    return form.reasons.append_entry({"uid": key}) if is_wanted else None


def _locate(form: SheetForm, key: str) -> tuple[Field | None, str, str]:
    """The question at a stable key, the id to jump to, and what it is called; the section where it is not shown."""
    match = row_key(key)
    list_name, name = (match.rows, match.field) if match else (key, key)
    section = next(each for each in SECTIONS if each.name == SECTION_OF.get(list_name, SECTIONS[0].name))
    if match is None:
        if key not in form or (isinstance(form[key], Answer) and not is_asked(form[key])):
            return None, section_id(section.name), str(section.title)
        question = form[key]
        return question, question.id, str(question.thing)
    for number, row in enumerate(form.rows(list_name), 1):
        if row.form.uid.data == match.uid:
            title = f"{form[list_name].row} {number}"
            if name in row.form and is_asked(row.form[name]):
                question = row.form[name]
                return question, question.id, f"{title} · {question.thing}"
            return None, f"{row.id}-row", title
    return None, section_id(section.name), str(section.title)


def section_id(name: str) -> str:
    return f"section-{name}"


# --- sections and rows


@dataclass(frozen=True, slots=True)
class Card:
    """One section of the page. `id` is where the jump list and the checks link to."""

    id: str
    name: str
    title: str
    fields: tuple[str, ...]
    errors: int
    answered: int
    asked: int


def cards(form: SheetForm) -> list[Card]:
    found = []
    for section in SECTIONS:
        fields = tuple(name for name in section.fields if name in form)
        progress = form.progress(section)
        errors = sum(_error_count(form[name]) for name in fields)
        found.append(
            Card(
                section_id(section.name),
                section.name,
                str(section.title),
                fields,
                errors,
                progress.answered,
                progress.asked,
            )
        )
    return found


def _error_count(question: Field) -> int:
    if not isinstance(question, FieldList):
        return len(question.errors)
    own = sum(1 for error in question.errors if isinstance(error, str))
    return own + sum(len(part.errors) for row in question.entries for part in row.form)


def is_row_open(rows: FieldList, row: FormField) -> bool:
    """Whether a row shows its questions at once."""
    if len(rows.entries) <= FEW_ROWS:
        return True
    return any(part.errors or getattr(part, "warnings", ()) for part in row.form)


def row_summary(row: FormField) -> str:
    """A line that tells one row from the others: 张伟 · 权利人、居住人口."""
    told: list[str] = []
    for name in ("full_name", "roles", "cert_type", "cert_no", "kind", "fixture_kind", "item", "layout"):
        if name not in row.form:
            continue
        question: Any = row.form[name]
        if name == "roles":
            words = [str(choice.label) for choice in question.iter_choices() if choice.selected]
            told.append("、".join(words))
        else:
            told.append(getattr(question, "word", "") if hasattr(question, "word") else "".join(question.texts()))
    return " · ".join(word for word in told if word)
