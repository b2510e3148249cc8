"""The draw: how many, of whom, the same again; and what the answers say together."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.errors import DomainError
from survey.domain.rate import Rate
from survey.domain.recheck import (
    Answer,
    Found,
    Outcome,
    Question,
    RecheckMade,
    check_recheck,
    check_rechecker,
    draw,
    rate_by_question,
    rate_by_surveyor,
    wanted,
)

STAFF = st.frozensets(st.sampled_from("ABCDEFGH"), max_size=3)
POPULATIONS = st.dictionaries(st.uuids(), STAFF, min_size=1, max_size=60)
PERCENTS = st.integers(1, 100)
SEEDS = st.integers(0, 2**31 - 1)


@given(POPULATIONS, PERCENTS, SEEDS)
def test_a_draw_is_as_large_as_asked_without_doubles_and_of_the_population(
    population: dict[UUID, frozenset[str]], percent: int, seed: int
) -> None:
    drawn = draw(population, percent, seed)
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(population)
    staff = frozenset().union(*population.values())
    least = wanted(len(population), percent)
    assert least <= len(drawn) <= max(least, len(staff))


@given(POPULATIONS, PERCENTS, SEEDS)
def test_every_surveyor_has_a_household_in_the_draw(
    population: dict[UUID, frozenset[str]], percent: int, seed: int
) -> None:
    drawn = draw(population, percent, seed)
    assert frozenset().union(*(population[each] for each in drawn)) == frozenset().union(*population.values())


@given(POPULATIONS, PERCENTS, SEEDS, st.randoms())
def test_the_same_seed_draws_the_same_whatever_the_order(
    population: dict[UUID, frozenset[str]], percent: int, seed: int, chance: object
) -> None:
    shuffled = [*population]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert draw({each: population[each] for each in shuffled}, percent, seed) == draw(population, percent, seed)


@given(POPULATIONS, PERCENTS, PERCENTS, SEEDS)
def test_more_per_cent_of_the_same_seed_only_adds(
    population: dict[UUID, frozenset[str]], one: int, two: int, seed: int
) -> None:
    assert set(draw(population, min(one, two), seed)) <= set(draw(population, max(one, two), seed))


def test_the_draw_of_a_seed_stays_what_it_was() -> None:
    """Draws on record are repeated years later: the same seed must choose the same on every Python."""
    population = {UUID(int=number): frozenset("A" if number % 2 else "B") for number in range(20)}
    assert [each.int for each in draw(population, 20, 7)] == [3, 6, 8, 10]


def test_every_household_is_drawn_about_equally_often() -> None:
    population = {UUID(int=number): frozenset("AB") for number in range(10)}
    counts = dict.fromkeys(population, 0)
    for seed in range(2000):
        for each in draw(population, 20, seed):
            counts[each] += 1
    assert all(300 <= count <= 500 for count in counts.values()), counts


def test_percentages_are_rounded_up() -> None:
    assert [wanted(population, 5) for population in (1, 20, 21, 1700)] == [1, 1, 2, 85]


def test_there_is_nothing_to_draw_among_nobody() -> None:
    with pytest.raises(DomainError, match=r"recheck\.nobody"):
        draw({}, 5, 1)


def test_who_surveyed_does_not_recheck() -> None:
    check_rechecker({"A"}, "C")
    with pytest.raises(DomainError, match=r"recheck\.own_work"):
        check_rechecker({"A", "B"}, "B")


def made(outcome: Outcome = Outcome.REACHED, note: str = "", text: str = "", **answers: Answer) -> RecheckMade:
    told = {Question(name): answer for name, answer in answers.items()}
    return RecheckMade(outcome=outcome, answers=told, differences=dict.fromkeys(told, text), note=note)


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (made(), "recheck.no_answer"),
        (made(owners=Answer.DIFFERENT), "recheck.difference_missing"),
        (made(Outcome.NOT_REACHED), "recheck.note_missing"),
    ],
)
def test_a_result_that_says_nothing_is_refused(result: RecheckMade, code: str) -> None:
    with pytest.raises(DomainError, match=code):
        check_recheck(result)


def test_a_result_that_says_something_is_taken() -> None:
    check_recheck(made(owners=Answer.SAME))
    check_recheck(made(area=Answer.DIFFERENT, text="说是 82 平方"))
    check_recheck(made(Outcome.NOT_REACHED, note="去了两次，没人"))


def test_rates_count_what_was_asked_and_both_of_a_pair() -> None:
    found = [
        Found(("A", "B"), {Question.OWNERS: Answer.SAME, Question.AREA: Answer.DIFFERENT}),
        Found(("A",), {Question.OWNERS: Answer.SAME}),
        Found(("C",), {}),
    ]
    rates = rate_by_question(found)
    assert rates[Question.OWNERS] == Rate(0, 2)
    assert rates[Question.AREA] == Rate(1, 1)
    assert rates[Question.WILL] == Rate(0, 0)
    assert rate_by_surveyor(found) == {"A": Rate(1, 2), "B": Rate(1, 1), "C": Rate(0, 1)}


def test_a_household_that_answered_is_not_noted_as_not_reached_and_may_answer_again() -> None:
    closed = RecheckMade(outcome=Outcome.NOT_REACHED, answers={}, differences={}, note="没有人")
    check_recheck(closed)
    with pytest.raises(DomainError, match=r"recheck\.reached"):
        check_recheck(closed, is_reached=True)
    again = RecheckMade(outcome=Outcome.REACHED, answers={Question.OWNERS: Answer.SAME}, differences={})
    check_recheck(again, is_reached=True)
