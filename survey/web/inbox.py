"""What waits for a decision (待处理): conflicts on sheets, and records of tablets that could not simply be written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import label_of
from survey.domain.errors import DomainError, NotFound
from survey.domain.event import EventType
from survey.domain.merge import difference
from survey.domain.message import MESSAGES, N_
from survey.domain.sheet import Pairs, field_of, to_keys
from survey.forms.base import sentence_of
from survey.forms.consent import OTHER_AGENT
from survey.forms.inbox import DropRecordForm
from survey.forms.record import RECORD_FORMS, record_words
from survey.forms.sheet import hidden_for, keep_unshown, key_label, row_titles, word_of
from survey.forms.sheet.version import upgrade_pairs
from survey.models import Building, ConflictRow, Document, PersonRow, PolicyVersion, Round, SyncEvent, User, db
from survey.services import inbox as services
from survey.services.account import list_permitted
from survey.services.document import ENDINGS, JPEG
from survey.services.duplicate import standing_household
from survey.services.inbox import HeldRecord
from survey.services.scope import role_in
from survey.services.sheet import pairs_of_version
from survey.sync import inbox
from survey.sync.apply import Refused, begun_from
from survey.sync.blobs import find_blob, open_blob
from survey.sync.event import read_event
from survey.web.access import current_user, may, project_of_page, requires
from survey.web.file import send_private
from survey.web.sheet.page import hidden_fields

bp = Blueprint("inbox", __name__)


@bp.get("/project/<project_code>/inbox")
@requires(Permission.INBOX_SETTLE)
def list(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    return render_template(
        "inbox/list.html",
        conflicts=services.list_conflicts_of(current_user, project.id),
        held=services.list_held(current_user, project.id),
        same_door=services.list_same_door(current_user, project.id),
        type_word=type_word,
        reason_word=reason_word,
        door_word=door_word,
    )


@bp.get("/project/<project_code>/inbox/<uuid:event_id>")
@requires(Permission.INBOX_SETTLE)
def show(project_code: str, event_id: UUID) -> ResponseReturnValue:
    """A held record as it was sent, and what to do with it."""
    return _page(_get(event_id), DropRecordForm(formdata=None))


@bp.post("/project/<project_code>/inbox/<uuid:event_id>/accept")
@requires(Permission.INBOX_SETTLE)
def accept(project_code: str, event_id: UUID) -> ResponseReturnValue:
    """Write the record as if it had been taken at once; where that cannot be, the page says why."""
    held = _get(event_id)
    try:
        with db.session.begin_nested():
            inbox.accept(actor=current_user, event=held.event)
    except Refused as error:
        told = [text for texts in error.errors.values() for text in texts]
        return _page(held, DropRecordForm(formdata=None), refusals=told)
    except DomainError as error:
        return _page(held, DropRecordForm(formdata=None), refusals=[sentence_of(error)])
    if held.event.conflict_id is not None:
        flash(_("已接受。其中有几处别人也改过，请选择保留哪一个。"), "warning")
        conflict = db.session.get_one(ConflictRow, held.event.conflict_id)  # its household may be another by now
        return redirect(url_for("sheet.resolve", household_id=conflict.household_id, conflict_id=conflict.id))
    flash(_("已接受，记录已写入。"), "success")
    return redirect(url_for("inbox.list", project_code=project_code))


@bp.post("/project/<project_code>/inbox/<uuid:event_id>/drop")
@requires(Permission.INBOX_SETTLE)
def drop(project_code: str, event_id: UUID) -> ResponseReturnValue:
    """Leave the record aside for good, with the reason; what was sent stays kept."""
    held = _get(event_id)
    form = DropRecordForm()
    if form.validate_on_submit():
        with form.catching():
            inbox.drop(actor=current_user, event=held.event, reason=form.reason.data or "")
            flash(_("已放弃。原记录仍然保留，日志里写明了原因。"), "success")
            return redirect(url_for("inbox.list", project_code=project_code))
    return _page(held, form)


@bp.get("/project/<project_code>/inbox/<uuid:event_id>/photo/<int:number>")
@requires(Permission.INBOX_SETTLE)
def photo(project_code: str, event_id: UUID, number: int) -> ResponseReturnValue:
    """A photo or file of a held record, to whoever may settle the record: `?small` is a small picture."""
    names = _photo_names(_get(event_id).event)
    if not 1 <= number <= len(names):
        raise NotFound
    try:
        kept = open_blob(project_of_page().id, names[number - 1])
    except DomainError:
        raise NotFound from None
    if "small" in request.args:
        if kept.preview is None:
            raise NotFound
        return send_private(kept.preview, JPEG)
    return send_private(kept.content, kept.media_type, f"{event_id}-{number}.{ENDINGS[kept.media_type]}")


def _get(event_id: UUID) -> HeldRecord:
    return services.get_held(current_user, project_of_page().id, event_id)


def _page(held: HeldRecord, form: DropRecordForm, refusals: Sequence[str] = ()) -> ResponseReturnValue:
    page = render_template(
        "inbox/show.html",
        held=held,
        event=held.event,
        form=form,
        refusals=refusals,
        type_word=type_word(held.event),
        reason_word=reason_word(held.event),
        door_word=door_word(held),
        effect=_effect(held),
        who_may=_who_may(held.event),
        photos=[(number, find_blob(g.project.id, name)) for number, name in enumerate(_photo_names(held.event), 1)],
        about=_about(held),
        changes=_changes(held) if held.event.type in SHEET_TYPES else None,
        words=_words(held.event) if held.event.type in RECORD_FORMS else (),
    )
    return page, 422 if refusals else form.status


# --- a record in words

REASONS = {
    "household.transition": N_("填写期间，这一户已经提交或通过审核，调查表已锁定。"),
    "sheet.locked": N_("填写期间，这一户已经提交或通过审核，调查表已锁定。"),
    "sync.held_edition": N_("调查表用的是旧版表格，到达时已过设置里写的接受日期。"),
    "consent.round_closed": N_("填写期间，这一轮征询已经结束。"),
}
"""Reason -> the word for the office, where the tablet's own sentence speaks to the person at the door."""

