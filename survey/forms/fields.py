"""Kinds of questions: what a person may type, what is kept, and which keypad a tablet should show.

Each kind reads what people really write (全角 digits, `85.2㎡`, `20240315`) and keeps one canonical text, the one of
`survey.domain.sheet`. A text that cannot be read stays as it was typed, with a sentence that says what would do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from flask_babel import gettext as _
from wtforms import Field, FieldList, Form, FormField, SelectField, SelectMultipleField, widgets
from wtforms.fields import SelectChoice
from wtforms.utils import unset_value

from survey.domain.codes import Code
from survey.domain.message import N_
from survey.domain.sheet import NO, YES
from survey.forms.validators import AtMost, Between, ShowIf, show_if_text, thing_of

FEW = 7
"""Up to so many choices are shown as buttons, all in sight; more as a list to open."""


def clean_text(text: str, lines: bool = False) -> str:
    """The text without control characters and lone surrogates, which no database or printer takes; trimmed."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not lines:
        text = text.replace("\n", " ")
    kept = (char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def half_width(text: str) -> str:
    """Full-width digits, letters and signs as half-width ones, without any space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", clean_text(text)))


class Answer(Field):
    """What every question of the house has beside what WTForms gives it.

    thing     the short noun of it, for error sentences, comparisons and lists ("建筑面积")
    unit      shown beside the box ("㎡")
    optional  not counted in the progress of a section
    kind      which partial of templates/answers draws it
    """

    kind = "text"
    widget = widgets.TextInput()
    keypad: ClassVar[Mapping[str, str]] = {}
    most: int | None = None

    def __init__(
        self,
        label: Any = None,
        validators: Iterable[Callable[..., None]] | None = None,
        *,
        thing: Any = None,
        unit: Any = None,
        optional: bool = False,
        render_kw: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        drawn = {"data-kind": self.kind} if self.kind else {}
        # Words are looked up when somebody reads them: a tablet's sheet has two hundred questions that nobody looks at.
        drawn |= {"data-unit": unit} if unit is not None else {}
        super().__init__(
            label, list(validators or ()), render_kw={**drawn, **self.keypad, **(render_kw or {})}, **kwargs
        )
        rules = tuple(rule for rule in self.validators if isinstance(rule, ShowIf))
        if rules:
            self.flags.show_if = show_if_text(rules)
        self.flags.optional = optional
        self.thing = label if thing is None else thing
        self.unit = "" if unit is None else unit
        self.optional = optional
        self.faults: list[str] = []

    def read(self, text: str) -> Any:
        """The value of a text that is not blank. Raises ValueError with a sentence."""
        return text

    def write(self, value: Any) -> str:
        """The canonical text of a value."""
        return str(value)

    def clean(self, text: str) -> str:
        return clean_text(text)

    def process(self, *args: Any, **kwargs: Any) -> None:
        self.faults = []
        super().process(*args, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        text = self.clean(valuelist[-1])
        self.data = None
        self.data = self.read(text) if text else None

    def _value(self) -> str:
        return (self.texts() or [""])[0]

    def texts(self) -> list[str]:
        """The answer as it is kept; none where the question is unanswered; as it was typed where it cannot be read."""
        if self.process_errors:
            return [clean_text(text) for text in (self.raw_data or [])[-1:] if text.strip()]
        if self.data is None or self.data == "":
            return []
        return [self.write(self.data)]

    @property
    def blocking_errors(self) -> list[str]:
        """The errors for which the sheet cannot even be saved as a draft."""
        return [error for error in self.errors if error not in self.faults]


class TextField(Answer):
    """A short text on one line."""

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = 100, **kwargs: Any) -> None:
        super().__init__(label, [*(validators or ()), AtMost(most)], **kwargs)


class LongTextField(Answer):
    """A text of several lines."""

    kind = "textarea"
    widget = widgets.TextArea()

    def __init__(self, label: Any = None, validators: Any = None, *, most: int = 1000, **kwargs: Any) -> None:
        super().__init__(label, [*(validators or ()), AtMost(most)], **kwargs)

    def clean(self, text: str) -> str:
        return clean_text(text, lines=True)


class CodeTextField(TextField):
    """A number or code that is kept as text: half-width, upper-case, without spaces."""

    keypad: ClassVar[Mapping[str, str]] = {
        "inputmode": "text",
        "autocapitalize": "characters",
        "autocomplete": "off",
        "spellcheck": "false",
    }

    def clean(self, text: str) -> str:
        return half_width(text).upper()


class IdNumberField(CodeTextField):
    """证件号码. Letters occur (the X of an ID number, a passport), so no digit keypad."""

    kind = "id_number"


class PhoneField(CodeTextField):
    """电话: a mobile number, or a landline with its area code."""

    kind = "tel"
    keypad: ClassVar[Mapping[str, str]] = {"type": "tel", "inputmode": "tel", "autocomplete": "off"}

    def clean(self, text: str) -> str:
        return half_width(text)


class WholeField(Answer):
    """A whole number. Reads 3, ３, 3层, 负1, B1 (for a floor below ground)."""

    kind = "number"
    keypad: ClassVar[Mapping[str, str]] = {"inputmode": "numeric", "autocomplete": "off"}

    def __init__(
        self, label: Any = None, validators: Any = None, *, least: int = 0, most: int = 9999, **kwargs: Any
    ) -> None:
        super().__init__(label, [*(validators or ()), Between(least, most)], **kwargs)

    def clean(self, text: str) -> str:
        return half_width(text)

    def read(self, text: str) -> int:
        unit = half_width(str(self.unit))
        text = re.sub(r"^(负|地下|B|b|[−—–])", "-", text.removesuffix(unit) if unit else text)
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise ValueError(_("%(thing)s应为整数，例如 3。", thing=thing_of(self)))
        return int(text)


class DecimalField(Answer):
    """A number with decimals, as Decimal and never float. Reads 1,234.5 and a unit written behind it."""

    kind = "number"
    keypad: ClassVar[Mapping[str, str]] = {"inputmode": "decimal", "autocomplete": "off"}
    units: tuple[str, ...] = ()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        places: int = 2,
        least: Decimal = Decimal(0),
        most: Decimal = Decimal("999999.99"),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, [*(validators or ()), Between(least, most)], **kwargs)
        self.places = places

    def clean(self, text: str) -> str:
        return half_width(text)

    def read(self, text: str) -> Decimal:
        for unit in (half_width(str(self.unit)), *self.units):
            if unit and text.endswith(unit):
                text = text.removesuffix(unit)
                break
        text = re.sub(r"(?<=[0-9]),(?=[0-9]{3}(?:[,.]|$))", "", text)
        if not re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]*)?|-?\.[0-9]+", text):
            raise ValueError(_("%(thing)s应为数字，例如 85.20。", thing=thing_of(self)))
        value = Decimal(text)
        exact = value.quantize(Decimal(1).scaleb(-self.places)) if len(text) < 24 else None
        if exact is None or exact != value:
            raise ValueError(_("%(thing)s最多保留 %(places)s 位小数。", thing=thing_of(self), places=self.places))
        return exact if self.places == 2 else value

    def write(self, value: Decimal) -> str:
        return format(value, "f")


class AreaField(DecimalField):
    """面积, in square metres."""

    units = ("平方米", "平米", "平方", "m2", "M2", "平")

    def __init__(self, label: Any = None, validators: Any = None, *, unit: Any = "㎡", **kwargs: Any) -> None:
        super().__init__(label, validators, unit=unit, **kwargs)


class MoneyField(DecimalField):
    """金额, in yuan."""

    units = ("元/月", "元/m2", "元", "块")

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        unit: Any = "元",
        most: Decimal = Decimal("9999999.99"),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, unit=unit, most=most, **kwargs)


class DateField(Answer):
    """日期, typed as 8 digits or in any usual way: 20240315, 2024-3-15, 2024/3/15, 2024.3.15, 2024年3月15日."""

    kind = "date"
    keypad: ClassVar[Mapping[str, str]] = {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, text: str) -> str:
        return half_width(text)

    def read(self, text: str) -> date:
        parts = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text) or re.fullmatch(
            r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", text
        )
        if parts is None:
            raise ValueError(_("%(thing)s应为 8 位数字，例如 20240315。", thing=thing_of(self)))
        try:
            return date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError:
            raise ValueError(_("%(thing)s“%(text)s”不存在，请核对月和日。", thing=thing_of(self), text=text)) from None

    def write(self, value: date) -> str:
        return value.isoformat()


def not_on_list(field: Field, text: str) -> str:
    return _("%(thing)s没有“%(text)s”这一项，请重新选择。", thing=thing_of(field), text=text[:40])


class ChoiceField(Answer, SelectField):
    """One of a list. Few choices are shown as buttons, many as a list to open; either can be left or made blank.

    options  a code list, or a mapping from what is kept to the word
    """

    widget = widgets.Select()

    def __init__(
        self,
        label: Any = None,
        validators: Any = None,
        *,
        options: type[Code] | Mapping[str, Any],
        kind: str = "",
        blank: bool = True,
        **kwargs: Any,
    ) -> None:
        self.options = options
        self.blank = blank
        words = len(options)
        self.kind = kind or ("radio" if words <= FEW else "select")
        super().__init__(label, validators, coerce=self.member, choices=self._choices, validate_choice=False, **kwargs)
        self.type = type(self).__name__
        if self.kind == "radio":
            self.widget = widgets.ListWidget(prefix_label=False)
            self.option_widget = widgets.RadioInput()
            self.label.field_id = ""

    def words(self) -> list[tuple[str, str]]:
        """(what is kept, the word in the reader's language)."""
        if isinstance(self.options, Mapping):
            return [(value, _(str(word))) for value, word in self.options.items()]
        return [(str(code), _(code.label)) for code in self.options]

    def _choices(self) -> list[SelectChoice]:
        blank = [SelectChoice(value="", label=_("未填") if self.kind == "radio" else _("请选择"))] if self.blank else []
        return [*blank, *(SelectChoice(value=value, label=word) for value, word in self.words())]

    def member(self, value: Any) -> Any:
        """The value of a kept text; None for a blank one. Raises ValueError for a text that the list does not know."""
        if value is None or value == "":
            return None
        if isinstance(self.options, Mapping):
            if value not in self.options:
                raise ValueError(value)
            return value
        return self.options(value)

    def read(self, text: str) -> Any:
        try:
            return self.member(text)
        except ValueError:
            raise ValueError(not_on_list(self, text)) from None

    def pre_validate(self, form: Any) -> None:
        """Reading has checked the choice."""

    def process_data(self, value: Any) -> None:
        self.data = self.member(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        Answer.process_formdata(self, valuelist)

    @property
    def word(self) -> str:
        """The word of the answer; "" when unanswered."""
        kept = self.texts()
        return dict(self.words()).get(kept[0], kept[0]) if kept else ""


class CodeField(ChoiceField):
    """One word of a code list of `survey.domain.codes`."""

    def __init__(self, label: Any, codes: type[Code], validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, options=codes, **kwargs)


class CodesField(Answer, SelectMultipleField):
    """Several words of a code list, shown as boxes to tick; kept in the order of the list."""

    kind = "checkboxes"
    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: Any, codes: type[Code], validators: Any = None, **kwargs: Any) -> None:
        self.codes = codes
        super().__init__(label, validators, coerce=codes, choices=self._choices, validate_choice=False, **kwargs)
        self.type = type(self).__name__
        self.label.field_id = ""

    def _choices(self) -> list[SelectChoice]:
        return [SelectChoice(value=str(code), label=_(code.label)) for code in self.codes]

    def process_data(self, value: Any) -> None:
        self.data = [self.codes(one) for one in value or ()]

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = []
        chosen = {text.strip() for text in valuelist} - {""}
        unknown = chosen - {str(code) for code in self.codes}
        if unknown:
            raise ValueError(not_on_list(self, clean_text(min(unknown))))
        self.data = [code for code in self.codes if code in chosen]

    def pre_validate(self, form: Any) -> None:
        """Reading has checked the choices."""

    def texts(self) -> list[str]:
        if self.process_errors:
            return [clean_text(text) for text in self.raw_data or [] if text.strip()]
        return [str(code) for code in self.data or ()]


class YesNoField(ChoiceField):
    """是 or 否, or not asked yet. Kept as bool."""

    kind = "radio"

    def __init__(
        self, label: Any = None, validators: Any = None, *, yes: Any = "", no: Any = "", **kwargs: Any
    ) -> None:
        super().__init__(label, validators, options={YES: yes or N_("是"), NO: no or N_("否")}, **kwargs)

    def member(self, value: Any) -> bool | None:
        if isinstance(value, bool):
            return value
        kept = super().member(value)
        return None if kept is None else kept == YES

    def write(self, value: bool) -> str:
        return YES if value else NO


class RowField(FormField):
    """One row. Filled again, it keeps its questions: binding them takes five times as long as reading their answers."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        if "form" in self.__dict__ and data is unset_value and not extra_filters:
            self.form.process(formdata)
        else:
            super().process(formdata, data, extra_filters)


class RowsField(FieldList):
    """A list of rows, each a small form.

    thing     what the list is called ("人口"); row what one of its rows is called ("人员")
    expected  whether a complete sheet has at least one
    """

    _bound: Sequence[RowField] = ()
    """The rows of earlier fillings, each named by its place."""

    def process(self, *args: Any, **kwargs: Any) -> None:
        super().process(*args, **kwargs)
        if len(self.entries) > len(self._bound):
            self._bound = self.entries

    def _add_entry(self, formdata: Any = None, data: Any = unset_value, index: int | None = None) -> Any:
        place = len(self.entries)
        if index not in (None, place) or place >= len(self._bound):
            return super()._add_entry(formdata, data, index)
        self.last_index = place
        self._bound[place].process(formdata, data)
        self.entries.append(self._bound[place])
        return self._bound[place]

    def __init__(
        self,
        row_form: type[Form],
        label: Any,
        validators: Any = None,
        *,
        thing: Any,
        row: Any,
        most: int,
        expected: bool = False,
        **kwargs: Any,
    ) -> None:
        drawn = {"data-row": row, **({"data-expected": True} if expected else {})}
        super().__init__(RowField(row_form), label, [*(validators or ()), AtMost(most)], render_kw=drawn, **kwargs)
        self.type = type(self).__name__
        self.thing = thing
        self.row = row
        self.expected = expected
        self.flags.optional = not expected
