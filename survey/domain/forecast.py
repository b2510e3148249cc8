"""Forecast (预测): when a survey ends if it goes on as it went, and how fast it must go to end in time.

The method is one that can be told in a sentence, and that claims no more than it knows: of the last four weeks every
run of seven days is a speed at which this team, in this season, has really worked; the survey is continued at a slow, a
middle and a fast one of them. A run of seven days holds each day of the week once, so that weekends need no model.
Whole numbers and fractions only; the same days always give the same forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from survey.domain.calendar import NO_HOLIDAYS, WorkCalendar

WEEK = 7
LOOK_BACK = 28
"""Days that are looked at: long enough to see a bad week, short enough to forget how the survey began."""
PACE_DAYS = 14
SLOW, MIDDLE, FAST = Fraction(1, 10), Fraction(1, 2), Fraction(9, 10)
HORIZON = 3650
"""Days. What would take longer than ten years is not told as a date."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When the survey ends at a fast, a middle and a slow week. `late` None: at the slow one it does not end.

    days  how many days were looked at
    """

    early: date
    middle: date | None
    late: date | None
    days: int


def forecast(daily: Sequence[int], remaining: int, today: date) -> Forecast | None:
    """The end of the survey, or None where there is nothing to tell (`silence` says why).

    daily      households done on each day up to yesterday, oldest first, from the first day of the survey on
    remaining  households that are left now

    Rule: (house) nearest-rank tenth, half and nine tenths of all runs of seven days within the last 28.
    """
    seen = list(daily[-LOOK_BACK:])
    runs = sorted(sum(seen[start : start + WEEK]) for start in range(len(seen) - WEEK + 1))
    if not runs or not runs[-1]:
        return None
    slow, middle, fast = (_rank(runs, share) for share in (SLOW, MIDDLE, FAST))
    early = _end(remaining, fast or runs[-1], today)
    if early is None:
        return None
    return Forecast(early, _end(remaining, middle, today), _end(remaining, slow, today), len(seen))


class Silence(StrEnum):
    """Why there is no forecast: under seven days of history, nothing done of late, an end further off than is told."""

    YOUNG = "young"
    PAUSED = "paused"
    FAR = "far"


def silence(daily: Sequence[int], remaining: int, today: date) -> Silence | None:
    """Why `forecast` says nothing of the same days; None when it says something."""
    if forecast(daily, remaining, today) is not None:
        return None
    if len(daily) < WEEK:
        return Silence.YOUNG
    return Silence.FAR if any(daily[-LOOK_BACK:]) else Silence.PAUSED


def _rank(ordered: Sequence[int], share: Fraction) -> int:
    return ordered[max(-(-len(ordered) * share.numerator // share.denominator), 1) - 1]


def _end(remaining: int, a_week: int, today: date) -> date | None:
    if remaining <= 0:
        return today
    days = -(-remaining * WEEK // a_week) if a_week else HORIZON + 1
    return today + timedelta(days=days) if days <= HORIZON else None


def pace(daily: Sequence[int], yesterday: date, calendar: WorkCalendar = NO_HOLIDAYS) -> Fraction | None:
    """Households done per working day in the last 14 days (or fewer, when the survey is younger); None without one.

    What was done on a day off counts for the working days: that is how the need is reckoned too.
    """
    seen = daily[-PACE_DAYS:]
    working = working_days(yesterday - timedelta(days=len(seen) - 1), yesterday, calendar) if seen else 0
    return Fraction(sum(seen), working) if working else None


def needed(remaining: int, today: date, until: date, calendar: WorkCalendar = NO_HOLIDAYS) -> int | None:
    """Households to be done on each working day from today through `until`, rounded up; None when no such day is left."""
    working = working_days(today, until, calendar)
    return -(-max(remaining, 0) // working) if working else None


def working_days(first: date, last: date, calendar: WorkCalendar = NO_HOLIDAYS) -> int:
    """How many working days there are from the first through the last day."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return sum(calendar.is_working_day(day) for day in days)
