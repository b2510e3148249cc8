"""The timeline of a household in words: each record a line, each changed answer with its old and its new value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.codes import Choice, label_of
from survey.domain.household import Action
from survey.domain.merge import Change
from survey.domain.message import N_
from survey.domain.sheet import field_of, row_key
from survey.forms.sheet import NAME_FIELDS, key_label, row_titles, word_of
from survey.models import (
    AuditEntry,
    Briefing,
    Consent,
    Delivery,
    Document,
    Household,
    PersonRow,
    Request,
    Review,
    SheetRow,
    Signature,
    Visit,
)
from survey.services.timeline import Event, read_timeline
from survey.web import local_time
from survey.web.access import may
from survey.web.name import shown_names
from survey.web.sheet.page import hidden_fields

MOST_CHANGES = 200
"""A version with more changed answers says how many; they are one click away."""

SOURCES = {
    "roster": N_("花名册导入调查表"),
    "office": N_("填写调查表"),
    "tablet": N_("平板填写调查表"),
    "ledger": N_("台账导入调查表"),
    "correction": N_("更正调查表"),
    "merge": N_("合并调查表"),
}
STEPS = {
    Action.SUBMIT.value: ("send", "sent"),
    Action.GROUP_RETURN.value: ("return", "bad"),
    Action.GROUP_PASS.value: ("check", "step"),
    Action.OFFICE_RETURN.value: ("return-double", "bad"),
    Action.APPROVE.value: ("check-double", "good"),
    Action.CONFIRM.value: ("pen", "good"),
    Action.FINALISE.value: ("lock", "neutral"),
    Action.REOPEN.value: ("refresh", "warn"),
}
NUMBERS = {"id_no": N_("证件号码"), "phone": N_("电话")}
Entry = dict[str, Any]


def tell(household: Household) -> list[Entry]:
    """The entries of the timeline, the newest first, as the macro draws them."""
    timeline = read_timeline(household)
    titles = {
        row: shown_names(title) if row[0] == "persons" else title for row, title in row_titles(*timeline.pairs).items()
    }
    names = {person.uid: person.full_name for person in household.persons}
    hidden = hidden_fields()
    entries = []
    for event in timeline.events:
        entry = _entry(household, event, titles, names, hidden)
        if entry is not None:
            entries.append({"at": event.at, "who": event.who, **entry})
    return entries


def _entry(
    household: Household,
    event: Event,
    titles: dict[tuple[str, str], str],
    names: dict[str, str],
    hidden: frozenset[str],
) -> Entry | None:
    row = event.row
    if isinstance(row, SheetRow):
        return _version(household, row, event.changes, titles, hidden)
    if isinstance(row, AuditEntry):
        return _logged(row, names)
    tell_one: Callable[[Any], Entry | None] = WORDS[type(row)]
    return tell_one(row)


def _version(
    household: Household,
    row: SheetRow,
    changes: tuple[Change, ...],
    titles: dict[tuple[str, str], str],
    hidden: frozenset[str],
) -> Entry:
    what = _("%(source)s（第 %(version)s 版）", source=_(SOURCES.get(row.source, row.source)), version=row.version)
    entry: Entry = {
        "what": what,
        "icon": "table" if row.source == "roster" else "pencil",
        "tone": "warn" if row.source == "correction" else "active",
        "note": _("理由：%(reason)s", reason=row.reason) if row.reason else "",
    }
    if may(Permission.SHEET_VERSIONS):
        entry["url"] = url_for("sheet.compare", household_id=household.id, to=row.version, **{"from": row.version - 1})
    if len(changes) > MOST_CHANGES:
        entry["note"] = "\n".join(
            each for each in (entry["note"], _("共 %(count)s 项，点标题看全部。", count=len(changes))) if each
        )
    else:
        entry["changes"] = [_change(change, titles, hidden) for change in changes]
    return entry


def _change(change: Change, titles: dict[tuple[str, str], str], hidden: frozenset[str]) -> tuple[str, str, str]:
    match = row_key(change.key)
    label = key_label(change.key, titles)
    if field_of(change.key) in hidden:
        return label, "", _("（有改动，内容仅限指定人员查看）")
    old, new = word_of(change.key, change.old), word_of(change.key, change.new)
    if match and match.field in NAME_FIELDS:
        old, new = shown_names(old), shown_names(new)
    if old == new:  # two numbers that look alike masked are still two numbers
        new = _("%(masked)s（号码已更改）", masked=new)
    return label, old, new


def _review(row: Review) -> Entry:
    shape, tone = STEPS.get(row.action, ("circle", "neutral"))
    return {"what": _(label_of(Action, row.action)), "icon": shape, "tone": tone, "note": row.reason}


def _visit(row: Visit) -> Entry:
    note = [row.note]
    if row.hours_reason:
        note.append(_("时间说明：%(text)s", text=row.hours_reason))
    if row.next_visit_at:
        note.append(_("约定下次：%(at)s", at=local_time(row.next_visit_at)))
    return {
        "what": _("第 %(number)s 次入户：%(result)s", number=row.visit_no, result=_(row.result.label)),
        "who": f"{row.surveyor_1.display_name}、{row.surveyor_2.display_name}",
        "icon": "door",
        "tone": {"done": "good", "partial": "active", "refused": "bad"}.get(row.result.value, "warn"),
        "note": "\n".join(each for each in note if each),
    }


def _briefing(row: Briefing) -> Entry:
    version = row.policy_version
    asked = "\n".join(
        f"{_('问：')}{each.get('question', '')} {_('答：')}{each.get('answer', '')}" for each in row.questions
    )
    heard = _(
        "对象：%(who)s；讲了 %(count)s 个要点；听懂：%(understood)s",
        who=row.recipient, count=len(row.points), understood=_(row.understood.label),
    )  # fmt: skip
    return {
        "what": _(
            "政策宣讲：%(title)s 第 %(number)s 版（%(form)s）",
            title=version.policy.title, number=version.number, form=_(row.form.label),
        ),
        "icon": "megaphone",
        "tone": "step",
        "note": "\n".join(each for each in (heard, asked) if each),
    }  # fmt: skip


def _consent(row: Consent) -> Entry:
    if row.choice is None:
        what = _("撤回表态：%(name)s（%(round)s）", name=row.person_name, round=row.round.title)
    else:
        what = _(
            "意愿表态：%(name)s %(choice)s（%(round)s）",
            name=row.person_name, choice=_(row.choice.label), round=row.round.title,
        )  # fmt: skip
    tones = {Choice.AGREE: "good", Choice.DISAGREE: "bad", Choice.CONDITIONAL: "warn"}
    told = [_("方式：%(channel)s", channel=_(row.channel.label)), row.reason_text]
    if row.agent_name:
        told.append(_("代理人：%(name)s", name=row.agent_name))
    if row.unbriefed_reason:
        told.append(_("未按现行版本宣讲的原因：%(reason)s", reason=row.unbriefed_reason))
    return {
        "what": what,
        "icon": "vote",
        "tone": tones.get(row.choice, "neutral") if row.choice else "neutral",
        "note": "\n".join(each for each in told if each),
    }


def _request(row: Request) -> Entry:
    return {
        "what": _("诉求 %(number)s 号：%(kind)s", number=row.number, kind=_(row.kind.label)),
        "icon": "chat",
        "tone": "warn",
        "note": _("%(name)s：%(content)s", name=row.person_name, content=row.content),
    }


def _document(row: Document) -> Entry | None:
    if not may(Permission.DOCUMENT_SHOW):
        return None
    note = row.title
    if row.removed_at:
        note = _("%(title)s（已移除：%(reason)s）", title=row.title, reason=row.removed_reason)
    return {"what": _("上传材料：%(category)s", category=_(row.category.label)), "icon": "file", "note": note}


def _delivery(row: Delivery) -> Entry:
    if row.unserved_reason:
        return {
            "what": _("未送达%(notice)s：%(reason)s", notice=row.notice, reason=_(row.unserved_reason.label)),
            "icon": "inbox",
            "tone": "warn",
            "note": row.unserved_note,
        }
    told = [
        _("签收：%(name)s", name=row.recipient) if row.recipient else "",
        _("（%(relation)s）", relation=row.recipient_relation) if row.recipient_relation else "",
        _("拒收：%(reason)s", reason=row.refused_reason) if row.refused_reason else "",
        _("见证人：%(name)s", name=row.witness) if row.witness else "",
    ]
    return {
        "what": _("送达%(notice)s：%(method)s", notice=row.notice, method=_(row.method.label)),
        "icon": "inbox",
        "tone": "warn" if row.refused_reason else "neutral",
        "note": "；".join(each for each in told if each),
    }


def _signature(row: Signature) -> Entry:
    words = {"role": _(row.signer_role.label), "name": row.signer_name, "version": row.sheet_version}
    if row.refused:
        note = _("原因：%(reason)s；见证人：%(witness)s", reason=row.refuse_reason, witness=row.witness)
        return {
            "what": _("拒绝签字：%(role)s %(name)s（第 %(version)s 版）", **words),
            "icon": "pen",
            "tone": "bad",
            "note": note,
        }
    return {"what": _("签字：%(role)s %(name)s（第 %(version)s 版）", **words), "icon": "pen", "tone": "good"}


WORDS: dict[type[Any], Callable[[Any], Entry | None]] = {
    Review: _review,
    Visit: _visit,
    Briefing: _briefing,
    Consent: _consent,
    Request: _request,
    Document: _document,
    Delivery: _delivery,
    Signature: _signature,
}


def _logged(row: AuditEntry, names: dict[str, str]) -> Entry | None:
    """An act that only the log knows."""
    told = row.details
    number = told.get("number", "")
    if row.action == "person.reveal":
        if row.noun != PersonRow.__tablename__:
            return None
        what = _(
            "查看完整%(number)s：%(name)s",
            number=_(NUMBERS.get(str(told.get("field")), "")), name=names.get(str(told.get("uid")), ""),
        )  # fmt: skip
        return {"what": what, "icon": "eye", "tone": "warn", "note": str(told.get("reason") or "")}
    words: dict[str, tuple[str, str, str]] = {
        "household.create": (_("建立档案：%(door)s", door=told.get("door", "")), "plus", "neutral"),
        "household.attach_door": (_("打通，加入门牌 %(door)s", door=told.get("door", "")), "link", "neutral"),
        "household.detach_door": (_("分开门牌 %(door)s", door=told.get("door", "")), "split", "neutral"),
        "household.merge": (
            _("并入同一门牌的另一份档案 %(dossier_no)s", dossier_no=told.get("dossier_no", "")),
            "link",
            "warn",
        ),
        "household.keep_apart": (
            _("核实与同一门牌的 %(dossier_no)s 不是一户", dossier_no=told.get("dossier_no", "")),
            "split",
            "neutral",
        ),
        "sheet.conflict": (_("保存时与他人冲突，待核对"), "conflict", "warn"),
        "request.accept": (_("告知受理诉求 %(number)s 号", number=number), "chat", "neutral"),
        "request.answer": (_("答复诉求 %(number)s 号", number=number), "chat", "step"),
        "request.close": (_("办结诉求 %(number)s 号", number=number), "chat", "good"),
        "document.remove": (_("移除材料"), "bin", "warn"),
        "notice.print": (_("打印文书"), "print", "neutral"),
    }
    if row.action not in words:
        return None
    what, shape, tone = words[row.action]
    note = ""
    if row.action == "sheet.conflict":
        note = _("%(count)s 项内容不一致", count=len(told.get("fields", ())))
    return {"what": what, "icon": shape, "tone": tone, "note": note}
