"""Buildings: all of them with their progress, and one as a 楼盘表, the way in for everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.door import natural_key
from survey.domain.grid import DoorAt, Grid, Place, lay_out
from survey.domain.household import HouseholdState
from survey.domain.message import N_
from survey.forms.building import CreateBuildingForm, CreateDoorForm
from survey.models import Building
from survey.services import door as doors
from survey.services import register
from survey.services.building import create_building, list_surveyors
from survey.services.grid import DoorRow, Home, list_door_rows, one_a_home
from survey.services.project import list_teams
from survey.web.access import building_of_page, current_user, may, project_of_page, requires
from survey.web.answer import url_with
from survey.web.household.page import page_words

bp = Blueprint("building", __name__)
bp.context_processor(page_words)

ONE_UNIT_FROM = 160
"""A building with so many doors and several stairwells is shown one stairwell at a time."""

CHIPS = ("returned", "unmet", "refused", "rebrief", "appointment", "conflict", "special")
"""Filters beside the states: names of the register's, all of which a cell knows."""

MARKS = (
    ("conflict", "conflict", N_("有冲突待核对")),
    ("refused", "close", N_("拒访")),
    ("unmet", "door", N_("未遇")),
    ("rebrief", "megaphone", N_("需重新宣讲")),
    ("special", "heart", N_("有特殊情况")),
)
"""Filter -> icon and word in the corner of a cell; at most two are shown."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid as the macro draws it. `state` None: a door without a household."""

    url: str | None
    door: str
    unit: str
    state: HouseholdState | None
    column: int
    colspan: int
    rowspan: int
    marks: list[tuple[str, str]]
    dim: bool
    current: bool = False


@bp.get("/project/<project_code>/buildings")
@requires(Permission.BUILDING_SHOW)
def list(project_code: str) -> ResponseReturnValue:
    """All buildings that the person may see, with how far each is."""
    project = project_of_page()
    buildings = register.list_buildings(current_user, project)
    states = {state: sum(each.states[state] for each in buildings) for state in HouseholdState}
    return render_template(
        "building/list.html",
        buildings=buildings,
        states=states,
        households=sum(each.households for each in buildings),
        surveyed=sum(each.surveyed for each in buildings),
        returned=sum(each.returned for each in buildings),
        view=request.args.get("view", "cards"),
    )


@bp.get("/building/<uuid:building_id>")
@requires(Permission.BUILDING_SHOW)
def show(building_id: UUID) -> ResponseReturnValue:
    """One building as a grid of floors by doors, or as a list (`?view=list`)."""
    building = building_of_page()
    reading = register.read(project_of_page())
    rows = list_door_rows(current_user, building, reading)
    homes = [row.home for row in one_a_home(rows) if row.home]
    chosen = register.chosen_filters(
        {name: value for name, value in request.args.items() if name in ("state", *CHIPS)}, may
    )
    units = sorted({row.unit_no for row in rows}, key=natural_key)
    unit = _unit_shown(units, len(rows))
    shown = [row for row in rows if unit is None or row.unit_no == unit]
    view = "list" if request.args.get("view") == "list" else "grid"
    return render_template(
        "building/show.html",
        building=building,
        surveyors=_surveyor_names(building),
        homes=len(homes),
        doors=len(rows),
        free=sum(1 for row in rows if row.home is None),
        beside=register.count_households(current_user, reading, {"building": building.no}) - len(homes),
        progress=_progress(homes),
        chips_items=_chips(homes, chosen),
        chosen=chosen,
        units=units,
        unit_tabs=_unit_tabs(units, unit),
        view=view,
        grid=_grid(building, shown, chosen) if view == "grid" else None,
        marks=_marks(homes),
        floors=_floors(shown, chosen) if view == "list" else [],
        fitting=sum(1 for row in one_a_home(shown) if row.home and fits(row.home, chosen)),
    )


def fits(home: Home, chosen: dict[str, str]) -> bool:
    """Whether a household is chosen by the filters of the page."""
    for name, value in chosen.items():
        if name == "state" and home.state.value != value:
            return False
        if name != "state" and (name in home.marks) != (value == "yes"):
            return False
    return True


