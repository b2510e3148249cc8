"""Briefings: at one household, a meeting for many, and the text in large print for a resident to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from survey.domain.access import Permission
from survey.domain.codes import BriefingForm
from survey.forms.briefing import BriefingQuestions, RecordBriefingForm, RecordMeetingForm
from survey.models import Building, Household, PolicyVersion, db
from survey.services import briefing as briefings
from survey.services import policy as policies
from survey.services.briefing import Told
from survey.services.scope import building_scope, household_scope
from survey.web.access import current_user, load_household, project_of_page, requires
from survey.web.name import shown_names
from survey.web.sheet.page import trail

bp = Blueprint("briefing", __name__)


@bp.get("/household/<uuid:household_id>/briefing")
@requires(Permission.HOUSEHOLD_SHOW)
def list(household_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    rows = briefings.list_briefings(household)
    return render_template(
        "briefing/list.html",
        household=household,
        briefings=rows,
        in_force=policies.version_in_force(project_of_page()),
        is_briefed=policies.is_briefed(household),
        shown_names=shown_names,
        trail=trail,
    )


@bp.route("/household/<uuid:household_id>/briefing/record", methods=["GET", "POST"])
@requires(Permission.BRIEFING_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    version = _version()
    if version is None:
        return render_template("briefing/nothing.html", household=household, trail=trail)
    form = RecordBriefingForm(
        held_at=_now(), form=BriefingForm.AT_HOME, recipient=household.owner_names.split("、")[0], attendees=1
    )
    form.points.offer(dict(enumerate(version.points)))
    if _wants_row(form):
        return render_template("briefing/record.html", form=form, household=household, version=version, trail=trail)
    if form.validate_on_submit():
        with form.catching():
            told = _told(form, form.form.data, form.attendees.data or 1)
            briefings.record_briefing(
                actor=current_user, household=household, version=version, told=told,
                recipient=form.recipient.data or "", key=form.key.uuid,
            )  # fmt: skip
            flash(
                _("已记录宣讲：第 %(number)s 版，%(count)s 条要点。", number=version.number, count=len(told.points)),
                "success",
            )
            return redirect(url_for("briefing.list", household_id=household.id, saved=1))
    page = render_template(
        "briefing/record.html", form=form, household=household, version=version, policies=_others(), trail=trail
    )
    return page, form.status


@bp.get("/household/<uuid:household_id>/briefing/read")
@requires(Permission.BRIEFING_RECORD)
def read(household_id: UUID) -> ResponseReturnValue:
    """The policy in large print at the door. Nothing of the household is on it: the resident holds the tablet."""
    household = load_household(household_id)
    version = _version()
    if version is None:
        return render_template("briefing/nothing.html", household=household, trail=trail)
    return render_template(
        "policy/read.html",
        policy=version.policy,
        version=version,
        back=url_for("briefing.record", household_id=household.id, policy=version.policy_id),
        back_text=_("讲完了，去记录"),
    )


@bp.route("/project/<project_code>/briefing/meeting", methods=["GET", "POST"])
@requires(Permission.BRIEFING_RECORD)
def meeting(project_code: str) -> ResponseReturnValue:
    """集中宣讲: choose the buildings, tick the households that came, record once. `?building=3&building=4`."""
    project = project_of_page()
    version = _version()
    buildings = db.session.scalars(
        select(Building).where(building_scope(current_user, project.id)).order_by(Building.sort)
    ).all()
    asked = set(request.args.getlist("building"))
    chosen = [building for building in buildings if building.no in asked]
    households = _households(chosen)
    form = RecordMeetingForm(held_at=_now(), attendees=None)
    form.points.offer(dict(enumerate(version.points)) if version else {})
    form.households.offer({household.id: _household_word(household) for household in households})
    if version is not None and not _wants_row(form) and form.validate_on_submit():
        with form.catching():
            came = [household for household in households if str(household.id) in set(form.households.data or ())]
            told = _told(form, BriefingForm.MEETING, form.attendees.data or 1)
            rows = briefings.record_meeting(
                actor=current_user, households=came, version=version, told=told, key=form.key.uuid
            )
            flash(_("已为 %(count)s 户记录集中宣讲。", count=len(rows)), "success")
            return redirect(url_for("policy.show", project_code=project.code, policy_id=version.policy_id))
    page = render_template(
        "briefing/meeting.html",
        form=form,
        version=version,
        buildings=buildings,
        chosen=chosen,
        stairwells=_stairwells(chosen, households, form),
    )
    return page, form.status


# --- what the pages share -----------------------------------------------------------------------------------------


def _now() -> Any:
    from survey.web import local_now

    return local_now().replace(second=0, microsecond=0)


def _version() -> PolicyVersion | None:
    """The version in force of the policy that the address asks for (`?policy=`), else of the leading one."""
    project = project_of_page()
    asked = request.args.get("policy")
    try:
        return policies.version_in_force(project, UUID(asked) if asked else None)
    except ValueError:
        return policies.version_in_force(project)


def _others() -> Any:
    """The versions in force of all documents, where there are several to choose from."""
    found = [policies.published_version(policy) for policy in policies.list_policies(project_of_page().id)]
    published = [version for version in found if version is not None]
    return published if len(published) > 1 else []


def _wants_row(form: BriefingQuestions) -> bool:
    """Without JavaScript a button asks for one row more, or one less; nothing is recorded then."""
    if "add_row" in request.form:
        form.questions.append_entry()
        return True
    if "remove_row" in request.form:
        number = request.form["remove_row"].rpartition("-")[2]
        form.questions.entries = [each for each in form.questions.entries if each.name.rpartition("-")[2] != number]
        return True
    return False


def _told(form: BriefingQuestions, held_as: BriefingForm, attendees: int) -> Told:
    return Told(
        held_at=form.held_at.data,
        form=held_as,
        points=form.point_numbers(),
        understood=form.understood.data,
        place=form.place.data or "",
        attendees=attendees,
        questions=form.question_pairs(),
        materials=form.materials.data or "",
        receipt=form.receipt.data or "",
    )


def _households(buildings: Any) -> Any:
    if not buildings:
        return []
    ids = [building.id for building in buildings]
    query = select(Household).where(household_scope(current_user, project_of_page().id), Household.building_id.in_(ids))
    return db.session.scalars(query.order_by(Household.door_sort, Household.id)).all()


def _household_word(household: Household) -> str:
    return f"{household.door_text} {household.owner_names}".strip()


def _stairwells(buildings: Any, households: Any, form: RecordMeetingForm) -> Any:
    """(building, unit, [(household, ticked)]) in the order of the stairs."""
    ticked = set(form.households.data or ())
    found: dict[tuple[UUID, str], Any] = {}
    for household in households:
        found.setdefault((household.building_id, household.unit_no), []).append(
            (household, str(household.id) in ticked)
        )
    names = {building.id: building.no for building in buildings}
    return [(names[building_id], unit, rows) for (building_id, unit), rows in found.items()]
