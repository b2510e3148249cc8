"""Tallies while several write at once: nobody waits for ever, and nothing that was mended is undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import event, text, update

from survey.cli import ruhu
from survey.domain.access import Role
from survey.domain.codes import DocumentCategory
from survey.models import Household, Project, Tally, User, db
from survey.services import tally
from survey.services.document import Prepared, add_document
from survey.services.feed import last_number
from tests import factories

FILE = Prepared(content=b"%PDF-1.4", media_type="application/pdf", pages=1, preview=None)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


def beside(app: Flask, pool: ThreadPoolExecutor, act: Callable[[], None]) -> Future[None]:
    """Do something and commit it on a connection of its own."""

    def run() -> None:
        with app.app_context():
            try:
                act()
                db.session.commit()
            finally:
                db.session.remove()

    return pool.submit(run)


def visited(household_id: UUID) -> Callable[[], None]:
    def act() -> None:
        db.session.get_one(Household, household_id).visit_count = 1

    return act


def until_it_waits(arriving: Future[None]) -> None:
    """Return when the other connection waits for a lock, or has ended."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not arriving.done() and not connection.scalar(waiting):
            pass


def only_on_postgres() -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer")


def test_two_documents_added_to_a_household_at_once_are_both_kept(
    app: Flask, project: Project, pool: ThreadPoolExecutor, tmp_path: Path
) -> None:
    only_on_postgres()
    household, office = factories.household(project), factories.member(project, Role.OFFICE)
    db.session.commit()
    household_id, actor_id, project_id, before = household.id, office.id, project.id, last_number(project.id)
    db.session.remove()
    both_added = Barrier(2)

    def add() -> None:
        home, actor = db.session.get_one(Household, household_id), db.session.get_one(User, actor_id)
        add_document(actor=actor, folder=tmp_path, category=DocumentCategory.OTHER, prepared=FILE, household=home)
        db.session.flush()
        both_added.wait(30)

    for each in [beside(app, pool, add) for _ in range(2)]:
        each.result()
    assert last_number(project_id) == before + 2


def test_what_arrives_during_a_recount_does_not_undo_it(app: Flask, project: Project, pool: ThreadPoolExecutor) -> None:
    only_on_postgres()
    household = factories.household(project, "1-1-101")
    db.session.commit()
    wrong = {"flags": {"households": 9}, "told": {}, "rounds": {}}
    db.session.execute(update(Tally).where(Tally.key == tally.key_of(project.id)).values(figures=wrong))
    db.session.commit()
    project_id, household_id = project.id, household.id
    db.session.remove()
    tally.recount(project_id)
    arriving = beside(app, pool, visited(household_id))
    until_it_waits(arriving)
    db.session.commit()
    arriving.result()
    assert list(tally.check(project_id)) == []


def test_what_is_written_during_a_check_is_no_difference(
    app: Flask, project: Project, pool: ThreadPoolExecutor
) -> None:
    household = factories.household(project, "1-1-101")
    db.session.commit()
    code, project_id, household_id = project.code, project.id, household.id
    db.session.remove()
    written: list[Future[None]] = []

    def write_once(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Between the count of the households and the reading of the tallies."""
        if "GROUP BY household.building_id" in statement and not written:
            written.append(beside(app, pool, visited(household_id)))
            written[0].result(60)

    event.listen(db.engine, "after_cursor_execute", write_once)
    try:
        ruhu.commands["check-records"].callback.__wrapped__(code)  # type: ignore[union-attr]  # in the app of the test
    finally:
        event.remove(db.engine, "after_cursor_execute", write_once)
    assert written, "something must have been written meanwhile"
    assert list(tally.check(project_id)) == []
