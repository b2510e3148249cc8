"""All buildings in one picture: every door a cell, in the class that answers a chosen question; read only.

Classes are filters of the register, so that a class in the legend leads to its households; together they hold every
household once. Which cell a door has is decided by `survey.domain.grid`, as for the 楼盘表 of one building.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from survey.domain.coownership import HouseholdChoice
from survey.domain.grid import DoorAt, lay_out
from survey.domain.message import N_
from survey.models import Building, Door, Household, Project, User, db
from survey.services.register import Reading, SinceVisit, condition
from survey.services.scope import building_scope, household_scope

FREE = -1
"""The class of a door without a household."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One class: its word, the pattern by which it is drawn, and the filters that choose its households."""

    label: str
    mark: int
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    label: str
    kinds: tuple[Kind, ...]


SOLID, RISING, EMPTY, CROSSED, DOTTED, FALLING = range(6)
"""Patterns of the picture: empty is not begun, crossed wants attention."""
CHOICES = {
    HouseholdChoice.AGREE: SOLID, HouseholdChoice.CONDITIONAL: RISING, HouseholdChoice.INCOMPLETE: DOTTED,
    HouseholdChoice.ABSTAIN: FALLING, HouseholdChoice.DISAGREE: CROSSED, HouseholdChoice.NONE: EMPTY,
}  # fmt: skip
SINCE = {
    SinceVisit.DAYS_3: FALLING, SinceVisit.DAYS_7: RISING, SinceVisit.DAYS_14: DOTTED, SinceVisit.LONGER: CROSSED,
    SinceVisit.NEVER: EMPTY,
}  # fmt: skip

QUESTIONS: dict[str, Question] = {
    "status": Question(N_("调查状态"), (
        Kind(N_("已完成"), SOLID, {"surveyed": "yes"}), Kind(N_("进行中"), RISING, {"state": "in_progress"}),
        Kind(N_("被退回"), CROSSED, {"returned": "yes"}), Kind(N_("未入户"), EMPTY, {"state": "unvisited"}),
    )),
    "consent": Question(
        N_("本轮表态"), tuple(Kind(choice.label, mark, {"choice": choice.value}) for choice, mark in CHOICES.items())
    ),
    "briefing": Question(N_("政策宣讲"), (
        Kind(N_("已按现行版本宣讲"), SOLID, {"briefed": "yes"}),
        Kind(N_("听的是旧版本"), CROSSED, {"briefed": "no", "told": "yes"}), Kind(N_("没有听过"), EMPTY, {"told": "no"}),
    )),
    "dispute": Question(N_("争议与诉求"), (
        Kind(N_("权属有争议"), CROSSED, {"disputed": "yes"}),
        Kind(N_("诉求未办结"), DOTTED, {"disputed": "no", "open_request": "yes"}),
        Kind(N_("有冲突待核对"), RISING, {"disputed": "no", "open_request": "no", "conflict": "yes"}),
        Kind(N_("都没有"), EMPTY, {"disputed": "no", "open_request": "no", "conflict": "no"}),
    )),
    # Nobody has to go again where the survey is done: what is long ago there is no reproach.
    "visit": Question(N_("最近一次入户"), (
        Kind(N_("调查已完成"), SOLID, {"surveyed": "yes"}),
        *(Kind(since.label, mark, {"surveyed": "no", "since_visit": since.value}) for since, mark in SINCE.items()),
    )),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a class is drawn: columns from the left over all stairwells, rows from the top."""

    kind: int
    column: int
    row: int
    columns: int
    rows: int


@dataclass(frozen=True, slots=True)
class Block:
    """One building: its cells, how wide and high it is in cells, and how many households are in each class."""

    id: UUID
    no: str
    cells: tuple[Cell, ...]
    columns: int
    rows: int
    counts: tuple[int, ...]


def count_blocks(actor: User, project: Project) -> int:
    """How many buildings the person may see."""
    return db.session.scalar(select(func.count()).select_from(Building).where(building_scope(actor, project.id))) or 0


def list_blocks(
    actor: User, project: Project, reading: Reading, question: Question, *, first: int = 0, size: int = 60
) -> list[Block]:
    """Some of the buildings that the person may see, in their order, from number `first` on."""
    found = select(Building.id, Building.no).where(building_scope(actor, project.id))
    buildings = db.session.execute(found.order_by(Building.sort, Building.id).limit(size).offset(first)).all()
    ids = [building_id for building_id, _no in buildings]
    scope = household_scope(actor, project.id)
    kind = _kind(question, reading)
    counts = _counts(question, kind, scope, ids)
    doors = _doors(kind, scope, ids)
    return [_block(building_id, no, doors[building_id], counts[building_id]) for building_id, no in buildings]


def count_kinds(actor: User, project: Project, reading: Reading, question: Question) -> list[int]:
    """How many of all households that the person may see are in each class."""
    kind = _kind(question, reading)
    query = select(kind, func.count()).select_from(Household).where(household_scope(actor, project.id)).group_by(kind)
    found = dict(db.session.execute(query).all())
    return [found.get(number, 0) for number in range(len(question.kinds))]


def _kind(question: Question, reading: Reading) -> ColumnElement[int]:
    """The number of a household's class; the classes leave nobody out."""
    kinds = [
        (and_(*(condition(name, value, reading) for name, value in each.filters.items())), number)
        for number, each in enumerate(question.kinds)
    ]
    return case(*kinds)


def _counts(
    question: Question, kind: ColumnElement[int], scope: ColumnElement[bool], ids: Sequence[UUID]
) -> dict[UUID, tuple[int, ...]]:
    counts = {each: [0] * len(question.kinds) for each in ids}
    query = (
        select(Household.building_id, kind, func.count())
        .where(scope, Household.building_id.in_(ids))
        .group_by(Household.building_id, kind)
    )
    for building_id, number, count in db.session.execute(query):
        counts[building_id][number] = count
    return {building_id: tuple(numbers) for building_id, numbers in counts.items()}


def _doors(
    kind: ColumnElement[int], scope: ColumnElement[bool], ids: Sequence[UUID]
) -> dict[UUID, list[tuple[DoorAt, int]]]:
    """Building -> its doors with their classes. A door behind which stands a household out of sight is left out."""
    doors: defaultdict[UUID, list[tuple[DoorAt, int]]] = defaultdict(list)
    query = (
        select(Door.building_id, Door.id, Door.unit_no, Door.floor_no, Door.room_no, Household.id, kind)
        .outerjoin(Household, and_(Household.id == Door.household_id, Household.removed_at.is_(None)))
        .where(Door.building_id.in_(ids), or_(Household.id.is_(None), scope))
        .order_by(Door.sort, Door.id)
    )
    for building_id, key, unit, floor, room, home, number in db.session.execute(query):
        doors[building_id].append((DoorAt(key, unit, floor, room, home), FREE if home is None else number))
    return doors


def _block(building_id: UUID, no: str, doors: Sequence[tuple[DoorAt, int]], counts: tuple[int, ...]) -> Block:
    grid = lay_out(door for door, _number in doors)
    kind_of = {door.key: number for door, number in doors}
    cells = tuple(
        Cell(kind_of[place.doors[0].key], place.column, row, place.colspan, place.rowspan)
        for row, floor in enumerate(grid.floors)
        for place in floor.places
        if place is not None
    )
    return Block(building_id, no, cells, sum(len(unit.headings) for unit in grid.units), len(grid.floors), counts)
