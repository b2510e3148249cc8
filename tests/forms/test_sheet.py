"""The survey form: the sheet's questions name for name, skip rules, what blocks saving, what a page must not lose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wtforms import FieldList

from survey.domain import codes
from survey.domain.errors import DomainError
from survey.domain.sheet import ROW_TYPES, Sheet, field_types, from_pairs, to_pairs
from survey.forms.base import sentence_of
from survey.forms.sheet import (
    MASKED_FIELDS,
    SECTION_OF,
    SECTIONS,
    SheetForm,
    keep_unshown,
    key_label,
    row_titles,
    thing_of_field,
    without_masked,
    word_of,
)
from survey.forms.validators import is_asked

ROWS = tuple(ROW_TYPES)
KIND_OF_FIELD = {
    "int": {"WholeField"},
    "decimal": {"AreaField", "MoneyField", "DecimalField"},
    "date": {"DateField"},
    "bool": {"YesNoField"},
    "code": {"CodeField"},
    "codes": {"CodesField"},
    "str": {"TextField", "LongTextField", "CodeTextField", "IdNumberField", "PhoneField", "ChoiceField", "RowUidField"},
}


def filled(**answers: str) -> SheetForm:
    form = SheetForm.from_pairs([(name.replace("__", "-"), text) for name, text in answers.items()])
    form.validate()
    return form


def full_pairs() -> list[tuple[str, str]]:
    """Every question of the sheet answered, with answers under which no skip rule drops any of them."""
    texts = {"str": "文字", "int": "3", "decimal": "12.50", "date": "2020-02-29", "bool": "yes"}
    special = {
        "realty_unit_code": "441903012003GB00001F00020063",
        "uscc": "91350100M000100Y43",
        "tenure_type": "unit_managed",
        "lease_status": "rented",
        "coown_type": "2",
        "legality": "pending",
        "comp_mode": "mixed",
        "renewal_will": "conditional",
        "id_type": "resident",
        "id_no": "379900198001010022",
        "phone": "12012345678",
        "cert_no": "鲁（2019）东营市不动产权第0000906号",
        "lives_here": "no",
        "ethnicity": "01",
        "build_year": "1995",
    }

    def told(record: type, prefix: str) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        for name, kind in field_types(record).items():
            if kind.kind == "rows":
                pairs += told(ROW_TYPES[name], f"{name}-0-")
            elif name == "uid":
                pairs.append((f"{prefix}uid", f"uid-{prefix}"))
            elif kind.kind == "codes":
                pairs += [(prefix + name, str(code)) for code in kind.codes]
            else:
                text = special.get(name) or (str(next(iter(kind.codes))) if kind.codes else texts[kind.kind])
                pairs.append((prefix + name, text))
        return pairs

    return told(Sheet, "")


def test_the_form_has_exactly_the_fields_of_the_sheet_and_of_each_of_its_rows() -> None:
    form = SheetForm()
    assert {field.short_name for field in form} == set(field_types(Sheet))
    for name in ROWS:
        row = form.blank_row(name)
        assert next(field.short_name for field in row.form) == "uid"
        assert {field.short_name for field in row.form} == set(field_types(ROW_TYPES[name]))


def test_each_question_is_of_the_kind_of_its_field() -> None:
    form = SheetForm()
    records = [(form, Sheet), *((form.blank_row(name).form, ROW_TYPES[name]) for name in ROWS)]
    for asked, record in records:
        for name, kind in field_types(record).items():
            if kind.kind == "rows":
                assert isinstance(asked[name], FieldList)
            else:
                assert asked[name].type in KIND_OF_FIELD[kind.kind], name
                if kind.codes is not None:
                    kept = [choice.value for choice in asked[name].iter_choices() if choice.value]
                    assert kept == [str(code) for code in kind.codes], name


def test_each_field_stands_in_exactly_one_section() -> None:
    listed = [field for section in SECTIONS for field in section.fields]
    assert sorted(listed) == sorted(field_types(Sheet))
    assert [str(section.title) for section in SECTIONS] == [
        "坐落", "权属", "证书", "房屋", "部位", "附属物装修", "人口", "意愿", "备注",
    ]  # fmt: skip
    assert SECTION_OF["certificates"] == "certificate"


def test_each_question_asks_in_words_and_has_a_short_name() -> None:
    form = SheetForm()
    for field in [*form, *(field for name in ROWS for field in form.blank_row(name).form)]:
        if field.short_name == "uid" or isinstance(field, FieldList):
            continue
        assert str(field.label.text).endswith("？"), field.name
        assert 1 <= len(str(field.thing)) <= 12, field.name
        assert not str(field.thing).endswith("？"), field.name


def test_a_whole_sheet_goes_through_the_form_and_comes_out_the_same() -> None:
    pairs = to_pairs(from_pairs(full_pairs()))
    form = SheetForm.from_pairs(pairs)
    assert form.validate(), form.errors
    assert form.to_pairs() == pairs
    assert form.to_sheet() == from_pairs(pairs)


ANSWERS = st.lists(
    st.tuples(
        st.sampled_from(
            ["tenure_type", "coown_type", "total_floors", "lease_end", "seizure_detail"]
            + [f"persons-{row}-{name}" for row in (0, 1, 3) for name in ("uid", "full_name", "id_type", "id_no", "birth_date")]
            + [f"parts-{row}-{name}" for row in (0, 2) for name in ("uid", "area_cert_m2", "build_year")]
        ),
        st.sampled_from(["", "1", "2", "private_full", "p1", "p2", "张伟", "379900198001010022", "2020-02-30", "85.2", "无"]),
    ),
    max_size=12,
)  # fmt: skip


def outcome(form: SheetForm) -> object:
    form.validate()
    told = [(field.name, field.texts(), list(field.errors)) for field in form.answers()]
    return told, form.to_pairs(), form.to_pairs(unasked=True), form.blocking_errors(), form.faults(), form.errors


WRONG_CHECK_DIGIT = [(name, "379900198001010021" if name.endswith("id_no") else text) for name, text in full_pairs()]


@given(st.lists(ANSWERS | st.sampled_from([full_pairs(), WRONG_CHECK_DIGIT]), min_size=2, max_size=4))
def test_a_form_that_is_filled_again_says_the_same_as_a_new_one(sheets: list[list[tuple[str, str]]]) -> None:
    form = SheetForm(hidden_fields=frozenset({"proof_note"}))
    for pairs in sheets:
        form.refill(pairs)
        assert outcome(form) == outcome(SheetForm.from_pairs(pairs, hidden_fields=frozenset({"proof_note"})))


def test_an_empty_form_is_no_error_and_says_nothing() -> None:
    form = SheetForm.from_pairs([])
    assert form.validate()
    assert form.to_pairs() == []
    assert form.whole_progress.answered == 0
    assert form.whole_progress.asked > 20


def test_rows_may_have_gaps_and_keep_their_uid() -> None:
    form = filled(persons__7__uid="b", persons__7__full_name="李四", persons__2__uid="a", persons__2__full_name="张三")
    assert form.to_pairs() == [
        ("persons-0-uid", "a"), ("persons-0-full_name", "张三"),
        ("persons-1-uid", "b"), ("persons-1-full_name", "李四"),
    ]  # fmt: skip


def test_a_row_that_says_nothing_is_left_out() -> None:
    form = filled(parts__0__uid="a", parts__0__part_note=" ", parts__1__uid="b", parts__1__part_note="漏雨")
    assert form.to_pairs() == [("parts-0-uid", "b"), ("parts-0-part_note", "漏雨")]
    assert form.to_pairs(unasked=True)[0] == ("parts-0-uid", "a")


def test_a_person_whose_answers_were_all_emptied_keeps_the_numbers_that_the_page_did_not_show() -> None:
    sent = filled(persons__0__uid="a", persons__0__full_name="").to_pairs()
    kept = from_pairs(keep_unshown(sent, BASE))
    assert [person.phone for person in kept.persons] == ["12012345678"]
    assert filled(persons__0__uid="a").to_sheet().persons == ()


def test_a_row_without_uid_cannot_be_saved() -> None:
    form = filled(persons__0__full_name="张三")
    assert form.blocking_errors() == {"persons-0-uid": ["这一行缺少编号，请刷新页面后重新添加。"]}


@pytest.mark.parametrize(
    "name",
    ["csrf_token", "persons-0-role", "persons", "person-0-full_name", "persons-²-full_name", "persons-0",
     "persons[a].full_name", "address\n", "uid"],
)  # fmt: skip
def test_a_name_that_is_not_the_form_s_is_refused(name: str) -> None:
    with pytest.raises(DomainError, match=r"sheet\.field_unknown") as caught:
        SheetForm.from_pairs([(name, "x")])
    assert "请刷新页面" in sentence_of(caught.value)


def test_a_form_of_endless_pairs_is_refused() -> None:
    with pytest.raises(DomainError, match=r"sheet\.too_long"):
        SheetForm.from_pairs([("address", "x")] * 20_001)


def test_too_many_rows_are_named_and_none_is_dropped() -> None:
    pairs = [(f"desired_layouts-{number}-{name}", str(number)) for number in range(21) for name in ("uid", "layout")]
    form = SheetForm.from_pairs(pairs)
    assert not form.validate()
    assert form.blocking_errors() == {"desired_layouts": ["意向户型最多 20 行，现在有 21 行。请删去多余的行。"]}
    assert len(form.to_pairs()) == 42


# --- what is wrong


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"realty_unit_code": "123"}, "realty_unit_code"),
        ({"tenure_type": "unit_managed", "uscc": "91350100M000100Y44"}, "uscc"),
        ({"persons__0__uid": "a", "persons__0__id_type": "resident", "persons__0__id_no": "379900198001010021"},
         "persons-0-id_no"),
        ({"persons__0__uid": "a", "persons__0__id_type": "passport", "persons__0__id_no": "!!"}, "persons-0-id_no"),
        ({"persons__0__uid": "a", "persons__0__phone": "12345"}, "persons-0-phone"),
        ({"certificates__0__uid": "a", "certificates__0__cert_type": "realty", "certificates__0__cert_no": "鲁第1号"},
         "certificates-0-cert_no"),
    ],
)  # fmt: skip
def test_a_number_that_fails_its_check_is_named_but_does_not_block_a_draft(answers: dict[str, str], field: str) -> None:
    form = filled(**answers)
    assert list(form.faults()) == [field]
    assert all(sentence.endswith("。") for sentence in form.faults()[field])
    assert form.blocking_errors() == {}
    assert form.to_sheet()


def test_a_text_that_is_no_date_blocks_saving_and_is_kept_as_typed() -> None:
    form = filled(certificates__0__uid="c", certificates__0__cert_date="去年")
    assert list(form.blocking_errors()) == ["certificates-0-cert_date"]
    assert ("certificates-0-cert_date", "去年") in form.to_pairs()


# --- skip rules


@pytest.mark.parametrize(
    ("field", "answers", "is_shown"),
    [
        ("rent_yuan_month", {"lease_status": "rented"}, True),
        ("rent_yuan_month", {"lease_status": "public_tenancy"}, True),
        ("rent_yuan_month", {"lease_status": "owner_lives"}, False),
        ("rent_yuan_month", {}, False),
        ("lease_end", {"lease_status": "rented"}, True),
        ("mortgage_detail", {"mortgage": "yes"}, True),
        ("mortgage_detail", {"mortgage": "unknown"}, False),
        ("seizure_detail", {"seizure": "yes"}, True),
        ("residence_right_detail", {"residence_right": "yes"}, True),
        ("objection_detail", {"objection": "no"}, False),
        ("lessor", {"tenure_type": "public_managed"}, True),
        ("lessor", {"tenure_type": "commercial", "lease_status": "public_tenancy"}, True),
        ("lessor", {"tenure_type": "commercial", "lease_status": "rented"}, False),
        ("uscc", {"tenure_type": "unit_managed"}, True),
        ("uscc", {"tenure_type": "commercial", "property_class": "50"}, True),
        ("uscc", {"tenure_type": "commercial", "property_class": "30"}, False),
        ("will_reason", {"renewal_will": "disagree"}, True),
        ("will_reason", {"renewal_will": "agree"}, False),
        ("resettle_place", {"comp_mode": "swap"}, True),
        ("resettle_place", {"comp_mode": "money"}, False),
        ("persons-0-heir_note", {"persons-0-roles": "owner", "persons-0-deceased": "yes"}, True),
        ("persons-0-heir_note", {"persons-0-roles": "owner", "persons-0-deceased": "no"}, False),
        ("persons-0-agent_for", {"persons-0-roles": "agent"}, True),
        ("persons-0-agent_for", {"persons-0-roles": "owner"}, False),
        ("persons-0-share_num", {"persons-0-roles": "owner", "coown_type": "2"}, True),
        ("persons-0-share_num", {"persons-0-roles": "owner", "coown_type": "0"}, False),
        ("persons-0-share_num", {"persons-0-roles": "tenant", "coown_type": "2"}, False),
        ("persons-0-current_addr", {"persons-0-lives_here": "no"}, True),
        ("persons-0-proof_note", {"persons-0-special_tags": "low_income"}, True),
        ("persons-0-proof_note", {}, False),
        ("parts-0-area_unreg_m2", {"parts-0-legality": "pending"}, True),
        ("parts-0-area_unreg_m2", {"parts-0-legality": "registered"}, False),
    ],
)
def test_a_question_is_asked_only_when_another_answer_calls_for_it(
    field: str, answers: dict[str, str], is_shown: bool
) -> None:
    form = SheetForm.from_pairs([("persons-0-uid", "a"), ("parts-0-uid", "p"), *answers.items()])
    found = next(question for question in form.answers() if question.name == field)
    assert is_asked(found) is is_shown


def test_an_answer_to_a_question_that_is_ruled_out_is_dropped_from_the_sheet_but_not_from_the_draft() -> None:
    form = filled(lease_status="owner_lives", rent_yuan_month="很多")
    assert form.errors == {}
    assert form.to_pairs() == [("lease_status", "owner_lives")]
    assert ("rent_yuan_month", "很多") in form.to_pairs(unasked=True)


def test_an_answer_of_the_roster_stays_while_nobody_has_ruled_it_out() -> None:
    answers = [("persons-0-uid", "a"), ("persons-0-share_num", "1"), ("persons-0-share_den", "2")]
    assert SheetForm.from_pairs(answers).to_pairs() == answers
    ruled_out = SheetForm.from_pairs([("coown_type", "0"), *answers])
    assert to_pairs(ruled_out.to_sheet()) == [("coown_type", "0")]


def test_skip_rules_are_told_to_the_page() -> None:
    form = SheetForm()
    assert form.lessor.flags.show_if == "tenure_type=public_managed|unit_managed,lease_status=public_tenancy"
    assert form.blank_row("persons").share_num.flags.show_if == "roles=owner;coown_type=2"


# --- progress


def test_progress_counts_the_questions_that_are_asked_and_not_optional() -> None:
    location = SECTIONS[0]
    assert (filled().progress(location).answered, filled().progress(location).asked) == (0, 3)
    half = filled(address="颐园小区", floor_no="3", parcel_no="1").progress(location)
    assert (half.answered, half.asked, half.is_complete) == (2, 3, False)
    title = SECTIONS[1]
    assert filled(lease_status="rented").progress(title).asked == filled().progress(title).asked + 1


def test_a_list_that_should_have_a_row_counts_as_one_open_question() -> None:
    people = next(section for section in SECTIONS if section.name == "people")
    assert filled().progress(people).asked == 1
    assert filled(persons__0__uid="a", persons__0__full_name="张三").progress(people).answered == 1


# --- what a page does not show


def test_hidden_questions_are_not_in_the_form_nor_in_its_blank_rows() -> None:
    hidden = frozenset({"expected_price_yuan", "special_tags", "proof_note"})
    form = SheetForm.from_pairs(
        [("expected_price_yuan", "9000"), ("persons-0-uid", "a"), ("persons-0-special_tags", "mental"),
         ("persons-0-full_name", "张三")], hidden_fields=hidden
    )  # fmt: skip
    assert "expected_price_yuan" not in form
    assert "special_tags" not in form.persons[0].form
    assert "special_tags" not in form.blank_row("persons").form
    assert form.validate()
    assert form.to_pairs() == [("persons-0-uid", "a"), ("persons-0-full_name", "张三")]


def test_a_question_whose_condition_the_reader_may_not_see_is_asked() -> None:
    form = SheetForm.from_pairs([("persons-0-uid", "a")], hidden_fields=frozenset({"special_tags"}))
    assert is_asked(form.persons[0].form.proof_note)


BASE = [
    ("expected_price_yuan", "9000.00"),
    ("persons-0-uid", "a"), ("persons-0-full_name", "张三"), ("persons-0-id_type", "resident"),
    ("persons-0-id_no", "379900198001010022"), ("persons-0-phone", "12012345678"),
    ("persons-0-special_tags", "low_income"),
    ("persons-1-uid", "b"), ("persons-1-full_name", "李四"), ("persons-1-phone", "12087654321"),
    ("persons-1-special_tags", "mental"),
]  # fmt: skip


def test_what_was_not_shown_and_numbers_left_empty_stay() -> None:
    sent = [("persons-1-uid", "b"), ("persons-1-full_name", "李四四"), ("persons-2-uid", "a"),
            ("persons-2-full_name", "张三"), ("persons-2-id_type", "resident")]  # fmt: skip
    kept = from_pairs(keep_unshown(sent, BASE, hidden={"expected_price_yuan", "special_tags"}))
    assert [person.uid for person in kept.persons] == ["b", "a"]
    second, first = kept.persons
    assert (first.id_no, first.phone) == ("379900198001010022", "12012345678")
    assert (second.full_name, second.phone) == ("李四四", "12087654321")
    assert second.special_tags == (codes.SpecialTag.MENTAL,)
    assert kept.expected_price_yuan == Decimal("9000.00")


def test_a_number_that_was_typed_replaces_and_one_that_was_cleared_goes() -> None:
    sent = [("persons-0-uid", "a"), ("persons-0-full_name", "张三"), ("persons-0-phone", "12000000000"),
            ("persons-1-uid", "b"), ("persons-1-full_name", "李四")]  # fmt: skip
    kept = from_pairs(keep_unshown(sent, BASE, cleared={"persons[b].phone"}))
    assert [person.phone for person in kept.persons] == ["12000000000", ""]


def test_a_row_that_was_removed_goes_with_its_hidden_answers() -> None:
    sent = [("persons-0-uid", "a"), ("persons-0-full_name", "张三")]
    kept = from_pairs(keep_unshown(sent, BASE, hidden={"special_tags"}))
    assert [person.uid for person in kept.persons] == ["a"]


def test_an_answer_to_a_hidden_question_that_is_sent_all_the_same_is_not_taken() -> None:
    kept = from_pairs(keep_unshown([("expected_price_yuan", "1")], BASE, hidden={"expected_price_yuan"}))
    assert kept.expected_price_yuan == Decimal("9000.00")


def test_the_page_is_filled_without_numbers_in_clear() -> None:
    shown = without_masked(BASE)
    assert not any(name.endswith(tuple(MASKED_FIELDS)) for name, _text in shown)
    assert ("persons-1-full_name", "李四") in shown


# --- words for comparisons


def test_fields_and_answers_are_named_in_words_and_numbers_masked() -> None:
    titles = row_titles(BASE)
    assert key_label("persons[a].phone", titles) == "人口 · 张三 · 电话"
    assert key_label("persons[x].phone", titles) == "人口 · 未命名 · 电话"
    assert key_label("tenure_type") == "产权性质"
    assert key_label("reasons[w].text") == "情况说明"
    assert thing_of_field("parts") == "部位"
    assert word_of("tenure_type", ["commercial"]) == "商品房"
    assert word_of("persons[a].special_tags", ["low_income", "mental"]) == "低保、精神障碍"
    assert word_of("only_home", ["yes"]) == "是"
    assert word_of("persons[a].ethnicity", ["01"]) == "汉族"
    assert word_of("persons[a].phone", ["12012345678"]) == "120****5678"
    assert word_of("persons[a].id_no", ["379900198001010022"]) == "379900********0022"
    assert word_of("persons[a].id_no", ["379900198001010022"], clear=True) == "379900198001010022"
    assert word_of("parts[p].area_meas_m2", ["85.20"]) == "85.20 ㎡"
    assert word_of("expected_price_yuan", ["9000.00"]) == "9000.00 元/㎡"
    assert word_of("address", []) == ""
    assert word_of("unheard_of", ["x", "y"]) == "x、y"


def test_typed_values_come_out_typed() -> None:
    sheet = filled(lease_status="rented", lease_end="2027年1月5日", rent_yuan_month="1,500").to_sheet()
    assert (sheet.lease_end, sheet.rent_yuan_month) == (date(2027, 1, 5), Decimal("1500.00"))
