"""What is shown by default never gives back what was covered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain import mask


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", ""),
        ("张", "*"),
        ("张明", "张*"),
        ("张小明", "张*明"),
        ("张小小明", "张**明"),
        ("欧阳修", "欧阳*"),
        ("欧阳修远", "欧阳**"),
        ("欧阳", "欧*"),
        ("魏䶮", "魏*"),
        ("余㛃䶮", "余*䶮"),
        ("刘𬭚𣸣", "刘*𣸣"),
        ("张 明", "张*"),
        ("买买提·艾力", "买**·**"),
        ("买买提•艾力", "买**·**"),
        ("John Smith", "J*** S****"),
        ("葛\U000e0100城明", "葛\U000e0100*明"),
        ("东营市某某置业有限公司", "东营市某某置业有限公司"),
    ],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert mask.mask_name(name) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        pytest.param("379900198104114494", "379900********4494", id="GB/T 35273 annex B: 18 digits"),
        pytest.param("37990019810411449x", "379900********449X", id="GB/T 35273 annex B: X"),
        pytest.param("379900810411449", "379900******449", id="15 digits hide the whole birthday"),
        ("E12345678", "E*****678"),
        ("91350100M000100Y43", "9**************Y43"),
        ("12345", "***45"),
        ("12", "**"),
        ("", ""),
    ],
)
def test_id_numbers_are_masked(number: str, shown: str) -> None:
    assert mask.mask_id_no(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("12032481435", "120****1435"),
        ("0546-8301234", "0546-***1234"),
        ("05468301234", "0546***1234"),
        ("010 62345678", "010 ****5678"),
        ("4006001234", "******1234"),
        ("110", "*10"),
        ("", ""),
    ],
)
def test_phones_are_masked(number: str, shown: str) -> None:
    assert mask.mask_phone(number) == shown


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("鲁（2018）东营市不动产权第0028950号", "****8950"),
        ("东房权证西城字第410893号", "****0893"),
        ("字第12号", "****"),
        ("无", "****"),
        ("", ""),
    ],
)
def test_certificate_numbers_keep_their_last_four(number: str, shown: str) -> None:
    assert mask.mask_cert_no(number) == shown


@given(st.from_regex(r"\A[1-6][0-9]{5}(19|20)[0-9]{2}[01][0-9][0-3][0-9][0-9]{3}[0-9X]\Z"))
def test_the_birth_date_is_always_hidden(number: str) -> None:
    shown = mask.mask_id_no(number)
    assert len(shown) == 18
    assert shown[6:14] == "*" * 8


@given(st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=2, max_size=6))
def test_a_masked_name_is_never_the_name(name: str) -> None:
    if not mask.ORGANISATION.match(name):
        assert mask.mask_name(name) != name
        assert "*" in mask.mask_name(name)
