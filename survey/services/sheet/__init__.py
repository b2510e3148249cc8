"""Saving a household's sheet: the one way in for the office's page, the tablet, the roster and an edited ledger.

Each version is kept whole and sealed; the typed tables are its projection and are written in the same transaction, by
`write_projections`. `survey.services.records` rebuilds every projection and compares.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select

from survey.domain.errors import DomainError, NotFound
from survey.domain.household import RETURNED, Action, HouseholdState, next_state
from survey.domain.merge import FieldConflict, Keys, Merged, dispute, merge
from survey.domain.sheet import (
    FORM_NAME,
    FORM_VERSION,
    Pair,
    Pairs,
    Sheet,
    field_of,
    from_keys,
    from_pairs,
    pairs_hash,
    row_key,
    to_keys,
    to_pairs,
)
from survey.domain.signature import ASKED
from survey.models import (
    ConflictRow,
    DraftRow,
    Household,
    SheetRow,
    Signature,
    User,
    db,
    utc_now,
)
from survey.services import audit
from survey.services.sheet.projection import Place, bind_projections, place_of, project_sheet, write_projections
from survey.services.standing import recompute_standings

Source = Literal["roster", "office", "tablet", "ledger", "correction", "merge"]

ACTIONS: dict[Source, Action] = {"correction": Action.CORRECT, "ledger": Action.AMEND}
"""The step that a save is, by its source; any other is Action.SAVE."""

VOTED_BY = ("persons", "parts", "tenure_type", "coown_type")
"""What a household's standing in a round follows from, besides the words of its owners."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save. `version` is the current version afterwards.

    status     saved, merged (with what others wrote meanwhile), unchanged, or conflict (nothing written; kept aside)
    conflicts  the fields in dispute
    """

    status: Literal["saved", "merged", "unchanged", "conflict"]
    version: int
    conflict: ConflictRow | None = None
    conflicts: tuple[FieldConflict, ...] = ()


def current_pairs(household: Household) -> list[list[str]]:
    """The pairs of the current version; empty when nothing was ever written."""
    return pairs_of_version(household, household.sheet_version)


def pairs_of_version(household: Household, version: int) -> list[list[str]]:
    """The pairs of a version; empty for version 0. Raises DomainError sheet.base_unknown."""
    return get_version(household, version).pairs if version else []


def current_sheet(household: Household) -> Sheet:
    return from_pairs(current_pairs(household))


def get_version(household: Household, version: int) -> SheetRow:
    """One version of a household's sheet. Raises DomainError sheet.base_unknown."""
    row = db.session.scalar(select(SheetRow).where(SheetRow.household_id == household.id, SheetRow.version == version))
    if row is None:
        raise DomainError("sheet.base_unknown", base=version)
    return row


def list_versions(household: Household) -> list[SheetRow]:
    """All versions, oldest first."""
    query = select(SheetRow).where(SheetRow.household_id == household.id).order_by(SheetRow.version)
    return list(db.session.scalars(query))


def is_signed(household: Household) -> bool:
    """Whether the sheet as it stands was signed by the respondent or an agent, or refused before a witness.

    Rule: 评估办法 (建房〔2011〕77号) art 12 by analogy: a refusal needs a disinterested third party as witness.
    """
    if not household.sheet_version:
        return False
    standing = get_version(household, household.sheet_version).pairs_hash
    query = select(Signature).where(Signature.household_id == household.id, Signature.pairs_hash == standing)
    return any(_binds(row) for row in db.session.scalars(query))


def signed_among(household_ids: Collection[UUID]) -> set[UUID]:
    """Of some households those of which `is_signed` is true."""
    query = (
        select(Signature)
        .join(Household, Household.id == Signature.household_id)
        .join(SheetRow, (SheetRow.household_id == Household.id) & (SheetRow.version == Household.sheet_version))
        .where(Household.id.in_(household_ids), Signature.pairs_hash == SheetRow.pairs_hash)
    )
    return {row.household_id for row in db.session.scalars(query) if _binds(row)}


def _binds(row: Signature) -> bool:
    return row.signer_role in ASKED and bool(not row.refused or row.witness)


