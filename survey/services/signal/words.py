"""Signals in what owners said: words that changed soon after a visit, and surveyors whose households all say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, case, func, select, union
from sqlalchemy.orm import aliased

from survey.domain.codes import Choice
from survey.domain.coownership import HouseholdChoice
from survey.domain.matter import Matter
from survey.domain.rate import Rate
from survey.domain.settings import ProjectSettings
from survey.domain.signal import SignalKind, Spell, is_flip, is_odd_rate, visit_before
from survey.domain.visit import WORK_DONE
from survey.models import Consent, Household, Project, Standing, Visit, db
from survey.services.project import settings_of
from survey.services.register import find_round_id
from survey.services.signal.visits import clock, read_visits, select_visits

SPOKEN = frozenset(
    {HouseholdChoice.AGREE, HouseholdChoice.CONDITIONAL, HouseholdChoice.DISAGREE, HouseholdChoice.ABSTAIN}
)
"""What a household says when it has said something."""


def find_flip(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Words of owners that were withdrawn or changed during a visit or soon after it."""
    before = aliased(Consent)
    taken_back = (
        select(
            Consent.id, Consent.household_id, Consent.person_id, Consent.round_id, Consent.given_at,
            Consent.recorded_by_id, before.choice,
        )
        .join(before, before.id == Consent.withdraws_id)
        .join(Household, Household.id == Consent.household_id)
        .where(Consent.project_id == project.id, Consent.withdraws_id.is_not(None), Household.removed_at.is_(None))
    )  # fmt: skip
    changes = db.session.execute(taken_back).all()
    homes = taken_back.with_only_columns(Consent.household_id)
    visits: dict[UUID, list[Spell]] = defaultdict(list)
    for spell, row in read_visits(select_visits(project, Visit.household_id.in_(homes))) if changes else ():
        visits[row.household_id].append(spell)
    words: dict[tuple[UUID, UUID], list[tuple[datetime, Choice]]] = defaultdict(list)
    said = select(Consent.round_id, Consent.person_id, Consent.given_at, Consent.choice).where(
        Consent.project_id == project.id, Consent.choice.is_not(None), Consent.household_id.in_(homes)
    )
    for round_id, person_id, given_at, choice in db.session.execute(said) if changes else ():
        assert choice is not None
        words[round_id, person_id].append((given_at, choice))
    for change in changes:
        later = [word for word in words[change.round_id, change.person_id] if word[0] >= change.given_at]
        after = min(later, key=lambda word: word[0])[1] if later else None
        visit = visit_before(change.given_at, visits[change.household_id], settings.flip_hours)
        if visit is None or not is_flip(change.choice, after):
            continue
        yield Matter(
            kind=SignalKind.FLIP, key=str(change.id), code="signal.flip" if after else "signal.withdrawn",
            params={"visit": clock(visit.started_at), "given": clock(change.given_at), "before": change.choice,
                    "after": after or ""},
            households=(change.household_id,), staff=tuple(dict.fromkeys((*visit.staff, change.recorded_by_id))),
            first_at=visit.started_at, last_at=change.given_at, facts=(str(change.id), str(after)),
        )  # fmt: skip


def read_rates(project: Project) -> tuple[UUID | None, Rate, dict[UUID, Rate]]:
    """The round that is compared, the rate of consent of all households that have spoken in it, and each surveyor's.

    A household counts for everybody who worked on its survey at a visit.
    """
    round_id = find_round_id(project.id)
    if round_id is None:
        return None, Rate(0, 0), {}
    spoken = and_(Standing.round_id == round_id, Standing.choice.in_(sorted(SPOKEN)), Household.removed_at.is_(None))
    agreed = func.coalesce(func.sum(case((Standing.choice == HouseholdChoice.AGREE.value, 1), else_=0)), 0)
    part, whole = db.session.execute(
        select(agreed, func.count())
        .select_from(Standing)
        .join(Household, Household.id == Standing.household_id)
        .where(spoken)
    ).one()
    worked = union(
        *(
            select(each.label("who"), Visit.household_id.label("household_id"))
            .where(Visit.project_id == project.id, Visit.result.in_(sorted(WORK_DONE)))
            for each in (Visit.surveyor_1_id, Visit.surveyor_2_id)
        )
    ).subquery()  # fmt: skip
    rows = db.session.execute(
        select(worked.c.who, agreed, func.count())
        .join(Standing, Standing.household_id == worked.c.household_id)
        .join(Household, Household.id == Standing.household_id)
        .where(spoken)
        .group_by(worked.c.who)
    )
    return round_id, Rate(int(part), whole), {who: Rate(int(each), of) for who, each, of in rows}


def find_rate(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Surveyors whose households consent far more or far less often than all the others."""
    round_id, every, rates = read_rates(project)
    least = settings.rate_households
    for who, own in rates.items():
        others = every.without(own)
        if not is_odd_rate(own, others, least):
            continue
        assert own.share is not None and others.share is not None
        is_high = own.share > others.share
        yield Matter(
            kind=SignalKind.RATE, key=f"{round_id}:{who}", code="signal.rate_high" if is_high else "signal.rate_low",
            params={"part": own.part, "whole": own.whole, "share": _percent(own), "others": _percent(others)},
            # The households grow each day: it comes back once there are `least` more, or when it turns.
            staff=(who,), facts=(str(round_id), str(is_high), str(own.whole // least)),
        )  # fmt: skip


def _percent(rate: Rate) -> str:
    tenths = rate.part * 1000 // rate.whole
    return f"{tenths // 10}.{tenths % 10}%"


def count_compared(project: Project) -> int:
    """How many surveyors have spoken households enough to be compared."""
    _round, every, rates = read_rates(project)
    least = settings_of(project).rate_households
    return sum(min(own.whole, every.without(own).whole) >= least for own in rates.values())
