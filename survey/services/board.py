"""The board (进度): where the survey stands, by building, team, surveyor and day, and when it will end.

Every figure is a sum of tallies (`survey.services.tally`), counted by a condition of `survey.services.register`: the same
that the list behind it uses. It sees only what the person may see. Nothing here is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import select

from survey.domain import forecast
from survey.domain.access import Role
from survey.domain.check import earliest_visit_day
from survey.domain.consent import missing_to
from survey.domain.coownership import HouseholdChoice
from survey.domain.forecast import Silence
from survey.models import Assignment, Building, Project, Round, Team, User, db
from survey.services import tally
from survey.services.register import Reading, read
from survey.services.round import threshold_of
from survey.services.scope import find_membership
from survey.services.tally import Figures, key_of, stairwell_key

FIGURES: dict[str, tuple[str, str]] = {
    "surveyed": ("surveyed", "yes"),
    "met": ("met", "yes"),
    "refused": ("refused", "yes"),
    "briefed": ("briefed", "yes"),
    "agreed": ("choice", HouseholdChoice.AGREE.value),
    "returned": ("returned", "yes"),
    "unmet": ("unmet", "yes"),
    "vacant": ("vacant", "yes"),
    "special": ("special", "yes"),
    "disputed": ("disputed", "yes"),
    "unregistered": ("unregistered", "yes"),
    "seized": ("seized", "yes"),
    "mortgaged": ("mortgaged", "yes"),
    "deceased": ("deceased", "yes"),
    "joined": ("joined", "yes"),
    "conflict": ("conflict", "yes"),
    "open_request": ("open_request", "yes"),
}
"""Figure of the board -> the filter that chooses its households."""
SPECIAL = ("special", "disputed", "deceased", "unregistered", "seized", "mortgaged", "joined", "open_request", "conflict",
           "vacant")  # fmt: skip
"""Figures of households that need another treatment than the rest (特殊情况)."""


@dataclass(frozen=True, slots=True)
class Count:
    """Figures of some households. Areas in hundredths of square metres, those that count in the current round."""

    households: int = 0
    surveyed: int = 0
    met: int = 0
    refused: int = 0
    briefed: int = 0
    agreed: int = 0
    returned: int = 0
    unmet: int = 0
    vacant: int = 0
    special: int = 0
    disputed: int = 0
    unregistered: int = 0
    seized: int = 0
    mortgaged: int = 0
    deceased: int = 0
    joined: int = 0
    conflict: int = 0
    open_request: int = 0
    area: int = 0
    agreed_area: int = 0

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, name) + getattr(other, name) for name in NAMES))

    @property
    def area_m2(self) -> Decimal:
        return Decimal(self.area).scaleb(-2)

    @property
    def agreed_area_m2(self) -> Decimal:
        return Decimal(self.agreed_area).scaleb(-2)


NAMES = tuple(field.name for field in fields(Count))
OF_FLAGS = tuple(name for name in NAMES if name not in ("briefed", "agreed", "area", "agreed_area"))
NOTHING = Count()


@dataclass(frozen=True, slots=True)
class BuildingFigures:
    """A building and its count. `team` is the name of its team, "" without one."""

    id: UUID
    no: str
    team_id: UUID | None
    team: str
    count: Count


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """A team (None: the buildings without one) and the sum of its buildings."""

    id: UUID | None
    name: str
    count: Count


@dataclass(frozen=True, slots=True)
class PersonFigures:
    """What one surveyor did. Both surveyors of a visit count it.

    households  visited by them at least once
    first       whose first visit was theirs, and met_first: of these, met at it
    returned    handed in by them and returned at least once
    """

    id: UUID
    name: str
    visits: int
    households: int
    first: int
    met_first: int
    returned: int


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day: visits made, households met at them, dossiers submitted for the first time."""

    day: date
    visits: int
    met: int
    submitted: int
    submitted_so_far: int


@dataclass(frozen=True, slots=True)
class Consents:
    """The round against the threshold that it asks for. What is missing: households, and hundredths of square metres."""

    round: Round
    threshold: Fraction | None
    missing_households: int
    missing_area: int

    @property
    def missing_m2(self) -> Decimal:
        return Decimal(self.missing_area).scaleb(-2)


