"""Signatures (签字): the form that records a signing on paper, or a refusal; what was drawn on a tablet, to examine."""

from __future__ import annotations

import json
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import SignerRole
from survey.domain.errors import NotFound
from survey.forms.signature import RecordSignatureForm
from survey.services.signature import get_signature, record_signature, standing_hash
from survey.web import local_now
from survey.web.access import current_user, load_household, requires
from survey.web.file import send_private
from survey.web.household.page import page_words
from survey.web.upload import document_folder, read_file

bp = Blueprint("signature", __name__)
bp.context_processor(page_words)


@bp.route("/household/<uuid:household_id>/signature/record", methods=["GET", "POST"])
@requires(Permission.SIGNATURE_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    """The page holds the version that is signed: when somebody changes the sheet meanwhile, the signing is refused."""
    household = load_household(household_id)
    now = local_now()
    form = RecordSignatureForm(
        signer_role=SignerRole.RESPONDENT,
        signer_name=household.owner_names.partition("、")[0],
        signed_at=now,
        signed=True,
        version=str(household.sheet_version),
    )
    if form.validate_on_submit():
        with form.catching():
            evidence = read_file(form.evidence.data, "evidence")
            record_signature(
                actor=current_user,
                household=household,
                given=form.given(has_evidence=evidence is not None),
                now=now,
                evidence=evidence,
                folder=document_folder(),
                version=form.signed_version,
                key=form.key.uuid,
            )
            flash(_("已登记签字。") if form.signed.data else _("已登记拒签。"), "success")
            return redirect(url_for("household.show", household_id=household.id) + "#signatures")
    page = render_template(
        "signature/record.html",
        form=form,
        household=household,
        standing_hash=standing_hash(household),
        is_posted=request.method == "POST",
    )
    return page, form.status


@bp.get("/household/<uuid:household_id>/signature/<uuid:signature_id>/drawing")
@requires(Permission.DOCUMENT_SHOW)
def drawing(household_id: UUID, signature_id: UUID) -> ResponseReturnValue:
    """The strokes of a signature with the hashes of the text and the picture: for whoever examines it in a dispute."""
    kept = get_signature(load_household(household_id), signature_id).drawing
    if kept is None:
        raise NotFound
    name = f"{signature_id}.json"
    return send_private(json.dumps(kept, indent=1).encode(), "application/json", name, is_download=True)
