"""评估机构选定通知: whom the households named in the survey, and room for whom they chose, how and when.

What they named is no vote, and nothing here decides: the choice is written by the pen.
"""

from __future__ import annotations

from dataclasses import dataclass

from exports.notices.office import ProjectPaper
from survey.domain.consent import percent_text

TEMPLATE = "appraiser-notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraiserNotice(ProjectPaper):
    """One notice.

    named   (appraiser, households that named it in the survey), the most first
    whole   households of the project

    Rule: 590号 art. 20, in force 2011-01-21. The owners agree on the appraiser, else it is chosen by majority or at
    random; which of them happened is written by the pen.
    """

    named: tuple[tuple[str, int], ...]
    whole: int

    @property
    def favoured(self) -> str:
        """The appraiser that more than half of all households named; "" where there is none."""
        return next((name for name, households in self.named if households * 2 > self.whole), "")

    def share(self, households: int) -> str:
        return percent_text(households, self.whole)
