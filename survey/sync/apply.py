"""What an event does: the form of the page checks its answers, the service of the page carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from survey.config import Config
from survey.domain.access import Permission, Role
from survey.domain.check import CHINA, Finding, Severity
from survey.domain.codes import Channel, DocumentCategory
from survey.domain.door import floor_of_room
from survey.domain.errors import DomainError, NotFound
from survey.domain.event import EventStatus, EventType
from survey.domain.household import Action
from survey.domain.merge import FieldConflict
from survey.domain.message import MESSAGES
from survey.domain.roster.door import fold, room_of, unit_of
from survey.domain.sheet import Pair, Pairs, row_key, row_name
from survey.forms.base import Form
from survey.forms.briefing import RecordBriefingForm
from survey.forms.consent import OTHER_AGENT, RecordConsentForm, WithdrawConsentForm
from survey.forms.delivery import RecordDeliveryForm
from survey.forms.document import AddDocumentForm
from survey.forms.request import RecordRequestForm
from survey.forms.sheet import hidden_for, keep_unshown, lent_form
from survey.forms.sheet.keep import row_keys
from survey.forms.sheet.version import upgrade_pairs
from survey.forms.signature import RecordSignatureForm
from survey.forms.visit import RecordVisitForm
from survey.models import Building, ConflictRow, Household, PolicyVersion, Project, SyncEvent, User, db, utc_now
from survey.services import briefing, consent, delivery, document, request, signature, visit
from survey.services import round as rounds
from survey.services.building import create_household
from survey.services.duplicate import carry_over
from survey.services.household import ChecksFailed, take_step
from survey.services.sheet import Saved, get_conflict, pairs_of_version, save_sheet
from survey.sync.blobs import open_blob
from survey.sync.event import Event


class Refused(DomainError):
    """A form did not accept its answers. `errors` are field name -> sentences."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("sync.refused")
        self.errors = errors


@dataclass(slots=True)
class Done:
    """What an event did.

    version    of the sheet, where it wrote or found one
    meant      the sheet as the person meant it, where others' changes were put together with it
    errors     what keeps a sheet that was saved from being handed in: `{field, message}`, and for a warning the `key` under
               which its reason is given
    conflicts  answers that two people changed, in `conflict`
    """

    status: EventStatus = EventStatus.APPLIED
    version: int | None = None
    meant: Pairs | None = None
    errors: list[dict[str, str]] = field(default_factory=list)
    conflict: ConflictRow | None = None
    conflicts: tuple[FieldConflict, ...] = ()


def apply(
    *, actor: User, role: Role | None, project: Project, household: Household | None, event: Event,
    sheet: Pairs | None = None, is_correction: bool = False,
) -> Done:  # fmt: skip
    """Carry an event out in the caller's transaction. `household` is None for `create` alone.

    sheet          the answers as `read_sheet` read it, where the event brings one
    is_correction  a save into a locked sheet that the office accepted

    Raises Refused for answers that a form does not accept, DomainError for what a rule forbids.
    """
    if event.type is EventType.CREATE:
        household = _create(actor, project, event)
        return _save(actor, role, household, event, sheet) if sheet is not None else Done(version=0)
    assert household is not None
    if event.type in (EventType.SAVE, EventType.RESOLVE):
        assert sheet is not None
        return _save(actor, role, household, event, sheet, is_correction=is_correction)
    HANDLERS[event.type](actor, household, event)
    return Done()


PERMISSIONS: dict[EventType, Permission] = {
    EventType.SAVE: Permission.SHEET_EDIT,
    EventType.RESOLVE: Permission.SHEET_EDIT,
    EventType.CREATE: Permission.HOUSEHOLD_CREATE,
    EventType.VISIT: Permission.VISIT_RECORD,
    EventType.BRIEFING: Permission.BRIEFING_RECORD,
    EventType.CONSENT: Permission.CONSENT_RECORD,
    EventType.WITHDRAW: Permission.CONSENT_RECORD,
    EventType.REQUEST: Permission.REQUEST_RECORD,
    EventType.DELIVERY: Permission.DELIVERY_RECORD,
    EventType.SIGNATURE: Permission.SIGNATURE_RECORD,
    EventType.DOCUMENT: Permission.DOCUMENT_ADD,
}


def _folder() -> Path:
    config: Config = current_app.config["RUHU"]
    return config.documents


# --- the sheet


def read_sheet(event: Event, hidden: frozenset[str]) -> list[Pair] | None:
    """The sheet that an event brings, as the form reads it; None where it brings none. Needs no database.

    Raises Refused for answers that cannot be kept, DomainError for an edition or a field that nobody knows.
    """
    if event.type not in WITH_SHEET or (event.type is EventType.CREATE and not event.pairs):
        return None
    pairs = upgrade_pairs(event.form_version, event.pairs)
    with lent_form(hidden) as form:
        form.refill(pairs)
        form.validate()
        if wrong := form.blocking_errors():
            raise Refused({_as_sent(name, pairs): texts for name, texts in wrong.items()})
        return form.to_pairs()


