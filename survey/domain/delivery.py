"""Deliveries (送达): what must be on record so that a notice counts as handed over, and the terms that begin with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from survey.domain.calendar import last_day
from survey.domain.codes import DeliveryMethod
from survey.domain.errors import DomainError
from survey.domain.settings import ProjectSettings

TO_A_PERSON = frozenset({DeliveryMethod.DIRECT, DeliveryMethod.ENTRUSTED})
"""Methods at whose end somebody takes the notice into their hands."""
ANNOUNCED_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryGiven:
    """One attempt to hand over one notice, as staff describe it.

    notice        what was served ("入户调查通知书"); paper: its name in `exports.notices`, "" of any other paper
    document_no   its number; of a letter, the number of the consignment
    recipient     who took it; for_self: whether that is the person addressed
    second_server  送达人2: who went along with the person that records it
    has_evidence  whether a photo or scan goes with it
    """

    notice: str
    method: DeliveryMethod
    served_at: datetime
    paper: str = ""
    document_no: str = ""
    place: str = ""
    recipient: str = ""
    for_self: bool = True
    recipient_relation: str = ""
    refused_reason: str = ""
    witness: str = ""
    second_server: str = ""
    has_evidence: bool = False


def check_delivery(given: DeliveryGiven, now: datetime) -> None:
    """Refuse a delivery that would prove nothing.

    Rule: by analogy with 民事诉讼法 (2023) arts 87-95: the recipient signs; a co-resident adult of the family may sign
    for them; who refuses is served by leaving the notice (留置) before a witness of the local organisation, or with
    photo or video; by mail the date of receipt counts; an announcement (公告) names where it stands.
    Raises DomainError: delivery.in_future, delivery.recipient_missing, delivery.relation_missing, delivery.left_reason,
    delivery.left_evidence, delivery.number_missing, delivery.place_missing.
    """
    if given.served_at > now:
        raise DomainError("delivery.in_future", "served_at")
    if given.method in TO_A_PERSON:
        if not given.recipient:
            raise DomainError("delivery.recipient_missing", "recipient")
        if not given.for_self and not given.recipient_relation:
            raise DomainError("delivery.relation_missing", "recipient_relation")
    if given.method is DeliveryMethod.LEFT:
        if not given.refused_reason:
            raise DomainError("delivery.left_reason", "refused_reason")
        if not (given.witness or given.has_evidence):
            raise DomainError("delivery.left_evidence", "witness")
    if given.method is DeliveryMethod.MAIL and not given.document_no:
        raise DomainError("delivery.number_missing", "document_no")
    if given.method in (DeliveryMethod.LEFT, DeliveryMethod.ANNOUNCED) and not given.place:
        raise DomainError("delivery.place_missing", "place")


def counts_from(method: DeliveryMethod, served_on: date) -> date:
    """The day from which the notice counts as served.

    Rule: 民事诉讼法 (2023) art 95, by analogy: what is announced counts as served after thirty days; in all other ways
    the day counts on which it was handed over, left, received or reached its system (arts 88-93).
    """
    return served_on + ANNOUNCED_DAYS if method is DeliveryMethod.ANNOUNCED else served_on


def term_days(paper: str, settings: ProjectSettings) -> int:
    """The days that begin with the delivery of a paper, as the paper itself tells them; 0 where none begin.

    Rule: (house) 情况核实（补正）通知书: the days that the project gives for missing papers. 异议处理告知书 and
    未登记建筑认定意见书: 信访工作条例 art 35, by analogy: a review is asked for within 30 days of receipt.
    """
    return {
        "correction-notice": settings.correction_days,
        "objection-reply": settings.review_days,
        "unregistered-opinion": settings.review_days,
    }.get(paper, 0)


def term_until(paper: str, counted_from: date, settings: ProjectSettings) -> date | None:
    """The last day of the term that the delivery began, None where none began. Rule: 民法典 arts 201, 203."""
    days = term_days(paper, settings)
    return last_day(counted_from, days, settings.calendar) if days else None
