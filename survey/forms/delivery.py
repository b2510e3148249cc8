"""Form of a delivery (送达), and of an attempt that came to nothing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FileField

from survey.domain import codes
from survey.domain.delivery import BY_TWO, PAPERS, DeliveryGiven
from survey.domain.message import N_
from survey.forms.base import Form
from survey.forms.document import FILES
from survey.forms.fields import ChoiceField, CodeField, CodeTextField, TextField, YesNoField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField, OffersField
from survey.forms.validators import Required, ShowIf, is_asked, told

OTHER = "other"
NOTICES = {**PAPERS, OTHER: N_("其他文书")}
M = codes.DeliveryMethod
SERVED, UNSERVED = ShowIf(is_served=["yes"]), ShowIf(is_served=["no"])


class RecordDeliveryForm(Form):
    key = KeyField()
    notice = ChoiceField(_l("送的是什么文书？"), [Required()], options=NOTICES, thing=_l("文书"))
    notice_other = TextField(
        _l("文书叫什么名称？"), [ShowIf(notice=[OTHER]), Required()], thing=_l("文书名称"), most=60
    )
    document_no = TextField(
        _l("文书的文号是多少？"),
        thing=_l("文号"),
        description=_l("文书上印的编号；不填的，按打印这份文书时的文号记"),
        most=60,
        optional=True,
    )
    is_served = YesNoField(_l("送到了吗？"), [Required()], thing=_l("是否送达"), yes=N_("已送达"), no=N_("未送达"))
    method = CodeField(_l("怎么送的？"), M, [Required()], thing=_l("送达方式"), kind="radio")
    unserved_reason = CodeField(
        _l("为什么没有送到？"), codes.UnservedReason, [UNSERVED, Required()], thing=_l("未送达原因"), kind="radio"
    )
    unserved_note = TextField(
        _l("当时是什么情况？"),
        [UNSERVED],
        thing=_l("未送达情况"),
        description=_l("例如：敲门无人应答，邻居说外出务工；邮件被退回"),
        most=200,
        optional=True,
    )
    mail_no = CodeTextField(
        _l("邮件单号是多少？"),
        [ShowIf(method=[M.MAIL])],
        thing=_l("邮件单号"),
        description=_l("快递或者挂号信的单号"),
        most=60,
    )
    served_at = MomentField(
        _l("什么时间？"),
        [Required()],
        thing=_l("送达时间"),
        description=_l("邮寄的填回执上的签收时间；没有送到的填去送的时间"),
    )
    server = TextField(
        _l("送达人1是谁？"), [Required()], thing=_l("送达人1"), description=_l("去送的人，邮寄的填交寄的人"), most=60
    )
    second_server = TextField(
        _l("送达人2是谁？"),
        [ShowIf(method=[*BY_TWO, M.ENTRUSTED])],
        thing=_l("送达人2"),
        description=_l("直接送达、留置送达要两个人去，送达回证上两人都签名"),
        most=60,
    )
    place = TextField(
        _l("在哪里送的？"),
        [ShowIf(method=[each for each in M if each is not M.ANNOUNCED])],
        thing=_l("送达地点"),
        most=200,
        optional=True,
    )
    announced_place = TextField(
        _l("公告贴在（登在）哪里？"),
        [ShowIf(method=[M.ANNOUNCED])],
        thing=_l("公告地点"),
        description=_l("例如：颐园小区南门公告栏，或者报纸、网站的名称"),
        most=200,
    )
    recipient = TextField(
        _l("谁签收的？"),
        [SERVED, ShowIf(method=[M.DIRECT, M.ENTRUSTED, M.MAIL, M.ELECTRONIC])],
        thing=_l("签收人"),
        most=60,
    )
    for_self = YesNoField(
        _l("签收的是受送达人本人吗？"),
        [SERVED, ShowIf(method=[M.DIRECT, M.ENTRUSTED, M.MAIL])],
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
    evidence = FileField(
        _l("送达回证或照片"),
        description=_l("JPEG、PNG、WebP 图片或 PDF，不超过 20 MB"),
        render_kw={"accept": FILES},
    )

    def given(self, *, has_evidence: bool) -> DeliveryGiven:
        """The delivery that the form tells of; the form must have been valid."""
        chosen = str(self.notice.data)
        announced = self.method.data is M.ANNOUNCED
        return DeliveryGiven(
            # In Chinese, whatever the language of the page: it goes into receipts and ledgers.
            notice=(self.notice_other.data or "") if chosen == OTHER else NOTICES[chosen],
            paper="" if chosen == OTHER else chosen,
            document_no=self.document_no.data or "",
            method=self.method.data,
            mail_no=told(self.mail_no),
            served_at=self.served_at.data,
            unserved=self.unserved_reason.data if is_asked(self.unserved_reason) else None,
            unserved_note=told(self.unserved_note),
            place=told(self.announced_place if announced else self.place),
            server=self.server.data or "",
            second_server=told(self.second_server),
            recipient=told(self.recipient),
            for_self=self.for_self.data is not False,
            recipient_relation=told(self.recipient_relation),
            refused_reason=told(self.refused_reason),
            witness=told(self.witness),
            has_evidence=has_evidence,
        )


class RecordBuildingForm(Form):
    """A round through a building: one paper, one way, one time, two servers; the homes that took it are ticked.

    Each takes its own paper in person, or all of it hangs on one board; what else happened is recorded home by home.
    """

    key = KeyField()
    method = ChoiceField(
        _l("怎么送的？"),
        [Required()],
        options={str(each): each.label for each in (M.DIRECT, M.ANNOUNCED)},
        thing=_l("送达方式"),
        kind="radio",
    )
    served_at = RecordDeliveryForm.served_at
    server = RecordDeliveryForm.server
    second_server = RecordDeliveryForm.second_server
    announced_place = RecordDeliveryForm.announced_place
    issues = OffersField(_l("哪些户送到了？"), [Required()], thing=_l("送到的户"))

    def given(self, *, paper: str, title: str, document_no: str, recipient: str, place: str) -> DeliveryGiven:
        """The delivery to one of the homes; the form must have been valid."""
        method = M(self.method.data)
        announced = method is M.ANNOUNCED
        return DeliveryGiven(
            notice=title,
            paper=paper,
            document_no=document_no,
            method=method,
            served_at=self.served_at.data,
            place=told(self.announced_place) if announced else place,
            server=self.server.data or "",
            second_server=told(self.second_server),
            recipient="" if announced else recipient,
        )
