"""Terms are counted as the Civil Code counts them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.calendar import (
    NO_HOLIDAYS,
    WorkCalendar,
    check_working_days,
    days_left,
    last_day,
    last_day_of_months,
    read_days,
    write_days,
)
from survey.domain.errors import DomainError

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


@pytest.mark.parametrize("day", ["2026-01-01", "2026-05-01", "2025-10-02", "2029-10-03"])
def test_the_fixed_days_of_the_law_are_days_off_without_a_table(day: str) -> None:
    assert not NO_HOLIDAYS.is_working_day(D(day))
    assert NO_HOLIDAYS.is_working_day(D("2024-05-02")), "before 2025 the law named one day in May"


def test_days_are_given_in_as_lines_and_ranges_and_written_back_as_ranges() -> None:
    days = read_days("2026-10-01..2026-10-03\n\n2026年10月4日至2026年10月5日\r\n2026/10/6、２０２６-１２-３１")
    assert write_days(days) == "2026-10-01..2026-10-06\n2026-12-31"
    assert read_days(write_days(days)) == days
    assert read_days(" \n") == frozenset()
    assert WorkCalendar(days).knows(D("2026-02-03"))
    assert not WorkCalendar(days).knows(D("2027-02-03"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("国庆", "calendar.day_form"),
        ("2026-02-30", "calendar.day_form"),
        ("2026-10-01..", "calendar.day_form"),
        ("2026-10-07..2026-10-01", "calendar.range_order"),
        ("2026-01-01..2026-10-07", "calendar.range_long"),
    ],
)
def test_what_is_no_day_is_refused(text: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_days(f"2026-10-01\n{text}")
    assert refused.value.code == code


@pytest.mark.parametrize(("day", "code"), [("2026-10-09", "calendar.no_weekend"), ("2026-10-03", "calendar.both")])
def test_a_day_that_makes_up_is_a_weekend_and_no_holiday(day: str, code: str) -> None:
    holidays = read_days("2026-10-01..2026-10-07")
    check_working_days([D("2026-10-10")], holidays)
    with pytest.raises(DomainError) as refused:
        check_working_days([D(day)], holidays)
    assert refused.value.code == code


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
