"""Roster imports (底册导入): the office's own files, what was planned from them, and what people said about columns."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.roster.state import ImportState
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.user import User


class RosterImport(Identified, Base):
    """导入. The file is kept sealed, as evidence of where the register came from.

    digest    of the plan that the preview shows; only this plan may be committed
    preview   what the plan says, for the pages; sealed, for it names people
    *_by      None for an import from the command line
    today     the day against which dates were judged, so that the plan is the same on the next day
    """

    __tablename__ = "roster_import"
    __table_args__ = (Index("ix_roster_import_project_uploaded", "project_id", "uploaded_at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    filename: Mapped[str] = mapped_column(String(200))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(8))
    today: Mapped[date]
    state: Mapped[ImportState] = mapped_column(CodeType(ImportState), default=ImportState.PREVIEWED)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")
    uploaded_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=utc_now)
    committed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    committed_at: Mapped[datetime | None]
    file_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    preview_sealed: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    uploaded_by: Mapped[User | None] = relationship(foreign_keys=[uploaded_by_id])
    committed_by: Mapped[User | None] = relationship(foreign_keys=[committed_by_id])

    @property
    def file(self) -> bytes:
        return open_bytes("roster_import.file", self.id, self.file_sealed)

    @file.setter
    def file(self, data: bytes) -> None:
        self.file_sealed = seal_bytes("roster_import.file", self.id, data)

    @property
    def preview(self) -> dict[str, Any]:
        if self.preview_sealed is None:
            return {}
        packed = open_bytes("roster_import.preview", self.id, self.preview_sealed)
        found: dict[str, Any] = json.loads(zlib.decompress(packed))
        return found

    @preview.setter
    def preview(self, value: dict[str, Any]) -> None:
        packed = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 1)
        self.preview_sealed = seal_bytes("roster_import.preview", self.id, packed)


class RosterMapping(Identified, Base):
    """What people said the columns under a header hold, remembered for the next file with the same header.

    signature  of the header (survey.domain.roster.columns.Header)
    columns    column number -> field, "" for a column that is not to be read
    """

    __tablename__ = "roster_mapping"
    __table_args__ = (UniqueConstraint("project_id", "signature"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    signature: Mapped[str] = mapped_column(String(32))
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime] = mapped_column(default=utc_now)
