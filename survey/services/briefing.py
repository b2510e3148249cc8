"""Briefings: one record a household and act; a meeting (集中宣讲) records many households in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import func, select

from survey.domain.codes import BriefingForm, Understood
from survey.domain.errors import DomainError, NotFound
from survey.domain.policy import check_briefing
from survey.models import Briefing, Household, PolicyVersion, User, db, new_id, utc_now
from survey.services import audit
from survey.services.policy import find_leading_policy
from survey.services.sheet import lock_household


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A briefing as it is reported.

    points     numbers (from 0) of the points explained
    questions  what was asked and answered
    receipt    how it was acknowledged (签收), "" for not
    """

    held_at: datetime
    form: BriefingForm
    points: Sequence[int]
    understood: Understood
    place: str = ""
    attendees: int = 1
    questions: Sequence[tuple[str, str]] = field(default=())
    materials: str = ""
    receipt: str = ""


def record_briefing(
    *,
    actor: User,
    household: Household,
    version: PolicyVersion,
    told: Told,
    recipient: str,
    key: UUID | None = None,
    now: datetime | None = None,
) -> Briefing:
    """Append a briefing to the household's record. Raises DomainError as `check_briefing`.

    key  the id that the page made for the briefing: what was sent twice is recorded once
    """
    household = lock_household(household)
    if key is not None and (known := _find_known(household, key)) is not None:
        return known
    _check(version, household.project_id, told, now)
    briefing = _append(actor, household, version, told, recipient, key)
    db.session.flush()
    keep_briefed([household], version)
    audit.record(
        actor,
        "briefing.record",
        briefing,
        {"version": version.number, "form": told.form.value, "points": len(briefing.points)},
    )
    return briefing


def record_meeting(
    *, actor: User, households: Sequence[Household], version: PolicyVersion, told: Told,
    key: UUID | None = None, now: datetime | None = None,
) -> list[Briefing]:  # fmt: skip
    """One act for many households: a briefing row each, one entry in the log.

    Who came is kept as the owners' names; the list of signatures (签到表) among the documents says it better.
    Raises DomainError as `check_briefing`, and briefing.nobody.
    """
    if not households:
        raise DomainError("briefing.nobody", "households")
    # Locked in one order, so that two meetings recorded at once cannot wait for each other.
    locked = [lock_household(household) for household in sorted(households, key=lambda each: each.id)]
    keys = {household.id: uuid5(key, household.id.hex) if key else None for household in locked}
    known = [found for household in locked if (each := keys[household.id]) and (found := _find_known(household, each))]
    if known:
        return known
    for project_id in {household.project_id for household in locked}:
        _check(version, project_id, told, now)
    rows = [_append(actor, household, version, told, household.owner_names, keys[household.id]) for household in locked]
    db.session.flush()
    keep_briefed(locked, version)
    audit.record(
        actor,
        "briefing.record",
        version.policy,
        {"version": version.number, "form": told.form.value, "households": len(rows), "points": len(told.points)},
    )
    return rows


def _check(version: PolicyVersion, project_id: UUID, told: Told, now: datetime | None) -> None:
    if version.policy.project_id != project_id:
        raise DomainError("briefing.not_published", "version")
    check_briefing(
        points=told.points,
        known=len(version.points),
        held_at=told.held_at,
        is_published=version.published_at is not None,
        now=now or utc_now(),
    )


def _find_known(household: Household, key: UUID) -> Briefing | None:
    """The briefing that was recorded under the key; None when there is none. Raises NotFound for another household's."""
    known = db.session.get(Briefing, key)
    if known is not None and known.household_id != household.id:
        raise NotFound
    return known


def _append(
    actor: User, household: Household, version: PolicyVersion, told: Told, recipient: str, key: UUID | None
) -> Briefing:
    briefing = Briefing(
        id=key or new_id(),
        project_id=household.project_id,
        household_id=household.id,
        policy_version_id=version.id,
        held_at=told.held_at,
        form=told.form,
        place=told.place.strip(),
        recipient=recipient.strip()[:60],
        attendees=told.attendees,
        points=sorted(set(told.points)),
        questions=[
            {"question": asked.strip(), "answer": answer.strip()} for asked, answer in told.questions if asked.strip()
        ],
        materials=told.materials.strip(),
        understood=told.understood,
        receipt=told.receipt.strip(),
        briefed_by_id=actor.id,
    )
    db.session.add(briefing)
    return briefing


def keep_briefed(households: Sequence[Household], version: PolicyVersion) -> None:
    """Keep on the rows the highest version of the leading policy that each household was told: what was told stays told."""
    leading = find_leading_policy(version.policy.project_id)
    if leading is None or leading.id != version.policy_id:
        return
    numbers = {each.id: each.number for each in leading.versions}
    for household in households:
        before = numbers.get(household.briefed_version_id, 0) if household.briefed_version_id else 0
        if version.number >= before:
            household.briefed_version_id = version.id


def list_briefings(household: Household) -> list[Briefing]:
    """The briefings of a household, the latest first."""
    query = (
        select(Briefing)
        .where(Briefing.household_id == household.id)
        .order_by(Briefing.held_at.desc(), Briefing.id.desc())
    )
    return list(db.session.scalars(query))


def find_briefing(household: Household, version: PolicyVersion) -> Briefing | None:
    """The first briefing of the household on a version, or None."""
    return db.session.scalar(
        select(Briefing)
        .where(Briefing.household_id == household.id, Briefing.policy_version_id == version.id)
        .order_by(Briefing.held_at, Briefing.id)
        .limit(1)
    )


def count_briefings(version: PolicyVersion) -> int:
    """How many households were told exactly this version."""
    query = select(func.count(func.distinct(Briefing.household_id))).where(Briefing.policy_version_id == version.id)
    return db.session.scalar(query) or 0
