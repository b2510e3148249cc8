"""Terms of the law counted in days and months, and which days are days off.

The holidays of a year are announced by the State Council each autumn, with working days that make up for them; both
are given in, never guessed.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Days off beyond the weekends, and weekend days that are worked (调休)."""

    holidays: frozenset[date] = field(default_factory=frozenset)
    working_days: frozenset[date] = field(default_factory=frozenset)

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on the day.

        Rule: 全国年节及纪念日放假办法 and the State Council's yearly notice: a make-up day counts before the weekend.
        """
        if day in self.working_days:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

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
