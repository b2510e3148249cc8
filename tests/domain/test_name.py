"""Names written in different ways are one name, and every name can be found by one or two of its characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.name import SURNAME_READINGS, name_pieces, normal_text, surname_of, surname_reading

names = st.text(alphabet=st.sampled_from("张王李赵䶮㛃𬭚𣸣明红军伟·欧阳曾"), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("张 明", "张明"),
        ("　张明　", "张明"),
        ("ＡＢＣ１２３", "abc123"),
        ("王〇", "王零"),
        ("王○", "王零"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("張偉國", "张伟国"),
        ("葛\U000e0100城", "葛城"),
        ("魏䶮", "魏䶮"),
        ("刘𬭚𣸣", "刘𬭚𣸣"),
        ("", ""),
    ],
)
def test_texts_have_one_form(text: str, normal: str) -> None:
    assert normal_text(text) == normal


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("张明", ("张", "明", "张明")),
        ("张小明", ("张", "小", "明", "张小", "小明")),
        ("魏䶮", ("魏", "䶮", "魏䶮")),
        ("欧阳𬭚", ("欧", "阳", "𬭚", "欧阳", "阳𬭚")),
        ("艾力·买买提", ("艾", "力", "买", "提", "艾力", "力买", "买买", "买提")),
        ("张", ("张",)),
        ("", ()),
    ],
)
def test_pieces_are_single_characters_and_pairs(name: str, pieces: tuple[str, ...]) -> None:
    assert name_pieces(name) == pieces


@pytest.mark.parametrize(
    ("name", "surname", "reading"),
    [
        ("曾志伟", "曾", ("zeng",)),
        ("单田芳", "单", ("shan",)),
        ("解缙", "解", ("xie",)),
        ("仇英", "仇", ("qiu",)),
        ("区大相", "区", ("ou",)),
        ("盖叫天", "盖", ("ge",)),
        ("查良镛", "查", ("zha",)),
        ("尉迟恭", "尉迟", ("yu", "chi")),
        ("单于王", "单于", ("chan", "yu")),
        ("欧阳修", "欧阳", None),
        ("欧阳", "欧", None),
        ("张伟", "张", None),
        ("", "", None),
    ],
)
def test_surnames_are_read_by_their_own_table(name: str, surname: str, reading: tuple[str, ...] | None) -> None:
    assert surname_of(name) == surname
    assert surname_reading(name) == reading


def test_every_character_of_a_surname_has_a_syllable() -> None:
    for surname, reading in SURNAME_READINGS.items():
        assert len(surname) == len(reading)
        assert all(syllable.isascii() and syllable.islower() for syllable in reading)


@given(names)
def test_normalising_twice_changes_nothing(name: str) -> None:
    assert normal_text(normal_text(name)) == normal_text(name)


@given(names, st.integers(0, 5))
def test_every_pair_of_neighbours_is_a_piece(name: str, place: int) -> None:
    letters = normal_text(name).replace("·", "")
    piece = letters[place : place + 2]
    assert not piece or piece in name_pieces(name)


def test_longer_pieces_are_made_when_asked_for() -> None:
    assert name_pieces("张小明", 3) == ("张", "小", "明", "张小", "小明", "张小明")
    assert name_pieces("张", 3) == ("张",)
