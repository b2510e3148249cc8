"""Sheets: each version of a household's survey form as it was filled, whole and sealed. They are the evidence."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.sheet import Pairs, canonical_json
from survey.models.base import Base, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.user import User


class _Pairs:
    """The ordered pairs of a row, sealed in its column `pairs_sealed`."""

    def __get__(self, row: Any, owner: type | None = None) -> list[list[str]]:
        if row is None:
            return self  # type: ignore[return-value]
        pairs: list[list[str]] = json.loads(open_bytes(f"{row.__tablename__}.pairs", row.id, row.pairs_sealed))
        return pairs

    def __set__(self, row: Any, pairs: Pairs) -> None:
        row.pairs_sealed = seal_bytes(f"{row.__tablename__}.pairs", row.id, canonical_json(pairs))


class SheetRow(Identified, Base):
    """One version of one household's sheet. Never changed, never deleted.

    source  roster, office, tablet, correction, merge: the way it came in
    base    the version that the person had before them
    """

    __tablename__ = "sheet"
    __table_args__ = (UniqueConstraint("household_id", "version"),)

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"))
    version: Mapped[int]
    base: Mapped[int]
    form: Mapped[str] = mapped_column(String(40))
    form_version: Mapped[int]
    source: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(default="")
    pairs_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    pairs_hash: Mapped[str] = mapped_column(String(64))
    saved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)

    pairs = _Pairs()
    saved_by: Mapped[User | None] = relationship()


class DraftRow(Identified, Base):
    """What one person has typed for a household and not yet saved. Any text is allowed in it."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("household_id", "user_id"),)

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    base: Mapped[int]
    pairs_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)

    pairs = _Pairs()


class ConflictRow(Identified, Base):
    """A save that met another's: kept whole until a person has chosen, field by field. `keys` are the disputed ones."""

    __tablename__ = "conflict"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    base: Mapped[int]
    pairs_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    keys: Mapped[list[str]] = mapped_column(default=list)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    pairs = _Pairs()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
