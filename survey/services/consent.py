"""Consents: an append-only list of what owners said in a round, and the standing that follows, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from survey.domain.check import CHINA
from survey.domain.codes import Channel, Choice, DocumentCategory, PersonRole, WillReason
from survey.domain.consent import (
    Authorisation,
    Given,
    Ground,
    Voice,
    check_may_change,
    check_may_give,
    check_may_withdraw,
    in_force,
)
from survey.domain.errors import DomainError, NotFound
from survey.models import (
    Briefing,
    Consent,
    Document,
    Household,
    PersonRow,
    PolicyVersion,
    Project,
    Round,
    User,
    db,
    new_id,
    utc_now,
)
from survey.services import audit
from survey.services.briefing import find_briefing
from survey.services.document import list_documents
from survey.services.policy import version_in_force
from survey.services.sheet import lock_household
from survey.services.standing import list_records, list_voices, recompute_standings, record_of

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A consent as it is reported.

    agent_id          the agent's row of the sheet; or a name and the document of the authorisation
    change_reason     why an earlier word is taken back by this one; "" when there is none
    """

    person_id: UUID
    choice: Choice
    channel: Channel
    given_at: datetime
    reasons: Sequence[WillReason] = field(default=())
    reason_text: str = ""
    agent_id: UUID | None = None
    agent_name: str = ""
    authorisation_id: UUID | None = None
    evidence_id: UUID | None = None
    unbriefed_reason: str = ""
    change_reason: str = ""


def record_consent(
    *,
    actor: User,
    household: Household,
    round_: Round,
    word: Word,
    key: UUID | None = None,
    now: datetime | None = None,
) -> Consent:
    """Append a consent; where the person has spoken already, append the withdrawal of that word before it.

    key  the id that the page made for the record: what was sent twice is recorded once
    Raises DomainError as `check_may_give`; consent.already_given without a reason for the change;
    consent.authorisation_unknown, consent.evidence_unknown for documents that are not this household's.
    """
    now = now or utc_now()
    household = lock_household(household)
    round_ = _fresh_round(household, round_)
    if key is not None and (known := db.session.get(Consent, key)) is not None:
        return get_consent(household, known.id)
    records = list_records(household.id, round_.id)
    voice = _find_voice(household, word.person_id)
    # Times are told to the minute: what was published within it was in force.
    version = version_for(round_, at=word.given_at + MINUTE)
    briefing = find_briefing(household, version) if version else None
    paper = _authorisation(household, word)
    check_may_give(
        Given(
            person_id=word.person_id,
            choice=word.choice,
            channel=word.channel,
            given_at=word.given_at,
            has_reasons=bool(word.reasons or word.reason_text.strip()),
            authorisation=paper,
            unbriefed_reason=word.unbriefed_reason,
        ),
        voice,
        Ground(
            opened_at=round_.opened_at,
            closed_at=round_.closed_at,
            has_policy=version is not None,
            briefed_at=briefing.held_at if briefing else None,
        ),
        now,
    )
    assert voice is not None
    _check_evidence(household, word.evidence_id)
    standing = _standing_record(records, word.person_id)
    if standing is not None:
        check_may_change(voice, standing.choice, word.change_reason)
        _append_withdrawal(actor, standing, records, word.change_reason, word.channel, word.given_at, now)
    resting = briefing if briefing and _day(briefing.held_at) <= _day(word.given_at) else None
    consent = Consent(
        id=key or new_id(),
        project_id=household.project_id,
        household_id=household.id,
        round_id=round_.id,
        person_id=word.person_id,
        person_name=voice.name,
        share_num=voice.share.numerator if voice.share is not None else None,
        share_den=voice.share.denominator if voice.share is not None else None,
        choice=word.choice,
        reasons=[reason.value for reason in word.reasons],
        reason_text=word.reason_text.strip(),
        channel=word.channel,
        agent_name=paper.agent_name.strip() if paper else "",
        authorisation_id=word.authorisation_id if paper and paper.is_document else None,
        evidence_id=word.evidence_id,
        briefing_id=resting.id if resting else None,
        unbriefed_reason="" if resting else word.unbriefed_reason.strip(),
        given_at=word.given_at,
        recorded_by_id=actor.id,
    )
    db.session.add(consent)
    recompute_standings(household)
    audit.record(
        actor,
        "consent.record",
        consent,
        {"round": str(round_.id), "choice": word.choice.value, "changed": standing is not None,
         "briefed": resting is not None, "agent": paper is not None},
    )  # fmt: skip
    return consent


def withdraw_consent(
    *, actor: User, consent: Consent, reason: str, channel: Channel = Channel.IN_PERSON, given_at: datetime | None = None,
    now: datetime | None = None,
) -> Consent:  # fmt: skip
    """Append the withdrawal of a consent. Raises DomainError as `check_may_withdraw`."""
    now = now or utc_now()
    household = lock_household(db.session.get_one(Household, consent.household_id))
    _fresh_round(household, consent.round)
    records = list_records(household.id, consent.round_id)
    withdrawal = _append_withdrawal(actor, consent, records, reason, channel, given_at or now, now)
    recompute_standings(household)
    audit.record(actor, "consent.withdraw", withdrawal, {"round": str(consent.round_id), "withdraws": str(consent.id)})
    return withdrawal


