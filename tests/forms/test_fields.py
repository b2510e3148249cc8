"""What a person may type into each kind of question, and what is kept of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from survey.domain import codes
from survey.forms.fields import (
    AreaField,
    ChoiceField,
    CodeField,
    CodesField,
    CodeTextField,
    DateField,
    IdNumberField,
    LongTextField,
    MoneyField,
    PhoneField,
    TextField,
    WholeField,
    YesNoField,
)
from survey.forms.validators import Required


class Questions(Form):
    area = AreaField("面积是多少？", thing="面积")
    money = MoneyField("租金多少？", thing="租金", unit="元/月")
    floor = WholeField("第几层？", thing="所在层", unit="层", least=-9, most=150)
    day = DateField("哪一天？", thing="日期")
    id_no = IdNumberField("证件号码？", thing="证件号码")
    phone = PhoneField("电话？", thing="电话")
    code = CodeTextField("单元号？", thing="单元号", most=5)
    name = TextField("姓名？", thing="姓名", most=4)
    note = LongTextField("备注？", thing="备注")
    tenure = CodeField("产权性质？", codes.Tenure, thing="产权性质")
    coown = CodeField("怎样共有？", codes.Coown, thing="共有方式")
    roles = CodesField("身份？", codes.PersonRole, thing="身份")
    lives = YesNoField("常住吗？", thing="常住")
    people = ChoiceField("民族？", options=codes.ETHNICITIES, thing="民族")
    must = TextField("必答？", [Required("称呼")])
    must_choose = CodeField("必选？", codes.TriState, [Required()], thing="抵押")


def asked(name: str, *texts: str) -> object:
    form = Questions(MultiDict([(name, text) for text in texts]))
    form.validate()
    return form[name]


@pytest.mark.parametrize(
    ("name", "typed", "value", "kept"),
    [
        ("area", "85.2㎡", Decimal("85.20"), "85.20"),
        ("area", "８５．２ 平方米", Decimal("85.20"), "85.20"),
        ("area", "1,234.5", Decimal("1234.50"), "1234.50"),
        ("area", ".5", Decimal("0.50"), "0.50"),
        ("area", "85.", Decimal("85.00"), "85.00"),
        ("money", "1500元/月", Decimal("1500.00"), "1500.00"),
        ("money", "1500 元", Decimal("1500.00"), "1500.00"),
        ("floor", "３层", 3, "3"),
        ("floor", "负1", -1, "-1"),
        ("floor", "B1", -1, "-1"),
        ("floor", "地下2层", -2, "-2"),
        ("day", "20240315", date(2024, 3, 15), "2024-03-15"),
        ("day", "2024-3-5", date(2024, 3, 5), "2024-03-05"),
        ("day", "2024/03/15", date(2024, 3, 15), "2024-03-15"),
        ("day", "２０２４年３月１５日", date(2024, 3, 15), "2024-03-15"),
        ("id_no", " 37 9900 19800101123x ", "37990019800101123X", "37990019800101123X"),
        ("phone", "１２０ 1234 5678", "12012345678", "12012345678"),
        ("name", " 张\x00伟\ud800 ", "张伟", "张伟"),
        ("name", "𬭚·䶮", "𬭚·䶮", "𬭚·䶮"),
        ("note", "一\r\n二\r三", "一\n二\n三", "一\n二\n三"),
        ("tenure", "commercial", codes.Tenure.COMMERCIAL, "commercial"),
        ("lives", "no", False, "no"),
        ("people", "01", "01", "01"),
    ],
)
def test_what_people_really_write_is_read_and_kept_in_one_form(name: str, typed: str, value: object, kept: str) -> None:
    field = asked(name, typed)
    assert (field.data, field.texts(), field.errors) == (value, [kept], [])


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("area", "八十五", "面积应为数字，例如 85.20。"),
        ("area", "85.234", "面积最多保留 2 位小数。"),
        ("area", "-1.00", "面积应在 0 到 999999.99 之间，请核对。"),
        ("area", "1" * 400, "面积应为数字，例如 85.20。"),
        ("floor", "五", "所在层应为整数，例如 3。"),
        ("floor", "200", "所在层应在 -9 到 150 之间，请核对。"),
        ("day", "2024", "日期应为 8 位数字，例如 20240315。"),
        ("day", "20240230", "日期“20240230”不存在，请核对月和日。"),
        ("tenure", "castle", "产权性质没有“castle”这一项，请重新选择。"),
        ("lives", "maybe", "常住没有“maybe”这一项，请重新选择。"),
        ("people", "58", "民族没有“58”这一项，请重新选择。"),
        ("name", "欧阳上官司马", "姓名最多 4 个字，现在有 6 个。请写得短一些。"),
        ("must", "  ", "请填写称呼。"),
        ("must_choose", "", "请选择抵押。"),
    ],
)
def test_what_cannot_be_kept_stays_as_typed_with_a_sentence_that_says_what_would_do(
    name: str, typed: str, sentence: str
) -> None:
    field = asked(name, typed)
    assert list(field.errors) == [sentence]
    assert field.blocking_errors == [sentence]
    assert field.texts() == ([typed] if typed.strip() else [])


def test_several_answers_are_kept_in_the_order_of_their_list() -> None:
    field = asked("roles", "resident", "owner", "owner", "")
    assert field.texts() == ["owner", "resident"]


def test_an_answer_that_is_on_no_list_is_refused_and_not_dropped() -> None:
    field = asked("roles", "owner", "king")
    assert field.errors == ["身份没有“king”这一项，请重新选择。"]
    assert field.texts() == ["owner", "king"]


def test_unanswered_questions_keep_nothing() -> None:
    form = Questions(MultiDict([("area", ""), ("day", " "), ("lives", "")]))
    assert [name for name in form.data if form[name].texts()] == []
    assert form.lives.data is None
    assert form.roles.data == []


def test_few_choices_are_buttons_and_many_are_a_list() -> None:
    form = Questions()
    assert form.coown.render_kw["data-kind"] == "radio"
    assert form.tenure.render_kw["data-kind"] == "select"
    assert [choice.label for choice in form.lives.iter_choices()] == ["未填", "是", "否"]
    assert Questions(MultiDict({"coown": "2"})).coown.word == "按份共有"
    assert form.coown.word == ""


def test_each_kind_asks_for_the_keypad_that_fits() -> None:
    form = Questions()
    keypads = {field.short_name: (field.render_kw or {}).get("inputmode") for field in form}
    assert keypads["area"] == keypads["money"] == "decimal"
    assert keypads["floor"] == keypads["day"] == "numeric"
    assert keypads["phone"] == "tel"
    assert keypads["id_no"] == "text"
    assert form.id_no.render_kw["autocapitalize"] == "characters"
    assert not any('type="number"' in str(field()) for field in form)


def test_a_form_can_be_filled_from_values_too() -> None:
    form = Questions(
        data={"area": Decimal("3.50"), "roles": (codes.PersonRole.OWNER,), "lives": True, "tenure": "other"}
    )
    assert form.area.texts() == ["3.50"]
    assert form.roles.texts() == ["owner"]
    assert form.lives.texts() == ["yes"]
    assert form.tenure.data is codes.Tenure.OTHER
