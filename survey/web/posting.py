"""Postings (公示): drafted, checked and released by two people, hung up, objected to, closed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.calendar import days_left
from survey.domain.errors import DomainError, NotFound
from survey.domain.posting import Leak, PostingState
from survey.forms.base import Form, sentence_of
from survey.forms.posting import (
    ClosePostingForm,
    DraftPostingForm,
    HangUpForm,
    PrintPostingForm,
    RecordObjectionForm,
    SettleObjectionForm,
    WithdrawApprovalForm,
)
from survey.models import Posting
from survey.services import posting as postings
from survey.services.document import read_content
from survey.services.project import settings_of
from survey.web import local_today
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.file import send_private
from survey.web.notice import print_paper
from survey.web.upload import document_folder, read_file

bp = Blueprint("posting", __name__)


@bp.get("/project/<project_code>/postings")
@requires(Permission.POSTING_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    return render_template("posting/list.html", postings=postings.list_postings(project_of_page().id))


@bp.route("/project/<project_code>/posting/draft", methods=["GET", "POST"])
@requires(Permission.POSTING_DRAFT)
def draft(project_code: str) -> ResponseReturnValue:
    form = DraftPostingForm(days=settings_of(project_of_page()).posting_days)
    if form.validate_on_submit():
        with form.catching():
            row = postings.draft_posting(actor=current_user, project=project_of_page(), given=_given(form))
            return _to(row)
    return render_template("posting/draft.html", form=form, row=None), form.status


@bp.route("/project/<project_code>/posting/<uuid:posting_id>/change", methods=["GET", "POST"])
@requires(Permission.POSTING_DRAFT)
def change(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row = _posting(posting_id)
    form = DraftPostingForm(obj=row)
    if form.validate_on_submit():
        with form.catching():
            postings.change_posting(actor=current_user, posting=row, given=_given(form))
            return _to(row)
    return render_template("posting/draft.html", form=form, row=row), form.status


def _given(form: DraftPostingForm) -> postings.PostingGiven:
    return postings.PostingGiven(
        kind=form.kind.data, title=form.title.data or "", scope=form.scope.data or "", content=form.content.data or "",
        days=form.days.data or 1,
    )  # fmt: skip


@bp.get("/project/<project_code>/posting/<uuid:posting_id>")
@requires(Permission.POSTING_SHOW)
def show(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    """The posting, what it tells that it must not while it is a draft, and what can be done next."""
    return _page(_posting(posting_id))


def _page(row: Posting, refused: Form | None = None) -> ResponseReturnValue:
    today = local_today()
    is_draft = row.state is PostingState.DRAFT
    leaks = postings.leaks_of(row) if is_draft else []
    page = render_template(
        "posting/show.html",
        row=row,
        refused=refused,
        leaks=[(_where(leak), sentence_of(_error(leak.code, leak.word))) for leak in leaks],
        left=days_left(today, row.until) if row.until else None,
        hang_up=refused if isinstance(refused, HangUpForm) else HangUpForm(formdata=None, posted_on=today),
        objection=refused
        if isinstance(refused, RecordObjectionForm)
        else RecordObjectionForm(formdata=None, received_on=today),
        paper=refused
        if isinstance(refused, PrintPostingForm)
        else PrintPostingForm(formdata=None, hung_on=row.posted_on or today),
        withdraw=refused if isinstance(refused, WithdrawApprovalForm) else WithdrawApprovalForm(formdata=None),
        document_no=postings.find_document_no(row),
        settle=SettleObjectionForm(formdata=None),
        close=refused if isinstance(refused, ClosePostingForm) else ClosePostingForm(formdata=None),
        may_approve=may(Permission.POSTING_APPROVE) and row.drafted_by_id != current_user.id,
    )
    return page, refused.status if refused else 200


def _where(leak: Leak) -> str:
    words = {"title": _("标题"), "scope": _("范围")}
    return words.get(leak.field) or _("第 %(line)s 行", line=leak.line)


def _error(code: str, word: str) -> DomainError:
    error = DomainError(code)
    error.params["word"] = word
    return error


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/approve")
@requires(Permission.POSTING_APPROVE)
def approve(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row = _posting(posting_id)
    postings.approve_posting(actor=current_user, posting=row)
    flash(_("已批准，可以打印张贴。"), "success")
    return _to(row)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/withdraw")
@requires(Permission.POSTING_APPROVE)
def withdraw(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row, form = _posting(posting_id), WithdrawApprovalForm()
    if form.validate_on_submit():
        with form.catching():
            postings.withdraw_approval(actor=current_user, posting=row, reason=form.reason.data or "")
            flash(_("已撤回批准，可以修改后重新批准。印出的纸张请收回。"), "success")
            return _to(row)
    return _page(row, form)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/print")
@requires(Permission.NOTICE_PUBLISH)
def print(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    """The paper that is hung up; only of a posting that two people released."""
    row, form = _posting(posting_id), PrintPostingForm()
    if form.validate_on_submit():
        with form.catching():
            return print_paper("survey-posting", posting=row, hung_on=form.hung_on.data)
    return _page(_posting(posting_id), form)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/hang-up")
@requires(Permission.POSTING_DRAFT)
def hang_up(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row, form = _posting(posting_id), HangUpForm()
    if form.validate_on_submit():
        with form.catching():
            postings.hang_up(
                actor=current_user, posting=row, posted_on=form.posted_on.data, place=form.place.data or "",
                today=local_today(), photo=read_file(form.photo.data, "photo"), folder=document_folder(),
            )  # fmt: skip
            flash(_("已开始公示，到 %(until)s 期满。", until=row.until), "success")
            return _to(row)
    return _page(row, form)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/object")
@requires(Permission.POSTING_DRAFT)
def object_to(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row, form = _posting(posting_id), RecordObjectionForm()
    if form.validate_on_submit():
        with form.catching():
            postings.record_objection(
                actor=current_user, posting=row, person_name=form.person_name.data or "", door=form.door.data or "",
                received_on=form.received_on.data, content=form.content.data or "", today=local_today(),
            )  # fmt: skip
            return _to(row)
    return _page(row, form)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/objection/<uuid:objection_id>/settle")
@requires(Permission.POSTING_DRAFT)
def settle(project_code: str, posting_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    row, form = _posting(posting_id), SettleObjectionForm()
    objection = postings.get_objection(row, objection_id)
    if form.validate_on_submit():
        with form.catching():
            postings.settle_objection(
                actor=current_user, posting=row, objection=objection, outcome=form.outcome.data or "",
                today=local_today(),
            )  # fmt: skip
            return _to(row)
    return _page(row, form)


@bp.post("/project/<project_code>/posting/<uuid:posting_id>/close")
@requires(Permission.POSTING_DRAFT)
def close(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    row, form = _posting(posting_id), ClosePostingForm()
    if form.validate_on_submit():
        with form.catching():
            postings.close_posting(actor=current_user, posting=row, result=form.result.data or "", today=local_today())
            return _to(row)
    return _page(row, form)


@bp.get("/project/<project_code>/posting/<uuid:posting_id>/photo")
@requires(Permission.POSTING_SHOW)
def photo(project_code: str, posting_id: UUID) -> ResponseReturnValue:
    """The photo of the posting where it hangs."""
    row = _posting(posting_id)
    if row.photo is None:
        raise NotFound
    return send_private(read_content(row.photo, document_folder()), row.photo.media_type)


def _posting(posting_id: UUID) -> Posting:
    return postings.get_posting(project_of_page().id, posting_id)


def _to(row: Posting) -> ResponseReturnValue:
    return redirect(url_for("posting.show", project_code=project_of_page().code, posting_id=row.id))
