"""The survey form (入户调查登记表) as one class: the questions of `survey.domain.sheet.Sheet`, name for name.

Pages, tablets and edited ledgers all check their answers here. The form may be half empty: an unanswered question is no
error. What a person may not see is left out of their form by `hidden_fields`, and `keep_unshown` puts it back
before anything is saved.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, Form, FormField

from survey.domain.errors import DomainError
from survey.domain.sheet import ROW_TYPES, Pair, Pairs, Sheet, field_types, row_name
from survey.domain.sheet import from_pairs as sheet_from_pairs
from survey.forms.fields import Answer
from survey.forms.sheet.home import ExtraQuestions, HomeQuestions
from survey.forms.sheet.location import LocationQuestions
from survey.forms.sheet.person import PeopleQuestions
from survey.forms.sheet.row import leave_out
from survey.forms.sheet.title import TitleQuestions
from survey.forms.sheet.wish import NoteQuestions, WishQuestions
from survey.forms.validators import is_asked

MOST_PAIRS = 20_000
OFFICE_FIELDS = frozenset({"expected_price_yuan"})
RESTRICTED_FIELDS = frozenset({"special_tags", "proof_note"})
MASKED_FIELDS = frozenset({"id_no", "phone"})
"""Numbers that the page does not show: an empty box keeps what is there, and removing is said expressly."""


@dataclass(frozen=True, slots=True)
class Section:
    """One card of the form. `name` is the fragment in the page's address, `fields` what stands in it, in order."""

    name: str
    title: Any
    fields: tuple[str, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "location",
        _l("坐落"),
        ("address", "address_on_cert", "realty_unit_code", "parcel_no", "total_floors", "floor_no", "floor_note", "lon",
         "lat"),
    ),
    Section(
        "title",
        _l("权属"),
        ("tenure_type", "property_class", "title_status", "coown_type", "uscc", "lessor", "mortgage", "mortgage_detail",
         "seizure", "seizure_detail", "residence_right", "residence_right_detail", "objection", "objection_detail",
         "lease_status", "rent_yuan_month", "lease_end", "land_owner_type", "land_source", "land_area_m2", "only_home"),
    ),
    Section("certificate", _l("证书"), ("certificates",)),
    Section(
        "home",
        _l("房屋"),
        ("layout_type", "rooms", "halls", "kitchens", "baths", "orientation", "newness_pct", "hazard_grade",
         "meter_water", "meter_power", "meter_gas", "meter_heat"),
    ),
    Section("part", _l("部位"), ("parts",)),
    Section("extra", _l("附属物装修"), ("decoration", "decoration_items", "fixtures")),
    Section("people", _l("人口"), ("persons",)),
    Section(
        "wish",
        _l("意愿"),
        ("renewal_will", "will_reason", "will_text", "comp_mode", "resettle_place", "transit_mode", "move_mode",
         "expected_price_yuan", "appraiser_choice", "desired_layouts"),
    ),
    Section("note", _l("备注"), ("note", "reasons")),
)  # fmt: skip
SECTION_OF = {field: section.name for section in SECTIONS for field in section.fields}


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the questions that a complete sheet answers have an answer."""

    answered: int
    asked: int

    @property
    def is_complete(self) -> bool:
        return self.answered >= self.asked


class SheetForm(
    LocationQuestions,
    TitleQuestions,
    HomeQuestions,
    ExtraQuestions,
    PeopleQuestions,
    WishQuestions,
    NoteQuestions,
    Form,
):
    """The form. Its fields are those of `Sheet`; a row's are those of its row type."""

    class Meta:
        csrf = False

    def __init__(self, formdata: Any = None, *, hidden_fields: frozenset[str] = frozenset(), **kwargs: Any) -> None:
        self.hidden_fields = hidden_fields
        super().__init__(formdata, **kwargs)
        leave_out(self, hidden_fields)

    @classmethod
    def from_pairs(cls, pairs: Pairs, *, hidden_fields: frozenset[str] = frozenset()) -> SheetForm:
        """The form filled with the pairs, typed or not. Raises DomainError sheet.too_long, sheet.field_unknown."""
        return cls(_formdata(pairs), hidden_fields=hidden_fields)

    def refill(self, pairs: Pairs) -> None:
        """Put other answers in place of these; nothing of the old ones is left. Raises as `from_pairs`."""
        self.form_errors = []
        self.process(_formdata(pairs))

    # --- rows

    def rows(self, name: str = "") -> Iterator[FormField]:
        """The rows of one list, or of all of them in the order of the form."""
        for field in self:
            if isinstance(field, FieldList) and name in ("", field.short_name):
                yield from field.entries

    def blank_row(self, name: str) -> FormField:
        """An empty row whose number is `__i__`, for the page to copy when somebody adds one."""
        row: FormField = self[name].unbound_field.bind(form=self, name=f"{name}-__i__", _meta=self.meta)
        row.process(None)
        return row

    # --- answers

    def answers(self) -> Iterator[Field]:
        """Every question, rows included, in the order of the form."""
        for field in self:
            if isinstance(field, FieldList):
                for row in field.entries:
                    yield from row.form
            else:
                yield field

    def to_pairs(self, *, unasked: bool = False) -> list[Pair]:
        """The answers as ordered pairs: canonical texts, blank ones left out, rows numbered from 0.

        unasked  whether answers to questions that a skip rule rules out go with them (a draft keeps them)
        """
        pairs: list[Pair] = []
        for name in field_types(Sheet):
            if name not in self:
                continue
            field = self[name]
            if not isinstance(field, FieldList):
                pairs.extend(_pairs_of(field, name, unasked))
                continue
            number = 0
            for row in field.entries:
                told = [
                    pair
                    for part in field_types(ROW_TYPES[name])
                    if part in row.form
                    for pair in _pairs_of(row.form[part], f"{name}-{number}-{part}", unasked)
                ]
                # A row of which only its uid is on the page may have answers that the page does not show.
                is_kept = bool((self.hidden_fields | MASKED_FIELDS) & set(field_types(ROW_TYPES[name])))
                if told and (unasked or is_kept or len(told) > 1):
                    pairs.extend(told)
                    number += 1
        return pairs

    def to_sheet(self) -> Sheet:
        """The answers as a sheet. Only when nothing blocks saving. Raises DomainError as `sheet.from_pairs`."""
        return sheet_from_pairs(self.to_pairs())

    # --- what is wrong, what is missing

    def blocking_errors(self) -> dict[str, list[str]]:
        """Field name -> the errors for which not even a draft version can be kept. After `validate`."""
        blocking = {field.name: field.blocking_errors for field in self.answers() if field.blocking_errors}
        for field in self:
            if isinstance(field, FieldList):
                spoken = [error for error in field.errors if isinstance(error, str)]
                if spoken:
                    blocking[field.name] = spoken
        return blocking

    def faults(self) -> dict[str, list[str]]:
        """Field name -> what is wrong in an answer that can be kept in a draft all the same. After `validate`."""
        return {field.name: field.faults for field in self.answers() if getattr(field, "faults", None)}

    def progress(self, section: Section) -> Progress:
        """Answered and asked questions of a section. Optional questions and those that are skipped do not count."""
        answered = asked = 0
        for name in section.fields:
            if name not in self:
                continue
            field = self[name]
            if isinstance(field, FieldList):
                questions = [question for row in field.entries for question in row.form if question.short_name != "uid"]
                if not field.entries and field.expected:
                    asked += 1
            else:
                questions = [field]
            for question in questions:
                if isinstance(question, Answer) and not question.optional and is_asked(question):
                    asked += 1
                    answered += bool(question.texts()) or bool(getattr(question, "is_kept", False))
        return Progress(answered, asked)

    @property
    def whole_progress(self) -> Progress:
        parts = [self.progress(section) for section in SECTIONS]
        return Progress(sum(part.answered for part in parts), sum(part.asked for part in parts))


