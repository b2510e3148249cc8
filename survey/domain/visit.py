"""Visits (入户走访): what may be recorded, and what a household's visits together say of it.

A visit is never changed: a slip is put right by another visit with a note. What lists and boards keep of the visits
(`VisitSummary`) follows from all of them, so that a visit recorded late (补录) falls into its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from survey.domain.check import Severity, visit_findings
from survey.domain.codes import MET, VisitResult
from survey.domain.errors import DomainError
from survey.domain.household import Action, HouseholdState, next_state
from survey.domain.settings import ProjectSettings

WORK_DONE = frozenset({VisitResult.DONE, VisitResult.PARTIAL})
"""Results of a visit at which the survey itself was worked on."""


@dataclass(frozen=True, slots=True)
class VisitMade:
    """A visit as it is reported. Times are aware; the reasons are texts, "" for none."""

    surveyor_1_id: object
    surveyor_2_id: object
    started_at: datetime
    ended_at: datetime
    result: VisitResult
    next_visit_at: datetime | None = None
    note: str = ""
    hours_reason: str = ""


@dataclass(frozen=True, slots=True)
class VisitSummary:
    """What a household's row keeps of its visits.

    next_visit_at  the appointment of the latest visit: a later visit settles an earlier appointment
    met_at         when somebody entitled was met first
    refused_at     the refusal that stands: nobody entitled was met since who did not refuse
    """

    count: int = 0
    last_at: datetime | None = None
    last_result: VisitResult | None = None
    next_visit_at: datetime | None = None
    met_at: datetime | None = None
    refused_at: datetime | None = None


FIELDS = {"surveyor_ids": "surveyor_2", "started_at": "started_at", "ended_at": "ended_at"}


def check_visit(visit: VisitMade, settings: ProjectSettings, now: datetime) -> None:
    """Refuse a visit that may not be recorded; one that was made earlier may (补录).

    Rule: survey procedure: two different surveyors, no time in the future and none of a year before the last two, the end not
    before the start; an appointment (约定改期) names its time, after the visit; a stop for safety and another result say
    in words what happened.
    Courtesy hours, by analogy with 行政强制法 art 43 (which forbids enforcement at night and on holidays, not a survey):
    a visit outside the project's hours is recorded with its reason. Weekends need none: then people are at home.
    Raises DomainError: check.visit_two_surveyors, check.visit_ends_before_start, check.visit_in_future,
    check.visit_long_ago, visit.hours_reason, visit.next_missing, visit.next_too_early, visit.note_missing.
    """
    findings = visit_findings(
        surveyor_ids=(visit.surveyor_1_id, visit.surveyor_2_id),
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        now=now,
        visit_from=settings.visit_from,
        visit_until=settings.visit_until,
    )
    for finding in findings:
        if finding.severity is Severity.HARD:
            raise DomainError(finding.code, FIELDS[finding.field], **finding.params)
        if finding.code == "check.visit_hours" and not visit.hours_reason.strip():
            raise DomainError("visit.hours_reason", "hours_reason", **finding.params)
    if visit.result is VisitResult.RESCHEDULED and visit.next_visit_at is None:
        raise DomainError("visit.next_missing", "next_visit_at")
    if visit.next_visit_at is not None and visit.next_visit_at <= visit.ended_at:
        raise DomainError("visit.next_too_early", "next_visit_at")
    if visit.result in (VisitResult.UNSAFE, VisitResult.OTHER) and not visit.note.strip():
        raise DomainError("visit.note_missing", "note", result=visit.result.label)


def summarise(visits: Iterable[VisitMade]) -> VisitSummary:
    """What the visits of a household say together, in whatever order they were recorded.

    Rule: offices' practice for 未遇 and 拒访 in the ledgers: a refusal stands until somebody entitled is met and does
    not refuse; an appointment is settled by the next visit, whatever came of it.
    """
    ordered = sorted(visits, key=lambda visit: (visit.started_at, visit.ended_at))
    if not ordered:
        return VisitSummary()
    last = ordered[-1]
    met = [visit for visit in ordered if visit.result in MET]
    refused = met[-1].started_at if met and met[-1].result is VisitResult.REFUSED else None
    return VisitSummary(
        count=len(ordered),
        last_at=last.started_at,
        last_result=last.result,
        next_visit_at=last.next_visit_at,
        met_at=met[0].started_at if met else None,
        refused_at=refused,
    )


def state_after(state: HouseholdState, result: VisitResult) -> HouseholdState:
    """The dossier's state after a visit.

    Rule: survey procedure (未入户→进行中): a visit at which the survey was worked on (完成, 部分完成) starts the dossier;
    a closed door, a refusal or a new appointment does not: that household is still to be surveyed (未入户) and stays on
    the list of doors to go to. Every other state is left as it is.
    """
    if state is HouseholdState.UNVISITED and result in WORK_DONE:
        return next_state(state, Action.START)
    return state