def lock_household(household: Household) -> Household:
    """The household's row as it is now, locked until the transaction ends."""
    locked = db.session.get(Household, household.id, with_for_update=True, populate_existing=True)
    if locked is None:
        raise NotFound
    return locked


def save_sheet(
    *,
    actor: User,
    household: Household,
    base: int,
    pairs: Pairs,
    source: Source = "office",
    reason: str = "",
    hidden: frozenset[str] = frozenset(),
    resolves: ConflictRow | None = None,
    begun_from: Pairs | None = None,
) -> Saved:
    """Write the next version of a household's sheet, or merge, or keep a conflict aside.

    base        the version that the person had before them; 0 for none
    begun_from  what they had before them where it is no version: a tablet's earlier record that was merged
    hidden      names of fields that the person was not shown: their answers stay as they are
    reason      wanted for a correction (source "correction"), which is the only way in after submission
    resolves    the conflict that this save settles

    Raises DomainError: sheet.locked, sheet.base_unknown, sheet.correction_reason, sheet.value_form, sheet.field_unknown.
    """
    action = ACTIONS.get(source, Action.SAVE)
    if action is Action.CORRECT and not reason.strip():
        raise DomainError("sheet.correction_reason", "reason")
    household = lock_household(household)
    state = next_state(household.state, action)
    base_keys = to_keys(pairs_of_version(household, base) if begun_from is None else begun_from)
    ours = _keep_hidden(to_keys(to_pairs(from_pairs(pairs))), base_keys, hidden)
    is_current = base == household.sheet_version and begun_from is None
    theirs = base_keys if is_current else to_keys(current_pairs(household))
    merged = Merged(ours, (), ()) if is_current else merge_stale(household, base_keys, theirs, ours)
    if merged.conflicts:
        return _keep_conflict(actor, household, base, from_keys(ours), merged.conflicts)
    if merged.keys == theirs:
        if resolves is not None:
            _settle(resolves, actor)
        drop_draft(actor, household)
        return Saved("unchanged", household.sheet_version)
    _write_version(
        actor=actor, household=household, base=base, pairs=from_keys(merged.keys), source=source, reason=reason.strip(),
        before=from_pairs(from_keys(theirs)),
    )  # fmt: skip
    step_to(household, state)
    drop_draft(actor, household)
    if resolves is not None:
        _settle(resolves, actor)
    audit.record(
        actor,
        "sheet.correct" if action is Action.CORRECT else "sheet.edit",
        household,
        {"version": household.sheet_version, "base": base, "source": source, "reason": reason.strip(),
         "fields": sorted(_changed(theirs, merged.keys))},
    )  # fmt: skip
    return Saved("saved" if base == household.sheet_version - 1 else "merged", household.sheet_version)


def merge_stale(household: Household, base: Keys, theirs: Keys, ours: Keys) -> Merged:
    """What was filled from an older version, together with the current one; beside a signed one everything is disputed."""
    return (dispute if is_signed(household) else merge)(base, theirs, ours)


def _changed(old: dict[str, tuple[str, ...]], new: dict[str, tuple[str, ...]]) -> set[str]:
    return {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}


