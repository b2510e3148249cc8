"""Forms of re-checks (抽查): how many to draw, and what was found when a household was asked again."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.domain.recheck import Answer, Outcome, Question, RecheckMade
from survey.forms.base import Form
from survey.forms.fields import CodeField, LongTextField, TextField, WholeField
from survey.forms.key import KeyField
from survey.forms.offer import OfferField
from survey.forms.validators import Required, ShowIf


class DrawRecheckForm(Form):
    percent = WholeField(
        _l("抽百分之几？"), [Required()], thing=_l("比例"), unit="%", least=1, most=100,
        description=_l("从已提交的户里随机抽，向上取整；每名调查员至少一户"),
    )  # fmt: skip
    team = OfferField(_l("从哪些户里抽？"), thing=_l("范围"), blank=_l("全部小组"), optional=True)


class RecordRecheckForm(Form):
    """For each question whether it is the same, and what is different; left blank where it was not asked."""

    key = KeyField()
    outcome = CodeField(_l("联系上了吗？"), Outcome, [Required()], thing=_l("抽查结果"), blank=False)
    note = LongTextField(
        _l("怎么抽查的？"), thing=_l("说明"), most=500, optional=True,
        description=_l("例如：电话核对，接电话的是产权人本人"),
    )  # fmt: skip

    def to_domain(self) -> RecheckMade:
        return RecheckMade(
            outcome=self.outcome.data,
            answers={question: answer for question in Question if (answer := self[question.value].data) is not None},
            differences={question: self[f"{question.value}_text"].data or "" for question in Question},
            note=self.note.data or "",
        )


for _question in Question:
    setattr(
        RecordRecheckForm, _question.value,
        CodeField(_l(_question.label), Answer, [ShowIf(outcome=Outcome.REACHED)], kind="radio", optional=True),
    )  # fmt: skip
    setattr(
        RecordRecheckForm, f"{_question.value}_text",
        TextField(
            _l("住户怎么说？"), [ShowIf(**{_question.value: Answer.DIFFERENT})], thing=_l("不一致的内容"), most=300,
            optional=True,
        ),
    )  # fmt: skip
