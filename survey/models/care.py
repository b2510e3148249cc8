"""Care (重点关注、帮扶): what is done for a person whose situation asks for it, by whom, how often."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.user import User


class Care(Identified, Base):
    """The plan for one person as it stands; the log keeps who changed it. `person_id` is stable (household and uid)."""

    __tablename__ = "care"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(unique=True)
    measure: Mapped[str]
    responsible_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    every_days: Mapped[int | None]
    next_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    planned_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    planned_at: Mapped[datetime] = mapped_column(default=utc_now)

    responsible: Mapped[User | None] = relationship(foreign_keys=[responsible_id])
