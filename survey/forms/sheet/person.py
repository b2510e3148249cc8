"""人口: owners, tenants, agents and residents, one row a person (data dictionary 1.4)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import Form

from survey.domain import codes
from survey.domain.identity import check_id_no, check_phone
from survey.forms.fields import (
    ChoiceField,
    CodeField,
    CodesField,
    DateField,
    IdNumberField,
    PhoneField,
    RowsField,
    TextField,
    WholeField,
    YesNoField,
)
from survey.forms.sheet.row import RowQuestions
from survey.forms.validators import ShowIf, Sound

Role = codes.PersonRole
WITH_RIGHTS = frozenset({Role.OWNER, Role.TENANT, Role.AGENT, Role.HEIR})


def check_paper(number: str, id_type: codes.IdType | None) -> None:
    """Refuse a number that the paper cannot have. Raises DomainError as `check_id_no`."""
    check_id_no(id_type, number)


class PersonQuestions(RowQuestions):
    full_name = TextField(
        _l("叫什么名字？"), thing=_l("姓名"), description=_l("照证件填写，生僻字也照写；单位填全称"), most=50
    )
    roles = CodesField(
        _l("在这一户是什么身份？"), Role, thing=_l("身份"), description=_l("可以多选，例如既是权利人又住在这里")
    )
    id_type = CodeField(_l("用哪一种证件？"), codes.IdType, thing=_l("证件类型"))
    id_no = IdNumberField(_l("证件号码是多少？"), [Sound(check_paper, beside="id_type")], thing=_l("证件号码"), most=40)
    phone = PhoneField(
        _l("联系电话是多少？"),
        [Sound(check_phone)],
        thing=_l("电话"),
        description=_l("手机号，或带区号的座机"),
        most=30,
    )
    sex = CodeField(_l("性别？"), codes.Sex, thing=_l("性别"))
    birth_date = DateField(_l("哪一天出生？"), thing=_l("出生日期"), description=_l("8 位数字，例如 19620405"))
    ethnicity = ChoiceField(_l("哪个民族？"), options=codes.ETHNICITIES, thing=_l("民族"))
    relation = CodeField(_l("和户主（权利人）是什么关系？"), codes.Relation, thing=_l("关系"))
    marital = CodeField(
        _l("婚姻状况？"), codes.Marital, thing=_l("婚姻"), description=_l("政策需要时才询问"), optional=True
    )
    hukou_here = YesNoField(_l("户口在这里吗？"), thing=_l("户籍在册"))
    lives_here = YesNoField(_l("平时住在这里吗？"), thing=_l("常住"))
    share_num = WholeField(
        _l("占几份（分子）？"),
        [ShowIf(roles=[Role.OWNER]), ShowIf(coown_type=[codes.Coown.SHARES])],
        thing=_l("份额分子"),
        description=_l("占三分之一，这里填 1"),
        least=0,
        most=999_999_999,
    )
    share_den = WholeField(
        _l("一共分几份（分母）？"),
        [ShowIf(roles=[Role.OWNER]), ShowIf(coown_type=[codes.Coown.SHARES])],
        thing=_l("份额分母"),
        description=_l("占三分之一，这里填 3"),
        least=1,
        most=999_999_999,
    )
    hukou_addr = TextField(_l("户籍地址在哪里？"), thing=_l("户籍地址"), most=200, optional=True)
    current_addr = TextField(
        _l("现在住在哪里？"), [ShowIf(lives_here=["no"])], thing=_l("现住址"), description=_l("送达文书要用"), most=200
    )
    special_tags = CodesField(
        _l("有什么特殊情况？"),
        codes.SpecialTag,
        thing=_l("特殊情况"),
        description=_l("只用于照顾和帮扶，只有指定人员能看到"),
        optional=True,
    )
    proof_note = TextField(
        _l("有什么证明材料？"),
        [ShowIf(special_tags=frozenset(codes.SpecialTag))],
        thing=_l("证明材料"),
        description=_l("例如：残疾证号、低保证"),
        most=200,
    )
    deceased = YesNoField(_l("这个人已经去世了吗？"), [ShowIf(roles=WITH_RIGHTS)], thing=_l("已故"), optional=True)
    heir_note = TextField(_l("由谁继承，手续办到哪一步？"), [ShowIf(deceased=["yes"])], thing=_l("继承情况"), most=200)
    guardian_name = TextField(
        _l("监护人是谁？"),
        thing=_l("监护人"),
        description=_l("未成年人、不能独立作决定的人填写"),
        most=50,
        optional=True,
    )
    agent_for = TextField(_l("代理哪一位？"), [ShowIf(roles=[Role.AGENT])], thing=_l("被代理人"), most=50)
    authorisation_matter = TextField(_l("委托办什么事？"), [ShowIf(roles=[Role.AGENT])], thing=_l("委托事项"), most=200)
    authorisation_power = TextField(
        _l("有哪些权限？"),
        [ShowIf(roles=[Role.AGENT])],
        thing=_l("委托权限"),
        description=_l("照委托书写，例如：代为协商、签字"),
        most=200,
    )
    authorisation_until = DateField(
        _l("委托到哪一天？"), [ShowIf(roles=[Role.AGENT])], thing=_l("委托期限"), description=_l("8 位数字")
    )
    authorisation_signed = YesNoField(
        _l("委托书上有本人签名吗？"), [ShowIf(roles=[Role.AGENT])], thing=_l("委托人签名")
    )
    service_addr = TextField(
        _l("文书送到哪里？"), [ShowIf(roles=WITH_RIGHTS)], thing=_l("送达地址"), most=200, optional=True
    )
    e_service_ok = YesNoField(
        _l("同意用电子方式送达吗？"),
        [ShowIf(roles=WITH_RIGHTS)],
        thing=_l("同意电子送达"),
        description=_l("要单独征得同意"),
        optional=True,
    )


class PeopleQuestions(Form):
    persons = RowsField(
        PersonQuestions, _l("这一户有哪些人？"), thing=_l("人口"), row=_l("人员"), most=60, expected=True
    )
