"""Readers of papers that rest on a record: a round, a briefing, documents, a delivery, a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import func, select

from exports.notices.ballot import Ballot
from exports.notices.conversation import BriefingRecord, InterviewRecord
from exports.notices.material_list import Material, MaterialList
from exports.notices.objection import ObjectionReply
from exports.notices.reading.desk import Desk
from exports.notices.service_receipt import ServiceReceipt
from exports.view import CHINA, local_moment
from survey.domain.codes import DocumentCategory, RequestKind, RoundKind
from survey.domain.consent import voting_area_m2
from survey.domain.errors import DomainError
from survey.models import (
    Briefing,
    Delivery,
    Document,
    Household,
    NoticeIssue,
    PolicyVersion,
    Request,
    Round,
    Signature,
    db,
)
from survey.services.delivery import Attempt, list_deliveries, list_printed, list_unserved
from survey.services.policy import version_in_force
from survey.services.round import list_open_rounds, list_rounds

OBJECTIONS = (RequestKind.AREA, RequestKind.TITLE)


def renewal_ballot(desk: Desk, household: Household) -> Ballot:
    """The ballot of the open round. Raises DomainError("export.no_open_round")."""
    return _ballot(desk, household, _open_round(desk, lambda kind: kind is not RoundKind.APPRAISER))


def appraiser_ballot(desk: Desk, household: Household) -> Ballot:
    """The ballot of the open round on the appraiser. Raises DomainError("export.no_open_round")."""
    round_ = _open_round(desk, lambda kind: kind is RoundKind.APPRAISER)
    named = desk.once("candidates", lambda: _candidates(desk))
    return _ballot(desk, household, round_, named)


def _open_round(desk: Desk, wanted: Callable[[RoundKind], bool]) -> Round:
    rounds = desk.once("rounds", lambda: list_open_rounds(desk.project.id))
    found = next((round_ for round_ in rounds if wanted(round_.kind)), None)
    if found is None:
        raise DomainError("export.no_open_round")
    return found


def _ballot(desk: Desk, household: Household, round_: Round, candidates: tuple[str, ...] = ()) -> Ballot:
    sheet = desk.sheet(household)
    rounds = desk.once(
        "order", lambda: sorted(list_rounds(desk.project.id), key=lambda each: (each.opened_at, each.id))
    )
    return Ballot(
        **desk.household_head(household, sheet),
        ballot_no=f"{household.dossier_no}-{rounds.index(round_) + 1}",
        round_title=round_.title,
        question=round_.question or round_.title,
        area_m2=voting_area_m2(household.area_cert_m2, household.area_meas_m2),
        cert_nos=tuple(desk.view.cert_no(row.cert_no) for row in sheet.certificates if row.cert_no),
        candidates=candidates,
    )


def _candidates(desk: Desk) -> tuple[str, ...]:
    named = func.trim(Household.appraiser_choice)
    return tuple(
        db.session.scalars(
            select(named)
            .where(Household.project_id == desk.project.id, Household.removed_at.is_(None), named != "")
            .group_by(named)
            .order_by(named)
        )
    )


def briefing_record(desk: Desk, household: Household) -> BriefingRecord:
    """The last briefing; without one a blank form with the points of the leading policy."""
    head = desk.household_head(household, desk.sheet(household))
    row = db.session.scalar(
        select(Briefing)
        .where(Briefing.household_id == household.id)
        .order_by(Briefing.held_at.desc(), Briefing.id.desc())
        .limit(1)
    )
    if row is None:
        version = desk.once("policy", lambda: version_in_force(desk.project))
        points = tuple((point, False) for point in version.points) if version else ()
        return BriefingRecord(**head, policy=_policy(version), points=points)
    return BriefingRecord(
        **head,
        policy=_policy(row.policy_version),
        held_at=local_moment(row.held_at),
        form=row.form,
        place=row.place,
        briefed_by=row.briefed_by.display_name,
        recipient=desk.view.name(row.recipient),
        attendees=row.attendees,
        points=tuple((point, number in row.points) for number, point in enumerate(row.policy_version.points)),
        questions=tuple((each.get("question", ""), each.get("answer", "")) for each in row.questions),
        materials=row.materials,
        understood=row.understood,
        receipt=row.receipt,
    )


def _policy(version: PolicyVersion | None) -> str:
    return f"《{version.policy.title}》第{version.number}版" if version else ""


def interview_record(desk: Desk, household: Household) -> InterviewRecord:
    return InterviewRecord(
        **desk.household_head(household, desk.sheet(household)),
        interviewers=tuple(person.name for person in desk.surveyors(household)[:2]),
    )


def material_list(desk: Desk, household: Household) -> MaterialList:
    """What the household handed in: neither the pages that it signed for the office nor the proof of a delivery."""
    own = select(Signature.evidence_id).where(
        Signature.household_id == household.id, Signature.evidence_id.is_not(None)
    )
    rows = db.session.scalars(
        select(Document)
        .where(
            Document.household_id == household.id,
            Document.removed_at.is_(None),
            Document.category != DocumentCategory.DELIVERY,
            Document.id.not_in(own),
        )
        .order_by(Document.added_at, Document.id)
    )
    return MaterialList(
        **desk.household_head(household, desk.sheet(household)),
        materials=tuple(
            Material(row.title or row.category.label, row.category.label, row.is_original, row.pages) for row in rows
        ),
    )


def service_receipt(desk: Desk, household: Household) -> ServiceReceipt:
    """The receipt of the paper that the desk was asked for: to be carried along, or of a delivery on record.

    Unless asked, of the paper that waits to be handed over (`list_unserved`), else of the last delivery; without any, blank.
    """
    head = desk.household_head(household, desk.sheet(household))
    attempts = list_deliveries(household)
    chosen = _served_paper(desk, household, [attempt.row for attempt in attempts])
    if chosen is None:
        return ServiceReceipt(**head)
    no = chosen.document_no
    if isinstance(chosen, NoticeIssue):
        before = [each for each in attempts if (each.row.notice, each.row.document_no) == (chosen.title, no)]
        return ServiceReceipt(**head, served=chosen.title, served_no=no, tried=_tried(before))
    before = [
        each
        for each in attempts
        if (each.row.notice, each.row.document_no) == (chosen.notice, no) and each.row.served_at < chosen.served_at
    ]
    return ServiceReceipt(
        **head,
        number=chosen.number,
        served=chosen.notice,
        served_no=no,
        mail_no=chosen.mail_no,
        method=chosen.method,
        served_at=local_moment(chosen.served_at),
        place=chosen.place,
        recipient=desk.view.name(chosen.recipient),
        relation=chosen.recipient_relation,
        refused_reason=chosen.refused_reason,
        witness=chosen.witness,
        servers=tuple(name for name in (chosen.server, chosen.second_server) if name),
        tried=_tried(before),
    )


def _served_paper(desk: Desk, household: Household, deliveries: list[Delivery]) -> NoticeIssue | Delivery | None:
    """What the receipt is about. `desk.choice` is the id of an issue or of a delivery, or the name of a notice."""
    served = sorted((row for row in deliveries if row.counts_from), key=lambda row: row.number, reverse=True)
    if not desk.choice:
        waiting = list_unserved(desk.project.id, [household.id])[household.id]
        return waiting[0] if waiting else served[0] if served else None
    for issue in list_printed(desk.project.id, [household.id])[household.id]:
        if desk.choice in (str(issue.id), issue.notice):
            return issue
    return next((row for row in served if str(row.id) == desk.choice), None)


def _tried(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    """第1次：2026年6月1日，无人在家。"""
    told = []
    for each in attempts:
        if each.row.unserved_reason is not None:
            day = each.row.served_at.astimezone(CHINA)
            told.append(f"第{each.number}次：{day.year}年{day.month}月{day.day}日，{each.row.unserved_reason.label}")
    return tuple(told)


def objection_reply(desk: Desk, household: Household) -> ObjectionReply | None:
    """The answer to the last objection that was answered; None without one: what says nothing is no official paper."""
    row = db.session.scalar(
        select(Request)
        .where(Request.household_id == household.id, Request.kind.in_(OBJECTIONS), func.trim(Request.reply) != "")
        .order_by(Request.number.desc())
        .limit(1)
    )
    if row is None:
        return None
    return ObjectionReply(
        **desk.household_head(household, desk.sheet(household)), days=desk.term("objection-reply"), number=row.number,
        received_on=row.received_on, content=row.content, reply=row.reply,
    )  # fmt: skip