def _append_withdrawal(
    actor: User,
    consent: Consent,
    records: Sequence[Consent],
    reason: str,
    channel: Channel,
    given_at: datetime,
    now: datetime,
) -> Consent:
    check_may_withdraw(
        record_of(consent),
        [record_of(row) for row in records],
        closed_at=consent.round.closed_at,
        withdrawn_at=given_at,
        given_at=consent.given_at,
        now=now,
        reason=reason,
    )
    withdrawal = Consent(
        project_id=consent.project_id,
        household_id=consent.household_id,
        round_id=consent.round_id,
        person_id=consent.person_id,
        person_name=consent.person_name,
        share_num=consent.share_num,
        share_den=consent.share_den,
        withdraws_id=consent.id,
        reason_text=reason.strip(),
        channel=channel,
        given_at=given_at,
        recorded_by_id=actor.id,
    )
    db.session.add(withdrawal)
    db.session.flush()
    return withdrawal


def _fresh_round(household: Household, round_: Round) -> Round:
    """The round as it stands now that the household is locked: closing one waits for that lock, and is waited for."""
    fresh = db.session.get(Round, round_.id, populate_existing=True)
    if fresh is None or fresh.project_id != household.project_id:
        raise NotFound
    return fresh


def _find_voice(household: Household, person_id: UUID) -> Voice | None:
    return next((voice for voice in list_voices(household) if voice.person_id == person_id), None)


def _standing_record(records: Sequence[Consent], person_id: UUID) -> Consent | None:
    found = in_force([record_of(row) for row in records]).get(person_id)
    return next((row for row in records if found is not None and row.id == found.id), None)


def _authorisation(household: Household, word: Word) -> Authorisation | None:
    """The authorisation that a word rests on, read from the agent's row or standing as a document; None without agent."""
    if word.agent_id is not None:
        agent = db.session.get(PersonRow, word.agent_id)
        if agent is None or agent.household_id != household.id or PersonRole.AGENT not in agent.roles:
            raise DomainError("consent.agent_missing", "agent")
        return Authorisation(
            agent_name=agent.full_name,
            matter=agent.authorisation_matter,
            power=agent.authorisation_power,
            until=agent.authorisation_until,
            is_signed=bool(agent.authorisation_signed),
        )
    if word.authorisation_id is not None:
        if _find_document(household, word.authorisation_id, DocumentCategory.AUTHORISATION) is None:
            raise DomainError("consent.authorisation_unknown", "authorisation")
        return Authorisation(agent_name=word.agent_name, is_document=True)
    if word.agent_name.strip():
        raise DomainError("consent.authorisation_unknown", "authorisation")
    return None


def _check_evidence(household: Household, evidence_id: UUID | None) -> None:
    if evidence_id is not None and _find_document(household, evidence_id) is None:
        raise DomainError("consent.evidence_unknown", "evidence")


def _find_document(
    household: Household, document_id: UUID, category: DocumentCategory | None = None
) -> Document | None:
    found = list_documents(household, (category,) if category else ())
    return next((each for each in found if each.id == document_id), None)


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


# --- reading ------------------------------------------------------------------------------------------------------


def list_agents(household: Household) -> list[PersonRow]:
    """The agents on the household's sheet."""
    query = select(PersonRow).where(PersonRow.household_id == household.id).order_by(PersonRow.position)
    return [person for person in db.session.scalars(query) if PersonRole.AGENT in person.roles]


def get_consent(household: Household, consent_id: UUID) -> Consent:
    """A record of the household. Raises NotFound."""
    consent = db.session.get(Consent, consent_id)
    if consent is None or consent.household_id != household.id:
        raise NotFound
    return consent


def version_for(round_: Round, at: datetime | None = None) -> PolicyVersion | None:
    """The policy version on which a consent of the round must rest: of the round's policy, or the leading one."""
    return version_in_force(db.session.get_one(Project, round_.project_id), round_.policy_id, at)


def list_standing_records(household: Household, round_: Round) -> dict[UUID, Consent]:
    """person id -> the record whose word stands in the round."""
    records = list_records(household.id, round_.id)
    standing = {record.id for record in in_force([record_of(row) for row in records]).values()}
    return {row.person_id: row for row in records if row.id in standing}


def version_numbers(consents: Sequence[Consent]) -> dict[UUID, int]:
    """briefing id -> number of the policy version explained, for the consents' briefings."""
    ids = {consent.briefing_id for consent in consents if consent.briefing_id is not None}
    if not ids:
        return {}
    query = (
        select(Briefing.id, PolicyVersion.number)
        .join(PolicyVersion, PolicyVersion.id == Briefing.policy_version_id)
        .where(Briefing.id.in_(ids))
    )
    return {row.id: row.number for row in db.session.execute(query)}