def _unit_shown(units: Sequence[str], doors: int) -> str | None:
    """The stairwell that is shown alone; None for the whole building."""
    asked = request.args.get("unit", "")
    if asked in units:
        return asked
    if asked == "all" or len(units) < 2 or doors < ONE_UNIT_FROM:
        return None
    return units[0]


def _unit_tabs(units: Sequence[str], shown: str | None) -> Sequence[dict[str, Any]]:
    whole = {"label": _("全楼"), "url": url_with(unit="all"), "current": shown is None}
    return [
        whole,
        *(
            {"label": unit_word(unit) or _("本楼"), "url": url_with(unit=unit), "current": unit == shown}
            for unit in units
        ),
    ]


def _surveyor_names(building: Building) -> list[tuple[str, str]]:
    """(stairwell or "", names) of the standing assignments."""
    found = list_surveyors(building)
    return [
        (unit or "", "、".join(user.display_name for _unit, user in users))
        for unit, users in groupby(found, key=lambda pair: pair[0])
    ]


def _progress(homes: Sequence[Home]) -> tuple[int, Sequence[tuple[HouseholdState, int]]]:
    counts = dict.fromkeys(HouseholdState, 0)
    for home in homes:
        counts[home.state] += 1
    surveyed = sum(counts[state] for state in register.SURVEYED)
    return surveyed, [(state, count) for state, count in counts.items()]


def _chips(homes: Sequence[Home], chosen: dict[str, str]) -> Sequence[dict[str, Any]]:
    """Filters with their counts; a filter that chooses nobody is left out unless it is chosen."""
    items: list[dict[str, Any]] = [
        {"label": _("全部"), "count": len(homes), "url": url_with(**dict.fromkeys(("state", *CHIPS))),
         "current": not chosen}
    ]  # fmt: skip
    for state in HouseholdState:
        count = sum(1 for home in homes if home.state is state)
        current = chosen.get("state") == state.value
        if count or current:
            wanted = None if current else state.value
            items.append(
                {"label": _(state.label), "count": count, "code": state.value, "current": current,
                 "url": url_with(**{**dict.fromkeys(CHIPS), "state": wanted})}
            )  # fmt: skip
    for name in CHIPS:
        each = register.HOUSEHOLD_FILTERS[name]
        if each.permission is not None and not may(each.permission):
            continue
        count = sum(1 for home in homes if name in home.marks)
        current = chosen.get(name) == "yes"
        if count or current:
            others = dict.fromkeys(("state", *CHIPS))
            items.append(
                {"label": _(each.label), "count": count, "current": current,
                 "url": url_with(**{**others, name: None if current else "yes"})}
            )  # fmt: skip
    return items


# --- the grid and the list


def unit_word(unit_no: str) -> str:
    """2单元; a stairwell that is called by a word (东单元) keeps it; "" where a house has none."""
    return _("%(unit)s单元", unit=unit_no) if unit_no[-1:].isascii() and unit_no else unit_no


def floor_word(number: int | None) -> str:
    if number is None:
        return _("其他")
    return _("%(number)s层", number=number) if number > 0 else _("地下%(number)s层", number=-number)


def _grid(building: Building, rows: Sequence[DoorRow], chosen: dict[str, str]) -> dict[str, Any]:
    by_id = {row.id: row for row in rows}
    grid = lay_out(
        DoorAt(row.id, row.unit_no, row.floor_no, row.room_no, row.home.id if row.home else None) for row in rows
    )
    households = len({row.home.id for row in rows if row.home})
    caption = _(
        "%(building)s号楼：%(units)s 个单元、%(floors)s 层，%(doors)s 个门牌、%(homes)s 户",
        building=building.no, units=len(grid.units), floors=_floor_count(grid), doors=len(rows), homes=households,
    )  # fmt: skip
    return {
        "caption": caption,
        "units": [
            {"name": unit_word(unit.unit_no) or _("本楼"), "doors": [name or _("其他") for name in unit.headings]}
            for unit in grid.units
        ],
        "floors": [
            {
                "label": floor_word(floor.number),
                "cells": [place and _cell(building, place, by_id, chosen) for place in floor.places],
            }
            for floor in grid.floors
        ],
    }


def _floor_count(grid: Grid) -> int:
    return sum(1 for floor in grid.floors if floor.number is not None)


