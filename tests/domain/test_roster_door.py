"""Building, unit and room out of the ways in which rosters write them."""

from __future__ import annotations

import pytest

from survey.domain.errors import DomainError
from survey.domain.roster.door import building_of, place_of, unit_of


@pytest.mark.parametrize(
    "text",
    ["3-2-501", "3#2－501", "３－２－５０１", "3号楼2单元501室", "3#楼2单元501", "3栋2单元501", "3幢二单元501号", "三号楼2单元501户",
     "3-2-0501", "3楼2单元5楼501", "3号2单元501", "颐园小区3号楼2单元501室", "北一路12号颐园小区3号楼2单元5层501室", "03-02-501"],
)  # fmt: skip
def test_one_door_in_many_writings(text: str) -> None:
    assert place_of(text) == ("3", "2", ("501",))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("3-501", ("3", "", ("501",))),
        ("A座1203", ("A", "", ("1203",))),
        ("三号楼东单元501", ("3", "东", ("501",))),
        ("甲3号楼2单元501", ("甲3", "2", ("501",))),
        ("3-2-501、502", ("3", "2", ("501", "502"))),
        ("3-2-501/502", ("3", "2", ("501", "502"))),
        ("3-2-501-502", ("3", "2", ("501", "502"))),
        ("3-2-501、3-2-502", ("3", "2", ("501", "502"))),
        ("3-2-601阁楼", ("3", "2", ("601阁楼",))),
        ("1-1-储藏室3", ("1", "1", ("储藏室3",))),
    ],
)
def test_other_doors(text: str, place: tuple[str, str, tuple[str, ...]]) -> None:
    assert place_of(text) == place


def test_what_the_text_leaves_out_comes_from_the_columns_or_the_sheet() -> None:
    assert place_of("501", "3", "2") == ("3", "2", ("501",))
    assert place_of("2-501", "3") == ("3", "2", ("501",))
    assert place_of("2单元501", "3") == ("3", "2", ("501",))
    assert place_of("501、502", "3", "2") == ("3", "2", ("501", "502"))
    assert place_of("501-502", "3", "2") == ("3", "2", ("501", "502"))


def test_two_numbers_are_building_and_room_where_the_whole_sheet_says_so() -> None:
    assert place_of("3-501", "3") == ("3", "3", ("501",))
    assert place_of("3-501", "3", "", True) == ("3", "", ("501",))


@pytest.mark.parametrize("text", ["", "abc", "?", "3-2-501、4-2-501", "1-2-3-4-501", "综合楼东侧平房"])
def test_what_is_no_door_or_more_than_one_home_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        place_of(text)
    assert refusal.value.code.startswith("roster.")


def test_another_building_than_that_of_the_sheet_is_refused() -> None:
    with pytest.raises(DomainError, match=r"roster\.address_building"):
        place_of("4#1-101", "3")


@pytest.mark.parametrize(
    ("text", "no"),
    [
        ("3号楼", "3"),
        ("３＃", "3"),
        ("第三栋", "3"),
        ("颐园小区3幢", "3"),
        ("A座", "A"),
        ("03", "3"),
        ("十二号楼", "12"),
        ("二十号楼", "20"),
    ],
)
def test_buildings(text: str, no: str) -> None:
    assert building_of(text) == no


@pytest.mark.parametrize(
    ("text", "no"), [("2单元", "2"), ("二单元", "2"), ("第2单元", "2"), ("2门", "2"), ("东单元", "东"), ("02", "2")]
)
def test_units(text: str, no: str) -> None:
    assert unit_of(text) == no


def test_no_building_and_no_unit_are_refused() -> None:
    with pytest.raises(DomainError, match=r"roster\.building_form"):
        building_of("3-1")
    with pytest.raises(DomainError, match=r"roster\.unit_form"):
        unit_of("2单元5层501室")
