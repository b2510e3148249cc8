"""Form of a visit."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.domain import codes
from survey.domain.visit import VisitMade
from survey.forms.base import Form
from survey.forms.fields import CodeField, LongTextField, TextField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField, OfferField
from survey.forms.validators import Required


class RecordVisitForm(Form):
    key = KeyField()
    result = CodeField(_l("这次入户结果如何？"), codes.VisitResult, [Required()], thing=_l("入户结果"), kind="radio")
    next_visit_at = MomentField(
        _l("约好下次什么时候来？"), thing=_l("下次入户时间"), description=_l("没有约定就空着"), optional=True
    )
    note = LongTextField(
        _l("有什么要交接的？"),
        thing=_l("备注"),
        description=_l("只供工作人员查看，不打印"),
        optional=True,
        most=500,
    )
    surveyor_1 = OfferField(_l("调查员一是谁？"), [Required()], thing=_l("调查员一"))
    surveyor_2 = OfferField(_l("调查员二是谁？"), [Required()], thing=_l("调查员二"))
    started_at = MomentField(_l("几点开始？"), [Required()], thing=_l("开始时间"))
    ended_at = MomentField(_l("几点结束？"), [Required()], thing=_l("结束时间"))
    hours_reason = TextField(
        _l("为什么在这个时间入户？"), thing=_l("时间说明"), description=_l("例如：住户白天上班，约在晚上"), most=200
    )

    def made(self) -> VisitMade:
        """The visit that the form tells of; the form must have been valid."""
        return VisitMade(
            surveyor_1_id=self.surveyor_1.uuid,
            surveyor_2_id=self.surveyor_2.uuid,
            started_at=self.started_at.data,
            ended_at=self.ended_at.data,
            result=self.result.data,
            next_visit_at=self.next_visit_at.data,
            note=self.note.data or "",
            hours_reason=self.hours_reason.data or "",
        )
