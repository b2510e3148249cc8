"""An office's own forms of ledgers (样表): what can stand in them, upload, filled export, putting away."""

from __future__ import annotations

import io
from pathlib import PurePath
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports import ledgers
from exports.ledger import Sheet
from exports.template import ONCE, Fault, check_template, names_of
from exports.view import count_households, view_of
from survey.domain.access import Permission
from survey.domain.errors import DomainError, NotFound
from survey.forms.base import sentence_of
from survey.forms.export import ExportLedgerForm
from survey.forms.template import AddTemplateForm
from survey.jobs.ledger import XLSX
from survey.jobs.template import enqueue_export
from survey.models import utc_now
from survey.services.export import record_export
from survey.services.template import add_template, get_template, list_templates, remove_template
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.job import to_job

bp = Blueprint("template", __name__)


@bp.get("/project/<project_code>/ledger/<name>/templates")
@requires(Permission.LEDGER_EXPORT)
def list(project_code: str, name: str) -> ResponseReturnValue:
    return _page(name, None)


def _sheets(name: str) -> tuple[Sheet, ...]:
    ledger, _reading = ledgers.find_ledger(name)
    return ledger.permitted(view_of(project_of_page(), current_user).granted).sheets


def _form(name: str) -> AddTemplateForm:
    return AddTemplateForm(sheets=[(sheet.key, sheet.name) for sheet in _sheets(name)])


def _page(name: str, form: AddTemplateForm | None, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    ledger, _reading = ledgers.find_ledger(name)
    sheets = _sheets(name)
    asked = form or (_form(name) if may(Permission.TEMPLATE_ADD) else None)
    page = render_template(
        "template/list.html",
        ledger=ledger,
        sheets=[(sheet, [*names_of(sheet)]) for sheet in sheets],
        names={sheet.key: sheet.name for sheet in sheets},
        once=ONCE,
        templates=list_templates(project_of_page().id, name),
        form=asked,
        export_form=ExportLedgerForm(formdata=None),
        faults=[(fault.place, _sentence(fault)) for fault in faults],
    )
    return page, form.status if form else 200


def _sentence(fault: Fault) -> str:
    error = DomainError(fault.code)
    error.params.update(fault.params)
    return sentence_of(error)


@bp.post("/project/<project_code>/ledger/<name>/templates")
@requires(Permission.TEMPLATE_ADD)
def add(project_code: str, name: str) -> ResponseReturnValue:
    """Check the file and keep it; what is wrong in it is told cell by cell."""
    form, project = _form(name), project_of_page()
    faults: tuple[Fault, ...] = ()
    if form.validate_on_submit():
        with form.catching():
            data = form.file.data.read()
            sheet = next(each for each in _sheets(name) if each.key == form.sheet.data)
            faults = (*check_template(data, sheet),)
            if faults:
                raise DomainError("template.refused", count=len(faults))
            title = PurePath(form.file.data.filename or "").stem or sheet.name
            add_template(actor=current_user, project=project, ledger=name, sheet=sheet.key, title=title, data=data)
            flash(_("样表“%(title)s”已保存。", title=title), "success")
            return redirect(url_for("template.list", project_code=project.code, name=name))
    return _page(name, form, faults)


@bp.post("/project/<project_code>/ledger/<name>/template/<uuid:template_id>/export")
@requires(Permission.LEDGER_EXPORT)
def export(project_code: str, name: str, template_id: UUID) -> ResponseReturnValue:
    """The office's form, filled with the ledger as it stands; where there is much to read, the page of the job that does so."""
    project = project_of_page()
    template = get_template(project.id, template_id)
    form = ExportLedgerForm()
    if template.ledger != name or not form.validate_on_submit():
        raise NotFound
    view = view_of(project, current_user, clear=form.clear.data, reason=form.reason.data)
    if count_households(view) > current_app.config["RUHU"].export_at_once:
        return to_job(
            enqueue_export(
                actor=current_user, project=project, template=template, clear=view.clear, reason=form.reason.data
            )
        )
    done, data = ledgers.export_template(
        template, project=project, view=view, now=utc_now(), by=current_user.display_name
    )
    record_export(
        actor=current_user, project=project, ledger=name, snapshot=done.snapshot, counts=done.counts,
        clear=view.clear, reason=form.reason.data,
    )  # fmt: skip
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=done.file_name)


@bp.post("/project/<project_code>/ledger/<name>/template/<uuid:template_id>/remove")
@requires(Permission.TEMPLATE_ADD)
def remove(project_code: str, name: str, template_id: UUID) -> ResponseReturnValue:
    project = project_of_page()
    remove_template(actor=current_user, template=get_template(project.id, template_id))
    return redirect(url_for("template.list", project_code=project.code, name=name))
