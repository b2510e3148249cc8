"""Deliveries (送达): recorded attempt by attempt, never changed; and what was printed and is not handed over yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, case, func, select

from survey.domain.check import CHINA
from survey.domain.codes import DocumentCategory
from survey.domain.delivery import PAPERS, WITH_RECEIPT, DeliveryGiven, check_delivery, counts_from, term_until
from survey.domain.errors import DomainError, NotFound
from survey.models import Building, Delivery, Household, NoticeIssue, Project, User, db, new_id
from survey.services import audit
from survey.services.document import Prepared, add_document
from survey.services.project import settings_of
from survey.services.scope import household_scope
from survey.services.serial import take_serial
from survey.services.sheet import lock_household

_PAPER = (Delivery.household_id, Delivery.notice, Delivery.document_no)
_FIRST = (Delivery.counts_from, Delivery.served_at, Delivery.number)
ATTEMPT: ColumnElement[int] = func.row_number().over(
    partition_by=_PAPER, order_by=(Delivery.served_at, Delivery.number)
)
"""第几次: which attempt it is to hand this paper to this household. For queries that leave none of a household's out."""
REPEAT: ColumnElement[int] = case(
    (
        Delivery.counts_from.is_not(None) & (Delivery.document_no != ""),
        func.row_number().over(partition_by=(*_PAPER, Delivery.counts_from.is_(None)), order_by=_FIRST),
    ),
    else_=1,
).cast(Integer)
"""Above 1 where the paper had been served before. Without a 文号 nobody can tell that it is the same paper."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt: the how-manieth with this paper (1, 2 ...), and whether the paper had been served before."""

    row: Delivery
    number: int
    is_repeat: bool


