"""Pinyin of names: the sort key of lists and the initials of the search.

Surnames are read by the subject's own table (曾 is zeng), everything else by the dictionary.
"""

from __future__ import annotations

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from survey.domain.name import normal_text, surname_of, surname_reading


@lru_cache(maxsize=65536)
def syllables(name: str) -> tuple[str, ...]:
    """The syllables of a name, tones left out; what has no reading stands for itself."""
    letters = normal_text(name).replace("·", "")
    surname = surname_reading(letters)
    rest = letters[len(surname_of(letters)) :] if surname else letters
    return (*(surname or ()), *lazy_pinyin(rest, style=Style.NORMAL, errors="default"))


@lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """The key by which names are ordered: 曾 among the z, each character's syllable and then the character itself."""
    return " ".join((*syllables(name), normal_text(name)))
