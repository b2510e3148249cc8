"""Assignments (分配): which buildings and stairwells a surveyor walks, and which team answers for a building."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission, Role
from survey.domain.errors import DomainError
from survey.forms.member import AssignForm
from survey.models import Membership, Project
from survey.services import account
from survey.services import building as buildings
from survey.services.project import list_teams
from survey.services.scope import find_membership
from survey.web.access import building_of_page, current_user, project_of_page, requires

bp = Blueprint("assignment", __name__)


@bp.get("/project/<project_code>/assignments")
@requires(Permission.ASSIGNMENT_EDIT)
def list(project_code: str) -> ResponseReturnValue:
    rows = buildings.list_assignments(current_user, project_of_page().id)
    return render_template("assignment/list.html", rows=rows)


@bp.route("/building/<uuid:building_id>/assign", methods=["GET", "POST"])
@requires(Permission.ASSIGNMENT_EDIT)
def edit(building_id: UUID) -> ResponseReturnValue:
    """Assign a building. A leader assigns the people of the own team and cannot give the building to another team."""
    building, project = building_of_page(), project_of_page()
    members = _assignable(project)
    teams = list_teams(project.id)
    standing = buildings.list_surveyors(building)
    form = AssignForm(
        units=buildings.list_units(building),
        people=[(str(member.user_id), _person(member)) for member in members],
        teams=[(str(team.id), team.name) for team in teams],
        team=str(building.team_id or ""),
        surveyors=[str(user.id) for unit, user in standing if unit is None],
    )
    if g.role is not Role.OFFICE:
        del form.team
    if form.validate_on_submit():
        chosen = [member.user for member in members if str(member.user_id) in (form.surveyors.data or [])]
        with form.catching():
            if len(chosen) == 1:
                raise DomainError("assignment.two_surveyors", "surveyors")
            buildings.assign(actor=current_user, building=building, users=chosen, unit_no=form.unit_no.data or None)
            if g.role is Role.OFFICE and form.team.data != str(building.team_id or ""):
                team = next((each for each in teams if str(each.id) == form.team.data), None)
                buildings.set_team(actor=current_user, building=building, team=team)
            flash(_("%(no)s号楼的分配已保存。", no=building.no), "success")
            return redirect(url_for("assignment.list", project_code=project.code))
    return render_template("assignment/edit.html", form=form, building=building, standing=standing), form.status


def _assignable(project: Project) -> list[Membership]:  # type: ignore[valid-type]
    members = [
        member
        for member in account.list_members(project.id)
        if member.role in (Role.SURVEYOR, Role.LEADER) and member.user.is_active
    ]
    if g.role is Role.LEADER:
        own = find_membership(current_user, project.id)
        members = [member for member in members if own is not None and member.team_id == own.team_id]
    return members


def _person(member: Membership) -> str:
    return f"{member.user.display_name}（{member.team.name}）" if member.team else member.user.display_name
