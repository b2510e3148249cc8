"""Tally: what the board says of a stairwell, of a building, of a whole project. Written by services.tally only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base


class Tally(Base):
    """The figures of some households. A copy: `services.tally.recount` makes it anew from the households at any time.

    key      the project's or the building's id in hex; of a stairwell, the building's, a slash and its number
    level    project, building or stairwell
    figures  how many households, by what; course: what happened by day and by surveyor
    """

    __tablename__ = "tally"
    __table_args__ = (Index("ix_tally_project_level", "project_id", "level"),)

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    building_id: Mapped[UUID | None] = mapped_column(ForeignKey("building.id"))
    level: Mapped[str] = mapped_column(String(10))
    figures: Mapped[dict[str, Any]]
    course: Mapped[dict[str, Any]]
