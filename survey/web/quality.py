"""Data quality (数据质量): the work list of faults, mended where they stand or accepted as they are."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.errors import NotFound
from survey.domain.household import EDITABLE, Action, actions_from
from survey.domain.quality import QualityKind
from survey.forms.matter import AcceptFaultForm
from survey.models import Household
from survey.services.matter import ShownMatter, page_of, sight_of
from survey.services.quality.listing import accept_fault, list_faults
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.matter import asked_kind, asked_team, forms_of, kind_chips, sentence_of_matter, team_chips, wants_noted
from survey.web.name import mask_names, shown_names, shows_words

bp = Blueprint("quality", __name__)


@bp.get("/project/<project_code>/quality")
@requires(Permission.QUALITY_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    return _page()


def _page(refused: AcceptFaultForm | None = None, at: UUID | None = None) -> ResponseReturnValue:
    project = project_of_page()
    teams, team_id = asked_team()
    faults = list_faults(project, sight_of(current_user, project.id, team_id))
    kind, noted = asked_kind(faults.kinds, QualityKind), wants_noted()
    found = faults.kinds[kind]
    shown = page_of(
        current_user, project, found.noted if noted else found.open, faults.notes,
        page=request.args.get("page", 1, type=int) or 1,
    )  # fmt: skip
    page = render_template(
        "quality/list.html",
        faults=faults,
        kind=kind,
        noted=noted,
        found=found,
        page=shown,
        kinds_items=kind_chips(faults.kinds, kind, noted),
        teams_items=team_chips(teams, team_id),
        forms=forms_of(shown.rows, lambda: AcceptFaultForm(formdata=None), refused, at),
        refused=refused,
        refused_at=at,
        mend=_mend,
        sentence_of=sentence_of_matter,
        shown_names=shown_names,
        shows_words=shows_words(),
    )  # fmt: skip
    owners = [name for row in shown.rows for home in row.households for name in home.owner_names.split("、")]
    return mask_names(page, owners), refused.status if refused else 200


def _mend(row: ShownMatter, home: Household | None = None) -> tuple[str, str] | None:
    """(what to do, where) to mend a fault, where the reader may: of one household, or of a building."""
    if row.matter.kind is QualityKind.SAME_DOOR and len(row.households) == 2 and may(Permission.INBOX_SETTLE):
        first, second = row.households
        return _("去核实两户"), url_for("household.duplicate", household_id=first.id, other_id=second.id)
    if row.building is not None and may(Permission.BUILDING_EDIT):
        return _("去补门牌"), url_for("building.create_door", building_id=row.building.id)
    if home is None or row.matter.kind in NOT_ON_THE_SHEET:
        return None
    if home.state in EDITABLE and may(Permission.SHEET_EDIT):
        return _("改调查表"), url_for("sheet.edit", household_id=home.id)
    if Action.CORRECT in actions_from(home.state) and may(Permission.SHEET_CORRECT):
        return _("更正调查表"), url_for("sheet.correct", household_id=home.id)
    return None


NOT_ON_THE_SHEET = {QualityKind.VISIT_MISSING, QualityKind.SAME_DOOR}
"""Faults that no change of the sheet mends: the dossier is where to go on."""


@bp.post("/project/<project_code>/quality/<kind>/<uuid:matter_id>/accept")
@requires(Permission.QUALITY_ACCEPT)
def accept(project_code: str, kind: str, matter_id: UUID) -> ResponseReturnValue:
    """Accept a fault as it is, with a reason."""
    if kind not in {each.value for each in QualityKind}:
        raise NotFound
    form = AcceptFaultForm()
    if form.validate_on_submit():
        with form.catching():
            accept_fault(
                actor=current_user, project=project_of_page(), kind=QualityKind(kind), matter_id=matter_id,
                digest=form.digest.data or "", reason=form.reason.data or "",
            )  # fmt: skip
            flash(_("已记为属实。数据有变化时会再列出来。"), "success")
            return redirect(url_for("quality.list", project_code=project_code, kind=kind))
    return _page(form, matter_id)
