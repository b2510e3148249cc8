"""Terms of the law counted in days and months, and which days are days off.

The holidays of a year are announced by the State Council each autumn, with working days that make up for them; both
are given in, never guessed. Only the days that the law itself names by the solar calendar are known here.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from survey.domain.errors import DomainError

ONE_DAY = timedelta(days=1)
SATURDAY = 5
FIXED = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
FIXED_SINCE = 2025
"""全国年节及纪念日放假办法 (国务院令第795号, in force 2025-01-01) art 2: 元旦, 劳动节 (two days), 国庆节 (three). 春节, 清明, 端午 and
中秋 move with the moon and the sun: they stand in the yearly notice.
"""
LONGEST = 15
"""Days of one range that is given in: no holiday is longer, a wrong month is."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beyond the weekends, and weekend days that are worked (调休)."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    working_days: frozenset[date] = field(default_factory=frozenset)

    def knows(self, day: date) -> bool:
        """Whether the holidays of the day's year were given in."""
        return any(each.year == day.year for each in self.holidays)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on the day.

        Rule: 全国年节及纪念日放假办法 and the State Council's yearly notice: a make-up day counts before the weekend.
        """
        if day in self.working_days:
            return True
        is_fixed = day.year >= FIXED_SINCE and (day.month, day.day) in FIXED
        return day.weekday() < SATURDAY and day not in self.holidays and not is_fixed

    def on_or_after(self, day: date) -> date:
        """The first working day from the day on.

        Rule: 民法典 art 203: a term whose last day is a statutory day off ends on the day after it.
        """
        while not self.is_working_day(day):
            day += ONE_DAY
        return day


NO_HOLIDAYS = WorkCalendar()


def last_day(begins_on: date, days: int, calendar: WorkCalendar = NO_HOLIDAYS) -> date:
    """The last day of a term of so many days that begins with an event on `begins_on`.

    Rule: 民法典 art 201: the day of the beginning is not counted; art 203: if the last day is a day off, the next
    working day is the last.
    """
    return calendar.on_or_after(begins_on + timedelta(days=days))


def last_day_of_months(begins_on: date, months: int, calendar: WorkCalendar = NO_HOLIDAYS) -> date:
    """The last day of a term of so many months (a year is 12).

    Rule: 民法典 art 202: the corresponding day of the last month, or its last day where there is none; art 203 too.
    """
    year, month = divmod(begins_on.year * 12 + begins_on.month - 1 + months, 12)
    day = min(begins_on.day, monthrange(year, month + 1)[1])
    return calendar.on_or_after(date(year, month + 1, day))


def days_left(today: date, until: date) -> int:
    """Days that remain of a term: 0 on its last day, negative when it has run out.

    Rule: 民法典 art 203: the last day ends at midnight, so it still counts.
    """
    return (until - today).days


_DAY = "([0-9]{4})[-./年]([0-9]{1,2})[-./月]([0-9]{1,2})日?"
_RANGE = re.compile(rf"{_DAY}(?: *(?:\.{{2,3}}|至|到|~|—+|-+) *{_DAY})?")


def read_days(text: str) -> frozenset[date]:
    """The days of a text with one day or range a line: `2026-10-01..2026-10-07`.

    Rule: the State Council's yearly notice names days off and days worked; they are given in as announced.
    Raises DomainError: calendar.day_form, calendar.range_order, calendar.range_long.
    """
    lines = (unicodedata.normalize("NFKC", line).strip() for line in re.split(r"[\n,，;；、]", text))
    return frozenset(day for line in lines if line for day in _read_line(line))


def _read_line(line: str) -> Iterator[date]:
    found = _RANGE.fullmatch(line)
    if found is None:
        raise DomainError("calendar.day_form", text=line[:40])
    try:
        first, last = (date(*map(int, found.groups()[at : at + 3])) if found[at + 1] else None for at in (0, 3))
    except ValueError:
        raise DomainError("calendar.day_form", text=line[:40]) from None
    assert first is not None
    last = last or first
    if last < first:
        raise DomainError("calendar.range_order", text=line[:40])
    if (last - first).days >= LONGEST:
        raise DomainError("calendar.range_long", text=line[:40], most=LONGEST)
    yield from (first + timedelta(days=number) for number in range((last - first).days + 1))


def write_days(days: Collection[date]) -> str:
    """The days as `read_days` reads them, one range a line. Rule: (house) neighbouring days are one range."""
    ranges: list[tuple[date, date]] = []
    for day in sorted(days):
        if ranges and day - ranges[-1][1] == ONE_DAY:
            ranges[-1] = ranges[-1][0], day
        else:
            ranges.append((day, day))
    return "\n".join(f"{first}" if first == last else f"{first}..{last}" for first, last in ranges)


def check_working_days(working_days: Collection[date], holidays: Collection[date]) -> None:
    """Refuse days that make up for nothing.

    Rule: the State Council's yearly notice: only days of a weekend are worked for a holiday (调休).
    Raises DomainError: calendar.no_weekend, calendar.both.
    """
    for day in sorted(working_days):
        if day in holidays:
            raise DomainError("calendar.both", day=day)
        if day.weekday() < SATURDAY:
            raise DomainError("calendar.no_weekend", day=day)
