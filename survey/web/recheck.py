"""Re-checks (抽查): draws, what was found in each, and the page on which one household is asked again."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission, Role
from survey.domain.rate import Rate, wilson
from survey.domain.recheck import Question
from survey.domain.visit import WORK_DONE
from survey.forms.recheck import DrawRecheckForm, RecordRecheckForm
from survey.models import Household
from survey.services import recheck as rechecks
from survey.services.briefing import list_briefings
from survey.services.project import list_teams
from survey.services.visit import list_visits
from survey.web import local_date
from survey.web.access import current_user, load_household, may, project_of_page, requires, role_of_page
from survey.web.answer import url_with
from survey.web.household.page import page_words
from survey.web.name import shown_names, shows_words

bp = Blueprint("recheck", __name__)
bp.context_processor(page_words)
USUAL_PERCENT = 5


@bp.get("/project/<project_code>/rechecks")
@requires(Permission.RECHECK_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    return _list(_draw_form())


def _draw_form() -> DrawRecheckForm:
    form = DrawRecheckForm(percent=USUAL_PERCENT)
    form.team.offer({team.id: team.name for team in list_teams(project_of_page().id)})
    if role_of_page() is Role.LEADER:
        del form.team  # a leader draws among the own team's households
    return form


def _list(form: DrawRecheckForm) -> ResponseReturnValue:
    draws = rechecks.list_draws(current_user, project_of_page())
    return render_template("recheck/list.html", draws=draws, form=form), form.status


@bp.post("/project/<project_code>/recheck/draw")
@requires(Permission.RECHECK_DRAW)
def draw(project_code: str) -> ResponseReturnValue:
    form = _draw_form()
    if form.validate_on_submit():
        with form.catching():
            row = rechecks.draw_recheck(
                actor=current_user, project=project_of_page(), percent=form.percent.data,
                team_id=form.team.uuid if "team" in form else None,
            )  # fmt: skip
            return redirect(url_for("recheck.show", project_code=project_code, draw_id=row.id))
    return _list(form)


@bp.get("/project/<project_code>/recheck/<uuid:draw_id>")
@requires(Permission.RECHECK_SHOW)
def show(project_code: str, draw_id: UUID) -> ResponseReturnValue:
    """A draw: which households, what was found, and the rates by question and by surveyor."""
    project = project_of_page()
    recheck = rechecks.show_recheck(
        current_user,
        project,
        rechecks.get_draw(current_user, project, draw_id),
        shown=request.args.get("shown", ""),
        page=request.args.get("page", 1, type=int) or 1,
    )
    words = {"todo": _("待抽查"), "differs": _("有不一致"), "all": _("全部")}
    return render_template(
        "recheck/show.html",
        recheck=recheck,
        chips_items=[
            {"label": words[name], "count": count, "url": url_with(shown=name), "current": name == recheck.shown}
            for name, count in recheck.counts.items()
        ],
        question_rows=[(_(question.label), rate) for question, rate in recheck.questions.items()],
        surveyor_rows=[(user.display_name, rate) for user, rate in recheck.surveyors],
        rate_text=rate_text,
        interval_text=interval_text,
        may_record=may(Permission.RECHECK_RECORD),
        Question=Question,
        shown_names=shown_names,
        shows_words=shows_words(),
    )


@bp.route("/household/<uuid:household_id>/recheck/<uuid:item_id>/record", methods=["GET", "POST"])
@requires(Permission.RECHECK_RECORD)
def record(household_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Ask a household again: what is registered stands beside each question."""
    household = load_household(household_id)
    item = rechecks.get_item(household, item_id)
    form = RecordRecheckForm()
    is_own = current_user.id in rechecks.list_visitors(household)
    if form.validate_on_submit():
        with form.catching():
            rechecks.record_recheck(actor=current_user, item=item, made=form.to_domain(), key=form.key.uuid)
            flash(_("已记录 %(door)s 的抽查。", door=household.door_text), "success")
            return redirect(url_for("recheck.show", project_code=project_of_page().code, draw_id=item.draw_id))
    page = render_template(
        "recheck/record.html", form=form, household=household, item=item, is_own=is_own, questions=[*Question],
        registered=_registered(household),
    )  # fmt: skip
    return page, form.status


def _registered(household: Household) -> dict[Question, str]:
    """What the records say to each question."""
    worked = [visit for visit in list_visits(household) if visit.result in WORK_DONE]
    briefings = list_briefings(household)
    people = [person.full_name for person in household.persons if person.lives_here]
    visited = [
        _("%(day)s，%(names)s", day=local_date(visit.started_at),
          names=f"{visit.surveyor_1.display_name}、{visit.surveyor_2.display_name}")
        for visit in worked
    ]  # fmt: skip
    return {
        Question.VISITED: "；".join(visited),
        Question.OWNERS: household.owner_names,
        Question.AREA: f"{household.area_cert_m2} ㎡" if household.area_cert_m2 else "",
        Question.PEOPLE: _("%(count)s 人：%(names)s", count=household.living_count, names="、".join(people))
        if people
        else _("没有"),
        Question.WILL: _(household.renewal_will.label) if household.renewal_will else "",
        Question.BRIEFED: _(
            "%(day)s，%(understood)s",
            day=local_date(briefings[0].held_at),
            understood=_(briefings[0].understood.label),
        )
        if briefings
        else "",
    }


def rate_text(rate: Rate) -> str:
    """2 / 40; "—" where nothing was asked."""
    return f"{rate.part} / {rate.whole}" if rate.whole else "—"


def interval_text(rate: Rate) -> str:
    """Between which percentages the true rate lies with 95 % confidence (Wilson), rounded outwards; "" of nothing."""
    if not rate.whole:
        return ""
    below, above = (share * 100 for share in wilson(rate))
    lowest = below.to_integral_value(ROUND_FLOOR)
    return f"{lowest}%–{above.to_integral_value(ROUND_CEILING)}%"
