"""What a tablet sends (记录): the types of events and what becomes of one (docs/sync.md)."""

from __future__ import annotations

from survey.domain.codes import Code
from survey.domain.message import N_


class EventType(Code):
    """Kind of a record that a tablet makes."""

    SAVE = "save", N_("填写调查表")
    RESOLVE = "resolve", N_("处理冲突")
    CREATE = "create", N_("新增一户")
    VISIT = "visit", N_("记录入户")
    BRIEFING = "briefing", N_("记录宣讲")
    CONSENT = "consent", N_("记录表态")
    WITHDRAW = "withdraw", N_("撤回表态")
    REQUEST = "request", N_("登记诉求")
    DELIVERY = "delivery", N_("登记送达")
    SIGNATURE = "signature", N_("登记签字")
    DOCUMENT = "document", N_("上传材料")


class EventStatus(Code):
    """What became of an event. `wait` is never kept: it is asked again."""

    APPLIED = "applied", N_("已写入")
    MERGED = "merged", N_("已合并写入")
    CONFLICT = "conflict", N_("有冲突，等待选择")
    INVALID = "invalid", N_("没有写入")
    HELD = "held", N_("等待接受")
    WAIT = "wait", N_("等待前一条记录")
