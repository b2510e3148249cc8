"""Edited ledgers (读回的台账): kept as they came, with what they change; carried out as they were shown, or put aside.

What a file changes is found out by `exports.amendment` and kept a row a household, so that a page reads what it shows
and nothing is worked out twice. Households are written one by one through the one way in (`save_sheet`), each complete in
itself; what became of each is written beside it, in the same transaction. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, or_, select, true
from sqlalchemy.orm import contains_eager, undefer

from survey.domain.access import Permission
from survey.domain.amendment import AmendmentState, HomeFate
from survey.domain.check import CHINA
from survey.domain.errors import DomainError, NotFound
from survey.domain.household import EDITABLE, HouseholdState
from survey.domain.job import JobKind
from survey.domain.merge import FieldConflict, Merged, resolve
from survey.domain.sheet import from_keys, to_keys
from survey.models import Amendment, AmendmentHome, Household, Job, Project, User, db, utc_now
from survey.services import audit, scope
from survey.services.job import enqueue_job, find_open_job
from survey.services.scope import household_scope
from survey.services.sheet import current_pairs, is_signed, lock_household, save_sheet


@dataclass(frozen=True, slots=True)
class HomePlan:
    """What a file changes in one household: the columns of AmendmentHome."""

    household_id: UUID
    base: int
    state: HouseholdState
    becomes: HouseholdState
    is_signed: bool
    writes: int
    disputed: int
    edits: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a file changes. `digest` is the same as long as the file and the households are."""

    digest: str
    counts: dict[str, int]
    told: dict[str, Any]
    homes: Sequence[HomePlan]


def upload_amendment(*, actor: User, project: Project, filename: str, data: bytes, plan: FilePlan) -> Amendment:
    """Keep an edited ledger (sealed), with what it changes."""
    row = Amendment(
        project_id=project.id, filename=filename[-200:], sha256=sha256(data).hexdigest(), uploaded_by_id=actor.id
    )
    row.file = data
    _keep(row, plan)
    audit.record(actor, "amendment.upload", row, {"counts": row.counts, "sha256": row.sha256})
    return row


def renew_amendment(*, actor: User, row: Amendment, plan: FilePlan) -> None:
    """Keep what the file changes now. What was chosen stays chosen where it is still in dispute.

    Raises DomainError: as `discard_amendment`.
    """
    _check_free(row)
    query = select(AmendmentHome.household_id, AmendmentHome.chosen).where(AmendmentHome.amendment_id == row.id)
    chosen = {household_id: groups for household_id, groups in db.session.execute(query) if groups}
    db.session.execute(delete(AmendmentHome).where(AmendmentHome.amendment_id == row.id))
    _keep(row, plan, chosen)
    audit.record(actor, "amendment.preview", row, {"counts": row.counts})


def _keep(row: Amendment, plan: FilePlan, chosen: Mapping[UUID, Sequence[str]] | None = None) -> None:
    row.digest, row.told = plan.digest, plan.told
    row.counts = {**plan.counts, "saved": (row.counts or {}).get("saved", 0), "left": 0}
    db.session.add(row)
    db.session.flush()
    for position, home in enumerate(plan.homes):
        groups = {group for _key, _ours, group in home.edits["conflicts"]}
        kept = AmendmentHome(
            amendment_id=row.id, position=position, household_id=home.household_id, base=home.base, state=home.state,
            becomes=home.becomes, is_signed=home.is_signed, writes=home.writes, disputed=home.disputed,
            chosen=[group for group in (chosen or {}).get(home.household_id, ()) if group in groups],
        )  # fmt: skip
        kept.edits = home.edits
        db.session.add(kept)
    db.session.flush()


def keep_choices(
    row: Amendment, chosen: Mapping[int, Collection[str]], *, agreed: Collection[str], reason: str
) -> None:
    """Remember what a person has decided so far, so that it survives a turn of the page.

    chosen  position of a household -> the groups in dispute for which the file's answer is taken; others stay as they are

    Raises DomainError: as `discard_amendment`.
    """
    _check_free(row)
    row.agreed, row.reason = sorted(agreed), reason[:200]
    query = select(AmendmentHome).where(AmendmentHome.amendment_id == row.id, AmendmentHome.position.in_(chosen))
    for home in db.session.scalars(query.options(undefer(AmendmentHome.edits_sealed))):
        groups = dict.fromkeys(group for _key, _ours, group in home.edits["conflicts"])
        home.chosen = [group for group in groups if group in chosen[home.position]]


