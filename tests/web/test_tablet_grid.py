"""The tablet lays a stairwell out as the office's 楼盘表 does, doors that were knocked into one included."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from survey.domain.grid import DoorAt, lay_out
from tests.web.test_tablet_forms import run_node

SCRIPT = Path(__file__).parents[2] / "frontend" / "tablet" / "grid.js"
ASK = """
import { layOut } from %s;
import { readFileSync } from "node:fs";
const place = (each) => each && [each.doors.map(({ room }) => room), each.colspan, each.rowspan];
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map((doors) => {
  const { headings, floors } = layOut(doors);
  return [headings, floors.map(({ number, places }) => [number, places.map(place)])];
})));
"""


def some_stairwell(chance: Random) -> list[dict[str, Any]]:
    """Some floors with some doors each, of which some belong together; a garret and a shed now and then."""
    doors: list[dict[str, Any]] = []
    for floor in range(1, chance.randint(2, 5)):
        for number in range(1, chance.randint(2, 5)):
            if chance.random() < 0.9:
                doors.append({"floor": floor, "room": f"{floor}{number:02d}"})
    for room, floor in (("阁楼", 6), ("东户", 2), ("车库", None)):
        if chance.random() < 0.3:
            doors.append({"floor": floor, "room": room})
    for number, door in enumerate(doors):
        door |= {"unit": "1", "household": f"h{chance.randint(0, number)}" if chance.random() < 0.4 else f"h{number}"}
        if chance.random() < 0.1:
            door["household"] = None
    chance.shuffle(doors)
    return doors


def test_a_stairwell_stands_on_the_tablet_as_in_the_office() -> None:
    chance = Random(11)
    asked = [some_stairwell(chance) for _ in range(400)]
    joined = 0
    for doors, script in zip(asked, run_node(ASK, SCRIPT, asked), strict=True):
        grid = lay_out(
            DoorAt(number, door["unit"], door["floor"], door["room"], door["household"])
            for number, door in enumerate(doors)
        )
        floors = [
            [floor.number, [each and [[door.room_no for door in each.doors], each.colspan, each.rowspan] for each in floor.places]]
            for floor in grid.floors
        ]  # fmt: skip
        headings = [*grid.units[0].headings] if grid.units else []
        assert script == [headings, floors], doors
        joined += sum(len(place[0]) > 1 for _number, places in floors for place in places if place)
    assert joined > 50, "doors that were knocked into one are among them"
