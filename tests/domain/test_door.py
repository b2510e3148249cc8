"""A door has one writing, one label and one place in the stairwell."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.door import (
    DoorRef,
    door_label,
    door_sort,
    dossier_no,
    floor_of_room,
    natural_key,
    parse_door,
    short_door,
)
from survey.domain.errors import DomainError


@pytest.mark.parametrize(
    "text",
    [
        "3号楼2单元501室",
        "3-2-501",
        "3#2－501",
        "3栋2单元501",
        "3幢2单元501室",
        "３号楼２单元５０１",
        " 3 号楼 2 单元 501 ",
        "三号楼二单元501",
        "颐园小区3号楼2单元501",
        "3—2—501",
    ],
)
def test_every_writing_of_a_door_is_read_alike(text: str) -> None:
    assert parse_door(text) == DoorRef("3", "2", "501")


def test_a_house_without_units_has_none() -> None:
    assert parse_door("3幢501") == DoorRef("3", "", "501")
    assert parse_door("3幢501").short == "3-501"


@pytest.mark.parametrize("text", ["", "501", "颐园小区", "3-2-501、502", "见备注", "3-2-501-7-9"])
def test_what_is_no_single_door_is_refused(text: str) -> None:
    with pytest.raises(DomainError, match=r"door\.form"):
        parse_door(text)


@pytest.mark.parametrize(
    ("door", "label"),
    [
        (("3", "2", "501"), "3号楼2单元501室"),
        (("3", "", "501"), "3号楼501室"),
        (("3", "东", "501A"), "3号楼东单元501A室"),
        (("3", "2", "阁楼"), "3号楼2单元阁楼"),
        (("3", "2", ""), "3号楼2单元"),
        (("3", "", ""), "3号楼"),
        (("", "", ""), ""),
    ],
)
def test_a_door_is_written_in_full(door: tuple[str, str, str], label: str) -> None:
    assert door_label(*door) == label
    assert DoorRef(*door).label == label


@given(st.integers(1, 199), st.integers(1, 9), st.integers(1, 33), st.integers(1, 20))
def test_label_and_short_form_are_read_back(building: int, unit: int, floor: int, flat: int) -> None:
    door = DoorRef(str(building), str(unit), f"{floor}{flat:02d}")
    assert parse_door(door.label) == parse_door(door.short) == door
    assert floor_of_room(door.room_no) == floor


@pytest.mark.parametrize(
    ("room", "floor"),
    [("501", 5), ("1203", 12), ("0501", 5), ("501A", 5), ("-101", -1), ("B201", -2), ("10101", 101),
     ("12", None), ("001", None), ("阁楼", None), ("", None), ("123456", None)],
)  # fmt: skip
def test_the_room_tells_the_floor_or_nothing(room: str, floor: int | None) -> None:
    assert floor_of_room(room) == floor


@pytest.mark.parametrize(
    ("parts", "number"),
    [
        (("YY2022", "3", "2", 7), "YY2022-003020007"),
        (("YY2022", "12", "", 1), "YY2022-012000001"),
        (("P", "东", "东", 12), "P-00东0东0012"),
    ],
)
def test_a_dossier_number_is_project_building_unit_household(parts: tuple[str, str, str, int], number: str) -> None:
    assert dossier_no(*parts) == number


@pytest.mark.parametrize("serial", [0, 10000])
def test_a_serial_beyond_four_digits_is_refused(serial: int) -> None:
    with pytest.raises(DomainError, match=r"door\.serial"):
        dossier_no("P", "1", "1", serial)


def test_doors_stand_in_stairwell_order() -> None:
    order = [
        ("2", "1", "101"), ("3", "1", "-101"), ("3", "1", "101"), ("3", "1", "102"), ("3", "1", "201"),
        ("3", "1", "1001"), ("3", "1", "阁楼"), ("3", "2", "101"), ("10", "1", "101"), ("10", "10", "101"),
    ]  # fmt: skip
    shuffled = random.Random(7).sample(order, len(order))
    assert sorted(shuffled, key=lambda door: door_sort(*door)) == order
    assert door_sort("3", "1", "阁楼", 6) < door_sort("3", "1", "701")


@given(st.integers(0, 99999), st.integers(0, 99999))
def test_numbers_inside_a_text_sort_as_numbers(one: int, other: int) -> None:
    assert (natural_key(f"{one}号") < natural_key(f"{other}号")) == (one < other)


def test_the_short_form_leaves_out_what_is_missing() -> None:
    assert short_door("3", "", "501") == "3-501"