def choose_all(row: Amendment, *, is_files: bool) -> None:
    """Take the file's answer in every dispute, or in none. Raises DomainError: as `discard_amendment`."""
    _check_free(row)
    query = select(AmendmentHome).where(AmendmentHome.amendment_id == row.id, AmendmentHome.disputed > 0)
    for home in db.session.scalars(query.options(undefer(AmendmentHome.edits_sealed))):
        groups = dict.fromkeys(group for _key, _ours, group in home.edits["conflicts"])
        home.chosen = list(groups) if is_files else []


# --- carrying out -----------------------------------------------------------------------------------------------------


def commit_amendment(
    *, actor: User, row: Amendment, digest: str, reason: str, agreed: Collection[str], hidden: frozenset[str]
) -> int:
    """Save the sheets that an edited ledger makes, in one transaction; how many households changed.

    digest  of the plan that the person saw
    reason  why the ledger was edited: it stands at every correction and in the log
    agreed  the kinds of undoing (`undoing_of`) that the person ticked: households of other kinds are left alone
    hidden  questions that the person may not see: their answers stay

    Raises DomainError: amendment.written, amendment.closed, amendment.reason, amendment.nothing, amendment.changed_since.
    """
    _check_commit(actor, row, digest, reason, agreed)
    for home_id in list_to_write(actor, row, agreed):
        write_home(actor=actor, row=row, home_id=home_id, reason=reason, hidden=hidden)
    end_amendment(actor=actor, row=row, reason=reason)
    return int(row.counts["saved"])


def enqueue_commit(
    *, actor: User, project: Project, row: Amendment, digest: str, reason: str, agreed: Collection[str]
) -> Job:
    """Have a big edited ledger written by a worker, household by household. Raises as `commit_amendment`, and job.already_open."""
    _check_commit(actor, row, digest, reason, agreed)
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.AMENDMENT_COMMIT, needs=Permission.AMENDMENT_COMMIT,
        about=row.filename, subject_id=row.id, arguments={"reason": reason.strip(), "agreed": sorted(agreed)},
    )  # fmt: skip


def _check_commit(actor: User, row: Amendment, digest: str, reason: str, agreed: Collection[str]) -> None:
    _check_free(row)
    if len(reason.strip()) < 4:
        raise DomainError("amendment.reason", "reason")
    if digest != row.digest or count_changed_since(row):
        raise DomainError("amendment.changed_since")
    if not list_to_write(actor, row, agreed):
        raise DomainError("amendment.nothing")


def write_home(*, actor: User, row: Amendment, home_id: UUID, reason: str, hidden: frozenset[str]) -> HomeFate:
    """Save the sheet of one household, unless somebody changed it since it was shown; and write down what became of it."""
    home = db.session.get_one(AmendmentHome, home_id)
    household = lock_household(home.household)
    if not _stands(home, household):
        home.fate = HomeFate.LEFT
    else:
        saved = save_sheet(
            actor=actor, household=household, base=home.base, pairs=from_keys(_answers(home, household)), hidden=hidden,
            source="ledger" if home.state in EDITABLE else "correction", reason=reason,
        )  # fmt: skip
        home.fate = HomeFate.SAVED if saved.status == "saved" else HomeFate.UNCHANGED
    counted = {HomeFate.SAVED: "saved", HomeFate.LEFT: "left"}.get(home.fate)
    if counted:
        row.counts = {**row.counts, counted: row.counts.get(counted, 0) + 1}
    return home.fate


def _stands(home: AmendmentHome, household: Household) -> bool:
    """Whether the household is as it was when it was compared."""
    as_shown = (home.base, home.state, home.is_signed, None)
    return (household.sheet_version, household.state, is_signed(household), household.removed_at) == as_shown


def _answers(home: AmendmentHome, household: Household) -> dict[str, tuple[str, ...]]:
    """The household's answers with those of the file that nobody disputes, and those that were chosen."""
    edits = home.edits
    keys = to_keys(current_pairs(household))
    for key, answers in edits["writes"].items():
        keys.pop(key, None)
        if answers:
            keys[key] = tuple(answers)
    conflicts = tuple(FieldConflict(key, (), (), tuple(ours), group) for key, ours, group in edits["conflicts"])
    return resolve(Merged(keys, conflicts, ()), home.chosen)


def end_amendment(*, actor: User, row: Amendment, reason: str) -> None:
    """Write down that an edited ledger was carried out, as far as it goes."""
    row.state = AmendmentState.COMMITTED
    row.reason = reason.strip()
    row.committed_by_id = actor.id
    row.committed_at = utc_now()
    audit.record(actor, "amendment.commit", row, {"counts": row.counts, "reason": row.reason})


