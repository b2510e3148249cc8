"""Rates of small samples: how far the true rate may lie from the one that was counted. Decimals only, no float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction

Z_95 = Decimal("1.959963984540054")
Z_99 = Decimal("2.575829303548901")
"""Quantiles of the normal distribution: two-sided 95 % and 99 %."""
DIGITS = 40


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`; 0 <= part <= whole."""

    part: int
    whole: int

    def __post_init__(self) -> None:
        if not 0 <= self.part <= self.whole:
            raise ValueError(f"{self.part} of {self.whole}")

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.part, self.whole) if self.whole else None

    def without(self, other: Rate) -> Rate:
        """The rate among the rest, where `other` is a part of this one."""
        return Rate(self.part - other.part, self.whole - other.whole)


def wilson(rate: Rate, z: Decimal = Z_95) -> tuple[Decimal, Decimal]:
    """The Wilson score interval of a rate, as decimals from 0 to 1; (0, 1) where nothing was counted.

    Rule: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212.
    It stays within 0 and 1 and keeps its coverage where the sample is small or the rate near 0 or 1.
    """
    if not rate.whole:
        return Decimal(0), Decimal(1)
    with localcontext() as context:
        context.prec = DIGITS
        n, p = Decimal(rate.whole), Decimal(rate.part) / Decimal(rate.whole)
        square = z * z
        middle = p + square / (2 * n)
        half = z * (p * (1 - p) / n + square / (4 * n * n)).sqrt()
        below, above = (middle - half) / (1 + square / n), (middle + half) / (1 + square / n)
    # At the ends the interval touches 0 and 1 exactly; the last digit of a square root must not say otherwise.
    return (
        Decimal(0) if not rate.part else max(below, Decimal(0)),
        Decimal(1) if rate.part == rate.whole else min(above, Decimal(1)),
    )


def newcombe(one: Rate, other: Rate, z: Decimal = Z_95) -> tuple[Decimal, Decimal]:
    """The interval of the difference of two rates, the first less the second, as decimals from -1 to 1.

    Both rates were counted, so the error of both is in it; (-1, 1) where nothing was counted of either.

    Rule: R. G. Newcombe, Interval estimation for the difference between independent proportions, Statistics in Medicine
    17 (1998), 873-890, method 10: the distances of the limits of the two Wilson intervals, squared and added.
    """
    if not one.whole or not other.whole:
        return Decimal(-1), Decimal(1)
    (low, high), (other_low, other_high) = wilson(one, z), wilson(other, z)
    with localcontext() as context:
        context.prec = DIGITS
        p, q = (Decimal(rate.part) / Decimal(rate.whole) for rate in (one, other))
        below = ((p - low) ** 2 + (other_high - q) ** 2).sqrt()
        above = ((high - p) ** 2 + (q - other_low) ** 2).sqrt()
        return max(p - q - below, Decimal(-1)), min(p - q + above, Decimal(1))
