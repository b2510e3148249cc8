"""People of a project (人员): who has which role and team."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission, Role
from survey.domain.errors import DomainError
from survey.forms.member import MemberForm
from survey.models import Team
from survey.services import account
from survey.services.project import create_team, list_teams
from survey.web.access import current_user, project_of_page, requires

bp = Blueprint("member", __name__)


@bp.route("/project/<project_code>/members", methods=["GET", "POST"])
@requires(Permission.MEMBER_EDIT)
def list(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    teams = list_teams(project.id)
    form = MemberForm(teams=[(str(team.id), team.name) for team in teams])
    if form.validate_on_submit():
        with form.catching():
            user = account.find_user(form.username.data or "")
            if user is None:
                raise DomainError("account.unknown", "username")
            if user.is_admin:
                raise DomainError("account.admin_no_role", "username")
            if user.id == current_user.id:
                raise DomainError("account.own_role", "username")
            account.set_membership(
                actor=current_user, project=project, user=user, role=Role(form.role.data), team=_team(form, teams)
            )
            flash(_("%(name)s 的角色已保存，从下一次操作起生效。", name=user.display_name), "success")
            return redirect(url_for("member.list", project_code=project_code))
    return render_template("member/list.html", form=form, members=account.list_members(project.id)), form.status


def _team(form: MemberForm, teams: list[Team]) -> Team | None:  # type: ignore[valid-type]
    name = (form.new_team.data or "").strip()
    if name:
        same = next((team for team in teams if team.name == name), None)
        return same or create_team(actor=current_user, project=project_of_page(), name=name)
    return next((team for team in teams if str(team.id) == form.team.data), None)


@bp.post("/project/<project_code>/member/<uuid:user_id>/end")
@requires(Permission.MEMBER_EDIT)
def end(project_code: str, user_id: UUID) -> ResponseReturnValue:
    if user_id == current_user.id:
        raise DomainError("account.own_role")
    account.end_membership(actor=current_user, project=project_of_page(), user_id=user_id)
    flash(_("已结束该人员在本项目的角色。"), "success")
    return redirect(url_for("member.list", project_code=project_code))
