"""征询结果公告: what a closed round came to, by households and by area, in integers and fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from exports.notices.office import ProjectPaper
from survey.domain.consent import percent_text, reaches

TEMPLATE = "round-result"


@dataclass(frozen=True, slots=True)
class ResultLine:
    """What so many households with so much area said."""

    choice: str
    households: int
    area_m2: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult(ProjectPaper):
    """One announcement.

    lines      every answer in its order; they sum to the whole
    agree      the one of them that the threshold asks about
    answered   households that answered
    threshold  None where the round asked for none
    until      the last day on which a recount can be asked for

    Rule: 民法典 art. 278, in force 2021-01-01: shares are counted by area and by heads; art. 1259: 以上 includes the
    number. Numerator and denominator are printed beside every share.
    """

    title: str
    question: str
    opened_on: date
    closed_on: date
    lines: tuple[ResultLine, ...]
    agree: ResultLine
    answered: int
    threshold: Fraction | None
    until: date

    @property
    def subject(self) -> str:
        """Each round has an announcement of its own."""
        return f"{self.opened_on.isoformat()} {self.title}"[:120]

    @property
    def households(self) -> int:
        return sum(line.households for line in self.lines)

    @property
    def area_m2(self) -> Decimal:
        return sum((line.area_m2 for line in self.lines), Decimal(0))

    def household_share(self, line: ResultLine) -> str:
        return percent_text(line.households, self.households)

    def area_share(self, line: ResultLine) -> str:
        return percent_text(line.area_m2, self.area_m2)

    @property
    def reached(self) -> tuple[bool, bool]:
        """Whether the agreeing households, and their area, reach the threshold."""
        assert self.threshold is not None
        return (
            reaches(self.agree.households, self.households, self.threshold),
            reaches(self.agree.area_m2, self.area_m2, self.threshold),
        )
