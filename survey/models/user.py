"""People who work with Ruhu: accounts, roles in a project, sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain.access import Role
from survey.models.base import Base, CodeType, Identified, utc_now
from survey.models.project import Project, Team


class User(Identified, Base):
    """An account. A system administrator configures and never sees a household (三员分立)."""

    __tablename__ = "user"

    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(60))
    staff_no: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(String(8), default="")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)

    memberships: Mapped[list[Membership]] = relationship(back_populates="user")


class Membership(Identified, Base):
    """A person's one role in one project, until `valid_until` (None: without end)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "project_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"))
    role: Mapped[Role] = mapped_column(CodeType(Role))
    valid_until: Mapped[datetime | None]

    user: Mapped[User] = relationship(back_populates="memberships")
    project: Mapped[Project] = relationship()
    team: Mapped[Team | None] = relationship()


class LoginSession(Base):
    """A signed-in browser. Only the SHA-256 of its token is kept: a copy of the table opens nothing."""

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)

    user: Mapped[User] = relationship()


class LoginFailure(Identified, Base):
    """A failed sign-in, by keyed hash of the name tried and of the address: shared by all processes.

    Wrong codes of notices are counted here too, under a key of their own.
    """

    __tablename__ = "login_failure"
    __table_args__ = (Index("ix_login_failure_key_at", "key", "at"),)

    key: Mapped[bytes] = mapped_column(LargeBinary(16))
    at: Mapped[datetime] = mapped_column(default=utc_now)
