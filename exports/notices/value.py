"""What a paper's values are called and of which type they are: read from the classes, never written down twice."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from functools import cache
from typing import Any


@cache
def members_of(record: Any) -> dict[str, Any]:
    """Name -> type of what a template may read of a value: fields, properties; methods with None, for they are called."""
    told = dict(typing.get_type_hints(record))
    members: dict[str, Any] = {field.name: _without_none(told[field.name]) for field in dataclasses.fields(record)}
    for name, each in inspect.getmembers(record):
        if name.startswith("_") or name in members:
            continue
        if isinstance(each, property) and each.fget is not None:
            members[name] = _without_none(typing.get_type_hints(each.fget).get("return"))
        elif inspect.isfunction(each):
            members[name] = None
    return members


def element_of(hint: Any) -> Any:
    """The type of one row of a list or tuple whose rows are alike; None where they are not, or of something else."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is list and arguments:
        return _without_none(arguments[0])
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _without_none(arguments[0])
    return None


def _without_none(hint: Any) -> Any:
    """The type of a value that may be missing."""
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        left = [each for each in typing.get_args(hint) if each is not types.NoneType]
        return left[0] if len(left) == 1 else None
    return hint
