"""A big edited ledger in the background: household by household, each once, whatever becomes of the worker."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from exports.amendment import plan_amendment, to_kept
from exports.ledgers import export_ledger
from exports.view import view_of
from survey.config import Config
from survey.domain.access import Role
from survey.domain.amendment import AmendmentState, HomeFate
from survey.domain.job import JobKind, JobState, JobStep
from survey.domain.sheet import to_pairs
from survey.jobs import amendment
from survey.jobs.run import Run
from survey.jobs.runner import Limits, run_next
from survey.models import Amendment, AmendmentHome, AuditEntry, Household, Job, Project, SheetRow, User, db, utc_now
from survey.services import amendment as amendments
from survey.services import job as jobs
from survey.services.job import LeaseLost
from survey.services.roster.read import read_texts
from survey.services.sheet import current_sheet, save_sheet
from tests import factories

HOMES = 5


@pytest.fixture
def config(app: Flask, tmp_path: Path) -> Config:
    return replace(app.config["RUHU"], instance=tmp_path)


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def row(project: Project, office: User, monkeypatch: pytest.MonkeyPatch) -> Amendment:
    """A ledger in which the note of every household was edited, confirmed, waiting for a worker that writes one at a time."""
    monkeypatch.setattr(amendment, "AT_ONCE", 1)
    for number in range(1, HOMES + 1):
        factories.household(project, f"3-1-{number}01", factories.sheet(), office)
    db.session.commit()
    out = io.BytesIO()
    view = view_of(project, office)
    export_ledger("register", project=project, view=view, now=utc_now(), target=out)
    book = load_workbook(out)
    page = book["登记台账"]
    column = next(cell.column for cell in page[3] if cell.value == "备注")
    for line in range(5, 5 + HOMES):
        page.cell(line, column).value = f"核对{line}"
    out = io.BytesIO()
    book.save(out)
    data = out.getvalue()
    plan = to_kept(plan_amendment(data, read_texts(data), view))
    made = amendments.upload_amendment(actor=office, project=project, filename="改.xlsx", data=data, plan=plan)
    amendments.enqueue_commit(
        actor=office, project=project, row=made, digest=made.digest, reason="按登记簿核对", agreed=()
    )
    db.session.commit()
    return made


def the_job() -> Job:
    db.session.expire_all()
    return db.session.scalars(select(Job).where(Job.kind == JobKind.AMENDMENT_COMMIT)).one()


def versions() -> list[int]:
    """The version of each household's sheet."""
    db.session.expire_all()
    return list(db.session.scalars(select(Household.sheet_version).order_by(Household.door_sort)))


def edits_in_log() -> int:
    query = select(func.count()).select_from(AuditEntry)
    return (
        db.session.scalar(
            query.where(AuditEntry.action == "sheet.edit", AuditEntry.details["source"].as_string() == "ledger")
        )
        or 0
    )


