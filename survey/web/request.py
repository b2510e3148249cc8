"""Requests (诉求): taken down for a household, accepted, answered, closed; and the project's list, overdue ones first."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import Urgency
from survey.forms.request import AcceptRequestForm, AnswerRequestForm, RecordRequestForm
from survey.models import Household, Request
from survey.services.request import (
    SHOWN,
    RequestGiven,
    accept_request,
    answer_request,
    close_request,
    get_request,
    list_project_requests,
    record_request,
)
from survey.web import local_today
from survey.web.access import current_user, load_household, may, project_of_page, requires
from survey.web.answer import url_with
from survey.web.household.page import page_words

bp = Blueprint("request", __name__)
bp.context_processor(page_words)


@bp.get("/project/<project_code>/requests")
@requires(Permission.HOUSEHOLD_LIST)
def list(project_code: str) -> ResponseReturnValue:
    """The requests of the households in sight."""
    shown = request.args.get("shown", "open")
    shown = shown if shown in SHOWN else "open"
    page = list_project_requests(
        current_user,
        project_of_page(),
        shown=shown,
        today=local_today(),
        page=request.args.get("page", 1, type=int) or 1,
    )
    words = {
        "open": _("未办结"), "overdue": _("已超期"), "answered": _("已答复待办结"), "closed": _("已办结"), "all": _("全部"),
    }  # fmt: skip
    return render_template(
        "request/list.html",
        page=page,
        shown=shown,
        chips_items=[
            {"label": words[name], "count": page.counts[name], "url": url_with(shown=name), "current": name == shown}
            for name in SHOWN
        ],
        may_answer=may(Permission.REQUEST_ANSWER),
    )


@bp.route("/household/<uuid:household_id>/request/record", methods=["GET", "POST"])
@requires(Permission.REQUEST_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    form = RecordRequestForm(
        received_on=local_today(), urgency=Urgency.NORMAL, person_name=household.owner_names.partition("、")[0]
    )
    if form.validate_on_submit():
        with form.catching():
            row = record_request(
                actor=current_user,
                household=household,
                given=RequestGiven(
                    received_on=form.received_on.data,
                    person_name=form.person_name.data or "",
                    kind=form.kind.data,
                    content=form.content.data or "",
                    urgency=form.urgency.data or Urgency.NORMAL,
                    source=form.source.data,
                    handler=form.handler.data or "",
                ),
                today=local_today(),
                key=form.key.uuid,
            )
            flash(
                _(
                    "已登记为 %(number)s 号诉求：%(accept)s 前告知受理，%(reply)s 前答复。",
                    number=row.number, accept=row.accept_due, reply=row.reply_due,
                ),
                "success",
            )  # fmt: skip
            return redirect(url_for("household.show", household_id=household.id) + "#requests")
    return render_template("request/record.html", form=form, household=household), form.status


@bp.get("/household/<uuid:household_id>/request/<uuid:request_id>")
@requires(Permission.REQUEST_ANSWER)
def show(household_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """One request with what can be done about it."""
    household = load_household(household_id)
    return _page(household, get_request(household, request_id))


def _page(
    household: Household,
    row: Request,
    accept: AcceptRequestForm | None = None,
    answer: AnswerRequestForm | None = None,
) -> ResponseReturnValue:
    refused = accept or answer
    accept = accept or AcceptRequestForm(formdata=None, accepted_on=local_today(), handler=row.handler)
    answer = answer or AnswerRequestForm(
        formdata=None,
        reply=row.reply,
        replied_on=row.replied_on or local_today(),
        handler=row.handler,
        reply_channel=row.reply_channel,
        satisfaction=row.satisfaction,
    )
    page = render_template(
        "request/show.html", household=household, row=row, accept_form=accept, answer_form=answer, refused=refused
    )
    return page, refused.status if refused else 200


@bp.post("/household/<uuid:household_id>/request/<uuid:request_id>/accept")
@requires(Permission.REQUEST_ANSWER)
def accept(household_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Note that the person was told of the acceptance."""
    household = load_household(household_id)
    row = get_request(household, request_id)
    form = AcceptRequestForm()
    if form.validate():
        with form.catching():
            accept_request(
                actor=current_user,
                request=row,
                accepted_on=form.accepted_on.data,
                handler=form.handler.data or "",
                today=local_today(),
            )
            flash(_("已记录告知受理。"), "success")
            return redirect(url_for("request.show", household_id=household.id, request_id=row.id))
    return _page(household, row, accept=form)


@bp.post("/household/<uuid:household_id>/request/<uuid:request_id>/answer")
@requires(Permission.REQUEST_ANSWER)
def answer(household_id: UUID, request_id: UUID) -> ResponseReturnValue:
    """Write the answer; with `close`, close the request as well."""
    household = load_household(household_id)
    row = get_request(household, request_id)
    form = AnswerRequestForm()
    if form.validate():
        with form.catching():
            answer_request(
                actor=current_user,
                request=row,
                reply=form.reply.data or "",
                replied_on=form.replied_on.data,
                handler=form.handler.data or "",
                today=local_today(),
                channel=form.reply_channel.data,
                satisfaction=form.satisfaction.data,
            )
            if request.form.get("close"):
                close_request(actor=current_user, request=row)
                flash(_("%(number)s 号诉求已答复并办结。", number=row.number), "success")
                return redirect(url_for("request.list", project_code=project_of_page().code))
            flash(_("已保存答复。"), "success")
            return redirect(url_for("request.show", household_id=household.id, request_id=row.id))
    return _page(household, row, answer=form)
