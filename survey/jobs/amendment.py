"""A big edited ledger: written a few households at a time, each transaction short, so that tablets never wait long.

What became of a household is written beside its new sheet. So an attempt that was killed leaves nothing half done, and
the next one goes on with those of which nothing is written yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from exports.view import batches, view_of
from survey.domain.job import JobStep
from survey.forms.sheet import hidden_without
from survey.jobs.run import Run
from survey.models import Amendment
from survey.services import amendment as amendments

AT_ONCE = 4
"""Households in a transaction: about a twentieth of a second."""


def commit_amendment(run: Run) -> None:
    """Carry out the plan that the person was shown, as far as the households still are as they were."""
    with run.reading():
        hidden = hidden_without(view_of(run.project, run.actor).granted)
        todo = amendments.list_to_write(run.actor, _row(run), run.arguments["agreed"])
    run.begin(JobStep.WRITING_HOMES, len(todo))
    done = 0
    for some in batches(todo, AT_ONCE):
        run.part(partial(_write, run, some, hidden))
        done += len(some)
        run.progress(done)
    run.effect = partial(_end, run)


def _write(run: Run, homes: Sequence[UUID], hidden: frozenset[str]) -> None:
    row = _row(run)
    for home_id in homes:
        amendments.write_home(actor=run.actor, row=row, home_id=home_id, reason=run.arguments["reason"], hidden=hidden)


def _end(run: Run) -> None:
    amendments.end_amendment(actor=run.actor, row=_row(run), reason=run.arguments["reason"])


def _row(run: Run) -> Amendment:
    assert run.subject_id is not None
    return amendments.get_amendment(run.actor, run.project.id, run.subject_id)
