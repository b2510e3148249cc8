"""Care (重点关注): who needs it, whose turn it is, and the plan for each person."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission, Role
from survey.domain.codes import SpecialTag, label_of
from survey.forms.care import PlanCareForm
from survey.services.account import list_members
from survey.services.care import CareGiven, cared_for, count_due, find_care, plan_care
from survey.services.person import get_person
from survey.services.scope import household_scope
from survey.web import local_today
from survey.web.access import current_user, load_household, project_of_page, requires
from survey.web.answer import url_with
from survey.web.household.page import page_words

bp = Blueprint("care", __name__)
bp.context_processor(page_words)


@bp.get("/project/<project_code>/care")
@requires(Permission.CARE_PLAN)
def list(project_code: str) -> ResponseReturnValue:
    """The people with a situation in the households in sight, in stairwell order."""
    today = local_today()
    rows = [*cared_for(household_scope(current_user, project_of_page().id))]
    counts = count_due(rows, today)
    shown = request.args.get("shown", "all")
    if shown == "unplanned":
        rows = [row for row in rows if row.care is None]
    elif shown == "overdue":
        rows = [row for row in rows if row.next_on is not None and row.next_on < today]
    words = {"all": _("全部"), "overdue": _("走访已到期"), "unplanned": _("还没有安排")}
    return render_template(
        "care/list.html",
        rows=rows,
        tags={row.person.id: _tags(row.person.special_tags) for row in rows},
        chips_items=[
            {"label": word, "count": counts[key], "current": shown == key, "url": url_with(shown=key)}
            for key, word in words.items()
        ],
    )


def _tags(kept: Sequence[str]) -> Sequence[str]:
    return [_(label_of(SpecialTag, tag)) for tag in kept]


@bp.route("/household/<uuid:household_id>/person/<uuid:person_id>/care", methods=["GET", "POST"])
@requires(Permission.CARE_PLAN)
def plan(household_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Make or change the plan for one person."""
    household = load_household(household_id)
    person = get_person(household, person_id)
    standing = find_care(person)
    answers = ("measure", "responsible_id", "every_days", "next_on", "note")
    form = PlanCareForm(
        data={name.removesuffix("_id"): getattr(standing, name) for name in answers} if standing else None
    )
    people = [
        member.user
        for member in list_members(project_of_page().id)
        if member.user.is_active and member.role in (Role.SURVEYOR, Role.LEADER, Role.OFFICE)
    ]
    form.responsible.offer({user.id: user.display_name for user in people})
    if form.validate_on_submit():
        with form.catching():
            given = CareGiven(
                measure=form.measure.data or "", responsible_id=form.responsible.uuid, every_days=form.every_days.data,
                next_on=form.next_on.data, note=form.note.data or "",
            )  # fmt: skip
            plan_care(actor=current_user, household=household, person_id=person_id, given=given)
            flash(_("已保存对 %(name)s 的安排。", name=person.full_name), "success")
            return redirect(url_for("care.list", project_code=project_of_page().code))
    page = render_template(
        "care/plan.html", form=form, household=household, person=person, tags=_tags(person.special_tags)
    )
    return page, form.status
