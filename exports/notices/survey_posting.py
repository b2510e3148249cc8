"""调查结果公示: the announcement and the masked table that is posted within the area. What it may show: domain.posting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import ProjectPaper
from survey.domain.posting import PostedHome

TEMPLATE = "survey-posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPosting(ProjectPaper):
    """One posting.

    homes  the households whose registration the office has passed, in stairwell order, names covered
    until  the last day of the posting

    Rule: 590号 art. 15, in force 2011-01-21. The results are published to the owners within the area.
    """

    homes: tuple[PostedHome, ...]
    until: date

    @property
    def subject(self) -> str:
        """What is posted on another day is another posting."""
        return self.issued_on.isoformat()
