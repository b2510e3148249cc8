"""Policy documents: versions, points, publishing with what changed, and the households to brief again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from survey.config import Config
from survey.domain.access import Permission
from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError, NotFound
from survey.domain.policy import compare
from survey.forms.policy import EditPolicyForm, PublishPolicyForm
from survey.models import Building, Document, Household, Policy, PolicyVersion, Project, User, db
from survey.services import document as documents
from survey.services import policy as policies
from survey.services.page import page_within
from survey.services.scope import assigned_to, household_scope
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.name import shown_names

bp = Blueprint("policy", __name__)

PAGE = 50


@bp.get("/project/<project_code>/policy")
@requires(Permission.POLICY_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    scope = household_scope(current_user, project.id)
    rows = [
        (policy, policies.published_version(policy), policies.coverage(policy, scope))
        for policy in policies.list_policies(project.id)
        if may(Permission.POLICY_EDIT) or policies.published_version(policy) is not None
    ]
    return render_template("policy/list.html", rows=rows)


@bp.route("/project/<project_code>/policy/create", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def create(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    form = EditPolicyForm(is_first=True)
    if form.validate_on_submit():
        with form.catching():
            policy = policies.create_policy(
                actor=current_user,
                project=project,
                title=form.title.data or "",
                text=form.text.data or "",
                points=form.point_list(),
                document_id=_attachment(form, project),
            )
            flash(_("已保存草稿。核对无误后发布，调查员才能据此宣讲。"), "success")
            return redirect(_url("policy.show", policy))
    return render_template("policy/edit.html", form=form, policy=None, version=None), form.status


@bp.get("/project/<project_code>/policy/<uuid:policy_id>")
@requires(Permission.POLICY_SHOW)
def show(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """One version: the one in force, or `?version=2`. Drafts are for those who may edit."""
    policy = _policy(policy_id)
    version = _version(policy)
    previous = next((each for each in reversed(policy.versions) if each.number < version.number), None)
    return render_template(
        "policy/show.html",
        policy=policy,
        version=version,
        in_force=policies.published_version(policy),
        previous=previous,
        versions=_seen_versions(policy),
        attachment=_standing_attachment(version),
        changes=_changes(previous, version),
        coverage=policies.coverage(policy, household_scope(current_user, policy.project_id)),
    )


@bp.get("/project/<project_code>/policy/<uuid:policy_id>/read")
@requires(Permission.POLICY_SHOW)
def read(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """The text in large print, to be shown to a resident: nothing else is on the page."""
    policy = _policy(policy_id)
    return render_template(
        "policy/read.html", policy=policy, version=_version(policy), back=_url("policy.show", policy)
    )


@bp.get("/project/<project_code>/policy/<uuid:policy_id>/version/<int:number>/attachment")
@requires(Permission.POLICY_SHOW)
def attachment(project_code: str, policy_id: UUID, number: int) -> ResponseReturnValue:
    """The PDF of a version."""
    policy = _policy(policy_id)
    version = policies.get_version(policy, number)
    document = _standing_attachment(version)
    if document is None or version not in _seen_versions(policy):
        raise NotFound
    config: Config = current_app.config["RUHU"]
    response = make_response(documents.read_content(document, config.documents))
    response.headers["Content-Type"] = document.media_type
    response.headers.set("Content-Disposition", "attachment", filename=documents.download_name(document))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.route("/project/<project_code>/policy/<uuid:policy_id>/edit", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def edit(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """Change the draft, which is always the last version."""
    policy = _policy(policy_id)
    version = policy.versions[-1]
    if version.published_at is not None:
        raise DomainError("policy.published", number=version.number)
    form = EditPolicyForm(
        is_first=version.number == 1, title=policy.title, text=version.text, points="\n".join(version.points),
        change_note=version.change_note,
    )  # fmt: skip
    if form.validate_on_submit():
        with form.catching():
            policies.edit_draft(
                actor=current_user,
                version=version,
                title=form.title.data or "",
                text=form.text.data or "",
                points=form.point_list(),
                change_note=form.note,
                document_id=_attachment(form, project_of_page()),
            )
            flash(_("草稿已保存。"), "success")
            return redirect(_url("policy.show", policy, version=version.number))
    return render_template("policy/edit.html", form=form, policy=policy, version=version), form.status


@bp.post("/project/<project_code>/policy/<uuid:policy_id>/start")
@requires(Permission.POLICY_EDIT)
def start(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """A draft of the next version, beginning as a copy."""
    policy = _policy(policy_id)
    version = policies.start_version(actor=current_user, policy=policy)
    flash(_("已从第 %(old)s 版复制出第 %(new)s 版草稿。", old=version.number - 1, new=version.number), "success")
    return redirect(_url("policy.edit", policy))


@bp.route("/project/<project_code>/policy/<uuid:policy_id>/publish", methods=["GET", "POST"])
@requires(Permission.POLICY_EDIT)
def publish(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """See what changes and for how many households, then publish the draft."""
    policy = _policy(policy_id)
    version = policy.versions[-1]
    if version.published_at is not None:
        raise DomainError("policy.published", number=version.number)
    form = PublishPolicyForm()
    if form.validate_on_submit():
        with form.catching():
            policies.publish(actor=current_user, version=version, valid_from=form.valid_from.data)
            rebrief = policies.count_rebrief(policy)
            flash(_("第 %(number)s 版已发布，即日起按此版宣讲。", number=version.number), "success")
            return redirect(_url("policy.rebrief" if rebrief else "policy.show", policy))
    previous = policy.versions[-2] if len(policy.versions) > 1 else None
    coverage = policies.coverage(policy, household_scope(current_user, policy.project_id))
    page = render_template(
        "policy/publish.html",
        form=form,
        policy=policy,
        version=version,
        previous=previous,
        changes=_changes(previous, version),
        told=coverage.briefed + coverage.rebrief,
    )
    return page, form.status


@bp.get("/project/<project_code>/policy/<uuid:policy_id>/rebrief")
@requires(Permission.POLICY_SHOW)
def rebrief(project_code: str, policy_id: UUID) -> ResponseReturnValue:
    """The households that were told an older version only, by building or by surveyor."""
    policy = _policy(policy_id)
    scope = household_scope(current_user, policy.project_id)
    by_building = policies.count_rebrief_by_building(policy, scope)
    by_surveyor = policies.count_rebrief_by_surveyor(policy, scope) if may(Permission.ASSIGNMENT_EDIT) else []
    total = sum(count for _building, count in by_building)
    building = _chosen_building([each for each, _count in by_building])
    surveyor = _chosen_user([each for each, _count in by_surveyor])
    query = policies.rebrief_query(policy, scope)
    rows: Sequence[Any] = ()
    chosen, number, pages = 0, 1, 1
    if query is not None:
        if building is not None:
            query = query.where(Household.building_id == building.id)
        if surveyor is not None:
            query = query.where(assigned_to(surveyor.id))
        chosen = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
        number, pages = page_within(request.args.get("page", 1, int), chosen, PAGE)
        rows = db.session.execute(query.limit(PAGE).offset((number - 1) * PAGE)).all()
    return render_template(
        "policy/rebrief.html",
        policy=policy,
        in_force=policies.published_version(policy),
        rows=rows,
        total=total,
        chosen=chosen,
        number=number,
        pages=pages,
        by_building=by_building,
        by_surveyor=by_surveyor,
        building=building,
        surveyor=surveyor,
        shown_names=shown_names,
    )


# --- what the pages share -----------------------------------------------------------------------------------------


def _url(endpoint: str, policy: Policy, **values: Any) -> str:
    return url_for(endpoint, project_code=project_of_page().code, policy_id=policy.id, **values)


def _policy(policy_id: UUID) -> Policy:
    """A document of the page's project; one that is only a draft is for those who write it. Raises NotFound."""
    policy = policies.get_policy(project_of_page().id, policy_id)
    if not _seen_versions(policy):
        raise NotFound
    return policy


