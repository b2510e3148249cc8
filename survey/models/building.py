"""Building (楼栋), its doors (门牌, the dwellings), and who surveys it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.models.base import Base, Identified, utc_now

if TYPE_CHECKING:
    from survey.models.household import Household


class Building(Identified, Base):
    """楼栋. `no` is the number alone ("3"); `sort` orders 2 before 10."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("project_id", "no"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    team_id: Mapped[UUID | None] = mapped_column(ForeignKey("team.id"), index=True)
    no: Mapped[str] = mapped_column(String(16))
    sort: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(default="")
    total_floors: Mapped[int | None]


class Door(Identified, Base):
    """门牌: one dwelling (房屋). Doors that were knocked into one (打通) share a household."""

    __tablename__ = "door"
    __table_args__ = (UniqueConstraint("building_id", "unit_no", "room_no"), Index("ix_door_household", "household_id"))

    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"))
    household_id: Mapped[UUID | None] = mapped_column(ForeignKey("household.id"))
    unit_no: Mapped[str] = mapped_column(String(16), default="")
    floor_no: Mapped[int | None]
    room_no: Mapped[str] = mapped_column(String(32))
    sort: Mapped[str] = mapped_column(String(120))

    building: Mapped[Building] = relationship()
    household: Mapped[Household | None] = relationship(back_populates="doors")


class Assignment(Identified, Base):
    """A building, or one stairwell of it, given to a surveyor from `since` until `until` (None: still)."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_user_until", "user_id", "until"),)

    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"), index=True)
    unit_no: Mapped[str | None] = mapped_column(String(16))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    assigned_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))
    since: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[datetime | None]
