"""Progress reports (进度日报、周报): which days one tells of, and when it is due to be made by itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from survey.domain.codes import Code
from survey.domain.message import N_


class ReportKind(Code):
    """报告种类."""

    DAILY = "daily", N_("进度日报")
    WEEKLY = "weekly", N_("进度周报")


def first_day(kind: ReportKind, last: date) -> date:
    """The first day of a report that ends on `last`: the day itself, or the Monday before."""
    return last if kind is ReportKind.DAILY else last - timedelta(days=last.weekday())


def day_due(kind: ReportKind, now: datetime, at: time | None, weekday: int | None) -> date | None:
    """The last day of the newest report of a kind that ought to exist by now; None where none is made by itself.

    now      the office's clock
    at       when the report of a day is made, on that day
    weekday  0 Monday to 6 Sunday, on which the weekly one is made

    A machine that was off at that hour catches up with the newest report only: older days are still in the ledger.
    """
    if at is None or (kind is ReportKind.WEEKLY and weekday is None):
        return None
    day = now.date() if now.time() >= at else now.date() - timedelta(days=1)
    return day if kind is ReportKind.DAILY else day - timedelta(days=(day.weekday() - weekday) % 7)  # type: ignore[operator]
