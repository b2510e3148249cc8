"""Signatures (签字): what must be on record so that a sheet counts as signed, or its signing as refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from survey.domain.codes import SignerRole
from survey.domain.errors import DomainError

ASKED = frozenset({SignerRole.RESPONDENT, SignerRole.AGENT})
"""Who is asked to sign for the household, and may refuse."""


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
