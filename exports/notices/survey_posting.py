"""A posting (公示) as it hangs: its approved text, and of the survey's result the masked table. What it may show:
domain.posting.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exports.notices.office import ProjectPaper
from survey.domain.posting import PostedHome

TEMPLATE = "survey-posting"


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPosting(ProjectPaper):
    """One posting that two people released.

    subject  which posting it is; printed again it keeps its number
    title, scope, lines  as they were approved, `lines` without empty ones
    days     of its term; from_on, until: its first and last day
    homes    of the result of the survey: the households of its scope whose registration the office has passed, in
             stairwell order, names covered

    Rule: 590号 art. 15, in force 2011-01-21. The results are published to the owners within the area.
    """

    subject: str
    title: str
    scope: str
    lines: tuple[str, ...]
    days: int
    from_on: date
    until: date
    homes: tuple[PostedHome, ...] = ()
