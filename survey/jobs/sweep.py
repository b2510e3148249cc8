"""The sweep: files that nobody may take any more, and the rows of earlier sweeps."""

from __future__ import annotations

from survey.jobs.run import Run
from survey.models import utc_now
from survey.services.job import forget_sweeps
from survey.services.result import sweep_results


def sweep(run: Run) -> None:
    now = utc_now()
    sweep_results(run.results, now)
    forget_sweeps(now)
