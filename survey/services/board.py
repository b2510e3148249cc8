"""The board (进度): where the survey stands, by building, by team and by day.

Every figure is counted by a condition of `survey.services.register`, the same that the list behind it uses, and sees
only what the person may see. Nothing here is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, and_, case, cast, func, select

from survey.domain.coownership import HouseholdChoice
from survey.models import Building, Household, Project, Round, Standing, Team, User, Visit, db
from survey.services.register import CHINA, Reading, condition
from survey.services.scope import household_scope

FIGURES: dict[str, tuple[str, str]] = {
    "surveyed": ("surveyed", "yes"),
    "met": ("met", "yes"),
    "refused": ("refused", "yes"),
    "briefed": ("briefed", "yes"),
    "agreed": ("choice", HouseholdChoice.AGREE.value),
    "returned": ("returned", "yes"),
}
"""Figure of the board -> the filter that chooses its households."""


@dataclass(frozen=True, slots=True)
class Count:
    """Figures of some households. Areas in square metres, those with which households count in the current round."""

    households: int = 0
    surveyed: int = 0
    met: int = 0
    refused: int = 0
    briefed: int = 0
    agreed: int = 0
    returned: int = 0
    area_m2: Decimal = Decimal(0)
    agreed_area_m2: Decimal = Decimal(0)

    def __add__(self, other: Count) -> Count:
        return Count(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Count)))


NOTHING = Count()


@dataclass(frozen=True, slots=True)
class BuildingFigures:
    building: Building
    team: Team | None
    count: Count


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day: visits made, households met at them, dossiers submitted for the first time."""

    day: date
    visits: int
    met: int
    submitted: int
    submitted_so_far: int


@dataclass(frozen=True, slots=True)
class Board:
    """The board of a project as one person sees it."""

    total: Count
    buildings: tuple[BuildingFigures, ...]
    teams: tuple[tuple[Team | None, Count], ...]
    days: tuple[Day, ...]
    round: Round | None


def make_board(actor: User, project: Project, reading: Reading, days: int = 30) -> Board:
    """The board of this moment. Teams are the sums of their buildings; the total is the sum of all of them."""
    rows = _buildings(actor, reading)
    per_team: dict[UUID | None, tuple[Team | None, Count]] = {}
    for row in rows:
        key = row.team.id if row.team else None
        per_team[key] = (row.team, per_team.get(key, (None, NOTHING))[1] + row.count)
    teams = sorted(per_team.values(), key=lambda pair: (pair[0] is None, pair[0].name if pair[0] else ""))
    return Board(
        total=_sum(row.count for row in rows),
        buildings=rows,
        teams=tuple(teams),
        days=_days(actor, project, reading, days),
        round=db.session.get(Round, reading.round_id) if reading.round_id else None,
    )


def _sum(counts: Iterable[Count]) -> Count:
    return sum(counts, NOTHING)


def _buildings(actor: User, reading: Reading) -> tuple[BuildingFigures, ...]:
    """One pass over the households in scope, grouped by building."""
    figures = [func.sum(case((condition(name, value, reading), 1), else_=0)) for name, value in FIGURES.values()]
    # A household without a standing counts with the area that its standing would have (survey.domain.consent).
    area = func.coalesce(
        cast(Standing.area_m2, BigInteger),
        case((cast(Household.area_cert_m2, BigInteger) > 0, cast(Household.area_cert_m2, BigInteger)),
             else_=cast(Household.area_meas_m2, BigInteger)),
    )  # fmt: skip
    agreed = Standing.choice == HouseholdChoice.AGREE.value
    query = (
        select(Building, Team, func.count(), *figures, func.sum(area), func.sum(case((agreed, area), else_=0)))
        .select_from(Household)
        .join(Building, Building.id == Household.building_id)
        .outerjoin(Team, Team.id == Building.team_id)
        .outerjoin(Standing, and_(Standing.household_id == Household.id, Standing.round_id == reading.round_id))
        .where(household_scope(actor, reading.project_id))
        .group_by(Building.id, Team.id)
        .order_by(Building.sort, Building.id)
    )
    return tuple(
        BuildingFigures(
            building,
            team,
            Count(
                households=households,
                area_m2=_m2(counted[-2]),
                agreed_area_m2=_m2(counted[-1]),
                **{name: int(each) for name, each in zip(FIGURES, counted[:-2], strict=True)},
            ),
        )
        for building, team, households, *counted in db.session.execute(query)
    )


def _m2(hundredths: object) -> Decimal:
    return Decimal(int(hundredths or 0)).scaleb(-2)  # type: ignore[call-overload]


def _days(actor: User, project: Project, reading: Reading, days: int) -> tuple[Day, ...]:
    """The last days up to today, without those before the first visit or submission."""
    scope = household_scope(actor, project.id)
    since = reading.midnight - timedelta(days=days - 1)
    visits: dict[date, list[int]] = {}
    met_at_visit = Visit.result.in_(("done", "partial", "rescheduled", "refused"))
    query = (
        select(Visit.started_at, met_at_visit)
        .join(Household, Household.id == Visit.household_id)
        .where(Visit.project_id == project.id, Visit.started_at >= since, scope)
    )
    for started_at, was_met in db.session.execute(query):
        counted = visits.setdefault(started_at.astimezone(CHINA).date(), [0, 0])
        counted[0] += 1
        counted[1] += bool(was_met)
    submitted: dict[date, int] = {}
    before = 0
    for moment in db.session.scalars(
        select(Household.first_submitted_at).where(scope, Household.first_submitted_at.is_not(None))
    ):
        assert moment is not None
        if moment < since:
            before += 1
        else:
            day = moment.astimezone(CHINA).date()
            submitted[day] = submitted.get(day, 0) + 1
    if not visits and not submitted:
        return ()
    first = min([*visits, *submitted])
    today = reading.midnight.date()
    out, so_far = [], before
    for offset in range((today - first).days + 1):
        day = first + timedelta(days=offset)
        so_far += submitted.get(day, 0)
        made, met = visits.get(day, (0, 0))
        out.append(Day(day, made, met, submitted.get(day, 0), so_far))
    return tuple(out)


def share_text(part: int | Decimal, whole: int | Decimal) -> str:
    """A share as text with one decimal, cut, not rounded up: 2/3 is 66.6%, and only all of it is 100.0%. "—" of nothing.

    Why cut: a threshold that is not reached must never look reached.
    """
    if not whole:
        return "—"
    thousandths = int(part * 1000 // whole)
    return f"{thousandths // 10}.{thousandths % 10}%"
