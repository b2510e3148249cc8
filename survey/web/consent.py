"""Consents of a household: each owner's word in the open rounds, recording, changing and taking it back, the history."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from survey.domain.access import Permission
from survey.domain.codes import Channel, Choice, Coown, DocumentCategory, PersonRole, WillReason
from survey.domain.consent import Voice
from survey.domain.coownership import HouseholdChoice, OwnerShare, Tally, tally
from survey.domain.errors import NotFound
from survey.forms.consent import OTHER_AGENT, RecordConsentForm, WithdrawConsentForm
from survey.models import Consent, Document, Household, Round, Standing, db
from survey.services import consent as consents
from survey.services import document as documents
from survey.services import round as rounds
from survey.services.briefing import find_briefing
from survey.services.consent import Word
from survey.services.standing import list_records, list_voices
from survey.web.access import current_user, load_household, project_of_page, requires
from survey.web.name import shown_names
from survey.web.sheet.page import trail
from survey.web.upload import document_folder, read_file

bp = Blueprint("consent", __name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """One person who is asked, and the word that stands."""

    voice: Voice
    word: Consent | None
    version: int | None


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round as one household's page shows it. `former` are words of persons who are not asked any more."""

    round: Round
    choice: HouseholdChoice
    tally: Tally | None
    asked: list[Asked]
    former: list[Consent]
    in_force: int | None
    is_briefed: bool


@bp.get("/household/<uuid:household_id>/consent")
@requires(Permission.HOUSEHOLD_SHOW)
def show(household_id: UUID) -> ResponseReturnValue:
    """What each owner says in each round, and every record there ever was."""
    household = load_household(household_id)
    records = list_records(household.id)
    spoken = {record.round_id for record in records}
    listed = [
        round_ for round_ in rounds.list_rounds(project_of_page().id) if round_.closed_at is None or round_.id in spoken
    ]
    withdrawals = {record.withdraws_id: record for record in records if record.withdraws_id is not None}
    return render_template(
        "consent/show.html",
        household=household,
        views=[view_round(household, round_) for round_ in listed],
        records=[*reversed(records)],
        withdrawals=withdrawals,
        versions=consents.version_numbers(records),
        documents={document.id: document for document in documents.list_documents(household)},
        reason_words={reason.value: _(reason.label) for reason in WillReason},
        shown_names=shown_names,
        trail=trail,
    )


@bp.route("/household/<uuid:household_id>/consent/record", methods=["GET", "POST"])
@requires(Permission.CONSENT_RECORD)
def record(household_id: UUID) -> ResponseReturnValue:
    """Record what one person says, or change it: `?round=…&person=…`."""
    household = load_household(household_id)
    round_ = rounds.get_round(household.project_id, _id("round"))
    voice = next((each for each in list_voices(household) if each.person_id == _id("person")), None)
    if voice is None:
        raise NotFound
    version = consents.version_for(round_)
    briefing = find_briefing(household, version) if version else None
    standing = consents.list_standing_records(household, round_).get(_id("person"))
    form = RecordConsentForm(given_at=_now(), channel=Channel.IN_PERSON)
    _offer(form, household)
    if form.validate_on_submit():
        with form.catching():
            word = _word(form, household, _id("person"), standing is not None)
            consent = consents.record_consent(
                actor=current_user, household=household, round_=round_, word=word, key=form.key.uuid
            )
            said = consent.choice.label if consent.choice else ""
            flash(_("已记录%(name)s：%(choice)s。", name=voice.name, choice=_(said)), "success")
            return redirect(url_for("consent.show", household_id=household.id))
    page = render_template(
        "consent/record.html",
        form=form,
        household=household,
        round=round_,
        voice=voice,
        standing=standing,
        version=version,
        briefing=briefing,
        asks_why_unbriefed=(version is not None and briefing is None)
        or bool(form.unbriefed_reason.errors or form.unbriefed_reason.data),
        trail=trail,
    )
    return page, form.status


