"""Sheets of many households at once, from a roster: worked out as rows first, then written by bulk statements.

The first step is most of the work. It reads nothing and needs no transaction, so that nobody waits for it; what it makes
holds plain values and can be kept in a file until it is written. Same projection as `save_sheet`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import update

from survey.domain.household import HouseholdState
from survey.domain.sheet import FORM_NAME, FORM_VERSION, Sheet, canonical_json, to_pairs
from survey.models import Door, Household, User, db, new_id, utc_now
from survey.models.bulk import Bound, bind_rows, bind_updates, write_bound
from survey.models.crypto import seal_bytes
from survey.services.feed import note_changed
from survey.services.sheet.projection import Place, ProjectionRows, bind_projections, project_sheet, write_projections
from survey.services.standing import recompute_standings_of


@dataclass(frozen=True, slots=True)
class FirstSheet:
    """A household that the roster brings, with its first sheet.

    household   the values of its row but those that follow from the sheet and the doors
    doors       the rows of doors that come with it
    door_texts  its doors in their order, written 3-2-501
    free_doors  standing doors without a household that become this one's
    """

    household: dict[str, Any]
    doors: list[dict[str, Any]]
    door_texts: tuple[str, ...]
    sheet: Sheet
    free_doors: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class NextSheet:
    """The next version of a household that nobody has filled at the door. `base` is its current version."""

    place: Place
    base: int
    sheet: Sheet


@dataclass(frozen=True, slots=True)
class SheetRows:
    """Every row that some households' sheets are written as.

    is_first  the households come with them
    given     standing doors -> the household that gets them
    """

    household_ids: list[UUID]
    is_first: bool
    bound: tuple[Bound, ...]
    projections: ProjectionRows
    given: dict[UUID, UUID]


def first_rows(dialect: str, items: Sequence[FirstSheet], *, saved_by_id: UUID | None) -> SheetRows:
    """The rows of new households with their first sheets (source "roster")."""
    now, tables = utc_now(), Household.metadata.tables
    told = {"state": HouseholdState.UNVISITED, "state_since": now, "sheet_version": 1}
    by = {"saved_by_id": saved_by_id, "saved_at": now}
    households, sheets, projections = [], [], []
    for item in items:
        household_id = item.household["id"]
        projection = project_sheet(item.sheet, Place(household_id, item.household["project_id"], item.door_texts))
        text = {"door_text": "、".join(item.door_texts)}
        households.append({**item.household, **text, **projection.household, **told})
        sheets.append(_version_values(item.sheet, household_id, 0) | by)
        projections.append((household_id, projection))
    bound = (
        bind_rows(dialect, tables["household"], households),
        bind_rows(dialect, tables["door"], [door for item in items for door in item.doors]),
        bind_rows(dialect, tables["sheet"], sheets),
    )
    given = {door: item.household["id"] for item in items for door in item.free_doors}
    ids = [household_id for household_id, _ in projections]
    return SheetRows(ids, True, bound, bind_projections(dialect, projections, is_fresh=True), given)


def next_rows(dialect: str, items: Sequence[NextSheet], *, saved_by_id: UUID | None) -> SheetRows:
    """The rows of next versions (source "roster") of households of which only rosters have told.

    Whoever writes them has locked and judged the households.
    """
    by = {"saved_by_id": saved_by_id, "saved_at": utc_now()}
    households, sheets, projections = [], [], []
    for item in items:
        household_id, projection = item.place.household_id, project_sheet(item.sheet, item.place)
        households.append({"id": household_id, **projection.household, "sheet_version": item.base + 1})
        sheets.append(_version_values(item.sheet, household_id, item.base) | by)
        projections.append((household_id, projection))
    tables = Household.metadata.tables
    bound = (
        bind_rows(dialect, tables["sheet"], sheets),
        bind_updates(dialect, tables["household"], households),
    )
    ids = [household_id for household_id, _ in projections]
    return SheetRows(ids, False, bound, bind_projections(dialect, projections), {})


def _version_values(sheet: Sheet, household_id: UUID, base: int) -> dict[str, Any]:
    """The row of a version that follows on `base`, but for who saved it, and when."""
    id_, canonical = new_id(), canonical_json(to_pairs(sheet))
    return {
        "id": id_, "household_id": household_id, "version": base + 1, "base": base, "form": FORM_NAME,
        "form_version": FORM_VERSION, "source": "roster", "reason": "",
        "pairs_sealed": seal_bytes("sheet.pairs", id_, canonical), "pairs_hash": sha256(canonical).hexdigest(),
    }  # fmt: skip


def write_sheets(rows: SheetRows) -> None:
    """Write what `first_rows` or `next_rows` made. The caller writes the one audit entry of the import."""
    db.session.flush()
    connection = db.session.connection()
    for bound in rows.bound:
        write_bound(connection, bound)
    write_projections(rows.projections)
    note_changed(rows.household_ids)
    for door_id, household_id in rows.given.items():
        connection.execute(update(Door).where(Door.id == door_id).values(household_id=household_id))
    if not rows.is_first:
        db.session.expire_all()
        recompute_standings_of(rows.household_ids)


def save_first_sheets(*, actor: User | None, items: Sequence[FirstSheet]) -> int:
    """Work out and write new households with their first sheets; how many. The caller writes the one audit entry."""
    if items:
        write_sheets(first_rows(db.engine.dialect.name, items, saved_by_id=actor.id if actor else None))
    return len(items)
