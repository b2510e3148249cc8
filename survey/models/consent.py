"""Rounds (征询轮次) and consents (意愿表态): append-only records of one owner in one round."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain import codes
from survey.models.base import AreaM2, Base, CodeType, Identified, utc_now
from survey.models.user import User


class Round(Identified, Base):
    """征询轮次, opened and closed by the office. `threshold_num/den` is the share that the round needs: a fraction."""

    __tablename__ = "consultation_round"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"), index=True)
    kind: Mapped[codes.RoundKind] = mapped_column(CodeType(codes.RoundKind))
    title: Mapped[str] = mapped_column(String(120))
    question: Mapped[str] = mapped_column(default="")
    policy_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy.id"))
    threshold_num: Mapped[int | None]
    threshold_den: Mapped[int | None]
    opened_at: Mapped[datetime] = mapped_column(default=utc_now)
    opened_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("user.id"))


class Consent(Identified, Base):
    """One owner's word in one round, as it was given. A withdrawal is a new record that names the one it withdraws.

    `person_id` is the id of the owner's row (stable for household and uid); name and share are kept as they were.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_round_household", "round_id", "household_id"),)

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), index=True)
    round_id: Mapped[UUID] = mapped_column(ForeignKey("consultation_round.id"))
    person_id: Mapped[UUID] = mapped_column(index=True)
    person_name: Mapped[str] = mapped_column(String(60))
    share_num: Mapped[int | None]
    share_den: Mapped[int | None]
    choice: Mapped[codes.Choice | None] = mapped_column(CodeType(codes.Choice))
    withdraws_id: Mapped[UUID | None] = mapped_column(ForeignKey("consent.id"))
    reasons: Mapped[list[str]] = mapped_column(default=list)
    reason_text: Mapped[str] = mapped_column(default="")
    channel: Mapped[codes.Channel] = mapped_column(CodeType(codes.Channel))
    agent_name: Mapped[str] = mapped_column(String(60), default="")
    authorisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("document.id"))
    briefing_id: Mapped[UUID | None] = mapped_column(ForeignKey("briefing.id"))
    unbriefed_reason: Mapped[str] = mapped_column(default="")
    given_at: Mapped[datetime]
    recorded_by_id: Mapped[UUID] = mapped_column(ForeignKey("user.id"))
    recorded_at: Mapped[datetime] = mapped_column(default=utc_now)

    round: Mapped[Round] = relationship()
    recorded_by: Mapped[User] = relationship()


class Standing(Base):
    """A household's state in a round (户意愿), which follows from its owners' records. Written by services.consent."""

    __tablename__ = "standing"
    __table_args__ = (Index("ix_standing_round_choice", "round_id", "choice"),)

    round_id: Mapped[UUID] = mapped_column(ForeignKey("consultation_round.id"), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id"), primary_key=True, index=True)
    choice: Mapped[str] = mapped_column(String(20))
    area_m2: Mapped[Decimal] = mapped_column(AreaM2)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
