"""The board (进度): where the survey stands, by building, team, surveyor and day, and when it will end.

Every figure is a sum of tallies (`survey.services.tally`), counted by a condition of `survey.services.register`: the same
that the list behind it uses. It sees only what the person may see. Nothing here is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, select

from survey.domain import forecast
from survey.domain.access import Role
from survey.domain.check import earliest_visit_day
from survey.domain.consent import missing_to
from survey.domain.coownership import HouseholdChoice
from survey.domain.forecast import Silence
from survey.models import Assignment, Building, Household, Project, Round, Team, User, db
from survey.services import register, tally
from survey.services.project import settings_of
from survey.services.register import Reading, read
from survey.services.round import threshold_of
from survey.services.scope import find_membership, household_scope
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
    people: tuple[PersonFigures, ...]
    days: tuple[Day, ...]
    consents: Consents | None
    course: Course


def make_board(actor: User | None, project: Project, reading: Reading) -> Board:
    """The board of this moment; of nobody's, for work of the house itself, the whole of it.

    It costs the same whether a project has ten buildings or four thousand: those are read by `list_buildings`.
    """
    whole = _whole(actor, project)
    total = count_of(whole, reading)
    days = _days(whole, reading.midnight.date())
    return Board(
        total,
        _people(whole),
        days,
        _consents(total, reading),
        _course(project, total, days, reading),
    )


def count_flags(
    actor: User, project: Project, reading: Reading, filters: Mapping[str, str], names: Iterable[str]
) -> dict[str, int]:
    """Flag -> how many households it would leave beside the filters (`register.count_by`).

    Without filters, what the tallies keep is not counted again: a list is opened without any most of the time.
    """
    kept = dict.fromkeys(tally.FLAGS, 0) | _whole(actor, project).flags if not filters else {}
    counted = register.count_by(actor, reading, filters, [(name, "yes") for name in names if name not in kept])
    return {name: kept[name] if name in kept else counted[name, "yes"] for name in names}


def count_buildings(actor: User, project: Project) -> int:
    """How many buildings `list_buildings` has."""
    return db.session.scalar(select(func.count()).select_from(Building).where(_shown(actor, project))) or 0


def list_buildings(
    actor: User, project: Project, reading: Reading, *, first: int = 0, size: int | None = None
) -> list[BuildingFigures]:
    """The buildings in which the person sees a household, in their order, from number `first` on; together they are the total."""
    names = dict(db.session.execute(select(Team.id, Team.name).where(Team.project_id == project.id)).all())
    query = select(Building.id, Building.no, Building.team_id).where(_shown(actor, project))
    rows = db.session.execute(query.order_by(Building.sort, Building.id).limit(size).offset(first)).all()
    figures = _by_building(_keys(actor, project), {row.id for row in rows})
    return [
        BuildingFigures(id_, no, team_id, names.get(team_id, "") if team_id else "", count_of(figures[id_], reading))
        for id_, no, team_id in rows
    ]


def list_teams(actor: User, project: Project, reading: Reading) -> list[TeamFigures]:
    """The teams, each the sum of its buildings as far as the person sees them; together they are the total."""
    counts: dict[tuple[UUID | None, str], Count] = {}
    for row in list_buildings(actor, project, reading):
        team = (row.team_id, row.team)
        counts[team] = counts.get(team, NOTHING) + row.count
    rows = (TeamFigures(id_, name, count) for (id_, name), count in counts.items())
    return sorted(rows, key=lambda row: (row.id is None, row.id))  # as they were made


def _shown(actor: User, project: Project) -> ColumnElement[bool]:
    home = select(Household.id).where(household_scope(actor, project.id), Household.building_id == Building.id)
    return and_(Building.project_id == project.id, home.correlate(Building).exists())


def _whole(actor: User | None, project: Project) -> Figures:
    """The figures of everything that the person sees."""
    keys = _keys(actor, project)
    return sum(tally.read_some([key_of(project.id)] if keys is None else keys).values(), Figures())


def _by_building(keys: set[str] | None, ids: set[UUID]) -> defaultdict[UUID, Figures]:
    """Building -> its figures, or the sum of those of its stairwells that the person sees."""
    wanted = map(key_of, ids) if keys is None else (key for key in keys if _building_of(key) in ids)
    found: defaultdict[UUID, Figures] = defaultdict(Figures)
    for key, figures in tally.read_some(wanted, course=False).items():
        found[_building_of(key)] += figures
    return found


def _building_of(key: str) -> UUID:
    return UUID(key.partition("/")[0])


def _keys(actor: User | None, project: Project) -> set[str] | None:
    """The tallies of what a person sees, no household twice; None: the project's, which is all of it."""
    member = find_membership(actor, project.id) if actor else None
    if actor is None or (member and member.role not in (Role.SURVEYOR, Role.LEADER)):
        return None
    if member is None:
        return set()
    return _keys_of_member(actor, project, member.team_id if member.role is Role.LEADER else None)


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
    until, calendar = project.survey_until, settings_of(project).calendar
    return Course(
        today,
        done,
        remaining,
        until,
        forecast.needed(remaining, today, until, calendar) if until else None,
        forecast.pace(daily, today - timedelta(days=1), calendar),
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
