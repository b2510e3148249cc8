"""Signals of sameness: one phone, one file as the signed page, one agent in many households.

Phones are compared by their keyed hashes and never opened. Whether two signatures were written by one hand, nobody here
can tell: only a file that is the same to the last byte is recognised.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, distinct, func, select, union_all

from survey.domain.codes import SignerRole
from survey.domain.matter import Matter
from survey.domain.settings import ProjectSettings
from survey.domain.signal import SignalKind
from survey.models import Consent, Document, Household, PersonRow, Project, Signature, db


def _groups(
    kind: SignalKind, code: str, rows: Iterable[Sequence[Any]], most: int, **params: object
) -> Iterator[Matter]:
    """One matter for each first value that stands with more than `most` households; rows come in the order of doors."""
    found: dict[Any, tuple[dict[UUID, None], list[datetime], dict[UUID, None]]] = {}
    for key, household_id, *rest in rows:
        homes, moments, staff = found.setdefault(key, ({}, [], {}))
        homes[household_id] = None
        if rest:
            moments.append(rest[0])
            staff[rest[1]] = None
    for key, (homes, moments, staff) in found.items():
        if len(homes) > most:
            yield Matter(
                kind=kind, key=key.hex() if isinstance(key, bytes) else key, code=code, households=tuple(homes),
                params={"count": len(homes), **params}, staff=tuple(staff), first_at=min(moments, default=None),
                last_at=max(moments, default=None), facts=tuple(str(each) for each in homes),
            )  # fmt: skip


def find_phone(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """One phone in more households than the project has set. The number is neither opened nor told."""
    many = (
        select(PersonRow.phone_hash)
        .where(PersonRow.project_id == project.id, PersonRow.phone_hash.is_not(None))
        .group_by(PersonRow.phone_hash)
        .having(func.count() > settings.phone_households)
    )
    rows = db.session.execute(
        select(PersonRow.phone_hash, PersonRow.household_id)
        .join(Household, Household.id == PersonRow.household_id)
        .where(PersonRow.project_id == project.id, PersonRow.phone_hash.in_(many), Household.removed_at.is_(None))
        .order_by(Household.door_sort, Household.id)
    )
    pairs = ((bytes(phone or b""), home) for phone, home in rows)
    return _groups(SignalKind.PHONE, "signal.phone", pairs, settings.phone_households)


def find_paper(project: Project, _settings: ProjectSettings) -> Iterator[Matter]:
    """One file, the same to the last byte, as the signed page of several households."""
    signed = and_(Signature.project_id == project.id, Signature.refused.is_(False), Household.removed_at.is_(None))
    papers = (
        select(Document.sha256)
        .join(Signature, Signature.evidence_id == Document.id)
        .join(Household, Household.id == Signature.household_id)
        .where(signed)
    )
    many = papers.group_by(Document.sha256).having(func.count(distinct(Signature.household_id)) > 1)
    rows = db.session.execute(
        papers.where(Document.sha256.in_(many))
        .with_only_columns(Document.sha256, Signature.household_id, Signature.signed_at, Signature.recorded_by_id)
        .order_by(Household.door_sort, Signature.signed_at)
    )
    return _groups(SignalKind.PAPER, "signal.paper", rows.all(), 1)


def find_agent(project: Project, settings: ProjectSettings) -> Iterator[Matter]:
    """One name that speaks or signs as the agent of more households than the project has set."""
    spoke = select(
        Consent.agent_name.label("agent"), Consent.household_id, Consent.given_at.label("at"), Consent.recorded_by_id
    ).where(Consent.project_id == project.id, Consent.agent_name != "", Consent.choice.is_not(None))
    signed = select(
        Signature.signer_name.label("agent"), Signature.household_id, Signature.signed_at.label("at"),
        Signature.recorded_by_id,
    ).where(Signature.project_id == project.id, Signature.signer_role == SignerRole.AGENT, Signature.refused.is_(False))  # fmt: skip
    acts = union_all(spoke, signed).subquery()
    many = (
        select(acts.c.agent)
        .group_by(acts.c.agent)
        .having(func.count(distinct(acts.c.household_id)) > settings.agent_households)
    )
    rows = db.session.execute(
        select(acts.c.agent, acts.c.household_id, acts.c.at, acts.c.recorded_by_id)
        .join(Household, Household.id == acts.c.household_id)
        .where(acts.c.agent.in_(many), Household.removed_at.is_(None))
        .order_by(Household.door_sort, acts.c.at)
    )
    return _groups(SignalKind.AGENT, "signal.agent", rows.all(), settings.agent_households)
