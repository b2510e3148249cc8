"""Policy documents: drafts, publishing, and which households were told which version.

The project's leading policy is the one published first; `Household.briefed_version_id` is about it. Further documents
(guides, replies) have versions and briefings of their own, found by `latest_briefings`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select

from survey.domain.check import CHINA
from survey.domain.errors import DomainError, NotFound
from survey.domain.policy import check_publishable
from survey.models import Assignment, Briefing, Building, Household, Policy, PolicyVersion, Project, User, db, utc_now
from survey.services import audit


def create_policy(
    *, actor: User, project: Project, title: str, text: str, points: Sequence[str], document_id: UUID | None = None
) -> Policy:
    """A new document with its first version as a draft."""
    policy = Policy(project_id=project.id, title=title.strip())
    version = PolicyVersion(number=1, text=text.strip(), points=list(points), document_id=document_id)
    policy.versions.append(version)
    db.session.add(policy)
    db.session.flush()
    audit.record(actor, "policy.create", policy, {"points": len(version.points)})
    return policy


def edit_draft(
    *, actor: User, version: PolicyVersion, title: str, text: str, points: Sequence[str], change_note: str = "",
    document_id: UUID | None = None,
) -> PolicyVersion:  # fmt: skip
    """Change a draft. `document_id` None leaves the attachment as it is. Raises DomainError policy.published.

    A published version never changes; the title of the document belongs to it as a whole.
    """
    version = _lock_version(version)
    _check_draft(version)
    version.policy.title = title.strip() or version.policy.title
    version.text = text.strip()
    version.points = list(points)
    version.change_note = change_note.strip()
    if document_id is not None:
        version.document_id = document_id
    audit.record(actor, "policy.edit", version.policy, {"version": version.number, "points": len(version.points)})
    return version


def start_version(*, actor: User, policy: Policy) -> PolicyVersion:
    """A draft of the next version, beginning as a copy of the last one. Raises DomainError policy.draft_exists."""
    db.session.refresh(policy, with_for_update=True)
    last = policy.versions[-1]
    if last.published_at is None:
        raise DomainError("policy.draft_exists", number=last.number)
    version = PolicyVersion(number=last.number + 1, text=last.text, points=list(last.points))
    policy.versions.append(version)
    db.session.flush()
    audit.record(actor, "policy.edit", policy, {"version": version.number, "copied_from": last.number})
    return version


def publish(
    *, actor: User, version: PolicyVersion, valid_from: date | None = None, now: datetime | None = None
) -> PolicyVersion:
    """Publish a draft: it is in force from now on, and never changes again.

    valid_from  the day from which it holds, as printed; the day of publishing unless given
    Raises DomainError: policy.published, policy.text_missing, policy.points_missing, policy.change_note_missing.
    """
    version = _lock_version(version)
    _check_draft(version)
    check_publishable(version.text, version.points, version.number, version.change_note)
    version.published_at = now or utc_now()
    version.published_by_id = actor.id
    version.valid_from = valid_from or version.published_at.astimezone(CHINA).date()
    db.session.flush()
    audit.record(
        actor,
        "policy.publish",
        version.policy,
        {"version": version.number, "rebrief": count_rebrief(version.policy)},
    )
    return version


def _lock_version(version: PolicyVersion) -> PolicyVersion:
    return db.session.get_one(PolicyVersion, version.id, with_for_update=True, populate_existing=True)


def _check_draft(version: PolicyVersion) -> None:
    if version.published_at is not None:
        raise DomainError("policy.published", number=version.number)


# --- reading ------------------------------------------------------------------------------------------------------


def list_policies(project_id: UUID) -> list[Policy]:
    """The documents of a project, oldest first."""
    query = select(Policy).where(Policy.project_id == project_id).order_by(Policy.created_at, Policy.id)
    return list(db.session.scalars(query))


def get_policy(project_id: UUID, policy_id: UUID) -> Policy:
    """A document of the project. Raises NotFound."""
    policy = db.session.get(Policy, policy_id)
    if policy is None or policy.project_id != project_id:
        raise NotFound
    return policy


def get_version(policy: Policy, number: int) -> PolicyVersion:
    """A version of a document by its number. Raises NotFound."""
    found = next((version for version in policy.versions if version.number == number), None)
    if found is None:
        raise NotFound
    return found


def published_version(policy: Policy, at: datetime | None = None) -> PolicyVersion | None:
    """The version of a document that is (or was, at a moment) in force: the highest number published by then."""
    published = [
        version
        for version in policy.versions
        if version.published_at is not None and (at is None or version.published_at <= at)
    ]
    return published[-1] if published else None


def find_leading_policy(project_id: UUID) -> Policy | None:
    """The document that was published first: the one that every household must have been told."""
    return db.session.scalar(
        select(Policy)
        .join(PolicyVersion, PolicyVersion.policy_id == Policy.id)
        .where(Policy.project_id == project_id, PolicyVersion.published_at.is_not(None))
        .order_by(PolicyVersion.published_at, PolicyVersion.id)
        .limit(1)
    )


def version_in_force(
    project: Project, policy_id: UUID | None = None, at: datetime | None = None
) -> PolicyVersion | None:
    """The version in force of a document, or of the project's leading one; None when nothing is published."""
    policy = get_policy(project.id, policy_id) if policy_id else find_leading_policy(project.id)
    return published_version(policy, at) if policy else None


