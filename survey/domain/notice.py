"""文号: how the number of a document is written."""

from __future__ import annotations


def document_no(word: str, letter: str, year: int, number: int) -> str:
    """颐园调〔2026〕6号: the office's 代字 with the letter of the kind, the year in hexagonal brackets, the serial number.

    Rule: GB/T 9704-2012: 机关代字, year and serial number; the year in full within 六角括号, no 第 and no leading zeros.
    """
    return f"{word}{letter}〔{year}〕{number}号"
