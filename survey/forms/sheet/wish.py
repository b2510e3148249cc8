"""意愿 and 备注: what the household wishes (data dictionary 1.5), and what stands beside the answers."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form

from survey.domain import codes
from survey.forms.fields import (
    CodeField,
    CodesField,
    LongTextField,
    MoneyField,
    RowsField,
    TextField,
    WholeField,
    YesNoField,
)
from survey.forms.sheet.row import KEY, RowQuestions, RowUidField
from survey.forms.validators import ShowIf

NOT_PLAIN_YES = frozenset({codes.Will.DISAGREE, codes.Will.CONDITIONAL, codes.Will.UNDECIDED})
SWAPPING = frozenset(
    {codes.CompMode.SWAP, codes.CompMode.MIXED, codes.CompMode.HOUSING_SECURITY, codes.CompMode.UNDECIDED}
)


class DesiredLayoutQuestions(RowQuestions):
    layout = TextField(_l("想要什么户型？"), thing=_l("意向户型"), description=_l("例如：两室一厅"), most=40)
    area_band = TextField(_l("多大面积？"), thing=_l("面积段"), description=_l("例如：80-90㎡"), most=40)
    layout_count = WholeField(_l("要几套？"), thing=_l("套数"), unit=_l("套"), least=1, most=50)
    floor_wish = TextField(_l("想要几楼？"), thing=_l("意向楼层"), most=40, optional=True)
    elevator = YesNoField(_l("要有电梯吗？"), thing=_l("电梯"), optional=True)
    accessible = YesNoField(_l("要无障碍吗？"), thing=_l("无障碍"), optional=True)


class WishQuestions(Form):
    renewal_will = CodeField(
        _l("愿意改造吗？"),
        codes.Will,
        thing=_l("改造意愿"),
        description=_l("这是摸底，不是表决；照住户说的填"),
    )
    will_reason = CodesField(
        _l("主要因为什么？"), codes.WillReason, [ShowIf(renewal_will=NOT_PLAIN_YES)], thing=_l("不同意或附条件的原因")
    )
    will_text = LongTextField(
        _l("住户是怎么说的？"), thing=_l("意愿说明"), description=_l("尽量用住户的原话"), most=1000, optional=True
    )
    comp_mode = CodeField(_l("想要哪种安置方式？"), codes.CompMode, thing=_l("安置方式意愿"))
    resettle_place = CodeField(
        _l("想安置在哪里？"), codes.ResettlePlace, [ShowIf(comp_mode=SWAPPING)], thing=_l("安置地点意愿")
    )
    transit_mode = CodeField(
        _l("过渡期间怎么住？"), codes.TransitMode, [ShowIf(comp_mode=SWAPPING)], thing=_l("过渡方式")
    )
    move_mode = CodeField(_l("搬家需要协助吗？"), codes.MoveMode, thing=_l("搬迁方式"))
    expected_price_yuan = MoneyField(
        _l("期望价格是多少？"),
        thing=_l("期望价格"),
        unit=_l("元/㎡"),
        description=_l("住户主动说起才记；只有项目办能看到"),
        optional=True,
    )
    appraiser_choice = TextField(_l("想选哪家评估机构？"), thing=_l("评估机构意向"), most=100, optional=True)
    desired_layouts = RowsField(
        DesiredLayoutQuestions, _l("想要哪些户型？"), thing=_l("意向户型"), row=_l("意向户型"), most=20
    )


class ReasonQuestions(RowQuestions):
    """`uid` is the key of the warning that the reason answers."""

    uid = RowUidField(pattern=KEY)
    text = LongTextField(_l("为什么是这样？"), thing=_l("情况说明"), most=500, optional=True)


class NoteQuestions(Form):
    note = LongTextField(
        _l("还有什么要记下来？"), thing=_l("备注"), description=_l("表里没有问到的，写在这里"), most=2000, optional=True
    )
    reasons = RowsField(ReasonQuestions, _l("有哪些情况说明？"), thing=_l("情况说明"), row=_l("说明"), most=200)
