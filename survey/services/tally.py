"""Tallies: the board's figures of each stairwell, counted anew in the transaction that changes one of its households.

The board would read every household each time it is looked at. So each stairwell keeps its figures, and its building and
project their sums. They are counted by the conditions of `services.register`, the same that choose the lists, when
`services.feed` has numbered what changed: last in the transaction, in the order of commits. What depends on the version
in force or on the current round is kept for each version and round, what depends on the day for each day: publishing,
opening a round and midnight change no tally. Figures that depend on the hour are not here; they are counted from indexes.

A stairwell is counted as a whole, so that a tally heals with the next change; it is also what surveyors are given, so
that everybody's board is a sum of tallies. `check` tells every difference, `recount` writes all of a project anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    select,
    union_all,
)

from survey.domain.codes import MET
from survey.domain.coownership import HouseholdChoice
from survey.models import Building, Household, Review, Standing, Tally, Visit, db
from survey.models.bulk import upserting
from survey.models.clock import china_day
from survey.services import register
from survey.services.serial import take_serial

SERIES = "change"
"""The project's counter of changes: who holds it counts alone."""
FLAGS = ("households", "area", *register.TALLIED)
CHUNK = 500
"""Buildings or keys at a time: a statement has room for some ten thousand values."""
Stairwell = tuple[UUID, str]
Some = TypeVar("Some")


def _chunks(everything: Sequence[Some]) -> Iterator[Sequence[Some]]:
    return (everything[start : start + CHUNK] for start in range(0, len(everything), CHUNK))


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted of some households. Keys are texts (ids in hex, days in ISO form), areas hundredths of square metres.

    flags   each of FLAGS: how many households it chooses, or their area; what is nothing is left out
    told    version of the leading policy -> households that were told it, and no later one
    rounds  round -> choice -> [households, their area in that round, the same area by their rows];
            of the silent only by how much their area of a closed round is another now
    days    day -> [visits, visits at which somebody was met, households that are surveyed and were first submitted then]
    people  surveyor -> [visits, households visited, households whose first visit was theirs, of these met at it,
            households returned that they had submitted]
    """

    flags: dict[str, Any] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)
    rounds: dict[str, Any] = field(default_factory=dict)
    days: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)

    def __add__(self, other: Figures) -> Figures:
        return self._with(other, 1)

    def __sub__(self, other: Figures) -> Figures:
        return self._with(other, -1)

    def _with(self, other: Figures, sign: int) -> Figures:
        return Figures(*(_sum(getattr(self, each.name), getattr(other, each.name), sign) for each in fields(Figures)))

    def kept(self) -> dict[str, Any]:
        """As the table's columns keep them."""
        return {
            "figures": {"flags": self.flags, "told": self.told, "rounds": self.rounds},
            "course": {"days": self.days, "people": self.people},
        }


def _sum(one: Any, other: Any, sign: int) -> Any:
    """Number by number, through dictionaries and lists. What became nothing is left out."""
    if isinstance(other, dict):
        out = dict(one or {})
        for key, more in other.items():
            if number := _sum(out.get(key), more, sign):
                out[key] = number
            else:
                out.pop(key, None)
        return out
    if isinstance(other, list):
        numbers = [a + sign * b for a, b in zip(one or [0] * len(other), other, strict=True)]
        return numbers if any(numbers) else None
    return (one or 0) + sign * other


# --- counting -----------------------------------------------------------------------------------------------------

PLACE = (Household.building_id, Household.unit_no)
FEW = 4
"""So many stairwells are counted one by one: a statement without lists of values costs half."""


def _these(many: bool) -> ColumnElement[bool]:
    """The households of the stairwells of `_given`. The statements below are made once: making one costs as running it."""
    building_id, unit_no = PLACE
    if many:
        place = and_(
            building_id.in_(bindparam("building", expanding=True)), unit_no.in_(bindparam("unit", expanding=True))
        )
    else:
        place = and_(building_id == bindparam("building"), unit_no == bindparam("unit"))
    return and_(place, Household.removed_at.is_(None))


def count(connection: Connection, stairwells: Collection[Stairwell]) -> dict[Stairwell, Figures]:
    """Stairwell -> figures of its households; and of any other with one of these buildings and one of these numbers."""
    found: defaultdict[Stairwell, Figures] = defaultdict(Figures)
    if len(stairwells) > FEW:
        buildings, units = ({each[part] for each in stairwells} for part in (0, 1))
        _count(connection, True, {"building": list(buildings), "unit": list(units)}, found)
    else:
        for building_id, unit_no in stairwells:
            _count(connection, False, {"building": building_id, "unit": unit_no}, found)
    return found


