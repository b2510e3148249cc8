"""A tablet's record in words: the same forms as the pages', read for showing and not for writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FileField, FormField, HiddenField

from survey.domain.codes import label_of
from survey.domain.event import EventType
from survey.domain.sheet import Pairs
from survey.forms.base import Form
from survey.forms.briefing import RecordBriefingForm
from survey.forms.consent import RecordConsentForm, WithdrawConsentForm
from survey.forms.delivery import RecordDeliveryForm
from survey.forms.document import AddDocumentForm
from survey.forms.fields import ChoiceField, CodesField
from survey.forms.offer import MomentField, OfferField, OffersField
from survey.forms.request import RecordRequestForm
from survey.forms.signature import RecordSignatureForm
from survey.forms.validators import thing_of
from survey.forms.visit import RecordVisitForm

RECORD_FORMS: dict[EventType, type[Form]] = {
    EventType.VISIT: RecordVisitForm,
    EventType.BRIEFING: RecordBriefingForm,
    EventType.CONSENT: RecordConsentForm,
    EventType.WITHDRAW: WithdrawConsentForm,
    EventType.REQUEST: RecordRequestForm,
    EventType.DELIVERY: RecordDeliveryForm,
    EventType.SIGNATURE: RecordSignatureForm,
    EventType.DOCUMENT: AddDocumentForm,
}
"""Type -> the form of its pairs. Types about the sheet have `SheetForm`."""


def record_words(type_: EventType, pairs: Pairs, offers: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """(question, answer) for what was answered, in the order of the form; an answer that cannot be read stays as sent.

    offers  question -> value -> word, for questions whose choices the page knows (surveyors, points)
    """
    form = RECORD_FORMS[type_](MultiDict([(name, text) for name, text in pairs]), meta={"csrf": False})
    return list(_words(form, offers))


def _words(fields: Iterable[Field], offers: Mapping[str, Mapping[str, str]]) -> Iterable[tuple[str, str]]:
    for field in fields:
        if isinstance(field, (HiddenField, FileField)):
            continue
        if isinstance(field, FieldList):
            for number, row in enumerate(field.entries, 1):
                for label, word in _words(row.form if isinstance(row, FormField) else [row], offers):
                    yield f"{thing_of(field)} {number} · {label}", word
        elif word := _word(field, offers.get(field.short_name, {})):
            yield thing_of(field), word


def _word(field: Any, offered: Mapping[str, str]) -> str:
    if isinstance(field, ChoiceField):
        return str(field.word)
    texts = field.texts() if hasattr(field, "texts") else [str(field.data or "")]
    if isinstance(field, CodesField):
        return "、".join(_(label_of(field.codes, text)) for text in texts)
    if isinstance(field, (OfferField, OffersField)):
        return "、".join(offered.get(text, text) for text in texts)
    if isinstance(field, MomentField):
        return "、".join(text.replace("T", " ") for text in texts)
    return "、".join(texts)
