"""The filling of an office's own form with a big ledger: read at one moment, filled, sealed, logged."""

from __future__ import annotations

import io
from uuid import UUID

from exports import ledgers
from exports.view import view_of
from survey.domain.access import Permission
from survey.domain.job import JobKind, JobStep
from survey.jobs.ledger import XLSX
from survey.jobs.run import Run
from survey.models import Job, LedgerTemplate, Project, User, utc_now
from survey.services.export import record_export
from survey.services.job import enqueue_job
from survey.services.template import get_template


def enqueue_export(*, actor: User, project: Project, template: LedgerTemplate, clear: bool, reason: str) -> Job:
    """Ask for a form filled. What `view_of` refuses is refused by the page, before."""
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.TEMPLATE_EXPORT,
        needs=Permission.LEDGER_EXPORT_CLEAR if clear else Permission.LEDGER_EXPORT,
        about=template.title, arguments={"template": str(template.id), "clear": clear, "reason": reason},
    )  # fmt: skip


def export_template(run: Run) -> None:
    clear, reason = run.arguments["clear"], run.arguments["reason"]
    run.begin(JobStep.EXPORTING)
    with run.reading():
        project, actor = run.project, run.actor
        template = get_template(project.id, UUID(run.arguments["template"]))
        ledger = template.ledger
        view = view_of(project, actor, clear=clear, reason=reason)
        done, data = ledgers.export_template(template, project=project, view=view, now=utc_now(), by=actor.display_name)
    run.begin(JobStep.SEALING)
    run.keep(io.BytesIO(data), done.file_name, XLSX)

    def record() -> None:
        record_export(
            actor=run.actor, project=run.project, ledger=ledger, snapshot=done.snapshot, counts=done.counts, clear=clear,
            reason=reason,
        )  # fmt: skip

    run.effect = record
