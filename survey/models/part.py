"""What a household's sheet lists of its home: 权证, 房屋部位, 附属物, 装修, 意向户型. Projections, written by services.sheet only."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from survey.domain import codes
from survey.models.base import AreaM2, Base, CodeType, Identified, Money


class CertificateRow(Identified, Base):
    """权证."""

    __tablename__ = "certificate"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    cert_type: Mapped[codes.CertType | None] = mapped_column(CodeType(codes.CertType))
    cert_no: Mapped[str] = mapped_column(default="")
    cert_date: Mapped[date | None]
    cert_address: Mapped[str] = mapped_column(default="")
    cert_area_m2: Mapped[Decimal | None] = mapped_column(AreaM2)


class PartRow(Identified, Base):
    """房屋部位."""

    __tablename__ = "part"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    kind: Mapped[codes.PartKind | None] = mapped_column(CodeType(codes.PartKind))
    legality: Mapped[codes.Legality | None] = mapped_column(CodeType(codes.Legality))
    part_cert_no: Mapped[str] = mapped_column(default="")
    area_cert_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    area_cert_inner_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    area_meas_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    area_meas_inner_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    balcony_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    area_unreg_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    use_approved: Mapped[codes.Use | None] = mapped_column(CodeType(codes.Use))
    use_actual: Mapped[codes.Use | None] = mapped_column(CodeType(codes.Use))
    structure: Mapped[codes.Structure | None] = mapped_column(CodeType(codes.Structure))
    build_year: Mapped[int | None]
    part_note: Mapped[str] = mapped_column(default="")


class FixtureRow(Identified, Base):
    """附属物."""

    __tablename__ = "fixture"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    fixture_kind: Mapped[codes.FixtureKind | None] = mapped_column(CodeType(codes.FixtureKind))
    quantity: Mapped[Decimal | None] = mapped_column(AreaM2)
    fixture_note: Mapped[str] = mapped_column(default="")


class DecorationItemRow(Identified, Base):
    """装修明细."""

    __tablename__ = "decoration_item"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    item: Mapped[str] = mapped_column(default="")
    item_quantity: Mapped[Decimal | None] = mapped_column(AreaM2)
    item_unit: Mapped[str] = mapped_column(default="")
    item_price_yuan: Mapped[Decimal | None] = mapped_column(Money)


class DesiredLayoutRow(Identified, Base):
    """意向户型."""

    __tablename__ = "desired_layout"

    household_id: Mapped[UUID] = mapped_column(ForeignKey("household.id", ondelete="CASCADE"), index=True)
    uid: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    layout: Mapped[str] = mapped_column(default="")
    area_band: Mapped[str] = mapped_column(default="")
    layout_count: Mapped[int | None]
    floor_wish: Mapped[str] = mapped_column(default="")
    elevator: Mapped[bool | None]
    accessible: Mapped[bool | None]
