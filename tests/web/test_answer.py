"""The macros: questions, their errors, repeated rows, the building grid, states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FileField, Form, FormField, HiddenField, PasswordField, StringField
from wtforms.validators import Length

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.forms.fields import AreaField, CodeField, CodesField, DateField, IdNumberField, TextField, YesNoField
from survey.forms.validators import Required, ShowIf
from survey.web import NAV
from survey.web.answer import attributes, blank_row, kind_of, problems
from tests.html import Page

ROOT = Path(__file__).parents[2]
FORM = "{% from 'macros/form.html' import field, fields, error_summary, form_open %}"
Draw = Callable[..., str]


class MemberForm(Form):
    uid = HiddenField()
    full_name = TextField("叫什么名字？", [Required()], thing="姓名")
    id_no = IdNumberField("证件号码是多少？")
    share = AreaField("占多少？", [ShowIf(coown_type=["2"])])


class HomeForm(Form):
    address = TextField("坐落在哪里？", [Required()], description="照门牌填写", thing="坐落")
    area = AreaField("建筑面积是多少？")
    born = DateField("哪一天？")
    tenure = CodeField("是什么产权？", codes.Tenure)
    only_home = YesNoField("是唯一住房吗？")
    will_reason = CodesField("有什么顾虑？", codes.WillReason)
    plain = StringField("备注", [Length(max=3, message="最多 3 个字。")])
    secret = PasswordField("密码")
    roster = FileField("文件")
    persons = FieldList(FormField(MemberForm), "人口", render_kw={"data-row": "成员"})


@pytest.fixture
def draw(app: Flask) -> Draw:
    def render(source: str, **values: Any) -> str:
        with app.test_request_context("/styleguide?state=final&page=3"):
            return render_template_string(source, **values)

    return render


@pytest.fixture
def form(app: Flask) -> HomeForm:
    with app.test_request_context():
        filled = HomeForm(MultiDict([("persons-0-uid", "a"), ("persons-0-full_name", ""), ("plain", "四个字了")]))
        filled.validate()
        return filled


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("address", "text"), ("area", "number"), ("born", "date"), ("tenure", "select"), ("only_home", "radio"),
        ("will_reason", "checkboxes"), ("plain", "text"), ("secret", "password"), ("roster", "file"),
        ("persons", "repeat"),
    ],
)  # fmt: skip
def test_the_kind_of_a_question_follows_from_its_field(form: HomeForm, name: str, kind: str) -> None:
    assert kind_of(form[name]) == kind
    assert (ROOT / "templates" / "answers" / f"{kind}.html").exists()


def test_numbers_and_dates_are_text_inputs_with_a_keypad(form: HomeForm) -> None:
    assert attributes(form.area)["type"] == "text"
    assert attributes(form.area)["inputmode"] == "decimal"
    assert attributes(form.born)["inputmode"] == "numeric"


def test_hint_and_error_are_tied_to_their_input(draw: Draw, form: HomeForm) -> None:
    html = draw(FORM + "{{ field(form.address) }}", form=form)
    assert 'for="address"' in html
    assert 'aria-describedby="address-hint address-error"' in html
    assert 'aria-invalid="true"' in html
    assert "请填写坐落。" in html
    assert Page(html).problems == []


def test_a_set_of_choices_is_a_fieldset_with_a_legend(draw: Draw, form: HomeForm) -> None:
    html = draw(FORM + "{{ field(form.only_home) }}", form=form)
    assert "<fieldset" in html and "<legend" in html
    assert html.count('type="radio"') == 2


def test_the_summary_names_each_error_once_with_a_link_to_its_question(form: HomeForm) -> None:
    assert [(one.target, one.label, one.text) for one in problems(form)] == [
        ("address", "", "请填写坐落。"),
        ("plain", "备注", "最多 3 个字。"),
        ("persons-0-full_name", "成员 1", "请填写姓名。"),
    ]


def test_a_skip_rule_is_printed_for_the_script(draw: Draw, form: HomeForm) -> None:
    assert 'data-show-if="coown_type=2"' in draw(FORM + "{{ field(form.persons[0].share) }}", form=form)


def test_a_list_carries_a_blank_row_that_the_script_numbers(draw: Draw, form: HomeForm) -> None:
    assert blank_row(form.persons).full_name.name == "persons-__i__-full_name"
    html = draw(FORM + "{{ field(form.persons) }}", form=form)
    template = html.split("<template")[1].split("</template>")[0]
    assert 'name="persons-__i__-uid"' in template and 'name="add_row"' in html
    assert "请填写姓名" not in template
    assert Page(html).problems == []


def test_a_joined_flat_and_a_duplex_span_their_places(draw: Draw) -> None:
    def cell(door: str, **more: Any) -> Thing:
        plain: dict[str, Any] = {
            "url": "#",
            "unit": "1单元",
            "state": HouseholdState.UNVISITED,
            "marks": (),
            "dim": False,
        }
        return Thing(door=door, current=False, **{"colspan": 1, "rowspan": 1, **plain, **more})

    floors = [
        {"label": "2层", "cells": [cell("201-202", colspan=2), cell("203", rowspan=2)]},
        {"label": "1层", "cells": [cell("101"), None]},
    ]
    grid = {"caption": "1号楼", "units": [{"name": "1单元", "doors": ["01", "02", "03"]}], "floors": floors}
    html = draw("{% from 'macros/building.html' import building_grid %}{{ building_grid(grid) }}", grid=grid)
    assert '<th scope="row">1层' in html and 'scope="colgroup" colspan="3"' in html
    assert html.count(' colspan="2"') == 1 and html.count(' rowspan="2"') == 2  # the corner spans two head rows
    assert html.count("未入户") == 3
    assert Page(html).problems == []


def test_every_state_has_an_icon_and_a_tone_of_its_own(draw: Draw) -> None:
    source = "{% from 'macros/state.html' import LOOKS %}{% for code in codes %}{{ LOOKS[code|string]|join(' ') }}|{% endfor %}"
    looks = draw(source, codes=list(HouseholdState)).strip("|").split("|")
    assert len(set(looks)) == len(HouseholdState)
    known = draw("{% from 'macros/state.html' import LOOKS %}{{ LOOKS|join(' ') }}").split()
    for told in (codes.Will, codes.VisitResult, codes.Choice, codes.Understood, codes.Urgency, codes.TriState):
        assert {str(code) for code in told} <= set(known)


def test_every_icon_that_templates_and_navigation_name_is_drawn(draw: Draw) -> None:
    drawn = draw("{% from 'macros/icon.html' import PATHS %}{{ PATHS|join(' ') }}").split()
    assert {item[3] for item in NAV} <= set(drawn)
    looks = draw(
        "{% from 'macros/state.html' import LOOKS %}{% for look in LOOKS.values() %}{{ look[1] }} {% endfor %}"
    ).split()
    assert set(looks) <= set(drawn)


def test_links_of_filters_keep_the_rest_of_the_address_and_go_back_to_page_one(draw: Draw) -> None:
    assert draw("{{ url_with(team='2') }}") == "/styleguide?state=final&amp;team=2"
    assert draw("{{ url_with(page=4) }}") == "/styleguide?state=final&amp;page=4"
    assert draw("{{ url_with(state=none) }}") == "/styleguide"


def test_templates_and_macros_carry_no_inline_style_or_script() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "print" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert " style=" not in text and "<style" not in text, path
        assert text.count("<script") == text.count("<script src="), path


def test_the_style_guide_shows_everything_where_it_is_switched_on(client: FlaskClient, app: Flask) -> None:
    assert client.get("/styleguide").status_code == 200
    assert "有 4 处需要改正" in client.get("/styleguide?errors=1").text
    app.config["STYLEGUIDE"] = False
    try:
        assert client.get("/styleguide").status_code == 404
    finally:
        app.config["STYLEGUIDE"] = True


@pytest.mark.parametrize("code", [400, 403, 404, 405, 413, 422, 429, 500, 503])
def test_an_error_page_says_what_happened_and_what_to_do(draw: Draw, code: int) -> None:
    html = draw("{% include page %}", page=f"errors/{code}.html")
    assert Page(html).problems == []
    assert "<h1>" in html and html.count("<p>") >= 2


def test_a_page_names_its_language_and_the_role_of_who_reads(as_: Callable[..., FlaskClient]) -> None:
    page = as_(Role.OFFICE).get("/account").text
    assert '<html lang="zh-CN"' in page
    assert "跳到正文" in page and "账号菜单" in page


def test_a_browser_that_looks_for_a_mark_beside_a_pdf_finds_it(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico", follow_redirects=True)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
