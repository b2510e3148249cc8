"""The one search box: the index terms of a household, and the query over them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID


def search_terms(
    *,
    project_id: UUID,
    dossier_no: str,
    doors: Iterable[str],
    names: Iterable[str],
    id_numbers: Iterable[str],
    phones: Iterable[str],
    cert_numbers: Iterable[str],
) -> set[str]:
    """The terms by which a household is found."""
    return {f"d:{door}" for door in doors} | {f"n:{name}" for name in names} | {f"o:{dossier_no}"}
