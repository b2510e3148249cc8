"""Forms of rounds: opening one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.domain import codes
from survey.forms.base import Form
from survey.forms.fields import CodeField, LongTextField, TextField, WholeField
from survey.forms.offer import OfferField
from survey.forms.validators import Required


class OpenRoundForm(Form):
    kind = CodeField(_l("是哪一轮？"), codes.RoundKind, [Required()], thing=_l("征询轮次"), kind="radio")
    title = TextField(
        _l("叫什么名字？"), [Required()], thing=_l("名称"), description=_l("例如：颐园小区改建意愿征询"), most=120
    )
    question = LongTextField(
        _l("请住户表态的事项是什么？"),
        [Required()],
        thing=_l("征询事项"),
        description=_l("写全文，会原样读给住户听"),
        most=1000,
    )
    policy = OfferField(
        _l("依据哪份政策？"), thing=_l("依据的政策"), description=_l("表态前须按现行版本宣讲"), blank=_l("项目的主要政策"),
        optional=True,
    )  # fmt: skip
    threshold_num = WholeField(
        _l("需要达到的比例：分子"), thing=_l("比例的分子"), description=_l("例如 2/3 填 2；没有规定就空着"), least=1,
        most=100_000, optional=True,
    )  # fmt: skip
    threshold_den = WholeField(
        _l("需要达到的比例：分母"), thing=_l("比例的分母"), description=_l("例如 2/3 填 3；95% 填 95/100"), least=1,
        most=100_000, optional=True,
    )  # fmt: skip
