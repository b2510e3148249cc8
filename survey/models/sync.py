"""What tablets sent: events (记录), each kept whole with what became of it, and the photos that they name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.device import Device
from survey.models.user import User


def seal_body(event_id: UUID, body: Any) -> bytes:
    """An event as it was sent, sealed for its row."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    return seal_bytes("sync_event.body", event_id, text)


class SyncEvent(Base):
    """One record of one tablet. Its id is the tablet's: what is sent again is answered with `result` again.

    household_id    what the tablet named, and what it was taken for (a household that was merged into another)
    made_at         by the tablet's clock, and as corrected by what that clock was wrong
    status          applied, merged, conflict, invalid or held (kept for the office to accept or drop)
    settled_at      when a held record was accepted or dropped, or a conflict resolved
    """

    __tablename__ = "sync_event"
    __table_args__ = (
        Index("ix_sync_event_project_status", "project_id", "status", "settled_at"),
        Index("ix_sync_event_household", "household_id"),
        Index("ix_sync_event_device_seq", "device_id", "seq"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    household_id: Mapped[UUID]
    type: Mapped[str] = mapped_column(String(20))
    form_version: Mapped[int]
    base: Mapped[int]
    prev: Mapped[UUID | None]
    seq: Mapped[int]
    made_at_raw: Mapped[datetime]
    made_at: Mapped[datetime]
    body_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int | None]
    conflict_id: Mapped[UUID | None] = mapped_column(ForeignKey("conflict.id"))
    result: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    settled_as: Mapped[str] = mapped_column(String(12), default="")

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    device: Mapped[Device] = relationship()

    @property
    def body(self) -> dict[str, Any]:
        """The event as it was sent (docs/sync.md), with `meant` where it was merged."""
        body: dict[str, Any] = json.loads(open_bytes("sync_event.body", self.id, self.body_sealed))
        return body


class Blob(Base):
    """A photo or file that arrived whole, by the SHA-256 (hex) of the bytes that the tablet sent.

    size        of those bytes; what is kept is the picture drawn anew, sealed on the disk under the same name
    """

    __tablename__ = "blob"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    size: Mapped[int]
    media_type: Mapped[str] = mapped_column(String(40))
    pages: Mapped[int]
    device_id: Mapped[UUID] = mapped_column(ForeignKey("device.id"))
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
