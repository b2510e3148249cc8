"""The log (操作日志) of a project, for the office and the auditor."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain import codes
from survey.domain.access import Permission, Role
from survey.domain.event import EventType
from survey.domain.household import Action, HouseholdState
from survey.domain.job import JobKind
from survey.domain.message import N_
from survey.domain.quality import QualityKind
from survey.domain.recheck import Outcome
from survey.domain.signal import SignalKind
from survey.models import AuditEntry
from survey.services.audit import list_entries
from survey.web.access import project_of_page, requires

bp = Blueprint("audit", __name__)
PAGE = 100

ACTIONS: dict[str, str] = {
    "amendment.commit": N_("写入读回的台账"), "amendment.discard": N_("放弃读回的台账"),
    "amendment.preview": N_("重新比对读回的台账"),
    "amendment.upload": N_("读回台账"), "assignment.edit": N_("分配楼栋"), "briefing.record": N_("记录宣讲"), "building.create": N_("新增楼栋"),
    "building.edit": N_("修改楼栋"), "care.plan": N_("安排帮扶"), "consent.record": N_("记录表态"), "consent.withdraw": N_("撤回表态"),
    "delivery.record": N_("登记送达"), "device.enrol": N_("登记平板"), "device.enrol_failed": N_("登记码不对"),
    "device.hand_over": N_("导入平板文件"), "device.invite": N_("生成登记码"), "device.open_key": N_("重设平板密码"),
    "device.order_wipe": N_("远程清除平板"), "device.renew": N_("出新登记码"), "device.replace": N_("平板重新登记"),
    "device.revoke": N_("停用平板"), "device.wiped": N_("平板已清除"), "document.add": N_("上传材料"),
    "document.remove": N_("移除材料"), "event.accept": N_("接受平板记录"), "event.drop": N_("放弃平板记录"),
    "event.hold": N_("平板记录等待接受"), "household.attach_door": N_("并入门牌"), "household.confirm": N_("签字确认"),
    "household.create": N_("新增一户"), "household.detach_door": N_("移出门牌"), "household.finalise": N_("定稿"),
    "household.group_review": N_("组审"), "household.keep_apart": N_("核实不是一户"), "household.merge": N_("合并两户"),
    "household.office_review": N_("项目办审核"), "job.cancel": N_("取消后台任务"), "job.download": N_("下载任务文件"),
    "job.enqueue": N_("提交后台任务"), "job.fail": N_("后台任务未完成"), "job.sweep": N_("清理过期文件"), "ledger.export": N_("导出台账"),
    "member.edit": N_("设置角色"), "member.end": N_("结束角色"), "notice.print": N_("打印文书"),
    "notice.unknown": N_("核验了没有签发的文书"),
    "person.reveal": N_("查看完整号码"), "policy.create": N_("新建政策"), "policy.edit": N_("修改政策草稿"),
    "policy.publish": N_("发布政策"), "posting.approve": N_("批准公示"),
    "posting.close": N_("结束公示"), "posting.draft": N_("起草公示"), "posting.hang_up": N_("张贴公示"),
    "posting.object": N_("登记异议"), "posting.settle": N_("处理异议"), "posting.withdraw": N_("撤回公示的批准"), "project.create": N_("新建项目"), "project.edit": N_("修改设置"),
    "report.make": N_("生成进度报告"), "request.accept": N_("受理诉求"), "request.answer": N_("答复诉求"), "request.close": N_("办结诉求"),
    "quality.accept": N_("认定数据属实"), "recheck.draw": N_("抽取抽查户"), "recheck.record": N_("记录抽查"),
    "signal.note": N_("查看走访提示"),
    "request.record": N_("登记诉求"), "roster.copy": N_("下载标注副本"), "roster.discard": N_("放弃导入"),
    "roster.import": N_("导入花名册"), "roster.map": N_("确认列名"), "roster.preview": N_("重新试算"),
    "roster.upload": N_("上传花名册"), "round.close": N_("结束征询"), "round.open": N_("开始征询"),
    "search.show": N_("按证件号码查找"), "sheet.conflict": N_("填写冲突"), "sheet.correct": N_("更正调查表"),
    "sheet.draft": N_("保存草稿"), "sheet.edit": N_("填写调查表"), "sheet.submit": N_("提交调查表"),
    "signature.record": N_("登记签字"), "team.create": N_("新建小组"), "template.add": N_("上传样表"), "template.remove": N_("停用样表"),
    "user.create": N_("新建账号"), "user.edit": N_("修改账号"),
    "user.locale": N_("更改语言"), "user.password": N_("修改密码"), "user.sign_in": N_("登录"),
    "user.sign_in_failed": N_("登录失败"), "user.sign_out": N_("退出登录"), "visit.record": N_("记录入户"),
    "wording.enable": N_("启用文书模板"), "wording.restore": N_("恢复内置文书模板"), "wording.save": N_("保存文书模板"),
}  # fmt: skip
"""What people call each act of the log."""

DETAILS: dict[str, str] = {
    "reason": N_("理由"), "version": N_("版本"), "base": N_("原版本"), "fields": N_("改动项数"), "from": N_("原状态"),
    "to": N_("新状态"), "action": N_("步骤"), "number": N_("编号"), "visit_no": N_("第几次"), "result": N_("结果"),
    "form": N_("形式"), "points": N_("要点数"), "choice": N_("表态"), "kind": N_("类别"), "category": N_("类别"),
    "door": N_("门牌"), "role": N_("角色"), "surveyors": N_("调查员人数"), "unit": N_("单元"), "no": N_("楼号"),
    "field": N_("哪一项"), "ledger": N_("台账"), "notice": N_("文书"), "snapshot": N_("快照号"), "where": N_("范围"),
    "count": N_("份数"), "counts": N_("计数"), "created": N_("新增"), "changed": N_("变更"), "rows": N_("行数"),
    "problems": N_("问题"), "columns": N_("列数"), "households": N_("户数"), "found": N_("找到"), "by": N_("依据"),
    "rebrief": N_("需重新宣讲"), "silent": N_("未表态"), "source": N_("来源"), "clear": N_("含完整号码"),
    "briefed": N_("已宣讲"), "agent": N_("由代理人"), "skip_refused": N_("跳过有错的行"), "method": N_("方式"),
    "evidence": N_("有凭证"), "unsent": N_("未上传"), "photos": N_("照片"), "dossier_no": N_("档案号"),
    "records": N_("记录条数"), "files": N_("文件数"), "error": N_("原因"), "size": N_("字节数"),
    "drawing": N_("笔迹校验码"), "numbers": N_("文号"), "new_numbers": N_("新编文号"), "is_active": N_("启用"), "is_admin": N_("系统管理"),
    "signal": N_("提示"), "fault": N_("问题"), "percent": N_("百分比"), "seed": N_("随机种子"), "population": N_("已提交户数"),
    "outcome": N_("抽查结果"), "different": N_("不一致项数"),
    "holidays": N_("放假天数"), "terms": N_("顺延的期限"),
}  # fmt: skip
CODES: dict[str, tuple[type[codes.Code], ...]] = {
    "from": (HouseholdState,), "to": (HouseholdState,), "action": (Action,), "result": (codes.VisitResult,),
    "choice": (codes.Choice,), "form": (codes.BriefingForm,), "role": (Role,), "method": (codes.DeliveryMethod,),
    "category": (codes.DocumentCategory,), "kind": (EventType, JobKind), "signal": (SignalKind,), "fault": (QualityKind,),
    "outcome": (Outcome,),
}  # fmt: skip
"""Detail -> the lists in which its value is looked up. What no list knows is shown as it was written."""


def action_word(action: str) -> str:
    return _(ACTIONS[action]) if action in ACTIONS else action


def told(entry: AuditEntry) -> Iterator[tuple[str, str]]:
    """The details of an entry in words; lists as their length; what is empty is left out.

    In the order of `DETAILS`: PostgreSQL keeps the keys of a JSONB in an order of its own.
    """
    order = {name: place for place, name in enumerate(DETAILS)}
    for name, value in sorted(entry.details.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0])):
        if value not in ("", None, []):
            yield _(DETAILS[name]) if name in DETAILS else name, _word(name, value)


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if not isinstance(value, str) and hasattr(value, "__len__"):
        return str(len(value))
    for known in CODES.get(name, ()):
        if value in [*known]:
            return _(known(value).label)
    text = str(value)
    return f"{text[:12]}…" if len(text) == 64 else text  # a checksum


@bp.get("/project/<project_code>/audit")
@requires(Permission.AUDIT_LIST)
def list(project_code: str) -> ResponseReturnValue:
    before = request.args.get("before", type=int)
    entries = list_entries(project_id=project_of_page().id, limit=PAGE + 1, before=before)
    return render_template(
        "audit/list.html", entries=entries[:PAGE], more=len(entries) > PAGE, action_word=action_word, told=told
    )  # fmt: skip
