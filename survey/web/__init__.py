"""Pages for people: one blueprint a noun. Each module of this package that has a `bp` is registered."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial
from importlib import import_module
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, has_request_context, render_template, session, url_for
from flask import request as http_request  # `request` is a noun of ours: the module of that name shadows it here
from flask.typing import ResponseReturnValue
from flask_babel import Babel, get_locale
from flask_babel import gettext as _
from flask_wtf import CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from survey.domain.access import Permission
from survey.domain.errors import DomainError, NotFound
from survey.domain.mask import mask_id_no, mask_name, mask_phone
from survey.domain.message import N_
from survey.forms.base import sentence_of
from survey.models import db
from survey.services.inbox import count_open
from survey.services.project import settings_of
from survey.web import access, answer, assets

LOCALES = {"zh_Hans_CN": "中文", "en": "English"}
CHINA = ZoneInfo("Asia/Shanghai")
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """One link of the main navigation. `count` tells how many things wait behind it, when the page draws it."""

    label: str
    url: str
    icon: str
    current: bool
    count: Callable[[], int] = int


def register(app: Flask) -> None:
    """Attach everything that answers requests."""
    Babel(app, locale_selector=select_locale)
    csrf = CSRFProtect(app)
    access.init_app(app)
    assets.init_app(app)
    answer.init_app(app)
    for module in pkgutil.iter_modules(__path__):
        bp = getattr(import_module(f"{__name__}.{module.name}"), "bp", None)
        if bp is not None:
            app.register_blueprint(bp)
            if bp.name == "api":
                csrf.exempt(bp)  # it asks for a token that no other site's page can make a browser send
    app.register_error_handler(DomainError, refuse)
    app.register_error_handler(OperationalError, refuse_busy)
    app.register_error_handler(HTTPException, refuse_http)
    app.after_request(protect)
    app.context_processor(page_context)
    app.jinja_env.globals.update(
        may=access.may, knows_holidays=knows_holidays, Permission=Permission, url_back=url_back
    )
    app.jinja_env.filters.update(
        local_time=local_time,
        local_date=local_date,
        clock=clock,
        mask_id=mask_id_no,
        mask_phone=mask_phone,
        mask_name=mask_name,
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def select_locale() -> str:
    """The language of the person who asks; Chinese where nobody does (commands, forms checked outside a request)."""
    if not has_request_context():
        return "zh_Hans_CN"
    chosen = session.get("locale") or (g.user.locale if g.get("user") else "")
    return chosen if chosen in LOCALES else "zh_Hans_CN"


def local_now() -> datetime:
    """Now, on the clock of the neighbourhood."""
    return datetime.now(CHINA)


def local_today() -> date:
    return local_now().date()


def knows_holidays(day: date) -> bool:
    """Whether the project of the page has the holidays of the day's year."""
    return settings_of(access.project_of_page()).calendar.knows(day)


def local_time(moment: datetime | None) -> str:
    """2026-11-22 09:30, as people there read it; "" for None."""
    return moment.astimezone(CHINA).strftime("%Y-%m-%d %H:%M") if moment else ""


def local_date(moment: datetime | date | None) -> str:
    if isinstance(moment, datetime):
        moment = moment.astimezone(CHINA).date()
    return moment.isoformat() if moment else ""


def clock(moment: datetime | None) -> str:
    return moment.astimezone(CHINA).strftime("%H:%M") if moment else ""


def url_back(default: str) -> str:
    """The page that a form should return to: `next` when it is ours, else the default."""
    given = http_request.values.get("next")
    return access.safe_next(given) if given else default


