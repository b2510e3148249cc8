"""What a wording may do: everything that ours do, and nothing else. Each way out is a case that names its refusal."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from exports.notices import NOTICES
from exports.notices.meaning import list_meanings
from exports.notices.sample import FULL, KINDS, sample
from exports.notices.survey_sheet import UNPRINTED, concealed
from exports.pdf import TEMPLATES, environment, furnish
from exports.sandbox import FRAME, MACROS, Fault, Sandbox, check_source, render
from exports.wording import built_in
from survey.domain import codes
from survey.domain.codes import Code
from survey.domain.sheet import ROW_TYPES, Sheet

TEMPLATE = "print/survey-notice.html"
HEAD = '{% extends "print/base.html" %}\n'


def sandbox(source: str, template: str = TEMPLATE) -> Sandbox:
    frame = {path: (TEMPLATES / path).read_text("utf-8") for path in (FRAME, MACROS)}
    made = Sandbox({**frame, template: source})
    furnish(made)
    made.close()
    return made


def said(source: str) -> str:
    """The page of a survey notice with this source, checked before it is rendered."""
    made, paper = sandbox(source), sample("survey-notice")
    check_source(made, TEMPLATE, type(paper))
    return render(made, TEMPLATE, notices=[paper], duplex=False, sealed=False)


def body(text: str) -> str:
    return f"{HEAD}{{% block notice %}}\n{text}\n{{% endblock %}}\n"


@pytest.mark.parametrize("name", NOTICES)
def test_the_built_in_wording_says_in_the_sandbox_what_it_says_outside(name: str) -> None:
    template = f"print/{name}.html"
    made = sandbox(built_in(name), template)
    check_source(made, template, type(sample(name)))
    for kind in KINDS:
        papers = [sample(name, kind)]
        ours = environment().get_template(template).render(notices=papers, duplex=False, sealed=False)
        assert render(made, template, notices=papers, duplex=False, sealed=False) == ours


@pytest.mark.parametrize(("text", "code", "told"), [
    # Python behind the values
    ("{{ notice.__class__ }}", "wording.unknown_name", "notice.__class__"),
    ("{% set n = notice %}{{ n.__init__ }}", "wording.unknown_name", "n.__init__"),
    ("{% for m in notice.materials %}{{ m.__class__ }}{% endfor %}", "wording.forbidden", "__class__"),
    ("{{ ''.__class__.__mro__ }}", "wording.forbidden", "__class__"),
    ("{{ F.labels.__globals__ }}", "wording.forbidden", "__globals__"),
    ("{{ C.Will.mro() }}", "wording.forbidden", "mro"),
    ("{{ C.Will.__subclasses__() }}", "wording.forbidden", "__subclasses__"),
    ("{{ notice.issued_on.today() }}", "wording.forbidden", "today"),
    ("{{ notice|attr('__class__') }}", "wording.unknown_filter", "attr"),
    ("{{ [notice]|map(attribute='__class__') }}", "wording.unknown_filter", "map"),
    ("{{ '{0.__class__}'.format(notice) }}", "wording.forbidden", "format"),
    ("{{ '%s'.format_map(notice) }}", "wording.forbidden", "format_map"),
    ("{{ notice['__class__'] }}", "wording.forbidden", "__class__"),
    ("{{ loop.__init__ }}", "wording.forbidden", "__init__"),
    ("{{ cycler.__init__ }}", "wording.unknown_name", "cycler"),
    ("{{ config }}", "wording.unknown_name", "config"),
    ("{{ self.title() }}", "wording.forbidden", "()"),
    ("{{ notice.door.upper() }}", "wording.forbidden", "upper"),
    # how the program calls things, and where they lie
    ("{{ notice }}", "wording.forbidden", "…"),
    ("{{ notice.office }}", "wording.forbidden", "…"),
    ("{{ ticks }}", "wording.forbidden", "…"),
    ("{{ F.labels }}", "wording.forbidden", "…"),
    ("{{ C }}", "wording.forbidden", "…"),
    ("{{ '%s'|format(notice) }}", "wording.forbidden", "…"),
    ("{{ '%(a)s'|format(a=F.labels) }}", "wording.forbidden", "…"),
    # other templates
    ("{% include 'base.html' %}", "wording.other_file", MACROS),
    ("{% import 'print/macros.html' as m %}", "wording.other_file", MACROS),
    ("{% from 'macros/page.html' import crumbs %}", "wording.other_file", MACROS),
    ("{% from 'print/' ~ 'macros.html' import box %}", "wording.other_file", MACROS),
    ("{% block genuine %}{% endblock %}", "wording.block", "genuine"),
    # text of a resident as HTML
    ("{{ notice.addressee|safe }}", "wording.unknown_filter", "safe"),
    ("{% autoescape false %}{{ notice.addressee }}{% endautoescape %}", "wording.forbidden", "autoescape"),
    # time and memory
    ("{{ 10 ** 10 ** 10 }}", "wording.forbidden", "**"),
    ("{{ 'x' * 999999999 }}", "wording.forbidden", "*"),
    ("{{ [1] * 999999999 }}", "wording.forbidden", "*"),
    ("{% for a in range(999999999) %}{% endfor %}", "wording.too_much", ""),
    ("{% for a in range(90000) %}{{ notice.office.legal_basis * 9 }}{% endfor %}", "wording.too_much", ""),
    ("{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "wording.too_deep", ""),
    # what the frame hands in
    ("{% set notice = 1 %}", "wording.reserved", "notice"),
    ("{% set notices = [notice] %}", "wording.reserved", "notices"),
    ("{% set a, loop = 1, 2 %}", "wording.reserved", "loop"),
    ("{% set duplex %}x{% endset %}", "wording.reserved", "duplex"),
    ("{% for notice in range(2) %}{% endfor %}", "wording.reserved", "notice"),
    ("{% for a, notices in [] %}{% endfor %}", "wording.reserved", "notices"),
    ("{% macro notices() %}{% endmacro %}", "wording.reserved", "notices"),
    ("{% macro a(notice) %}{% endmacro %}", "wording.reserved", "notice"),
    ("{% with sealed = 1 %}{% endwith %}", "wording.reserved", "sealed"),
    ("{% from 'print/macros.html' import letter_head as notice %}", "wording.reserved", "notice"),
    ("{{ notices }}", "wording.unknown_name", "notices"),
    ("{{ duplex }}", "wording.unknown_name", "duplex"),
    ("{{ sealed }}", "wording.unknown_name", "sealed"),
    # mistakes
    ("{{ notice.adressee }}", "wording.unknown_name", "notice.adressee"),
    ("{% if false %}{{ notice.office.nmae }}{% endif %}", "wording.unknown_name", "notice.office.nmae"),
    ("{% set office = notice.office %}{{ office.nmae }}", "wording.unknown_name", "office.nmae"),
    ("{% for who in notice.surveyors %}{{ who.nam }}{% endfor %}", "wording.unknown_name", "who.nam"),
    ("{% for m in notice.materials %}{{ m.titel }}{% endfor %}", "wording.no_value", "titel"),
    ("{{ addressee }}", "wording.unknown_name", "addressee"),
    ("{{ notice.door|uper }}", "wording.unknown_filter", "uper"),
    ("{% fi notice.door %}", "wording.unknown_tag", "fi"),
    ("{% if notice.door %}", "wording.unclosed", "if"),
    ("{{ notice.door }", "wording.syntax", "}"),
    ("{{ notice.door %}", "wording.syntax", "}"),
    ("{% if notice.door = 1 %}{% endif %}", "wording.syntax", "="),
    ("{{ 1 / 0 }}", "wording.division_by_zero", ""),
    ("{{ '%d'|format(notice.door) }}", "wording.wrong_type", ""),
    ("{{ " + "(" * 4000 + "1" + ")" * 4000 + " }}", "wording.too_deep", ""),
])  # fmt: skip
def test_a_way_out_or_a_mistake_is_refused_with_its_line(text: str, code: str, told: str) -> None:
    with pytest.raises(Fault) as refused:
        said(body(text))
    assert refused.value.code == code
    assert told in str(refused.value.params)
    # No sentence of the program's own, in its own language, and no address in its memory.
    assert not re.search(r"[a-z]+ [a-z]+ [a-z]+|0x[0-9a-f]{6}", str([*refused.value.params.values()]))
    assert refused.value.line == (4 if code == "wording.unclosed" else 0 if "((((" in text else 3)


@pytest.mark.parametrize(("source", "code"), [
    ("<p>x</p>", "wording.frame"),
    ('{% extends "base.html" %}{% block notice %}{% endblock %}', "wording.frame"),
    ('<p>before</p>{% extends "print/base.html" %}{% block notice %}{% endblock %}', "wording.frame"),
    ('{% set x = "print/base.html" %}{% extends x %}{% block notice %}{% endblock %}', "wording.frame"),
    (HEAD + HEAD + "{% block notice %}{% endblock %}", "wording.frame"),
    (HEAD + "{% block title %}x{% endblock %}", "wording.no_notice"),
])  # fmt: skip
def test_a_wording_stays_in_its_frame(source: str, code: str) -> None:
    with pytest.raises(Fault) as refused:
        said(source)
    assert refused.value.code == code


@pytest.mark.parametrize("line", [
    "{% set notices = [] %}", "{% set notices %}x{% endset %}", "{% set duplex = 1 %}", "{% set notice = 1 %}",
    "{% macro loop() %}{% endmacro %}", "{% for notices in [] %}{% endfor %}", "{% from 'print/macros.html' import letter_head as notices %}",
])  # fmt: skip
def test_the_frame_is_not_handed_other_papers_from_outside_of_a_block(line: str) -> None:
    with pytest.raises(Fault, match=r"wording\.reserved"):
        said(f"{HEAD}{line}\n{{% block notice %}}{{% endblock %}}")


def test_the_name_that_was_meant_is_told() -> None:
    with pytest.raises(Fault) as refused:
        said(body("{{ notice.adressee }}"))
    assert refused.value.params["near"] == "addressee"


def test_what_offices_write_is_allowed() -> None:
    page = said(body("""
        {% set office = notice.office %}{% macro line(a, b="") %}<p>{{ a }}{{ b }}</p>{% endmacro %}
        {% for who in notice.surveyors %}{{ loop.index }}{{ loop.cycle("甲", "乙") }}{{ line(who.name, b="，") }}{% else %}—{% endfor %}
        {{ notice.survey_from|day }}{{ "%02d"|format(7) }}{{ "　" * 3 }}{{ notice.materials|length }}{{ notice.materials|join("；") }}
        {{ ticks(C.TriState, C.TriState.YES) }}{{ notice.survey_from.year + 1 }}{{ office.contact or "无" }}{{ F.labels([C.Will.AGREE]) }}
        {% for n in range(3) %}{{ n }}{% endfor %}{{ notice.stamp.link|qr }}{{ notice.appointment|default("另约") }}
    """))  # fmt: skip
    assert "<p>李建国，</p>" in page
    assert "2026年11月1日07　　　5" in page
    assert "2027王敏同意" in page


def test_values_are_escaped() -> None:
    made = sandbox(body("{{ notice.addressee }}"))
    paper = dataclasses.replace(sample("survey-notice"), addressee='<img src="http://127.0.0.1/">')
    assert "<img src=" not in render(
        made, TEMPLATE, notices=[dataclasses.replace(paper, stamp=None)], duplex=False, sealed=False
    )


PLAIN = (str, bytes, int, bool, Decimal, Fraction, date, Code, type(None))


def pieces(value: object) -> Iterator[object]:
    """Everything that hangs on a value."""
    yield value
    if dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from pieces(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from pieces(each)


@pytest.mark.parametrize("name", NOTICES)
def test_a_paper_is_plain_values_that_nobody_can_change(name: str) -> None:
    for kind in KINDS:
        for value in pieces(sample(name, kind)):
            if dataclasses.is_dataclass(value):
                assert type(value).__dataclass_params__.frozen  # type: ignore[attr-defined]
                assert type(value).__module__.startswith(("exports.notices.", "survey.domain."))
            else:
                assert isinstance(value, (*PLAIN, tuple))


@pytest.mark.parametrize("name", NOTICES)
def test_every_value_of_a_notice_has_its_meaning(name: str, app: object) -> None:
    groups = list_meanings(name)
    assert groups[0].name == "notice"
    assert all(value.meaning for group in groups for value in group.values)
    assert {"notice.project", "notice.office"} <= {value.path for value in groups[0].values}


def test_what_is_written_in_the_list_of_values_can_be_written(app: object) -> None:
    for name, paper in FULL.items():
        for value in list_meanings(name)[0].values:
            if value.written:
                made = sandbox(body(value.written.replace("…", "")), f"print/{name}.html")
                check_source(made, f"print/{name}.html", type(paper))
                render(made, f"print/{name}.html", notices=[paper], duplex=False, sealed=False)


def replaced(sheet: Sheet) -> list[object]:
    """Every printed value of a form."""
    rows = [sheet, *sheet.persons, *sheet.parts, *sheet.decoration_items]
    nested = {"persons", "parts", "decoration_items"}
    return [
        [getattr(row, field.name) for field in dataclasses.fields(row) if field.name not in {*UNPRINTED[type(row)], *nested}]
        for row in rows
    ]  # fmt: skip


READ_BY_CODE = {"uid", "text", "realty_unit_code", "rooms", "halls", "kitchens", "baths", "decoration_items", "persons", "desired_layouts",
                "area_cert_m2", "area_cert_inner_m2", "area_meas_m2", "area_meas_inner_m2", "share_num", "share_den"}  # fmt: skip
"""Printed under another name (a property or a function of the form), or not by itself."""


def test_exactly_what_the_template_of_ours_names_is_handed_to_a_wording() -> None:
    named = {*re.findall(r"\.([a-z_0-9]+)", built_in("survey-sheet")), *READ_BY_CODE}
    for row in (Sheet, *ROW_TYPES.values()):
        unnamed = {field.name for field in dataclasses.fields(row)} - named
        assert unnamed == set(UNPRINTED.get(row, ())), row


def test_a_wording_is_not_handed_what_ours_would_not_print() -> None:
    form = sample("survey-sheet")
    person, part, item = form.sheet.persons[0], form.sheet.parts[0], form.sheet.decoration_items[0]
    sheet = dataclasses.replace(
        form.sheet, expected_price_yuan=Decimal("900000"),
        persons=(dataclasses.replace(person, hukou_addr="某处", proof_note="某证"), *form.sheet.persons[1:]),
        parts=(dataclasses.replace(part, part_cert_no="某号"), *form.sheet.parts[1:]),
        decoration_items=(dataclasses.replace(item, item_price_yuan=Decimal("9.00")), *form.sheet.decoration_items[1:]),
    )  # fmt: skip
    form = dataclasses.replace(form, sheet=sheet)
    shown, hidden = concealed(form), concealed(dataclasses.replace(form, show_tags=False))
    assert shown.sheet.expected_price_yuan is None
    assert shown.sheet.persons[0].special_tags == (codes.SpecialTag.AGED,)
    assert shown.sheet.persons[0].hukou_addr == shown.sheet.persons[0].proof_note == ""
    assert shown.sheet.parts[0].part_cert_no == ""
    assert shown.sheet.decoration_items[0].item_price_yuan is None
    assert replaced(shown.sheet) == replaced(form.sheet)  # and everything else stays
    assert hidden.sheet.persons[0].special_tags == ()
