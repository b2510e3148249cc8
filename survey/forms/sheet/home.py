"""房屋, 部位, 附属物 and 装修: the building facts (data dictionary 1.3)."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import Form

from survey.domain import codes
from survey.forms.fields import (
    AreaField,
    CodeField,
    CodeTextField,
    DecimalField,
    MoneyField,
    RowsField,
    TextField,
    WholeField,
)
from survey.forms.sheet.row import RowQuestions
from survey.forms.validators import ShowIf

UNREGISTERED = frozenset(codes.Legality) - {codes.Legality.REGISTERED}


class PartQuestions(RowQuestions):
    kind = CodeField(_l("是哪一个部位？"), codes.PartKind, thing=_l("部位"))
    legality = CodeField(_l("合法性怎么认定？"), codes.Legality, thing=_l("合法性"))
    part_cert_no = TextField(
        _l("这个部位自己的证号是多少？"),
        thing=_l("部位证号"),
        description=_l("储藏间、车库单独办证时填写"),
        most=100,
        optional=True,
    )
    area_cert_m2 = AreaField(_l("证载建筑面积是多少？"), thing=_l("证载建筑面积"))
    area_cert_inner_m2 = AreaField(_l("证载套内面积是多少？"), thing=_l("证载套内面积"), optional=True)
    area_meas_m2 = AreaField(_l("实测建筑面积是多少？"), thing=_l("实测建筑面积"))
    area_meas_inner_m2 = AreaField(_l("实测套内面积是多少？"), thing=_l("实测套内面积"), optional=True)
    balcony_m2 = AreaField(_l("其中阳台多少？"), thing=_l("阳台面积"), optional=True)
    area_unreg_m2 = AreaField(
        _l("未登记的面积是多少？"), [ShowIf(legality=UNREGISTERED)], thing=_l("未登记面积"), optional=True
    )
    use_approved = CodeField(_l("批准的用途是什么？"), codes.Use, thing=_l("批准用途"))
    use_actual = CodeField(_l("现在实际做什么用？"), codes.Use, thing=_l("实际用途"))
    structure = CodeField(_l("是什么结构？"), codes.Structure, thing=_l("结构"))
    build_year = WholeField(_l("哪一年建成？"), thing=_l("建成年份"), unit=_l("年"), least=1840, most=2100)
    part_note = TextField(_l("这个部位还有什么要说明？"), thing=_l("部位说明"), most=200, optional=True)


class FixtureQuestions(RowQuestions):
    fixture_kind = CodeField(_l("是什么附属物？"), codes.FixtureKind, thing=_l("附属物"))
    quantity = DecimalField(_l("有多少？"), thing=_l("数量"), most=Decimal("99999.99"))
    fixture_note = TextField(_l("要说明什么？"), thing=_l("附属物说明"), most=200, optional=True)


class DecorationItemQuestions(RowQuestions):
    item = TextField(_l("装修了什么？"), thing=_l("装修项目"), description=_l("例如：实木地板、整体橱柜"), most=60)
    item_quantity = DecimalField(_l("数量是多少？"), thing=_l("装修数量"), most=Decimal("99999.99"))
    item_unit = TextField(_l("用什么单位？"), thing=_l("装修单位"), description=_l("㎡、米、套…"), most=10)
    item_price_yuan = MoneyField(_l("花了多少钱？"), thing=_l("装修价格"), optional=True)


class HomeQuestions(Form):
    layout_type = CodeField(_l("户型结构是哪一种？"), codes.LayoutType, thing=_l("户型结构"))
    rooms = WholeField(_l("几室？"), thing=_l("室"), unit=_l("室"), most=50)
    halls = WholeField(_l("几厅？"), thing=_l("厅"), unit=_l("厅"), most=20)
    kitchens = WholeField(_l("几厨？"), thing=_l("厨"), unit=_l("厨"), most=20)
    baths = WholeField(_l("几卫？"), thing=_l("卫"), unit=_l("卫"), most=20)
    orientation = CodeField(_l("主要朝向哪边？"), codes.Orientation, thing=_l("朝向"))
    newness_pct = WholeField(
        _l("房屋几成新？"),
        thing=_l("成新率"),
        unit="%",
        description=_l("0 到 100，例如 75"),
        most=100,
        optional=True,
    )
    hazard_grade = CodeField(
        _l("鉴定为哪一级危房？"),
        codes.Hazard,
        thing=_l("危房等级"),
        description=_l("做过鉴定才填写"),
        optional=True,
    )
    meter_water = CodeTextField(
        _l("水表号是多少？"), thing=_l("水表号"), description=_l("能帮助证明是否空置"), most=40, optional=True
    )
    meter_power = CodeTextField(_l("电表号是多少？"), thing=_l("电表号"), most=40, optional=True)
    meter_gas = CodeTextField(_l("燃气表号是多少？"), thing=_l("燃气表号"), most=40, optional=True)
    meter_heat = CodeTextField(_l("暖气表号是多少？"), thing=_l("暖气表号"), most=40, optional=True)
    parts = RowsField(PartQuestions, _l("房屋有哪些部位？"), thing=_l("部位"), row=_l("部位"), most=60, expected=True)


class ExtraQuestions(Form):
    decoration = CodeField(_l("装修属于哪一档？"), codes.Decoration, thing=_l("装修"))
    decoration_items = RowsField(
        DecorationItemQuestions, _l("装修了哪些项目？"), thing=_l("装修明细"), row=_l("装修项目"), most=100
    )
    fixtures = RowsField(FixtureQuestions, _l("有哪些附属物？"), thing=_l("附属物"), row=_l("附属物"), most=60)
