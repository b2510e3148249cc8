"""People of a household (权利人、承租人、代理人、居住人口). A projection of the sheet, written by services.sheet only.

ID number and phone are sealed; they are found by keyed hashes, in the project for the last four digits.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.domain import codes
from survey.models.base import Base, CodeType, Identified
from survey.models.crypto import SealedText


class PersonRow(Identified, Base):
    """One person in one household. `id` follows from household and uid, so that consents can name it for good."""

    __tablename__ = "person"
    __table_args__ = (Index("ix_person_project_id_hash", "project_id", "id_hash"),
                      Index("ix_person_project_phone_hash", "project_id", "phone_hash"))  # fmt: skip

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    is_owner: Mapped[bool] = mapped_column(default=False)
    name_sort: Mapped[str] = mapped_column(default="")
    id_no_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary(16))

    id_no = SealedText("id_no_sealed")
    phone = SealedText("phone_sealed")

    full_name: Mapped[str] = mapped_column(default="")
    roles: Mapped[list[str]] = mapped_column(default=list)
    id_type: Mapped[codes.IdType | None] = mapped_column(CodeType(codes.IdType))
    sex: Mapped[codes.Sex | None] = mapped_column(CodeType(codes.Sex))
    birth_date: Mapped[date | None]
    ethnicity: Mapped[str] = mapped_column(default="")
    relation: Mapped[codes.Relation | None] = mapped_column(CodeType(codes.Relation))
    marital: Mapped[codes.Marital | None] = mapped_column(CodeType(codes.Marital))
    hukou_here: Mapped[bool | None]
    lives_here: Mapped[bool | None]
    share_num: Mapped[int | None]
    share_den: Mapped[int | None]
    hukou_addr: Mapped[str] = mapped_column(default="")
    current_addr: Mapped[str] = mapped_column(default="")
    special_tags: Mapped[list[str]] = mapped_column(default=list)
    proof_note: Mapped[str] = mapped_column(default="")
    deceased: Mapped[bool | None]
    heir_note: Mapped[str] = mapped_column(default="")
    guardian_name: Mapped[str] = mapped_column(default="")
    agent_for: Mapped[str] = mapped_column(default="")
    authorisation_matter: Mapped[str] = mapped_column(default="")
    authorisation_power: Mapped[str] = mapped_column(default="")
    authorisation_until: Mapped[date | None]
    authorisation_signed: Mapped[bool | None]
    service_addr: Mapped[str] = mapped_column(default="")
    e_service_ok: Mapped[bool | None]