@dataclass(frozen=True, slots=True)
class Course:
    """How the survey goes on. Paces are households a working day; `until` is the last day that the project sets itself.

    silence  why there is no forecast, where households are left
    """

    today: date
    done: int
    remaining: int
    until: date | None
    needed: int | None
    pace: Fraction | None
    forecast: forecast.Forecast | None
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a project as one person sees it. `days` are all days from the first visit or submission; the last is today."""

    total: Count
    buildings: tuple[BuildingFigures, ...]
    teams: tuple[TeamFigures, ...]
    people: tuple[PersonFigures, ...]
    days: tuple[Day, ...]
    consents: Consents | None
    course: Course


def make_board(actor: User | None, project: Project, reading: Reading) -> Board:
    """The board of this moment; of nobody's, for work of the house itself, the whole of it. Teams are the sums of their buildings; the total is the sum of all of them."""
    by_building, course = _tallies(actor, project)
    buildings = _buildings(project, by_building, reading)
    teams = _teams(buildings)
    total = sum((team.count for team in teams), NOTHING)
    days = _days(course, reading.midnight.date())
    return Board(
        total,
        buildings,
        teams,
        _people(course),
        days,
        _consents(total, reading),
        _course(project, total, days, reading),
    )


def _tallies(actor: User | None, project: Project) -> tuple[dict[UUID, Figures], Figures]:
    """The figures of each building as far as the person sees it, and the days and surveyors of all of it together."""
    member = find_membership(actor, project.id) if actor else None
    if actor and member is None:
        return {}, Figures()
    if actor is None or member is None or member.role not in (Role.SURVEYOR, Role.LEADER):
        kept = tally.read(project.id, "building", course=False)
        whole = tally.read(project.id, "project").get(key_of(project.id), Figures())
        return {UUID(key): figures for key, figures in kept.items()}, whole
    keys = _keys_of_member(actor, project, member.team_id if member.role is Role.LEADER else None)
    by_building: dict[UUID, Figures] = {}
    whole = Figures()
    for key, figures in tally.read_some(keys).items():
        building_id = UUID(key.partition("/")[0])
        by_building[building_id] = by_building.get(building_id, Figures()) + figures
        whole += figures
    return by_building, whole


def _keys_of_member(actor: User, project: Project, team_id: UUID | None) -> set[str]:
    """The tallies that together are what `scope.household_scope` lets a surveyor or leader see: no household twice."""
    query = (
        select(Assignment.building_id, Assignment.unit_no)
        .join(Building, Building.id == Assignment.building_id)
        .where(Building.project_id == project.id, Assignment.user_id == actor.id, Assignment.until.is_(None))
    )
    given = db.session.execute(query).all()
    whole = {building_id for building_id, unit_no in given if unit_no is None}
    if team_id is not None:
        of_team = select(Building.id).where(Building.project_id == project.id, Building.team_id == team_id)
        whole |= set(db.session.scalars(of_team))
    parts = {stairwell_key((building, unit)) for building, unit in given if unit is not None and building not in whole}
    return {key_of(each) for each in whole} | parts


def count_of(figures: Figures, reading: Reading) -> Count:
    """The count that figures are in a reading: its version is in force, its round is the current one."""
    choices = figures.rounds.get(reading.round_id.hex, {}) if reading.round_id else {}
    agreed, agreed_area, _by_rows = choices.get(HouseholdChoice.AGREE.value, (0, 0, 0))
    values = {name: figures.flags.get(name, 0) for name in OF_FLAGS}
    return Count(
        **values,
        briefed=figures.told.get(reading.version.id.hex, 0) if reading.version else 0,
        agreed=agreed,
        # A household without a standing counts with the area that its standing would have (survey.domain.consent).
        area=figures.flags.get("area", 0) + sum(area - by_rows for _number, area, by_rows in choices.values()),
        agreed_area=agreed_area,
    )


