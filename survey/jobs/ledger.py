"""The export of a big ledger, and of all ledgers at one moment: read at one moment, written to a file that goes when the worker does, sealed, logged."""

from __future__ import annotations

import tempfile

from exports import ledgers
from exports.view import CHINA, view_of
from survey.domain.access import Permission
from survey.domain.job import JobKind, JobStep
from survey.jobs.run import Run
from survey.models import Job, Project, User, utc_now
from survey.services.export import record_export
from survey.services.job import enqueue_job

ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def enqueue_export(*, actor: User, project: Project, ledger: str, clear: bool, reason: str, codes: bool = False) -> Job:
    """Ask for a ledger's workbook. What `view_of` refuses is refused by the page, before."""
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.LEDGER_EXPORT,
        needs=Permission.LEDGER_EXPORT_CLEAR if clear else Permission.LEDGER_EXPORT,
        about=ledgers.find_ledger(ledger)[0].title,
        arguments={"ledger": ledger, "clear": clear, "reason": reason, "codes": codes},
    )  # fmt: skip


def enqueue_set(*, actor: User, project: Project) -> Job:
    """Ask for every ledger that the person may open, under one number, numbers masked."""
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.LEDGER_EXPORT_SET, needs=Permission.LEDGER_EXPORT,
        about=project.name, arguments={},
    )  # fmt: skip


def export_set(run: Run) -> None:
    with run.reading():
        view = view_of(run.project, run.actor)
        whole = ledgers.rows_ahead([ledger.name for ledger in ledgers.open_to(view)], view)
    run.begin(JobStep.EXPORTING, whole)
    with tempfile.TemporaryFile() as target:
        with run.reading():
            project, actor = run.project, run.actor
            view = view_of(project, actor)
            names = [ledger.name for ledger in ledgers.open_to(view)]
            now = utc_now()
            done = ledgers.export_set(
                names, project=project, view=view, now=now, target=target, by=actor.display_name, tell=run.progress
            )
            file_name = f"整套台账_{project.name}_{now.astimezone(CHINA):%Y%m%d_%H%M}.zip"
        run.begin(JobStep.SEALING)
        target.seek(0)
        run.keep(target, file_name, ZIP)

    def record() -> None:
        for each in done:
            record_export(
                actor=run.actor,
                project=run.project,
                ledger=each.ledger.name,
                snapshot=each.snapshot,
                counts=each.counts,
            )

    run.effect = record


def export_ledger(run: Run) -> None:
    name, clear, reason = run.arguments["ledger"], run.arguments["clear"], run.arguments["reason"]
    with run.reading():
        whole = ledgers.rows_ahead([name], view_of(run.project, run.actor, clear=clear, reason=reason))
    run.begin(JobStep.EXPORTING, whole)
    with tempfile.TemporaryFile() as target:
        with run.reading():
            project, actor = run.project, run.actor
            view = view_of(project, actor, clear=clear, reason=reason)
            done = ledgers.export_ledger(
                name, project=project, view=view, now=utc_now(), target=target, by=actor.display_name,
                codes=run.arguments["codes"], tell=run.progress,
            )  # fmt: skip
        run.begin(JobStep.SEALING)
        target.seek(0)
        run.keep(target, done.file_name, XLSX)

    def record() -> None:
        record_export(
            actor=run.actor, project=run.project, ledger=name, snapshot=done.snapshot, counts=done.counts, clear=clear,
            reason=reason,
        )  # fmt: skip

    run.effect = record
