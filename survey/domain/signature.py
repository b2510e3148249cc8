"""Signatures (签字): what must be on record so that a sheet counts as signed, or its signing as refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from survey.domain.codes import SignerRole
from survey.domain.errors import DomainError

ASKED = frozenset({SignerRole.RESPONDENT, SignerRole.AGENT})
"""Who is asked to sign for the household, and may refuse."""
MOST_POINTS = 5000
"""A signature has some hundreds; who scribbles for more than a minute is asked to sign again."""
FURTHEST_PX = 10_000
LONGEST_MS = 24 * 3600 * 1000

Point = tuple[float, float, int, float]
Strokes = tuple[tuple[Point, ...], ...]
"""What a hand drew on a tablet: strokes of points (x and y in CSS pixels, milliseconds since the first point, pressure)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureGiven:
    """A signing on paper, or a refusal, as staff describe it. `witness` is a name with where they belong."""

    signer_role: SignerRole
    signer_name: str
    signed_at: datetime
    refused: bool = False
    refuse_reason: str = ""
    witness: str = ""
    has_evidence: bool = False


def check_signature(given: SignatureGiven, now: datetime) -> None:
    """Refuse a signature without its paper, and a refusal without reason and witness.

    Rule: 评估办法 (建房〔2011〕77号) art 12 by analogy: a refusal is recorded before a disinterested third party;
    电子签名法 arts 13-14: a drawn image alone proves little, so the signed paper itself is kept.
    Raises DomainError: signature.in_future, signature.refuse_role, signature.refuse_reason, signature.refuse_witness,
    signature.witness_is_signer, signature.evidence_missing.
    """
    if given.signed_at > now:
        raise DomainError("signature.in_future", "signed_at")
    if not given.refused:
        if not given.has_evidence:
            raise DomainError("signature.evidence_missing", "evidence")
        return
    if given.signer_role not in ASKED:
        raise DomainError("signature.refuse_role", "signer_role")
    if not given.refuse_reason:
        raise DomainError("signature.refuse_reason", "refuse_reason")
    if not given.witness:
        raise DomainError("signature.refuse_witness", "witness")
    if given.witness.split()[0] == given.signer_name:
        raise DomainError("signature.witness_is_signer", "witness")


def read_strokes(told: Any) -> Strokes:
    """The strokes that a tablet tells, `[[[x, y, ms, pressure], ...], ...]`. Raises DomainError sync.event_form for anything else.

    Times are the tablet's clock, which may be set while somebody signs: they need not rise.
    """
    if not isinstance(told, list) or sum(len(each) if isinstance(each, list) else 1 for each in told) > MOST_POINTS:
        raise DomainError("sync.event_form", "strokes", name="strokes")
    return tuple(_stroke(each) for each in told)


def _stroke(told: Any) -> tuple[Point, ...]:
    if not isinstance(told, list) or not told:
        raise DomainError("sync.event_form", "strokes", name="strokes")
    return tuple(_point(each) for each in told)


def _point(told: Any) -> Point:
    if not isinstance(told, list) or len(told) != 4:
        raise DomainError("sync.event_form", "strokes", name="strokes")
    x, y, ms, pressure = told
    if isinstance(ms, bool) or not isinstance(ms, int) or abs(ms) > LONGEST_MS:
        raise DomainError("sync.event_form", "strokes", name="strokes")
    return _number(x, FURTHEST_PX), _number(y, FURTHEST_PX), ms, _number(pressure, 1)


def _number(told: Any, most: int) -> float:
    if isinstance(told, bool) or not isinstance(told, int | float) or not abs(told) <= most:
        raise DomainError("sync.event_form", "strokes", name="strokes")
    return told


def bind_drawing(strokes: Strokes, text_hash: str, picture_hash: str) -> tuple[bytes, str]:
    """What is kept of a drawn signature and its SHA-256: the strokes together with the hashes of the text and the picture.

    None of the three can be exchanged afterwards without the hash, which stands in the log, being another.
    """
    whole = {"text": text_hash, "picture": picture_hash, "strokes": strokes}
    data = json.dumps(whole, separators=(",", ":"), allow_nan=False).encode()
    return data, sha256(data).hexdigest()
