"""The rules of the signals, on either side of each threshold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import comb
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.codes import Choice
from survey.domain.errors import DomainError
from survey.domain.message import MESSAGES
from survey.domain.quality import QualityKind
from survey.domain.rate import Rate
from survey.domain.settings import ProjectSettings
from survey.domain.signal import (
    WEEK,
    WHY,
    SignalKind,
    Spell,
    check_not_own,
    crowded,
    expected_by_chance,
    is_flip,
    is_odd_rate,
    is_outside_hours,
    is_short,
    overlaps,
    visit_before,
)

NINE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in China."""
HOME, OTHER = UUID(int=1), UUID(int=2)
WANG, LI, ZHAO = UUID(int=11), UUID(int=12), UUID(int=13)


def spell(hours: float = 0, minutes: int = 30, home: UUID = HOME, staff: tuple[UUID, ...] = (WANG, LI)) -> Spell:
    started = NINE + timedelta(hours=hours)
    return Spell(UUID(int=int(hours * 60) + 10_000), home, staff, started, started + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("begins", "minutes", "outside"),
    [(-1, 30, False), (-1.25, 30, True), (10.5, 30, False), (10.5, 31, True), (13, 30, True)],
    ids=["from eight", "before eight", "until twenty", "past twenty", "at ten in the evening"],
)
def test_hours_are_those_of_the_neighbourhood_and_the_limits_are_within(
    begins: float, minutes: int, outside: bool
) -> None:
    visit = spell(begins, minutes)
    assert is_outside_hours(visit.started_at, visit.ended_at, ProjectSettings()) is outside


def test_four_visits_within_seven_days_are_too_many_where_three_are_allowed() -> None:
    visits = [spell(24 * day) for day in (0, 2, 4, 6)]
    assert crowded(visits, 3) == tuple(visits)
    assert crowded(visits, 4) == ()
    assert crowded([*visits[:3], spell(24 * 7)], 3) == (), "seven full days lie between the first and the last"


@given(st.lists(st.integers(0, 24 * 60), max_size=14, unique=True), st.integers(1, 5))
def test_a_visit_is_named_exactly_if_some_seven_days_around_it_have_too_many(hours: list[int], most: int) -> None:
    visits = [spell(hour) for hour in hours]
    expected = set()
    for first in visits:
        inside = {each for each in visits if first.started_at <= each.started_at < first.started_at + WEEK}
        if len(inside) > most:
            expected |= inside
    assert set(crowded(visits, most)) == expected


def test_a_word_is_near_the_latest_visit_before_it() -> None:
    visits = [spell(0), spell(30)]
    assert visit_before(NINE + timedelta(hours=31), visits, 24) is visits[1]
    assert visit_before(NINE + timedelta(hours=24, minutes=30), visits, 24) is visits[0]
    assert visit_before(NINE + timedelta(hours=24, minutes=31), visits, 24) is None
    assert visit_before(NINE - timedelta(minutes=1), visits, 24) is None


def test_the_same_word_put_right_is_no_flip() -> None:
    assert is_flip(Choice.DISAGREE, Choice.AGREE)
    assert is_flip(Choice.AGREE, None)
    assert not is_flip(Choice.AGREE, Choice.AGREE)


def test_an_interview_of_exactly_the_least_time_is_not_short() -> None:
    assert is_short(NINE, NINE + timedelta(minutes=9, seconds=59), 10)
    assert not is_short(NINE, NINE + timedelta(minutes=10), 10)


def test_two_doors_at_once_are_an_overlap_and_one_after_the_other_is_not() -> None:
    first = spell(0)
    for second, meets in (
        (spell(0.25, home=OTHER), True),
        (spell(0.25, home=OTHER, staff=(LI, ZHAO)), True),
        (spell(0.5, home=OTHER), False),  # it begins when the first ends
        (spell(0.25), False),  # the same door, recorded twice
        (spell(0.25, home=OTHER, staff=(ZHAO, UUID(int=14))), False),
    ):
        assert list(overlaps([first, second])) == ([(first, second)] if meets else [])


