"""Signatures (签字): a signing on paper, bound to the sheet that was signed by its hash, or a refusal; never changed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select

from survey.domain.codes import DocumentCategory
from survey.domain.errors import DomainError, NotFound
from survey.domain.signature import SignatureGiven, Strokes, bind_drawing, check_signature
from survey.models import Household, Signature, User, db, new_id
from survey.services import audit
from survey.services.document import Prepared, add_document
from survey.services.sheet import get_version, lock_household


def record_signature(*, actor: User, household: Household, given: SignatureGiven, now: datetime,
                     evidence: Prepared | None = None, folder: Path | None = None,
                     version: int | None = None, text_hash: str = "", strokes: Strokes = (), key: UUID | None = None) -> Signature:  # fmt: skip
    """Append a signature to the sheet as it stands. A later change of the sheet leaves it without this signature.

    version    the version that was printed and signed, where the page knows it: another one meanwhile is refused
    text_hash  SHA-256 of the summary that the signer was shown, where they signed on a tablet
    strokes    what their hand drew there: kept bound to the text and to the picture, the evidence
    key        the id that the page made for the record: what was sent twice is recorded once
    Raises DomainError: signature.no_sheet, signature.other_version, and as `check_signature`.
    """
    household = lock_household(household)
    if key is not None and (known := db.session.get(Signature, key)) is not None:
        if known.household_id != household.id:
            raise NotFound
        return known
    if not household.sheet_version:
        raise DomainError("signature.no_sheet")
    if version is not None and version != household.sheet_version:
        raise DomainError("signature.other_version", version=version, current=household.sheet_version)
    check_signature(given, now)
    document = None
    if evidence is not None and folder is not None:
        document = add_document(
            actor=actor,
            folder=folder,
            category=DocumentCategory.SURVEY,
            prepared=evidence,
            title=f"签字页（{given.signer_role.label}）",
            household=household,
            is_original=True,
            with_audit=False,
        )
    row = Signature(
        id=key or new_id(),
        project_id=household.project_id,
        household_id=household.id,
        sheet_version=household.sheet_version,
        pairs_hash=get_version(household, household.sheet_version).pairs_hash,
        text_hash=text_hash,
        signer_role=given.signer_role,
        signer_name=given.signer_name,
        signed_at=given.signed_at,
        refused=given.refused,
        refuse_reason=given.refuse_reason if given.refused else "",
        witness=given.witness,
        evidence_id=document.id if document else None,
        recorded_by_id=actor.id,
    )
    details = {"role": given.signer_role.value, "refused": given.refused, "version": household.sheet_version}
    if strokes and document is not None:
        data, details["drawing"] = bind_drawing(strokes, text_hash, document.sha256)
        row.keep_drawing(data)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "signature.record", row, details)
    return row


def get_signature(household: Household, signature_id: UUID) -> Signature:
    """A signature of the household. Raises NotFound."""
    row = db.session.get(Signature, signature_id)
    if row is None or row.household_id != household.id:
        raise NotFound
    return row


def list_signatures(household: Household) -> list[Signature]:
    """The household's signatures, the newest first."""
    query = (
        select(Signature)
        .where(Signature.household_id == household.id)
        .order_by(Signature.signed_at.desc(), Signature.id.desc())
    )
    return list(db.session.scalars(query))


def standing_hash(household: Household) -> str:
    """The hash of the sheet as it stands: a signature that names another is of an older version. "" without a sheet."""
    return get_version(household, household.sheet_version).pairs_hash if household.sheet_version else ""
