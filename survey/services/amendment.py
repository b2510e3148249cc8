"""Edited ledgers (读回的台账): kept as they came, carried out as they were shown, or put aside.

What a file changes is found out by `exports.amendment`; here it is written, household by household through the one way
in (`save_sheet`), all of it or nothing. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from survey.domain.errors import DomainError, NotFound
from survey.domain.roster.state import ImportState
from survey.domain.sheet import Pairs
from survey.models import Amendment, Household, Project, User, db, utc_now
from survey.services import audit
from survey.services.sheet import save_sheet


@dataclass(frozen=True, slots=True)
class Change:
    """The next sheet of one household. `base` is the version that was current when the person saw the plan."""

    household: Household
    base: int
    pairs: Pairs
    is_correction: bool


def upload_amendment(
    *, actor: User, project: Project, filename: str, data: bytes, counts: Mapping[str, int]
) -> Amendment:
    """Keep an edited ledger (sealed), with what its plan counts."""
    row = Amendment(
        project_id=project.id, filename=filename[-200:], sha256=sha256(data).hexdigest(), uploaded_by_id=actor.id,
        counts=dict(counts),
    )  # fmt: skip
    row.file = data
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "amendment.upload", row, {"counts": row.counts, "sha256": row.sha256})
    return row


def commit_amendment(
    *, actor: User, row: Amendment, changes: Iterable[Change], reason: str, hidden: frozenset[str],
    counts: Mapping[str, int],
) -> int:  # fmt: skip
    """Save the sheets that an edited ledger makes; how many households changed.

    reason  why the ledger was edited: it stands at every correction and in the log
    hidden  questions that the person may not see: their answers stay

    Raises DomainError: amendment.closed, amendment.reason, amendment.changed_since, and those of `save_sheet`.
    """
    _check_open(row)
    if len(reason.strip()) < 4:
        raise DomainError("amendment.reason", "reason")
    done = 0
    for change in sorted(changes, key=lambda each: each.household.id):
        saved = save_sheet(
            actor=actor, household=change.household, base=change.base, pairs=change.pairs, hidden=hidden,
            source="correction" if change.is_correction else "ledger", reason=reason,
        )  # fmt: skip
        if saved.status not in ("saved", "unchanged"):
            raise DomainError("amendment.changed_since")  # somebody saved between the plan and this moment
        done += saved.status == "saved"
    row.state = ImportState.COMMITTED
    row.reason = reason.strip()
    row.counts = {**counts, "saved": done}
    row.committed_by_id = actor.id
    row.committed_at = utc_now()
    audit.record(actor, "amendment.commit", row, {"counts": row.counts, "reason": row.reason})
    return done


def discard_amendment(*, actor: User, row: Amendment) -> None:
    """Put an edited ledger aside. Its file goes; that it was there stays in the list. Raises amendment.closed."""
    _check_open(row)
    row.state = ImportState.DISCARDED
    row.file = b""
    audit.record(actor, "amendment.discard", row)


def _check_open(row: Amendment) -> None:
    if row.state is not ImportState.PREVIEWED:
        raise DomainError("amendment.closed", state=row.state.label)


def get_amendment(project_id: UUID, amendment_id: UUID) -> Amendment:
    """An edited ledger of the project. Raises NotFound."""
    row = db.session.get(Amendment, amendment_id)
    if row is None or row.project_id != project_id:
        raise NotFound
    return row


def list_amendments(project_id: UUID) -> list[Amendment]:
    """The edited ledgers of a project, the newest first."""
    query = (
        select(Amendment)
        .where(Amendment.project_id == project_id)
        .order_by(Amendment.uploaded_at.desc(), Amendment.id.desc())
    )
    return list(db.session.scalars(query))
