"""Days, clocks and differences of kept times that both databases do alike: for queries that must not read every row into Python.

SQLite keeps a time as `2026-06-01 01:00:00.000000` in UTC; China is eight hours ahead without summer time, since long
before the first visit.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, SQLColumnExpression, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

CHINA_SECONDS = 8 * 3600
DAY_SECONDS = 24 * 3600


class china_day(FunctionElement[str]):  # noqa: N801 (a function of SQL)
    """The day of a moment in China, as text: 2026-11-03. One expression for both databases, to group by."""

    type = String()
    inherit_cache = True
    name = "china_day"


@compiles(china_day, "sqlite")
def _sqlite_day(element: Any, compiler: Any, **values: Any) -> str:
    return f"date({compiler.process(element.clauses, **values)}, '+8 hours')"


@compiles(china_day)
def _postgres_day(element: Any, compiler: Any, **values: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **values)} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')"


class second_of_day(FunctionElement[int]):  # noqa: N801  # reads as a function of SQL
    """Seconds since midnight in China of a `UtcDateTime` column."""

    type = Integer()
    inherit_cache = True

    def __init__(self, moment: SQLColumnExpression[Any]) -> None:
        super().__init__(moment)


class seconds_between(FunctionElement[int]):  # noqa: N801
    """Whole seconds from the first to the second moment; NULL where one of them is."""

    type = Integer()
    inherit_cache = True

    def __init__(self, begin: SQLColumnExpression[Any], end: SQLColumnExpression[Any]) -> None:
        super().__init__(begin, end)


@compiles(second_of_day, "sqlite")
def _second_of_day_sqlite(element: second_of_day, compiler: Any, **kw: Any) -> str:
    (moment,) = (compiler.process(each, **kw) for each in element.clauses)
    clock = f"substr({moment}, 12, 2) * 3600 + substr({moment}, 15, 2) * 60 + substr({moment}, 18, 2)"
    return f"(({clock} + {CHINA_SECONDS}) % {DAY_SECONDS})"


@compiles(second_of_day, "postgresql")
def _second_of_day_postgresql(element: second_of_day, compiler: Any, **kw: Any) -> str:
    (moment,) = (compiler.process(each, **kw) for each in element.clauses)
    return f"mod(floor(extract(epoch from {moment}))::bigint + {CHINA_SECONDS}, {DAY_SECONDS})"


@compiles(seconds_between, "sqlite")
def _seconds_between_sqlite(element: seconds_between, compiler: Any, **kw: Any) -> str:
    begin, end = (compiler.process(each, **kw) for each in element.clauses)
    return f"(unixepoch({end}) - unixepoch({begin}))"


@compiles(seconds_between, "postgresql")
def _seconds_between_postgresql(element: seconds_between, compiler: Any, **kw: Any) -> str:
    begin, end = (compiler.process(each, **kw) for each in element.clauses)
    return f"(floor(extract(epoch from {end})) - floor(extract(epoch from {begin})))::bigint"
