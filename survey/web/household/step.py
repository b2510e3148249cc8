"""Steps of the dossier: group and office review, confirmation, finalising. Submitting is the survey form's."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import BadRequest

from survey.domain.access import Permission
from survey.domain.household import Action
from survey.forms.household import StepForm
from survey.services.household import take_step
from survey.web.access import current_user, load_household, requires
from survey.web.household import bp
from survey.web.household.dossier import render_dossier

DONE = {
    Action.GROUP_PASS: lambda: _("组审已通过，已转项目办审核。"),
    Action.GROUP_RETURN: lambda: _("已退回给调查员。"),
    Action.APPROVE: lambda: _("已通过。接着请住户签字确认。"),
    Action.OFFICE_RETURN: lambda: _("已退回给调查员。"),
    Action.CONFIRM: lambda: _("已确认。"),
    Action.FINALISE: lambda: _("已定稿归档。"),
    Action.REOPEN: lambda: _("已重新打开，调查员可以修改。"),
}


@bp.post("/household/<uuid:household_id>/group-review")
@requires(Permission.HOUSEHOLD_GROUP_REVIEW)
def group_review(household_id: UUID) -> ResponseReturnValue:
    return _take(household_id, (Action.GROUP_PASS, Action.GROUP_RETURN))


@bp.post("/household/<uuid:household_id>/office-review")
@requires(Permission.HOUSEHOLD_OFFICE_REVIEW)
def office_review(household_id: UUID) -> ResponseReturnValue:
    return _take(household_id, (Action.APPROVE, Action.OFFICE_RETURN, Action.REOPEN))


@bp.post("/household/<uuid:household_id>/confirm")
@requires(Permission.HOUSEHOLD_CONFIRM)
def confirm(household_id: UUID) -> ResponseReturnValue:
    return _take(household_id, (Action.CONFIRM,))


@bp.post("/household/<uuid:household_id>/finalise")
@requires(Permission.HOUSEHOLD_FINALISE)
def finalise(household_id: UUID) -> ResponseReturnValue:
    return _take(household_id, (Action.FINALISE,))


def _take(household_id: UUID, allowed: Collection[Action]) -> ResponseReturnValue:
    """Take the step that the form names, one of those allowed; or show the dossier again with what was refused."""
    household = load_household(household_id)
    action = next((each for each in allowed if each.value == request.form.get("action", "")), None)
    if action is None:
        raise BadRequest
    form = StepForm(prefix=f"{action.value}-")
    form.action.data = action.value
    if form.validate():
        with form.catching():
            take_step(actor=current_user, household=household, action=action, reason=form.reason.data or "")
            flash(DONE[action](), "success")
            return redirect(url_for("household.show", household_id=household.id))
    return render_dossier(household, form)
