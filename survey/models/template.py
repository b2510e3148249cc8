"""Forms of ledgers that an office brings (样表): its own .xlsx with placeholders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.user import User


class LedgerTemplate(Identified, Base):
    """样表 for one sheet of one ledger. It holds no personal data: what stands in it was drawn by the office."""

    __tablename__ = "ledger_template"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    ledger: Mapped[str] = mapped_column(String(40))
    sheet: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(120))
    file: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    added_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(default=utc_now)
    removed_at: Mapped[datetime | None]

    added_by: Mapped[User] = relationship()
