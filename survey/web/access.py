"""Who may open which page: each view declares its permission, and what is not declared does not exist (default deny).

A view under a project names it in its address: `<project_code>`, `<uuid:building_id>` or `<uuid:household_id>`. Before
the view runs, the thing is loaded within the person's scope into `g`; another's and a missing one look the same (404).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.local import LocalProxy

from survey.config import Config
from survey.domain.access import Permission, Role, is_granted
from survey.domain.errors import NotFound
from survey.models import Building, Household, Project, User, db, utc_now
from survey.models.base import READ_ONLY
from survey.services import account, scope
from survey.services.device import find_device, find_marked

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class Open(Enum):
    """Permissions that are no role's: for everybody, for everybody who is signed in, for a tablet by its token, and by the
    mark of that token, which also a locked tablet knows.
    """

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    DEVICE = "device"
    MARK = "mark"


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that a view needs a permission in the project of its address."""
    return _stamp(permission)


def _stamp(permission: Permission | Open) -> Callable[[View], View]:
    def stamp(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return stamp


public = _stamp(Open.PUBLIC)
signed_in = _stamp(Open.SIGNED_IN)
by_device = _stamp(Open.DEVICE)
by_mark = _stamp(Open.MARK)


def _user() -> User:
    if g.get("user") is None:
        raise RuntimeError("no one is signed in")
    return cast(User, g.user)


current_user = cast(User, LocalProxy(_user))
"""The person who is signed in."""


def load_household(household_id: UUID) -> Household:
    """The household of the address; loaded within the person's scope before the view ran."""
    household: Household = g.household
    assert household.id == household_id
    return household


def may(permission: Permission | str) -> bool:
    """Whether the person may do something in the project of this page."""
    user: User | None = g.get("user")
    if user is None:
        return False
    return is_granted(g.get("role"), Permission(permission), is_admin=user.is_admin and user.is_active)


def session_cookie() -> str:
    config: Config = current_app.config["RUHU"]
    return "__Host-ruhu-session" if config.https else "ruhu_session"


def safe_next(address: str | None) -> str:
    """A path of our own to go on to, else the home page: never another site's address."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return url_for("home.show")
    if any(ord(char) < 33 or char == "\\" for char in address) or urlsplit(address).netloc:
        return url_for("home.show")
    return address


def init_app(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(_identify)
    app.before_request(_authorise)
    app.after_request(_commit)
    app.teardown_request(_end)


def reads(view: View) -> View:
    """Declare that a view only reads although it is posted to: its words must not stand in an address."""
    view.reads = True  # type: ignore[attr-defined]
    return view


def unattended(view: View) -> View:
    """Declare that a view renews itself where nobody sits: it keeps no session awake, and is shown until that ends at last.

    Whoever walks up to the screen and follows a link is asked for the password after the usual idle time.
    """
    view.unattended = True  # type: ignore[attr-defined]
    return view


def begin_writing() -> None:
    """Go on in a writing transaction, in a view that `reads`. Call it before anything was changed."""
    db.session.rollback()
    READ_ONLY.set(False)


def _begin() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    READ_ONLY.set(request.method in READING or getattr(view, "reads", False))


def _end(_error: BaseException | None) -> None:
    READ_ONLY.set(False)


def _identify() -> None:
    g.user = g.project = g.household = g.building = g.role = g.login = g.device = None
    view = current_app.view_functions.get(request.endpoint or "")
    if request.endpoint == "static":
        return
    if (permission := getattr(view, "permission", None)) in (Open.DEVICE, Open.MARK):
        _identify_device(permission)
        return
    token = request.cookies.get(session_cookie(), "")
    if not token:
        return
    config: Config = current_app.config["RUHU"]
    now = utc_now()
    is_alone = getattr(view, "unattended", False)
    idle = config.session_absolute if is_alone else config.session_idle
    login = account.find_session(token, now, idle, config.session_absolute)
    if login is None:
        return
    if not is_alone and (now - login.seen_at).total_seconds() > 60:
        # Being seen is no act of the person: it is written in a short transaction of its own, also for a page that reads.
        before = READ_ONLY.get()
        db.session.rollback()
        READ_ONLY.set(False)
        login = account.find_session(token, now, config.session_idle, config.session_absolute)
        if login is None:
            db.session.rollback()
            return
        login.seen_at = now
        db.session.commit()
        READ_ONLY.set(before)
    g.user, g.login = login.user, token


def _identify_device(permission: Open) -> None:
    """The tablet of the token, or of its mark where that is enough. A cookie opens nothing here, a token opens no page."""
    scheme, _space, told = request.headers.get("Authorization", "").partition(" ")
    wanted, find = ("mark", find_marked) if permission is Open.MARK else ("bearer", find_device)
    g.device = find(told.strip()) if scheme.lower() == wanted and told.strip() else None
    g.user = g.device.user if g.device is not None else None


def _authorise() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None  # no route: Flask answers 404
    view = current_app.view_functions[request.endpoint]
    permission = getattr(view, "permission", None)
    if permission is Open.PUBLIC:
        return None
    if permission is None:
        abort(404)
    if permission in (Open.DEVICE, Open.MARK):
        return None if g.device is not None else abort(401)
    if g.user is None:
        if request.method in READING:
            return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))
        abort(401)
    _load(request.view_args or {})
    if permission is Open.SIGNED_IN:
        return None
    if not may(permission):
        abort(403)
    return None


def _load(args: dict[str, object]) -> None:
    """Load what the address names into `g`, within the person's scope. Raises NotFound."""
    if isinstance(household_id := args.get("household_id"), UUID):
        g.household = scope.get_household(g.user, household_id)
        g.project = db.session.get(Project, g.household.project_id)
    elif isinstance(building_id := args.get("building_id"), UUID):
        g.building = scope.get_building(g.user, building_id)
        g.project = db.session.get(Project, g.building.project_id)
    elif isinstance(code := args.get("project_code"), str):
        g.project = scope.get_project(g.user, code)
    if g.project is not None:
        member = scope.find_membership(g.user, g.project.id)
        g.role = member.role if member else None
        if g.role is None:
            raise NotFound


def _commit(response: ResponseReturnValue) -> ResponseReturnValue:
    """Return commits, raise rolls back: a write that answers below 400 is committed before the answer leaves."""
    status = response.status_code  # type: ignore[union-attr]
    if request.method not in READING and status < 400:
        db.session.commit()
    elif not g.get("keep", False):
        db.session.rollback()
    else:
        db.session.commit()
    return response


def role_of_page() -> Role | None:
    return cast("Role | None", g.get("role"))


def project_of_page() -> Project:
    project: Project = g.project
    return project


def building_of_page() -> Building:
    building: Building = g.building
    return building
