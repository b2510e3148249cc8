"""Signals in the visits: outside the hours, too many in a week, too short, at two doors at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, not_, select, type_coerce
from sqlalchemy.types import NullType

from survey.domain.check import CHINA
from survey.domain.codes import VisitResult
from survey.domain.matter import Matter
from survey.domain.settings import ProjectSettings
from survey.domain.signal import ANSWERED, SignalKind, Spell, crowded, is_outside_hours, is_short, overlaps
from survey.models import Household, Project, Visit, db
from survey.models.clock import second_of_day, seconds_between

CHUNK = 500
WEEK_SECONDS = 7 * 24 * 3600


def select_visits(project: Project, *conditions: ColumnElement[bool]) -> Select[Any]:
    """The visits of the project's standing households under some conditions.

    Few of many are chosen, so they are found first and their households looked up after: a household's row is wide, and
    reading a hundred thousand of them to see that none was removed costs more than the search.
    """
    chosen = select(Visit.id).where(Visit.project_id == project.id, *conditions)
    return (
        select(Visit)
        .join(Household, Household.id == Visit.household_id)
        .where(Visit.id.in_(chosen), Household.removed_at.is_(None))
        .order_by(Visit.started_at, Visit.id)
    )


def read_visits(query: Select[Any]) -> Iterator[tuple[Spell, Any]]:
    """The visits of a query as the rules see them, each with its row."""
    columns = (
        Visit.id, Visit.household_id, Visit.surveyor_1_id, Visit.surveyor_2_id, Visit.started_at, Visit.ended_at,
        Visit.result, Visit.hours_reason, Visit.recorded_by_id,
    )  # fmt: skip
    for row in db.session.execute(query.with_only_columns(*columns)):
        yield Spell(row.id, row.household_id, (row.surveyor_1_id, row.surveyor_2_id), row.started_at, row.ended_at), row


def clock(moment: datetime) -> str:
    return f"{moment.astimezone(CHINA):%m-%d %H:%M}"


def _minutes(spell: Spell) -> int:
    return int((spell.ended_at - spell.started_at).total_seconds()) // 60


def _of_visit(kind: SignalKind, code: str, spell: Spell, *facts: str, **params: object) -> Matter:
    return Matter(
        kind=kind, key=str(spell.id), code=code, params=params, households=(spell.household_id,),
        staff=spell.staff, first_at=spell.started_at, last_at=spell.started_at, facts=(str(spell.id), *facts),
    )  # fmt: skip


def find_hours(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Visits outside the allowed hours, with their written reason or without one."""
    first, last = (each.hour * 3600 + each.minute * 60 for each in (settings.visit_from, settings.visit_until))
    begun, ended = second_of_day(Visit.started_at), second_of_day(Visit.ended_at)
    # Each is worked out once a row; what ends in the last second of the hours is left to the rule.
    near = not_(and_(begun.between(first, last - 1), ended.between(first, last - 1)))
    for spell, row in read_visits(select_visits(project, near)):
        if not is_outside_hours(spell.started_at, spell.ended_at, settings):
            continue
        code = "signal.hours_reason" if row.hours_reason else "signal.hours"
        told = {"start": clock(spell.started_at), "end": f"{spell.ended_at.astimezone(CHINA):%H:%M}",
                "result": row.result, "reason": row.hours_reason}  # fmt: skip
        yield _of_visit(SignalKind.HOURS, code, spell, **told)


