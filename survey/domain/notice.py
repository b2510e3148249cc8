"""How a document of the office looks and is numbered: 公文样式 and 文号."""

from __future__ import annotations

from survey.domain.codes import Code
from survey.domain.message import N_


class LetterFormat(Code):
    """公文样式 of a project's letters.

    Rule: GB/T 9704-2012: the general format with its red head, and 信函格式 (10.1) as one of the special formats.
    """

    PLAIN = "plain", N_("普通信笺")
    RED_HEAD = "red_head", N_("红头")
    LETTER = "letter", N_("信函格式")


def document_no(word: str, letter: str, year: int, number: int) -> str:
    """颐园调〔2026〕6号: the office's 代字 with the letter of the kind, the year in hexagonal brackets, the serial number.

    Rule: GB/T 9704-2012: 机关代字, year and serial number; the year in full within 六角括号, no 第 and no leading zeros.
    """
    return f"{word}{letter}〔{year}〕{number}号"
