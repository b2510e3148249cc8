"""What a demo's leaders and office have to look after: visits that ask for a look, words that changed, a re-check under way.

A few cases of each kind, made through the services that people use; the story itself has none on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from survey.domain.codes import Channel, Choice, VisitResult
from survey.domain.household import HouseholdState
from survey.domain.quality import QualityKind
from survey.domain.recheck import Answer, Outcome, Question, RecheckMade
from survey.domain.sheet import replace_rows, to_pairs
from survey.domain.signal import SignalKind
from survey.domain.visit import VisitMade
from survey.models import Consent, Household, Project, RecheckItem, Round, User, Visit, db
from survey.models.base import at
from survey.services.consent import Word, record_consent
from survey.services.quality.listing import accept_fault, find_faults
from survey.services.recheck import draw_recheck, record_recheck
from survey.services.sheet import current_sheet, save_sheet
from survey.services.signal.listing import find_signals, note_signal
from survey.services.visit import record_visit

SEED = 20_260_601
LATE, LUNCH = (20, 20), (13, 5)
"""When the added visits begin: nobody of the story is under way then."""


def add_cases(*, office: User, second: User, project: Project, now: datetime) -> None:
    """`second` asks the drawn households again: nobody of the office was at a door."""
    visited = _visited(project, HouseholdState.IN_PROGRESS, now)
    if len(visited) >= 6:
        _late_and_often(visited, now)
    handed_in = _visited(project, HouseholdState.SUBMITTED, now)
    for days, visit in enumerate(handed_in[:2], 1):
        _call(visit, _moment(now, days, (13, 35)), 3, VisitResult.DONE)
    for visit in handed_in[2:3]:
        _call(handed_in[-1], visit.started_at + timedelta(minutes=4), 8, VisitResult.TENANT_ONLY, like=visit)
    _change_a_word(project, now)
    _one_phone([visit.household_id for visit in visited[:4]], office, now)
    with at(now - timedelta(minutes=15)):
        _look(office, project)
        _recheck(office, second, project)


def _visited(project: Project, state: HouseholdState, now: datetime) -> list[Visit]:
    """The last working visits of households in a state, of those that were begun some days ago."""
    query = (
        select(Visit)
        .join(Household, Household.id == Visit.household_id)
        .where(
            Visit.project_id == project.id, Household.state == state, Visit.started_at < now - timedelta(days=1),
            Visit.result.in_((VisitResult.DONE, VisitResult.PARTIAL)),
        )
        .order_by(Household.door_sort, Visit.started_at.desc())
    )  # fmt: skip
    first: dict[object, Visit] = {}
    for visit in db.session.scalars(query):
        first.setdefault(visit.household_id, visit)
    return [*first.values()]


def _moment(now: datetime, days: int, clock: tuple[int, int]) -> datetime:
    return (now - timedelta(days=days)).replace(hour=clock[0], minute=clock[1], second=0, microsecond=0)


def _call(
    known: Visit, started: datetime, minutes: int, result: VisitResult, reason: str = "", like: Visit | None = None
) -> None:
    """Another visit to a household, by the surveyors who know it or those of the visit `like`."""
    ended, by = started + timedelta(minutes=minutes), like or known
    with at(ended):
        record_visit(
            actor=by.surveyor_1, household=db.session.get_one(Household, known.household_id), now=ended,
            made=VisitMade(by.surveyor_1_id, by.surveyor_2_id, started, ended, result, hours_reason=reason),
        )  # fmt: skip


def _late_and_often(visits: list[Visit], now: datetime) -> None:
    for days, visit in enumerate(visits[:2], 1):
        _call(visit, _moment(now, days, LATE), 25, VisitResult.TENANT_ONLY, "住户白天上班，约在下班以后")
    for days in (1, 2, 3, 4):
        _call(visits[3], _moment(now, days, LUNCH), 15, VisitResult.TENANT_ONLY)


def _change_a_word(project: Project, now: datetime) -> None:
    """Two owners who did not agree agree two hours after the visit, on the phone."""
    query = (
        select(Consent)
        .join(Round, Round.id == Consent.round_id)
        .where(
            Consent.project_id == project.id, Consent.choice == Choice.DISAGREE, Consent.agent_name == "",
            Consent.given_at < now - timedelta(hours=4), Round.closed_at.is_(None),
        )
        .order_by(Consent.given_at, Consent.id)
        .limit(2)
    )  # fmt: skip
    for consent in db.session.scalars(query).all():
        later = consent.given_at + timedelta(hours=2)
        word = Word(
            person_id=consent.person_id, choice=Choice.AGREE, channel=Channel.PHONE, given_at=later,
            change_reason="来电说家里商量过了",
        )  # fmt: skip
        with at(later):
            record_consent(
                actor=consent.recorded_by, household=db.session.get_one(Household, consent.household_id),
                round_=consent.round, word=word, now=later,
            )  # fmt: skip


def _one_phone(ids: Iterable[object], office: User, now: datetime) -> None:
    """The caretaker's phone in four homes."""
    phone = ""
    for each in ids:
        household = db.session.get_one(Household, each)
        sheet = current_sheet(household)
        phone = phone or sheet.persons[0].phone
        persons = (replace(sheet.persons[0], phone=phone), *sheet.persons[1:])
        with at(now - timedelta(minutes=30)):
            save_sheet(
                actor=office, household=household, base=household.sheet_version,
                pairs=to_pairs(replace_rows(sheet, persons=persons)),
            )  # fmt: skip


def _look(office: User, project: Project) -> None:
    """One late visit was looked at, one area is as it is."""
    for matter in find_signals(project, SignalKind.HOURS)[:1]:
        note_signal(
            actor=office, project=project, kind=SignalKind.HOURS, matter_id=matter.id_in(project.id),
            digest=matter.digest, text="已电话问过住户，是住户自己约的晚上",
        )  # fmt: skip
    for matter in find_faults(project, QualityKind.AREA_OFF)[:1]:
        accept_fault(
            actor=office, project=project, kind=QualityKind.AREA_OFF, matter_id=matter.id_in(project.id),
            digest=matter.digest, reason="已复测，阳台封闭后计入，证载未变",
        )  # fmt: skip


def _recheck(office: User, second: User, project: Project) -> None:
    """5 % were drawn; two thirds are asked again, with a difference here and there."""
    draw = draw_recheck(actor=office, project=project, percent=5, seed=SEED)
    query = select(RecheckItem).where(RecheckItem.draw_id == draw.id).order_by(RecheckItem.household_id)
    items = db.session.scalars(query).all()
    for number, item in enumerate(items[: len(items) * 2 // 3]):
        same = dict.fromkeys(Question, Answer.SAME)
        if number % 7 == 6:
            made = RecheckMade(outcome=Outcome.NOT_REACHED, answers={}, differences={}, note="打了两次电话没有人接")
        elif number % 5 == 2:
            told = {Question.PEOPLE: "说平时住着三口人，老人也在", Question.BRIEFED: "说没有听过搬迁费的讲解"}
            question = Question.PEOPLE if number % 2 else Question.BRIEFED
            answers = same | {question: Answer.DIFFERENT}
            made = RecheckMade(
                outcome=Outcome.REACHED, answers=answers, differences=told, note="电话核对，产权人本人接听"
            )
        else:
            made = RecheckMade(outcome=Outcome.REACHED, answers=same, differences={}, note="电话核对，产权人本人接听")
        record_recheck(actor=second, item=item, made=made)
