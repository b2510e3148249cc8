"""Tablets (平板): the states of an enrolment, and the code that is typed once."""

from __future__ import annotations

import re
from datetime import timedelta

from survey.domain.codes import Code
from survey.domain.message import N_

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""32 signs of which no two look alike (Crockford's base32: no I, L, O, U)."""
CODE_LENGTH, CODE_GROUP = 28, 4
CODE_LIFE = timedelta(minutes=30)
UNSENT_LATE = timedelta(days=1)
"""Records that a tablet has held for longer than this are named on the office's page."""


class DeviceState(Code):
    """Where an enrolment stands."""

    INVITED = "invited", N_("等待登记")
    ACTIVE = "active", N_("使用中")
    REPLACED = "replaced", N_("已重新登记")
    REVOKED = "revoked", N_("已停用")
    WIPING = "wiping", N_("等待清除")
    WIPED = "wiped", N_("已清除")


def group_code(code: str) -> str:
    """A code as it is shown: XXXX-XXXX-…"""
    return "-".join(code[start : start + CODE_GROUP] for start in range(0, len(code), CODE_GROUP))


def read_code(text: str) -> str:
    """The code that a person typed: any case, spaces and dashes left out, O for 0 and I or L for 1 forgiven."""
    letters = re.sub(r"[^0-9A-Z]", "", text.upper())
    return letters.translate(str.maketrans("OIL", "011"))
