"""Re-checks (抽查): a random draw among the households handed in, and what was found when they were asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.recheck import Outcome
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.household import Household
from survey.models.project import Team
from survey.models.user import User


class RecheckDraw(Identified, Base):
    """One draw. With the households that were handed in at that moment, `seed` draws the same ones again.

    percent     of the population, which `population` counts
    team_id     the team among whose households was drawn; None: the whole project
    """

    __tablename__ = "recheck_draw"
    __table_args__ = (
        CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
        Index("ix_recheck_draw_project_drawn", "project_id", "drawn_at"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    percent: Mapped[int]
    seed: Mapped[int] = mapped_column(BigInteger)
    population: Mapped[int]
    drawn_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    drawn_at: Mapped[datetime] = mapped_column(default=utc_now)

    team: Mapped[Team | None] = relationship()
    drawn_by: Mapped[User] = relationship()


class RecheckItem(Identified, Base):
    """A household that was drawn. `surveyor_ids` are those who had worked on its survey by then."""

    __tablename__ = "recheck_item"
    __table_args__ = (UniqueConstraint("draw_id", "household_id"),)

    draw_id: Mapped[UUID] = mapped_column(ForeignKey("recheck_draw.id"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    sheet_version: Mapped[int]
    surveyor_ids: Mapped[list[str]] = mapped_column(default=list)

    household: Mapped[Household] = relationship()
    draw: Mapped[RecheckDraw] = relationship()


class RecheckResult(Identified, Base):
    """What one asking came to. Append-only: the latest counts, so that a door that stayed closed can be tried again.

    answers      question -> same or different; questions that were not asked are left out
    differences  question -> what was said instead
    """

    __tablename__ = "recheck_result"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    item_id: Mapped[UUID] = mapped_column(ForeignKey("recheck_item.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(CodeType(Outcome))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    differences: Mapped[dict[str, Any]] = mapped_column(default=dict)
    note: Mapped[str] = mapped_column(default="")
    by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    at: Mapped[datetime] = mapped_column(default=utc_now)

    by: Mapped[User] = relationship()
