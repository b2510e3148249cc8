"""Deliveries (送达): what must be on record so that a notice counts as handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from survey.domain.codes import DeliveryMethod
from survey.domain.errors import DomainError

TO_A_PERSON = frozenset({DeliveryMethod.DIRECT, DeliveryMethod.ENTRUSTED})
"""Methods at whose end somebody takes the notice into their hands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryGiven:
    """One attempt to hand over one notice, as staff describe it.

    notice        what was served ("入户调查通知书")
    document_no   its number; of a letter, the number of the consignment
    recipient     who took it; for_self: whether that is the person addressed
    second_server  送达人2: who went along with the person that records it
    has_evidence  whether a photo or scan goes with it
    """

    notice: str
    method: DeliveryMethod
    served_at: datetime
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
