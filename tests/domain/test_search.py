"""What is typed into the search box is read without guessing; what is kept is found by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain import search
from survey.domain.search import ClueKind, parse

K = ClueKind


def read(text: str) -> list[set[tuple[str, object]]]:
    """Each token as the set of its readings."""
    return [{(clue.kind.value, clue.value or clue.door) for clue in token.clues} for token in parse(text).tokens]


def read_last(number: str) -> list[set[tuple[str, object]]]:
    door = ("door", ("", "", number.lstrip("0")))
    return [{("id_last", number), ("phone_last", number), ("cert_no", number), door}]


DOOR = ("door", ("3", "2", "501"))


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("张伟", [{("name", "张伟")}]),
        ("張偉", [{("name", "张伟")}]),
        ("欧阳·艾力", [{("name", "欧阳·艾力")}]),
        ("䶮", [{("name", "䶮")}]),
        ("张，李、王；赵", [{("name", "张")}, {("name", "李")}, {("name", "王")}, {("name", "赵")}]),
        ("ZW", [{("initials", "zw"), ("pinyin", "zw"), ("name", "zw")}]),
        ("张伟3-2-501", [{("name", "张伟")}, {DOOR}]),
        ("张伟3号楼2单元501室", [{("name", "张伟")}, {DOOR}]),
        ("３号楼２单元５０１", [{DOOR}]),
        ("3 栋 2 单元", [{("door", ("3", "", ""))}, {("door", ("", "2", ""))}]),
        ("3号楼 0893", [{("door", ("3", "", ""))}, *read_last("0893")]),
        ("三号楼二单元501", [{DOOR}]),
        ("3#2－501", [{DOOR}]),
        ("3幢501", [{("door", ("3", "", "501"))}]),
        ("3号楼", [{("door", ("3", "", ""))}]),
        ("2单元501", [{("door", ("", "2", "501"))}]),
        ("501室", [{("door", ("", "", "501"))}]),
        ("3-501", [{("door", ("3", "", "501")), ("door", ("", "3", "501"))}]),
        ("3-2", [{("door", ("3", "2", ""))}]),
        ("3#123-501", [{("door", ("3", "", ""))}, {("door", ("123", "", "501"))}]),
        ("12", [{("door", ("12", "", "")), ("door", ("", "", "12"))}]),
        ("-101", [{("door", ("", "", "-101"))}]),
        ("1234", [{("id_last", "1234"), ("phone_last", "1234"), ("cert_no", "1234"), ("door", ("", "", "1234"))}]),
        ("123x", [{("id_last", "123X"), ("door", ("", "", "123X"))}]),
        ("37990019810411449x", [{("id_no", "37990019810411449X")}]),
        ("379900 19810411 449X", [{("id_no", "37990019810411449X")}]),
        ("379900810411449", [{("id_no", "37990019810411449X")}]),
        ("张明37990019810411449X", [{("name", "张明")}, {("id_no", "37990019810411449X")}]),
        ("91350100M000100Y43", [{("id_no", "91350100M000100Y43")}]),
        ("E12345678", [{("id_no", "E12345678")}]),
        ("12032481435", [{("phone", "12032481435")}]),
        ("120-3248-1435", [{("phone", "12032481435")}]),
        ("+86 120 3248 1435", [{("phone", "12032481435")}]),
        ("05468301234", [{("phone", "05468301234")}]),
        ("0546-8301234", [{("phone", "05468301234")}]),
        ("0028950", [{("cert_no", "0028950")}]),
        ("28950", [{("cert_no", "28950"), ("door", ("", "", "28950"))}]),
        ("鲁(2018)东营市不动产权第0028950号", [{("cert_no", "鲁（2018）东营市不动产权第0028950号")}]),
        ("yy-003020001", [{("dossier", "YY-003020001")}]),
        ("003020001", [{("dossier", "003020001"), ("cert_no", "003020001")}]),
        ("张伟 张伟", [{("name", "张伟")}]),
        ("张座楼", [{("name", "张座楼")}]),
    ],
)
def test_a_text_is_read(text: str, tokens: list[set[tuple[str, object]]]) -> None:
    assert read(text) == tokens


@pytest.mark.parametrize(
    ("text", "ignored"), [("a", ("a",)), ("·", ("·",)), ("", ()), (" ,， ", ()), ("!?", ()), ("-", ())]
)
def test_what_is_too_short_is_ignored_and_said_so(text: str, ignored: tuple[str, ...]) -> None:
    query = parse(text)
    assert (query.tokens, query.ignored) == ((), ignored)


def test_only_a_whole_id_number_is_worth_a_note() -> None:
    assert parse("张明 37990019810411449X").has_id_no
    assert not parse("张明 449X 12032481435").has_id_no


@pytest.mark.parametrize(
    ("name", "cover"),
    [
        ("张", ("张",)),
        ("张小明", ("张小明",)),
        ("欧阳·伟明", ("欧阳伟", "阳伟明")),
        ("zhangwei", ("zha", "ngw", "wei")),
        ("zhangx", ("zha", "ngx")),
    ],
)
def test_a_search_asks_for_few_pieces_that_hold_the_whole_name(name: str, cover: tuple[str, ...]) -> None:
    assert search.name_cover(name) == cover
    assert {f"n:{piece}" for piece in cover} <= search.name_terms(name)


@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        (search.name_terms("张小明"), {"n:张", "n:小", "n:明", "n:张小", "n:小明", "n:张小明"}),
        (search.name_terms(""), set()),
        (search.pinyin_terms(("zhang", "xiao", "ming")), {"p:zx", "p:zxm", "y:zhangxiaoming"}),
        (search.pinyin_terms(("zhang",)), {"y:zhang"}),
        (search.pinyin_terms(("zhang", "𬭚")), set()),
        (search.pinyin_terms(()), set()),
        (search.cert_terms("东房权证西城字第410893号"),
         {"c:0893", "c:10893", "c:410893", "c:东房权证西城字第410893号"}),
        (search.cert_terms("无"), set()),
        (search.cert_terms("第12号"), {"c:第12号"}),
        ({search.id_last_term("37990019810411449x"), search.id_last_term("12345")}, {"i:449X", None}),
        ({search.phone_last_term("120 3248 1435"), search.phone_last_term("110")}, {"t:1435", None}),
        ({search.room_term("501"), search.room_term("501", "2")}, {"d:501", "d:2-501"}),
        (search.door_terms("3-2-501"), {"d:501", "d:2-501"}),
        (search.door_terms("3-501"), {"d:501"}),
        (search.door_terms("3-2--101"), {"d:-101", "d:2--101"}),
        (search.door_terms("501"), {"d:501"}),
    ],
)  # fmt: skip
def test_terms_under_which_a_home_is_kept(terms: set[str], wanted: set[str]) -> None:
    assert terms == wanted


@given(st.text(max_size=150))
def test_any_text_is_read_without_an_error(text: str) -> None:
    query = parse(text)
    assert all(token.clues for token in query.tokens)
    assert len(set(query.tokens)) == len(query.tokens)


@given(st.lists(st.sampled_from(["张伟", "3号楼", "zw", "0893", "䶮", "3-2-501"]), unique=True))
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    assert set(parse(" ".join(words)).tokens) == set(parse(" ".join(reversed(words))).tokens)
