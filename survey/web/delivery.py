"""Deliveries (送达): the form that records one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import DeliveryMethod
from survey.forms.delivery import NOTICES, RecordDeliveryForm
from survey.services.delivery import record_delivery
from survey.services.notice import find_last_issue
from survey.web import local_now
from survey.web.access import current_user, load_household, requires
from survey.web.household.page import page_words
from survey.web.upload import document_folder, read_file

bp = Blueprint("delivery", __name__)
bp.context_processor(page_words)


@bp.route("/household/<uuid:household_id>/delivery/record", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    issued = find_last_issue(household)
    asked = request.args.get("notice") or (issued.notice if issued else "")
    now = local_now()
    form = RecordDeliveryForm(
        notice=asked if asked in NOTICES else None,
        document_no=issued.document_no if issued and issued.notice == asked and asked in NOTICES else "",
        method=DeliveryMethod.DIRECT,
        served_at=now,
        recipient=household.owner_names.partition("、")[0],
        for_self=True,
        place=household.address,
    )
    if form.validate_on_submit():
        with form.catching():
            evidence = read_file(form.evidence.data, "evidence")
            record_delivery(
                actor=current_user,
                household=household,
                given=form.given(has_evidence=evidence is not None),
                now=now,
                evidence=evidence,
                folder=document_folder(),
                key=form.key.uuid,
            )
            flash(_("已登记送达。"), "success")
            return redirect(url_for("household.show", household_id=household.id) + "#deliveries")
    return render_template("delivery/record.html", form=form, household=household), form.status
