"""The forms of the tablet's pages: the classes of the office's pages, blank, for the shell that every tablet keeps.

The shell holds nobody's data and is the same for everyone, so choices that depend on data (people, rounds, points) are
left empty: the page's script offers them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from wtforms import FieldList

from survey.domain.access import Permission
from survey.domain.message import MESSAGES
from survey.domain.signature import MOST_POINTS
from survey.forms.briefing import RecordBriefingForm
from survey.forms.consent import OTHER_AGENT, RecordConsentForm, WithdrawConsentForm
from survey.forms.delivery import RecordDeliveryForm
from survey.forms.document import AddDocumentForm
from survey.forms.fields import ChoiceField, CodesField
from survey.forms.request import RecordRequestForm
from survey.forms.sheet import OFFICE_FIELDS, RESTRICTED_FIELDS, SECTIONS, SheetForm
from survey.forms.signature import RecordSignatureForm
from survey.forms.visit import RecordVisitForm
from survey.web.answer import blank_row
from survey.web.sheet.page import cards

NO_CSRF = {"csrf": False}
"""The shell outlives any session: records carry the tablet's token instead."""

SPOKEN = (
    "check.address_missing",
    "check.area_negative",
    "check.birth_date_in_future",
    "check.birth_date_not_of_id",
    "check.build_year_in_future",
    "check.build_year_too_early",
    "check.cert_date_in_future",
    "check.inner_above_gross",
    "check.lease_status_missing",
    "check.name_missing",
    "check.owner_missing",
    "check.part_missing",
    "check.person_unnamed",
    "check.renewal_will_missing",
    "check.same_id_twice",
    "check.sex_not_of_id",
    "check.share_form",
    "check.shares_not_one",
    "check.tenant_missing",
    "check.tenure_type_missing",
    "check.title_status_missing",
    "check.visit_ends_before_start",
    "check.visit_in_future",
    "check.visit_long_ago",
    "check.visit_two_surveyors",
    "consent.agent_missing",
    "consent.already_given",
    "consent.before_word",
    "consent.in_future",
    "consent.not_briefed",
    "consent.reason_missing",
    "delivery.announced_place",
    "delivery.electronic_agreed",
    "delivery.in_future",
    "delivery.left_evidence",
    "delivery.left_reason",
    "delivery.number_missing",
    "delivery.place_missing",
    "delivery.recipient_missing",
    "delivery.relation_missing",
    "delivery.servers_equal",
    "delivery.servers_missing",
    "delivery.still_served",
    "delivery.unserved_note",
    "identity.birth_date",
    "identity.birth_future",
    "identity.characters",
    "identity.checksum",
    "identity.excel_lost",
    "identity.length",
    "identity.paper_form",
    "identity.phone_area",
    "identity.phone_form",
    "identity.uscc_checksum",
    "identity.uscc_form",
    "signature.evidence_missing",
    "signature.in_future",
    "signature.refuse_reason",
    "signature.refuse_role",
    "signature.refuse_witness",
    "signature.witness_is_signer",
    "visit.hours_reason",
    "visit.next_missing",
    "visit.next_too_early",
    "visit.note_missing",
)
"""What frontend/tablet/check.js may find: the page carries the sentences."""
GUARDED = {
    **dict.fromkeys(sorted(OFFICE_FIELDS), Permission.PRICE_SHOW),
    **dict.fromkeys(sorted(RESTRICTED_FIELDS), Permission.PERSON_TAGS),
}
"""Question -> permission to see it; the script takes it out of the sheet for everyone else, the server besides."""
NOT_FOR_RESIDENTS = OFFICE_FIELDS | {"reasons"}


@dataclass(frozen=True, slots=True)
class Told:
    """One question of the sheet as a resident reads it: its noun, its unit, and the word of each answer.

    rows  the questions of each row, for a list; `row` is what one is called
    """

    name: str
    thing: str
    unit: str = ""
    words: dict[str, str] = field(default_factory=dict)
    row: str = ""
    rows: tuple[Told, ...] = ()


def blank_forms() -> dict[str, Any]:
    """Each form of the tablet, unfilled, nothing offered."""
    consent = RecordConsentForm(None, meta=NO_CSRF)
    consent.agent.offer({OTHER_AGENT: _("其他代理人（凭授权委托书）")})
    forms: dict[str, Any] = {
        "sheet": SheetForm(),
        "visit": RecordVisitForm(None, meta=NO_CSRF),
        "briefing": RecordBriefingForm(None, meta=NO_CSRF),
        "consent": consent,
        "withdraw": WithdrawConsentForm(None, meta=NO_CSRF),
        "request": RecordRequestForm(None, meta=NO_CSRF),
        "delivery": RecordDeliveryForm(None, meta=NO_CSRF),
        "signature": RecordSignatureForm(None, meta=NO_CSRF),
        "document": AddDocumentForm(None, meta=NO_CSRF),
    }
    for surveyor in (forms["visit"].surveyor_1, forms["visit"].surveyor_2):
        surveyor.offer({})
    return forms


def told_sections(form: SheetForm) -> list[tuple[str, list[Told]]]:
    """The sections of the sheet for a resident to read before signing."""
    return [
        (str(section.title), [_told(form[name]) for name in section.fields if name not in NOT_FOR_RESIDENTS])
        for section in SECTIONS
    ]


def _told(question: Any) -> Told:
    thing = str(question.thing)
    if not isinstance(question, FieldList):
        words = {}
        if isinstance(question, ChoiceField):
            words = dict(question.words())
        elif isinstance(question, CodesField):
            words = {str(code): _(code.label) for code in question.codes}
        return Told(question.short_name, thing, str(question.unit), words)
    parts = tuple(_told(part) for part in blank_row(question).form if part.short_name != "uid")
    return Told(question.short_name, thing, row=str(question.row), rows=parts)


def shell_context() -> dict[str, object]:
    """What the pages of the shell are drawn with."""
    forms = blank_forms()
    shown = cards(forms["sheet"])
    return {
        "forms": forms,
        "cards": shown,
        "jump": [(card.id, card.title, 0) for card in shown],
        "told_sections": told_sections(forms["sheet"]),
        "spoken": {code: _(MESSAGES[code]) for code in SPOKEN},
        "guarded": {name: str(permission) for name, permission in GUARDED.items()},
        "most_points": MOST_POINTS,
    }
