"""Forecasts: honest where nothing is known, and never better for less work."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.forecast import Forecast, Silence, forecast, needed, pace, silence, working_days

TODAY = date(2026, 11, 20)  # a Friday
daily = st.lists(st.integers(0, 60), min_size=7, max_size=60)


def test_an_even_pace_ends_on_one_day() -> None:
    assert forecast([10] * 28, 100, TODAY) == Forecast(*[TODAY + timedelta(days=10)] * 3, 28)


def test_without_a_week_of_history_or_any_work_in_it_there_is_no_forecast() -> None:
    assert forecast([10] * 6, 100, TODAY) is None
    assert forecast([0] * 28, 100, TODAY) is None
    assert forecast([], 100, TODAY) is None


@pytest.mark.parametrize(
    ("days", "remaining", "why"),
    [
        ([10] * 6, 100, Silence.YOUNG),
        ([], 100, Silence.YOUNG),
        ([10] * 30 + [0] * 28, 100, Silence.PAUSED),
        ([0] * 7, 100, Silence.PAUSED),
        ([*[0] * 27, 1], 5000, Silence.FAR),
        ([10] * 28, 100, None),
    ],
)
def test_why_there_is_no_forecast_is_told(days: list[int], remaining: int, why: Silence | None) -> None:
    assert silence(days, remaining, TODAY) is why


@given(daily, st.integers(1, 5000))
def test_there_is_a_forecast_or_a_reason_for_none(days: list[int], remaining: int) -> None:
    assert (forecast(days, remaining, TODAY) is None) == (silence(days, remaining, TODAY) is not None)


def test_weekends_do_not_shorten_or_lengthen_the_way() -> None:
    week = [10, 10, 10, 10, 10, 0, 0]
    assert forecast(week * 4, 50, TODAY) == Forecast(*[TODAY + timedelta(days=7)] * 3, 28)


def test_at_a_pace_of_nothing_the_late_end_is_no_date() -> None:
    found = forecast([*[0] * 21, *[10] * 7], 70, TODAY)
    assert found == Forecast(TODAY + timedelta(days=10), None, None, 28)


def test_only_the_last_four_weeks_are_looked_at() -> None:
    assert forecast([500] * 30 + [10] * 28, 100, TODAY) == forecast([10] * 28, 100, TODAY)


@given(daily, st.integers(0, 5000))
def test_the_middle_lies_between_the_ends(days: list[int], remaining: int) -> None:
    found = forecast(days, remaining, TODAY)
    if found is not None:
        ends = [end for end in (found.early, found.middle, found.late) if end is not None]
        assert ends == sorted(ends) and found.early >= TODAY
        assert found.middle is not None or found.late is None


@given(daily, st.integers(0, 5000), st.integers(0, 500))
def test_more_households_never_end_earlier(days: list[int], remaining: int, more: int) -> None:
    less, longer = forecast(days, remaining, TODAY), forecast(days, remaining + more, TODAY)
    if less is not None and longer is not None:
        assert less.early <= longer.early
        assert longer.late is None or (less.late is not None and less.late <= longer.late)


@given(daily, st.integers(1, 5000), st.integers(0, 27), st.integers(1, 30))
def test_more_work_on_a_day_never_ends_later(days: list[int], remaining: int, at: int, more: int) -> None:
    before = forecast(days, remaining, TODAY)
    days[at % len(days)] += more
    after = forecast(days, remaining, TODAY)
    if before is not None:
        assert after is not None and after.early <= before.early
        assert before.late is None or (after.late is not None and after.late <= before.late)


def test_the_pace_is_reckoned_in_working_days() -> None:
    thursday = TODAY - timedelta(days=1)
    assert pace([7] * 14, thursday) == Fraction(98, 10)
    assert pace([], thursday) is None
    assert needed(100, TODAY, TODAY + timedelta(days=13)) == 10
    assert needed(101, TODAY, TODAY + timedelta(days=13)) == 11
    assert needed(5, TODAY, TODAY - timedelta(days=1)) is None
    assert working_days(TODAY, TODAY + timedelta(days=2)) == 1


@given(st.integers(0, 9999), st.integers(0, 200))
def test_what_is_needed_is_enough_and_no_more(remaining: int, days: int) -> None:
    each = needed(remaining, TODAY, TODAY + timedelta(days=days))
    working = working_days(TODAY, TODAY + timedelta(days=days))
    assert each is not None and each * working >= remaining
    assert each == 0 or (each - 1) * working < remaining
