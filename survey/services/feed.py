"""The order in which households changed: what a tablet has not seen yet is what has a higher number.

One counter a project, taken in the transaction that commits, so that numbers become visible in their order: a sequence
would let a later number commit first, and a tablet that has read past it would never see the earlier one.

Every row that belongs to a household is noticed when it is flushed; bulk statements pass by the session and say so
themselves (`note_changed`). The stairwells of the households that changed, and those that they left, are counted anew in
the same moment (`services.tally`): the counter is held, so that counts follow each other as the numbers do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect, select, type_coerce, update
from sqlalchemy.orm import Session, SessionTransaction

from survey.models import (
    Briefing,
    ConflictRow,
    Consent,
    Delivery,
    Document,
    Door,
    Household,
    Request,
    Review,
    Signature,
    Visit,
    db,
)
from survey.models.base import Key, uuid_of
from survey.services import tally
from survey.services.serial import last_serial

SHOWN = (Household, Door, Visit, Briefing, Consent, Request, Delivery, Document, Signature, Review, ConflictRow)
"""What a tablet is told of a household."""


def note_changed(household_ids: Iterable[UUID]) -> None:
    """Say that households change in this transaction, for statements that write without the session."""
    _noted(db.session()).update(household_ids)


def last_number(project_id: UUID) -> int:
    """The number of the project's last change; 0 before the first."""
    return last_serial(project_id, tally.SERIES)


def list_changed_after(project_id: UUID, number: int) -> set[UUID]:
    """The households of a project, removed ones among them, that changed after the change of that number."""
    query = select(Household.id).where(Household.project_id == project_id, Household.changed_seq > number)
    return set(db.session.scalars(query))


def _noted(session: Session) -> set[UUID]:
    noted: set[UUID] = session.info.setdefault("changed_households", set())
    return noted


def _left(session: Session) -> set[tuple[UUID, UUID, str]]:
    """(project, building, stairwell) of the places where households of this transaction stood before it."""
    left: set[tuple[UUID, UUID, str]] = session.info.setdefault("left_stairwells", set())
    return left


@event.listens_for(db.session, "before_flush")
def _note(session: Session, _context: Any, _instances: Any) -> None:
    for row in chain(session.new, session.dirty, session.deleted):
        if isinstance(row, SHOWN):
            household_id = row.id if isinstance(row, Household) else row.household_id
            if household_id is not None:
                _noted(session).add(household_id)
            if isinstance(row, Household):
                _note_place(session, row)


def _note_place(session: Session, household: Household) -> None:
    """Remember the stairwell that a household leaves: by its row it could not be found any more."""
    attributes = inspect(household).attrs
    building, unit = attributes.building_id.history, attributes.unit_no.history
    if building.deleted or unit.deleted:
        before = (building.deleted or (household.building_id,))[0], (unit.deleted or (household.unit_no,))[0]
        _left(session).add((household.project_id, *before))


@event.listens_for(db.session, "before_commit")
def _number(session: Session) -> None:
    """Give the changed households of each project the next number, last of all in the transaction."""
    if session.in_nested_transaction():
        return
    session.flush()
    noted = _noted(session)
    if not noted:
        return
    ids = sorted(noted)
    left = set(_left(session))
    _forget_all(session)
    connection = session.connection()
    # The households first, then the counter: who waits for a household must not hold up everybody else.
    projects: dict[UUID, list[Any]] = {}
    stairwells: dict[UUID, set[tuple[UUID, str]]] = {}
    of_household = select(_KEY, *(type_coerce(column, Key) for column in _PLACE), Household.unit_no)
    for some in _chunks(ids):
        rows = of_household.where(Household.id.in_(some)).order_by(Household.id)
        # FOR NO KEY UPDATE: whoever added a row to the household holds its key until the end (FOR KEY SHARE); two who
        # did, and then asked for the whole row, would wait for each other.
        locked = connection.execute(rows.with_for_update(key_share=True)).all()
        by_place = groupby(sorted(locked, key=_place_of), key=_place_of)  # thousands of households, some stairwells
        for (project_key, building_key, unit_no), households in by_place:
            project_id = uuid_of(project_key)
            projects.setdefault(project_id, []).extend(household.key for household in households)
            stairwells.setdefault(project_id, set()).add((uuid_of(building_key), unit_no))
    for project_id, building_id, unit_no in left:
        stairwells.setdefault(project_id, set()).add((building_id, unit_no))
    for project_id in sorted(projects):
        number = tally.take_counter(connection, project_id)
        for some in _chunks(projects[project_id]):
            connection.execute(update(Household).where(_KEY.in_(some)).values(changed_seq=number))
        tally.keep(connection, project_id, stairwells[project_id])


_PLACE = (Household.project_id, Household.building_id)
_KEY = type_coerce(Household.id, Key).label("key")
_place_of = itemgetter(1, 2, 3)


def _chunks(ids: list[Any]) -> Iterator[list[Any]]:
    """A statement has room for some ten thousand values."""
    return (ids[start : start + 5000] for start in range(0, len(ids), 5000))


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if not transaction.nested:  # after a savepoint the rest of the transaction may still commit
        _forget_all(session)


def _forget_all(session: Session) -> None:
    _noted(session).clear()
    _left(session).clear()
