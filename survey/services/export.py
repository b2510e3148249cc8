"""Exports: where they can be made for, and in the audit log who took what out, masked or in clear and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from sqlalchemy import func, select

from survey.domain.door import door_label
from survey.models import Building, Household, Project, User, db
from survey.services import audit
from survey.services.scope import household_scope


def record_export(
    *,
    actor: User | None,
    project: Project,
    ledger: str,
    snapshot: str,
    counts: Mapping[str, int],
    clear: bool = False,
    reason: str = "",
) -> None:
    """Write down that a ledger was exported: its number, the rows of each sheet, and why in clear."""
    audit.record(
        actor,
        "ledger.export",
        project,
        {"ledger": ledger, "snapshot": snapshot, "rows": dict(counts), "clear": clear, "reason": reason.strip()},
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A building, or one stairwell of it (`unit_no` is then not None), with the households that the person sees there."""

    building_id: UUID
    building_no: str
    unit_no: str | None
    households: int

    @property
    def key(self) -> str:
        """What a form sends: the building's id, with the stairwell behind a slash."""
        return str(self.building_id) if self.unit_no is None else f"{self.building_id}/{self.unit_no}"

    @property
    def label(self) -> str:
        return door_label(self.building_no, self.unit_no or "")


def list_places(user: User, project_id: UUID) -> list[Place]:
    """The buildings of the person's scope with their stairwells, each building before its stairwells."""
    rows = db.session.execute(
        select(Building.id, Building.no, Household.unit_no, func.count())
        .join(Household, Household.building_id == Building.id)
        .where(household_scope(user, project_id))
        .group_by(Building.id, Building.no, Building.sort, Household.unit_no)
        .order_by(Building.sort, Household.unit_no)
    ).all()
    places: list[Place] = []
    for building_id, group in groupby(rows, key=lambda row: row[0]):
        units = list(group)
        places.append(Place(building_id, units[0][1], None, sum(row[3] for row in units)))
        if len(units) > 1:
            places += [Place(building_id, row[1], row[2], row[3]) for row in units]
    return places
