"""An office's own wordings of notices (文书模板): kept as versions, put to use, taken out of use. `exports.wording` checks them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from survey.domain.errors import DomainError, NotFound
from survey.models import Project, User, Wording, db, utc_now
from survey.services import audit
from survey.services.serial import take_serial

BUILT_IN = 0
"""The number under which people speak of the wording that the program ships."""


def save_wording(
    *, actor: User, project: Project, notice: str, source: str, note: str, now: datetime | None = None
) -> Wording:
    """Keep a wording that was checked as the next version. It is not put to use by that.

    Raises DomainError("wording.unchanged") where the text is that of the version before.
    """
    number = take_serial(project.id, f"wording {notice}")
    newest = next(iter(list_wordings(project.id, notice)), None)
    if newest is not None and newest.source == source:
        raise DomainError("wording.unchanged", "source", number=newest.number)
    row = Wording(
        project_id=project.id, notice=notice, number=number, source=source, note=note, saved_by_id=actor.id,
        saved_at=now or utc_now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "wording.save", row, {"notice": notice, "version": number})
    return row


def enable_wording(*, actor: User, wording: Wording, now: datetime | None = None) -> None:
    """Print the notice with this version from now on. Raises DomainError("wording.in_use")."""
    take_serial(wording.project_id, f"wording {wording.notice}", 0)  # two who decide at the same time decide in turn
    db.session.refresh(wording)
    if wording.in_use:
        raise DomainError("wording.in_use", number=wording.number)
    before = wording_in_use(wording.project_id, wording.notice)
    if before is not None:
        before.in_use = False
        db.session.flush()  # before another one is: the database allows one
    wording.in_use, wording.used_since, wording.used_by_id = True, now or utc_now(), actor.id
    audit.record(
        actor, "wording.enable", wording,
        {"notice": wording.notice, "version": wording.number, "base": before.number if before else BUILT_IN},
    )  # fmt: skip


def restore_wording(*, actor: User, project: Project, notice: str) -> None:
    """Print the notice with the built-in wording again. Raises DomainError("wording.built_in_use")."""
    take_serial(project.id, f"wording {notice}", 0)
    before = wording_in_use(project.id, notice)
    if before is None:
        raise DomainError("wording.built_in_use")
    before.in_use = False
    audit.record(actor, "wording.restore", before, {"notice": notice, "base": before.number, "version": BUILT_IN})


def wording_in_use(project_id: UUID, notice: str) -> Wording | None:
    """The version with which the project prints a notice; None for the built-in one."""
    return db.session.scalar(
        select(Wording).where(Wording.project_id == project_id, Wording.notice == notice, Wording.in_use)
    )


def list_wordings(project_id: UUID, notice: str) -> list[Wording]:
    """The versions of a notice, the newest first."""
    query = select(Wording).where(Wording.project_id == project_id, Wording.notice == notice)
    return list(db.session.scalars(query.order_by(Wording.number.desc())))


def get_wording(project_id: UUID, notice: str, number: int) -> Wording:
    """One version. Raises NotFound."""
    row = db.session.scalar(
        select(Wording).where(Wording.project_id == project_id, Wording.notice == notice, Wording.number == number)
    )
    if row is None:
        raise NotFound
    return row


def numbers_in_use(project_id: UUID) -> dict[str, int]:
    """Notice -> the number of the version in use, for those that are not printed with the built-in one."""
    query = select(Wording.notice, Wording.number).where(Wording.project_id == project_id, Wording.in_use)
    return {row.notice: row.number for row in db.session.execute(query)}