def _count(connection: Connection, many: bool, given: dict[str, Any], found: defaultdict[Stairwell, Figures]) -> None:
    for building_id, unit, *numbers in connection.execute(_flags(many), given):
        flags = zip(FLAGS, numbers, strict=True)
        found[building_id, unit].flags.update((name, int(number)) for name, number in flags if number)
    for building_id, unit, version_id, number in connection.execute(_told(many), given):
        found[building_id, unit].told[version_id.hex] = number
    for building_id, unit, round_id, choice, number, area, by_rows in connection.execute(_choices(many), given):
        said = [int(number), int(area), int(by_rows)]
        if choice == HouseholdChoice.NONE.value:  # written for the silent when a round closes, which changes nothing
            said = [0, said[1] - said[2], 0]
        if any(said):
            found[building_id, unit].rounds.setdefault(round_id.hex, {})[choice] = said
    for building_id, unit, day, made, met in connection.execute(_visits(many), given):
        found[building_id, unit].days[day] = [made, int(met), 0]
    for building_id, unit, day, number in connection.execute(_submissions(many), given):
        found[building_id, unit].days.setdefault(day, [0, 0, 0])[2] = number
    for building_id, unit, user_id, *numbers in connection.execute(_people(many), given):
        found[building_id, unit].people[user_id.hex] = [*(int(number) for number in numbers), 0]
    for building_id, unit, user_id, number in connection.execute(_returned(many), given):
        found[building_id, unit].people.setdefault(user_id.hex, [0, 0, 0, 0, 0])[4] = number


def counted_area() -> ColumnElement[int]:
    """The area with which a household counts, in hundredths: as certified, else as measured (survey.domain.consent)."""
    certified, measured = cast(Household.area_cert_m2, BigInteger), cast(Household.area_meas_m2, BigInteger)
    return case((certified > 0, certified), else_=measured)


@cache
def _flags(many: bool) -> Select[*tuple[Any, ...]]:
    chosen = (register.condition(name, "yes", register.TIMELESS) for name in register.TALLIED)
    sums = (func.sum(case((each, 1), else_=0)) for each in chosen)
    return select(*PLACE, func.count(), func.sum(counted_area()), *sums).where(_these(many)).group_by(*PLACE)


@cache
def _told(many: bool) -> Select[*tuple[Any, ...]]:
    version = Household.briefed_version_id
    return select(*PLACE, version, func.count()).where(_these(many), version.is_not(None)).group_by(*PLACE, version)


@cache
def _choices(many: bool) -> Select[*tuple[Any, ...]]:
    areas = func.sum(cast(Standing.area_m2, BigInteger)), func.sum(counted_area())
    said = (Standing.round_id, Standing.choice)
    of_household = Standing.household_id == Household.id
    return (
        select(*PLACE, *said, func.count(), *areas)
        .join(Standing, of_household)
        .where(_these(many))
        .group_by(*PLACE, *said)
    )


@cache
def _visits(many: bool) -> Select[*tuple[Any, ...]]:
    day, met = china_day(Visit.started_at), func.sum(case((Visit.result.in_(MET), 1), else_=0))
    of_household = Visit.household_id == Household.id
    return select(*PLACE, day, func.count(), met).join(Visit, of_household).where(_these(many)).group_by(*PLACE, day)


@cache
def _submissions(many: bool) -> Select[*tuple[Any, ...]]:
    moment = Household.first_submitted_at
    day = china_day(moment)
    surveyed = register.condition("surveyed", "yes", register.TIMELESS)
    return select(*PLACE, day, func.count()).where(_these(many), surveyed, moment.is_not(None)).group_by(*PLACE, day)


@cache
def _people(many: bool) -> Select[*tuple[Any, ...]]:
    """Both surveyors of a visit count it; the first visit of a household is the earliest, not the first recorded."""
    number = func.row_number().over(partition_by=Visit.household_id, order_by=(Visit.started_at, Visit.id))
    first, met = case((number == 1, 1), else_=0), case((Visit.result.in_(MET), 1), else_=0)
    visits = (
        select(
            *PLACE, Visit.household_id, Visit.surveyor_1_id, Visit.surveyor_2_id, first.label("first"), met.label("met")
        )
        .join(Visit, Visit.household_id == Household.id)
        .where(_these(many))
        .cte("visits")
    )
    rest = (visits.c.building_id, visits.c.unit_no, visits.c.household_id, visits.c.first, visits.c.met)
    named = union_all(
        *(select(user.label("user"), *rest) for user in (visits.c.surveyor_1_id, visits.c.surveyor_2_id))
    ).subquery()
    person = (named.c.building_id, named.c.unit_no, named.c.user)
    return select(
        *person, func.count(), func.count(named.c.household_id.distinct()), func.sum(named.c.first),
        func.sum(named.c.first * named.c.met),
    ).group_by(*person)  # fmt: skip


@cache
def _returned(many: bool) -> Select[*tuple[Any, ...]]:
    returned = (
        select(*PLACE, Household.id.label("household"), register.submitter_of(Review).label("user"))
        .join(Review, Review.household_id == Household.id)
        .where(_these(many), Review.action.in_(register.RETURNS))
        .subquery()
    )
    person = (returned.c.building_id, returned.c.unit_no, returned.c.user)
    number = func.count(returned.c.household.distinct())
    return select(*person, number).where(returned.c.user.is_not(None)).group_by(*person)


# --- keeping ------------------------------------------------------------------------------------------------------


def take_counter(connection: Connection, project_id: UUID) -> int:
    """The next number of the project's changes; the counter is held until the transaction ends."""
    return take_serial(project_id, SERIES, connection=connection)


