"""Wilson's interval against published figures and against what must always hold of it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.domain.rate import Z_95, Z_99, Rate, newcombe, wilson

RATES = st.integers(0, 3000).flatmap(lambda whole: st.integers(0, whole).map(lambda part: Rate(part, whole)))


@pytest.mark.parametrize(
    ("part", "whole", "below", "above"),
    [(81, 263, "0.2553", "0.3662"), (15, 148, "0.0624", "0.1605"), (0, 20, "0.0000", "0.1611"), (1, 29, "0.0061", "0.1718")],
)  # fmt: skip
def test_the_interval_is_that_of_newcombe_1998_table_one(part: int, whole: int, below: str, above: str) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), method 3."""
    found = [each.quantize(Decimal("0.0001")) for each in wilson(Rate(part, whole), Z_95)]
    assert found == [Decimal(below), Decimal(above)]


@given(RATES)
def test_the_interval_holds_the_rate_and_stays_within_nought_and_one(rate: Rate) -> None:
    below, above = wilson(rate)
    assert 0 <= below < above <= 1
    if rate.whole:
        assert below * rate.whole <= rate.part <= above * rate.whole


@given(RATES)
def test_more_confidence_is_a_wider_interval(rate: Rate) -> None:
    (below, above), (lower, higher) = wilson(rate, Z_95), wilson(rate, Z_99)
    assert lower <= below
    assert above <= higher


@given(RATES)
def test_the_interval_of_the_others_is_its_mirror(rate: Rate) -> None:
    below, above = wilson(rate)
    mirrored = wilson(Rate(rate.whole - rate.part, rate.whole))
    assert abs(1 - above - mirrored[0]) < Decimal("1e-25")
    assert abs(1 - below - mirrored[1]) < Decimal("1e-25")


@pytest.mark.parametrize(
    ("one", "other", "below", "above"),
    [
        ((56, 70), (48, 80), "0.0524", "0.3339"),
        ((9, 10), (3, 10), "0.1705", "0.8090"),
        ((6, 7), (2, 7), "0.0582", "0.8062"),
        ((5, 56), (0, 29), "-0.0381", "0.1926"),
        ((0, 10), (0, 20), "-0.1611", "0.2775"),
        ((0, 10), (0, 10), "-0.2775", "0.2775"),
        ((10, 10), (0, 20), "0.6791", "1.0000"),
        ((10, 10), (0, 10), "0.6075", "1.0000"),
    ],
)
def test_the_interval_of_a_difference_is_that_of_newcombe_1998_table_two(
    one: tuple[int, int], other: tuple[int, int], below: str, above: str
) -> None:
    """Newcombe, Interval estimation for the difference, Statistics in Medicine 17 (1998), method 10."""
    found = [each.quantize(Decimal("0.0001")) for each in newcombe(Rate(*one), Rate(*other), Z_95)]
    assert found == [Decimal(below), Decimal(above)]


@given(RATES, RATES)
def test_the_interval_of_a_difference_holds_it_and_turns_with_it(one: Rate, other: Rate) -> None:
    below, above = newcombe(one, other)
    assert -1 <= below < above <= 1
    if one.share is not None and other.share is not None:
        assert Fraction(below) <= one.share - other.share <= Fraction(above)
    turned = newcombe(other, one)
    assert abs(turned[0] + above) < Decimal("1e-25")
    assert abs(turned[1] + below) < Decimal("1e-25")


def test_a_rate_knows_its_share_and_the_rest() -> None:
    assert Rate(1, 3).share == Fraction(1, 3)
    assert Rate(0, 0).share is None
    assert Rate(5, 9).without(Rate(2, 3)) == Rate(3, 6)
    with pytest.raises(ValueError, match="4 of 3"):
        Rate(4, 3)
