"""Care (重点关注): when the next call on a person is due."""

from __future__ import annotations

from datetime import date, timedelta


def next_call(next_on: date | None, every_days: int | None, last_on: date | None) -> date | None:
    """The day of the next call: the one agreed on while it is still to come, else `every_days` after the last visit.

    next_on  agreed on; it has been kept once somebody visited on or after it
    last_on  of the last visit at the household, whoever made it
    """
    if next_on is not None and (last_on is None or last_on < next_on):
        return next_on
    if every_days is not None and last_on is not None:
        return last_on + timedelta(days=every_days)
    return next_on if every_days is None and last_on is None else None
