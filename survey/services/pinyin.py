"""Pinyin of names: the sort key of lists and the initials of the search."""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=65536)
def syllables(name: str) -> tuple[str, ...]:
    """The syllables of a name, tone numbers left out; a character without a reading stands for itself."""
    return tuple(lazy_pinyin(name, style=Style.NORMAL, errors=list))


@lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """The key by which names are ordered."""
    return " ".join(syllables(name))
