"""The change feed of one tablet: its place in it, and what comes after."""

from __future__ import annotations

from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.models import Assignment, Building, Device, db
from survey.services import scope
from survey.services.feed import last_number
from survey.sync.row import buildings_of, changed, rows_of

MOST_ROWS = 500
START = (0, None)


def pull(device: Device, since: str, limit: int) -> dict[str, Any]:
    """The next rows of the tablet's feed: `{rows, cursor, more, reset}` (docs/sync.md).

    since  the cursor of the last answer; another mark in it than the present one (assignments changed, the first time,
           nonsense) begins anew, and says so by `reset`; so does a place that the feed has not reached, which a tablet
           holds when the server was restored from an older copy
    """
    user, project_id = device.user, device.project_id
    mark = _mark(device)
    after, is_reset = _read_cursor(since, mark)
    if after[0] > last_number(project_id):
        after, is_reset = START, True
    in_scope = scope.household_scope(user, project_id)
    buildings = buildings_of(project_id, scope.building_scope(user, project_id))
    limit = max(1, min(limit, MOST_ROWS))
    found = changed(project_id, in_scope, buildings, after, limit)
    rows = rows_of([id_ for id_, _ in found], scope.role_in(user, project_id))
    last: tuple[int, UUID | None] = (found[-1][1], found[-1][0]) if found else after
    cursor = f"{mark}.{last[0]}.{last[1].hex if last[1] else ''}"
    return {"rows": rows, "cursor": cursor, "more": len(found) == limit, "reset": is_reset}


def _mark(device: Device) -> str:
    """A mark of what the person may see: it changes with the role, the team and the assignments."""
    member = scope.find_membership(device.user, device.project_id)
    given = db.session.execute(
        select(Assignment.building_id, Assignment.unit_no)
        .join(Building, Building.id == Assignment.building_id)
        .where(
            Assignment.user_id == device.user_id, Assignment.until.is_(None), Building.project_id == device.project_id
        )
    )
    told = sorted(f"{building}/{unit or ''}" for building, unit in given)
    if member is not None:
        team = select(Building.id).where(Building.team_id == member.team_id, Building.team_id.is_not(None))
        told += [member.role.value, *sorted(str(each) for each in db.session.scalars(team))]
    return sha256(" ".join(told).encode()).hexdigest()[:16]


def _read_cursor(since: str, mark: str) -> tuple[tuple[int, UUID | None], bool]:
    parts = since.split(".")
    if len(parts) != 3 or parts[0] != mark or not parts[1].isascii() or not parts[1].isdigit() or len(parts[1]) > 18:
        return START, True
    try:
        return (int(parts[1]), UUID(parts[2]) if parts[2] else None), False
    except ValueError:
        return START, True
