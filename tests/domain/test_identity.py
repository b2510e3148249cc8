"""Resident numbers, credit codes, realty units, certificates and phones, each by its own standard."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain import codes, identity
from survey.domain.errors import DomainError
from survey.domain.message import MESSAGES

MALE, FEMALE = codes.Sex.MALE, codes.Sex.FEMALE

resident_numbers = st.builds(
    lambda region, day, sequence: (
        f"{region:06d}{day:%Y%m%d}{sequence:03d}" + identity.check_digit(f"{region:06d}{day:%Y%m%d}{sequence:03d}")
    ),
    st.integers(110000, 659999),
    st.dates(date(1900, 1, 1), date(2026, 1, 1)),
    st.integers(1, 999),
)


@pytest.mark.parametrize(
    ("text", "number", "born", "sex"),
    [
        pytest.param("11010519491231002X", "11010519491231002X", date(1949, 12, 31), FEMALE, id="GB 11643-1999 vector"),
        pytest.param("11010519491231002x", "11010519491231002X", date(1949, 12, 31), FEMALE, id="lower-case x"),
        pytest.param(" 110105 19491231 002X ", "11010519491231002X", date(1949, 12, 31), FEMALE, id="spaces"),
        pytest.param("'37990019810411449X", "37990019810411449X", date(1981, 4, 11), MALE, id="Excel's text mark"),
        pytest.param("１１０１０５19491231００２Ｘ", "11010519491231002X", date(1949, 12, 31), FEMALE, id="full width"),
        pytest.param("110105\u200b19491231002X", "11010519491231002X", date(1949, 12, 31), FEMALE, id="invisible"),
        pytest.param("379900195804013397", "379900195804013397", date(1958, 4, 1), MALE, id="odd is male"),
        pytest.param("810000199408230021", "810000199408230021", date(1994, 8, 23), FEMALE, id="Hong Kong permit"),
    ],
)
def test_a_resident_number_tells_birth_date_and_sex(text: str, number: str, born: date, sex: codes.Sex) -> None:
    found = identity.check_resident_id(text)
    assert (found.number18, found.birth_date, found.sex, found.upgraded) == (number, born, sex, False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "identity.length", id="empty"),
        pytest.param("1101051949123100", "identity.length", id="16 digits"),
        pytest.param("11010519491231002Y", "identity.characters", id="a letter that is not X"),
        pytest.param("X1010519491231002X", "identity.characters", id="X in front"),
        pytest.param("110105194912310021", "identity.checksum", id="wrong check character"),
        pytest.param("110105194912310000", "identity.excel_lost", id="ends in 000"),
        pytest.param("3.70502E+17", "identity.excel_lost", id="scientific"),
        pytest.param("379900198104110000.0", "identity.excel_lost", id="a float"),
        pytest.param("379900199502301238", "identity.birth_date", id="30 February"),
        pytest.param("379900185001011233", "identity.birth_date", id="born in 1850"),
        pytest.param("110105490231002", "identity.birth_date", id="15 digits with 31 February"),
    ],
)
def test_a_faulty_number_is_refused_with_its_reason(text: str, code: str) -> None:
    folded = identity.normal_id(text)
    if code == "identity.birth_date" and len(folded) == 18:
        text = folded[:17] + identity.check_digit(folded[:17])
    with pytest.raises(DomainError) as refused:
        identity.check_resident_id(text, field="id_no")
    assert refused.value.code == code
    assert refused.value.code in MESSAGES
    assert text == "" or text not in str(refused.value.params), "no number in clear in an error"


def test_a_number_that_really_ends_in_000_is_accepted() -> None:
    for sequence in range(100, 1000, 100):
        first17 = f"37990019800101{sequence}"
        if identity.check_digit(first17) == "0":
            assert identity.check_resident_id(first17 + "0").number18.endswith("000")
            return
    first17 = next(
        f"3799001980{m:02d}0{d}100"
        for m in range(1, 13)
        for d in range(1, 10)
        if identity.check_digit(f"3799001980{m:02d}0{d}100") == "0"
    )
    assert identity.check_resident_id(first17 + "0").number18.endswith("000")


def test_a_birth_date_after_today_is_refused_and_today_itself_is_not() -> None:
    first17 = "37990020260101123"
    number = first17 + identity.check_digit(first17)
    assert identity.check_resident_id(number, today=date(2026, 1, 1)).birth_date == date(2026, 1, 1)
    with pytest.raises(DomainError, match=r"identity\.birth_future"):
        identity.check_resident_id(number, today=date(2025, 12, 31))


def test_a_15_digit_number_becomes_18_and_says_so() -> None:
    found = identity.check_resident_id("110105491231002")
    assert (found.number18, found.upgraded) == ("11010519491231002X", True)
    assert identity.upgrade_15("110105491231002") == "11010519491231002X"


@pytest.mark.parametrize(("text", "code"), [("1101", "identity.length"), ("11010549123100X", "identity.characters")])
def test_only_15_digits_can_be_upgraded(text: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        identity.upgrade_15(text)


@given(resident_numbers, st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: str, place: int, shift: int) -> None:
    if number[place] == "X":
        return
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(DomainError):
        identity.check_resident_id(wrong)


@given(resident_numbers)
def test_every_writing_of_a_number_is_normalised_alike(number: str) -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in number)
    spaced = f" {number[:6]} {number[6:14].lower()} {number[14:].lower()}　"
    assert identity.normal_id(wide) == identity.normal_id(spaced) == identity.normal_id(number) == number
    assert identity.check_resident_id(wide).number18 == number


@given(resident_numbers)
def test_an_old_and_a_new_number_of_one_person_are_the_same(number: str) -> None:
    if number[6:8] == "19":
        assert identity.normal_id(number[:6] + number[8:17]) == number


@pytest.mark.parametrize(
    ("text", "normal"), [("e 1234567８", "E12345678"), ("110105490231002", "110105490231002"), ("", "")]
)
def test_other_numbers_are_folded_and_never_refused(text: str, normal: str) -> None:
    assert identity.normal_id(text) == normal


def test_a_credit_code_is_checked() -> None:
    assert identity.check_uscc(" 91350100m000100y43") == "91350100M000100Y43"
    for text, code in [
        ("91350100M000100Y44", "identity.uscc_checksum"),
        ("91350100M000100Y4", "identity.uscc_form"),
        ("91350100I000100Y43", "identity.uscc_form"),
    ]:
        with pytest.raises(DomainError, match=code):
            identity.check_uscc(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("441903012003GB00001F00020063", id="GB/T 37346-2019 sample"),
        pytest.param("441903 012003 GB00001 F00020063", id="printed groups"),
        pytest.param("441903012003gb00001w00000000", id="land without a building"),
    ],
)
def test_a_realty_unit_code_is_accepted_by_its_structure(text: str) -> None:
    code = identity.check_realty_unit_code(text)
    assert len(code) == 28
    assert [len(group) for group in identity.realty_unit_groups(code).split()] == [6, 6, 7, 9]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "441903012003GB00001F0002006",
        "441903012003KB00001F00020063",
        "441903012003GI00001F00020063",
        "441903012003GB00001A00020063",
        "441903012003GB00001W00020063",
    ],
)
def test_a_realty_unit_code_of_another_structure_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"identity\.realty_unit_code"):
        identity.check_realty_unit_code(text)


@pytest.mark.parametrize(
    ("text", "kind", "normal"),
    [
        ("粤（2019）东莞不动产权第0000906号", codes.CertType.REALTY, "粤（2019）东莞不动产权第0000906号"),
        ("鲁(2018) 东营市不动产权第００28950号", None, "鲁（2018）东营市不动产权第0028950号"),
        ("东房权证西城字第410893号", None, "东房权证西城字第410893号"),
        ("东房权证 西城字第410893号", codes.CertType.HOUSE, "东房权证西城字第410893号"),
    ],
)
def test_certificate_numbers_are_tidied(text: str, kind: codes.CertType | None, normal: str) -> None:
    assert identity.check_cert_no(text, kind) == normal


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("东房权证西城字第410893号", codes.CertType.REALTY),
        ("鲁（2018）东营市不动产权第28950号", None),
        ("（2018）东营市不动产权第0028950号", codes.CertType.REALTY),
    ],
)
def test_a_realty_certificate_of_another_form_is_refused(text: str, kind: codes.CertType | None) -> None:
    with pytest.raises(DomainError, match=r"identity\.cert_no"):
        identity.check_cert_no(text, kind)


@pytest.mark.parametrize(
    ("text", "number", "mobile", "warning"),
    [
        ("13800000000", "13800000000", True, None),
        ("+86 138-0000-0000", "13800000000", True, None),
        ("0086 13800000000", "13800000000", True, None),
        ("8613800000000", "13800000000", True, None),
        ("１２０３２４８１４３５", "12032481435", True, "identity.phone_unusual"),
        ("0546-8301234", "05468301234", False, None),
        ("(0546)8301234", "05468301234", False, None),
        ("0546-8301234转801", "05468301234", False, None),
        ("010 62345678", "01062345678", False, None),
        ("400-6001234", "4006001234", False, None),
    ],
)
def test_phones_are_read(text: str, number: str, mobile: bool, warning: str | None) -> None:
    assert identity.check_phone(text) == identity.Phone(number, mobile, warning)
    assert identity.normal_phone(text) == number
    assert warning is None or warning in MESSAGES


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("8301234", "identity.phone_area"),
        ("1380000000", "identity.phone_form"),
        ("138000000000", "identity.phone_form"),
        ("1380000000a", "identity.phone_form"),
        ("", "identity.phone_form"),
        ("无", "identity.phone_form"),
        ("1.20324E+10", "identity.excel_lost"),
    ],
)
def test_faulty_phones_are_refused(text: str, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        identity.check_phone(text, field="phone")


@pytest.mark.parametrize(
    "text", ["0546-8301234", "12345", "0546-8301234、12345；0546-8305678", "12012345678", "400-6001234"]
)
def test_an_office_may_be_called_at_several_numbers_and_at_a_hotline(text: str) -> None:
    identity.check_office_phone(text)


@pytest.mark.parametrize("text", ["8301234", "0546-8301234、8305678", "123456", "无", "0546-8301234、"])
def test_a_number_of_an_office_that_nobody_could_call_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"identity\.phone"):
        identity.check_office_phone(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (codes.IdType.PASSPORT, "E1234567８"),
        (codes.IdType.HK_MACAO_PASS, "H12345678"),
        (codes.IdType.TAIWAN_PASS, "12345678"),
        (codes.IdType.FOREIGN_RESIDENCE, "CHN110012345678"),
        (codes.IdType.HUKOU, "第 3 号"),
        (codes.IdType.USCC, "91350100M000100Y43"),
        (None, "军字第0001号"),
    ],
)
def test_other_papers_tell_nothing_and_pass_by_their_pattern(kind: codes.IdType | None, text: str) -> None:
    assert identity.check_id_no(kind, text) is None


@pytest.mark.parametrize("kind", [codes.IdType.RESIDENT, codes.IdType.HMT_RESIDENCE, None])
def test_a_resident_number_is_recognised_by_its_paper_or_its_look(kind: codes.IdType | None) -> None:
    found = identity.check_id_no(kind, "11010519491231002x")
    assert found is not None
    assert found.number18 == "11010519491231002X"


def test_a_pass_with_another_pattern_is_refused() -> None:
    with pytest.raises(DomainError, match=r"identity\.paper_form") as refused:
        identity.check_id_no(codes.IdType.HK_MACAO_PASS, "12345", field="id_no")
    assert refused.value.params == {"paper": "港澳居民来往内地通行证"}
