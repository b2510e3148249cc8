"""Visits of a household: the list, and recording one at the door."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import VisitResult
from survey.forms.visit import RecordVisitForm
from survey.models import Household
from survey.services import visit as visits
from survey.services.project import settings_of
from survey.web.access import current_user, load_household, may, project_of_page, requires
from survey.web.sheet.page import trail

bp = Blueprint("visit", __name__)

SLIP_AFTER = frozenset({VisitResult.NOBODY_HOME, VisitResult.UNREACHABLE, VisitResult.TENANT_ONLY})
"""Results after which a 未遇告知单 is left at the door."""


@bp.get("/household/<uuid:household_id>/visit")
@requires(Permission.HOUSEHOLD_SHOW)
def list(household_id: UUID) -> ResponseReturnValue:
    """All visits, the latest first; `?saved=3` says what to do after the third."""
    household = load_household(household_id)
    rows = visits.list_visits(household)
    saved = next((row for row in rows if str(row.visit_no) == request.args.get("saved")), None)
    return render_template(
        "visit/list.html",
        household=household,
        visits=rows,
        saved=saved,
        slip_url=slip_url(household) if saved is not None and saved.result in SLIP_AFTER else None,
        trail=trail,
    )


@bp.route("/household/<uuid:household_id>/visit/record", methods=["GET", "POST"])
@requires(Permission.VISIT_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    from survey.web import local_now

    household = load_household(household_id)
    project = project_of_page()
    surveyors = {user.id: user.display_name for user in visits.list_surveyors(project.id)}
    now = local_now().replace(second=0, microsecond=0)
    begun = now - timedelta(minutes=1) if request.method == "GET" else now
    form = RecordVisitForm(
        surveyor_1=current_user.id if current_user.id in surveyors else None,
        surveyor_2=visits.find_last_partner(current_user, project.id),
        started_at=begun,
        ended_at=now,
    )
    form.surveyor_1.offer(surveyors)
    form.surveyor_2.offer(surveyors)
    if form.validate_on_submit():
        with form.catching():
            visit = visits.record_visit(actor=current_user, household=household, made=form.made(), key=form.key.uuid)
            flash(
                _("已保存第 %(number)s 次入户：%(result)s。", number=visit.visit_no, result=_(visit.result.label)),
                "success",
            )
            return redirect(url_for("visit.list", household_id=household.id, saved=visit.visit_no))
    settings = settings_of(project)
    asks_why = bool(form.hours_reason.errors or form.hours_reason.data) or not (
        settings.visit_from <= now.time() <= settings.visit_until
    )
    page = render_template(
        "visit/record.html", form=form, household=household, settings=settings, asks_why=asks_why, trail=trail
    )
    return page, form.status


def slip_url(household: Household) -> str | None:
    """Where the 未遇告知单 of the household is printed (by a POST, which the log notes); None where the reader may not."""
    if "notice.print_one" not in current_app.view_functions or not may(Permission.NOTICE_PRINT):
        return None
    return url_for("notice.print_one", household_id=household.id, name="missed-visit")
