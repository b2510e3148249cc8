"""意愿征询表（票） and 评估机构选票: what a household is asked in an open round, to be marked and signed by all who own it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from exports.notices.office import HouseholdPaper

RENEWAL, APPRAISER = "renewal-ballot", "appraiser-ballot"
LEAST_SIGNERS = 3
LEAST_CANDIDATES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot(HouseholdPaper):
    """A ballot of one round.

    ballot_no   票号: of one household and one round, the same on every print of it
    area_m2     the floor area with which the household counts
    cert_nos    the numbers of its certificates
    candidates  of a round on the appraiser: every one that a household of the project named, in the order of their names

    Rule: 民法典 art. 278, in force 2021-01-01. Participation and consent are counted by area and by heads.
    Rule: 590号 art. 20, in force 2011-01-21. The owners agree on the appraiser, else it is chosen by majority or at random.
    """

    ballot_no: str
    round_title: str
    question: str
    area_m2: Decimal
    cert_nos: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()

    @property
    def signers(self) -> list[str]:
        """Who signs, with lines for those whom the sheet does not name."""
        return [*self.owners, *[""] * max(0, LEAST_SIGNERS - len(self.owners))]

    @property
    def lines(self) -> list[str]:
        """The candidates, with lines for others."""
        return [*self.candidates, *[""] * max(1, LEAST_CANDIDATES - len(self.candidates))]
