"""Tablets (平板): enrolled by a code that the office shows, known by a token, revoked at once. A tablet has one person."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now
from survey.models.user import User


class Device(Identified, Base):
    """One enrolment of one tablet for one person in one project. Code and token are kept as SHA-256.

    unsent, last_seq, held   what the tablet told at its last contact: records not yet sent, its counter, its households
    replaced_by              the enrolment that the same tablet has had since; `unsent` is then what it held at that moment
    feed_at                  when it last heard of assignments: what it did before in good faith is taken
    """

    __tablename__ = "device"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    code_expires_at: Mapped[datetime | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    created_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    enrolled_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    feed_at: Mapped[datetime | None]
    app: Mapped[str] = mapped_column(String(40), default="")
    unsent: Mapped[int] = mapped_column(default=0)
    last_seq: Mapped[int] = mapped_column(default=0)
    households: Mapped[int] = mapped_column(default=0)
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    wipe_ordered_at: Mapped[datetime | None]
    wiped_at: Mapped[datetime | None]
    replaced_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("device.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    replaced_by: Mapped[Device | None] = relationship(remote_side="Device.id")
