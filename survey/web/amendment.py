"""Edited ledgers (读回台账): upload, what changed cell by cell, what is in dispute or undone, and the word to go ahead.

A file is read and compared before the transaction that writes, in one that keeps nobody out. A page shows what was kept
then; ticks are kept by every button of its form, so that they survive a turn of the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.amendment import plan_amendment, to_kept
from exports.view import view_of
from survey.domain.access import Permission
from survey.domain.amendment import AmendmentState, HomeFate
from survey.domain.errors import DomainError
from survey.domain.household import EDITABLE, HouseholdState
from survey.domain.job import JobKind
from survey.forms.amendment import CommitAmendmentForm, UploadAmendmentForm
from survey.forms.base import sentence_of
from survey.forms.sheet import key_label, word_of
from survey.models import Amendment, AmendmentHome, db
from survey.models.base import reading
from survey.services import amendment as amendments
from survey.services.amendment import Brief, FilePlan, undoing_of
from survey.services.job import find_open_job
from survey.services.page import page_within
from survey.services.roster.read import read_texts
from survey.web.access import current_user, project_of_page, requires
from survey.web.job import to_job
from survey.web.sheet.page import hidden_fields

bp = Blueprint("amendment", __name__)
PAGE = 50
"""Households, or troubles, on a page."""


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


@dataclass(frozen=True, slots=True)
class Undoing:
    """What writing does to households of one state: `count` of them, sent back as `value` where the person agrees."""

    value: str
    state: HouseholdState
    becomes: HouseholdState
    is_signed: bool
    count: int
    is_agreed: bool


@bp.get("/project/<project_code>/amendments")
@requires(Permission.AMENDMENT_COMMIT)
def list(project_code: str) -> ResponseReturnValue:
    return _list(UploadAmendmentForm(formdata=None))


def _list(form: UploadAmendmentForm) -> ResponseReturnValue:
    rows = amendments.list_amendments(current_user, project_of_page().id)
    return render_template("amendment/list.html", form=form, amendments=rows), form.status


@bp.post("/project/<project_code>/amendments")
@requires(Permission.AMENDMENT_COMMIT)
def upload(project_code: str) -> ResponseReturnValue:
    """Read the file, keep it with what it changes, and lead to that."""
    form = UploadAmendmentForm()
    if form.validate_on_submit():
        with form.catching():
            data, filename = form.file.data.read(), form.file.data.filename or ""
            row = amendments.upload_amendment(
                plan=_plan(data), actor=current_user, project=project_of_page(), filename=filename, data=data
            )
            return _to(row)
    return _list(form)


@bp.get("/project/<project_code>/amendment/<uuid:amendment_id>")
@requires(Permission.AMENDMENT_COMMIT)
def show(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """What the file changes, as it was compared; once it was carried out, what became of it."""
    row = amendments.get_amendment(current_user, project_of_page().id, amendment_id)
    return _page(row, CommitAmendmentForm(formdata=None))


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/preview")
@requires(Permission.AMENDMENT_COMMIT)
def preview(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Compare once more with the households as they are now."""
    project_id = project_of_page().id
    plan = _plan(amendments.get_amendment(current_user, project_id, amendment_id).file)
    row = amendments.get_amendment(current_user, project_id, amendment_id)
    amendments.renew_amendment(actor=current_user, row=row, plan=plan)
    return _to(row)


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/choose")
@requires(Permission.AMENDMENT_COMMIT)
def choose(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Keep the ticks of the page, and turn to another."""
    row = amendments.get_amendment(current_user, project_of_page().id, amendment_id)
    all_of = request.form.get("all", "")
    amendments.keep_choices(row, _ticked(), agreed=_agreed(), reason=request.form.get("reason", ""))
    if all_of:
        amendments.choose_all(row, is_files=all_of == "file")
    show, page = _place_of(request.form.get("go") or request.form.get("at", ""))
    return redirect(
        url_for("amendment.show", project_code=project_code, amendment_id=row.id, show=show, page=page, _anchor="edits")
    )


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/commit")
@requires(Permission.AMENDMENT_COMMIT)
def commit(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Write exactly what the page showed: at once, or household by household by a worker where it takes long."""
    project = project_of_page()
    row = amendments.get_amendment(current_user, project.id, amendment_id)
    form = CommitAmendmentForm()
    if form.validate_on_submit():
        with form.catching():
            reason, agreed = form.reason.data or "", _agreed()
            amendments.keep_choices(row, _ticked(), agreed=agreed, reason=reason)
            told: dict[str, Any] = {
                "actor": current_user, "row": row, "digest": form.digest.data or "", "reason": reason, "agreed": agreed,
            }  # fmt: skip
            many = len(amendments.list_to_write(current_user, row, agreed))
            if many > current_app.config["RUHU"].amend_at_once:
                return to_job(amendments.enqueue_commit(project=project, **told))
            done = amendments.commit_amendment(hidden=hidden_fields(), **told)
            flash(_("已写入 %(count)s 户的修改。", count=done), "success")
            return _to(row)
        db.session.rollback()
    return _page(amendments.get_amendment(current_user, project.id, amendment_id), form)


@bp.post("/project/<project_code>/amendment/<uuid:amendment_id>/discard")
@requires(Permission.AMENDMENT_COMMIT)
def discard(project_code: str, amendment_id: UUID) -> ResponseReturnValue:
    """Put the file aside; nothing more of it is written."""
    project = project_of_page()
    amendments.discard_amendment(
        actor=current_user, row=amendments.get_amendment(current_user, project.id, amendment_id)
    )
    return redirect(url_for("amendment.list", project_code=project.code))


def _plan(data: bytes) -> FilePlan:
    """What a file changes. Ends the session's transaction: on SQLite that of a form would keep all others out."""
    db.session.rollback()
    texts = read_texts(data)
    with reading():
        return to_kept(plan_amendment(data, texts, view_of(project_of_page(), current_user)))


def _to(row: Amendment) -> ResponseReturnValue:
    return redirect(url_for("amendment.show", project_code=project_of_page().code, amendment_id=row.id))


def _ticked() -> dict[int, Sequence[str]]:
    """Position of each household that the page showed -> the groups for which the file's answer was ticked."""
    chosen: dict[int, Sequence[str]] = {int(text): [] for text in request.form.getlist("shown") if text.isdigit()}
    for text in request.form.getlist("chosen"):
        position, _mark, group = text.partition(":")
        if position.isdigit() and int(position) in chosen:
            chosen[int(position)] = [*chosen[int(position)], group]
    return chosen


def _agreed() -> Sequence[str]:
    return request.form.getlist("agreed")


def _place_of(text: str) -> tuple[str, int]:
    """The filter and the page that a button of the form names: disputed:3."""
    show, _mark, page = text.partition(":")
    return show, int(page) if page.isdigit() else 1


def _page(row: Amendment, form: CommitAmendmentForm) -> ResponseReturnValue:
    """The page of an edited ledger; one that answers a refused form stays where it was, with what was ticked there."""
    is_answer = request.method == "POST"
    if not is_answer:
        form.reason.data = row.reason
    form.digest.data = row.digest
    told = row.told
    troubles: Sequence[Any] = told.get("troubles", ())
    briefs = amendments.list_briefs(current_user, row)
    parts = {
        "all": briefs,
        "disputed": [home for home in briefs if home.disputed],
        "undone": [home for home in briefs if undoing_of(home)],
        "left": [home for home in briefs if home.fate is HomeFate.LEFT],
    }
    counts = {**{name: len(homes) for name, homes in parts.items()}, "trouble": len(troubles)}
    chosen, asked = request.args.get("show", ""), request.args.get("page", 1, int)
    if is_answer:
        chosen, asked = _place_of(request.form.get("at", ""))
    chosen = chosen if chosen in counts else ("all" if briefs or not troubles else "trouble")
    number, pages = page_within(asked, counts[chosen], PAGE)
    cut = slice((number - 1) * PAGE, number * PAGE)
    homes = amendments.list_homes(row.id, [home.position for home in parts.get(chosen, ())[cut]])
    ticked = _ticked() if is_answer else {}
    agreed = set(_agreed() if is_answer else row.agreed)
    is_open = row.state is AmendmentState.PREVIEWED
    page = render_template(
        "amendment/show.html",
        row=row,
        form=form,
        job=find_open_job(JobKind.AMENDMENT_COMMIT, row.id) if is_open else None,
        changed=amendments.count_changed_since(row) if is_open else 0,
        counts=counts,
        chosen=chosen,
        number=number,
        pages=pages,
        homes=[
            (home, home.state not in EDITABLE, ticked.get(home.position, home.chosen), _shown(home)) for home in homes
        ],
        troubles=[_told(trouble) for trouble in troubles[cut]] if chosen == "trouble" else [],
        missing=told.get("missing", ()),
        shifts=told.get("shifts", ()),
        undoings=_undoings(briefs, agreed),
        plain=sum(amendments.is_writing(home) and not undoing_of(home) for home in briefs),
        undecided=sum(home.fate is HomeFate.OPEN and not home.writes and not home.chosen for home in briefs),
        unvisited=sum(amendments.is_writing(home) and home.state is HouseholdState.UNVISITED for home in briefs),
    )
    return page, form.status


def _undoings(briefs: Sequence[Brief], agreed: set[str]) -> Sequence[Undoing]:
    """The kinds of undoing among the households to write, in the order of the work."""
    kinds: dict[str, list[Brief]] = {}
    for home in briefs:
        if amendments.is_writing(home) and (value := undoing_of(home)):
            kinds.setdefault(value, []).append(home)
    order = [state.value for state in HouseholdState]
    return [
        Undoing(value, homes[0].state, homes[0].becomes, homes[0].is_signed, len(homes), value in agreed)
        for value, homes in sorted(kinds.items(), key=lambda item: (order.index(item[1][0].state.value), item[0]))
    ]


def _shown(home: AmendmentHome) -> Sequence[ShownEdit]:
    kept = home.edits
    titles = {(rows, uid): title for rows, uid, title in kept["titles"]}
    lines: list[ShownEdit] = []
    groups: set[str] = set()
    for sheet, row, letter, key, was, current, answer, group in kept["edits"]:
        before, now, after = (word_of(key, texts) for texts in (was, current, answer))
        if after in (before, now):
            after = _("%(masked)s（已更改）", masked=after)  # two numbers that look alike masked are still two
        leads = group not in groups
        lines.append(ShownEdit(_place(sheet, row, letter), key_label(key, titles), before, now, after, group, leads))
        groups.add(group)
    return lines


def _told(trouble: Sequence[Any]) -> tuple[str, str]:
    sheet, row, letter, code, params = trouble
    error = DomainError(code)
    error.params.update(params)
    return _place(sheet, row, letter), sentence_of(error)


def _place(sheet: str, row: int, letter: str) -> str:
    if not letter:
        return _("%(sheet)s 第 %(row)s 行", sheet=sheet, row=row)
    return _("%(sheet)s %(letter)s%(row)s", sheet=sheet, letter=letter, row=row)
