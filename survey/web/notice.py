"""Notices (文书): printed for a household from its dossier, or for a stairwell or a building as one file."""

from __future__ import annotations

import io
from uuid import UUID

from flask import Blueprint, abort, current_app, render_template, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.notices import HOUSEHOLD_NOTICES, NOTICES, PROJECT_NOTICES
from exports.pdf import press
from exports.printing import Printed, find_notice, print_notices
from exports.view import view_of
from survey.config import Config
from survey.domain.access import Permission
from survey.forms.export import PrintForm, PrintNoticeForm
from survey.models import utc_now
from survey.services.export import Place, list_places, record_print
from survey.services.scope import get_building
from survey.web.access import current_user, load_household, may, project_of_page, requires

bp = Blueprint("notice", __name__)


@bp.route("/project/<project_code>/notices", methods=["GET", "POST"])
@requires(Permission.NOTICE_PRINT)
def list(project_code: str) -> ResponseReturnValue:
    """What can be printed, and the forms that print it: for a building or a stairwell, or for the project as a whole."""
    project = project_of_page()
    form = _place_form()
    if form.validate_on_submit():
        with form.catching():
            building_id, slash, unit_no = form.place.data.partition("/")
            done = print_notices(
                form.name.data,
                project=project,
                view=view_of(project, current_user),
                now=utc_now(),
                by=current_user.display_name,
                building=get_building(current_user, UUID(building_id)),
                unit_no=unit_no if slash else None,
                document_no=form.document_no.data,
                duplex=form.duplex.data,
                font_folder=_config().fonts,
                processes=2,
            )
            record_print(
                actor=current_user, project=project, notice=done.notice.name, snapshot=done.snapshot,
                count=done.count, where=done.where,
            )  # fmt: skip
            return _send(done)
    return _project_page(form, PrintForm())


@bp.post("/project/<project_code>/notice/<name>")
@requires(Permission.NOTICE_PUBLISH)
def publish(project_code: str, name: str) -> ResponseReturnValue:
    """A notice about the whole project: only for who sees the whole of it, for it counts what the reader sees."""
    project = project_of_page()
    if name not in NOTICES or not NOTICES[name].for_project:
        abort(404)
    form = PrintForm()
    if form.validate_on_submit():
        with form.catching():
            done = print_notices(
                name,
                project=project,
                view=view_of(project, current_user),
                now=utc_now(),
                by=current_user.display_name,
                font_folder=_config().fonts,
            )
            record_print(
                actor=current_user, project=project, notice=name, snapshot=done.snapshot, count=done.count,
                where=done.where,
            )  # fmt: skip
            return _send(done)
    return _project_page(_place_form(), form)


def _place_form() -> PrintNoticeForm:
    return PrintNoticeForm(
        names=[(notice.name, _(notice.title)) for notice in HOUSEHOLD_NOTICES],
        places=[(place.key, _place_label(place)) for place in list_places(current_user, project_of_page().id)],
    )


def _project_page(form: PrintNoticeForm, project_form: PrintForm) -> ResponseReturnValue:
    page = render_template(
        "notice/list.html",
        form=form,
        project_form=project_form,
        has_places=len(form.place.choices) > 1,
        household_notices=HOUSEHOLD_NOTICES,
        project_notices=PROJECT_NOTICES if may(Permission.NOTICE_PUBLISH) else (),
        missing=press(_config().fonts).missing_faces(),
        font_folder=_config().fonts,
    )
    return page, max(form.status, project_form.status)


@bp.get("/household/<uuid:household_id>/notices")
@requires(Permission.NOTICE_PRINT)
def show(household_id: UUID) -> ResponseReturnValue:
    return _household_page(household_id, PrintForm())


@bp.post("/household/<uuid:household_id>/notice/<name>")
@requires(Permission.NOTICE_PRINT)
def print_one(household_id: UUID, name: str) -> ResponseReturnValue:
    """One notice for one household."""
    if name not in NOTICES or NOTICES[name].for_project:
        abort(404)
    form, project = PrintForm(), project_of_page()
    if form.validate_on_submit():
        with form.catching():
            done = print_notices(
                find_notice(name).name,
                project=project,
                view=view_of(project, current_user),
                now=utc_now(),
                by=current_user.display_name,
                household_id=household_id,
                font_folder=_config().fonts,
            )
            record_print(
                actor=current_user, project=project, notice=name, snapshot=done.snapshot, count=done.count,
                where=done.where, household=load_household(household_id),
            )  # fmt: skip
            return _send(done)
    return _household_page(household_id, form)


def _household_page(household_id: UUID, form: PrintForm) -> ResponseReturnValue:
    household = load_household(household_id)
    page = render_template("notice/show.html", form=form, household=household, notices=HOUSEHOLD_NOTICES)
    return page, form.status


def _place_label(place: Place) -> str:
    text = _("%(place)s（%(count)s户）", place=place.label, count=place.households)
    return text if place.unit_no is None else f"　{text}"


def _config() -> Config:
    config: Config = current_app.config["RUHU"]
    return config


def _send(done: Printed) -> ResponseReturnValue:
    return send_file(io.BytesIO(done.pdf), mimetype="application/pdf", as_attachment=True, download_name=done.file_name)
