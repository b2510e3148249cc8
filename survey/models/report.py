"""进度报告: the figures of a day or a week as they stood at one moment. Kept as figures: the PDF and the workbook are made from them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.report import ReportKind
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.user import User


class Report(Identified, Base):
    """进度日报、周报. Never changed; a later one of the same day stands beside it.

    figures        what `exports.report` wrote; no person is in it
    scheduled_for  the day for which it was made by itself, once; None where somebody asked for it
    """

    __tablename__ = "report"
    __table_args__ = (
        UniqueConstraint("project_id", "kind", "scheduled_for"),
        Index("ix_report_project_made", "project_id", "made_at"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    kind: Mapped[ReportKind] = mapped_column(CodeType(ReportKind))
    first_day: Mapped[date]
    last_day: Mapped[date]
    snapshot: Mapped[str] = mapped_column(String(60))
    problems: Mapped[str] = mapped_column(default="")
    plan: Mapped[str] = mapped_column(default="")
    figures: Mapped[dict[str, Any]]
    scheduled_for: Mapped[date | None]
    made_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(default=utc_now)

    made_by: Mapped[User | None] = relationship()