def _keep_hidden(
    ours: dict[str, tuple[str, ...]], base: dict[str, tuple[str, ...]], hidden: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    """Put the answers back that the person was not shown, for rows that they did not remove."""
    if not hidden:
        return ours
    kept = {key: value for key, value in ours.items() if field_of(key) not in hidden}
    rows = {row for key in kept if (row := _row_key(key))}
    for key, value in base.items():
        if field_of(key) in hidden and (_row_key(key) is None or _row_key(key) in rows):
            kept[key] = value
    return kept


def _row_key(key: str) -> str | None:
    match = row_key(key)
    return f"{match.rows}[{match.uid}]" if match else None


def _keep_conflict(
    actor: User, household: Household, base: int, pairs: Sequence[Pair], conflicts: tuple[FieldConflict, ...]
) -> Saved:
    row = ConflictRow(
        household_id=household.id, user_id=actor.id, base=base, pairs=pairs, keys=[each.key for each in conflicts]
    )
    db.session.add(row)
    audit.record(
        actor, "sheet.conflict", household, {"base": base, "fields": row.keys, "current": household.sheet_version}
    )
    return Saved("conflict", household.sheet_version, row, conflicts)


def _settle(conflict: ConflictRow, actor: User) -> None:
    conflict.resolved_at = utc_now()
    conflict.resolved_by_id = actor.id


def _write_version(
    *, actor: User | None, household: Household, base: int, pairs: Sequence[Pair], source: Source, reason: str = "",
    before: Sheet,
) -> SheetRow:  # fmt: skip
    sheet = from_pairs(pairs)
    canonical = to_pairs(sheet)
    place = place_of(household)
    row = SheetRow(
        household_id=household.id,
        version=household.sheet_version + 1,
        base=base,
        form=FORM_NAME,
        form_version=FORM_VERSION,
        source=source,
        reason=reason,
        pairs=canonical,
        pairs_hash=pairs_hash(canonical),
        saved_by_id=actor.id if actor else None,
    )
    db.session.add(row)
    household.sheet_version = row.version
    household.touched_by_staff = household.touched_by_staff or source != "roster"
    refresh_projection(household, sheet, before, place)
    return row


def refresh_projection(
    household: Household, sheet: Sheet, before: Sheet | None = None, place: Place | None = None
) -> None:
    """Write a sheet's projection to the typed tables. The sheet must be the household's current one.

    before  the sheet that is projected there: what did not change since is left as it stands
    place   where the household is, when the caller knows
    """
    place = place or place_of(household)
    projection = project_sheet(sheet, place, before)
    for name, value in projection.household.items():
        setattr(household, name, value)
    write_projections(bind_projections(db.engine.dialect.name, [(household.id, projection)]))
    if projection.rows:
        db.session.expire(household, [*projection.rows])
    if before is None or any(getattr(sheet, name) != getattr(before, name) for name in VOTED_BY):
        recompute_standings(household)


def step_to(household: Household, state: HouseholdState) -> None:
    """Move a household to a state, with what lists and boards keep of it."""
    if state is household.state:
        return
    household.state = state
    household.state_since = utc_now()
    if state in RETURNED:
        household.return_count += 1
    if state is HouseholdState.SUBMITTED and household.first_submitted_at is None:
        household.first_submitted_at = household.state_since


# --- drafts and conflicts ------------------------------------------------------------------------------------------


def save_draft(*, actor: User, household: Household, base: int, pairs: Pairs) -> DraftRow:
    """Keep what a person has typed so far: any text, one draft a person and household. Raises sheet.base_unknown."""
    if base > household.sheet_version:
        raise DomainError("sheet.base_unknown", base=base)
    row = find_draft(actor, household)
    if row is None:
        row = DraftRow(household_id=household.id, user_id=actor.id, base=base, pairs=pairs)
        db.session.add(row)
        audit.record(actor, "sheet.draft", household, {"base": base})
    else:
        row.pairs = pairs
        row.base = base
        row.saved_at = utc_now()
    return row


def find_draft(user: User, household: Household) -> DraftRow | None:
    return db.session.scalar(select(DraftRow).where(DraftRow.household_id == household.id, DraftRow.user_id == user.id))


def drop_draft(user: User, household: Household) -> None:
    """Forget a person's draft of a household, if there is one."""
    db.session.execute(delete(DraftRow).where(DraftRow.household_id == household.id, DraftRow.user_id == user.id))


def get_conflict(household: Household, conflict_id: UUID) -> ConflictRow:
    """An open conflict of the household. Raises NotFound."""
    row = db.session.get(ConflictRow, conflict_id)
    if row is None or row.household_id != household.id or row.resolved_at is not None:
        raise NotFound
    return row


def list_conflicts(household: Household) -> list[ConflictRow]:
    query = (
        select(ConflictRow)
        .where(ConflictRow.household_id == household.id, ConflictRow.resolved_at.is_(None))
        .order_by(ConflictRow.made_at)
    )
    return list(db.session.scalars(query))
