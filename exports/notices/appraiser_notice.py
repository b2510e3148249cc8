"""评估机构选定通知: which appraiser was chosen, how, and with how many votes."""

from __future__ import annotations

from dataclasses import dataclass

from exports.notices.office import ProjectPaper
from survey.domain.consent import percent_text

TEMPLATE = "appraiser-notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraiserNotice(ProjectPaper):
    """One notice.

    votes   (appraiser, households that named it), the most first
    whole   households of the project

    Rule: 590号 art. 20, in force 2011-01-21. The owners agree on the appraiser, else it is chosen by majority or at
    random; which of them happened is written by the pen unless more than half of all households named one.
    """

    votes: tuple[tuple[str, int], ...]
    whole: int

    @property
    def chosen(self) -> str:
        """The appraiser that more than half of all households named; "" where there is none."""
        return next((name for name, votes in self.votes if votes * 2 > self.whole), "")

    def share(self, votes: int) -> str:
        return percent_text(votes, self.whole)
