"""Pinyin of names: the sort key of lists and the initials of the search.

Surnames are read by the subject's own table (曾 is zeng), everything else by the dictionary. That is 57 MB, and loaded by
whoever asks for it first: a process that only exports or prints has no need of it.
"""

from __future__ import annotations

from functools import lru_cache

from survey.domain.name import normal_text, surname_of, surname_reading

LONGEST_BY_LETTER = 4


@lru_cache(maxsize=65536)
def syllables(name: str) -> tuple[str, ...]:
    """The syllables of a name, tones left out; what has no reading stands for itself."""
    letters = normal_text(name).replace("·", "")
    surname = surname_reading(letters)
    rest = letters[len(surname_of(letters)) :] if surname else letters
    if len(rest) <= LONGEST_BY_LETTER and not rest.isascii() and not _has_phrase(rest):
        return (*(surname or ()), *(part for letter in rest for part in _readings(letter)))
    return (*(surname or ()), *_readings(rest))


def _has_phrase(text: str) -> bool:
    """Whether the dictionary knows two or more neighbouring letters as a phrase, with a reading of its own."""
    from pypinyin.constants import PHRASES_DICT

    return any(
        text[start:end] in PHRASES_DICT for start in range(len(text) - 1) for end in range(start + 2, len(text) + 1)
    )


@lru_cache(maxsize=16384)
def _readings(text: str) -> tuple[str, ...]:
    """What the dictionary says. It looks at phrases first, so only texts that are none may be asked letter by letter."""
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(text, style=Style.NORMAL, errors="default"))


@lru_cache(maxsize=65536)
def sort_key(name: str) -> str:
    """The key by which names are ordered: 曾 among the z, each character's syllable and then the character itself."""
    return " ".join((*syllables(name), normal_text(name)))