NAMED = {"surveyor_1": User, "surveyor_2": User, "agent": PersonRow, "authorisation": Document, "evidence": Document}
"""Question of a record whose answer is an id -> what it names."""
SHEET_TYPES = frozenset({EventType.SAVE, EventType.RESOLVE, EventType.CREATE})


def type_word(event: SyncEvent) -> str:
    return _(label_of(EventType, event.type))


def reason_word(event: SyncEvent) -> str:
    """Why the record waits; where nothing better is known, as it was told to the tablet."""
    if event.reason in REASONS:
        return _(REASONS[event.reason])
    told = (event.result or {}).get("message")
    return str(told) if told else _(MESSAGES.get(event.reason, event.reason))


def door_word(held: HeldRecord) -> str:
    """The door of the record's household, or the one that the tablet named for a new household."""
    if held.household is not None:
        return held.household.door_text
    about = held.event.body.get("about", {})
    building = _find(Building, about.get("building"))
    door = [building.no if building is not None else "", about.get("unit", ""), about.get("room", "")]
    return "-".join(str(part) for part in door if part) or "—"


def _find(noun: Any, told: object) -> Any:
    """A row of the page's project by an id that a tablet sent; None when there is none."""
    try:
        row = db.session.get(noun, UUID(str(told)))
    except ValueError:
        return None
    if row is None or getattr(row, "project_id", g.project.id) != g.project.id:
        return None
    return row


def _effect(held: HeldRecord) -> str:
    """What accepting will do, as `survey.sync.inbox.accept` does it."""
    if held.household is not None and held.household.merged_into_id is not None:
        kept = standing_household(held.household)
        return _("这一户已并入 %(dossier_no)s：接受后，记录写入那一户。", dossier_no=kept.dossier_no)
    if held.household is not None and held.household.removed_at is not None:
        return _("接受后，这一户恢复，记录按填写人的名义写入。")
    if _is_correction(held.event):
        return _("调查表已锁定：接受后，以您的名义作为更正写入，原来的版本保留；签过字的要重新签。")
    return _("按填写人的名义写入，和当时直接写入一样；日志里写明由谁接受。")


