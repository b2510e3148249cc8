"""The audit log (操作日志): who did what, when, to what. Append-only; it holds names of fields, never sensitive values."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, utc_now


class AuditEntry(Base):
    """One act. No foreign keys: an entry outlives what it speaks of."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_household", "household_id", "seq"),
        Index("ix_audit_entry_project", "project_id", "seq"),
        Index("ix_audit_entry_actor", "actor_id", "seq"),
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(60), default="")
    project_id: Mapped[UUID | None]
    household_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    noun: Mapped[str] = mapped_column(String(40), default="")
    noun_id: Mapped[str] = mapped_column(String(64), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
