"""The search index (检索词): which household answers to which scrap of text. Written by services.sheet from the projection.

A term is kept as 64 bits of a keyed hash over project and text (`survey.services.search.term_key`): a row has 24 bytes
on SQLite, and nobody who reads the table learns the last digits of a number from it.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from survey.models.base import Base


class SearchTerm(Base):
    """One term of one household: a piece of a name, pinyin, last digits, a room."""

    __tablename__ = "search_term"
    __table_args__ = {"sqlite_with_rowid": False}

    term: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    household_id: Mapped[UUID] = mapped_column(
        ForeignKey("household.id", ondelete="CASCADE"), primary_key=True, index=True
    )
