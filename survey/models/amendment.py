"""Edited ledgers that came back (读回的台账): the file as it was, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.roster.state import ImportState
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.user import User


class Amendment(Identified, Base):
    """A ledger that was edited outside. The file is kept sealed, as evidence of where the changes came from.

    counts  of the plan as it was last shown or, once carried out, as it was carried out
    """

    __tablename__ = "amendment"
    __table_args__ = (Index("ix_amendment_project_uploaded", "project_id", "uploaded_at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[ImportState] = mapped_column(CodeType(ImportState), default=ImportState.PREVIEWED)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=utc_now)
    committed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    committed_at: Mapped[datetime | None]
    file_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])
    committed_by: Mapped[User | None] = relationship(foreign_keys=[committed_by_id])

    @property
    def file(self) -> bytes:
        return open_bytes("amendment.file", self.id, self.file_sealed)

    @file.setter
    def file(self, data: bytes) -> None:
        self.file_sealed = seal_bytes("amendment.file", self.id, data)
