"""公示 and 异议: what was hung up, where and for how long, and who objected."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.posting import PostingKind, PostingState
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.record import Document
from survey.models.user import User


class Posting(Identified, Base):
    """公示. Its text does not change once it was approved."""

    __tablename__ = "posting"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[PostingKind] = mapped_column(CodeType(PostingKind))
    title: Mapped[str] = mapped_column(String(120))
    scope: Mapped[str] = mapped_column(String(200))
    content: Mapped[str]
    days: Mapped[int]
    state: Mapped[PostingState] = mapped_column(CodeType(PostingState), default=PostingState.DRAFT)
    drafted_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    drafted_at: Mapped[datetime] = mapped_column(default=utc_now)
    approved_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    approved_at: Mapped[datetime | None]
    place: Mapped[str] = mapped_column(String(200), default="")
    posted_on: Mapped[date | None]
    until: Mapped[date | None]
    photo_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    result: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]

    drafted_by: Mapped[User] = relationship(foreign_keys=[drafted_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])
    photo: Mapped[Document | None] = relationship()
    objections: Mapped[list[Objection]] = relationship(back_populates="posting", order_by="Objection.received_on")


class Objection(Identified, Base):
    """异议 to a posting: as it was made, and how it was settled."""

    __tablename__ = "objection"

    posting_id: Mapped[UUID] = mapped_column(ForeignKey("posting.id"), index=True)
    person_name: Mapped[str] = mapped_column(String(60))
    door: Mapped[str] = mapped_column(String(60), default="")
    received_on: Mapped[date]
    content: Mapped[str]
    outcome: Mapped[str] = mapped_column(default="")
    settled_on: Mapped[date | None]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    posting: Mapped[Posting] = relationship(back_populates="objections")
