"""The audit log: one entry for each act, in the act's own transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.models import AuditEntry, User, db


def record(
    actor: User | None,
    action: str,
    noun: object | None = None,
    details: dict[str, Any] | None = None,
    *,
    project_id: UUID | None = None,
    household_id: UUID | None = None,
) -> AuditEntry:
    """Append an entry. `noun` is the row acted on; its project and household are noted with it.

    details  names of fields, counts and codes; never an ID number, a phone number or a name
    """
    noun_id = getattr(noun, "id", None)
    entry = AuditEntry(
        actor_id=actor.id if actor else None,
        actor_name=actor.display_name if actor else "系统",
        action=action,
        noun=getattr(noun, "__tablename__", ""),
        noun_id=str(noun_id) if noun_id else "",
        project_id=project_id or getattr(noun, "project_id", None) or _own(noun, "project"),
        household_id=household_id or getattr(noun, "household_id", None) or _own(noun, "household"),
        details=details or {},
    )
    db.session.add(entry)
    return entry


def _own(noun: object | None, table: str) -> UUID | None:
    return noun.id if getattr(noun, "__tablename__", "") == table else None  # type: ignore[union-attr]


def list_entries(*, household_id: UUID | None = None, project_id: UUID | None = None, limit: int = 200,
                 before: int | None = None) -> list[AuditEntry]:  # fmt: skip
    """The newest entries of a household or a project, newest first."""
    query = select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(limit)
    if household_id is not None:
        query = query.where(AuditEntry.household_id == household_id)
    if project_id is not None:
        query = query.where(AuditEntry.project_id == project_id)
    if before is not None:
        query = query.where(AuditEntry.seq < before)
    return list(db.session.scalars(query))
