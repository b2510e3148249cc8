"""The search index (检索词): which household answers to which scrap of text. Written by services.sheet from the projection."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base


class SearchTerm(Base):
    """One term of one household in one project: name grams, pinyin initials, doors, keyed hashes of numbers."""

    __tablename__ = "search_term"
    __table_args__ = {"sqlite_with_rowid": False}

    project_id: Mapped[UUID] = mapped_column(primary_key=True)
    term: Mapped[str] = mapped_column(String(80), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), primary_key=True, index=True)
