"""What tells a genuine paper: its number, the address in its QR, and a hash of everything that it says."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

# Who printed it, when, and what the office puts on it as it is issued: not what the paper says.
OF_THE_PRINT = frozenset({"print_mark", "printed_at", "issued_on", "document_no", "stamp"})


@dataclass(frozen=True, slots=True)
class Stamp:
    """One issue of a paper.

    link  the address of the page that tells whether it is genuine; "" where the office has none that can be reached
    code  校验码, to be compared by eye
    """

    document_no: str
    issued_on: date
    link: str
    code: str


def digest_of(paper: object, wording: str = "") -> bytes:
    """SHA-256 over what a paper says: the same values, the same hash, whoever prints it and whenever.

    wording  the office's own template; other sentences around the same values make another paper
    """
    assert is_dataclass(paper) and not isinstance(paper, type)
    told: dict[str, Any] = {name: value for name, value in asdict(paper).items() if name not in OF_THE_PRINT}
    if wording:
        told["wording"] = hashlib.sha256(wording.encode()).hexdigest()
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True, default=str).encode()).digest()


def subject_of(paper: object) -> str:
    """Which of several of its kind a paper is; "" where a household has only one."""
    return str(getattr(paper, "subject", ""))


def stamped(paper: Any, stamp: Stamp) -> Any:
    """The paper with its stamp, and with number and day of issue where it shows them."""
    shown = {"stamp": stamp, "document_no": stamp.document_no, "issued_on": stamp.issued_on}
    names = {field.name for field in fields(paper)}
    return replace(paper, **{name: value for name, value in shown.items() if name in names})