def discard_amendment(*, actor: User, row: Amendment) -> None:
    """Put an edited ledger aside. Its file goes; that it was there stays in the list.

    Raises DomainError: amendment.written, amendment.closed, job.already_open.
    """
    _check_free(row)
    row.state = AmendmentState.DISCARDED
    row.file, row.told = b"", {}
    db.session.execute(delete(AmendmentHome).where(AmendmentHome.amendment_id == row.id))
    audit.record(actor, "amendment.discard", row)


def _check_free(row: Amendment) -> None:
    """Refuse to touch a ledger that was carried out or put aside, or that a worker is writing."""
    if row.state is AmendmentState.COMMITTED and row.committed_by is not None and row.committed_at is not None:
        when = f"{row.committed_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        raise DomainError("amendment.written", who=row.committed_by.display_name, when=when)
    if row.state is not AmendmentState.PREVIEWED:
        raise DomainError("amendment.closed", state=row.state.label)
    if find_open_job(JobKind.AMENDMENT_COMMIT, row.id):
        raise DomainError("job.already_open")


# --- looking ----------------------------------------------------------------------------------------------------------


Brief = Row[tuple[int, HouseholdState, HouseholdState, bool, int, int, list[str], HomeFate, UUID]]


def list_briefs(actor: User, row: Amendment) -> list[Brief]:
    """Of every household of the file that the person still has, in the order of the page, what lists and counts need."""
    home = AmendmentHome
    query = select(
        home.position,
        home.state,
        home.becomes,
        home.is_signed,
        home.writes,
        home.disputed,
        home.chosen,
        home.fate,
        home.id,
    )
    query = query.join(Household).where(home.amendment_id == row.id, household_scope(actor, row.project_id))
    return list(db.session.execute(query.order_by(home.position)))


def undoing_of(home: Brief | AmendmentHome) -> str:
    """The kind of undoing that writing a household is: its state and whether it was signed; "" where nothing is undone."""
    if home.becomes is home.state and not home.is_signed:
        return ""
    return f"{home.state.value}{':signed' if home.is_signed else ''}"


def is_writing(home: Brief | AmendmentHome) -> bool:
    """Whether there is anything to write: what nobody disputes, or what the person chose."""
    return home.fate is HomeFate.OPEN and bool(home.writes or home.chosen)


def list_to_write(actor: User, row: Amendment, agreed: Collection[str]) -> list[UUID]:
    """The rows of the households that are still to be written, in the order of the page."""
    return [home.id for home in list_briefs(actor, row)
            if is_writing(home) and (not (undoing := undoing_of(home)) or undoing in agreed)]  # fmt: skip


def list_homes(amendment_id: UUID, positions: Collection[int]) -> list[AmendmentHome]:
    """Some households of the file with their edits, in the order of the page."""
    query = (
        select(AmendmentHome)
        .join(Household)
        .where(AmendmentHome.amendment_id == amendment_id, AmendmentHome.position.in_(positions))
        .order_by(AmendmentHome.position)
        .options(undefer(AmendmentHome.edits_sealed), contains_eager(AmendmentHome.household))
    )
    return list(db.session.scalars(query))


def count_changed_since(row: Amendment) -> int:
    """How many of the households that are still to be written are no longer as they were when they were compared."""
    query = (
        select(func.count())
        .select_from(AmendmentHome)
        .join(Household)
        .where(
            AmendmentHome.amendment_id == row.id,
            AmendmentHome.fate == HomeFate.OPEN,
            or_(
                Household.sheet_version != AmendmentHome.base,
                Household.state != AmendmentHome.state,
                Household.removed_at.is_not(None),
            ),
        )
    )
    return db.session.scalar(query) or 0


def get_amendment(actor: User, project_id: UUID, amendment_id: UUID) -> Amendment:
    """An edited ledger of the project. Raises NotFound, also for another's unless the person corrects in the whole project.

    What a plan says was read with the eyes of whoever uploaded the file.
    """
    row = db.session.get(Amendment, amendment_id)
    if row is None or row.project_id != project_id:
        raise NotFound
    if row.uploaded_by_id != actor.id and not scope.may(actor, project_id, Permission.SHEET_CORRECT):
        raise NotFound
    return row


def list_amendments(actor: User, project_id: UUID) -> list[Amendment]:
    """The edited ledgers of a project that the person may open, the newest first."""
    sees_all = scope.may(actor, project_id, Permission.SHEET_CORRECT)
    query = (
        select(Amendment)
        .where(Amendment.project_id == project_id, true() if sees_all else Amendment.uploaded_by_id == actor.id)
        .order_by(Amendment.uploaded_at.desc(), Amendment.id.desc())
    )
    return list(db.session.scalars(query))
