"""Deliveries (送达): recorded attempt by attempt, never changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from survey.domain.check import CHINA
from survey.domain.codes import DocumentCategory
from survey.domain.delivery import DeliveryGiven, check_delivery, counts_from, term_until
from survey.domain.errors import NotFound
from survey.models import Delivery, Household, Project, User, db, new_id
from survey.services import audit
from survey.services.document import Prepared, add_document
from survey.services.project import settings_of
from survey.services.serial import take_serial
from survey.services.sheet import lock_household


def record_delivery(*, actor: User, household: Household, given: DeliveryGiven, now: datetime,
                    evidence: Prepared | None = None, folder: Path | None = None,
                    key: UUID | None = None) -> Delivery:  # fmt: skip
    """Append a delivery, with its photo or scan where there is one. Raises DomainError as `check_delivery`.

    key  the id that the page made for the record: what was sent twice is recorded once
    """
    household = lock_household(household)
    if key is not None and (known := db.session.get(Delivery, key)) is not None:
        if known.household_id != household.id:
            raise NotFound
        return known
    check_delivery(given, now)
    counted_from = counts_from(given.method, given.served_at.astimezone(CHINA).date())
    settings = settings_of(db.session.get_one(Project, household.project_id))
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
        document_no=given.document_no,
        method=given.method,
        served_at=given.served_at,
        counts_from=counted_from,
        term_until=term_until(given.paper, counted_from, settings),
        place=given.place,
        recipient=given.recipient,
        recipient_relation=given.recipient_relation if not given.for_self else "",
        refused_reason=given.refused_reason,
        witness=given.witness,
        second_server=given.second_server,
        evidence_id=document.id if document else None,
        recorded_by_id=actor.id,
    )
    db.session.add(row)
    db.session.flush()
    details = {"number": row.number, "method": given.method.value, "evidence": document is not None}
    audit.record(actor, "delivery.record", row, details)
    return row


def list_deliveries(household: Household) -> list[Delivery]:
    """The household's deliveries, the newest first."""
    query = (
        select(Delivery)
        .where(Delivery.household_id == household.id)
        .order_by(Delivery.served_at.desc(), Delivery.id.desc())
    )
    return list(db.session.scalars(query))