def _is_correction(event: SyncEvent) -> bool:
    """Whether accepting writes into a locked sheet, as `survey.sync.inbox.accept` does it."""
    return event.reason in inbox.HOLDING and event.type == EventType.SAVE


def _who_may(event: SyncEvent) -> str:
    """Who may accept the record where the reader may not; "" where the reader may."""
    if not _is_correction(event) or may(Permission.SHEET_CORRECT):
        return ""
    return "、".join(user.display_name for user in list_permitted(g.project.id, Permission.SHEET_CORRECT)) or "—"


def _photo_names(event: SyncEvent) -> list[str]:  # type: ignore[valid-type]
    """The names of the files that belong to the record."""
    told = event.body.get("blobs")
    return [name for name in told or () if isinstance(name, str)]


def _about(held: HeldRecord) -> list[tuple[str, str]]:  # type: ignore[valid-type]
    """What the record is about besides its answers."""
    about, told = held.event.body.get("about", {}), []
    if about.get("submit"):
        told.append((_("提交"), _("同时提交审核")))
    if strokes := held.event.body.get("strokes"):
        told.append((_("笔迹"), _("%(count)s 笔", count=len(strokes))))
    if (round_ := _find(Round, about.get("round"))) is not None:
        told.append((_("征询"), round_.title))
    person = _find(PersonRow, about.get("person"))
    if person is not None and person.household_id == held.event.household_id:
        told.append((_("谁的表态"), person.full_name))
    version = _find(PolicyVersion, about.get("version"))
    if version is not None and version.policy.project_id == g.project.id:
        told.append((_("政策"), _("%(title)s 第 %(number)s 版", title=version.policy.title, number=version.number)))
    return told


def _words(event: SyncEvent) -> list[tuple[str, str]]:  # type: ignore[valid-type]
    pairs, offers = _pairs(event), {"points": _points(event)}
    for name, text in pairs:
        if name in NAMED:
            offers[name] = {text: _named(event, name, text)}
    return record_words(EventType(event.type), pairs, offers)


def _named(event: SyncEvent, name: str, told: str) -> str:
    """What an id that a tablet sent stands for: a surveyor, or a person or paper of the record's household."""
    if name == "agent" and told == OTHER_AGENT:
        return _("其他代理人（凭授权委托书）")
    row = _find(NAMED[name], told)
    if isinstance(row, User):
        return row.display_name
    if row is None or row.household_id != event.household_id:
        return _("（系统里没有）") if told else ""
    return row.full_name if isinstance(row, PersonRow) else row.title or _(row.category.label)


def _points(event: SyncEvent) -> dict[str, str]:
    version = _find(PolicyVersion, event.body.get("about", {}).get("version"))
    return {str(number): str(point) for number, point in enumerate(version.points)} if version is not None else {}


def _pairs(event: SyncEvent) -> Pairs:
    return [(name, text) for name, text in event.body.get("pairs", ())]


def _changes(held: HeldRecord) -> list[tuple[str, str, str]]:  # type: ignore[valid-type]
    """(answer, before, as the tablet has it) against what the person had before them; personal numbers masked."""
    before, sent = _sides(held)
    titles, hidden = row_titles(before, sent), hidden_fields()
    told = []
    for change in difference(to_keys(before), to_keys(sent)):
        if field_of(change.key) in hidden:
            continue
        old, new = word_of(change.key, change.old), word_of(change.key, change.new)
        told.append((key_label(change.key, titles), old, _("%(masked)s（已更改）", masked=new) if old == new else new))
    return told


def _sides(held: HeldRecord) -> tuple[Pairs, Pairs]:
    """The sheet from which the person went on, and as they meant it; what cannot be read stands as it was sent."""
    try:
        event, before = read_event(held.event.body), []
        if held.household is not None:
            base, begun = begun_from(held.household, event)
            before = pairs_of_version(held.household, base) if begun is None else begun
        sent = upgrade_pairs(event.form_version, event.pairs)
        hidden = hidden_for(role_in(held.event.user, g.project.id))
        return before, keep_unshown(sent, before, hidden=hidden, cleared=event.clear)
    except DomainError:
        return [], _pairs(held.event)
