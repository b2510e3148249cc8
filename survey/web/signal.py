"""Signals of fairness and pressure (走访提示): for leaders and the office with the cases, for others their number."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.errors import NotFound
from survey.domain.signal import WHY, SignalKind, expected_by_chance
from survey.forms.matter import NoteSignalForm
from survey.services.matter import page_of, sight_of
from survey.services.project import settings_of
from survey.services.signal.listing import list_signals, note_signal
from survey.services.signal.words import count_compared
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.matter import asked_kind, asked_team, forms_of, kind_chips, sentence_of_matter, team_chips, wants_noted
from survey.web.name import shown_names, shows_words

bp = Blueprint("signal", __name__)


@bp.get("/project/<project_code>/signals")
@requires(Permission.SIGNAL_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    """How many of each kind; the cases of one kind for whoever may look behind them."""
    return _page()


def _page(refused: NoteSignalForm | None = None, at: UUID | None = None) -> ResponseReturnValue:
    project = project_of_page()
    teams, team_id = asked_team()
    signals = list_signals(project, sight_of(current_user, project.id, team_id))
    if not may(Permission.SIGNAL_NOTE):
        return render_template("signal/count.html", signals=signals, why=WHY, teams_items=team_chips(teams, team_id))
    kind, noted = asked_kind(signals.kinds, SignalKind), wants_noted()
    found = signals.kinds[kind]
    compared = count_compared(project) if kind is SignalKind.RATE else 0
    shown = page_of(
        current_user, project, found.noted if noted else found.open, signals.notes,
        page=request.args.get("page", 1, type=int) or 1,
    )  # fmt: skip
    page = render_template(
        "signal/list.html",
        signals=signals,
        kind=kind,
        noted=noted,
        found=found,
        why=WHY[kind],
        page=shown,
        kinds_items=kind_chips(signals.kinds, kind, noted),
        teams_items=team_chips(teams, team_id),
        compared=compared,
        by_chance=expected_by_chance(compared),
        settings=settings_of(project),
        forms=forms_of(shown.rows, lambda: NoteSignalForm(formdata=None), refused, at),
        refused=refused,
        refused_at=at,
        sentence_of=sentence_of_matter,
        shown_names=shown_names,
        shows_words=shows_words(),
    )  # fmt: skip
    return page, refused.status if refused else 200


@bp.post("/project/<project_code>/signal/<kind>/<uuid:matter_id>/note")
@requires(Permission.SIGNAL_NOTE)
def note(project_code: str, kind: str, matter_id: UUID) -> ResponseReturnValue:
    """Note that one has looked at a signal."""
    if kind not in {each.value for each in SignalKind}:
        raise NotFound
    form = NoteSignalForm()
    if form.validate_on_submit():
        with form.catching():
            note_signal(
                actor=current_user, project=project_of_page(), kind=SignalKind(kind), matter_id=matter_id,
                digest=form.digest.data or "", text=form.text.data or "",
            )  # fmt: skip
            flash(_("已记为看过。有新的情况会再列出来。"), "success")
            return redirect(url_for("signal.list", project_code=project_code, kind=kind))
    return _page(form, matter_id)
