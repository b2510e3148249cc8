"""Policy documents (政策文件) in versions, and briefings (政策宣讲): who was told what, in which version."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain import codes
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.user import User


class Policy(Identified, Base):
    """A policy document of a project. The version in force is the published one with the highest number."""

    __tablename__ = "policy"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    title: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    versions: Mapped[list[PolicyVersion]] = relationship(back_populates="policy", order_by="PolicyVersion.number")


class PolicyVersion(Identified, Base):
    """One version: text, points (要点) in their order, an attached PDF. Unchanged once published."""

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("policy_id", "number"),)

    policy_id: Mapped[UUID] = mapped_column(ForeignKey("policy.id"))
    number: Mapped[int]
    text: Mapped[str]
    points: Mapped[list[str]] = mapped_column(default=list)
    change_note: Mapped[str] = mapped_column(default="")
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    valid_from: Mapped[date | None]
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    policy: Mapped[Policy] = relationship(back_populates="versions")


class Briefing(Identified, Base):
    """宣讲: append-only. `points` are the numbers (from 0) of the points explained."""

    __tablename__ = "briefing"
    __table_args__ = (Index("ix_briefing_project_held", "project_id", "held_at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    policy_version_id: Mapped[UUID] = mapped_column(ForeignKey("policy_version.id"), index=True)
    held_at: Mapped[datetime]
    form: Mapped[codes.BriefingForm] = mapped_column(CodeType(codes.BriefingForm))
    place: Mapped[str] = mapped_column(default="")
    recipient: Mapped[str] = mapped_column(String(60))
    attendees: Mapped[int] = mapped_column(default=1)
    points: Mapped[list[int]] = mapped_column(default=list)
    questions: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    materials: Mapped[str] = mapped_column(default="")
    understood: Mapped[codes.Understood] = mapped_column(CodeType(codes.Understood))
    receipt: Mapped[str] = mapped_column(default="")
    briefed_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    policy_version: Mapped[PolicyVersion] = relationship()
    briefed_by: Mapped[User] = relationship()
