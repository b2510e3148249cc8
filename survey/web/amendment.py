"""Edited ledgers (读回台账): upload, what changed cell by cell, what is in dispute, and the word to go ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.amendment import HouseholdEdits, Plan, Trouble, label_of, plan_amendment
from exports.view import view_of
from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.roster.state import ImportState
from survey.forms.amendment import CommitAmendmentForm, UploadAmendmentForm
from survey.forms.base import sentence_of
from survey.forms.sheet import word_of
from survey.models import Amendment, Household, db
from survey.services import amendment as amendments
from survey.services.roster.read import read_texts
from survey.web.access import current_user, project_of_page, requires
from survey.web.sheet.page import hidden_fields

bp = Blueprint("amendment", __name__)
SHOWN = 300
"""Households whose edits a page shows; all of them are carried out."""


@dataclass(frozen=True, slots=True)
class ShownEdit:
    """One edit in words. `group` is sent back where the person chooses the file's answer; its first edit leads."""

    place: str
    label: str
    before: str
    now: str
    after: str
    group: str
    leads: bool


@bp.get("/project/<project_code>/amendments")
@requires(Permission.AMENDMENT_COMMIT)
def list(project_code: str) -> ResponseReturnValue:
    return _list(UploadAmendmentForm(formdata=None))


def _list(form: UploadAmendmentForm) -> ResponseReturnValue:
    rows = amendments.list_amendments(project_of_page().id)
    return render_template("amendment/list.html", form=form, amendments=rows), form.status


@bp.post("/project/<project_code>/amendments")
@requires(Permission.AMENDMENT_COMMIT)
def upload(project_code: str) -> ResponseReturnValue:
    """Read the file, keep it, and lead to what it changes."""
    form = UploadAmendmentForm()
    if form.validate_on_submit():
        with form.catching():
            project = project_of_page()
            data, filename = form.file.data.read(), form.file.data.filename or ""
            plan = _plan(data)
            row = amendments.upload_amendment(
                actor=current_user, project=project, filename=filename, data=data, counts=_counts(plan)
            )
            return redirect(url_for("amendment.show", project_code=project.code, amendment_id=row.id))
    return _list(form)


@bp.get("/project/<project_code>/amendment/<uuid:amendment_id>")
@requires(Permission.AMENDMENT_COMMIT)
def show(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """What the file changes as things stand now; once it was carried out, what it was."""
    row = amendments.get_amendment(project_of_page().id, amendment_id)
    return _page(row, CommitAmendmentForm(formdata=None))


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/commit")
@requires(Permission.AMENDMENT_COMMIT)
def commit(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Write exactly what the page showed, all or nothing."""
    project = project_of_page()
    row = amendments.get_amendment(project.id, amendment_id)
    form = CommitAmendmentForm()
    if form.validate_on_submit():
        with form.catching():
            plan = _plan(row.file)
            if form.digest.data != plan.digest:
                raise DomainError("amendment.changed_since")
            chosen = {(UUID(household), group) for household, _mark, group in
                      (text.partition(":") for text in request.form.getlist("chosen"))}  # fmt: skip
            done = amendments.commit_amendment(
                actor=current_user, row=row, changes=[_change(each, chosen) for each in plan.households],
                reason=form.reason.data or "", hidden=hidden_fields(), counts=_counts(plan),
            )  # fmt: skip
            flash(_("已写入 %(count)s 户的修改。", count=done), "success")
            return redirect(url_for("amendment.show", project_code=project.code, amendment_id=row.id))
        db.session.rollback()
    return _page(amendments.get_amendment(project.id, amendment_id), form)


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/discard")
@requires(Permission.AMENDMENT_COMMIT)
def discard(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Put the file aside; nothing of it is written."""
    project = project_of_page()
    amendments.discard_amendment(actor=current_user, row=amendments.get_amendment(project.id, amendment_id))
    return redirect(url_for("amendment.list", project_code=project.code))


def _plan(data: bytes) -> Plan:
    db.session.rollback()  # Nobody waits for the reading of a file: on SQLite a form's transaction keeps all others out.
    texts = read_texts(data)
    return plan_amendment(data, texts, view_of(project_of_page(), current_user))


def _counts(plan: Plan) -> dict[str, int]:
    return {"rows": plan.rows, "households": len(plan.households), "edits": plan.edits, "disputed": plan.disputed,
            "troubles": len(plan.troubles)}  # fmt: skip


def _change(edits: HouseholdEdits, chosen: set[tuple[UUID, str]]) -> amendments.Change:
    household = edits.household
    groups = [group for household_id, group in chosen if household_id == household.id]
    return amendments.Change(household, household.sheet_version, edits.pairs(groups), edits.is_correction)


def _page(row: Amendment, form: CommitAmendmentForm) -> ResponseReturnValue:
    plan = _plan(row.file) if row.state is ImportState.PREVIEWED else None
    if plan is not None:
        form.digest.data = plan.digest
    page = render_template(
        "amendment/show.html",
        row=row,
        form=form,
        plan=plan,
        households=[_shown(each) for each in plan.households[:SHOWN]] if plan else [],
        troubles=[(_place(each), _sentence(each)) for each in plan.troubles] if plan else [],
    )
    return page, form.status


def _shown(edits: HouseholdEdits) -> tuple[Household, bool, Sequence[ShownEdit]]:
    lines = []
    groups: set[str] = set()
    for edit in edits.edits:
        before, now, after = (word_of(edit.key, texts) for texts in (edit.before, edit.now, edit.after))
        if after in (before, now):
            after = _("%(masked)s（已更改）", masked=after)  # two numbers that look alike masked are still two
        place = _("%(sheet)s %(letter)s%(row)s", sheet=edit.place.sheet, letter=edit.place.letter, row=edit.place.row)
        leads = edit.group not in groups
        lines.append(ShownEdit(place, label_of(edit, edits), before, now, after, edit.group, leads))
        groups.add(edit.group)
    return edits.household, edits.is_correction, lines


def _place(trouble: Trouble) -> str:
    place = trouble.place
    if not place.letter:
        return _("%(sheet)s 第 %(row)s 行", sheet=place.sheet, row=place.row)
    return _("%(sheet)s %(letter)s%(row)s", sheet=place.sheet, letter=place.letter, row=place.row)


def _sentence(trouble: Trouble) -> str:
    error = DomainError(trouble.code)
    error.params.update(trouble.params)
    return sentence_of(error)
