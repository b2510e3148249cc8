"""Older editions of the survey form: what a tablet filled before it was updated is read by today's form.

A new edition adds a step here. Publishing it never makes a sheet invalid that was begun in an older one.
"""

from __future__ import annotations

from collections.abc import Callable

from survey.domain.errors import DomainError
from survey.domain.sheet import FORM_VERSION, Pair, Pairs

UPGRADES: dict[int, Callable[[list[Pair]], list[Pair]]] = {}
"""Edition -> what turns its answers into those of the next one: rename, split, give a default."""


def upgrade_pairs(version: int, pairs: Pairs) -> list[Pair]:
    """The answers as the current edition of the form has them.

    Raises DomainError sync.form_unknown for an edition that this server does not know: the tablet's application is
    newer, or the edition was never published.
    """
    told: list[Pair] = [(name, text) for name, text in pairs]
    while version != FORM_VERSION:
        if version not in UPGRADES:
            raise DomainError("sync.form_unknown", "fv", version=version)
        told = UPGRADES[version](told)
        version += 1
    return told
