"""Household (户): one dossier (一户一档). Its facts are the projection of the current sheet, written by services.sheet only.

dwelling (房屋, a door), household (户, by certificate or determination) and owner are counted separately: a household
covers one door or several (打通), and has one owner or several.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey.domain import codes
from survey.domain.household import HouseholdState
from survey.models.base import AreaM2, Base, CodeType, Degrees, Identified, Money
from survey.models.building import Building, Door
from survey.models.part import CertificateRow, DecorationItemRow, DesiredLayoutRow, FixtureRow, PartRow
from survey.models.person import PersonRow


class Household(Identified, Base):
    """户. `sheet_version` 0 means that nothing was ever written about it."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("project_id", "dossier_no"),
        Index("ix_household_stairwell_order", "project_id", "building_id", "unit_no", "door_sort"),
        Index("ix_household_project_state", "project_id", "state"),
        Index("ix_household_project_changed", "project_id", "changed_seq", "id"),
    )

    project_id: Mapped[UUID] = mapped_column(ForeignKey("project.id"))
    # Where it stood before is read when it is set: services.feed counts the stairwell that it leaves.
    building_id: Mapped[UUID] = mapped_column(ForeignKey("building.id"), index=True, active_history=True)
    dossier_no: Mapped[str] = mapped_column(String(64))
    unit_no: Mapped[str] = mapped_column(String(16), default="", active_history=True)
    door_text: Mapped[str] = mapped_column(String(120), default="")
    door_sort: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[HouseholdState] = mapped_column(CodeType(HouseholdState), default=HouseholdState.UNVISITED)
    state_since: Mapped[datetime | None]
    sheet_version: Mapped[int] = mapped_column(default=0)
    touched_by_staff: Mapped[bool] = mapped_column(default=False)
    removed_at: Mapped[datetime | None]
    removed_reason: Mapped[str] = mapped_column(default="")
    merged_into_id: Mapped[UUID | None]  # the household that a removed one became part of
    apart_from_id: Mapped[UUID | None]  # the other at its door, of which a person said that it is not the same
    changed_seq: Mapped[int] = mapped_column(BigInteger, default=0)  # its place in the feed, written by services.feed

    # What follows from the sheet's rows and from the records around it; kept here for lists, boards and ledgers.
    owner_names: Mapped[str] = mapped_column(default="")
    owner_count: Mapped[int] = mapped_column(default=0)
    area_cert_m2: Mapped[Decimal] = mapped_column(AreaM2, default=Decimal(0))
    area_meas_m2: Mapped[Decimal] = mapped_column(AreaM2, default=Decimal(0))
    area_unreg_m2: Mapped[Decimal] = mapped_column(AreaM2, default=Decimal(0))
    hukou_count: Mapped[int] = mapped_column(default=0)
    living_count: Mapped[int] = mapped_column(default=0)
    special_count: Mapped[int] = mapped_column(default=0)
    visit_count: Mapped[int] = mapped_column(default=0)
    last_visit_at: Mapped[datetime | None]
    last_visit_result: Mapped[codes.VisitResult | None] = mapped_column(CodeType(codes.VisitResult))
    next_visit_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    first_submitted_at: Mapped[datetime | None]
    return_count: Mapped[int] = mapped_column(default=0)
    briefed_version_id: Mapped[UUID | None]  # of the last briefing; the briefing itself holds the foreign key

    # The sheet's answers.
    address: Mapped[str] = mapped_column(default="")
    address_on_cert: Mapped[str] = mapped_column(default="")
    realty_unit_code: Mapped[str] = mapped_column(default="")
    parcel_no: Mapped[str] = mapped_column(default="")
    total_floors: Mapped[int | None]
    floor_no: Mapped[int | None]
    floor_note: Mapped[str] = mapped_column(default="")
    lon: Mapped[Decimal | None] = mapped_column(Degrees)
    lat: Mapped[Decimal | None] = mapped_column(Degrees)
    tenure_type: Mapped[codes.Tenure | None] = mapped_column(CodeType(codes.Tenure))
    property_class: Mapped[codes.PropertyClass | None] = mapped_column(CodeType(codes.PropertyClass))
    title_status: Mapped[codes.TitleStatus | None] = mapped_column(CodeType(codes.TitleStatus))
    coown_type: Mapped[codes.Coown | None] = mapped_column(CodeType(codes.Coown))
    uscc: Mapped[str] = mapped_column(default="")
    lessor: Mapped[str] = mapped_column(default="")
    mortgage: Mapped[codes.TriState | None] = mapped_column(CodeType(codes.TriState))
    mortgage_detail: Mapped[str] = mapped_column(default="")
    seizure: Mapped[codes.TriState | None] = mapped_column(CodeType(codes.TriState))
    seizure_detail: Mapped[str] = mapped_column(default="")
    residence_right: Mapped[codes.TriState | None] = mapped_column(CodeType(codes.TriState))
    residence_right_detail: Mapped[str] = mapped_column(default="")
    objection: Mapped[codes.TriState | None] = mapped_column(CodeType(codes.TriState))
    objection_detail: Mapped[str] = mapped_column(default="")
    lease_status: Mapped[codes.Lease | None] = mapped_column(CodeType(codes.Lease))
    rent_yuan_month: Mapped[Decimal | None] = mapped_column(Money)
    lease_end: Mapped[date | None]
    land_owner_type: Mapped[codes.LandOwner | None] = mapped_column(CodeType(codes.LandOwner))
    land_source: Mapped[codes.LandSource | None] = mapped_column(CodeType(codes.LandSource))
    land_area_m2: Mapped[Decimal | None] = mapped_column(AreaM2)
    only_home: Mapped[bool | None]
    layout_type: Mapped[codes.LayoutType | None] = mapped_column(CodeType(codes.LayoutType))
    rooms: Mapped[int | None]
    halls: Mapped[int | None]
    kitchens: Mapped[int | None]
    baths: Mapped[int | None]
    orientation: Mapped[codes.Orientation | None] = mapped_column(CodeType(codes.Orientation))
    newness_pct: Mapped[int | None]
    hazard_grade: Mapped[codes.Hazard | None] = mapped_column(CodeType(codes.Hazard))
    decoration: Mapped[codes.Decoration | None] = mapped_column(CodeType(codes.Decoration))
    meter_water: Mapped[str] = mapped_column(default="")
    meter_power: Mapped[str] = mapped_column(default="")
    meter_gas: Mapped[str] = mapped_column(default="")
    meter_heat: Mapped[str] = mapped_column(default="")
    renewal_will: Mapped[codes.Will | None] = mapped_column(CodeType(codes.Will))
    will_reason: Mapped[list[str]] = mapped_column(default=list)
    will_text: Mapped[str] = mapped_column(default="")
    comp_mode: Mapped[codes.CompMode | None] = mapped_column(CodeType(codes.CompMode))
    resettle_place: Mapped[codes.ResettlePlace | None] = mapped_column(CodeType(codes.ResettlePlace))
    transit_mode: Mapped[codes.TransitMode | None] = mapped_column(CodeType(codes.TransitMode))
    move_mode: Mapped[codes.MoveMode | None] = mapped_column(CodeType(codes.MoveMode))
    expected_price_yuan: Mapped[Decimal | None] = mapped_column(Money)
    appraiser_choice: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")

    building: Mapped[Building] = relationship()
    doors: Mapped[list[Door]] = relationship(back_populates="household", order_by="Door.sort")
    persons: Mapped[list[PersonRow]] = relationship(order_by=PersonRow.position, viewonly=True)
    certificates: Mapped[list[CertificateRow]] = relationship(order_by=CertificateRow.position, viewonly=True)
    parts: Mapped[list[PartRow]] = relationship(order_by=PartRow.position, viewonly=True)
    fixtures: Mapped[list[FixtureRow]] = relationship(order_by=FixtureRow.position, viewonly=True)
    decoration_items: Mapped[list[DecorationItemRow]] = relationship(order_by=DecorationItemRow.position, viewonly=True)
    desired_layouts: Mapped[list[DesiredLayoutRow]] = relationship(order_by=DesiredLayoutRow.position, viewonly=True)
