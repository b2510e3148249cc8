"""Forms of ledgers that an office brings (样表): kept, listed, put away. `exports.template` checks and fills them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from survey.domain.errors import NotFound
from survey.models import LedgerTemplate, Project, User, db, utc_now
from survey.services import audit


def add_template(*, actor: User, project: Project, ledger: str, sheet: str, title: str, data: bytes) -> LedgerTemplate:
    """Keep a form that was checked."""
    row = LedgerTemplate(
        project_id=project.id, ledger=ledger, sheet=sheet, title=title[:120], file=data, added_by_id=actor.id
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "template.add", row, {"ledger": ledger, "sheet": sheet})
    return row


def remove_template(*, actor: User, template: LedgerTemplate) -> None:
    """Put a form away: it is offered no longer."""
    template.removed_at = utc_now()
    audit.record(actor, "template.remove", template, {"ledger": template.ledger, "sheet": template.sheet})


def get_template(project_id: UUID, template_id: UUID) -> LedgerTemplate:
    """A form that is still offered. Raises NotFound."""
    row = db.session.get(LedgerTemplate, template_id)
    if row is None or row.project_id != project_id or row.removed_at is not None:
        raise NotFound
    return row


def list_templates(project_id: UUID, ledger: str) -> list[LedgerTemplate]:
    """The forms of a ledger that are offered, by sheet and title."""
    query = (
        select(LedgerTemplate)
        .where(
            LedgerTemplate.project_id == project_id,
            LedgerTemplate.ledger == ledger,
            LedgerTemplate.removed_at.is_(None),
        )
        .order_by(LedgerTemplate.sheet, LedgerTemplate.title, LedgerTemplate.id)
    )
    return list(db.session.scalars(query))
