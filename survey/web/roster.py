"""The roster import (花名册导入): upload, questions about columns, preview, commit, history.

A file is read before the transaction that writes: reading takes as long as it takes, and nobody waits for it.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.roster_copy import annotated_copy
from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.job import JobKind
from survey.domain.message import MESSAGES
from survey.domain.roster.record import Problem
from survey.domain.roster.state import ImportState, RowFate
from survey.forms.roster import CommitRosterForm, UploadRosterForm, map_form
from survey.forms.sheet.label import key_label, thing_of_field, word_of
from survey.models import RosterImport, db
from survey.services import audit
from survey.services.job import find_open_job
from survey.services.page import page_within
from survey.services.roster import imports, wire
from survey.services.roster.read import read_roster
from survey.web.access import current_user, project_of_page, requires
from survey.web.job import to_job

bp = Blueprint("roster", __name__)
PAGE = 50
TABS = (RowFate.CREATED, RowFate.CHANGED, RowFate.DIFFERS, RowFate.REFUSED, RowFate.UNCHANGED)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/project/<project_code>/roster")
@requires(Permission.ROSTER_IMPORT)
def list(project_code: str) -> ResponseReturnValue:
    return _list(UploadRosterForm())


def _list(form: UploadRosterForm) -> ResponseReturnValue:
    rows = imports.list_imports(project_of_page().id)
    return render_template("roster/list.html", form=form, imports=rows), form.status


@bp.post("/project/<project_code>/roster/upload")
@requires(Permission.ROSTER_IMPORT)
def upload(project_code: str) -> ResponseReturnValue:
    """Read the file and keep it with the preview of what would become of it."""
    form = UploadRosterForm()
    if form.validate_on_submit():
        with form.catching():
            project = project_of_page()
            data, filename = form.file.data.read(), form.file.data.filename or ""
            answers, today = imports.remembered_answers(project.id), _today()
            db.session.rollback()  # Nobody waits for the reading of a file.
            file = read_roster(data, today=today, answers=answers)
            row = imports.upload_roster(
                actor=current_user, project=project, filename=filename, data=data, file=file, answers=answers,
                today=today,
            )  # fmt: skip
            return redirect(url_for("roster.show", project_code=project.code, import_id=row.id))
    return _list(form)


@bp.get("/project/<project_code>/roster/<uuid:import_id>")
@requires(Permission.ROSTER_IMPORT)
def show(project_code: str, import_id: UUID) -> ResponseReturnValue:
    """The preview, by what becomes of the rows; after the commit, what became of them."""
    row = imports.get_import(project_of_page().id, import_id)
    return _page(row, CommitRosterForm(formdata=None, digest=row.digest))


@bp.post("/project/<project_code>/roster/<uuid:import_id>/map")
@requires(Permission.ROSTER_IMPORT)
def map(project_code: str, import_id: UUID) -> ResponseReturnValue:
    """Remember what columns hold, and make the preview anew."""
    project = project_of_page()
    row = imports.get_import(project.id, import_id)
    form = map_form(imports.questions_of(row))
    if form.validate_on_submit():
        with form.catching():
            told = form.answers()
            answers = imports.remembered_answers(project.id)
            for signature, columns in told.items():
                answers[signature] = {**answers.get(signature, {}), **columns}
            file = _read_outside(row, answers)
            for signature, columns in told.items():
                imports.remember_columns(actor=current_user, project=project, signature=signature, columns=columns)
            imports.renew_preview(actor=current_user, project=project, row=row, file=file, answers=answers)
            flash(_("已按您的选择重新试算，下次遇到同样的表头会直接使用。"), "success")
            return _to(row)
    return _page(row, CommitRosterForm(formdata=None, digest=row.digest), form)


@bp.post("/project/<project_code>/roster/<uuid:import_id>/preview")
@requires(Permission.ROSTER_IMPORT)
def preview(project_code: str, import_id: UUID) -> ResponseReturnValue:
    """Compare once more with the register as it is now."""
    project = project_of_page()
    row = imports.get_import(project.id, import_id)
    answers = imports.remembered_answers(project.id)
    file = _read_outside(row, answers)
    imports.renew_preview(actor=current_user, project=project, row=row, file=file, answers=answers)
    return _to(row)


@bp.post("/project/<project_code>/roster/<uuid:import_id>/commit")
@requires(Permission.ROSTER_IMPORT)
def commit(project_code: str, import_id: UUID) -> ResponseReturnValue:
    """Write exactly what the preview showed, all or nothing: at once, or by a worker where it takes long."""
    project = project_of_page()
    row = imports.get_import(project.id, import_id)
    form = CommitRosterForm()
    if form.validate_on_submit():
        with form.catching():
            if row.counts["rows"] > current_app.config["RUHU"].import_at_once:
                return to_job(
                    imports.enqueue_commit(
                        actor=current_user, project=project, row=row, digest=form.digest.data or "",
                        skip_refused=bool(form.skip_refused.data),
                    )
                )  # fmt: skip
            answers = imports.remembered_answers(project.id)
            data, actor_id = row.file, current_user.id
            file = _read_outside(row, answers)
            looked = imports.look(project=project, data=data, file=file, answers=answers)
            imports.commit_roster(
                actor=current_user, project=project, row=row, file=file, answers=answers,
                digest=form.digest.data or "", skip_refused=bool(form.skip_refused.data), looked=looked,
                prepared=imports.work_out(looked, saved_by_id=actor_id),
            )  # fmt: skip
            return _to(row)
        db.session.rollback()
    return _page(row, form)


@bp.post("/project/<project_code>/roster/<uuid:import_id>/discard")
@requires(Permission.ROSTER_IMPORT)
def discard(project_code: str, import_id: UUID) -> ResponseReturnValue:
    row = imports.get_import(project_of_page().id, import_id)
    imports.discard_roster(actor=current_user, row=row)
    flash(_("已放弃这次导入，没有写入任何内容。"), "message")
    return redirect(url_for("roster.list", project_code=project_code))


@bp.post("/project/<project_code>/roster/<uuid:import_id>/copy")
@requires(Permission.ROSTER_IMPORT)
def copy(project_code: str, import_id: UUID) -> ResponseReturnValue:
    """The office's own file back, the faulty cells coloured and commented."""
    row = imports.get_import(project_of_page().id, import_id)
    if row.state is ImportState.DISCARDED:
        raise DomainError("roster.closed", state=row.state.label)
    problems = [wire.problem_from_wire(each) for each in row.preview.get("problems", ())]
    target = annotated_copy(row.file, kind=row.kind, problems=problems, today=row.today)
    audit.record(current_user, "roster.copy", row, {"problems": len(problems)})
    name = f"{row.filename.rpartition('.')[0] or row.filename}-标注.xlsx"
    return send_file(target, mimetype=XLSX, as_attachment=True, download_name=name)


