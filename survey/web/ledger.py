"""Ledgers (台账): what each contains, its first rows, and the workbook."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, current_app, render_template, send_file
from flask.typing import ResponseReturnValue

from exports import ledgers
from exports.ledger import Preview
from exports.ledgers.column import DOSSIER
from exports.view import count_households, view_of
from survey.domain.access import Permission
from survey.forms.export import ExportLedgerForm
from survey.jobs.ledger import XLSX, enqueue_export, enqueue_set
from survey.models import utc_now
from survey.services.export import record_export
from survey.services.register import list_by_dossier_no
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.job import to_job

bp = Blueprint("ledger", __name__)
PREVIEW = 12
SPOOL_BYTES = 16 * 1024 * 1024


@bp.get("/project/<project_code>/ledgers")
@requires(Permission.LEDGER_EXPORT)
def list(project_code: str) -> ResponseReturnValue:
    view = view_of(project_of_page(), current_user)
    found = [ledger.permitted(view.granted) for ledger in ledgers.open_to(view)]
    return render_template("ledger/list.html", ledgers=found)


@bp.post("/project/<project_code>/ledgers/export")
@requires(Permission.LEDGER_EXPORT)
def export_set(project_code: str) -> ResponseReturnValue:
    """Every ledger of one moment under one number: always a job, for it reads everything there is."""
    return to_job(enqueue_set(actor=current_user, project=project_of_page()))


@bp.get("/project/<project_code>/ledger/<name>")
@requires(Permission.LEDGER_EXPORT)
def show(project_code: str, name: str) -> ResponseReturnValue:
    return _page(name, ExportLedgerForm())


@bp.post("/project/<project_code>/ledger/<name>/export")
@requires(Permission.LEDGER_EXPORT)
def export(project_code: str, name: str) -> ResponseReturnValue:
    """The workbook; where there is much to read, the page of the job that makes it.

    It is read at one moment and written outside any transaction; then the log is written, then sent.
    """
    ledger, _reading = ledgers.find_ledger(name)
    form, project = ExportLedgerForm(), project_of_page()
    if form.validate_on_submit():
        with form.catching():
            view = view_of(project, current_user, clear=form.clear.data, reason=form.reason.data)
            ledger.permitted(view.granted)
            if count_households(view) > current_app.config["RUHU"].export_at_once:
                return to_job(enqueue_export(actor=current_user, project=project, ledger=name, clear=view.clear,
                                             reason=form.reason.data, codes=form.codes.data))  # fmt: skip
            file = tempfile.SpooledTemporaryFile(SPOOL_BYTES, prefix="ruhu-ledger-")  # noqa: SIM115  # closed by the answer
            done = ledgers.export_ledger(
                name, project=project, view=view, now=utc_now(), target=file, by=current_user.display_name,
                codes=form.codes.data,
            )  # fmt: skip
            record_export(
                actor=current_user, project=project, ledger=name, snapshot=done.snapshot, counts=done.counts,
                clear=view.clear, reason=form.reason.data,
            )  # fmt: skip
            file.seek(0)
            return send_file(file, mimetype=XLSX, as_attachment=True, download_name=done.file_name)
    return _page(name, form)


def _page(name: str, form: ExportLedgerForm) -> ResponseReturnValue:
    project = project_of_page()
    view = view_of(project, current_user)
    ledger, _reading = ledgers.find_ledger(name)
    sheets = ledgers.preview_ledger(name, project=project, view=view, limit=PREVIEW)
    has_numbers = any(column.key in ("id_no", "phone") for sheet in ledger.sheets for column in sheet.columns)
    if not has_numbers or not may(Permission.LEDGER_EXPORT_CLEAR):
        del form.clear, form.reason
    if not ledger.is_coded:
        del form.codes
    return render_template(
        "ledger/show.html", ledger=ledger, sheets=sheets, form=form, homes=_homes(sheets)
    ), form.status


def _homes(sheets: Sequence[Preview]) -> dict[str, UUID]:
    """The dossier numbers on the page that the person may open -> their households."""
    numbers = {
        cell.text
        for shown in sheets
        for row in shown.rows
        for column, cell in zip(shown.sheet.visible, row, strict=True)
        if column.key == DOSSIER.key
    }
    return list_by_dossier_no(current_user, project_of_page().id, numbers)
