"""坐落: where the home is (data dictionary 1.1)."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext as _l
from wtforms import Form

from survey.domain.identity import check_realty_unit_code
from survey.forms.fields import CodeTextField, DecimalField, TextField, WholeField
from survey.forms.validators import Sound


class LocationQuestions(Form):
    address = TextField(
        _l("房屋坐落在哪里？"),
        thing=_l("房屋坐落"),
        description=_l("写到门牌，例如：颐园小区3号楼2单元501室"),
        most=200,
    )
    address_on_cert = TextField(
        _l("证书上写的坐落是什么？"),
        thing=_l("证载坐落"),
        description=_l("与实际门牌不同时填写"),
        most=200,
        optional=True,
    )
    realty_unit_code = CodeTextField(
        _l("不动产单元号是多少？"),
        [Sound(check_realty_unit_code)],
        thing=_l("不动产单元号"),
        description=_l("28 位，在不动产权证的首页；老房产证没有，可以不填"),
        most=40,
        optional=True,
    )
    parcel_no = TextField(
        _l("丘（地）号或图号是多少？"),
        thing=_l("丘（地）号/图号"),
        description=_l("老房产证、土地证上有"),
        most=60,
        optional=True,
    )
    total_floors = WholeField(_l("这栋楼一共几层？"), thing=_l("总层数"), unit=_l("层"), least=1, most=150)
    floor_no = WholeField(
        _l("房屋在第几层？"),
        thing=_l("所在层"),
        unit=_l("层"),
        description=_l("地下室填 -1；跃层填下面一层，并在下一项说明"),
        least=-9,
        most=150,
        render_kw={"inputmode": "text"},
    )
    floor_note = TextField(
        _l("楼层有什么要说明的？"),
        thing=_l("楼层说明"),
        description=_l("例如：跃层 5-6、阁楼、半地下"),
        most=60,
        optional=True,
    )
    lon = DecimalField(
        _l("经度是多少？"),
        thing=_l("经度"),
        unit="°",
        description=_l("CGCS2000 坐标"),
        places=6,
        least=Decimal(-180),
        most=Decimal(180),
        optional=True,
    )
    lat = DecimalField(
        _l("纬度是多少？"),
        thing=_l("纬度"),
        unit="°",
        description=_l("CGCS2000 坐标"),
        places=6,
        least=Decimal(-90),
        most=Decimal(90),
        optional=True,
    )
