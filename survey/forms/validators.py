"""Checks and rules that questions carry, and the sentences that they speak.

A sentence is built from the question's `thing` ("建筑面积"), so that every form says the same thing the same way.
Two kinds of error are kept apart: what cannot be stored at all (a date that is no date), and a fault in what was said
(an ID number whose check digit is wrong), which a draft may carry and only submitting refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError
from wtforms.validators import StopValidation

from survey.domain.errors import DomainError
from survey.forms.base import sentence_of


def thing_of(field: Field) -> str:
    """The short noun of a question ("建筑面积"); its label where it has none."""
    return str(getattr(field, "thing", "") or field.label.text)


class Required:
    """The question must be answered. Renders `required` only where the browser's own message would be good enough."""

    def __init__(self, thing: object = "") -> None:
        self.thing = thing
        self.field_flags = {"expected": True}

    def __call__(self, form: Form, field: Field) -> None:
        if field.process_errors or field.data not in (None, "", (), []):
            return
        thing = str(self.thing or thing_of(field))
        chosen = getattr(field, "choices", None) is not None
        raise StopValidation(_("请选择%(thing)s。", thing=thing) if chosen else _("请填写%(thing)s。", thing=thing))


class AtMost:
    """At most so many characters, or rows of a list."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.field_flags = {"maxlength": most}

    def __call__(self, form: Form, field: Field) -> None:
        now = len(field.entries) if hasattr(field, "entries") else len(field.data or "")
        if now <= self.most:
            return
        say = {"thing": thing_of(field), "most": self.most, "now": now}
        if hasattr(field, "entries"):
            raise ValidationError(_("%(thing)s最多 %(most)s 行，现在有 %(now)s 行。请删去多余的行。", **say))
        raise ValidationError(_("%(thing)s最多 %(most)s 个字，现在有 %(now)s 个。请写得短一些。", **say))


class Between:
    """A number from `least` to `most`, both included."""

    def __init__(self, least: Any, most: Any) -> None:
        self.least, self.most = least, most

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is None or field.process_errors or self.least <= field.data <= self.most:
            return
        raise ValidationError(
            _(
                "%(thing)s应在 %(least)s 到 %(most)s 之间，请核对。",
                thing=thing_of(field),
                least=self.least,
                most=self.most,
            )
        )


class Sound:
    """What a rule of the domain says of the text. A fault may stay in a draft: it blocks submitting, not saving.

    rule  takes the text, and after it the answer to the question `beside` it where one is named; raises DomainError
    """

    def __init__(self, rule: Callable[..., object], beside: str = "") -> None:
        self.rule = rule
        self.beside = beside

    def __call__(self, form: Form, field: Field) -> None:
        if not field.data or field.process_errors:
            return
        try:
            if self.beside:
                self.rule(field.data, form[self.beside].data if self.beside in form else None)
            else:
                self.rule(field.data)
        except DomainError as error:
            sentence = sentence_of(error)
            field.faults = [*getattr(field, "faults", ()), sentence]
            raise ValidationError(sentence) from error


class ShowIf:
    """A skip rule: the question is asked when one of the named questions has one of the answers.

    Several names are joined by "or"; several rules on one question by "and". A name is looked for in the row first and
    then in the whole sheet. While the named question is unanswered, an answer that is already there stays in sight:
    a roster may know a share before anybody has said how the home is owned.
    """

    def __init__(self, **answers: Iterable[str]) -> None:
        self.answers: Mapping[str, tuple[str, ...]] = {
            name: (str(values),) if isinstance(values, str) else tuple(sorted(str(value) for value in values))
            for name, values in answers.items()
        }

    def __call__(self, form: Form, field: Field) -> None:
        if not is_asked(field):
            field.errors = []
            raise StopValidation

    def holds(self, field: Field) -> bool:
        """Whether the rule lets the question be asked, as the answers stand."""
        known = False
        for name, values in self.answers.items():
            controller = controller_of(field, name)
            if controller is None:
                return True  # not shown to this person: nothing to go by
            texts = controller.texts() if is_asked(controller) else []
            if set(texts) & set(values):
                return True
            known = known or bool(texts)
        return not known and bool(field.texts())


def controller_of(field: Field, name: str) -> Field | None:
    """The question that a skip rule names: in the same row, else in the sheet around it."""
    form: Any = field._form
    while form is not None:
        if name in form:
            return form[name]  # type: ignore[no-any-return]
        form = getattr(form, "_parent_form", None)
    return None


def is_asked(field: Field) -> bool:
    """Whether every skip rule of the question lets it be asked."""
    return all(rule.holds(field) for rule in field.validators if isinstance(rule, ShowIf))


def told(field: Field) -> str:
    """The text of an answer; "" where the question is not asked, whatever a hidden box still holds."""
    return str(field.data or "") if is_asked(field) else ""


@cache
def show_if_text(rules: tuple[ShowIf, ...]) -> str:
    """The skip rules as the page's script reads them: `roles=owner;coown_type=2`, `tenure_type=a|b,lease_status=c`.

    `|` joins answers, `,` questions by "or", `;` rules by "and".
    """
    return ";".join(",".join(f"{name}={'|'.join(values)}" for name, values in rule.answers.items()) for rule in rules)