def _cell(building: Building, place: Place, by_id: dict[Any, DoorRow], chosen: dict[str, str]) -> Cell:
    row = by_id[place.doors[0].key]
    home = row.home
    door = "、".join(each.room_no for each in place.doors)
    marks: list[tuple[str, str]] = []
    url: str | None
    if home is not None:
        url = url_for("household.show", household_id=home.id)
        if len(place.doors) == 1 and "、" in home.door_text:
            marks.append(("link", _("打通：%(doors)s", doors=home.door_text)))
        marks += [
            (shape, _(word))
            for name, shape, word in MARKS
            if name in home.marks and (name != "special" or may(Permission.PERSON_TAGS))
        ]
    else:
        url = _create_url(building, row)
    return Cell(
        url=url,
        door=door,
        unit=unit_word(row.unit_no),
        state=home.state if home else None,
        column=place.column,
        colspan=place.colspan,
        rowspan=place.rowspan,
        marks=marks[:2],
        dim=bool(chosen) and not (home is not None and fits(home, chosen)),
    )


def _marks(homes: Sequence[Home]) -> Sequence[tuple[str, str]]:
    """(icon, word) of the marks that occur: the key to the grid's corners."""
    return [
        (shape, _(word))
        for name, shape, word in MARKS
        if any(name in home.marks for home in homes) and (name != "special" or may(Permission.PERSON_TAGS))
    ]


def _create_url(building: Building, row: DoorRow) -> str | None:
    if not may(Permission.HOUSEHOLD_CREATE):
        return None
    return url_for(
        "household.create", building_id=building.id, unit_no=row.unit_no, room_no=row.room_no, floor_no=row.floor_no
    )


@dataclass(frozen=True, slots=True)
class ListFloor:
    """A stairwell's floor in the list: its heading, and each home with its rooms (301、302 where they are joined)."""

    heading: str
    rows: Sequence[tuple[DoorRow, str]]


def _floors(rows: Sequence[DoorRow], chosen: dict[str, str]) -> Sequence[ListFloor]:
    rooms: dict[Any, Any] = {}
    for row in rows:
        rooms.setdefault(row.home.id if row.home else row.id, []).append(row.room_no)
    kept = [
        row
        for row in one_a_home(rows)
        if (row.home is not None and fits(row.home, chosen)) or (row.home is None and not chosen)
    ]
    return [
        ListFloor(
            " ".join(word for word in (unit_word(unit), floor_word(floor)) if word),
            [(row, "、".join(rooms[row.home.id if row.home else row.id])) for row in every],
        )
        for (unit, floor), every in groupby(kept, key=lambda row: (row.unit_no, row.floor_no))
    ]


# --- new buildings and doors


@bp.route("/project/<project_code>/building/create", methods=["GET", "POST"])
@requires(Permission.BUILDING_EDIT)
def create(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    form = CreateBuildingForm()
    teams = {str(team.id): team for team in list_teams(project.id)}
    form.team.offer({key: team.name for key, team in teams.items()})
    if form.validate_on_submit():
        with form.catching():
            building = create_building(
                actor=current_user,
                project=project,
                no=(form.no.data or "").removesuffix("楼").removesuffix("号"),
                address=form.address.data or "",
                total_floors=form.total_floors.data,
                team=teams.get(form.team.data or ""),
            )
            flash(_("已添加%(no)s号楼。接着添加门牌，或导入花名册。", no=building.no), "success")
            return redirect(url_for("building.show", building_id=building.id))
    return render_template("building/create.html", form=form), form.status


@bp.route("/building/<uuid:building_id>/door/create", methods=["GET", "POST"])
@requires(Permission.BUILDING_EDIT)
def create_door(building_id: UUID) -> ResponseReturnValue:
    """A door without a household yet."""
    building = building_of_page()
    form = CreateDoorForm(unit_no=request.args.get("unit_no", ""))
    if form.validate_on_submit():
        with form.catching():
            door = doors.create_door(
                actor=current_user,
                building=building,
                unit_no=form.unit_no.data or "",
                room_no=form.room_no.data or "",
                floor_no=form.floor_no.data,
            )
            flash(_("已添加门牌 %(room)s。", room=door.room_no), "success")
            return redirect(url_for("building.show", building_id=building.id))
    return render_template("building/create_door.html", form=form, building=building), form.status
