"""How Alembic runs a migration: on the connection that survey.models.migrate hands it."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import JSON
from sqlalchemy.types import TypeDecorator

from survey.models import Base


def render_item(kind: str, item: Any, autogen: Any) -> str | bool:
    """Write our column types as the plain types that they are kept as, so that old migrations need no code of today."""
    if kind == "type" and isinstance(item, TypeDecorator):
        name = type(item).__name__
        if name == "Guid":
            return 'sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")'
        if name == "CodeType":
            return "sa.String(length=32)"
        if name == "UtcDateTime":
            return "sa.DateTime(timezone=True)"
        return "sa.BigInteger()"
    if kind == "type" and isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=render_item,
)
context.run_migrations()
