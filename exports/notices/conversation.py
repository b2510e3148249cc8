"""政策宣讲记录表 and 询问（谈话）笔录: what was said between staff and a household, signed by both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from exports.notices.office import HouseholdPaper
from survey.domain.codes import BriefingForm, Understood

BRIEFING, INTERVIEW = "briefing-record", "interview-record"
LEAST_POINTS = 6
LEAST_QUESTIONS = 4
LINES = (11, 19)
"""Ruled lines of the first and of the second page of an interview."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefingRecord(HouseholdPaper):
    """One briefing, or without one on record a blank form with the points of the policy in force.

    points     (point, whether it was explained)
    questions  (question, answer)

    Rule: 590号 art. 13, in force 2011-01-21. The decision is announced, and the policy is explained.
    """

    policy: str = ""
    held_at: datetime | None = None
    form: BriefingForm | None = None
    place: str = ""
    briefed_by: str = ""
    recipient: str = ""
    attendees: int | None = None
    points: tuple[tuple[str, bool], ...] = ()
    questions: tuple[tuple[str, str], ...] = ()
    materials: str = ""
    understood: Understood | None = None
    receipt: str = ""

    @property
    def point_lines(self) -> list[tuple[str, bool]]:
        return [*self.points, *[("", False)] * max(0, LEAST_POINTS - len(self.points))]

    @property
    def question_lines(self) -> list[tuple[str, str]]:
        return [*self.questions, *[("", "")] * max(0, LEAST_QUESTIONS - len(self.questions))]


@dataclass(frozen=True, slots=True, kw_only=True)
class InterviewRecord(HouseholdPaper):
    """A blank record with its head filled: asked and answered in writing, each page signed.

    interviewers  the two surveyors of the stairwell, as far as they are known
    """

    interviewers: tuple[str, ...] = ()
    lines: tuple[int, ...] = LINES
