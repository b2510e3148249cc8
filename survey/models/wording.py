"""An office's own wordings of notices (文书模板): one row a version, never changed; one of a notice may be in use."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.user import User


class Wording(Identified, Base):
    """One version of the template of one notice in one project. Where none is in use, the built-in one is.

    number                   1, 2, … within project and notice, never given again
    note                     what was changed, in the office's words
    in_use, used_since, used_by  at most one row of a notice is in use: since when, by whose decision
    """

    __tablename__ = "wording"
    __table_args__ = (
        UniqueConstraint("project_id", "notice", "number"),
        Index(
            "uq_wording_in_use", "project_id", "notice", unique=True,
            sqlite_where=text("in_use"), postgresql_where=text("in_use"),
        ),
    )  # fmt: skip

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    notice: Mapped[str] = mapped_column(String(40))
    number: Mapped[int]
    source: Mapped[str]
    note: Mapped[str] = mapped_column(String(200), default="")
    saved_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
    in_use: Mapped[bool] = mapped_column(default=False)
    used_since: Mapped[datetime | None]
    used_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))

    saved_by: Mapped[User] = relationship(foreign_keys=[saved_by_id])
    used_by: Mapped[User | None] = relationship(foreign_keys=[used_by_id])
