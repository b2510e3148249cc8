"""What people noted about matters (事项): a signal looked at, a fault of the data accepted as it is. Append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.user import User


class MatterNote(Identified, Base):
    """One note. The matter itself is found anew each time; `digest` says of which facts the note speaks.

    matter_id  follows from kind and key (`survey.domain.matter.Matter.id_in`)
    """

    __tablename__ = "matter_note"
    __table_args__ = (Index("ix_matter_note_project_kind", "project_id", "kind", "at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[str] = mapped_column(String(32))
    matter_id: Mapped[UUID]
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str]
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utc_now)

    by: Mapped[User] = relationship()
