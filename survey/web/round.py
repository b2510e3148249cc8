"""Rounds: opening and closing, how they stand, and which households say what."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import func, select

from survey.domain.access import Permission, Role
from survey.domain.consent import percent_text
from survey.domain.coownership import HouseholdChoice
from survey.forms.round import OpenRoundForm
from survey.models import Building, Household, Round, User, db
from survey.services import policy as policies
from survey.services import round as rounds
from survey.services.consent import version_for
from survey.services.page import page_within
from survey.web.access import current_user, project_of_page, requires
from survey.web.name import shown_names

bp = Blueprint("round", __name__)

PAGE = 50
NO_ANSWER = (HouseholdChoice.NONE, HouseholdChoice.INCOMPLETE)


@bp.get("/project/<project_code>/round")
@requires(Permission.ROUND_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    rows = [
        (round_, rounds.overview(round_, rounds.round_scope(current_user, round_)))
        for round_ in rounds.list_rounds(project_of_page().id)
    ]
    return render_template("round/list.html", rows=rows, percent=percent_text, choices=[*HouseholdChoice])


@bp.route("/project/<project_code>/round/open", methods=["GET", "POST"])
@requires(Permission.ROUND_OPEN)
def open(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    form = OpenRoundForm()
    published = [each for each in policies.list_policies(project.id) if policies.published_version(each)]
    form.policy.offer({policy.id: policy.title for policy in published})
    if form.validate_on_submit():
        with form.catching():
            round_ = rounds.open_round(
                actor=current_user,
                project=project,
                kind=form.kind.data,
                title=form.title.data or "",
                question=form.question.data or "",
                policy_id=form.policy.uuid,
                threshold_num=form.threshold_num.data,
                threshold_den=form.threshold_den.data,
            )
            flash(_("“%(title)s”已开始，调查员可以记录表态了。", title=round_.title), "success")
            return redirect(url_for("round.show", project_code=project.code, round_id=round_.id))
    return render_template("round/open.html", form=form, published=published), form.status


@bp.get("/project/<project_code>/round/<uuid:round_id>")
@requires(Permission.ROUND_SHOW)
def show(project_code: str, round_id: UUID) -> ResponseReturnValue:
    """How the round stands, in households and area, and by building."""
    round_ = _round(round_id)
    scope = rounds.round_scope(current_user, round_)
    return render_template(
        "round/show.html",
        round=round_,
        overview=rounds.overview(round_, scope),
        by_building=rounds.overview_by_building(round_, scope),
        records=rounds.count_records(round_),
        version=version_for(round_),
        opened_by=db.session.get(User, round_.opened_by_id),
        closed_by=db.session.get(User, round_.closed_by_id) if round_.closed_by_id else None,
        is_part=g.role in (Role.SURVEYOR, Role.LEADER),
        choices=[*HouseholdChoice],
        percent=percent_text,
    )


@bp.get("/project/<project_code>/round/<uuid:round_id>/household")
@requires(Permission.ROUND_SHOW)
def household(project_code: str, round_id: UUID) -> ResponseReturnValue:
    """The households behind a figure: `?choice=agree`, `?choice=silent` (who has not answered), `&building=3`."""
    round_ = _round(round_id)
    scope = rounds.round_scope(current_user, round_)
    counts = rounds.overview(round_, scope).by_choice
    buildings = [building for building, _counts in rounds.overview_by_building(round_, scope)]
    building = next((each for each in buildings if each.no == request.args.get("building")), None)
    choices = _asked_choices()
    rows, total, number, pages = _page(round_, choices, building)
    silent = [row.Household for row in rows if HouseholdChoice(row.choice) in NO_ANSWER]
    return render_template(
        "round/household.html",
        round=round_,
        rows=[(row.Household, HouseholdChoice(row.choice), row.area_m2) for row in rows],
        silent=rounds.silent_names(round_, silent),
        counts=counts,
        choices=[*HouseholdChoice],
        asked=request.args.get("choice", ""),
        building=building,
        buildings=buildings,
        total=total,
        number=number,
        pages=pages,
        shown_names=shown_names,
    )


@bp.post("/project/<project_code>/round/<uuid:round_id>/close")
@requires(Permission.ROUND_OPEN)
def close(project_code: str, round_id: UUID) -> ResponseReturnValue:
    round_ = rounds.close_round(actor=current_user, round_=_round(round_id))
    flash(_("“%(title)s”已结束，结果不再变化。", title=round_.title), "success")
    return redirect(url_for("round.show", project_code=project_code, round_id=round_id))


def _round(round_id: UUID) -> Round:
    return rounds.get_round(project_of_page().id, round_id)


def _asked_choices() -> tuple[HouseholdChoice, ...]:
    """What the list is about: one choice, both kinds of silence, or everything."""
    asked = request.args.get("choice", "")
    if asked == "silent":
        return NO_ANSWER
    return tuple(choice for choice in HouseholdChoice if choice == asked) or tuple(HouseholdChoice)


def _page(round_: Round, choices: tuple[HouseholdChoice, ...], building: Building | None):  # type: ignore[no-untyped-def]
    """(rows, total, page, pages) of the households that say one of the choices."""
    query = rounds.standing_query(round_, rounds.round_scope(current_user, round_))
    if building is not None:
        query = query.where(Household.building_id == building.id)
    query = query.where(rounds.choice_column().in_([choice.value for choice in choices]))
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    number, pages = page_within(request.args.get("page", 1, int), total, PAGE)
    rows = db.session.execute(query.limit(PAGE).offset((number - 1) * PAGE)).all()
    return rows, total, number, pages
