"""Sums that do not meet: shares of co-owners, areas of certificates and parts, what was measured and what is certified."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import BigInteger, and_, case, cast, false, func, not_, or_, select

from survey.domain.check import areas_differ
from survey.domain.codes import CertType, Coown, PartKind
from survey.domain.coownership import shares_sum_to_one
from survey.domain.matter import Matter
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.models import CertificateRow, Household, PartRow, PersonRow, Project, db
from survey.services.quality.record import begun, in_order, standing


def find_shares(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Homes owned by shares whose shares are not one whole, or not all known."""
    by_shares = and_(begun(project), Household.coown_type == Coown.SHARES, PersonRow.is_owner)
    least, most = func.min(PersonRow.share_den), func.max(PersonRow.share_den)
    # Most homes have shares of one kind (1/2 and 1/2), which whole numbers tell; the fractions of the others are added.
    is_whole = and_(
        func.count(PersonRow.share_num) == func.count(),
        func.min(PersonRow.share_num) > 0,
        least == most,
        func.sum(PersonRow.share_num) == least,
    )
    doubtful = (
        select(Household.id)
        .join(PersonRow, PersonRow.household_id == Household.id)
        .where(by_shares)
        .group_by(Household.id)
        .having(not_(func.coalesce(is_whole, false())))
    )
    query = (
        select(Household.id, PersonRow.share_num, PersonRow.share_den)
        .join(PersonRow, PersonRow.household_id == Household.id)
        .where(by_shares, Household.id.in_(doubtful))
    )
    shares: dict[Any, list[Fraction | None]] = defaultdict(list)
    for home, number, of in db.session.execute(in_order(query)):
        shares[home].append(Fraction(number, of) if number is not None and of else None)
    for home, told in shares.items():
        if not shares_sum_to_one(told):
            yield Matter(
                kind=QualityKind.SHARES, key=str(home), code="quality.shares", households=(home,),
                facts=tuple(f"{place} {share}" for place, share in enumerate(told)),
            )  # fmt: skip


def find_cert_sum(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Homes whose certificates of the house, all with their areas, add up to another area than the parts' certified ones."""
    area = cast(CertificateRow.cert_area_m2, BigInteger)
    total = func.sum(area)
    parts = cast(Household.area_cert_m2, BigInteger)
    query = (
        select(Household.id, Household.area_cert_m2, total)
        .join(CertificateRow, CertificateRow.household_id == Household.id)
        .where(
            standing(project), Household.area_cert_m2 > 0,
            or_(CertificateRow.cert_type.is_(None), CertificateRow.cert_type != CertType.LAND),
        )
        .group_by(Household.id)
        .having(and_(total != parts, func.sum(case((area.is_(None), 1), else_=0)) == 0))
    )  # fmt: skip
    for home, in_parts, hundredths in db.session.execute(in_order(query)):
        told = Decimal(int(hundredths)).scaleb(-2)
        yield Matter(
            kind=QualityKind.CERT_SUM, key=str(home), code="quality.cert_sum", households=(home,),
            params={"certificates": told, "parts": in_parts}, facts=(str(told), str(in_parts)),
        )  # fmt: skip


def find_area_off(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """Parts whose measured area is farther from the certified one than the project allows."""
    ratio, least = settings.area_diff_ratio, int(settings.area_diff_min_m2 * 100)
    certified, measured = (cast(each, BigInteger) for each in (PartRow.area_cert_m2, PartRow.area_meas_m2))
    apart = func.abs(measured - certified)
    query = (
        select(PartRow.id, Household.id.label("home"), PartRow.kind, PartRow.area_cert_m2, PartRow.area_meas_m2)
        .join(Household, Household.id == PartRow.household_id)
        .where(
            standing(project), PartRow.area_cert_m2 > 0, PartRow.area_meas_m2 > 0, apart > least,
            apart * ratio.denominator > certified * ratio.numerator,
        )
        .order_by(Household.door_sort, Household.id, PartRow.position)
    )  # fmt: skip
    for row in db.session.execute(query):
        if areas_differ(row.area_cert_m2, row.area_meas_m2, ratio, settings.area_diff_min_m2):
            yield Matter(
                kind=QualityKind.AREA_OFF, key=str(row.id), code="quality.area_off", households=(row.home,),
                params={"part": row.kind or PartKind.OTHER, "certified": row.area_cert_m2, "measured": row.area_meas_m2},
                facts=(str(row.area_cert_m2), str(row.area_meas_m2)),
            )  # fmt: skip
