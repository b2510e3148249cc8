"""Exports and prints in the audit log: who took what out, under which number, masked or in clear and why."""

from __future__ import annotations

from collections.abc import Mapping

from survey.models import Household, Project, User
from survey.services import audit


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


def record_print(
    *,
    actor: User | None,
    project: Project,
    notice: str,
    snapshot: str,
    count: int,
    where: str,
    household: Household | None = None,
    clear: bool = False,
    reason: str = "",
) -> None:
    """Write down that notices were printed: which, how many, for which building or household."""
    audit.record(
        actor,
        "notice.print",
        household or project,
        {"notice": notice, "snapshot": snapshot, "count": count, "where": where, "clear": clear,
         "reason": reason.strip()},
        project_id=project.id,
    )  # fmt: skip
