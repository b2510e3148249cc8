"""公示: what may stand on a wall within the area. Names are covered; numbers, phones and health facts are refused.

A masked table can still tell too much, or too little: two rows that became the same tell nobody which home is theirs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal

from survey.domain.codes import SpecialTag
from survey.domain.errors import DomainError

LONG_NUMBER = re.compile(r"[0-9]{11}|[0-9]{14}[0-9Xx]|(?<![0-9])0[0-9]{2,3}[- ]?[0-9]{7,8}(?![0-9])")
"""An ID number of 15 or 18 places, a mobile number, a landline with its area code."""
HEALTH = tuple(tag.label.partition("（")[0] for tag in SpecialTag)


@dataclass(frozen=True, slots=True)
class PostedHome:
    """One row of the table: areas in square metres; `owners` with their names covered, `cert_nos` their last four digits."""

    door: str
    owners: str
    cert_nos: str
    use: str
    structure: str
    area_cert_m2: Decimal | None
    area_meas_m2: Decimal | None
    area_unreg_m2: Decimal | None


def check_posting(homes: Sequence[PostedHome]) -> None:
    """Refuse a table that shows what does not belong on a wall, or in which nobody can tell two homes apart.

    Rule: 政府信息公开条例 art. 15, 个人信息保护法 arts. 25, 28: private data are not published without a consent of their
    own; 590号 art. 15: results are published so that the owners within the area can check them.
    Raises DomainError: posting.number, posting.health, posting.identical.
    """
    for home in homes:
        words = "　".join(value for value in astuple(home) if isinstance(value, str))
        if LONG_NUMBER.search(words):
            raise DomainError("posting.number", door=home.door)
        if any(word in words for word in HEALTH):
            raise DomainError("posting.health", door=home.door)
    same = [home.door for home, count in Counter(homes).items() if count > 1]
    if same:
        raise DomainError("posting.identical", doors="、".join(same[:5]), count=len(same))
