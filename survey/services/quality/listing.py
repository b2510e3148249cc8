"""The work list before a reader, and what somebody accepted as it is (属实，不改)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

from survey.domain.matter import Matter
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.models import MatterNote, Project, User
from survey.services import audit
from survey.services.matter import Matters, Sight, keep_note, list_matters
from survey.services.project import settings_of
from survey.services.quality.address import find_door_gap, find_unit_missing
from survey.services.quality.area import find_area_off, find_cert_sum, find_shares
from survey.services.quality.double import find_same_cert, find_same_door, find_same_id
from survey.services.quality.record import (
    find_certificate_missing,
    find_deceased_signed,
    find_occupancy,
    find_speaker_gone,
    find_visit_missing,
)

Finder = Callable[[Project, ProjectSettings], Iterator[Matter]]
FINDERS: dict[QualityKind, Finder] = {
    QualityKind.VISIT_MISSING: find_visit_missing,
    QualityKind.OCCUPANCY: find_occupancy,
    QualityKind.DECEASED_SIGNED: find_deceased_signed,
    QualityKind.SPEAKER_GONE: find_speaker_gone,
    QualityKind.CERTIFICATE_MISSING: find_certificate_missing,
    QualityKind.SAME_ID: find_same_id,
    QualityKind.SAME_CERT: find_same_cert,
    QualityKind.SAME_DOOR: find_same_door,
    QualityKind.DOOR_GAP: find_door_gap,
    QualityKind.UNIT_MISSING: find_unit_missing,
    QualityKind.SHARES: find_shares,
    QualityKind.CERT_SUM: find_cert_sum,
    QualityKind.AREA_OFF: find_area_off,
}


def list_faults(project: Project, sight: Sight) -> Matters[QualityKind]:
    """All faults of the project that the sight shows."""
    return list_matters(project, QualityKind, find_faults, sight)


def find_faults(project: Project, kind: QualityKind) -> list[Matter]:
    """The faults of one kind in the whole project, in the order of the doors."""
    return list(FINDERS[kind](project, settings_of(project)))


def accept_fault(
    *, actor: User, project: Project, kind: QualityKind, matter_id: UUID, digest: str, reason: str
) -> MatterNote:
    """Accept a fault as it is, with a reason: it leaves the list until its facts are others.

    Raises NotFound, DomainError("matter.changed").
    """
    note = keep_note(
        by=actor, project=project, matters=find_faults(project, kind), matter_id=matter_id, digest=digest, text=reason,
        check=lambda _matter: None,
    )  # fmt: skip
    audit.record(actor, "quality.accept", note, {"fault": kind.value})
    return note
