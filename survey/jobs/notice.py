"""Notices for a whole building or project: read at one moment, numbered, laid out in volumes or one by one, with a list.

The papers count from the transaction in which the job is done. Cancelled, failed or killed, it leaves none that would pass for genuine.
"""

from __future__ import annotations

import tempfile
from uuid import UUID

from exports.ledgers import heading_of
from exports.printing import Reserved, find_notice, issue, pack, read_print, reserve
from exports.view import view_of
from survey.domain.access import Permission
from survey.domain.job import JobKind, JobStep
from survey.jobs.run import Run
from survey.models import Building, Job, Project, User, db, utc_now
from survey.services.job import enqueue_job
from survey.services.scope import get_building

ZIP = "application/zip"
PROCESSES = 2


def enqueue_print(
    *, actor: User, project: Project, notice: str, building: Building | None, unit_no: str | None, each: bool,
    duplex: bool, where: str, base: str, clear: bool = False, reason: str = "",
) -> Job:  # fmt: skip
    """Ask for the notices of a place; without a building, of the whole project. `base`: the address in their QR.

    clear  with ID numbers and phones in full, and why. Raises DomainError, as `view_of`.
    """
    view_of(project, actor, clear=clear, reason=reason)
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.NOTICE_PRINT,
        needs=Permission.LEDGER_EXPORT_CLEAR if clear else Permission.NOTICE_PRINT,
        about=f"{find_notice(notice).title} {where}",
        arguments={
            "notice": notice, "building": str(building.id) if building else "", "unit_no": unit_no, "each": each,
            "duplex": duplex, "base": base, "clear": clear, "reason": reason,
        },
    )  # fmt: skip


def print_notices(run: Run) -> None:
    asked = run.arguments
    run.begin(JobStep.READING_HOMES)
    now = utc_now()
    with run.reading():
        project, actor = run.project, run.actor
        building = get_building(actor, UUID(asked["building"])) if asked["building"] else None
        view = view_of(project, actor, clear=asked["clear"], reason=asked["reason"])
        reading = read_print(
            asked["notice"], project=project, view=view, now=now, by=actor.display_name, building=building,
            unit_no=asked["unit_no"], most=None, tell=run.progress,
        )  # fmt: skip
        heading = heading_of(project, now, reading.snapshot, actor.display_name)
    reserved = Reserved([], [])

    def number() -> None:
        nonlocal reserved
        reserved = reserve(reading, actor=run.actor, project=run.project, now=now, base=asked["base"])
        # Nobody may wait for the pages. Begun again, the job finds the same numbers; given up, it leaves no paper that counts.
        db.session.commit()

    run.in_front(number)
    run.begin(JobStep.EXPORTING, len(reading.papers))
    with tempfile.TemporaryFile() as target:
        parcel = pack(
            reading, reserved.stamps, heading, target, each=asked["each"], duplex=asked["duplex"], font_folder=run.fonts,
            processes=PROCESSES, tell=run.progress,
        )  # fmt: skip
        run.begin(JobStep.SEALING)
        target.seek(0)
        run.keep(target, parcel.file_name, ZIP)
    if reading.left_out:
        run.remarks.append(("export.left_out", {"count": reading.left_out, "title": reading.notice.title}))
    run.remarks += [
        ("export.lacking_glyphs", {"paper": paper, "characters": characters}) for paper, characters in parcel.missing
    ]

    def count() -> None:
        issue(reading, reserved, actor=run.actor, project=run.project, now=utc_now(), reason=asked["reason"])

    run.effect = count
