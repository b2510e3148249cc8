"""Sheets that a roster writes, of many households at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update

from survey.domain.household import HouseholdState
from survey.domain.sheet import (
    FORM_NAME,
    FORM_VERSION,
    Sheet,
    canonical_json,
    to_pairs,
)
from survey.models import (
    Door,
    Household,
    User,
    db,
    new_id,
    utc_now,
)
from survey.models.bulk import insert_rows
from survey.models.crypto import seal_bytes
from survey.services.feed import note_changed
from survey.services.sheet.projection import Place, Projection, project_sheet, write_projection
from survey.services.standing import recompute_standings_of


@dataclass(frozen=True, slots=True)
class FirstVersion:
    """What the first sheet of a household to come is written as: half the work, which nobody else has to wait for."""

    household_id: UUID
    projection: Projection
    version: dict[str, Any]


def first_version(household_id: UUID, project_id: UUID, doors: tuple[str, ...], sheet: Sheet) -> FirstVersion:
    """The rows of a household's first sheet. Reads nothing. `doors` are their short texts."""
    place = Place(household_id, project_id, doors)
    return FirstVersion(household_id, project_sheet(sheet, place), _version_values(sheet, household_id, 0))


@dataclass(frozen=True, slots=True)
class FirstSheet:
    """A household that the roster brings, with its first sheet. `household` are the values of its row but the projection's."""

    household: dict[str, Any]
    doors: list[dict[str, Any]]
    first: FirstVersion
    free_doors: tuple[UUID, ...] = ()
    """Standing doors without a household that become this one's."""


def save_first_sheets(*, actor: User | None, items: Iterable[FirstSheet]) -> int:
    """Write many new households with their first versions (source "roster") by bulk inserts; how many were written.

    The caller writes the one audit entry of the import. Same projection as `save_sheet`, thousands of rows a second.
    """
    now = utc_now()
    items = list(items)
    if not items:
        return 0
    told = {"state": HouseholdState.UNVISITED, "state_since": now, "sheet_version": 1}
    by = {"saved_by_id": actor.id if actor else None, "saved_at": now}
    db.session.flush()
    connection = db.session.connection()
    tables = Household.metadata.tables
    insert_rows(
        connection,
        tables["household"],
        [{**item.household, **item.first.projection.household, **told} for item in items],
    )
    insert_rows(connection, tables["door"], [door for item in items for door in item.doors])
    insert_rows(connection, tables["sheet"], [item.first.version | by for item in items])
    write_projection([(item.first.household_id, item.first.projection) for item in items], fresh=True)
    note_changed(item.first.household_id for item in items)
    for item in items:
        if item.free_doors:
            db.session.execute(
                update(Door).where(Door.id.in_(item.free_doors)).values(household_id=item.first.household_id)
            )
    return len(items)


def _version_values(sheet: Sheet, household_id: UUID, base: int) -> dict[str, Any]:
    """The row of a version that follows on `base`, for a bulk insert; who saved it, and when, is still to be said."""
    id_, canonical = new_id(), canonical_json(to_pairs(sheet))
    return {
        "id": id_, "household_id": household_id, "version": base + 1, "base": base, "form": FORM_NAME,
        "form_version": FORM_VERSION, "source": "roster", "reason": "",
        "pairs_sealed": seal_bytes("sheet.pairs", id_, canonical), "pairs_hash": sha256(canonical).hexdigest(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextSheet:
    """The next version of a household that nobody has filled at the door. `base` is its current version."""

    place: Place
    base: int
    sheet: Sheet


def save_next_roster_sheets(*, actor: User | None, items: Sequence[NextSheet]) -> None:
    """Write the next versions (source "roster") of households of which only rosters have told, by bulk statements.

    The caller has locked and judged them, and writes the one audit entry of the import.
    """
    if not items:
        return
    by = {"saved_by_id": actor.id if actor else None, "saved_at": utc_now()}
    households, sheets = [], []
    projections: list[tuple[UUID, Projection]] = []
    for item in items:
        projection = project_sheet(item.sheet, item.place)
        household_id = item.place.household_id
        households.append({"id": household_id, **projection.household, "sheet_version": item.base + 1})
        sheets.append(_version_values(item.sheet, household_id, item.base) | by)
        projections.append((household_id, projection))
    db.session.execute(insert(Household.metadata.tables["sheet"]), sheets)
    db.session.execute(update(Household), households)
    write_projection(projections)
    note_changed(item.place.household_id for item in items)
    db.session.expire_all()
    recompute_standings_of([item.place.household_id for item in items])
