"""Documents of a household: upload, look at, remove."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError
from survey.forms.document import AddDocumentForm, RemoveDocumentForm
from survey.services.document import (
    JPEG,
    add_document,
    download_name,
    get_document,
    read_content,
    read_preview,
    remove_document,
)
from survey.web.access import current_user, load_household, requires
from survey.web.file import send_private
from survey.web.household.page import page_words
from survey.web.upload import document_folder, read_file

bp = Blueprint("document", __name__)
bp.context_processor(page_words)


@bp.route("/household/<uuid:household_id>/document/add", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_ADD)
def add(household_id: UUID) -> ResponseReturnValue:
    """Upload one file or several of one category: all of them are kept, or none."""
    household = load_household(household_id)
    form = AddDocumentForm(category=_category(request.args.get("category", "")))
    if form.validate_on_submit():
        with form.catching():
            chosen = [storage for storage in form.files.data or () if getattr(storage, "filename", "")]
            if not chosen:
                raise DomainError("document.none", "files")
            files = [(storage.filename or "", read_file(storage, "files")) for storage in chosen]
            for number, (name, prepared) in enumerate(files, 1):
                title = form.title.data or ""
                if title and len(files) > 1:
                    title = f"{title} {number}"
                if prepared is not None:
                    add_document(
                        actor=current_user,
                        folder=document_folder(),
                        category=form.category.data,
                        prepared=prepared,
                        title=title or name.rsplit(".", 1)[0],
                        household=household,
                        is_original=bool(form.is_original.data),
                    )
            flash(_("已上传 %(count)s 份材料。", count=len(files)), "success")
            return redirect(url_for("household.show", household_id=household.id) + "#documents")
    return render_template("document/add.html", form=form, household=household), form.status


def _category(text: str) -> DocumentCategory | None:
    return DocumentCategory(text) if text in {category.value for category in DocumentCategory} else None


@bp.get("/household/<uuid:household_id>/document/<uuid:document_id>")
@requires(Permission.DOCUMENT_SHOW)
def show(household_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The file itself: a picture is shown, a PDF is downloaded."""
    document = get_document(load_household(household_id), document_id)
    content, is_download = read_content(document, document_folder()), "download" in request.args
    return send_private(content, document.media_type, download_name(document), is_download=is_download)


@bp.get("/household/<uuid:household_id>/document/<uuid:document_id>/preview")
@requires(Permission.DOCUMENT_SHOW)
def preview(household_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """A small picture for the dossier."""
    document = get_document(load_household(household_id), document_id)
    return send_private(read_preview(document, document_folder()), JPEG)


@bp.route("/household/<uuid:household_id>/document/<uuid:document_id>/remove", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_REMOVE)
def remove(household_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Take a document out of sight, with the reason."""
    household = load_household(household_id)
    document = get_document(household, document_id)
    form = RemoveDocumentForm()
    if form.validate_on_submit():
        with form.catching():
            remove_document(actor=current_user, document=document, reason=form.reason.data or "")
            flash(_("已移除。经过里留有记录。"), "success")
            return redirect(url_for("household.show", household_id=household.id) + "#documents")
    return render_template("document/remove.html", form=form, household=household, document=document), form.status
