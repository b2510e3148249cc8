"""One's own account: sign in and out, password, language."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh

from survey.config import Config
from survey.domain.errors import DomainError
from survey.forms.account import ChangePasswordForm, LocaleForm, SignInForm
from survey.models import db
from survey.services import account
from survey.web.access import current_user, public, safe_next, session_cookie, signed_in

bp = Blueprint("account", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    if g.user is not None:
        return redirect(safe_next(request.args.get("next")))
    form = SignInForm()
    if form.validate_on_submit():
        name, address = form.username.data or "", request.remote_addr or ""
        try:
            _user, token = account.sign_in(username=name, password=form.password.data or "", address=address)
        except DomainError as error:
            db.session.rollback()
            if error.code == "account.sign_in_failed":
                account.note_failure(username=name, address=address)
                g.keep = True  # the refusal itself must stay counted
            form.refuse(error)
        else:
            session.clear()  # a new CSRF token: the one from before the sign-in is dead
            config: Config = current_app.config["RUHU"]
            response = redirect(safe_next(request.args.get("next")))
            response.set_cookie(session_cookie(), token, httponly=True, samesite="Lax", secure=config.https, path="/")
            return response
    return render_template("account/sign_in.html", form=form), form.status


@bp.post("/sign-out")
@signed_in
def sign_out() -> ResponseReturnValue:
    account.sign_out(actor=current_user, token=g.login)
    session.clear()
    response = redirect(url_for("account.sign_in"))
    response.delete_cookie(session_cookie(), path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/account")
@signed_in
def show() -> ResponseReturnValue:
    form = LocaleForm(locale=session.get("locale") or current_user.locale or "zh_Hans_CN")
    return render_template("account/show.html", password=ChangePasswordForm(formdata=None), locale_form=form)


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if form.validate_on_submit():
        if account.is_password(current_user.password_hash, form.current.data or ""):
            with form.catching():
                account.change_password(actor=current_user, user=current_user, password=form.password.data or "")
                flash(_("密码已修改，请用新密码重新登录。"), "success")
                return redirect(url_for("account.sign_in"))
        else:
            form.refuse(DomainError("account.password_wrong", "current"))
    page = render_template("account/show.html", password=form, locale_form=LocaleForm(formdata=None))
    return page, form.status


@bp.post("/account/locale")
@signed_in
def change_locale() -> ResponseReturnValue:
    form = LocaleForm()
    if form.validate_on_submit():
        session["locale"] = form.locale.data
        account.change_locale(actor=current_user, locale=form.locale.data)
        refresh()
        flash(_("界面语言已更改。"), "success")
    return redirect(url_for("account.show"))