NAV = (
    (Permission.TODAY_SHOW, N_("今天"), "today.show", "calendar"),
    (Permission.BUILDING_SHOW, N_("楼盘表"), "building.list", "grid"),
    (Permission.HOUSEHOLD_LIST, N_("住户"), "household.list", "home"),
    (Permission.BOARD_SHOW, N_("进度"), "board.show", "chart"),
    (Permission.POLICY_SHOW, N_("政策"), "policy.list", "book"),
    (Permission.ROUND_SHOW, N_("征询"), "round.list", "vote"),
    (Permission.LEDGER_EXPORT, N_("台账"), "ledger.list", "table"),
    (Permission.NOTICE_PRINT, N_("文书"), "notice.list", "print"),
    (Permission.POSTING_SHOW, N_("公示"), "posting.list", "megaphone"),
    (Permission.ROSTER_IMPORT, N_("花名册导入"), "roster.list", "upload"),
    (Permission.ASSIGNMENT_EDIT, N_("分配"), "assignment.list", "people"),
    (Permission.DEVICE_EDIT, N_("平板"), "device.list", "tablet"),
    (Permission.INBOX_SETTLE, N_("待处理"), "inbox.list", "inbox"),
    (Permission.AUDIT_LIST, N_("日志"), "audit.list", "clock"),
    (Permission.PROJECT_EDIT, N_("设置"), "project.edit", "settings"),
)
"""The main navigation: permission, label, endpoint (of a project), icon."""
MENU = (
    (Permission.SIGNAL_SHOW, N_("走访提示"), "signal.list", "info"),
    (Permission.RECHECK_SHOW, N_("抽查"), "recheck.list", "eye"),
    (Permission.QUALITY_SHOW, N_("数据质量"), "quality.list", "check-double"),
    (Permission.JOB_SHOW, N_("后台任务"), "job.list", "history"),
)
"""What the menu of one's name holds besides, in a project."""
UNDER = {
    "amendment": "ledger", "care": "household", "quality": "board", "recheck": "board", "report": "board", "signal": "board",
    "template": "ledger", "wall": "board", "wording": "notice",
}  # fmt: skip
"""Nouns without a place of their own in the navigation -> the one under which they are found."""


def page_context() -> dict[str, object]:
    """What every template may rely on."""
    user, project = g.get("user"), g.get("project")
    nav = []
    here = (http_request.endpoint or "").partition(".")[0]
    here = UNDER.get(here, here)
    if user and project:
        nav = [
            NavItem(
                _(label),
                url_for(endpoint, project_code=project.code),
                icon,
                here == endpoint.partition(".")[0],
                cache(partial(count_open, user, project.id)) if endpoint == "inbox.list" else int,
            )
            for permission, label, endpoint, icon in NAV
            if access.may(permission) and endpoint in current_app.view_functions
        ]
    return {
        "current_user": user,
        "current_role": g.get("role"),
        "current_project": project,
        "nav": nav,
        "home_url": url_for("home.show"),
        "search_url": url_for("search.show", project_code=project.code)
        if project and "search.show" in current_app.view_functions
        else None,
        "account_links": account_links() if user else (),
        "sign_out_url": url_for("account.sign_out") if user else None,
        "locale": get_locale(),
        "locales": LOCALES,
        "today": local_today(),
        "now": local_now(),
    }


def account_links() -> list[NavItem]:
    links = [
        NavItem(_("我的项目"), url_for("home.list"), "home", False),
        NavItem(_("账号与语言"), url_for("account.show"), "person", False),
    ]
    if g.get("project"):
        links += [
            NavItem(_(label), url_for(endpoint, project_code=g.project.code), icon, False)
            for permission, label, endpoint, icon in MENU
            if access.may(permission)
        ]
    if access.may(Permission.USER_EDIT):
        links.append(NavItem(_("账号管理"), url_for("user.list"), "people", False))
    return links


def protect(response: Response) -> Response:
    """Headers of every answer; pages are never stored by a cache."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if http_request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    if g.get("user") is not None:
        response.headers.add("Vary", "Cookie")
    return response


def is_api() -> bool:
    """Whether a program asks: it is answered in JSON, whatever went wrong."""
    return http_request.path.startswith("/api/")


def refuse(error: DomainError) -> ResponseReturnValue:
    db.session.rollback()
    if is_api():
        return {"code": error.code, "message": sentence_of(error)}, 404 if isinstance(error, NotFound) else 422
    if isinstance(error, NotFound):
        return render_template("errors/404.html"), 404
    return render_template("errors/422.html", sentence=sentence_of(error)), 422


def refuse_busy(error: OperationalError) -> ResponseReturnValue:
    """The database is locked or gone: nothing was written; say so."""
    db.session.rollback()
    current_app.logger.error("database refused: %s", type(error.orig).__name__)
    if is_api():
        return {"message": _("数据库正忙，请稍后再试。")}, 503
    return render_template("errors/503.html"), 503


def refuse_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    db.session.rollback()
    if is_api():
        return {"message": error.name}, error.code or 500
    known = {400, 401, 403, 404, 405, 413, 422, 429, 500, 503}
    code = error.code if error.code in known else (400 if (error.code or 500) < 500 else 500)
    if code == 401:
        return render_template("errors/403.html"), 401
    return render_template(f"errors/{code}.html"), code