def _as_sent(name: str, pairs: Pairs) -> str:
    """The name that a question of the form has on the tablet, where rows that were removed leave gaps in the numbers."""
    part = row_name(name)
    if part is None:
        return name
    numbers = {int(each.number) for sent, _text in pairs if (each := row_name(sent)) and each.rows == part.rows}
    return f"{part.rows}-{sorted(numbers)[int(part.number)]}-{part.field}"


WITH_SHEET = frozenset({EventType.SAVE, EventType.RESOLVE, EventType.CREATE})


def _save(actor: User, role: Role | None, household: Household, event: Event, told: Pairs, *,
          is_correction: bool = False) -> Done:  # fmt: skip
    origin = db.session.get_one(Household, event.household_id)  # another where it became part of this one
    base, begun = begun_from(origin, event)
    before = pairs_of_version(origin, base) if begun is None else begun
    hidden = hidden_for(role)
    pairs = keep_unshown(told, before, hidden=hidden, cleared=event.clear)
    resolved = _resolved(household, event)
    if resolved is not None:
        # A row that others deleted and that stays after all: its numbers are in the record that is in dispute.
        pairs = keep_unshown(pairs, _rows_gone(resolved.pairs, before), hidden=hidden, cleared=event.clear)
    if origin.id != household.id:
        base, (begun, pairs) = 0, carry_over(household, before, pairs)
    saved = save_sheet(
        actor=actor,
        household=household,
        base=base,
        pairs=pairs,
        source="correction" if is_correction else "tablet",
        reason=_("接受平板 %(at)s 的填写", at=event.made_at.strftime("%Y-%m-%d %H:%M")) if is_correction else "",
        hidden=hidden,
        resolves=resolved,
        begun_from=begun,
    )
    if saved.conflict is not None:
        return Done(EventStatus.CONFLICT, household.sheet_version, conflict=saved.conflict, conflicts=saved.conflicts)
    done = _written(saved, pairs)
    if event.about.get("submit") and not is_correction:
        done.errors = _submit(actor, household, event.pairs)
    return done


def _rows_gone(pairs: Pairs, before: Pairs) -> list[Pair]:
    """Of the pairs those of rows that `before` does not have."""
    gone = row_keys(pairs) - row_keys(before)
    numbers = {
        (match.rows, match.number) for name, text in pairs if (match := row_name(name)) and match.field == "uid"
        and (match.rows, text) in gone
    }  # fmt: skip
    return [(name, text) for name, text in pairs if (match := row_name(name)) and (match.rows, match.number) in numbers]


def _written(saved: Saved, pairs: list[Pair]) -> Done:
    is_merged = saved.status == "merged"
    return Done(
        EventStatus.MERGED if is_merged else EventStatus.APPLIED, saved.version, meant=pairs if is_merged else None
    )


def begun_from(household: Household, event: Event) -> tuple[int, Pairs | None]:
    """The version from which the person went on, and the sheet itself where it is none.

    `prev` leads to the tablet's last sheet of this household that was written. What that one produced is what the
    person had before them, unless they have seen a later version since; where it was put together with others' changes,
    it is the sheet as they had sent it.
    """
    earlier = db.session.get(SyncEvent, event.prev) if event.prev else None
    while earlier is not None and not _wrote(earlier, household):
        earlier = db.session.get(SyncEvent, earlier.prev) if earlier.prev else None
    if earlier is None or earlier.version is None or earlier.version <= event.base:
        return event.base, None
    if earlier.status == EventStatus.MERGED:
        return event.base, earlier.body["meant"]
    return earlier.version, None


def _wrote(event: SyncEvent, household: Household) -> bool:
    """Whether an event wrote the household's sheet; one in conflict names a version too, but wrote none."""
    is_written = event.status in (EventStatus.APPLIED, EventStatus.MERGED)
    return is_written and event.version is not None and event.household_id == household.id


def _resolved(household: Household, event: Event) -> ConflictRow | None:
    """The conflict that an event settles. One that somebody else has settled meanwhile is settled."""
    if event.type is not EventType.RESOLVE:
        return None
    disputed = _event_of(household, event.about.get("resolves", ""))
    if disputed.conflict_id is None:
        raise DomainError("sync.event_form", "about", name="resolves")
    try:
        return get_conflict(household, disputed.conflict_id)
    except NotFound:
        return None


def _event_of(household: Household, text: str) -> SyncEvent:
    """An earlier event of the household. Raises DomainError sync.event_form."""
    try:
        row = db.session.get(SyncEvent, UUID(text))
    except ValueError:
        row = None
    if row is None or row.household_id != household.id:
        raise DomainError("sync.event_form", "about", name="about")
    return row