_idle: defaultdict[frozenset[str], list[SheetForm]] = defaultdict(list)


@contextmanager
def lent_form(hidden_fields: frozenset[str] = frozenset()) -> Iterator[SheetForm]:
    """A form to `refill`, for the length of a block: what only reads and checks need not bind two hundred questions anew.

    Whoever draws a page makes a form of their own: the words of choices are those of the language it was made in.
    """
    try:
        form = _idle[hidden_fields].pop()
    except IndexError:
        form = SheetForm(hidden_fields=hidden_fields)
    try:
        yield form
    finally:
        _idle[hidden_fields].append(form)


def _formdata(pairs: Pairs) -> MultiDict[str, str]:
    if len(pairs) > MOST_PAIRS:
        raise DomainError("sheet.too_long", most=MOST_PAIRS)
    for name, _text in pairs:
        if not is_known(name):
            raise DomainError("sheet.field_unknown", name[:80], name=name[:80])
    return MultiDict([(name, text) for name, text in pairs])


def is_known(name: str) -> bool:
    """Whether a pair's name is one of the form's: `tenure_type`, `persons-0-full_name`."""
    part = row_name(name)
    if part is None:
        return name in field_types(Sheet) and name not in ROW_TYPES
    return part.rows in ROW_TYPES and part.field in field_types(ROW_TYPES[part.rows])


def _pairs_of(field: Field, name: str, unasked: bool) -> list[Pair]:
    if not unasked and not is_asked(field):
        return []
    return [(name, text) for text in field.texts()]
