"""Accounts (账号管理), for the system administrator: who may sign in at all. No household is in sight here."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey.domain.access import Permission
from survey.domain.errors import DomainError, NotFound
from survey.forms.member import CreateUserForm
from survey.models import User, db
from survey.services import account
from survey.web.access import current_user, requires

bp = Blueprint("user", __name__)


@bp.get("/users")
@requires(Permission.USER_EDIT)
def list() -> ResponseReturnValue:
    return render_template("user/list.html", users=account.list_users())


@bp.route("/user/create", methods=["GET", "POST"])
@requires(Permission.USER_EDIT)
def create() -> ResponseReturnValue:
    form = CreateUserForm()
    if form.validate_on_submit():
        password = account.make_password()
        with form.catching():
            user = account.create_user(
                actor=current_user,
                username=form.username.data or "",
                display_name=form.display_name.data or "",
                staff_no=form.staff_no.data or "",
                password=password,
                is_admin=bool(form.is_admin.data),
            )
            return render_template("user/password.html", user=user, password=password)
    return render_template("user/create.html", form=form), form.status


@bp.post("/user/<uuid:user_id>/password")
@requires(Permission.USER_EDIT)
def reset_password(user_id: UUID) -> ResponseReturnValue:
    """Give an account a new random password, shown once."""
    user, password = _get(user_id), account.make_password()
    account.change_password(actor=current_user, user=user, password=password)
    return render_template("user/password.html", user=user, password=password)


@bp.post("/user/<uuid:user_id>/active")
@requires(Permission.USER_EDIT)
def set_active(user_id: UUID) -> ResponseReturnValue:
    user = _get(user_id)
    if user.id == current_user.id:
        raise DomainError("account.own_account")
    account.set_user_active(actor=current_user, user=user, is_active=request.form.get("active") == "yes")
    return redirect(url_for("user.list"))


def _get(user_id: UUID) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound
    return user
