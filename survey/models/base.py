"""What every table stands on: the database object, the column types, the engine's settings, ids.

Areas and money are integers in the database (hundredths) and Decimal in Python; times are aware UTC; ids are UUIDv7,
16 bytes on SQLite. The only module that imports flask_sqlalchemy.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from json import JSONDecoder
from typing import Any
from uuid import UUID, uuid5

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, LargeBinary, MetaData, String, Uuid, event
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry
from sqlalchemy.types import TypeDecorator, TypeEngine

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

READ_ONLY: ContextVar[bool] = ContextVar("read_only", default=False)
"""True while a request that only reads is answered: SQLite then begins DEFERRED and does not wait for the writer."""


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): the milliseconds of now, then random bits. Ids made later sort later."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)


def row_id(household_id: UUID, uid: str) -> UUID:
    """The id of a sheet's row (person, part ...) in its typed table: the same each time the sheet is projected."""
    return uuid5(household_id, uid)


_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def utc_now() -> datetime:
    """Now; inside `at`, the moment that it sets."""
    return _moment.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let the clock of the records stand at a moment: for a demo's past, and for tests of days and terms."""
    token = _moment.set(moment)
    try:
        yield
    finally:
        _moment.reset(token)


class Guid(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite (half the size of text, which the search index feels)."""

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        return value.bytes if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        # By its number: half the time of UUID(bytes=...), and a ledger reads millions.
        return UUID(int=int.from_bytes(value)) if isinstance(value, bytes) else value


class Key(TypeDecorator[Any]):
    """A UUID as the driver gives it, 16 bytes on SQLite and a UUID on PostgreSQL: to look rows up by, not to show.

    A ledger of 100,000 households reads a million of them, and needs the UUID of few.
    """

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())


def uuid_of(key: UUID | bytes) -> UUID:
    """The UUID of a `Key`."""
    return UUID(bytes=key) if isinstance(key, bytes) else key


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. A naive one is refused: SQLite would drop the offset in silence."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a naive datetime has no place in the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value.astimezone(UTC) if value is not None else None


class Scaled(TypeDecorator[Decimal]):
    """A Decimal with fixed places, kept as an integer. More places are refused, never rounded in silence."""

    impl = BigInteger
    cache_ok = True
    places = 2

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = Decimal(value).scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"more than {self.places} decimal places")
        return int(scaled)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class AreaM2(Scaled):
    """Square metres, two places."""

    cache_ok = True


class Money(Scaled):
    """Yuan, two places: fen in the database."""

    cache_ok = True


class Degrees(Scaled):
    """Longitude or latitude, six places."""

    cache_ok = True
    places = 6


class CodeType(TypeDecorator[Any]):
    """A member of a code list, kept as its value. Unknown values are refused before they reach the database."""

    impl = String(32)
    cache_ok = True

    def __init__(self, codes: type[StrEnum]) -> None:
        super().__init__()
        self.codes = codes
        self._by_value = {code.value: code for code in codes}

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.codes(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        # A table is four times as quick as the call; a value that is not in it raises as the call does.
        return None if value is None else self._by_value.get(value) or self.codes(value)


_read_json = JSONDecoder().raw_decode


def _from_json(text: str) -> Any:
    """The value of a JSON text that this wrote itself: it has no white space around it, and most lists are empty."""
    return [] if text == "[]" else _read_json(text)[0]


Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """The base of every model."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            UUID: Guid,
            datetime: UtcDateTime,
            dict[str, Any]: Json,
            list[Any]: Json,
            list[str]: Json,
            list[int]: Json,
            list[dict[str, str]]: Json,
        },
    )


class Identified:
    """A row with a UUIDv7 that exists as soon as the object does (sealed columns need it)."""

    id: Mapped[UUID] = mapped_column(primary_key=True, sort_order=-10)

    def __init__(self, **values: Any) -> None:
        super().__init__(**{"id": values.pop("id", None) or new_id(), **values})


db = SQLAlchemy(model_class=Base)


@contextmanager
def reading() -> Iterator[None]:
    """Read without keeping anybody from writing. The session's transaction is ended before and after."""
    db.session.rollback()
    before = READ_ONLY.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        READ_ONLY.reset(before)


SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF",
                  "cell_size_check=ON", "secure_delete=ON", "cache_size=-65536", "temp_store=MEMORY")  # fmt: skip
POSTGRES_OPTIONS = (
    "-c statement_timeout=60s -c lock_timeout=10s -c idle_in_transaction_session_timeout=120s -c timezone=UTC"
)


def engine_options(url: str) -> dict[str, Any]:
    """Options of create_engine for a database URL. Why each: docs/decisions/databases.md."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15}, "json_deserializer": _from_json}
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 5,
        "pool_recycle": 1800,
        "connect_args": {"options": POSTGRES_OPTIONS},
    }


def prepare_engine(engine: Engine) -> None:
    """Set an SQLite engine up for many processes: WAL, full durability, and transactions that we begin ourselves."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            connection.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN DEFERRED" if READ_ONLY.get() else "BEGIN IMMEDIATE")
