"""The import of a big roster: read and compared while others go on writing, then written as one."""

from __future__ import annotations

from functools import partial

from survey.domain.job import JobStep
from survey.domain.roster.state import RowFate
from survey.jobs.run import Run
from survey.models import db
from survey.services.feed import last_number, list_changed_after
from survey.services.roster import imports
from survey.services.roster.commit import lock_project, work_out
from survey.services.roster.imports import Answers
from survey.services.roster.plan import Plan
from survey.services.roster.read import RosterFile, read_roster

READING_SECONDS = 15 * 60
"""Far above what a page gives the reader of a file: a worker stands back, and its time is bounded by the processor's too."""


def import_roster(run: Run) -> None:
    """Carry out the plan that the person was shown, all or nothing."""
    assert run.subject_id is not None
    run.begin(JobStep.READING)
    with run.reading():
        project_id = run.project.id
        row = imports.get_import(project_id, run.subject_id)
        data, today, answers = row.file, row.today, imports.remembered_answers(project_id)
    file = read_roster(data, today=today, answers=answers, wall_seconds=READING_SECONDS)
    run.begin(JobStep.COMPARING)
    with run.reading():
        number = last_number(project_id)
        plan = imports.plan_file(project=run.project, data=data, file=file, answers=answers)
    plan = work_out(project_id, plan)
    run.begin(JobStep.WRITING, plan.counts[RowFate.CREATED] + plan.counts[RowFate.CHANGED])
    run.effect = partial(_write, run, plan, number, file, answers)


def _write(run: Run, plan: Plan, number: int, file: RosterFile, answers: Answers) -> None:
    project = run.project
    lock_project(project)
    db.session.expire_all()
    # Tablets go on all day: the plan stands while none of its own households changed. Else it is made anew, here where
    # all others wait, and its digest judged like any other's. A door that was taken meanwhile the database refuses.
    overtaken = list_changed_after(project.id, number) & {item.household_id for item in plan.items}
    assert run.subject_id is not None
    imports.commit_roster(
        actor=run.actor, project=project, row=imports.get_import(project.id, run.subject_id), file=file, answers=answers,
        digest=run.arguments["digest"], skip_refused=run.arguments["skip_refused"], plan=None if overtaken else plan,
        tell=run.progress,
    )  # fmt: skip
