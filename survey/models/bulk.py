"""Writing thousands of rows in the time that their values need: for imports and the demo, not for pages.

SQLAlchemy's insert prepares a dictionary and calls a converter for every value of every row; most values need none. Here
the converters of a table are found once and only called where a value is. Same column types, same rows; SQLite only,
other databases get the ordinary statement.

Rows are bound (`bind_rows`, `bind_updates`) before they are written (`write_bound`): on SQLite all others wait for a
writer, and binding takes longer than writing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Date, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from survey.models.base import Base, CodeType, Guid, Scaled, UtcDateTime

Convert = Callable[[Any], Any]


@lru_cache(maxsize=1024)
def _json_of(items: tuple[Any, ...]) -> str:
    return json.dumps(list(items))


def _json(value: Any) -> str:
    return (
        _json_of(tuple(value))
        if isinstance(value, list) and all(isinstance(v, str) for v in value)
        else json.dumps(value)
    )


@lru_cache(maxsize=65536)
def _day(value: date) -> str:
    return value.isoformat()


@lru_cache(maxsize=4096)
def _moment(value: Any) -> str:
    if value.tzinfo is None:
        raise TypeError("a naive datetime has no place in the database")
    return str(value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"))


def _convert(kind: Any) -> Convert | None:
    """What turns a value into what SQLite keeps; None where the value is kept as it is."""
    if isinstance(kind, Guid):
        return lambda value: value.bytes
    if isinstance(kind, Scaled):
        places = kind.places

        def scaled(value: Any) -> int:
            moved = value.scaleb(places)
            if (number := int(moved)) != moved:
                raise ValueError(f"more than {places} decimal places")
            return number

        return scaled
    if isinstance(kind, CodeType):
        codes = kind.codes
        return lambda value: value.value if value.__class__ is codes else codes(value).value
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, JSON):
        return _json
    if isinstance(kind, Date):
        return _day
    return None


@dataclass(frozen=True, slots=True)
class Bound:
    """Rows of one table as the driver takes them. They hold plain values and can be kept in a file meanwhile.

    is_new     they are inserted; else each takes the place of the columns that it names, by its id
    statement  what SQLite executes; other databases get SQLAlchemy's, and rows by the names of their columns
    """

    table: str
    is_new: bool
    statement: str
    rows: list[Any]


@dataclass(frozen=True, slots=True)
class _Plan:
    """statement, the constant values at its end, what takes the others from a row, and what must be converted where."""

    statement: str
    last: tuple[Any, ...]
    get: Callable[[Any], Any]
    converted: tuple[tuple[int, Convert], ...]


@lru_cache(maxsize=256)
def _inserting(table: Table, names: tuple[str, ...]) -> _Plan:
    """An insert of rows with these columns; the others get their defaults."""
    given = set(names)
    constants: list[tuple[str, Any]] = []
    for column in table.columns:
        if column.name in given or column.default is None:
            continue
        if not column.default.is_scalar:
            raise ValueError(f"{table.name}.{column.name} must be given")
        constants.append((column.name, column.default.arg))  # type: ignore[attr-defined]
    last = tuple(
        value if value is None or (convert := _convert(table.columns[name].type)) is None else convert(value)
        for name, value in constants
    )
    every = (*names, *(name for name, _ in constants))
    columns = ", ".join(f'"{name}"' for name in every)
    marks = ", ".join("?" * len(every))
    statement = f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})'  # noqa: S608  # names of our own tables
    return _Plan(statement, last, itemgetter(*names), _converters(table, names))


@lru_cache(maxsize=256)
def _updating(table: Table, names: tuple[str, ...]) -> _Plan:
    """An update of these columns by the row's id, which is bound last."""
    told = tuple(name for name in names if name != "id")
    columns = ", ".join(f'"{name}" = ?' for name in told)
    statement = f'UPDATE "{table.name}" SET {columns} WHERE "id" = ?'  # noqa: S608  # names of our own tables
    every = (*told, "id")
    return _Plan(statement, (), itemgetter(*every), _converters(table, every))


def _converters(table: Table, names: tuple[str, ...]) -> tuple[tuple[int, Convert], ...]:
    return tuple(
        (index, convert)
        for index, name in enumerate(names)
        if (convert := _convert(table.columns[name].type)) is not None
    )


def upserting(connection: Connection) -> Callable[[Any], Any]:
    """The database's own `insert`, which knows ON CONFLICT: `upserting(connection)(Table).values(...)`."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def bind_rows(dialect: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> Bound:
    """New rows, which all have the same keys. Columns that they leave out get their defaults."""
    return _bind(dialect, table, rows, is_new=True)


def bind_updates(dialect: str, table: Table, rows: Sequence[Mapping[str, Any]]) -> Bound:
    """New values of standing rows, which all have the same keys, "id" among them."""
    return _bind(dialect, table, rows, is_new=False)


def _bind(dialect: str, table: Table, rows: Sequence[Mapping[str, Any]], *, is_new: bool) -> Bound:
    if not rows or dialect != "sqlite":
        return Bound(table.name, is_new, "", [dict(row) for row in rows])
    plan = (_inserting if is_new else _updating)(table, tuple(rows[0]))
    bound = []
    for row in rows:
        values = list(plan.get(row))
        for index, convert in plan.converted:
            value = values[index]
            if value is not None:
                values[index] = convert(value)
        values.extend(plan.last)
        bound.append(tuple(values))
    return Bound(table.name, is_new, plan.statement, bound)


def write_bound(connection: Connection, bound: Bound) -> None:
    """Write rows that were bound for this database."""
    if not bound.rows:
        return
    if bound.statement:
        connection.exec_driver_sql(bound.statement, bound.rows)
        return
    table = Base.metadata.tables[bound.table]
    if bound.is_new:
        connection.execute(insert(table), bound.rows)
        return
    values = {name: bindparam(f"new_{name}") for name in bound.rows[0] if name != "id"}
    connection.execute(
        update(table).where(table.c.id == bindparam("new_id")).values(values),
        [{f"new_{name}": value for name, value in row.items()} for row in bound.rows],
    )


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Bind rows and insert them at once."""
    write_bound(connection, bind_rows(connection.dialect.name, table, rows))