def _read_outside(row: RosterImport, answers: imports.Answers) -> Any:
    """Read the kept file while no transaction is open."""
    data, today = row.file, row.today
    db.session.rollback()
    return read_roster(data, today=today, answers=answers)


def _today() -> Any:
    from survey.web import local_today

    return local_today()


def _to(row: RosterImport) -> ResponseReturnValue:
    return redirect(url_for("roster.show", project_code=project_of_page().code, import_id=row.id))


def _page(row: RosterImport, form: CommitRosterForm, columns: Any = None) -> ResponseReturnValue:
    preview = row.preview
    if columns is None and row.state is ImportState.PREVIEWED and preview.get("questions"):
        columns = map_form(imports.questions_of(row))
    chosen = _chosen_tab(row)
    items = [item for item in preview.get("items", ()) if item["fate"] == chosen]
    number, pages = page_within(request.args.get("page", 1, int), len(items), PAGE)
    shown = items[(number - 1) * PAGE : number * PAGE]
    problems = [wire.problem_from_wire(each) for each in preview.get("problems", ())]
    of_row: dict[tuple[str, int], Any] = {}
    for problem in problems:
        of_row.setdefault((problem.sheet, problem.row), []).append(problem)
    return render_template(
        "roster/show.html",
        row=row,
        job=find_open_job(JobKind.ROSTER_IMPORT, row.id) if row.state is ImportState.PREVIEWED else None,
        form=form,
        columns=columns,
        tabs=[(fate, row.counts.get(fate.value, 0), fate is chosen) for fate in TABS],
        chosen=chosen,
        items=[{**item, "told": [_told(change) for change in item.get("changes", ())]} for item in shown],
        problems_of=lambda item: of_row.get((item["sheet"], item["row"]), ()),
        general=[problem for problem in problems if not problem.is_error and _is_general(problem)],
        sentence=_sentence,
        skipped=[wire.skipped_from_wire(each) for each in preview.get("skipped", ())],
        sheets=[wire.summary_from_wire(each) for each in preview.get("sheets", ())],
        number=number,
        pages=pages,
        total=len(items),
        messages=MESSAGES,
    ), max(form.status, columns.status if columns is not None else 200)


GENERAL = frozenset({"roster.column_guessed", "roster.tenure_short", "roster.word_unknown", "roster.hidden_rows", "roster.hidden_column"})  # fmt: skip
"""What concerns a column or many lines: shown above the rows."""


def _is_general(problem: Problem) -> bool:
    return problem.code in GENERAL


def _sentence(problem: Problem) -> str:
    return _(MESSAGES[problem.code]).format(**dict(problem.params))


def _chosen_tab(row: RosterImport) -> RowFate:
    asked = request.args.get("tab", "")
    if asked in {fate.value for fate in TABS}:
        return RowFate(asked)
    order = (RowFate.REFUSED, *TABS) if row.state is ImportState.PREVIEWED else TABS
    return next((fate for fate in order if row.counts.get(fate.value)), RowFate.CREATED)


def _told(change: dict[str, Any]) -> tuple[str, str, str]:
    """A change in words: what, before, after; personal numbers masked."""
    key = change["key"]
    is_row = "[" in key
    label = thing_of_field(key.rpartition(".")[2], key.partition("[")[0]) if is_row else key_label(key)
    return label, word_of(key, change["old"]), word_of(key, change["new"])
