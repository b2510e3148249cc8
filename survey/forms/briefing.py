"""Forms of briefings: at one household, and a meeting for many."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form as PlainForm

from survey.domain import codes
from survey.domain.codes import BriefingForm
from survey.forms.base import Form
from survey.forms.fields import CodeField, LongTextField, RowsField, TextField, WholeField
from survey.forms.key import KeyField
from survey.forms.offer import MomentField, OffersField
from survey.forms.validators import Required


class QuestionForm(PlainForm):
    """One question of the residents and what was answered."""

    class Meta:
        csrf = False

    question = TextField(_l("问了什么？"), thing=_l("问题"), most=500)
    answer = LongTextField(_l("怎么答复的？"), thing=_l("答复"), most=1000)


class BriefingQuestions(Form):
    """What every briefing tells; the service records it."""

    key = KeyField()
    points = OffersField(_l("讲解了哪些要点？"), [Required()], thing=_l("讲解过的要点"))
    held_at = MomentField(_l("什么时候宣讲的？"), [Required()], thing=_l("宣讲时间"))
    questions = RowsField(QuestionForm, _l("问了什么，怎么答的？"), thing=_l("问答"), row=_l("问答"), most=30)
    materials = TextField(
        _l("发了哪些资料？"), thing=_l("资料"), description=_l("例如：政策手册 1 本"), most=200, optional=True
    )
    understood = CodeField(_l("听明白了吗？"), codes.Understood, [Required()], thing=_l("是否听明白"))
    receipt = TextField(
        _l("怎么签收的？"), thing=_l("签收"), description=_l("例如：本人在宣讲记录表上签字"), most=200, optional=True
    )

    def question_pairs(self) -> list[tuple[str, str]]:
        return [(row.form.question.data or "", row.form.answer.data or "") for row in self.questions.entries]

    def point_numbers(self) -> list[int]:
        return [int(point) for point in self.points.data or ()]


class RecordBriefingForm(BriefingQuestions):
    form = CodeField(
        _l("用什么形式？"), BriefingForm, [Required()], thing=_l("宣讲形式"), kind="radio",
    )  # fmt: skip
    recipient = TextField(
        _l("讲给谁听？"), [Required()], thing=_l("宣讲对象"), description=_l("写姓名；不是权利人的写明关系"), most=60
    )
    attendees = WholeField(_l("共几人在场？"), thing=_l("在场人数"), unit=_l("人"), least=1, most=99)
    place = TextField(_l("在哪里？"), thing=_l("地点"), description=_l("在家里就空着"), most=100, optional=True)


class RecordMeetingForm(BriefingQuestions):
    households = OffersField(_l("哪些户到场？"), [Required(_l("到场的户"))], thing=_l("到场的户"))
    attendees = WholeField(
        _l("一共多少人到场？"), [Required()], thing=_l("到场人数"), unit=_l("人"), least=1, most=9999
    )
    place = TextField(_l("在哪里开的？"), [Required()], thing=_l("地点"), description=_l("例如：社区活动室"), most=100)
