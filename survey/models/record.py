"""What gathers around a household besides visits: requests (诉求), documents (材料), deliveries (送达), signatures (签字)."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain import codes
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.user import User


class Document(Identified, Base):
    """材料: a photo or scan. The bytes lie sealed in the document folder under `id`; the name is only shown."""

    __tablename__ = "document"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"), index=True)
    category: Mapped[codes.DocumentCategory] = mapped_column(CodeType(codes.DocumentCategory))
    title: Mapped[str] = mapped_column(String(120), default="")
    media_type: Mapped[str] = mapped_column(String(40))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    pages: Mapped[int] = mapped_column(default=1)
    is_original: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(default="")
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(default=utc_now)

    added_by: Mapped[User] = relationship()


class Request(Identified, Base):
    """诉求. Terms: a reply within `reply_due` (default 60 days, 信访工作条例 2022), acceptance told by `accept_due` (15)."""

    __tablename__ = "request"
    __table_args__ = (UniqueConstraint("project_id", "number"), Index("ix_request_project_closed", "project_id", "closed_at"))  # fmt: skip

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    number: Mapped[int]
    received_on: Mapped[date]
    source: Mapped[codes.RequestSource] = mapped_column(
        CodeType(codes.RequestSource), default=codes.RequestSource.VISIT
    )
    person_name: Mapped[str] = mapped_column(String(60))
    kind: Mapped[codes.RequestKind] = mapped_column(CodeType(codes.RequestKind))
    urgency: Mapped[codes.Urgency] = mapped_column(CodeType(codes.Urgency), default=codes.Urgency.NORMAL)
    content: Mapped[str]
    accept_due: Mapped[date]
    accepted_on: Mapped[date | None]
    reply_due: Mapped[date]
    handler: Mapped[str] = mapped_column(default="")
    reply: Mapped[str] = mapped_column(default="")
    replied_on: Mapped[date | None]
    reply_channel: Mapped[codes.Channel | None] = mapped_column(CodeType(codes.Channel))
    satisfaction: Mapped[codes.Satisfaction | None] = mapped_column(CodeType(codes.Satisfaction))
    closed_at: Mapped[datetime | None]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)


class Delivery(Identified, Base):
    """送达: one attempt to hand over one notice, with the number of its receipt (送达回证). Append-only.

    document_no      文号 of the paper; mail_no: the number of the consignment that brought it
    unserved_reason  why it was not handed over; None where it was
    counts_from      the day from which it counts as served; None of an attempt that failed
    term_until       the last day of the term that it began, if any: one paper begins one term
                     (`services.delivery`), whichever of its deliveries was recorded first
    server           送达人1, as named; second_server: 送达人2; recorded_by: who wrote it down
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("project_id", "number"),
        CheckConstraint("(unserved_reason IS NULL) = (counts_from IS NOT NULL)", name="served_counts"),
        CheckConstraint("server <> second_server OR server = ''", name="two_servers"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    number: Mapped[int]
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    notice: Mapped[str] = mapped_column(String(60))
    document_no: Mapped[str] = mapped_column(String(60), default="")
    method: Mapped[codes.DeliveryMethod] = mapped_column(CodeType(codes.DeliveryMethod))
    mail_no: Mapped[str] = mapped_column(String(60), default="")
    served_at: Mapped[datetime]
    unserved_reason: Mapped[codes.UnservedReason | None] = mapped_column(CodeType(codes.UnservedReason))
    unserved_note: Mapped[str] = mapped_column(default="")
    counts_from: Mapped[date | None]
    term_until: Mapped[date | None]
    place: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str] = mapped_column(String(60), default="")
    recipient_relation: Mapped[str] = mapped_column(String(40), default="")
    refused_reason: Mapped[str] = mapped_column(default="")
    witness: Mapped[str] = mapped_column(default="")
    server: Mapped[str] = mapped_column(String(60), default="")
    second_server: Mapped[str] = mapped_column(String(60), default="")
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    recorded_by: Mapped[User] = relationship()


class Signature(Identified, Base):
    """签字: who signed which version of the sheet (by its hash), or refused before a disinterested witness.

    text_hash  of the summary that the signer was shown on a tablet
    drawing    what the hand did there, bound to that text and the picture (`survey.domain.signature.bind_drawing`)
    """

    __tablename__ = "signature"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    sheet_version: Mapped[int]
    pairs_hash: Mapped[str] = mapped_column(String(64))
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    signer_role: Mapped[codes.SignerRole] = mapped_column(CodeType(codes.SignerRole))
    signer_name: Mapped[str] = mapped_column(String(60))
    signed_at: Mapped[datetime]
    refused: Mapped[bool] = mapped_column(default=False)
    refuse_reason: Mapped[str] = mapped_column(default="")
    witness: Mapped[str] = mapped_column(default="")
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    drawing_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    def keep_drawing(self, data: bytes) -> None:
        self.drawing_sealed = seal_bytes("signature.drawing", self.id, data)

    @property
    def drawing(self) -> dict[str, Any] | None:
        """`{text, picture, strokes}`; None where nobody drew on a tablet."""
        if self.drawing_sealed is None:
            return None
        drawing: dict[str, Any] = json.loads(open_bytes("signature.drawing", self.id, self.drawing_sealed))
        return drawing


class Review(Identified, Base):
    """审核: one step of a household through its states, with its reason. Append-only."""

    __tablename__ = "review"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    action: Mapped[str] = mapped_column(String(32))
    from_state: Mapped[str] = mapped_column(String(32))
    to_state: Mapped[str] = mapped_column(String(32))
    sheet_version: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utc_now)

    by: Mapped[User] = relationship()