def _submit(actor: User, household: Household, sent: Pairs) -> list[dict[str, str]]:
    """Hand the sheet in. The save stays whatever the checks say: what they found is told."""
    try:
        with db.session.begin_nested():
            take_step(actor=actor, household=household, action=Action.SUBMIT)
    except ChecksFailed as error:
        return [
            {
                "field": _place(finding, sent),
                "message": _(MESSAGES[finding.code]).format(**finding.params),
                **({"key": finding.key} if finding.severity is Severity.WARNING else {}),
            }
            for finding in error.findings
        ]
    return []


def _place(finding: Finding, sent: Pairs) -> str:
    """The name that a finding's answer has on the form that was sent."""
    part = row_key(finding.field)
    if part is None:
        return finding.field
    for name, text in sent:
        row = row_name(name)
        if row and (row.rows, row.field, text) == (part.rows, "uid", part.uid):
            return f"{row.rows}-{row.number}-{part.field}"
    return part.rows


def _create(actor: User, project: Project, event: Event) -> Household:
    try:
        building = db.session.get(Building, UUID(event.about.get("building", "")))
    except ValueError:
        building = None
    if building is None or building.project_id != project.id:
        raise DomainError("sync.event_form", "about", name="building")
    unit = unit_of(event.about.get("unit", "")) if event.about.get("unit") else ""
    room = room_of(fold(event.about.get("room", "")).upper())
    if not room:
        raise DomainError("sync.event_form", "about", name="room")
    floor = event.about.get("floor", "")
    return create_household(
        actor=actor,
        project=project,
        building=building,
        unit_no=unit,
        room_no=room,
        floor_no=int(floor) if floor.lstrip("-").isdigit() and len(floor) < 4 else floor_of_room(room),
        key=event.household_id,
        is_beside=True,
    )


# --- records beside the sheet


def _filled(kind: type[Form], event: Event) -> Any:
    """A form with the event's answers, not yet checked."""
    return kind(MultiDict(list(event.pairs)), meta={"csrf": False})


def _checked(form: Any) -> Any:
    """The form, when it accepts its answers. Raises Refused."""
    if not form.validate():
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items() if name}
        raise Refused({**errors, **({"": [str(text) for text in form.form_errors]} if form.form_errors else {})})
    return form


def _visit(actor: User, household: Household, event: Event) -> None:
    form = _filled(RecordVisitForm, event)
    surveyors = {user.id: user.display_name for user in visit.list_surveyors(household.project_id)}
    form.surveyor_1.offer(surveyors)
    form.surveyor_2.offer(surveyors)
    visit.record_visit(actor=actor, household=household, made=_checked(form).made(), key=event.id, now=_now(event))


def _briefing(actor: User, household: Household, event: Event) -> None:
    version = _found(PolicyVersion, event.about.get("version", ""))
    if version is None or version.policy.project_id != household.project_id:
        raise DomainError("sync.event_form", "about", name="version")
    form = _filled(RecordBriefingForm, event)
    form.points.offer(dict(enumerate(version.points)))
    _checked(form)
    told = briefing.Told(
        held_at=form.held_at.data,
        form=form.form.data,
        points=form.point_numbers(),
        understood=form.understood.data,
        place=form.place.data or "",
        attendees=form.attendees.data or 1,
        questions=form.question_pairs(),
        materials=form.materials.data or "",
        receipt=form.receipt.data or "",
    )
    briefing.record_briefing(
        actor=actor, household=household, version=version, told=told, recipient=form.recipient.data or "", key=event.id,
        now=_now(event),
    )  # fmt: skip


def _consent(actor: User, household: Household, event: Event) -> None:
    round_id, person_id = (_id(event.about.get(name, ""), name) for name in ("round", "person"))
    form = _filled(RecordConsentForm, event)
    agents = {str(agent.id): agent.full_name for agent in consent.list_agents(household)}
    form.agent.offer({**agents, OTHER_AGENT: ""})
    papers = {each.id: each.title for each in document.list_documents(household)}
    form.authorisation.offer(papers)
    form.evidence.offer(papers)
    _checked(form)
    by_proxy = form.channel.data is Channel.PROXY
    is_other = by_proxy and form.agent.data == OTHER_AGENT
    paper = event.about.get("authorisation", "")
    if paper and paper not in event.blobs:
        raise DomainError("sync.event_form", "about", name="authorisation")
    evidence = next((name for name in event.blobs if name != paper), "")
    authorisation = _keep(actor, household, paper, DocumentCategory.AUTHORISATION, form.agent_name.data or "")
    kept = _keep(actor, household, evidence, DocumentCategory.CONSENT, form.choice.data.label)
    word = consent.Word(
        person_id=person_id,
        choice=form.choice.data,
        channel=form.channel.data,
        given_at=form.given_at.data,
        reasons=form.reasons.data or (),
        reason_text=form.reason_text.data or "",
        agent_id=form.agent.uuid if by_proxy and not is_other else None,
        agent_name=(form.agent_name.data or "") if is_other else "",
        authorisation_id=(form.authorisation.uuid or authorisation) if is_other else None,
        evidence_id=form.evidence.uuid or kept,
        unbriefed_reason=form.unbriefed_reason.data or "",
        change_reason=form.change_reason.data or "",
    )
    round_ = rounds.get_round(household.project_id, round_id)
    consent.record_consent(actor=actor, household=household, round_=round_, word=word, key=event.id, now=_now(event))


