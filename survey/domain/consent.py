"""Consent (意愿表态): who may give it, when, resting on what; and what is counted of a round, in fractions.

Counting by law (thresholds of participation, which households count) is another rule and is not here: this module says
what may be recorded and writes shares as text. What a household says follows by `survey.domain.coownership`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from survey.domain.check import CHINA
from survey.domain.codes import PUBLIC_RENTAL, Channel, Choice, Coown, PersonRole, Tenure
from survey.domain.coownership import HouseholdChoice, OwnerShare, household_choice
from survey.domain.errors import DomainError

ADULT = 18
REASON_WANTED = frozenset({Choice.DISAGREE, Choice.CONDITIONAL})
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A person of the sheet, as far as a consultation asks about them."""

    person_id: Hashable
    name: str = ""
    roles: frozenset[str] = frozenset()
    share: Fraction | None = None
    birth_date: date | None = None
    deceased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """授权委托书: from the agent's row of the sheet, or a document (`is_document`), whose terms a person has read."""

    agent_name: str
    is_document: bool = False
    matter: str = ""
    power: str = ""
    until: date | None = None
    is_signed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A consent as it is reported.

    authorisation      None when the owner speaks in person
    unbriefed_reason   why there was no briefing on the version in force
    """

    person_id: Hashable
    choice: Choice
    channel: Channel
    given_at: datetime
    has_reasons: bool = False
    authorisation: Authorisation | None = None
    unbriefed_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What stands on the day: the round's times, whether a policy is in force, the first briefing on it."""

    opened_at: datetime
    closed_at: datetime | None
    has_policy: bool
    briefed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the append-only list: a word (`choice`), or the withdrawal of another record."""

    id: Hashable
    person_id: Hashable
    choice: Choice | None
    withdraws_id: Hashable | None = None


def voices(tenure: Tenure | None, persons: Iterable[Voice]) -> list[Voice]:
    """The persons of a household who are asked: its owners; in public housing its tenants.

    Rule: 山东条例 art 14, 青岛条例 art 12, 上海市政府令71号: 被征收人 (owners) and 公房承租人 (tenants of public housing)
    are consulted. Where public housing has no tenant on its sheet, the owners are asked.
    """
    known = list(persons)
    tenants = [person for person in known if PersonRole.TENANT in person.roles]
    if tenure in PUBLIC_RENTAL and tenants:
        return tenants
    return [person for person in known if PersonRole.OWNER in person.roles]


def in_force(records: Iterable[Record]) -> dict[Hashable, Record]:
    """person_id -> the word that stands: the last one given that was not withdrawn.

    Rule: PIPL art 15 by analogy and 浙江条例 art 31 (agreement is given freely): a word can be taken back; both the word
    and its withdrawal stay on record.
    """
    known = list(records)
    withdrawn = {record.withdraws_id for record in known if record.withdraws_id is not None}
    return {record.person_id: record for record in known if record.choice is not None and record.id not in withdrawn}


def standing_choice(
    tenure: Tenure | None, coown: Coown | None, persons: Iterable[Voice], records: Iterable[Record]
) -> HouseholdChoice:
    """What the household says in a round, from its sheet and the records of its persons.

    Rule: 民法典 art 301 (see `coownership`). Tenants of public housing hold no shares: all are asked, alike. A deceased
    owner stays an owner, and silent, also when they had spoken (民法典 art 230: the heirs own from the death on, but the
    sheet does not name them yet).
    """
    asked = voices(tenure, persons)
    living = {person.person_id for person in asked if not person.deceased}
    by_share = all(PersonRole.OWNER in person.roles for person in asked)
    return household_choice(
        [OwnerShare(person.person_id, person.share) for person in asked],
        coown if by_share else None,
        {
            person: record.choice
            for person, record in in_force(records).items()
            if record.choice is not None and person in living
        },
    )


def check_may_give(given: Given, voice: Voice | None, ground: Ground, now: datetime) -> None:
    """Refuse a consent that may not be recorded. `voice` is the person among `voices`, None when not there.

    Rule: survey procedure: only in an open round, by an owner (or a tenant of public housing, 青岛条例 art 12), not
    before the round and not in the future; 民法典 art 13: not by a deceased; arts 19, 23: for a minor the guardian
    speaks; art 165: an agent's authorisation names matter, power and term and is signed; 590号 art 13: explained before
    it is asked: a briefing on the version in force, or the reason in writing; who disagrees or agrees on a condition is
    asked why.
    Raises DomainError: consent.round_closed, consent.not_owner, consent.owner_deceased, consent.in_future,
    consent.before_round, consent.minor, consent.agent_missing, consent.not_proxy, consent.authorisation_incomplete,
    consent.authorisation_ended, consent.not_briefed, consent.reason_missing.
    """
    if ground.closed_at is not None:
        raise DomainError("consent.round_closed")
    if voice is None:
        raise DomainError("consent.not_owner", "person_id")
    if voice.deceased:
        raise DomainError("consent.owner_deceased", "person_id", name=voice.name)
    day = _day(given.given_at)
    if given.given_at > now:
        raise DomainError("consent.in_future", "given_at")
    if day < _day(ground.opened_at):
        raise DomainError("consent.before_round", "given_at", day=_day(ground.opened_at).isoformat())
    _check_agent(given, voice, day)
    if given.choice in REASON_WANTED and not given.has_reasons:
        raise DomainError("consent.reason_missing", "reasons", choice=given.choice.label)
    told = ground.briefed_at is not None and _day(ground.briefed_at) <= day
    if ground.has_policy and not told and not given.unbriefed_reason.strip():
        raise DomainError("consent.not_briefed", "unbriefed_reason")


def check_may_change(voice: Voice, standing: Choice | None, reason: str) -> None:
    """Refuse another word of who has spoken already, as long as nobody says why.

    Rule: survey procedure: records are never changed; a changed word is a withdrawal with its reason and a new word.
    Raises DomainError: consent.already_given.
    """
    if not reason.strip():
        choice = standing.label if standing else ""
        raise DomainError("consent.already_given", "change_reason", name=voice.name, choice=choice)


def _check_agent(given: Given, voice: Voice, day: date) -> None:
    paper = given.authorisation
    if paper is None:
        if voice.birth_date is not None and _age_on(voice.birth_date, day) < ADULT:
            raise DomainError("consent.minor", "agent", name=voice.name)
        if given.channel is Channel.PROXY:
            raise DomainError("consent.agent_missing", "agent")
        return
    if not paper.agent_name.strip():
        raise DomainError("consent.agent_missing", "agent_name")
    if given.channel is not Channel.PROXY:
        raise DomainError("consent.not_proxy", "channel")
    if paper.is_document:
        return
    if not (paper.is_signed and paper.matter and paper.power and paper.until):
        raise DomainError("consent.authorisation_incomplete", "agent", name=paper.agent_name)
    if paper.until < day:
        raise DomainError("consent.authorisation_ended", "agent", name=paper.agent_name, until=paper.until.isoformat())


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _age_on(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def check_may_withdraw(
    record: Record, records: Sequence[Record], *, closed_at: datetime | None, withdrawn_at: datetime,
    given_at: datetime, now: datetime, reason: str,
) -> None:  # fmt: skip
    """Refuse a withdrawal: the record must be a word that stands, in an open round, with a reason.

    Rule: survey procedure: records are never changed; a withdrawal is a record of its own with its reason, not dated
    before the word and not in the future.
    Raises DomainError: consent.round_closed, consent.not_standing, consent.withdraw_reason, consent.in_future,
    consent.before_word.
    """
    if closed_at is not None:
        raise DomainError("consent.round_closed")
    standing = in_force(records).get(record.person_id)
    if standing is None or standing.id != record.id:
        raise DomainError("consent.not_standing")
    if not reason.strip():
        raise DomainError("consent.withdraw_reason", "reason")
    if withdrawn_at > now:
        raise DomainError("consent.in_future", "given_at")
    if withdrawn_at < given_at:
        raise DomainError("consent.before_word", "given_at")


def voting_area_m2(certified: Decimal | None, measured: Decimal | None, contract: Decimal | None = None) -> Decimal:
    """The floor area with which a household counts, in square metres; 0 when none is known.

    Rule: 最高法 建筑物区分所有权解释 art 8: the area of the register; not registered yet: as surveyed; not surveyed
    yet: as in the contract of sale.
    """
    return next((area for area in (certified, measured, contract) if area is not None and area > 0), ZERO)


def percent_text(part: int | Decimal, whole: int | Decimal) -> str:
    """The share as a text with one decimal, cut and not rounded up: 1/3 is 33.3%; "—" where nothing is counted.

    Rule: (house) shares are integers and fractions, never floats; a share just below a threshold is never shown as if
    it had been reached (民法典 art 1259: "以上" includes the number itself, nothing less).
    """
    if not whole:
        return "—"
    tenths = Fraction(part) * 1000 // Fraction(whole)
    return f"{tenths // 10}.{tenths % 10}%"


def reaches(part: int | Decimal, whole: int | Decimal, threshold: Fraction) -> bool:
    """Whether a share reaches a round's threshold; nothing reaches a threshold of nothing.

    Rule: 民法典 art 1259: "以上" includes the number. Which households count in the whole is a later rule of counting.
    """
    return bool(whole) and Fraction(part) >= threshold * Fraction(whole)


def missing_to(part: int, whole: int, threshold: Fraction) -> int:
    """How much more must agree until a share reaches the threshold, in whole units of `part` (households, hundredths of m²).

    Rule: 民法典 art 1259: "以上" includes the number, so the least number that `reaches` is enough.
    """
    least = -(-threshold.numerator * whole // threshold.denominator)
    return max(least - part, 0)


def check_threshold(num: int | None, den: int | None) -> None:
    """Refuse a threshold that is no share.

    Rule: 民法典 art 278 and the local regulations name thresholds as shares of the whole (2/3, 3/4, 95 %): a fraction
    above 0 and at most 1; a round may have none.
    Raises DomainError("round.threshold_form").
    """
    if num is None and den is None:
        return
    if num is None or den is None or not 0 < num <= den:
        raise DomainError("round.threshold_form", "threshold_num")
