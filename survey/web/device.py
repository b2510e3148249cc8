"""Tablets (平板) of a project: who has which, what they have not sent, new ones, revoking, wiping, and handed-over files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import segno
from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.config import Config
from survey.domain.access import Permission
from survey.domain.codes import label_of
from survey.domain.event import EventStatus, EventType
from survey.forms.device import HandOverForm, InviteDeviceForm
from survey.services import device as devices
from survey.services.visit import list_surveyors
from survey.sync import handover
from survey.web.access import current_user, project_of_page, requires

bp = Blueprint("device", __name__)
FEW_GAPS = 3
"""So many ranges of missing numbers stand in the list; the tablet's own page has them all."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a handed-over file, and what became of it, in words."""

    type: str
    at: datetime | None
    status: EventStatus | None
    message: str


@bp.url_value_preprocessor
def make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """A tablet's export may be larger than other uploads; said before anybody reads the form."""
    if endpoint == "device.hand_over":
        config: Config = current_app.config["RUHU"]
        request.max_content_length = config.export_bytes + 1024 * 1024


@bp.get("/project/<project_code>/devices")
@requires(Permission.DEVICE_EDIT)
def list(project_code: str) -> ResponseReturnValue:
    return _list(_hand_over_form(formdata=None))


def _list(form: HandOverForm) -> ResponseReturnValue:
    rows = devices.list_devices(project_of_page().id)
    gaps = devices.list_gaps(project_of_page().id)
    page = render_template(
        "device/list.html",
        devices=rows,
        form=form,
        state_of=devices.state_of,
        is_late=devices.is_late,
        gaps={device_id: gap_word(ranges, most=FEW_GAPS) for device_id, ranges in gaps.items()},
    )
    return page, form.status


def gap_word(ranges: Sequence[tuple[int, int]], most: int | None = None) -> str:
    """The numbers that never arrived, in words; the first `most` of the ranges."""
    told = [_("第 %(first)s–%(last)s 号", first=first, last=last) if last > first else _("第 %(number)s 号", number=first)
            for first, last in ranges[:most]]  # fmt: skip
    return "、".join(told) + (_("等") if most is not None and len(ranges) > most else "")


@bp.route("/project/<project_code>/device/invite", methods=["GET", "POST"])
@requires(Permission.DEVICE_EDIT)
def invite(project_code: str) -> ResponseReturnValue:
    """Make a code for a tablet. It stands in the answer to the POST and nowhere else."""
    project = project_of_page()
    people = list_surveyors(project.id)
    form = InviteDeviceForm()
    form.user.offer({user.id: user.display_name for user in people})
    if form.validate_on_submit():
        with form.catching():
            user = next(user for user in people if user.id == form.user.uuid)
            device, code = devices.invite(actor=current_user, project=project, user=user, name=form.name.data or "")
            return render_template("device/code.html", device=device, code=code, **_way_in(code))
    return render_template("device/invite.html", form=form, people=people), form.status


def _way_in(code: str) -> dict[str, Any]:
    """The address that a tablet opens, as words and as a QR code, and what about it cannot work."""
    config: Config = current_app.config["RUHU"]
    scheme, host = "https" if config.https else "http", request.host
    address = f"{scheme}://{host}/tablet#/enrol/{code}"
    name = host.rpartition(":")[0] or host
    return {
        "address": f"{scheme}://{host}/tablet",
        "qr": segno.make(address, error="m", micro=False).svg_data_uri(scale=6, border=4, light="#fff"),
        "is_local": name.strip("[]") in LOCAL,
        "is_plain": not config.https,
    }


@bp.get("/project/<project_code>/device/<uuid:device_id>")
@requires(Permission.DEVICE_EDIT)
def show(project_code: str, device_id: UUID) -> ResponseReturnValue:
    device = devices.get_device(project_of_page().id, device_id)
    ranges = devices.list_gaps(device.project_id).get(device.id, [])
    return render_template(
        "device/show.html",
        device=device,
        state=devices.state_of(device),
        is_late=devices.is_late(device),
        gaps=gap_word(ranges),
        missing=sum(last - first + 1 for first, last in ranges),
    )


@bp.post("/project/<project_code>/device/<uuid:device_id>/renew")
@requires(Permission.DEVICE_EDIT)
def renew(project_code: str, device_id: UUID) -> ResponseReturnValue:
    """Make another code for a tablet in use. It stands in this answer and nowhere else."""
    device = devices.get_device(project_of_page().id, device_id)
    code = devices.renew(actor=current_user, device=device)
    return render_template("device/code.html", device=device, code=code, **_way_in(code))


@bp.post("/project/<project_code>/device/<uuid:device_id>/revoke")
@requires(Permission.DEVICE_EDIT)
def revoke(project_code: str, device_id: UUID) -> ResponseReturnValue:
    return _end(devices.revoke, device_id, _("已停用。这台平板下次联网时锁定，未上传的记录仍可移交。"))


@bp.post("/project/<project_code>/device/<uuid:device_id>/wipe")
@requires(Permission.DEVICE_EDIT)
def order_wipe(project_code: str, device_id: UUID) -> ResponseReturnValue:
    told = _("已发出清除命令。平板下次联网时清除，清除后这里会显示“已清除”。")
    return _end(devices.order_wipe, device_id, told)


def _end(act: Callable[..., None], device_id: UUID, told: str) -> ResponseReturnValue:
    """Revoke a tablet or order its wipe, and go back to its page."""
    project = project_of_page()
    device = devices.get_device(project.id, device_id)
    act(actor=current_user, device=device)
    flash(told, "success")
    return redirect(url_for("device.show", project_code=project.code, device_id=device.id))


@bp.post("/project/<project_code>/device/hand-over")
@requires(Permission.DEVICE_EDIT)
def hand_over(project_code: str) -> ResponseReturnValue:
    """Take the file that a tablet wrote instead of sending, and tell what became of each record."""
    form = _hand_over_form()
    if form.validate_on_submit():
        with form.catching():
            export = handover.open_export(form.file.data.read())
            device = handover.device_of(export, project_of_page().id)
            results = handover.take_export(actor=current_user, device=device, export=export)
            lines = [_line(event, result) for event, result in zip(export["events"], results, strict=True)]
            return render_template("device/hand_over.html", device=device, lines=lines)
    return _list(form)


def _hand_over_form(**values: Any) -> HandOverForm:
    config: Config = current_app.config["RUHU"]
    return HandOverForm(megabytes=config.export_bytes // 1024 // 1024, **values)


def _line(event: Any, result: dict[str, Any]) -> Line:
    told = event if isinstance(event, dict) else {}
    status = result.get("status", "")
    message = result.get("message") or "；".join(each.get("message", "") for each in result.get("errors") or ())
    return Line(
        type=_(label_of(EventType, str(told.get("type", "")))) or "—",
        at=_moment(told.get("at")),
        status=EventStatus(status) if status in {*EventStatus} else None,
        message=str(message),
    )


def _moment(text: Any) -> datetime | None:
    """The moment of a tablet's clock; None when it is no moment, or one of no time zone."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
