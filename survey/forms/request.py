"""Forms of requests (诉求)."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _l

from survey.domain import codes
from survey.forms.base import Form
from survey.forms.fields import CodeField, DateField, LongTextField, TextField
from survey.forms.key import KeyField
from survey.forms.validators import Required

EIGHT = _l("8 位数字，例如 20260315")


class RecordRequestForm(Form):
    key = KeyField()
    person_name = TextField(_l("谁提出的？"), [Required()], thing=_l("反映人"), most=60)
    received_on = DateField(_l("哪一天提出的？"), [Required()], thing=_l("受理日期"), description=EIGHT)
    source = CodeField(
        _l("怎么提出的？"), codes.RequestSource, [Required()], thing=_l("来源"), blank=False,
        default=codes.RequestSource.VISIT,
    )  # fmt: skip
    kind = CodeField(_l("关于什么？"), codes.RequestKind, [Required()], thing=_l("诉求类别"))
    urgency = CodeField(_l("有多急？"), codes.Urgency, [Required()], thing=_l("紧急程度"), blank=False)
    content = LongTextField(
        _l("诉求是什么？"),
        [Required()],
        thing=_l("诉求内容"),
        description=_l("尽量用本人的原话"),
        most=2000,
    )
    handler = TextField(
        _l("由谁承办？"), thing=_l("承办人"), description=_l("单位或人员；还没定可以空着"), most=60, optional=True
    )


class AcceptRequestForm(Form):
    accepted_on = DateField(_l("哪一天告知受理的？"), [Required()], thing=_l("告知日期"), description=EIGHT)
    handler = TextField(_l("由谁承办？"), [Required()], thing=_l("承办人"), most=60)


class AnswerRequestForm(Form):
    reply = LongTextField(
        _l("怎么答复的？"), [Required()], thing=_l("答复内容"), description=_l("写给本人听得懂的话"), most=2000
    )
    replied_on = DateField(_l("哪一天答复的？"), [Required()], thing=_l("答复日期"), description=EIGHT)
    reply_channel = CodeField(_l("怎么答复给本人的？"), codes.Channel, thing=_l("答复方式"), optional=True)
    satisfaction = CodeField(_l("本人满意吗？"), codes.Satisfaction, thing=_l("满意度"), optional=True)
    handler = TextField(_l("由谁承办？"), thing=_l("承办人"), most=60, optional=True)

    def day(self) -> date:
        day: date = self.replied_on.data
        return day
