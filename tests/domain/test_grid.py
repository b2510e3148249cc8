"""The 楼盘表's layout."""

from __future__ import annotations

from survey.domain.grid import DoorAt, Grid, Place, lay_out


def door(text: str, floor: int | None = 0, home: str | None = None) -> DoorAt:
    unit, room = text.split("-", 1)
    return DoorAt(text, unit, int(room[:-2]) if floor == 0 else floor, room, home or text)


def drawn(grid: Grid) -> list[list[str]]:
    """Each floor as texts: the room numbers of a cell, "." for a gap."""
    return [
        [
            "+".join(each.room_no for each in place.doors) if place else "."
            for place in floor.places
        ]
        for floor in grid.floors
    ]  # fmt: skip


def test_floors_stand_from_above_to_below_and_doors_under_each_other() -> None:
    grid = lay_out([door("1-101"), door("1-102"), door("1-201"), door("1-1002"), door("2-101")])
    assert [floor.number for floor in grid.floors] == [10, 2, 1]
    assert [(unit.unit_no, unit.headings) for unit in grid.units] == [("1", ("01", "02")), ("2", ("01",))]
    assert drawn(grid) == [[".", "1002", "."], ["201", ".", "."], ["101", "102", "101"]]


def test_stairwells_stand_in_natural_order() -> None:
    assert [unit.unit_no for unit in lay_out([door("10-101"), door("2-101"), door("东-101")]).units] == [
        "2",
        "10",
        "东",
    ]


def test_two_flats_knocked_into_one_are_one_cell() -> None:
    grid = lay_out([door("1-301", home="a"), door("1-302", home="a"), door("1-303")])
    [floor] = grid.floors
    assert floor.places[0] == Place((door("1-301", home="a"), door("1-302", home="a")), 0, 2, 1)
    assert drawn(grid) == [["301+302", "303"]]


def test_a_duplex_reaches_over_two_floors() -> None:
    grid = lay_out([door("1-501", home="a"), door("1-601", home="a"), door("1-502"), door("1-602")])
    assert drawn(grid) == [["501+601", "602"], ["502"]]
    top = grid.floors[0].places[0]
    assert top is not None
    assert (top.colspan, top.rowspan) == (1, 2)


def test_doors_of_one_household_that_do_not_touch_keep_their_cells() -> None:
    grid = lay_out([door("1-301", home="a"), door("1-302"), door("1-303", home="a"), door("2-301", home="a")])
    assert drawn(grid) == [["301", "302", "303", "301"]]


def test_a_door_whose_number_tells_no_floor_takes_a_free_place_of_its_floor() -> None:
    grid = lay_out([door("1-601"), door("1-602"), door("1-701"), door("1-阁楼", 7), door("1-车库", None)])
    assert [floor.number for floor in grid.floors] == [7, 6, None]
    assert drawn(grid) == [["701", "阁楼"], ["601", "602"], ["车库", "."]]


def test_a_full_floor_gets_a_column_without_a_heading() -> None:
    grid = lay_out([door("1-101"), door("1-门卫", 1)])
    assert grid.units[0].headings == ("01", "")
    assert drawn(grid) == [["101", "门卫"]]


def test_a_basement_stands_below() -> None:
    grid = lay_out([door("1-101"), DoorAt("b", "1", -1, "-101"), DoorAt("c", "1", -1, "B102")])
    assert drawn(grid) == [["101", "."], ["-101", "B102"]]


def test_a_building_without_doors_is_an_empty_grid() -> None:
    assert lay_out([]) == Grid((), ())
