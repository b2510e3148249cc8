"""What tablets call (docs/sync.md): JSON over a token, never a cookie. The rules are in `survey.sync`."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from uuid import UUID

from flask import Blueprint, Response, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission, is_granted
from survey.domain.errors import DomainError
from survey.forms.base import sentence_of
from survey.models import Device, Project, db, utc_now
from survey.services import device as devices
from survey.services.scope import role_in
from survey.services.visit import VISITING
from survey.sync import blobs, feed, inbox, recovery
from survey.sync.event import SHA256
from survey.sync.openapi import description
from survey.sync.reference import reference as reference_of
from survey.sync.sealed import office_key
from survey.web.access import begin_writing, by_device, by_mark, public, reads

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

bp = Blueprint("api", __name__, url_prefix="/api")
MIN_APP = "1"
"""The oldest application of a tablet that this server still understands."""
MOST_BYTES = 1024 * 1024
ENROL_BYTES = 4096
ZIPPED_FROM = 2048


def told(status: int = 200, **values: Any) -> Response:
    """A JSON answer, small on the way."""
    data = json.dumps({**values, "now": utc_now().isoformat()}, ensure_ascii=False, separators=(",", ":")).encode()
    response = Response(data, status, mimetype="application/json")
    if len(data) >= ZIPPED_FROM and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.data = gzip.compress(data, compresslevel=1)
        response.headers["Content-Encoding"] = "gzip"
        response.headers.add("Vary", "Accept-Encoding")
    return response


def refusal(error: DomainError, status: int = 422) -> Response:
    return told(status, code=error.code, message=sentence_of(error))


def device() -> Device:
    return cast(Device, g.device)


def working(view: View) -> View:
    """Let only a tablet in that is in use, whose person still does field work, with an application that we know."""

    @wraps(view)
    def guarded(*args: Any, **values: Any) -> ResponseReturnValue:
        return _lock(device()) or _too_old() or view(*args, **values)

    return cast(View, guarded)


def _lock(tablet: Device) -> Response | None:
    if tablet.wipe_ordered_at is not None:
        return told(403, lock=True, wipe=True, message=_("项目办要求清除这台平板。"))
    if tablet.revoked_at is not None or role_in(tablet.user, tablet.project_id) not in VISITING:
        return told(403, lock=True, hand_over=True, message=_("这台平板已被停用。请把没有上传的记录移交给项目办。"))
    return None


def _too_old() -> Response | None:
    app = request.headers.get("X-Ruhu-App", MIN_APP)
    if app.isascii() and app.isdigit() and len(app) < 9 and int(app) >= int(MIN_APP):
        return None
    return told(426, message=_("平板上的应用太旧，请连上网后重新打开。"), min_app=MIN_APP)


def _json(most: int) -> dict[str, Any]:
    """The body of the request. Raises DomainError sync.too_big, sync.not_json."""
    if (request.content_length or 0) > most:
        raise DomainError("sync.too_big", kilobytes=most // 1024)
    try:
        body = json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):
        raise DomainError("sync.not_json") from None
    if not isinstance(body, dict):
        raise DomainError("sync.not_json")
    return body


# --- becoming known


@bp.post("/enrol")
@public
def enrol() -> ResponseReturnValue:
    body = _json(ENROL_BYTES)
    code, name, app = (str(body.get(key, ""))[:200] for key in ("code", "name", "app"))
    try:
        tablet, token = devices.enrol(
            code=code, name=name, app=app, address=request.remote_addr or "", was=_was(body), unsent=_unsent(body)
        )
    except DomainError as error:
        db.session.rollback()
        if error.code == "device.code_unknown":
            devices.note_wrong_code(address=request.remote_addr or "")
            g.keep = True
        return refusal(error, 429 if error.code == "account.too_many_failures" else 422)
    db.session.flush()
    return told(token=token, session=_session(tablet))


def _was(body: dict[str, Any]) -> UUID | None:
    """The device that the tablet says it has been; None where it says nothing that is one."""
    try:
        return UUID(str(body.get("was", "")))
    except ValueError:
        return None


def _unsent(body: dict[str, Any]) -> int:
    told = body.get("unsent")
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**31 else 0


@bp.post("/key")
@by_device
@working
def key() -> ResponseReturnValue:
    """The key of the tablet's data, for a person who has forgotten the secret and was let in by a new code."""
    return told(key=base64.b64encode(recovery.open_key(device(), _json(ENROL_BYTES))).decode())


