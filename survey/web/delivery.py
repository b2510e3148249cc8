"""Deliveries (送达): the form that records one, and the one for a round through a building."""

from __future__ import annotations

from collections import Counter
from uuid import UUID, uuid5

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import DeliveryMethod
from survey.domain.delivery import PAPERS
from survey.forms.delivery import NOTICES, RecordBuildingForm, RecordDeliveryForm
from survey.models import User, db
from survey.services.delivery import list_unserved, list_waiting, record_delivery
from survey.services.visit import find_last_partner
from survey.web import local_now
from survey.web.access import building_of_page, current_user, load_household, requires
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


@bp.route("/building/<uuid:building_id>/delivery/record", methods=["GET", "POST"])
@requires(Permission.DELIVERY_RECORD)
def record_building(building_id: UUID) -> ResponseReturnValue:
    """What was handed over on a round through a building: one entry for each home that is ticked, the others stay."""
    building = building_of_page()
    waiting = [(home, row) for home, row in list_waiting(current_user, building) if home.owner_names]
    counts = Counter(row.notice for _home, row in waiting)
    asked = request.args.get("notice", "")
    notice = asked if asked in counts or not counts else counts.most_common(1)[0][0]
    offered = {str(row.id): (home, row) for home, row in waiting if row.notice == notice}
    form = RecordBuildingForm(
        method=DeliveryMethod.DIRECT.value,
        served_at=local_now(),
        server=current_user.display_name,
        second_server=_last_partner(building.project_id),
    )
    form.issues.offer(
        {
            key: " ".join(filter(None, (home.door_text, home.owner_names, row.document_no)))
            for key, (home, row) in offered.items()
        }
    )
    if form.validate_on_submit():
        # In the order of the ids: two who record the same building wait for each other and not in a circle.
        chosen = sorted((offered[key] for key in form.issues.data), key=lambda each: each[0].id)
        with form.catching():
            for home, row in chosen:
                record_delivery(
                    actor=current_user,
                    household=home,
                    given=form.given(
                        paper=row.notice,
                        title=row.title,
                        document_no=row.document_no,
                        recipient=home.owner_names.partition("、")[0],
                        place=home.address,
                    ),
                    now=local_now(),
                    key=uuid5(form.key.uuid, str(row.id)),
                )
            flash(_("已登记 %(count)s 户送达。", count=len(chosen)), "success")
            return redirect(url_for("delivery.record_building", building_id=building.id, notice=notice))
    here = {name: url_for("delivery.record_building", building_id=building.id, notice=name) for name in counts}
    tabs = [
        {"url": here[name], "label": _(PAPERS[name]), "count": count, "current": name == notice}
        for name, count in counts.most_common()
    ]
    page = render_template(
        "delivery/record_building.html", form=form, building=building, tab_items=tabs, action=here.get(notice, "")
    )
    return page, form.status


def _last_partner(project_id: UUID) -> str:
    partner = find_last_partner(current_user, project_id)
    return db.session.get_one(User, partner).display_name if partner else ""
