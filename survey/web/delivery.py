"""Deliveries (送达): the form that records one."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import DeliveryMethod
from survey.forms.delivery import NOTICES, RecordDeliveryForm
from survey.models import User, db
from survey.services.delivery import list_unserved, record_delivery
from survey.services.visit import find_last_partner
from survey.web import local_now
from survey.web.access import current_user, load_household, requires
from survey.web.household.page import page_words
from survey.web.upload import document_folder, read_file

bp = Blueprint("delivery", __name__)
bp.context_processor(page_words)


@bp.route("/household/<uuid:household_id>/delivery/record", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    """One delivery or attempt. `?notice=` and `?no=` say which paper; else the one that most likely waits to be served."""
    household = load_household(household_id)
    unserved = list_unserved(household.project_id, [household.id])[household.id]
    asked, number = request.args.get("notice"), request.args.get("no")
    likely = next((row for row in unserved if asked in (None, row.notice) and number in (None, row.document_no)), None)
    notice = asked or (likely.notice if likely else None)
    form = RecordDeliveryForm(
        notice=notice if notice in NOTICES else None,
        document_no=likely.document_no if likely else "",
        is_served=True,
        method=DeliveryMethod.DIRECT,
        served_at=local_now(),
        server=current_user.display_name,
        second_server=_last_partner(household.project_id),
        recipient=household.owner_names.partition("、")[0],
        for_self=True,
        place=household.address,
    )
    if form.validate_on_submit():
        with form.catching():
            evidence = read_file(form.evidence.data, "evidence")
            row = record_delivery(
                actor=current_user,
                household=household,
                given=form.given(has_evidence=evidence is not None),
                now=local_now(),
                evidence=evidence,
                folder=document_folder(),
                key=form.key.uuid,
            )
            flash(_("已登记送达。") if row.counts_from else _("已登记一次未送达。"), "success")
            return redirect(url_for("household.show", household_id=household.id) + "#deliveries")
    return render_template("delivery/record.html", form=form, household=household), form.status


def _last_partner(project_id: UUID) -> str:
    partner = find_last_partner(current_user, project_id)
    return db.session.get_one(User, partner).display_name if partner else ""