def record_delivery(*, actor: User, household: Household, given: DeliveryGiven, now: datetime,
                    evidence: Prepared | None = None, folder: Path | None = None,
                    key: UUID | None = None) -> Delivery:  # fmt: skip
    """Append a delivery or an attempt, with its photo or scan where there is one.

    A 文号 that was not told is the one under which the paper was printed for the household.
    key  the id that the page made for the record: what was sent twice is recorded once

    Raises DomainError as `check_delivery`, and delivery.number_of_other, delivery.which_number.
    """
    household = lock_household(household)
    if key is not None and (known := db.session.get(Delivery, key)) is not None:
        if known.household_id != household.id:
            raise NotFound
        return known
    check_delivery(given, now, agreed_electronically(household))
    document_no = _number_of(household, given)
    served = given.unserved is None
    counted_from = counts_from(given.method, given.served_at.astimezone(CHINA).date()) if served else None
    document = None
    if evidence is not None and folder is not None:
        document = add_document(
            actor=actor,
            folder=folder,
            category=DocumentCategory.DELIVERY,
            prepared=evidence,
            title=given.notice,
            household=household,
            with_audit=False,
        )
    row = Delivery(
        id=key or new_id(),
        project_id=household.project_id,
        number=take_serial(household.project_id, "delivery"),
        household_id=household.id,
        notice=given.notice,
        document_no=document_no,
        method=given.method,
        mail_no=given.mail_no,
        served_at=given.served_at,
        unserved_reason=given.unserved,
        unserved_note=given.unserved_note,
        counts_from=counted_from,
        place=given.place,
        recipient=given.recipient,
        recipient_relation=given.recipient_relation if not given.for_self else "",
        refused_reason=given.refused_reason,
        witness=given.witness,
        server=given.server,
        second_server=given.second_server,
        evidence_id=document.id if document else None,
        recorded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    _begin_term(row, given.paper)
    details = {
        "number": row.number, "notice": row.notice, "document_no": row.document_no, "method": given.method.value,
        "unserved": given.unserved.value if given.unserved else "", "evidence": document is not None,
    }  # fmt: skip
    audit.record(actor, "delivery.record", row, details)
    return row


def agreed_electronically(household: Household) -> frozenset[str]:
    """The names of those who agreed to be served electronically, as the sheet says (同意电子送达)."""
    return frozenset(person.full_name for person in household.persons if person.e_service_ok)


def _number_of(household: Household, given: DeliveryGiven) -> str:
    """The 文号 of what was handed over: as it was told, else the one under which the paper was printed.

    Raises DomainError: delivery.number_of_other for a number under which another paper was printed for the household,
    delivery.which_number where several of the kind were printed and none was told.
    """
    query = (
        select(NoticeIssue.notice, NoticeIssue.title, NoticeIssue.document_no)
        .where(NoticeIssue.project_id == household.project_id, NoticeIssue.household_id == household.id)
        .where(NoticeIssue.document_no != "")
        .order_by(NoticeIssue.issued_at, NoticeIssue.id)
    )
    printed = db.session.execute(query).all()
    if given.document_no:
        other = next((one for one in printed if one.document_no == given.document_no), None)
        if other is not None and other.notice != given.paper:
            told = {"number": given.document_no, "notice": other.title}
            raise DomainError("delivery.number_of_other", "document_no", **told)
        return given.document_no
    numbers = list(dict.fromkeys(one.document_no for one in printed if one.notice == given.paper))
    if len(numbers) > 1:
        told = {"notice": PAPERS[given.paper], "numbers": "、".join(numbers)}
        raise DomainError("delivery.which_number", "document_no", **told)
    return numbers[0] if numbers else ""


def _begin_term(row: Delivery, paper: str) -> None:
    """Let the first valid delivery of a paper begin its term, and no other.

    The first is that which counts from the earliest day: a tablet may tell of it last. Without a 文号 each delivery
    begins its own, for nobody can tell that it is the same paper, and a term that was lost could not be made good.
    """
    if row.counts_from is None:
        return
    settings = settings_of(db.session.get_one(Project, row.project_id))
    same = [row]
    if row.document_no:
        query = select(Delivery).where(
            Delivery.household_id == row.household_id,
            Delivery.notice == row.notice,
            Delivery.document_no == row.document_no,
            Delivery.counts_from.is_not(None),
        )
        same = list(db.session.scalars(query.order_by(*_FIRST)))
    for place, each in enumerate(same):
        assert each.counts_from is not None
        each.term_until = term_until(paper, each.counts_from, settings) if place == 0 else None


def list_deliveries(household: Household) -> list[Attempt]:
    """The household's deliveries and attempts, paper by paper, each in its order; the paper of the latest one first."""
    query = select(Delivery, ATTEMPT, REPEAT).where(Delivery.household_id == household.id)
    papers: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for row, number, rank in db.session.execute(query.order_by(Delivery.served_at, Delivery.number)):
        papers[row.notice, row.document_no].append(Attempt(row, number, rank > 1))
    latest = sorted(papers.values(), key=lambda each: (each[-1].row.served_at, each[-1].row.number), reverse=True)
    return [attempt for each in latest for attempt in each]


# --- what was printed and is to be handed over -----------------------------------------------------------------------


def list_printed(project_id: UUID, household_ids: Sequence[UUID]) -> dict[UUID, list[NoticeIssue]]:
    """Household -> what was printed for it to be handed over, each paper as it was printed last, the newest first."""
    query = (
        select(NoticeIssue)
        .where(NoticeIssue.project_id == project_id, NoticeIssue.notice.in_(WITH_RECEIPT))
        .where(NoticeIssue.household_id.in_(household_ids), NoticeIssue.printed_at.is_not(None))
        .order_by(NoticeIssue.issued_at, NoticeIssue.id)
    )
    last: dict[tuple[UUID | None, str, str], NoticeIssue] = {}
    for row in db.session.scalars(query):
        key = row.household_id, row.notice, row.subject
        last.pop(key, None)
        last[key] = row
    found: dict[UUID, list[NoticeIssue]] = {household_id: [] for household_id in household_ids}
    for row in reversed(last.values()):
        assert row.household_id is not None
        found[row.household_id].append(row)
    return found


def list_unserved(project_id: UUID, household_ids: Sequence[UUID]) -> dict[UUID, list[NoticeIssue]]:
    """Household -> what was printed for it and not handed over yet: what has a 文号 first, then the newest.

    Without a 文号 a paper counts as handed over when one of its name was, on the day of printing or later.
    """
    query = select(Delivery.household_id, Delivery.notice, Delivery.document_no, Delivery.served_at).where(
        Delivery.household_id.in_(household_ids), Delivery.counts_from.is_not(None)
    )
    served = db.session.execute(query).all()
    numbers = {(row.household_id, row.notice, row.document_no) for row in served}
    days = {(row.household_id, row.notice): row.served_at.astimezone(CHINA).date() for row in sorted(
        served, key=lambda row: row.served_at
    )}  # fmt: skip
    open_: dict[UUID, list[NoticeIssue]] = {}
    for household_id, rows in list_printed(project_id, household_ids).items():
        open_[household_id] = sorted(
            (row for row in rows if not (
                (household_id, row.title, row.document_no) in numbers if row.document_no
                else (day := days.get((household_id, row.title))) is not None and day >= row.issued_on
            )),
            key=lambda row: row.document_no == "",
        )  # fmt: skip
    return open_


def list_waiting(actor: User, building: Building) -> list[tuple[Household, NoticeIssue]]:
    """What waits to be handed over in a building, for the households that the person sees, in stairwell order."""
    query = (
        select(Household)
        .where(household_scope(actor, building.project_id), Household.building_id == building.id)
        .order_by(Household.door_sort, Household.id)
    )
    homes = list(db.session.scalars(query))
    unserved = list_unserved(building.project_id, [home.id for home in homes])
    return [(home, row) for home in homes for row in unserved[home.id]]
