"""Jobs: asked for with what asks for them, held by one worker at a time, ended once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey.domain.access import Permission, Role
from survey.domain.errors import DomainError, NotFound
from survey.domain.job import JobKind, JobState, JobStep, seconds_left
from survey.models import AuditEntry, Job, Project, User, db, new_id
from survey.models.base import at
from survey.services import job as jobs
from survey.services.job import Claim, LeaseLost, Result
from tests import factories

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LEASE = timedelta(seconds=60)
WEEK = timedelta(days=7)


@pytest.fixture
def asker(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


def ask(project: Project, asker: User, minute: int = 0, **values: object) -> Job:
    with at(NOON + timedelta(minutes=minute)):
        made = jobs.enqueue_job(
            actor=asker, project=project, kind=JobKind.LEDGER_EXPORT, needs=Permission.LEDGER_EXPORT, **values
        )  # type: ignore[arg-type]
    db.session.commit()
    return made


def claim(now: datetime = NOON, attempts: int = 3) -> Claim | None:
    found = jobs.claim_next(worker="here:1", now=now, lease=LEASE, most_attempts=attempts)
    db.session.commit()
    return found


def renew(held: Claim, now: datetime, done: int = 0) -> bool:
    with db.engine.begin() as connection:
        return jobs.renew_lease(
            connection, held, now=now, lease=LEASE, step=JobStep.EXPORTING, step_started_at=now, done=done, whole=9
        )


def actions(job: Job) -> list[str]:
    query = select(AuditEntry.action).where(AuditEntry.noun_id == str(job.id)).order_by(AuditEntry.seq)
    return list(db.session.scalars(query))


def test_a_job_is_there_only_if_the_act_that_asks_for_it_is(project: Project, asker: User) -> None:
    db.session.commit()
    jobs.enqueue_job(actor=asker, project=project, kind=JobKind.LEDGER_EXPORT, needs=None)
    db.session.rollback()
    assert claim() is None
    kept = ask(project, asker)
    assert actions(kept) == ["job.enqueue"]


def test_what_a_job_was_asked_for_with_is_sealed(project: Project, asker: User) -> None:
    job = ask(project, asker, arguments={"reason": "报送王小明的材料"})
    assert "王小明".encode() not in job.arguments_sealed
    assert job.arguments == {"reason": "报送王小明的材料"}


def test_jobs_are_taken_in_the_order_in_which_they_were_asked_for(project: Project, asker: User) -> None:
    later, earlier = ask(project, asker, 2), ask(project, asker, 1)
    assert (jobs.count_before(earlier), jobs.count_before(later)) == (0, 1)
    taken = [claim(NOON + timedelta(minutes=5)) for _ in range(3)]
    assert [each.job_id if each else None for each in taken] == [earlier.id, later.id, None]


def test_a_row_is_worked_on_by_one_open_job_only(project: Project, asker: User) -> None:
    subject = new_id()
    first = ask(project, asker, subject_id=subject)
    with pytest.raises(DomainError, match=r"job\.already_open"):
        ask(project, asker, subject_id=subject)
    db.session.rollback()
    assert jobs.find_open_job(JobKind.LEDGER_EXPORT, subject) == first
    jobs.cancel_job(actor=asker, job=first)
    db.session.commit()
    assert jobs.find_open_job(JobKind.LEDGER_EXPORT, subject) is None
    ask(project, asker, subject_id=subject)


def test_a_silent_worker_loses_its_job_when_the_lease_ends_and_its_word_counts_no_more(
    project: Project, asker: User
) -> None:
    job = ask(project, asker)
    first = claim(NOON)
    assert first is not None
    assert claim(NOON + LEASE) is None, "the lease still stands"
    second = claim(NOON + LEASE + timedelta(seconds=1))
    assert second is not None
    assert (second.job_id, second.token, second.attempts) == (job.id, first.token + 1, 2)
    for late in (
        lambda: jobs.finish_job(first, None, kept=WEEK),
        lambda: jobs.fail_job(first, "job.unexpected"),
        lambda: jobs.end_cancelled(first),
        lambda: jobs.put_back(first),
        lambda: renew(first, NOON + LEASE),
    ):
        with pytest.raises(LeaseLost):
            late()
        db.session.rollback()
    jobs.finish_job(second, None, kept=WEEK)
    db.session.commit()
    assert job.state is JobState.DONE
    with pytest.raises(LeaseLost):
        jobs.finish_job(second, None, kept=WEEK)
    db.session.rollback()


def test_a_heartbeat_keeps_the_job_and_tells_how_far_it_is(project: Project, asker: User) -> None:
    job = ask(project, asker)
    held = claim(NOON)
    assert held is not None
    assert renew(held, NOON + timedelta(seconds=50), done=4) is False
    assert claim(NOON + timedelta(seconds=100)) is None
    db.session.refresh(job)
    assert (job.step, job.done, job.whole) == (JobStep.EXPORTING, 4, 9)


def test_a_job_that_costs_worker_after_worker_is_set_aside_in_words(project: Project, asker: User) -> None:
    job, other = ask(project, asker), ask(project, asker, 1)
    now = NOON + timedelta(minutes=2)
    for _ in range(3):
        held = claim(now)
        assert held is not None and held.job_id == job.id
        now += LEASE + timedelta(seconds=1)
    held = claim(now)
    assert held is not None and held.job_id == other.id
    db.session.refresh(job)
    assert (job.state, job.error, job.error_params) == (JobState.FAILED, "job.worker_died", {"count": 3})
    assert actions(job) == ["job.enqueue", "job.fail"]


def test_a_job_that_waits_is_cancelled_at_once(project: Project, asker: User) -> None:
    job = ask(project, asker)
    jobs.cancel_job(actor=asker, job=job)
    db.session.commit()
    assert (job.state, claim()) == (JobState.CANCELLED, None)
    with pytest.raises(DomainError, match=r"job\.over"):
        jobs.cancel_job(actor=asker, job=job)
    assert actions(job) == ["job.enqueue", "job.cancel"]


def test_a_running_job_hears_of_its_cancelling_and_is_not_taken_up_again_if_its_worker_dies(
    project: Project, asker: User
) -> None:
    job = ask(project, asker)
    held = claim(NOON)
    assert held is not None
    jobs.cancel_job(actor=asker, job=job)
    db.session.commit()
    assert renew(held, NOON) is True
    assert claim(NOON + LEASE + timedelta(seconds=1)) is None
    db.session.refresh(job)
    assert job.state is JobState.CANCELLED


def test_what_is_being_written_as_a_whole_is_not_cancelled(project: Project, asker: User) -> None:
    job = ask(project, asker)
    assert claim(NOON) is not None
    job.step = JobStep.WRITING
    db.session.commit()
    with pytest.raises(DomainError, match=r"job\.in_final_step"):
        jobs.cancel_job(actor=asker, job=job)


def test_a_job_put_back_waits_its_time(project: Project, asker: User) -> None:
    job = ask(project, asker)
    held = claim(NOON)
    assert held is not None
    jobs.put_back(held, not_before=NOON + timedelta(seconds=30))
    db.session.commit()
    assert not jobs.is_work_waiting(NOON)
    assert claim(NOON) is None
    again = claim(NOON + timedelta(seconds=30))
    assert again is not None and again.attempts == 2
    jobs.put_back(again, counts=False)
    db.session.commit()
    assert job.attempts == 1


def test_the_file_is_for_whoever_asked_while_they_may_and_until_its_day(project: Project, asker: User) -> None:
    job = ask(project, asker)
    held = claim(NOON)
    assert held is not None
    with at(NOON):
        jobs.finish_job(held, Result("台账.xlsx", "x/y", 12), kept=WEEK)
    db.session.commit()
    jobs.record_download(actor=asker, job=job, now=NOON + timedelta(days=6))
    assert actions(job) == ["job.enqueue", "job.download"]
    with pytest.raises(NotFound):
        jobs.record_download(actor=factories.member(project, Role.OFFICE), job=job, now=NOON)
    with pytest.raises(DomainError, match=r"job\.result_expired"):
        jobs.record_download(actor=asker, job=job, now=NOON + WEEK)
    factories.membership_of(asker).role = Role.SURVEYOR
    db.session.commit()
    with pytest.raises(DomainError, match=r"job\.permission_ended"):
        jobs.record_download(actor=asker, job=job, now=NOON)


def test_a_job_belongs_to_the_one_who_asked(project: Project, asker: User) -> None:
    job = ask(project, asker)
    other, elsewhere = factories.member(project, Role.OFFICE), factories.project("QT", "别处")
    assert jobs.get_job(asker, project.id, job.id) == job
    assert (jobs.list_jobs(asker, project.id), jobs.list_jobs(other, project.id)) == ([job], [])
    for user, project_id, job_id in (
        (other, project.id, job.id),
        (asker, elsewhere.id, job.id),
        (asker, project.id, new_id()),
    ):
        with pytest.raises(NotFound):
            jobs.get_job(user, project_id, job_id)


def test_the_database_refuses_a_job_that_runs_without_a_lease_or_fails_without_a_word(
    project: Project, asker: User
) -> None:
    for state in (JobState.RUNNING, JobState.FAILED):
        job = ask(project, asker)
        job.state = state
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


@pytest.mark.parametrize(
    ("done", "whole", "seconds", "left"),
    [
        (0, 100, 60, None),  # nothing is done: no pace
        (50, 0, 60, None),  # nobody knows how much there is
        (4, 100, 60, None),  # less than a twentieth
        (50, 100, 4, None),  # the first seconds are those of the start
        (100, 100, 60, None),  # nothing is left
        (50, 100, 60, 60),
        (5, 100, 5, 95),
        (999, 1000, 100, 1),
    ],
)
def test_the_time_left_is_told_only_when_the_pace_says_something(
    done: int, whole: int, seconds: float, left: int | None
) -> None:
    assert seconds_left(done, whole, seconds) == left