def find_often(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Households at which somebody came to the door for more visits within 7 days than the project has set."""
    most = settings.visits_a_week
    answered = Visit.result.in_(sorted(ANSWERED))
    earlier = func.lag(Visit.started_at, most).over(
        partition_by=Visit.household_id, order_by=(Visit.started_at, Visit.id)
    )
    many = (
        select(Visit.household_id)
        .where(Visit.project_id == project.id, answered)
        .group_by(Visit.household_id)
        .having(func.count() > most)
    )
    spans = (
        select(Visit.household_id, seconds_between(earlier, Visit.started_at).label("span"))
        .where(Visit.project_id == project.id, answered, Visit.household_id.in_(many))
        .subquery()
    )
    crowd = select(spans.c.household_id).where(spans.c.span < WEEK_SECONDS)
    by_household: dict[UUID, list[Spell]] = defaultdict(list)
    for spell, row in read_visits(select_visits(project, answered, Visit.household_id.in_(crowd))):
        by_household[row.household_id].append(spell)
    for household_id, visits in by_household.items():
        if not (dense := crowded(visits, most)):
            continue
        staff = tuple(dict.fromkeys(who for each in dense for who in each.staff))
        yield Matter(
            kind=SignalKind.OFTEN, key=str(household_id), code="signal.often", households=(household_id,), staff=staff,
            params={"count": len(dense), "most": most, "first": clock(dense[0].started_at), "last": clock(dense[-1].started_at)},
            first_at=dense[0].started_at, last_at=dense[-1].started_at, facts=tuple(str(each.id) for each in dense),
        )  # fmt: skip


def find_short(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Interviews that are said to be complete and took less time than the project has set."""
    least = settings.shortest_minutes
    near = and_(Visit.result == VisitResult.DONE, seconds_between(Visit.started_at, Visit.ended_at) <= least * 60)
    for spell, _row in read_visits(select_visits(project, near)):
        if is_short(spell.started_at, spell.ended_at, least):
            yield _of_visit(
                SignalKind.SHORT, "signal.short", spell, start=clock(spell.started_at), minutes=_minutes(spell)
            )


def find_overlap(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Two visits at different doors with somebody in both at the same time: the rule, asked of those that may meet another."""
    wanted = sorted(_may_meet(project))
    spells: list[Spell] = []
    for start in range(0, len(wanted), CHUNK):
        few = select_visits(project, Visit.id.in_(wanted[start : start + CHUNK]))
        spells += [spell for spell, _row in read_visits(few)]
    spells.sort(key=lambda spell: (spell.started_at, spell.id))
    for one, two in overlaps(spells):
        ids = sorted((str(one.id), str(two.id)))
        yield Matter(
            kind=SignalKind.OVERLAP, key=":".join(ids), code="signal.overlap",
            params={"one": f"{clock(one.started_at)}–{one.ended_at.astimezone(CHINA):%H:%M}",
                    "two": f"{two.started_at.astimezone(CHINA):%H:%M}–{two.ended_at.astimezone(CHINA):%H:%M}"},
            households=(one.household_id, two.household_id), staff=tuple(x for x in one.staff if x in two.staff),
            first_at=one.started_at, last_at=two.started_at, facts=tuple(ids),
        )  # fmt: skip


def _may_meet(project: Project) -> set[UUID]:
    """The visits that share time with another of the same surveyor, at whichever door: few of many, and none is missed.

    Every visit is read once in the order of an index, as the database keeps it: making ids and times of a hundred thousand
    rows costs several times what reading them does. In the order of their beginnings a visit meets an earlier one of a
    surveyor where it begins before the latest end so far, and a later one where it ends after the next beginning.
    """
    kept = (Visit.id, Visit.surveyor_1_id, Visit.surveyor_2_id, Visit.started_at, Visit.ended_at)
    query = (
        select(*(type_coerce(column, NullType()).label(column.key) for column in kept))
        .where(Visit.project_id == project.id, Visit.ended_at > Visit.started_at)
        .order_by(Visit.started_at)
    )
    last: dict[Any, tuple[Any, Any, Any]] = {}  # surveyor -> the visit before, its end, the latest end so far
    found: set[Any] = set()
    rows: Iterable[Any] = db.session.execute(query)
    for visit, first, second, started, ended in rows:
        for who in (first, second):
            before, end, latest = last.get(who, (None, started, started))
            if end > started:
                found.add(before)
            if latest > started:
                found.add(visit)
            last[who] = (visit, ended, max(ended, latest))
    return {each if isinstance(each, UUID) else UUID(bytes=bytes(each)) for each in found}
