"""How a question is drawn: which partial of templates/answers/ fits a WTForms field, with which attributes.

Forms say what they ask; this module reads it off the field: its class, its flags, its `render_kw`. Conventions of forms:
`description` is the hint; `render_kw={"data-unit": "㎡"}` prints a unit; `render_kw={"data-kind": "radio"}` chooses another
partial; `field.flags.show_if = "lease_status=rented|lent"` hides the question until its condition holds (pages only hide:
the server applies the same rule). Nothing here validates.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask, request, url_for
from flask_babel import gettext as _
from wtforms import Field, fields
from wtforms.form import BaseForm

# The first class that fits decides, so the special ones come before those they inherit from.
KINDS: tuple[tuple[type[Field], str], ...] = (
    (fields.FieldList, "repeat"),
    (fields.FormField, "group"),
    (fields.FileField, "file"),
    (fields.RadioField, "radio"),
    (fields.SelectMultipleField, "checkboxes"),
    (fields.SelectField, "select"),
    (fields.SubmitField, "submit"),
    (fields.BooleanField, "checkbox"),
    (fields.DateTimeLocalField, "datetime"),
    (fields.TimeField, "time"),
    (fields.MonthField, "month"),
    (fields.DateField, "date"),
    (fields.TextAreaField, "textarea"),
    (fields.IntegerField, "number"),
    (fields.DecimalField, "number"),
    (fields.TelField, "tel"),
    (fields.PasswordField, "password"),
    (fields.HiddenField, "hidden"),
)
SET_OF_INPUTS = frozenset({"radio", "checkboxes", "repeat", "group"})
"""Kinds drawn as a fieldset: their name is a legend, not a label."""


def kind_of(field: Field) -> str:
    """The partial in templates/answers/ for a field, without its `.html`."""
    given = field.render_kw or {}
    if "data-kind" in given:
        return str(given["data-kind"])
    if getattr(field.flags, "id_number", None) or "data-id-number" in given:
        return "id_number"
    for kind, name in KINDS:
        if isinstance(field, kind):
            return name
    if getattr(field.widget, "input_type", "") == "hidden":
        return "hidden"
    if "data-unit" in given or given.get("inputmode") in ("decimal", "numeric"):
        return "number"
    return "text"


def attributes(field: Field, kind: str | None = None) -> dict[str, Any]:
    """What the input of a field carries besides what its own widget prints.

    Typed numbers and dates are text inputs with a keypad: `type=number` swallows what it does not understand.
    """
    kind = kind or kind_of(field)
    given = field.render_kw or {}
    told = described_by(field)
    more: dict[str, Any] = {
        "class_": f"input {given.get('class', '')}".strip(),
        "autocomplete": given.get("autocomplete", "off"),
    }
    if told:
        more["aria_describedby"] = told
    if own_errors(field):
        more["aria_invalid"] = "true"
    if kind in ("number", "date", "id_number"):
        more |= {"type": "text", "min": False, "max": False, "step": False}
    if kind == "number":
        decimal = isinstance(field, fields.DecimalField)
        more["inputmode"] = given.get("inputmode", "decimal" if decimal else "numeric")
    elif kind == "date":
        more |= {
            "inputmode": "numeric",
            "data_date": True,
            "maxlength": 11,
            "placeholder": given.get("placeholder", "19560312"),
        }
    elif kind == "id_number":
        more |= {"inputmode": "text", "autocapitalize": "characters", "spellcheck": "false", "data_id_number": True}
    elif kind == "tel":
        more["inputmode"] = "tel"
    return more


def described_by(field: Field) -> str:
    """The ids of the hint and of the error of a field, for `aria-describedby`; "" when it has neither."""
    ids = [f"{field.id}-hint"] if field.description else []
    ids += [f"{field.id}-error"] if own_errors(field) else []
    return " ".join(ids)


def own_errors(field: Field) -> list[str]:
    """The errors that stand beside a field; those of the rows and questions inside it stand there."""
    if hasattr(field, "form"):
        return []
    return [str(error) for error in field.errors if not isinstance(error, (dict, list, tuple))]


ROW_MARK = " · "


class Problem(NamedTuple):
    """One line of the error summary: where it is (an id on the page), which row or question, what to do.

    `label` is "" where the text alone says it: the house's own questions speak their names in their errors.
    """

    target: str
    label: str
    text: str


def problems(form: BaseForm) -> list[Problem]:
    """Every error of a form, in the order of its questions; errors of the whole form come first."""
    whole = [Problem("", "", str(text)) for text in getattr(form, "form_errors", ())]
    return whole + list(_problems(form, ""))


def _problems(inside: Any, prefix: str) -> Iterator[Problem]:
    for field in inside:
        yield from _problems_of(field, prefix)


def _problems_of(field: Field, prefix: str) -> Iterator[Problem]:
    if field.short_name == "csrf_token":
        if field.errors:
            yield Problem("", "", _("页面打开太久，请刷新后再试一次。"))
        return
    names_itself = bool(getattr(field, "thing", ""))
    for text in own_errors(field):
        yield Problem(field.id, prefix.removesuffix(ROW_MARK) if names_itself else f"{prefix}{field.label.text}", text)
    if hasattr(field, "entries"):
        for number, entry in enumerate(field.entries, 1):
            yield from _problems_of_row(entry, f"{prefix}{row_name(field, number)}{ROW_MARK}")
    elif hasattr(field, "form"):
        yield from _problems(field.form, prefix)


def _problems_of_row(entry: Field, prefix: str) -> Iterator[Problem]:
    if hasattr(entry, "form"):
        yield from _problems(entry.form, prefix)
    else:
        yield from (Problem(entry.id, prefix.removesuffix(ROW_MARK), text) for text in own_errors(entry))


def row_name(field: Field, number: int | str) -> str:
    """What one row of a list is called: 成员 2. The form gives the word as render_kw={"data-row": "成员"}."""
    word = str((field.render_kw or {}).get("data-row") or field.label.text)
    return f"{_(word)} {number}"


def blank_row(field: fields.FieldList) -> Field:
    """A row that nobody has filled, numbered `__i__`: what the browser copies when a row is added."""
    name = f"{field.name}-__i__"
    row: Field = field.meta.bind_field(
        field._form,
        field.unbound_field,
        {"name": name, "id": name, "_meta": field.meta, "translations": field._translations},
    )
    row.process(None)
    return row


def url_with(**changes: Any) -> str:
    """The address of this page with some of its query changed: the links of chips, tabs, sorting and pages.

    None takes a key out. A changed filter begins at the first page again.
    """
    query: dict[str, Any] = {**request.args.to_dict(flat=False), **changes}
    if "page" not in changes:
        query.pop("page", None)
    kept = {key: value for key, value in query.items() if value not in (None, "", [])}
    return url_for(str(request.endpoint), **{**(request.view_args or {}), **kept})


def init_app(app: Flask) -> None:
    """Give the macros what they need."""
    app.jinja_env.globals.update(
        answer_attributes=attributes,
        answer_kind=kind_of,
        answer_described_by=described_by,
        answer_errors=own_errors,
        answer_problems=problems,
        answer_row_name=row_name,
        answer_is_set=lambda kind: kind in SET_OF_INPUTS,
        blank_row=blank_row,
        url_with=url_with,
    )
