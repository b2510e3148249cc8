"""Databases for the suite on PostgreSQL: one for each worker, so that workers never meet.

The server itself is started by scripts/with-postgres.sh; here are only the databases on it. Refuses nothing:
names come from the suite, and a database that a run before left behind is replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import Connection, make_url


@contextmanager
def _admin(admin_url: str) -> Iterator[Connection]:
    engine = create_engine(admin_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def _quoted(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", name):
        raise ValueError(f"not a name for a test database: {name!r}")
    return f'"{name}"'


def create_database(admin_url: str, name: str) -> str:
    """A new, empty database on the server of `admin_url`; its address. One of that name is dropped first."""
    drop_database(admin_url, name)
    with _admin(admin_url) as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {_quoted(name)} TEMPLATE template0 ENCODING 'UTF8'")
    return make_url(admin_url).set(database=name).render_as_string(hide_password=False)


def drop_database(admin_url: str, name: str) -> None:
    """Drop the database and whoever is still connected to it; nothing happens where there is none."""
    with _admin(admin_url) as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
