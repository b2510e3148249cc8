"""The import of a big roster: read, compared and worked out while others go on writing, then written as one."""

from __future__ import annotations

from functools import partial

from survey.domain.job import JobStep
from survey.jobs.run import Run
from survey.services.roster import imports
from survey.services.roster.imports import Answers, Look
from survey.services.roster.prepare import Prepared
from survey.services.roster.read import RosterFile, read_roster

READING_SECONDS = 15 * 60
"""Far above what a page gives the reader of a file: a worker stands back, and its time is bounded by the processor's too."""


def import_roster(run: Run) -> None:
    """Carry out the plan that the person was shown, all or nothing."""
    assert run.subject_id is not None
    run.begin(JobStep.READING)
    with run.reading():
        project_id, asker_id = run.project.id, run.actor.id
        row = imports.get_import(project_id, run.subject_id)
        data, today, answers = row.file, row.today, imports.remembered_answers(project_id)
    file = read_roster(data, today=today, answers=answers, wall_seconds=READING_SECONDS)
    run.begin(JobStep.COMPARING)
    with run.reading():
        looked = imports.look(project=run.project, data=data, file=file, answers=answers)
    run.begin(JobStep.PREPARING, looked.writes)
    prepared = imports.work_out(looked, saved_by_id=asker_id, tell=run.progress)
    run.begin(JobStep.WRITING, looked.writes)
    run.effect = partial(_write, run, looked, prepared, file, answers)


def _write(run: Run, looked: Look, prepared: Prepared, file: RosterFile, answers: Answers) -> None:
    assert run.subject_id is not None
    imports.commit_roster(
        actor=run.actor, project=run.project, row=imports.get_import(run.project.id, run.subject_id), file=file,
        answers=answers, digest=run.arguments["digest"], skip_refused=run.arguments["skip_refused"], looked=looked,
        prepared=prepared, tell=run.progress,
    )  # fmt: skip