def is_briefed(household: Household) -> bool:
    """Whether the household was told the version in force of each policy of its project; False while none is.

    The same as the filter "briefed" of `services.register`, by which lists and the board count.
    """
    versions = [version for each in list_policies(household.project_id) if (version := published_version(each))]
    told = set(
        db.session.scalars(select(Briefing.policy_version_id).where(Briefing.household_id == household.id).distinct())
    )
    return bool(versions) and all(version.id in told for version in versions)


# --- who was told what --------------------------------------------------------------------------------------------


def latest_briefings(policy_id: UUID) -> Select[UUID, int]:
    """(household, highest version number told) of each household that was briefed on a document."""
    return (
        select(Briefing.household_id.label("household_id"), func.max(PolicyVersion.number).label("number"))
        .join(PolicyVersion, PolicyVersion.id == Briefing.policy_version_id)
        .where(PolicyVersion.policy_id == policy_id)
        .group_by(Briefing.household_id)
    )


def rebrief_query(policy: Policy, scope: ColumnElement[bool]) -> Select[Household, int] | None:
    """(household, version told) of those in scope who were told an older version only; None when nothing is published."""
    version = published_version(policy)
    if version is None:
        return None
    told = latest_briefings(policy.id).subquery()
    return (
        select(Household, told.c.number)
        .join(told, told.c.household_id == Household.id)
        .where(scope, Household.project_id == policy.project_id, told.c.number < version.number)
        .order_by(Household.door_sort, Household.id)
    )


def count_rebrief(policy: Policy) -> int:
    """How many households of the project were told an older version only."""
    query = rebrief_query(policy, Household.removed_at.is_(None))
    return 0 if query is None else db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a document has been explained, in households."""

    households: int
    briefed: int
    rebrief: int

    @property
    def never(self) -> int:
        return self.households - self.briefed - self.rebrief


def coverage(policy: Policy, scope: ColumnElement[bool]) -> Coverage:
    """How many households in scope were told the version in force, an older one only, or nothing yet."""
    whole = db.session.scalar(select(func.count()).select_from(Household).where(scope)) or 0
    version = published_version(policy)
    if version is None:
        return Coverage(whole, 0, 0)
    told = latest_briefings(policy.id).subquery()
    current = func.sum(case((told.c.number >= version.number, 1), else_=0))
    heard, briefed = db.session.execute(
        select(func.count(), func.coalesce(current, 0))
        .select_from(Household)
        .join(told, told.c.household_id == Household.id)
        .where(scope)
    ).one()
    return Coverage(whole, int(briefed), heard - int(briefed))


def count_rebrief_by_surveyor(policy: Policy, scope: ColumnElement[bool]) -> list[tuple[User, int]]:
    """How many households to brief again each surveyor has, most first; a household with two surveyors counts for both."""
    query = rebrief_query(policy, scope)
    if query is None:
        return []
    listed = query.subquery()
    number = func.count(func.distinct(listed.c.id))
    rows = db.session.execute(
        select(User, number)
        .join(Assignment, Assignment.user_id == User.id)
        .join(
            listed,
            (listed.c.building_id == Assignment.building_id)
            & (Assignment.unit_no.is_(None) | (Assignment.unit_no == listed.c.unit_no)),
        )
        .where(Assignment.until.is_(None))
        .group_by(User.id)
        .order_by(number.desc(), User.display_name)
    )
    return [(user, count) for user, count in rows]


def count_rebrief_by_building(policy: Policy, scope: ColumnElement[bool]) -> list[tuple[Building, int]]:
    """How many households to brief again in each building, in the order of the buildings."""
    query = rebrief_query(policy, scope)
    if query is None:
        return []
    listed = query.subquery()
    rows = db.session.execute(
        select(Building, func.count())
        .join(listed, listed.c.building_id == Building.id)
        .group_by(Building.id)
        .order_by(Building.sort)
    )
    return [(building, count) for building, count in rows]
