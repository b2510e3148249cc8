"""未登记建筑认定意见书: the parts of a home that are not registered, and what each department finds about them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from exports.notices.office import HouseholdPaper
from survey.domain.sheet import Part

TEMPLATE = "unregistered-opinion"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnregisteredOpinion(HouseholdPaper):
    """One opinion. `parts` are those that are not registered, at least one; a review may be asked for within `days`.

    Rule: 590号 art. 24, in force 2011-01-21. Lawful buildings and temporary ones within their term are compensated;
    unlawful and expired ones are not.
    """

    parts: tuple[Part, ...]
    days: int = 30

    @property
    def area_m2(self) -> Decimal:
        return sum((area_of(part) or Decimal(0) for part in self.parts), Decimal(0))


def area_of(part: Part) -> Decimal | None:
    """The area that is not registered; where nobody told it, the measured one."""
    return part.area_unreg_m2 or part.area_meas_m2
