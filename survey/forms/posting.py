"""Forms of postings (公示) and objections (异议)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from survey.domain.posting import PostingKind
from survey.forms.base import Form
from survey.forms.document import FILES
from survey.forms.fields import CodeField, DateField, LongTextField, TextField, WholeField
from survey.forms.validators import Required

EIGHT = _l("8 位数字，例如 20260315")


class DraftPostingForm(Form):
    kind = CodeField(_l("公示什么？"), PostingKind, [Required()], thing=_l("公示的内容"), blank=False)
    title = TextField(_l("标题是什么？"), [Required()], thing=_l("标题"), most=120)
    scope = TextField(
        _l("对哪些户公示？"), [Required()], thing=_l("范围"), most=200,
        description=_l("写“全部”，或者逐栋写，例如：3号楼、5号楼。调查结果公示按这里的楼栋附名单"),
    )  # fmt: skip
    days = WholeField(
        _l("公示多少天？"), [Required()], thing=_l("天数"), unit=_l("天"), least=1, most=365,
        description=_l("张贴的当天不算。方案征求意见不少于 30 天，最低面积对象不少于 10 天，其他按当地规定"),
    )  # fmt: skip
    content = LongTextField(
        _l("正文和名单"), [Required()], thing=_l("正文"),
        description=_l("名单一户一行，写门牌和隐去的姓名，例如：3-2-501　张*　证载 85.20㎡"), most=20_000,
    )  # fmt: skip


class PrintPostingForm(Form):
    hung_on = DateField(
        _l("准备哪一天张贴？"),
        [Required()],
        thing=_l("张贴日期"),
        description=_l("印在纸上的公示期从这一天起算，当天不计。"),
    )


class WithdrawApprovalForm(Form):
    reason = LongTextField(_l("为什么撤回批准？"), [Required()], thing=_l("理由"), most=500)


class HangUpForm(Form):
    posted_on = DateField(_l("哪一天张贴的？"), [Required()], thing=_l("张贴日期"), description=EIGHT)
    place = TextField(_l("贴在哪里？"), [Required()], thing=_l("张贴地点"), most=200)
    photo = FileField(_l("张贴照片"), description=_l("拍到全文和张贴的位置"), render_kw={"accept": FILES})


class RecordObjectionForm(Form):
    person_name = TextField(_l("谁提出的？"), [Required()], thing=_l("异议人"), most=60)
    door = TextField(_l("哪一户？"), thing=_l("门牌"), most=60, optional=True)
    received_on = DateField(_l("哪一天提出的？"), [Required()], thing=_l("提出日期"), description=EIGHT)
    content = LongTextField(_l("异议是什么？"), [Required()], thing=_l("异议内容"), most=2000)


class SettleObjectionForm(Form):
    outcome = LongTextField(_l("怎么处理的？"), [Required()], thing=_l("处理结果"), most=2000)


class ClosePostingForm(Form):
    result = LongTextField(
        _l("公示的结果"), [Required()], thing=_l("公示的结果"), description=_l("例如：公示期满，无异议"), most=1000
    )
