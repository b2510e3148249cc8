"""What the checks of a sheet must know besides the sheet: today, the project's thresholds, other households."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from survey.domain.check import Facts
from survey.domain.identity import normal_id, normal_phone
from survey.domain.sheet import Sheet
from survey.domain.signature import ASKED
from survey.models import Household, PersonRow, Project, Signature, db
from survey.models.crypto import keyed_hash
from survey.services.project import settings_of

CHINA = ZoneInfo("Asia/Shanghai")


def gather_facts(household: Household, sheet: Sheet) -> Facts:
    """The facts of this moment for a sheet of the household. Of other households only their doors and counts are told."""
    project = db.session.get_one(Project, household.project_id)
    settings = settings_of(project)
    return Facts(
        today=datetime.now(CHINA).date(),
        area_diff_ratio=settings.area_diff_ratio,
        area_diff_min_m2=settings.area_diff_min_m2,
        min_home_m2=settings.min_home_m2,
        phone_households=settings.phone_households,
        has_door=bool(household.doors),
        same_id_elsewhere=_same_id(household, sheet),
        same_phone_elsewhere=_same_phone(household, sheet),
        signers=_signers(household),
    )


def _signers(household: Household) -> frozenset[str] | None:
    """Who signed for the household, whichever version: a correction is read against the names under the paper."""
    query = select(Signature.signer_name).where(
        Signature.household_id == household.id, Signature.signer_role.in_(ASKED), Signature.refused.is_(False)
    )
    return frozenset(db.session.scalars(query)) or None


def _same_id(household: Household, sheet: Sheet) -> dict[str, tuple[str, ...]]:
    """Person uid -> doors of other households of the project with the same number."""
    hashes = {keyed_hash("id", normal_id(person.id_no)): person.uid for person in sheet.persons if person.id_no}
    if not hashes:
        return {}
    query = (
        select(PersonRow.id_hash, Household.door_text)
        .join(Household, Household.id == PersonRow.household_id)
        .where(
            PersonRow.project_id == household.project_id,
            PersonRow.id_hash.in_(list(hashes)),
            PersonRow.household_id != household.id,
            Household.removed_at.is_(None),
        )
        .order_by(Household.door_sort)
    )
    found: dict[str, tuple[str, ...]] = {}
    for id_hash, door in db.session.execute(query):
        uid = hashes[bytes(id_hash or b"")]
        found[uid] = (*found.get(uid, ()), door)
    return found


def _same_phone(household: Household, sheet: Sheet) -> dict[str, int]:
    """Person uid -> number of other households of the project with the same phone."""
    hashes: dict[bytes, list[str]] = {}
    for person in sheet.persons:
        if person.phone:
            hashes.setdefault(keyed_hash("phone", normal_phone(person.phone)), []).append(person.uid)
    if not hashes:
        return {}
    households: dict[bytes, set[UUID]] = {}
    query = (
        select(PersonRow.phone_hash, PersonRow.household_id)
        .join(Household, Household.id == PersonRow.household_id)
        .where(
            PersonRow.project_id == household.project_id,
            PersonRow.phone_hash.in_(list(hashes)),
            PersonRow.household_id != household.id,
            Household.removed_at.is_(None),
        )
    )
    for phone_hash, household_id in db.session.execute(query):
        households.setdefault(bytes(phone_hash or b""), set()).add(household_id)
    return {uid: len(ids) for phone_hash, ids in households.items() for uid in hashes[phone_hash]}