@bp.route("/household/<uuid:household_id>/consent/<uuid:consent_id>/withdraw", methods=["GET", "POST"])
@requires(Permission.CONSENT_RECORD)
def withdraw(household_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    household = load_household(household_id)
    consent = consents.get_consent(household, consent_id)
    if consent.choice is None:
        raise NotFound
    form = WithdrawConsentForm(given_at=_now(), channel=Channel.IN_PERSON)
    if form.validate_on_submit():
        with form.catching():
            consents.withdraw_consent(
                actor=current_user, consent=consent, reason=form.reason.data or "", channel=form.channel.data,
                given_at=form.given_at.data,
            )  # fmt: skip
            flash(_("已记录%(name)s撤回表态。原表态仍保留在记录里。", name=consent.person_name), "success")
            return redirect(url_for("consent.show", household_id=household.id))
    page = render_template("consent/withdraw.html", form=form, household=household, consent=consent, trail=trail)
    return page, form.status


# --- what the pages share -----------------------------------------------------------------------------------------


def view_round(household: Household, round_: Round) -> RoundView:
    """What a household's page shows of a round."""
    standing_records = consents.list_standing_records(household, round_)
    numbers = consents.version_numbers([*standing_records.values()])
    voices = list_voices(household)
    kept = db.session.get(Standing, (round_.id, household.id))
    version = consents.version_for(round_)
    asked_ids = {voice.person_id for voice in voices}
    return RoundView(
        round=round_,
        choice=HouseholdChoice(kept.choice) if kept else HouseholdChoice.NONE,
        tally=_tally(household, voices, standing_records),
        asked=[
            Asked(voice, word, numbers.get(word.briefing_id) if word and word.briefing_id else None)
            for voice in voices
            for word in (standing_records.get(_uuid(voice)),)
        ],
        former=[word for person, word in standing_records.items() if person not in asked_ids],
        in_force=version.number if version else None,
        is_briefed=version is not None and find_briefing(household, version) is not None,
    )


def _uuid(voice: Voice) -> UUID:
    assert isinstance(voice.person_id, UUID)
    return voice.person_id


def _tally(household: Household, voices: list[Voice], words: dict[UUID, Consent]) -> Tally | None:
    by_share = all(PersonRole.OWNER in voice.roles for voice in voices)
    coown: Coown | None = household.coown_type if by_share else None
    living = {voice.person_id for voice in voices if not voice.deceased}
    said: dict[Hashable, Choice] = {
        person: word.choice for person, word in words.items() if word.choice is not None and person in living
    }
    return tally([OwnerShare(voice.person_id, voice.share) for voice in voices], coown, said)


def _now() -> datetime:
    from survey.web import local_now

    return local_now().replace(second=0, microsecond=0)


def _id(name: str) -> UUID:
    """An id of the address. Raises NotFound for what is none."""
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        raise NotFound from None


def _offer(form: RecordConsentForm, household: Household) -> None:
    agents = {agent.id: agent.full_name for agent in consents.list_agents(household) if agent.full_name}
    form.agent.offer({**agents, OTHER_AGENT: _("其他代理人（凭授权委托书）")})
    form.authorisation.offer(
        {
            each.id: _document_word(each)
            for each in documents.list_documents(household, (DocumentCategory.AUTHORISATION,))
        }
    )
    form.evidence.offer({each.id: _document_word(each) for each in documents.list_documents(household)})


def _document_word(document: Document) -> str:
    from survey.web import local_time

    return " · ".join(filter(None, (_(document.category.label), document.title, local_time(document.added_at))))


def _word(form: RecordConsentForm, household: Household, person_id: UUID, is_change: bool) -> Word:
    """What the form says. Files that came with it are kept with it: if the word is refused, so are they."""
    by_proxy = form.channel.data is Channel.PROXY
    other = by_proxy and form.agent.data == OTHER_AGENT
    authorisation_id = form.authorisation.uuid if other else None
    if other and authorisation_id is None:
        authorisation_id = _upload(
            form.authorisation_file.data, household, DocumentCategory.AUTHORISATION, "authorisation_file"
        )
    evidence_id = form.evidence.uuid or _upload(
        form.evidence_file.data, household, DocumentCategory.CONSENT, "evidence_file"
    )
    return Word(
        person_id=person_id,
        choice=form.choice.data,
        channel=form.channel.data,
        given_at=form.given_at.data,
        reasons=form.reasons.data or (),
        reason_text=form.reason_text.data or "",
        agent_id=form.agent.uuid if by_proxy and not other else None,
        agent_name=(form.agent_name.data or "") if other else "",
        authorisation_id=authorisation_id,
        evidence_id=evidence_id,
        unbriefed_reason=form.unbriefed_reason.data or "",
        change_reason=(form.change_reason.data or "") if is_change else "",
    )


def _upload(upload: FileStorage | None, household: Household, category: DocumentCategory, field: str) -> UUID | None:
    prepared = read_file(upload or None, field)
    if upload is None or prepared is None:
        return None
    document = documents.add_document(
        actor=current_user, folder=document_folder(), category=category, prepared=prepared, title=upload.filename or "",
        household=household, with_audit=False,
    )  # fmt: skip
    return document.id
