"""权属 and 证书: who holds the home, on which paper, with which burdens (data dictionary 1.2)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form

from survey.domain import codes
from survey.domain.identity import check_cert_no, check_uscc
from survey.forms.fields import (
    AreaField,
    CodeField,
    CodeTextField,
    DateField,
    MoneyField,
    RowsField,
    TextField,
    YesNoField,
)
from survey.forms.sheet.row import RowQuestions
from survey.forms.validators import ShowIf, Sound

UNIT_CLASSES = frozenset(codes.PropertyClass) - {codes.PropertyClass.PRIVATE, codes.PropertyClass.PRIVATE_PARTIAL}
RENTING = frozenset({codes.Lease.RENTED, codes.Lease.PUBLIC_TENANCY})


class CertificateQuestions(RowQuestions):
    cert_type = CodeField(_l("是哪一种证？"), codes.CertType, thing=_l("权证类型"))
    cert_no = TextField(
        _l("证号是多少？"),
        [Sound(check_cert_no, beside="cert_type")],
        thing=_l("证号"),
        description=_l("照证书抄写，例如：鲁（2019）东营市不动产权第0000906号"),
        most=100,
    )
    cert_date = DateField(_l("登记日期是哪一天？"), thing=_l("登记日期"), description=_l("8 位数字，例如 20190315"))
    cert_address = TextField(_l("这本证上写的坐落是什么？"), thing=_l("证书坐落"), most=200, optional=True)
    cert_area_m2 = AreaField(_l("这本证上写的建筑面积是多少？"), thing=_l("证书建筑面积"))


class TitleQuestions(Form):
    tenure_type = CodeField(_l("房屋是什么产权性质？"), codes.Tenure, thing=_l("产权性质"))
    property_class = CodeField(_l("属于哪一种产别？"), codes.PropertyClass, thing=_l("产别"), optional=True)
    title_status = CodeField(_l("权属现在是什么状况？"), codes.TitleStatus, thing=_l("权属状况"))
    coown_type = CodeField(_l("是怎样共有的？"), codes.Coown, thing=_l("共有方式"))
    uscc = CodeTextField(
        _l("产权单位的统一社会信用代码是多少？"),
        [
            ShowIf(tenure_type=[codes.Tenure.UNIT_MANAGED], property_class=UNIT_CLASSES),
            Sound(check_uscc),
        ],
        thing=_l("统一社会信用代码"),
        description=_l("18 位，没有字母 I、O、S、V、Z"),
        most=30,
    )
    lessor = TextField(
        _l("公房的出租单位是哪一个？"),
        [ShowIf(tenure_type=codes.PUBLIC_RENTAL, lease_status=[codes.Lease.PUBLIC_TENANCY])],
        thing=_l("公房出租单位"),
        most=100,
    )
    mortgage = CodeField(_l("有没有抵押？"), codes.TriState, thing=_l("抵押"))
    mortgage_detail = TextField(
        _l("抵押给谁，还剩多少？"), [ShowIf(mortgage=[codes.TriState.YES])], thing=_l("抵押情况"), most=200
    )
    seizure = CodeField(_l("有没有被查封？"), codes.TriState, thing=_l("查封"))
    seizure_detail = TextField(
        _l("哪个机关查封的，到什么时候？"), [ShowIf(seizure=[codes.TriState.YES])], thing=_l("查封情况"), most=200
    )
    residence_right = CodeField(_l("有没有设立居住权？"), codes.TriState, thing=_l("居住权"))
    residence_right_detail = TextField(
        _l("居住权是谁的，到什么时候？"),
        [ShowIf(residence_right=[codes.TriState.YES])],
        thing=_l("居住权情况"),
        most=200,
    )
    objection = CodeField(_l("有没有异议登记或产权纠纷？"), codes.TriState, thing=_l("异议"))
    objection_detail = TextField(
        _l("谁提出的，因为什么？"), [ShowIf(objection=[codes.TriState.YES])], thing=_l("异议情况"), most=200
    )
    lease_status = CodeField(_l("房屋现在谁在住？"), codes.Lease, thing=_l("居住状况"))
    rent_yuan_month = MoneyField(
        _l("每月租金多少？"), [ShowIf(lease_status=RENTING)], thing=_l("月租金"), unit=_l("元/月")
    )
    lease_end = DateField(
        _l("租到哪一天？"),
        [ShowIf(lease_status=RENTING)],
        thing=_l("租期届满日"),
        description=_l("8 位数字；没有约定可以不填"),
        optional=True,
    )
    land_owner_type = CodeField(_l("土地是国有还是集体？"), codes.LandOwner, thing=_l("土地性质"))
    land_source = CodeField(_l("土地是怎么取得的？"), codes.LandSource, thing=_l("土地来源"))
    land_area_m2 = AreaField(_l("土地面积是多少？"), thing=_l("土地面积"), optional=True)
    only_home = YesNoField(_l("这是家里唯一的住房吗？"), thing=_l("唯一住房"))
    certificates = RowsField(
        CertificateQuestions, _l("有哪些证书？"), thing=_l("证书"), row=_l("证书"), most=20, expected=True
    )