def _seen_versions(policy: Policy) -> Sequence[PolicyVersion]:
    """The versions that the reader may see, the latest first."""
    writes = may(Permission.POLICY_EDIT)
    return [version for version in reversed(policy.versions) if writes or version.published_at is not None]


def _version(policy: Policy) -> PolicyVersion:
    """The version that the address asks for, else the one in force, else the draft. Raises NotFound."""
    seen = _seen_versions(policy)
    asked = request.args.get("version")
    if asked is None:
        return policies.published_version(policy) or seen[0]
    found = next((version for version in seen if str(version.number) == asked), None)
    if found is None:
        raise NotFound
    return found


def _changes(previous: PolicyVersion | None, version: PolicyVersion) -> dict[str, Any] | None:
    """What became of the points and of the text; None for a first version."""
    if previous is None:
        return None
    return {
        "points": compare(previous.points, version.points),
        "text": compare(previous.text.splitlines(), version.text.splitlines()),
    }


def _attachment(form: EditPolicyForm, project: Project) -> UUID | None:
    """Keep the PDF that came with the form; None when none came. It is part of the same act."""
    upload = form.attachment.data
    if not upload or not getattr(upload, "filename", ""):
        return None
    config: Config = current_app.config["RUHU"]
    try:
        prepared = documents.prepare(upload.read(documents.MOST_BYTES + 1))
    except DomainError as error:
        raise DomainError(error.code, "attachment", **error.params) from None
    if prepared.media_type != documents.PDF:
        raise DomainError("policy.attachment_pdf", "attachment")
    document = documents.add_document(
        actor=current_user, folder=config.documents, category=DocumentCategory.OTHER, prepared=prepared,
        title=upload.filename, project=project, with_audit=False,
    )  # fmt: skip
    return document.id


def _standing_attachment(version: PolicyVersion) -> Document | None:
    document = db.session.get(Document, version.document_id) if version.document_id else None
    return document if document is not None and document.removed_at is None else None


def _chosen_building(buildings: Sequence[Building]) -> Building | None:
    return next((each for each in buildings if each.no == request.args.get("building")), None)


def _chosen_user(users: Sequence[User]) -> User | None:
    return next((each for each in users if str(each.id) == request.args.get("surveyor")), None)