def _buildings(project: Project, by_building: dict[UUID, Figures], reading: Reading) -> tuple[BuildingFigures, ...]:
    names = dict(db.session.execute(select(Team.id, Team.name).where(Team.project_id == project.id)).all())
    query = (
        select(Building.id, Building.no, Building.team_id)
        .where(Building.project_id == project.id)
        .order_by(Building.sort, Building.id)
    )
    return tuple(
        BuildingFigures(
            id_, no, team_id, names.get(team_id, "") if team_id else "", count_of(by_building[id_], reading)
        )
        for id_, no, team_id in db.session.execute(query)
        if id_ in by_building and by_building[id_].flags
    )


def _teams(buildings: Iterable[BuildingFigures]) -> tuple[TeamFigures, ...]:
    counts: dict[UUID | None, Count] = {}
    names: dict[UUID | None, str] = {}
    for row in buildings:
        counts[row.team_id] = counts.get(row.team_id, NOTHING) + row.count
        names[row.team_id] = row.team
    rows = (TeamFigures(id_, names[id_], count) for id_, count in counts.items())
    return tuple(sorted(rows, key=lambda row: (row.id is None, row.name)))


def _people(course: Figures) -> tuple[PersonFigures, ...]:
    ids = [UUID(key) for key in course.people]
    query = select(User.id, User.display_name).where(User.id.in_(ids)).order_by(User.display_name, User.id)
    return tuple(PersonFigures(id_, name, *course.people[id_.hex]) for id_, name in db.session.execute(query))


def _days(course: Figures, today: date) -> tuple[Day, ...]:
    """Every day from the first on which something happened until today, quiet ones too.

    What lies outside the days that are believed counts for the nearest of them: one wrong year, or a clock that went
    ahead, neither draws a hundred thousand days nor takes anything out of the sums.
    """
    if not course.days:
        return ()
    earliest = earliest_visit_day(today)
    counts: defaultdict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    for text, numbers in course.days.items():
        day = min(max(date.fromisoformat(text), earliest), today)
        counts[day] = [so_far + more for so_far, more in zip(counts[day], numbers, strict=True)]
    first = min(counts)
    out, so_far = [], 0
    for offset in range((today - first).days + 1):
        day = first + timedelta(days=offset)
        visits, met, submitted = counts.get(day, (0, 0, 0))
        so_far += submitted
        out.append(Day(day, visits, met, submitted, so_far))
    return tuple(out)


def _consents(total: Count, reading: Reading) -> Consents | None:
    round_ = db.session.get(Round, reading.round_id) if reading.round_id else None
    if round_ is None:
        return None
    threshold = threshold_of(round_)
    if threshold is None:
        return Consents(round_, None, 0, 0)
    return Consents(
        round_, threshold, missing_to(total.agreed, total.households, threshold),
        missing_to(total.agreed_area, total.area, threshold),
    )  # fmt: skip


def _course(project: Project, total: Count, days: tuple[Day, ...], reading: Reading) -> Course:
    """What was done up to yesterday says how fast it goes; today is not over."""
    today = reading.midnight.date()
    done = days[-1].submitted_so_far if days else 0
    remaining = total.households - done
    daily = [each.submitted for each in days if each.day < today]
    until = project.survey_until
    return Course(
        today,
        done,
        remaining,
        until,
        forecast.needed(remaining, today, until) if until else None,
        forecast.pace(daily, today - timedelta(days=1)),
        forecast.forecast(daily, remaining, today) if remaining else None,
        forecast.silence(daily, remaining, today) if remaining else None,
    )


def make_boards(actor: User, projects: Iterable[Project]) -> list[tuple[Project, Board]]:
    """The boards of several projects (片区), by subdistrict (街道) and code."""
    ordered = sorted(projects, key=lambda project: (project.subdistrict, project.code))
    return [(project, make_board(actor, project, read(project))) for project in ordered]


def share_text(part: int | Decimal, whole: int | Decimal) -> str:
    """A share as text with one decimal, cut, not rounded up: 2/3 is 66.6%, and only all of it is 100.0%. "—" of nothing.

    Why cut: a threshold that is not reached must never look reached.
    """
    if not whole:
        return "—"
    thousandths = int(part * 1000 // whole)
    return f"{thousandths // 10}.{thousandths % 10}%"