class Interrupted:
    """A task that does something before the part of that number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, before: int, what: object) -> None:
        part, self.count = Run.part, 0

        def counted(run: Run, work: object) -> None:
            self.count += 1
            if self.count == before:
                what(run)  # type: ignore[operator]
            part(run, work)  # type: ignore[arg-type]

        monkeypatch.setattr(Run, "part", counted)


class Killed(BaseException):
    """What no worker catches: as if the process had ended here."""


def test_it_is_written_to_the_end_with_its_reason_and_one_entry_a_household(config: Config, row: Amendment) -> None:
    assert run_next(config) is True
    assert the_job().state is JobState.DONE
    assert versions() == [2] * HOMES
    assert edits_in_log() == HOMES
    assert (row.state, row.counts["saved"], row.counts["left"]) == (AmendmentState.COMMITTED, HOMES, 0)
    sheets = db.session.scalars(select(SheetRow).where(SheetRow.version == 2)).all()
    assert {(sheet.source, sheet.reason) for sheet in sheets} == {("ledger", "按登记簿核对")}


def test_after_a_worker_was_killed_in_the_middle_the_next_goes_on_and_each_household_has_one_new_version(
    config: Config, row: Amendment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kill(_run: Run) -> None:
        raise Killed

    with monkeypatch.context() as here:
        Interrupted(here, 3, kill)
        with pytest.raises(Killed):
            run_next(config)
    db.session.rollback()
    assert versions() == [2, 2, 1, 1, 1]
    # Somebody goes on with a household that is written already, before the next worker comes.
    first = db.session.scalars(select(Household).order_by(Household.door_sort)).first()
    asker = the_job().asked_by
    assert first is not None and asker is not None
    save_sheet(actor=asker, household=first, base=2, pairs=to_pairs(replace(current_sheet(first), note="后来的")))
    db.session.execute(update(Job).values(lease_until=utc_now() - Limits().lease))
    db.session.commit()
    assert run_next(config) is True
    assert the_job().state is JobState.DONE
    assert versions() == [3, 2, 2, 2, 2]
    assert edits_in_log() == HOMES
    assert current_sheet(first).note == "后来的"
    assert row.counts["saved"] == HOMES


def test_a_worker_that_lost_its_lease_writes_no_further_household(
    config: Config, row: Amendment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take_over(run: Run) -> None:
        with db.engine.begin() as connection:
            connection.execute(update(Job).where(Job.id == run.claim.job_id).values(token=Job.token + 1))

    Interrupted(monkeypatch, 3, take_over)
    run_next(config, limits=Limits(heartbeat=Limits().lease))  # no heartbeat tells it: the part itself is refused
    assert versions() == [2, 2, 1, 1, 1]
    assert the_job().state is JobState.RUNNING


def test_a_lease_is_held_by_whoever_has_the_token(config: Config, row: Amendment) -> None:
    claim = jobs.claim_next(worker="一", now=utc_now(), lease=Limits().lease, most_attempts=3)
    assert claim is not None
    assert jobs.hold_job(claim) is False
    with pytest.raises(LeaseLost):
        jobs.hold_job(replace(claim, token=claim.token - 1))


def test_cancelled_between_two_households_what_is_written_stays_and_a_new_word_goes_on(
    config: Config, row: Amendment, office: User, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancel(run: Run) -> None:
        job = db.session.get_one(Job, run.claim.job_id)
        assert job.step is JobStep.WRITING_HOMES
        jobs.cancel_job(actor=office, job=job)
        db.session.commit()

    with monkeypatch.context() as here:
        Interrupted(here, 3, cancel)
        run_next(config)
    assert the_job().state is JobState.CANCELLED
    assert versions() == [2, 2, 1, 1, 1]
    assert (row.state, row.counts["saved"]) == (AmendmentState.PREVIEWED, 2)
    amendments.commit_amendment(
        actor=office, row=row, digest=row.digest, reason="接着写完", agreed=(), hidden=frozenset()
    )
    db.session.commit()
    assert versions() == [2] * HOMES
    assert row.counts["saved"] == HOMES


def test_a_household_that_somebody_saves_meanwhile_is_left_and_told(
    config: Config, row: Amendment, office: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(_run: Run) -> None:
        last = db.session.scalars(select(Household).order_by(Household.door_sort.desc())).first()
        assert last is not None
        save_sheet(actor=office, household=last, base=1, pairs=to_pairs(replace(current_sheet(last), note="平板写的")))
        db.session.commit()

    Interrupted(monkeypatch, 2, save)
    run_next(config)
    assert (row.counts["saved"], row.counts["left"]) == (HOMES - 1, 1)
    fates = db.session.scalars(select(AmendmentHome.fate).order_by(AmendmentHome.position)).all()
    assert fates == [HomeFate.SAVED] * (HOMES - 1) + [HomeFate.LEFT]
    last = db.session.scalars(select(Household).order_by(Household.door_sort.desc())).first()
    assert last is not None and current_sheet(last).note == "平板写的"
