"""Questions whose choices the page knows and the form does not: people, documents, points, households; and moments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from wtforms import SelectField, SelectMultipleField, ValidationError, widgets
from wtforms.fields import SelectChoice

from survey.forms.fields import Answer, not_on_list
from survey.forms.validators import thing_of

CHINA = timezone(timedelta(hours=8))


class OfferField(Answer, SelectField):
    """One of what the page offers (`offer`): value -> word. An answer that was not offered is refused."""

    kind = "select"
    widget = widgets.Select()

    def __init__(
        self, label: Any = None, validators: Any = None, *, kind: str = "", blank: Any = "", **kwargs: Any
    ) -> None:
        self.kind = kind or self.kind
        self.blank = blank
        self.options: dict[str, str] = {}
        super().__init__(label, validators, coerce=_text, choices=[], validate_choice=False, **kwargs)
        self.type = type(self).__name__
        if self.kind == "radio":
            self.widget = widgets.ListWidget(prefix_label=False)
            self.option_widget = widgets.RadioInput()
            self.label.field_id = ""

    def offer(self, options: Mapping[Any, str]) -> None:
        """Say what may be chosen."""
        self.options = {str(value): word for value, word in options.items()}
        blank = [] if self.kind == "radio" else [SelectChoice(value="", label=str(self.blank or _("请选择")))]
        self.choices = [*blank, *(SelectChoice(value=value, label=word) for value, word in self.options.items())]

    def process_data(self, value: Any) -> None:
        self.data = _text(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        Answer.process_formdata(self, valuelist)

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in self.options:
            raise ValidationError(not_on_list(self, self.data))

    @property
    def uuid(self) -> UUID | None:
        """The answer as an id; None when unanswered or not an id."""
        try:
            return UUID(self.data) if self.data else None
        except ValueError:
            return None


class OffersField(Answer, SelectMultipleField):
    """Several of what the page offers, shown as boxes to tick, kept in the order of the offer."""

    kind = "checkboxes"
    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any) -> None:
        self.options: dict[str, str] = {}
        super().__init__(label, validators, coerce=str, choices=[], validate_choice=False, **kwargs)
        self.type = type(self).__name__
        self.label.field_id = ""

    def offer(self, options: Mapping[Any, str]) -> None:
        """Say what may be chosen."""
        self.options = {str(value): word for value, word in options.items()}
        self.choices = [SelectChoice(value=value, label=word) for value, word in self.options.items()]

    def process_data(self, value: Any) -> None:
        self.data = [str(one) for one in value or ()]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = [text.strip() for text in valuelist if text.strip()]

    def pre_validate(self, form: Any) -> None:
        for one in self.data or ():
            if one not in self.options:
                raise ValidationError(not_on_list(self, one))
        self.data = [value for value in self.options if value in set(self.data or ())]

    def texts(self) -> list[str]:
        return list(self.data or ())


class MomentField(Answer):
    """A day and a time on the clock of the neighbourhood; kept as an aware moment, to the minute."""

    kind = "datetime"
    widget = widgets.DateTimeLocalInput()

    def read(self, text: str) -> datetime:
        parts = re.fullmatch(
            r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})[T ]+([0-9]{1,2}):([0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?", text
        )
        if parts is None:
            raise ValueError(_("%(thing)s应为日期和时间，例如 2026-03-15 09:30。", thing=thing_of(self)))
        try:
            moment = datetime(*(int(part) for part in parts.groups()), tzinfo=CHINA)  # type: ignore[arg-type, misc]
            moment.astimezone(UTC)  # as it is kept: the first hours of the year 1 are before all time there
            return moment
        except (ValueError, OverflowError):
            raise ValueError(_("%(thing)s“%(text)s”不存在，请核对。", thing=thing_of(self), text=text)) from None

    def write(self, value: datetime) -> str:
        return value.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "") else None
