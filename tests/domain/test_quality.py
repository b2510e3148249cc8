"""Which rooms a regular stairwell lacks."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from survey.domain.quality import missing_rooms


def stairwell(floors: range, places: range = range(1, 3), without: str = "") -> list[str]:
    return [room for floor in floors for place in places if (room := f"{floor}{place:02d}") not in without.split()]


@pytest.mark.parametrize(
    ("rooms", "missing"),
    [
        (stairwell(range(1, 7)), ()),
        (stairwell(range(1, 7), without="402"), ("402",)),
        (stairwell(range(1, 7), without="401 402"), ("401", "402")),
        (stairwell(range(1, 7), without="402 302 201"), ()),
        (stairwell(range(1, 3), without="102"), ()),
        (stairwell(range(9, 13), range(1, 5), without="1002"), ("1002",)),
        ([*stairwell(range(1, 7), without="502"), "地下室", "A1", "阁楼"], ("502",)),
        ([*stairwell(range(2, 7)), "101", "103", "105"], ()),
        ([], ()),
    ],
    ids=["whole", "one room", "one floor", "too many to be regular", "two floors", "four digits", "words aside", "shops below", "none"],
)  # fmt: skip
def test_a_regular_stairwell_names_what_it_lacks(rooms: list[str], missing: tuple[str, ...]) -> None:
    assert missing_rooms(rooms) == missing


@given(st.integers(4, 12), st.integers(2, 4), st.data())
def test_a_single_gap_inside_a_regular_stairwell_is_always_found(floors: int, places: int, data: st.DataObject) -> None:
    rooms = stairwell(range(1, floors + 1), range(1, places + 1))
    gone = data.draw(st.sampled_from(rooms))
    assume(len(rooms) >= 5)
    assert missing_rooms(room for room in rooms if room != gone) == (gone,)
