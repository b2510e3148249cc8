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
