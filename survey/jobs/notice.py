"""Notices for a whole building or project: read at one moment, issued, laid out in volumes or one by one, with a list."""

from __future__ import annotations

import tempfile
from uuid import UUID

from exports.ledgers import heading_of
from exports.notices.stamp import Stamp
from exports.printing import find_notice, issue, pack, read_print
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
    duplex: bool, where: str, base: str,
) -> Job:  # fmt: skip
    """Ask for the notices of a place; without a building, of the whole project. `base`: the address in their QR."""
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.NOTICE_PRINT, needs=Permission.NOTICE_PRINT,
        about=f"{find_notice(notice).title} {where}",
        arguments={
            "notice": notice, "building": str(building.id) if building else "", "unit_no": unit_no, "each": each,
            "duplex": duplex, "base": base,
        },
    )  # fmt: skip


def print_notices(run: Run) -> None:
    asked = run.arguments
    run.begin(JobStep.READING_HOMES)
    now = utc_now()
    with run.reading():
        project, actor = run.project, run.actor
        building = get_building(actor, UUID(asked["building"])) if asked["building"] else None
        reading = read_print(
            asked["notice"], project=project, view=view_of(project, actor), now=now, by=actor.display_name,
            building=building, unit_no=asked["unit_no"], most=None,
        )  # fmt: skip
        heading = heading_of(project, now, reading.snapshot, actor.display_name)
    stamps: list[Stamp] = []

    def number() -> None:
        stamps.extend(issue(reading, actor=run.actor, project=run.project, now=now, base=asked["base"]))
        # Numbers stand before a page is laid out, as for every print, and nobody may wait for the pages. Begun again, the
        # job finds the same numbers: an unchanged paper keeps its issue.
        db.session.commit()

    run.in_front(number)
    run.begin(JobStep.EXPORTING, len(reading.papers))
    with tempfile.TemporaryFile() as target:
        name = pack(
            reading, stamps, heading, target, each=asked["each"], duplex=asked["duplex"], font_folder=run.fonts,
            processes=PROCESSES, tell=run.progress,
        )  # fmt: skip
        run.begin(JobStep.SEALING)
        target.seek(0)
        run.keep(target, name, ZIP)
