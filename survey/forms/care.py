"""Form of the plan of care for one person (重点关注)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.forms.base import Form
from survey.forms.fields import DateField, LongTextField, TextField, WholeField
from survey.forms.offer import OfferField
from survey.forms.validators import Required


class PlanCareForm(Form):
    measure = LongTextField(
        _l("怎么帮扶？"),
        [Required()],
        thing=_l("帮扶措施"),
        description=_l("例如：上门办理，协助搬家，优先选一楼"),
        most=500,
    )
    responsible = OfferField(_l("由谁负责？"), thing=_l("责任人"), blank=_l("还没定"), optional=True)
    every_days = WholeField(
        _l("多少天走访一次？"), thing=_l("联系频次"), unit=_l("天"), least=1, most=365, optional=True
    )
    next_on = DateField(
        _l("约好哪一天去？"), thing=_l("下次走访"), description=_l("8 位数字，例如 20260315；没有约就不填"), optional=True,
    )  # fmt: skip
    note = TextField(_l("备注"), thing=_l("备注"), most=200, optional=True)