@bp.get("/session")
@by_device
@working
def session() -> ResponseReturnValue:
    return told(**_session(device()))


def _session(tablet: Device) -> dict[str, Any]:
    project = db.session.get_one(Project, tablet.project_id)
    role = role_in(tablet.user, tablet.project_id)
    return {
        "device": {"id": str(tablet.id), "name": tablet.name},
        "user": {"id": str(tablet.user_id), "name": tablet.user.display_name},
        "project": {"code": project.code, "name": project.name},
        "role": role.value if role else None,
        "permissions": sorted(each.value for each in Permission if is_granted(role, each)),
        "min_app": MIN_APP,
        "office_key": office_key(),
        "now": utc_now().isoformat(),
    }


# --- what the tablet needs


@bp.get("/reference")
@by_device
@working
def reference() -> ResponseReturnValue:
    found = reference_of(device())
    if request.if_none_match.contains(found["hash"]):
        return Response(status=304, headers={"ETag": f'"{found["hash"]}"'})
    response = told(**found)
    response.set_etag(found["hash"])
    return response


@bp.get("/changes")
@by_device
@working
def changes() -> ResponseReturnValue:
    limit = request.args.get("limit", 250, type=int)
    response = told(**(found := feed.pull(device(), request.args.get("since", "")[:100], limit)))
    if not found["more"]:
        _note_feed(device())
    return response


def _note_feed(tablet: Device) -> None:
    """The tablet knows its assignments as of now: written in a short transaction of its own, the answer being made."""
    device_id, now = tablet.id, utc_now()
    begin_writing()
    standing = db.session.get_one(Device, device_id)
    standing.feed_at = standing.seen_at = now
    db.session.commit()


# --- what the tablet brings


@bp.post("/events")
@by_device
@reads
@working
def events() -> ResponseReturnValue:
    """The forms are read in a transaction that only reads; then one writes, and is committed before the answer leaves."""
    return told(results=inbox.receive(device(), _json(MOST_BYTES), begin_writing))


@bp.post("/handover")
@by_device
def handover() -> ResponseReturnValue:
    """From a tablet that was revoked: everything is held for the office."""
    tablet = device()
    if _lock(tablet) is None:
        return told(409, message=_("这台平板可以正常上传，不需要移交。"))
    return told(results=inbox.receive(tablet, _json(MOST_BYTES)))


@bp.get("/blobs/<string(length=64):name>/offset")
@by_device
def blob_offset(name: str) -> ResponseReturnValue:
    if SHA256.match(name) is None:
        return refusal(DomainError("sync.blob_piece"))
    at, done = blobs.offset(device(), name)
    return told(at=at, done=done)


@bp.put("/blobs/<string(length=64):name>")
@by_device
def blob(name: str) -> ResponseReturnValue:
    at, total = (request.args.get(key, -1, type=int) for key in ("at", "total"))
    if (request.content_length or 0) > blobs.PIECE or at < 0 or total < 1 or SHA256.match(name) is None:
        return refusal(DomainError("sync.blob_piece"))
    try:
        at, done = blobs.put(device(), name, at=at, total=total, data=request.get_data(cache=False))
    except blobs.WrongOffset as wrong:
        return told(409, at=wrong.at, done=False)
    except DomainError as error:
        return refusal(error)
    return told(at=at, done=done)


@bp.get("/standing")
@by_mark
def standing() -> ResponseReturnValue:
    """Whether the tablet is to lock or to delete everything: all that one asks whose secret nobody has given."""
    return _lock(device()) or told()


@bp.post("/wiped")
@by_mark
def wiped() -> ResponseReturnValue:
    if device().wipe_ordered_at is not None:
        devices.note_wiped(device())
    return Response(status=204)


@bp.get("/openapi.json")
@public
def openapi() -> ResponseReturnValue:
    return told(**description())
