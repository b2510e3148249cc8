"""Doubles: one person, one certificate, one door in several households. Numbers are compared by keyed hashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, distinct, func, or_, select
from sqlalchemy.orm import aliased

from survey.domain.codes import IdType
from survey.domain.door import DoorRef
from survey.domain.matter import Matter
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.models import Building, CertificateRow, Door, Household, PersonRow, Project, db
from survey.services.quality.record import in_order, standing

FAMILY_PAPERS = (IdType.HUKOU, IdType.OTHER)
"""Papers whose number is not one person's alone (survey.domain.check)."""


def find_same_id(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """One ID number in several households: under two names, as living in several, or simply an owner of several homes."""
    many = (
        select(PersonRow.id_hash)
        .where(PersonRow.project_id == project.id, PersonRow.id_hash.is_not(None))
        .group_by(PersonRow.id_hash)
        .having(func.count() > 1)
    )
    query = (
        select(PersonRow.id_hash, Household.id, PersonRow.full_name, PersonRow.lives_here)
        .join(Household, Household.id == PersonRow.household_id)
        .where(
            PersonRow.project_id == project.id, PersonRow.id_hash.in_(many), standing(project),
            or_(PersonRow.id_type.is_(None), PersonRow.id_type.not_in(FAMILY_PAPERS)),
        )
    )  # fmt: skip
    found: dict[bytes, list[Any]] = defaultdict(list)
    for row in db.session.execute(in_order(query)):
        found[bytes(row.id_hash)].append(row)
    for id_hash, rows in found.items():
        homes = tuple(dict.fromkeys(row.id for row in rows))
        if len(homes) < 2:
            continue
        names = {row.full_name for row in rows if row.full_name}
        lives = {row.id for row in rows if row.lives_here}
        code = "_names" if len(names) > 1 else "_lives" if len(lives) > 1 else ""
        yield Matter(
            kind=QualityKind.SAME_ID, key=id_hash.hex(), code=f"quality.same_id{code}", params={"count": len(homes)},
            households=homes, facts=(code, *(f"{row.id} {row.full_name} {row.lives_here}" for row in rows)),
        )  # fmt: skip


def find_same_cert(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """One certificate's number in several households."""
    numbers = (
        select(CertificateRow.cert_no)
        .join(Household, Household.id == CertificateRow.household_id)
        .where(standing(project), CertificateRow.cert_no != "")
    )
    many = numbers.group_by(CertificateRow.cert_no).having(func.count(distinct(CertificateRow.household_id)) > 1)
    query = numbers.where(CertificateRow.cert_no.in_(many)).with_only_columns(CertificateRow.cert_no, Household.id)
    found: dict[str, dict[Any, None]] = defaultdict(dict)
    for cert_no, home in db.session.execute(in_order(query)):
        found[cert_no][home] = None
    for cert_no, homes in found.items():
        yield Matter(
            kind=QualityKind.SAME_CERT, key=cert_no, code="quality.same_cert", params={"count": len(homes)},
            households=tuple(homes), facts=tuple(str(home) for home in homes),
        )  # fmt: skip


def find_same_door(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Households without a door of their own whose place is another's: the pairs of `services.inbox.list_same_door`."""
    has_door = select(Door.id).where(Door.household_id == Household.id).correlate(Household).exists()
    other = aliased(Household)
    query = (
        select(Household.id, other.id.label("other_id"), Household.door_text, Building.no, Door.unit_no, Door.room_no)
        .join(Building, Building.id == Household.building_id)
        .join(Door, and_(Door.building_id == Household.building_id, Door.unit_no == Household.unit_no))
        .join(other, and_(other.id == Door.household_id, other.removed_at.is_(None)))
        .where(
            standing(project), ~has_door,
            or_(Household.apart_from_id.is_(None), Household.apart_from_id != other.id),
        )
    )  # fmt: skip
    for home, there, text, no, unit, room in db.session.execute(in_order(query)):
        if DoorRef(no, unit, room).short == text:
            yield Matter(
                kind=QualityKind.SAME_DOOR, key=f"{home}:{there}", code="quality.same_door", params={"door": text},
                households=(home, there), facts=(str(home), str(there)),
            )  # fmt: skip