VISITS = st.lists(
    st.tuples(
        st.integers(0, 300), st.integers(0, 60), st.sampled_from((HOME, OTHER, UUID(int=3))),
        st.sampled_from(((WANG, LI), (LI, ZHAO), (ZHAO, WANG))),
    ),
    max_size=14,
)  # fmt: skip


@given(VISITS)
def test_going_through_the_visits_once_finds_every_pair_once(
    told: list[tuple[int, int, UUID, tuple[UUID, UUID]]],
) -> None:
    visits = [
        Spell(UUID(int=number), home, staff, NINE + timedelta(minutes=begin), NINE + timedelta(minutes=begin + length))
        for number, (begin, length, home, staff) in enumerate(sorted(told, key=lambda each: each[0]))
    ]
    pairs = [
        (one, two)
        for place, one in enumerate(visits)
        for two in visits[place + 1 :]
        if one.household_id != two.household_id
        and set(one.staff) & set(two.staff)
        and max(one.started_at, two.started_at) < min(one.ended_at, two.ended_at)
    ]
    found = list(overlaps(visits))
    assert len(found) == len(set(found))
    assert set(found) == set(pairs)


def test_a_rate_is_odd_only_beyond_chance_and_with_households_enough() -> None:
    others = Rate(600, 1000)
    assert is_odd_rate(Rate(29, 30), others, 20)
    assert is_odd_rate(Rate(8, 30), others, 20)
    assert not is_odd_rate(Rate(20, 30), others, 20)
    assert not is_odd_rate(Rate(10, 10), others, 20), "ten households are too few"
    assert not is_odd_rate(Rate(29, 30), Rate(12, 19), 20), "so are nineteen others"


@given(st.integers(20, 400), st.data())
def test_whoever_has_the_rate_of_the_others_is_never_odd(whole: int, data: st.DataObject) -> None:
    own = Rate(data.draw(st.integers(0, whole)), whole)
    assert not is_odd_rate(own, Rate(own.part * 7, own.whole * 7), 20)


def binomial(whole: int, share: float) -> list[float]:
    return [comb(whole, part) * share**part * (1 - share) ** (whole - part) for part in range(whole + 1)]


@pytest.mark.parametrize(
    ("own", "others", "least_percent"),
    [(20, 20, 1), (40, 20, 1), (20, 40, 1), (30, 60, 1), (40, 40, 1), (20, 300, 10)],
)
def test_where_nothing_differs_chance_shows_no_more_than_the_page_says(
    own: int, others: int, least_percent: int
) -> None:
    """Every outcome of the two binomials is counted, for true rates on a grid; the rule is the same for p and 1 - p."""
    odd = [
        (part, of) for part in range(own + 1) for of in range(others + 1)
        if is_odd_rate(Rate(part, own), Rate(of, others), 20)
    ]  # fmt: skip
    said = float(expected_by_chance(100)) / 100
    for percent in (*range(least_percent, 50, 7), 30, 50):
        mine, theirs = binomial(own, percent / 100), binomial(others, percent / 100)
        chance = sum(mine[part] * theirs[of] for part, of in odd)
        assert chance <= said, f"{percent} %: {chance:.4f}"


def test_the_page_says_how_many_chance_alone_would_show() -> None:
    assert [expected_by_chance(count) for count in (0, 28, 100, 555)] == ["0.0", "0.6", "2.0", "11.1"]


def test_nobody_looks_at_their_own_visits() -> None:
    check_not_own((WANG, LI), ZHAO)
    with pytest.raises(DomainError, match=r"signal\.own"):
        check_not_own((WANG, LI), LI)


def test_every_kind_says_why_it_is_shown_and_no_two_nouns_share_a_kind() -> None:
    assert set(WHY) == set(SignalKind)
    assert not {kind.value for kind in SignalKind} & {kind.value for kind in QualityKind}
    assert all(f"signal.{kind.value}" in MESSAGES or kind is SignalKind.RATE for kind in SignalKind)
