"""Visit (入户走访): one call at a door by two surveyors. Append-only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain import codes
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.user import User


class Visit(Identified, Base):
    """入户. `note` is read by staff only and is not printed."""

    __tablename__ = "visit"
    __table_args__ = (
        CheckConstraint("surveyor_1_id <> surveyor_2_id", name="two_surveyors"),
        CheckConstraint("ended_at >= started_at", name="ends_after_start"),
        Index("ix_visit_project_started", "project_id", "started_at"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    visit_no: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    surveyor_1_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    surveyor_2_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    result: Mapped[codes.VisitResult] = mapped_column(CodeType(codes.VisitResult))
    next_visit_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(default="")
    hours_reason: Mapped[str] = mapped_column(default="")
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    surveyor_1: Mapped[User] = relationship(foreign_keys=[surveyor_1_id])
    surveyor_2: Mapped[User] = relationship(foreign_keys=[surveyor_2_id])
