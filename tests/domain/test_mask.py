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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系电话12012345678，证件379900195209270030", "联系电话120****5678，证件379900********0030"),
        ("证件 379900 19520927 0030。", "证件 379900********0030。"),
        ("379900-19520927-003x", "379900********003X"),
        ("3799 0019 5209 2700 3Ｘ", "379900********003X"),
        ("３７９９００１９５２０９２７００３０", "379900********0030"),
        pytest.param("379900520927003号", "379900******003号", id="15 digits"),
        ("379900 520927 003", "379900******003"),
        pytest.param("37990019520927003", "3*************003", id="one digit forgotten is still somebody's number"),
        pytest.param("卡号6222021234567890123", "卡号6***************123", id="an account"),
        ("120 1234 5678，120-1234-5678，120 123 45678", "120****5678，120****5678，120****5678"),
        ("+86 120-1234-5678、8612012345678", "+86 120****5678、86120****5678"),
        ("１２０１２３４５６７８", "120****5678"),
        ("1 2 0 1 2 3 4 5 6 7 8", "120****5678"),
        ("12012345678/12012345679", "120****5678/120****5679"),
        ("0546-1234567，（0546）12345678，010 1234 5678", "0546-***4567，0546-****5678，010-****5678"),
        pytest.param("2026-06-01 12012345678 379900195209270030", "2026-06-01 120****5678 379900********0030",
                     id="beside a day"),
        pytest.param("001030013 12012345678", "001030013 120****5678", id="beside a dossier's number"),
    ],
)  # fmt: skip
def test_numbers_in_a_text_are_masked(text: str, shown: str) -> None:
    assert mask.mask_numbers(text) == shown
    assert mask.mask_numbers(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        "", "要一楼", "鲁（2019）东营市不动产权第0000906号", "东营市房权证东营区字第12345678901号",
        "441903012003GB00001F00020063", "441903 012003 GB00001 F00020063", "证载85.20㎡，实测120.55 181.00 1998.05",
        "2026-06-01 至 2026-06-30", "1998-05-01 101室", "2026-06-01 2026-06-30 101", "2026-06-01 08:30:00",
        "DEMO-001030013 DEMO-001030014", "颐园调〔2026〕6号", "1201 1202 101", "1201 202 1203", "1-2-101 1-2-102 1-3-101",
        "91350100M000100Y43", "YY-20261122-093015-7F3A", "12000元 34000元", "1 2 3 4 5 6 7 8 9 10 11",
        "快递单号 EA123456789CN",
    ],
)  # fmt: skip
def test_what_is_neither_an_id_number_nor_a_phone_stays_as_it_is(text: str) -> None:
    assert mask.mask_numbers(text) == text


def test_the_names_that_are_known_are_masked_in_a_text() -> None:
    text = "张小明去世，继承人张小、李四等；张小明之子"
    assert mask.mask_names(text, ["张小", "张小明", "李四", "等", ""]) == "张*明去世，继承人张*、李*等；张*明之子"
    assert mask.mask_names("A&amp;B", ["A&B"], lambda name: name.replace("&", "&amp;")) == "A**"
