"""Series of numbers of a project: dossiers, documents, changes. Each begins at 1, and no number is given out twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy import Connection, select

from survey.models import Serial, db
from survey.models.bulk import upserting

CHUNK = 500
"""Series at a time: a statement has room for some ten thousand values."""


def take_serial(project_id: UUID, kind: str, count: int = 1, *, connection: Connection | None = None) -> int:
    """The first of the next `count` numbers of a series. Whoever else wants one of it waits until the transaction ends."""
    return take_serials(project_id, {kind: count}, connection=connection)[kind]


def take_serials(
    project_id: UUID, counts: Mapping[str, int], *, connection: Connection | None = None
) -> dict[str, int]:
    """`take_serial` for many series at once: series -> the first of its numbers.

    Only these are held. Another of the project is the counter of changes, without which no tablet can deliver anything.
    """
    if connection is None:
        db.session.flush()  # The project may be as new as its first series.
        connection = db.session.connection()
    first: dict[str, int] = {}
    kinds = sorted(counts)  # Who wants several takes them in one order: else two would wait for each other.
    for start in range(0, len(kinds), CHUNK):
        some = kinds[start : start + CHUNK]
        insert = upserting(connection)(Serial).values(
            [{"project_id": project_id, "kind": kind, "last": counts[kind]} for kind in some]
        )
        taken = insert.on_conflict_do_update(
            index_elements=[Serial.project_id, Serial.kind], set_={"last": Serial.last + insert.excluded.last}
        )
        for kind, last in connection.execute(taken.returning(Serial.kind, Serial.last)):
            first[kind] = last - counts[kind] + 1
    return first


def last_serial(project_id: UUID, kind: str) -> int:
    """The last number given out of a series; 0 before the first."""
    return last_serials(project_id, [kind])[kind]


def last_serials(project_id: UUID, kinds: Iterable[str]) -> dict[str, int]:
    """`last_serial` of many series at once. Nothing is held."""
    last = dict.fromkeys(kinds, 0)
    for start in range(0, len(last), CHUNK):
        some = Serial.kind.in_(list(last)[start : start + CHUNK])
        last.update(
            db.session.execute(select(Serial.kind, Serial.last).where(Serial.project_id == project_id, some)).all()
        )
    return last
