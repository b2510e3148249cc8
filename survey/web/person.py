"""One number of one person in clear: asked for by POST, told once, written into the log before it is told."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.mask import mask_id_no, mask_phone
from survey.forms.base import sentence_of
from survey.forms.household import RevealForm
from survey.models import PersonRow
from survey.services.person import NUMBERS, get_person, must_give_reason, reveal_number
from survey.web.access import current_user, load_household, requires, role_of_page
from survey.web.household.page import page_words

bp = Blueprint("person", __name__)
bp.context_processor(page_words)


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


@bp.route("/household/<uuid:household_id>/person/<uuid:person_id>/reveal", methods=["GET", "POST"])
@requires(Permission.PERSON_REVEAL)
def reveal(household_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """`field` is id_no or phone. GET asks (a page without a script), POST tells: JSON for a script, else a page."""
    household = load_household(household_id)
    person = get_person(household, person_id)
    field = request.values.get("field", "")
    if field not in NUMBERS:
        raise NotFound
    form = RevealForm(field=field)
    value = None
    if request.method == "POST":
        try:
            value = reveal_number(
                actor=current_user,
                household=household,
                uid=person.uid,
                field=field,
                reason=request.form.get("reason", ""),
            )
        except DomainError as error:
            if wants_json():
                return jsonify(message=sentence_of(error)), 422
            form.refuse(error)
        else:
            if wants_json():
                return jsonify(value=value)
    page = render_template(
        "person/reveal.html",
        household=household,
        person=person,
        form=form,
        field=field,
        masked=masked_number(person, field),
        value=value,
        needs_reason=must_give_reason(role_of_page()),
    )
    return page, form.status


def masked_number(person: PersonRow, field: str) -> str:
    return mask_id_no(person.id_no) if field == "id_no" else mask_phone(person.phone)
