"""Inserting thousands of rows in the time that their values need: for imports and the demo, not for pages.

SQLAlchemy's insert prepares a dictionary and calls a converter for every value of every row; most values need none. Here
the converters of a table are found once and only called where a value is. Same column types, same rows; SQLite only,
other databases get the ordinary insert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import JSON, Connection, Date, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from survey.models.base import CodeType, Guid, Scaled, UtcDateTime

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


@lru_cache(maxsize=256)
def _plan(
    table: Table, names: tuple[str, ...]
) -> tuple[str, tuple[Any, ...], Callable[[Any], Any], tuple[tuple[int, Convert], ...]]:
    """The statement, the constant values at its end, the getter of the others, and what must be converted where."""
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
    converted = tuple(
        (index, convert)
        for index, name in enumerate(names)
        if (convert := _convert(table.columns[name].type)) is not None
    )
    return statement, last, itemgetter(*names), converted


def upserting(connection: Connection) -> Callable[[Any], Any]:
    """The database's own `insert`, which knows ON CONFLICT: `upserting(connection)(Table).values(...)`."""
    return postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys. Columns that they leave out get their defaults."""
    if not rows:
        return
    if connection.dialect.name != "sqlite":
        connection.execute(insert(table), [dict(row) for row in rows])
        return
    statement, last, get, converted = _plan(table, tuple(rows[0]))
    bound = []
    for row in rows:
        values = list(get(row))
        for index, convert in converted:
            value = values[index]
            if value is not None:
                values[index] = convert(value)
        values.extend(last)
        bound.append(tuple(values))
    connection.exec_driver_sql(statement, bound)
