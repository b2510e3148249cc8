"""Forms of consents: recording a word (or changing it), and taking it back."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from survey.domain import codes
from survey.forms.base import Form
from survey.forms.fields import CodeField, CodesField, LongTextField, TextField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField, OfferField
from survey.forms.validators import Required, ShowIf

ASKED_WHY = (codes.Choice.DISAGREE, codes.Choice.CONDITIONAL)
BY_PROXY = (codes.Channel.PROXY,)
OTHER_AGENT = "other"
PHOTO = {"accept": "image/*,.pdf"}


class RecordConsentForm(Form):
    key = KeyField()
    choice = CodeField(_l("怎么表态？"), codes.Choice, [Required()], thing=_l("表态"), kind="radio")
    reasons = CodesField(
        _l("因为什么？"), codes.WillReason, [ShowIf(choice=ASKED_WHY)], thing=_l("原因"), description=_l("可以多选")
    )
    reason_text = LongTextField(
        _l("原话或条件是什么？"), [ShowIf(choice=ASKED_WHY)], thing=_l("原因说明"), most=1000, optional=True
    )
    channel = CodeField(_l("用什么方式表态？"), codes.Channel, [Required()], thing=_l("方式"), kind="radio")
    agent = OfferField(
        _l("由谁代理？"), [ShowIf(channel=BY_PROXY)], thing=_l("代理人"), kind="radio",
        description=_l("调查表里授权完整的代理人可以直接选"),
    )  # fmt: skip
    agent_name = TextField(_l("代理人（监护人）姓名？"), [ShowIf(agent=[OTHER_AGENT])], thing=_l("代理人姓名"), most=60)
    authorisation = OfferField(
        _l("授权材料是哪一份？"),
        [ShowIf(agent=[OTHER_AGENT])],
        thing=_l("授权材料"),
        blank=_l("不在列表里，现在拍照上传"),
    )
    authorisation_file = FileField(_l("拍下授权委托书"), description=_l("照片或 PDF"), render_kw=PHOTO)
    given_at = MomentField(_l("什么时候表态的？"), [Required()], thing=_l("表态时间"))
    evidence = OfferField(
        _l("凭证是哪一份？"), thing=_l("凭证"), blank=_l("暂无，或现在拍照上传"), optional=True,
    )  # fmt: skip
    evidence_file = FileField(_l("拍下征询表或其他凭证"), description=_l("照片或 PDF，可以以后补"), render_kw=PHOTO)
    unbriefed_reason = TextField(
        _l("没有先宣讲现行政策，为什么？"),
        thing=_l("未宣讲的原因"),
        description=_l("例如：本人在外地，电话中只愿表态"),
        most=200,
    )
    change_reason = TextField(
        _l("为什么变更？"), thing=_l("变更原因"), description=_l("原表态会作为撤回保留在记录里"), most=200
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.authorisation_file.flags.show_if = f"agent={OTHER_AGENT}"


class WithdrawConsentForm(Form):
    reason = LongTextField(_l("为什么撤回？"), [Required()], thing=_l("撤回原因"), most=500)
    channel = CodeField(_l("用什么方式撤回？"), codes.Channel, [Required()], thing=_l("方式"), kind="radio")
    given_at = MomentField(_l("什么时候撤回的？"), [Required()], thing=_l("撤回时间"))
