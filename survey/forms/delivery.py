"""Form of a delivery (送达)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from survey.domain import codes
from survey.domain.delivery import DeliveryGiven
from survey.domain.message import N_
from survey.forms.base import Form
from survey.forms.document import FILES
from survey.forms.fields import ChoiceField, CodeField, TextField, YesNoField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField
from survey.forms.validators import Required, ShowIf, told

OTHER = "other"
NOTICES = {
    "survey-notice": N_("入户调查通知书"),
    "survey-sheet": N_("入户调查登记表"),
    "missed-visit": N_("未遇告知单"),
    "letter": N_("致居民的一封信"),
    "privacy": N_("个人信息处理告知同意书"),
    "ballot": N_("意愿征询表"),
    "result": N_("调查结果"),
    "correction-notice": N_("情况核实（补正）通知书"),
    "objection-reply": N_("异议处理告知书"),
    "unregistered-opinion": N_("未登记建筑认定意见书"),
    OTHER: N_("其他文书"),
}
M = codes.DeliveryMethod


class RecordDeliveryForm(Form):
    key = KeyField()
    notice = ChoiceField(_l("送的是什么文书？"), [Required()], options=NOTICES, thing=_l("文书"))
    notice_other = TextField(
        _l("文书叫什么名称？"), [ShowIf(notice=[OTHER]), Required()], thing=_l("文书名称"), most=60
    )
    document_no = TextField(
        _l("文号或单号是多少？"),
        thing=_l("文号或单号"),
        description=_l("邮寄的填快递（挂号信）单号"),
        most=60,
        optional=True,
    )
    method = CodeField(_l("怎么送达的？"), M, [Required()], thing=_l("送达方式"), kind="radio")
    served_at = MomentField(_l("什么时候送达的？"), [Required()], thing=_l("送达时间"))
    place = TextField(_l("在哪里送达的？"), thing=_l("送达地点"), most=200, optional=True)
    recipient = TextField(
        _l("谁签收的？"),
        [ShowIf(method=[M.DIRECT, M.ENTRUSTED, M.MAIL, M.ELECTRONIC])],
        thing=_l("签收人"),
        most=60,
    )
    for_self = YesNoField(
        _l("签收的是受送达人本人吗？"),
        [ShowIf(method=[M.DIRECT, M.ENTRUSTED, M.MAIL])],
        thing=_l("本人签收"),
        yes=_l("本人"),
        no=_l("代收"),
    )
    recipient_relation = TextField(
        _l("代收人和本人是什么关系？"),
        [ShowIf(for_self=["no"])],
        thing=_l("代收人关系"),
        description=_l("同住的成年家属可以代收"),
        most=40,
    )
    refused_reason = TextField(_l("为什么拒收？"), [ShowIf(method=[M.LEFT])], thing=_l("拒收事由"), most=200)
    witness = TextField(
        _l("谁见证的？"),
        [ShowIf(method=[M.LEFT])],
        thing=_l("见证人"),
        description=_l("姓名和单位，例如：李娟 颐园社区居委会；没有见证人的要拍照"),
        most=100,
    )
    second_server = TextField(
        _l("谁和您一起去送的？"), thing=_l("送达人2"), description=_l("送达回证上写两名送达人"), most=60, optional=True
    )
    evidence = FileField(
        _l("送达回证或照片"),
        description=_l("JPEG、PNG、WebP 图片或 PDF，不超过 20 MB"),
        render_kw={"accept": FILES},
    )

    def given(self, *, has_evidence: bool) -> DeliveryGiven:
        """The delivery that the form tells of; the form must have been valid."""
        chosen = str(self.notice.data)
        return DeliveryGiven(
            # In Chinese, whatever the language of the page: it goes into receipts and ledgers.
            notice=(self.notice_other.data or "") if chosen == OTHER else NOTICES[chosen],
            paper="" if chosen == OTHER else chosen,
            method=self.method.data,
            served_at=self.served_at.data,
            document_no=self.document_no.data or "",
            place=self.place.data or "",
            recipient=told(self.recipient),
            for_self=self.for_self.data is not False,
            recipient_relation=told(self.recipient_relation),
            refused_reason=told(self.refused_reason),
            witness=told(self.witness),
            second_server=self.second_server.data or "",
            has_evidence=has_evidence,
        )