def keep(connection: Connection, project_id: UUID, stairwells: Collection[Stairwell]) -> None:
    """Count some stairwells of a project and write their tallies, and the difference to those of buildings and project.

    Called by `services.feed` while it holds the project's counter, so that nobody else counts at the same time.
    """
    by_building: dict[UUID, set[Stairwell]] = {}
    for stairwell in sorted(stairwells):
        by_building.setdefault(stairwell[0], set()).add(stairwell)
    for some in _chunks(list(by_building.values())):
        _keep(connection, project_id, set().union(*some))


def _keep(connection: Connection, project_id: UUID, stairwells: set[Stairwell]) -> None:
    found = count(connection, stairwells)
    kept = _read(
        connection, [key_of(project_id), *{key_of(each) for each, _ in stairwells}, *map(stairwell_key, stairwells)]
    )
    rows: dict[str, dict[str, Any]] = {}

    def put(level: str, key: str, building_id: UUID | None, figures: Figures) -> None:
        rows[key] = {"key": key, "project_id": project_id, "building_id": building_id, "level": level, **figures.kept()}

    change = Figures()
    changes: defaultdict[UUID, Figures] = defaultdict(Figures)
    for stairwell in stairwells:
        key, new = stairwell_key(stairwell), found.get(stairwell, Figures())
        difference = new - kept.get(key, Figures())
        put("stairwell", key, stairwell[0], new)
        changes[stairwell[0]] += difference
        change += difference
    for building_id, difference in changes.items():
        key = key_of(building_id)
        put("building", key, building_id, kept.get(key, Figures()) + difference)
    put("project", key_of(project_id), None, kept.get(key_of(project_id), Figures()) + change)
    statement = upserting(connection)(Tally)
    new_values = {"figures": statement.excluded.figures, "course": statement.excluded.course}
    connection.execute(
        statement.on_conflict_do_update(index_elements=[Tally.key], set_=new_values), list(rows.values())
    )


def key_of(id_: UUID) -> str:
    return id_.hex


def stairwell_key(stairwell: Stairwell) -> str:
    return f"{stairwell[0].hex}/{stairwell[1]}"


def list_stairwells(project_id: UUID) -> set[Stairwell]:
    """The stairwells of a project in which a household stands or stood."""
    query = select(Household.building_id, Household.unit_no).where(Household.project_id == project_id).distinct()
    return {(building_id, unit_no) for building_id, unit_no in db.session.execute(query)}


def recount(project_id: UUID) -> int:
    """Write every tally of a project anew; how many stairwells there are.

    What arrives meanwhile waits, as at every count: else it would add its difference to the figures from before.
    """
    connection = db.session.connection()
    take_counter(connection, project_id)
    db.session.execute(delete(Tally).where(Tally.project_id == project_id))
    stairwells = list_stairwells(project_id)
    keep(connection, project_id, stairwells)
    return len(stairwells)


def check(project_id: UUID) -> Iterator[tuple[str, str]]:
    """(place, what) of everything that a kept tally says otherwise than a new count of its households.

    Many statements: while others write, only a transaction that sees one moment finds no difference that is none.
    """
    connection = db.session.connection()
    new: defaultdict[str, Figures] = defaultdict(Figures)
    for some in _chunks(sorted(list_stairwells(project_id))):
        found = count(connection, some)
        for stairwell in some:
            figures = found.get(stairwell, Figures())
            for key in (stairwell_key(stairwell), key_of(stairwell[0]), key_of(project_id)):
                new[key] += figures
    kept = read(project_id, "project") | read(project_id, "building") | read(project_id, "stairwell")
    names = {key_of(id_): no for id_, no in db.session.execute(select(Building.id, Building.no))}
    for key in sorted(new.keys() | kept.keys()):
        old = kept.get(key, Figures())
        for each in fields(Figures):
            if getattr(old, each.name) != getattr(new[key], each.name):
                building, _slash, unit = key.partition("/")
                yield "-".join(filter(None, (names.get(building, ""), unit))), each.name


# --- reading ------------------------------------------------------------------------------------------------------


def read(project_id: UUID, level: str) -> dict[str, Figures]:
    """Key -> kept figures, of all rows of a level."""
    return _figures(db.session.connection(), and_(Tally.project_id == project_id, Tally.level == level))


def read_some(keys: Iterable[str], *, course: bool = True) -> dict[str, Figures]:
    """Key -> kept figures, of the keys that have any. Without `course` those of the days and people are left out."""
    return _read(db.session.connection(), list(keys), course=course)


def _read(connection: Connection, keys: list[str], *, course: bool = True) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for some in _chunks(keys):
        found |= _figures(connection, Tally.key.in_(some), course=course)
    return found


def _figures(connection: Connection, where: ColumnElement[bool], *, course: bool = True) -> dict[str, Figures]:
    columns = (Tally.key, Tally.figures, Tally.course) if course else (Tally.key, Tally.figures)
    return {
        key: Figures(**{name: kept for part in parts for name, kept in part.items()})
        for key, *parts in connection.execute(select(*columns).where(where))
    }
