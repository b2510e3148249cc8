"""Terms are counted as the Civil Code counts them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.calendar import NO_HOLIDAYS, WorkCalendar, days_left, last_day, last_day_of_months

D = date.fromisoformat
SPRING = WorkCalendar(
    holidays=frozenset(D("2022-01-31") + timedelta(days=n) for n in range(7)),
    working_days=frozenset({D("2022-01-29"), D("2022-01-30")}),
)
days = st.dates(date(2000, 1, 1), date(2050, 1, 1))


@pytest.mark.parametrize(
    ("begins", "term", "calendar", "last"),
    [
        pytest.param("2022-02-10", 1, NO_HOLIDAYS, "2022-02-11", id="art 201: the first day is not counted"),
        pytest.param("2022-02-10", 5, NO_HOLIDAYS, "2022-02-15", id="art 201: five days"),
        pytest.param("2022-02-10", 2, NO_HOLIDAYS, "2022-02-14", id="art 203: Saturday becomes Monday"),
        pytest.param("2022-02-10", 3, NO_HOLIDAYS, "2022-02-14", id="art 203: Sunday becomes Monday"),
        pytest.param("2022-01-24", 7, SPRING, "2022-02-07", id="art 203: spring festival"),
        pytest.param("2022-01-24", 5, SPRING, "2022-01-29", id="art 203: a make-up Saturday counts"),
        pytest.param("2022-02-10", 0, NO_HOLIDAYS, "2022-02-10", id="no term at all"),
    ],
)
def test_a_term_of_days_ends(begins: str, term: int, calendar: WorkCalendar, last: str) -> None:
    assert last_day(D(begins), term, calendar) == D(last)


@pytest.mark.parametrize(
    ("begins", "months", "last"),
    [
        pytest.param("2022-01-10", 1, "2022-02-10", id="art 202: the corresponding day"),
        pytest.param("2022-01-31", 1, "2022-02-28", id="art 202: no such day, the month's last"),
        pytest.param("2023-12-29", 2, "2024-02-29", id="art 202: leap year"),
        pytest.param("2021-11-12", 3, "2022-02-14", id="art 203: Saturday becomes Monday"),
        pytest.param("2021-12-10", 12, "2022-12-12", id="art 202, 203: a year"),
    ],
)
def test_a_term_of_months_ends(begins: str, months: int, last: str) -> None:
    assert last_day_of_months(D(begins), months) == D(last)


def test_the_last_day_still_counts() -> None:
    assert days_left(D("2022-02-10"), D("2022-02-10")) == 0
    assert days_left(D("2022-02-08"), D("2022-02-10")) == 2
    assert days_left(D("2022-02-11"), D("2022-02-10")) == -1


@given(days, st.integers(0, 400), st.sets(days, max_size=20), st.sets(days, max_size=20))
def test_a_term_never_ends_early_nor_on_a_day_off(
    begins: date, term: int, holidays: set[date], working: set[date]
) -> None:
    calendar = WorkCalendar(frozenset(holidays), frozenset(working))
    last = last_day(begins, term, calendar)
    assert last >= begins + timedelta(days=term)
    assert calendar.is_working_day(last)
    assert not any(calendar.is_working_day(begins + timedelta(days=n)) for n in range(term, (last - begins).days))
