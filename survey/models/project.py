"""Project (项目): one neighbourhood to be rebuilt, with its settings. Local thresholds live here, never in code."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base, Identified, utc_now


class Project(Identified, Base):
    """项目. `settings` holds the project's own thresholds; their names and defaults: survey.domain.settings."""

    __tablename__ = "project"

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    admin_code: Mapped[str] = mapped_column(String(6), default="")
    subdistrict: Mapped[str] = mapped_column(default="")
    community: Mapped[str] = mapped_column(default="")
    office_name: Mapped[str] = mapped_column(default="")
    office_phone: Mapped[str] = mapped_column(default="")
    office_address: Mapped[str] = mapped_column(default="")
    survey_from: Mapped[date | None]
    survey_until: Mapped[date | None]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class Team(Identified, Base):
    """小组: surveyors with a leader (组长)."""

    __tablename__ = "team"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    name: Mapped[str] = mapped_column(String(40))


class Serial(Base):
    """The last number given out of a series (dossiers, documents). A number is never used again."""

    __tablename__ = "serial"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(60), primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
