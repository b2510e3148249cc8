"""Edited ledgers that came back (读回的台账): the file as it was, what it changes in each household, what became of it."""

from __future__ import annotations

import json
import zlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.amendment import AmendmentState, HomeFate
from survey.domain.household import HouseholdState
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.crypto import open_bytes, seal_bytes
from survey.models.household import Household
from survey.models.user import User


class Amendment(Identified, Base):
    """A ledger that was edited outside. The file is kept sealed, as evidence of where the changes came from.

    counts   of the plan as it is shown; `saved` and `left` of the households that were dealt with so far
    digest   of the plan that is shown: nothing else is written
    reason   as typed so far, once carried out as it was given; `agreed` the kinds of undoing that were ticked
    told     what the plan says besides the households: the troubles, missing columns; sealed, for it repeats cells
    """

    __tablename__ = "amendment"
    __table_args__ = (Index("ix_amendment_project_uploaded", "project_id", "uploaded_at"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    filename: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[AmendmentState] = mapped_column(CodeType(AmendmentState), default=AmendmentState.PREVIEWED)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")
    reason: Mapped[str] = mapped_column(default="")
    agreed: Mapped[list[str]] = mapped_column(default=list)
    uploaded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=utc_now)
    committed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    committed_at: Mapped[datetime | None]
    file_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    told_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    uploaded_by: Mapped[User] = relationship(foreign_keys=[uploaded_by_id])
    committed_by: Mapped[User | None] = relationship(foreign_keys=[committed_by_id])

    @property
    def file(self) -> bytes:
        return open_bytes("amendment.file", self.id, self.file_sealed)

    @file.setter
    def file(self, data: bytes) -> None:
        self.file_sealed = seal_bytes("amendment.file", self.id, data)

    @property
    def told(self) -> dict[str, Any]:
        return _opened("amendment.told", self.id, self.told_sealed)

    @told.setter
    def told(self, told: dict[str, Any]) -> None:
        self.told_sealed = _sealed("amendment.told", self.id, told)


class AmendmentHome(Identified, Base):
    """What an edited ledger changes in one household, as the person was shown it.

    position   in the order of the page
    base       the version of its sheet, `state` its state, `is_signed` whether that version was signed, all as compared:
               it is written only while they are so
    becomes    its state once it is written
    writes     answers that are in nobody's way
    disputed   answers that others changed since
    chosen     the groups in dispute for which the file's answer is taken
    edits      the edits themselves, sealed
    """

    __tablename__ = "amendment_home"
    __table_args__ = (UniqueConstraint("amendment_id", "position", name="uq_amendment_home_position"),)

    amendment_id: Mapped[UUID] = mapped_column(ForeignKey("amendment.id"))
    position: Mapped[int]
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"))
    base: Mapped[int]
    state: Mapped[HouseholdState] = mapped_column(CodeType(HouseholdState))
    becomes: Mapped[HouseholdState] = mapped_column(CodeType(HouseholdState))
    is_signed: Mapped[bool]
    writes: Mapped[int]
    disputed: Mapped[int]
    chosen: Mapped[list[str]] = mapped_column(default=list)
    fate: Mapped[HomeFate] = mapped_column(CodeType(HomeFate), default=HomeFate.OPEN)
    edits_sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    household: Mapped[Household] = relationship()

    @property
    def edits(self) -> dict[str, Any]:
        return _opened("amendment_home.edits", self.id, self.edits_sealed)

    @edits.setter
    def edits(self, edits: dict[str, Any]) -> None:
        self.edits_sealed = _sealed("amendment_home.edits", self.id, edits)


def _sealed(where: str, row: UUID, value: dict[str, Any]) -> bytes:
    return seal_bytes(where, row, zlib.compress(json.dumps(value, ensure_ascii=False).encode()))


def _opened(where: str, row: UUID, sealed: bytes) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(zlib.decompress(open_bytes(where, row, sealed)))
    return found
