"""Deliveries (送达): what must be on record so that a notice counts as handed over, and the terms that begin with it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from survey.domain.calendar import last_day
from survey.domain.codes import DeliveryMethod, UnservedReason
from survey.domain.errors import DomainError
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings

PAPERS = {
    "survey-notice": N_("入户调查通知书"),
    "survey-sheet": N_("入户调查登记表"),
    "missed-visit": N_("未遇告知单"),
    "open-letter": N_("致居民的一封信"),
    "privacy-consent": N_("个人信息处理告知同意书"),
    "renewal-ballot": N_("意愿征询表（票）"),
    "appraiser-ballot": N_("评估机构选票"),
    "appraiser-notice": N_("评估机构选定通知"),
    "survey-posting": N_("公示"),
    "round-result": N_("征询结果公告"),
    "correction-notice": N_("情况核实（补正）通知书"),
    "objection-reply": N_("异议处理告知书"),
    "unregistered-opinion": N_("未登记建筑认定意见书"),
}
"""What is handed to a household: its name in `exports.notices`, and its title."""
WITH_RECEIPT = frozenset(PAPERS) - {"missed-visit"}
"""Papers with which a 送达回证 is carried. The slip is left at a door where nobody could sign one."""
TO_A_PERSON = frozenset({DeliveryMethod.DIRECT, DeliveryMethod.ENTRUSTED})
"""Methods at whose end somebody takes the notice into their hands."""
BY_TWO = frozenset({DeliveryMethod.DIRECT, DeliveryMethod.LEFT})
"""Methods by which our own people go to the door, two of them. What is entrusted, another unit serves with its own
people; what is mailed, sent or announced, the receipt, the system or the photo proves."""
ALWAYS_SERVED = frozenset({DeliveryMethod.LEFT, DeliveryMethod.ANNOUNCED})
"""Methods that cannot fail: they are chosen because others did."""
ANNOUNCED_DAYS = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryGiven:
    """One attempt to hand over one notice, as staff describe it.

    notice        what was served ("入户调查通知书"); paper: its name in `PAPERS`, "" of any other paper
    document_no   its 文号; mail_no: of a letter, the number of the consignment
    served_at     when it was handed over, of a letter when it was received; of an attempt that failed, when it was made
    unserved      why it was not handed over; None where it was. unserved_note: in words
    server        送达人1; second_server: 送达人2, who went along
    recipient     who took it; for_self: whether that is the person addressed
    has_evidence  whether a photo or scan goes with it
    """

    notice: str
    method: DeliveryMethod
    served_at: datetime
    paper: str = ""
    document_no: str = ""
    mail_no: str = ""
    unserved: UnservedReason | None = None
    unserved_note: str = ""
    place: str = ""
    server: str = ""
    second_server: str = ""
    recipient: str = ""
    for_self: bool = True
    recipient_relation: str = ""
    refused_reason: str = ""
    witness: str = ""
    has_evidence: bool = False


def check_delivery(given: DeliveryGiven, now: datetime, agreed: Collection[str] = ()) -> None:
    """Refuse a delivery that would prove nothing, and an attempt that tells nothing.

    agreed  the names of those of the household who agreed to be served electronically

    Rule: by analogy with 民事诉讼法 (2023) arts 87-95: the recipient signs; a co-resident adult of the family may sign
    for them; who refuses is served by leaving the notice (留置) before a witness of the local organisation, or with
    photo or video; by mail the date of receipt counts; electronically only with the person's consent (art 90); an
    announcement (公告) names where it stands. (house) Two different servers go to a door (送达人×2).
    Raises DomainError: delivery.in_future, delivery.servers_missing, delivery.servers_equal, delivery.number_missing,
    delivery.still_served, delivery.unserved_note, delivery.recipient_missing, delivery.relation_missing,
    delivery.electronic_agreed, delivery.left_reason, delivery.left_evidence, delivery.place_missing,
    delivery.announced_place.
    """
    if given.served_at > now:
        raise DomainError("delivery.in_future", "served_at")
    _check_servers(given)
    if given.method is DeliveryMethod.MAIL and not given.mail_no:
        raise DomainError("delivery.number_missing", "mail_no")
    if given.unserved is not None:
        _check_attempt(given)
        return
    if given.method in TO_A_PERSON or given.method is DeliveryMethod.ELECTRONIC:
        if not given.recipient:
            raise DomainError("delivery.recipient_missing", "recipient")
        if given.method is DeliveryMethod.ELECTRONIC and given.recipient not in agreed:
            raise DomainError("delivery.electronic_agreed", "recipient", name=given.recipient)
        if given.method in TO_A_PERSON and not given.for_self and not given.recipient_relation:
            raise DomainError("delivery.relation_missing", "recipient_relation")
    if given.method is DeliveryMethod.LEFT:
        if not given.refused_reason:
            raise DomainError("delivery.left_reason", "refused_reason")
        if not (given.witness or given.has_evidence):
            raise DomainError("delivery.left_evidence", "witness")
        if not given.place:
            raise DomainError("delivery.place_missing", "place")
    if given.method is DeliveryMethod.ANNOUNCED and not given.place:
        raise DomainError("delivery.announced_place", "announced_place")


def _check_servers(given: DeliveryGiven) -> None:
    if given.method in BY_TWO and not given.second_server:
        raise DomainError("delivery.servers_missing", "second_server")
    if given.second_server and "".join(given.server.split()) == "".join(given.second_server.split()):
        raise DomainError("delivery.servers_equal", "second_server")


def _check_attempt(given: DeliveryGiven) -> None:
    if given.method in ALWAYS_SERVED:
        raise DomainError("delivery.still_served", "method")
    if given.unserved is UnservedReason.OTHER and not given.unserved_note:
        raise DomainError("delivery.unserved_note", "unserved_note")


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
