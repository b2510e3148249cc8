"""Forms of buildings and doors."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from survey.forms.base import Form
from survey.forms.fields import TextField, WholeField
from survey.forms.offer import OfferField
from survey.forms.validators import Required


class CreateBuildingForm(Form):
    no = TextField(
        _l("是几号楼？"),
        [Required()],
        thing=_l("楼栋号"),
        description=_l("只写号码，例如 3、12、甲1"),
        most=16,
    )
    address = TextField(_l("楼栋地址是什么？"), thing=_l("楼栋地址"), optional=True, most=200)
    total_floors = WholeField(_l("一共几层？"), thing=_l("总层数"), unit=_l("层"), least=1, most=150, optional=True)
    team = OfferField(_l("由哪个小组负责？"), thing=_l("小组"), blank=_l("暂不指定"), optional=True)


class DoorQuestions(Form):
    """Where a door is. The page says which building."""

    unit_no = TextField(
        _l("在几单元？"), thing=_l("单元号"), description=_l("只写号码；没有单元的楼空着"), most=16, optional=True
    )
    room_no = TextField(
        _l("房号是多少？"),
        [Required()],
        thing=_l("房号"),
        description=_l("例如 501、-101（地下）、阁楼"),
        most=32,
    )
    floor_no = WholeField(
        _l("在第几层？"),
        thing=_l("楼层"),
        unit=_l("层"),
        description=_l("房号看得出楼层的可以空着"),
        least=-9,
        most=150,
        optional=True,
        render_kw={"inputmode": "text"},
    )


class CreateDoorForm(DoorQuestions):
    """A door alone."""


class CreateHouseholdForm(DoorQuestions):
    """A household at a door; the door is made where it does not exist."""


class AttachDoorForm(Form):
    door = OfferField(_l("与哪一个门牌打通？"), [Required()], thing=_l("门牌"))