def _withdraw(actor: User, household: Household, event: Event) -> None:
    given = consent.get_consent(household, _id(event.about.get("consent", ""), "consent"))
    form = _checked(_filled(WithdrawConsentForm, event))
    consent.withdraw_consent(
        actor=actor, consent=given, reason=form.reason.data or "", channel=form.channel.data,
        given_at=form.given_at.data, now=_now(event),
    )  # fmt: skip


def _request(actor: User, household: Household, event: Event) -> None:
    form = _checked(_filled(RecordRequestForm, event))
    given = request.RequestGiven(
        received_on=form.received_on.data,
        person_name=form.person_name.data or "",
        kind=form.kind.data,
        content=form.content.data or "",
        urgency=form.urgency.data,
        source=form.source.data,
        handler=form.handler.data or "",
    )
    request.record_request(
        actor=actor, household=household, given=given, today=_now(event).astimezone(CHINA).date(), key=event.id
    )


def _delivery(actor: User, household: Household, event: Event) -> None:
    form = _checked(_filled(RecordDeliveryForm, event))
    delivery.record_delivery(
        actor=actor,
        household=household,
        given=form.given(has_evidence=bool(event.blobs)),
        now=_now(event),
        evidence=open_blob(household.project_id, event.blobs[0]) if event.blobs else None,
        folder=_folder(),
        key=event.id,
    )


def _signature(actor: User, household: Household, event: Event) -> None:
    """A signing on the tablet is bound to the sheet that the summary showed: a later version is another matter."""
    if event.household_id != household.id:
        raise DomainError("signature.merged", dossier_no=household.dossier_no)
    form = _checked(_filled(RecordSignatureForm, event))
    if event.strokes and (form.signed.data is False or not event.blobs):
        raise DomainError("sync.event_form", "strokes", name="strokes")  # who drew has a picture of it
    saves = event.about.get("saves", "")
    version = _event_of(household, saves).version if saves else event.base
    signature.record_signature(
        actor=actor,
        household=household,
        given=form.given(has_evidence=bool(event.blobs)),
        now=_now(event),
        evidence=open_blob(household.project_id, event.blobs[0]) if event.blobs else None,
        folder=_folder(),
        version=version,
        text_hash=event.about.get("text_hash", "")[:64],
        strokes=event.strokes,
        key=event.id,
    )


def _document(actor: User, household: Household, event: Event) -> None:
    if not event.blobs:
        raise DomainError("sync.event_form", "blobs", name="blobs")
    form = _checked(_filled(AddDocumentForm, event))
    for name in event.blobs:
        document.add_document(
            actor=actor,
            folder=_folder(),
            category=form.category.data,
            prepared=open_blob(household.project_id, name),
            title=form.title.data or "",
            household=household,
            is_original=bool(form.is_original.data),
        )


def _keep(actor: User, household: Household, blob: str, category: DocumentCategory, title: str) -> UUID | None:
    """A photo as a document of the household; None when there is none."""
    if not blob:
        return None
    kept = document.add_document(
        actor=actor, folder=_folder(), category=category, prepared=open_blob(household.project_id, blob), title=title,
        household=household, with_audit=False,
    )  # fmt: skip
    return kept.id


def _now(event: Event) -> datetime:
    """Against what "in the future" is judged: times are told by the tablet's clock, which may be ahead of ours."""
    return max(event.made_at_raw, utc_now())


def _id(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise DomainError("sync.event_form", "about", name=name) from None


def _found(model: type[Any], text: str) -> Any:
    return db.session.get(model, _id(text, model.__tablename__))


HANDLERS: dict[EventType, Callable[[User, Household, Event], None]] = {
    EventType.VISIT: _visit,
    EventType.BRIEFING: _briefing,
    EventType.CONSENT: _consent,
    EventType.WITHDRAW: _withdraw,
    EventType.REQUEST: _request,
    EventType.DELIVERY: _delivery,
    EventType.SIGNATURE: _signature,
    EventType.DOCUMENT: _document,
}
