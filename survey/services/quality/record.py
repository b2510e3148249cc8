"""Contradictions: what a household's facts say against the visits, signatures and consents around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, and_, not_, or_, select
from sqlalchemy.orm import aliased

from survey.domain.check import CHINA
from survey.domain.codes import PUBLIC_RENTAL, CertType, Lease, SignerRole, TitleStatus
from survey.domain.household import SURVEYED, HouseholdState
from survey.domain.matter import Matter
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.domain.visit import WORK_DONE
from survey.models import CertificateRow, Consent, Household, PersonRow, Project, Signature, Visit, db

Columns = TypeVarTuple("Columns")


def standing(project: Project) -> ColumnElement[bool]:
    """The condition on the project's households that were not removed."""
    return and_(Household.project_id == project.id, Household.removed_at.is_(None))


def begun(project: Project) -> ColumnElement[bool]:
    """The same where somebody has worked on the survey: what a roster lacks is filled in at the first visit."""
    return and_(standing(project), Household.state != HouseholdState.UNVISITED)


def in_order(query: Select[*Columns]) -> Select[*Columns]:
    """The rows of households in the order of their doors."""
    return query.order_by(Household.door_sort, Household.id)


def find_visit_missing(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Sheets handed in without a single visit at which the survey was worked on."""
    worked = (
        select(Visit.id)
        .where(Visit.household_id == Household.id, Visit.result.in_(sorted(WORK_DONE)))
        .correlate(Household)
        .exists()
    )
    query = select(Household.id, Household.state).where(
        standing(project), Household.state.in_(sorted(SURVEYED)), not_(worked)
    )
    for home, state in db.session.execute(in_order(query)):
        yield Matter(
            kind=QualityKind.VISIT_MISSING, key=str(home), code="quality.visit_missing", params={"state": state},
            households=(home,), facts=(state.value,),
        )  # fmt: skip


def find_occupancy(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Empty homes in which people live, and homes of their owners in which nobody does."""
    lived = and_(Household.lease_status == Lease.VACANT, Household.living_count > 0)
    empty = and_(Household.lease_status == Lease.OWNER_LIVES, Household.living_count == 0)
    query = select(Household.id, Household.lease_status, Household.living_count).where(
        begun(project), or_(lived, empty)
    )
    for home, _lease, count in db.session.execute(in_order(query)):
        yield Matter(
            kind=QualityKind.OCCUPANCY, key=str(home), params={"count": count},
            code="quality.vacant_lived" if count else "quality.nobody_lives", households=(home,), facts=(str(count),),
        )  # fmt: skip


def find_deceased_signed(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Signatures under the name of an owner of the same household who is registered as dead."""
    query = (
        select(Signature.id, Household.id, Signature.signed_at, Signature.recorded_by_id, PersonRow.id)
        .join(Household, Household.id == Signature.household_id)
        .join(PersonRow, and_(PersonRow.household_id == Household.id, PersonRow.full_name == Signature.signer_name))
        .where(
            standing(project), Signature.project_id == project.id, Signature.refused.is_(False),
            Signature.signer_role == SignerRole.RESPONDENT, PersonRow.is_owner, PersonRow.deceased.is_(True),
        )
    )  # fmt: skip
    for signature, home, signed_at, recorded_by, person in db.session.execute(in_order(query)):
        yield Matter(
            kind=QualityKind.DECEASED_SIGNED, key=f"{signature}:{person}", code="quality.deceased_signed",
            params={"day": f"{signed_at.astimezone(CHINA):%Y-%m-%d}"}, households=(home,), staff=(recorded_by,),
            first_at=signed_at, last_at=signed_at, facts=(str(signature), str(person)),
        )  # fmt: skip


def find_speaker_gone(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Words that stand in a round, of people who are no owners (in public housing: nor tenants) on the sheet of today."""
    back = aliased(Consent)
    withdrawn = select(back.withdraws_id).where(back.project_id == project.id, back.withdraws_id.is_not(None))
    is_public = Household.tenure_type.in_(sorted(PUBLIC_RENTAL))
    query = (
        select(Household.id, Consent.person_id, Consent.given_at)
        .join(Household, Household.id == Consent.household_id)
        .outerjoin(PersonRow, and_(PersonRow.id == Consent.person_id, PersonRow.household_id == Household.id))
        .where(
            standing(project), Consent.project_id == project.id, Consent.choice.is_not(None), Consent.id.not_in(withdrawn),
            or_(PersonRow.id.is_(None), and_(not_(PersonRow.is_owner), or_(Household.tenure_type.is_(None), not_(is_public)))),
        )
    )  # fmt: skip
    found: dict[Any, list[Any]] = {}
    for home, person, given_at in db.session.execute(in_order(query)):
        found.setdefault(home, []).append((person, given_at))
    for home, spoken in found.items():
        yield Matter(
            kind=QualityKind.SPEAKER_GONE, key=str(home), code="quality.speaker_gone", households=(home,),
            facts=tuple(str(person) for person, _given in spoken), last_at=max(given for _person, given in spoken),
        )  # fmt: skip


def find_certificate_missing(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """Homes registered as certified without the number of a certificate of the house."""
    numbered = (
        select(CertificateRow.id)
        .where(
            CertificateRow.household_id == Household.id, CertificateRow.cert_no != "",
            or_(CertificateRow.cert_type.is_(None), CertificateRow.cert_type != CertType.LAND),
        )
        .correlate(Household)
        .exists()
    )  # fmt: skip
    query = select(Household.id).where(begun(project), Household.title_status == TitleStatus.CERTIFIED, not_(numbered))
    for home in db.session.scalars(in_order(query)):
        yield Matter(
            kind=QualityKind.CERTIFICATE_MISSING, key=str(home), code="quality.certificate_missing", households=(home,),
            facts=("certified",),
        )  # fmt: skip
