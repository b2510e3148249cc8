"""Two dossiers at one door (同一门牌登记了两户): compared, merged into one, or kept apart, each time by a person.

What is merged: the sheets, answer by answer, and the records around the household. A sheet that was signed never changes
by it: neither does it go into another, nor does it take answers over. The dossier that goes stays as it was, with its
sheets, its signatures and its steps, and names the one that it became part of.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.domain.coownership import HouseholdChoice
from survey.domain.duplicate import MATCHED, Uids, match_rows, rename_rows
from survey.domain.errors import DomainError, NotFound
from survey.domain.event import EventStatus
from survey.domain.household import EDITABLE
from survey.domain.merge import Keys, Merged, dispute, merge, resolve
from survey.domain.sheet import Pair, Pairs, Sheet, from_keys, from_pairs, replace_rows, to_keys, to_pairs
from survey.domain.visit import state_after
from survey.models import (
    AuditEntry,
    Briefing,
    Consent,
    Delivery,
    Document,
    Household,
    Request,
    Round,
    Standing,
    SyncEvent,
    User,
    Visit,
    db,
    row_id,
)
from survey.services import audit
from survey.services.briefing import keep_briefed, list_briefings
from survey.services.building import redo_doors, set_aside
from survey.services.inbox import list_same_door
from survey.services.sheet import (
    current_pairs,
    current_sheet,
    is_signed,
    list_conflicts,
    lock_household,
    save_sheet,
    step_to,
)
from survey.services.standing import recompute_standings
from survey.services.visit import keep_summary, list_visits

MOVED: tuple[Any, ...] = (Visit, Briefing, Consent, Request, Delivery, Document)
"""What goes over with the household. Signatures and reviews belong to the sheets that they speak of, and stay there."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sheets of one home. `merged` is what they say together, in the words of the one that stays where they differ.

    theirs, ours  the answers of the one that stays, and of the one that goes under the uids that it takes
    uids          which those are
    """

    theirs: Keys
    ours: Keys
    merged: Merged
    uids: Uids


def get_pair(actor: User, project_id: UUID, kept_id: UUID, other_id: UUID) -> tuple[Household, Household]:
    """The two households at one door of which nobody has decided yet, in the order of the ids. Raises NotFound."""
    for pair in list_same_door(actor, project_id):
        found = {household.id: household for household in pair}
        if set(found) == {kept_id, other_id}:
            return found[kept_id], found[other_id]
    raise NotFound


def made_by(household: Household) -> AuditEntry | None:
    """The log's entry of the household's beginning; None for one that came with a roster."""
    query = select(AuditEntry).where(AuditEntry.household_id == household.id, AuditEntry.action == "household.create")
    return db.session.scalar(query.order_by(AuditEntry.seq).limit(1))


def is_open(household: Household) -> bool:
    """Whether the household's sheet may take answers over: it is the surveyor's still, and nobody put a name to it."""
    return household.state in EDITABLE and not is_signed(household)


def compare(kept: Household, other: Household) -> Comparison:
    """The sheets of both, row by row under common uids. Where the one that stays may not change, all that differs is asked."""
    there = current_sheet(kept)
    mine = current_sheet(other)
    uids = match_rows(mine, there)
    ours = to_keys(to_pairs(rename_rows(mine, uids)))
    theirs = to_keys(to_pairs(there))
    return Comparison(theirs, ours, (merge if is_open(kept) else dispute)({}, theirs, ours), uids)


def check_may_go(kept: Household, other: Household) -> None:
    """Refuse to let a household become part of another as long as something about it is open.

    Raises DomainError: household.merge_signed_both, household.merge_signed_other, household.merge_waiting.
    """
    if is_signed(other):
        code = "household.merge_signed_both" if is_signed(kept) else "household.merge_signed_other"
        raise DomainError(code, dossier_no=other.dossier_no)
    held = select(SyncEvent.id).where(
        SyncEvent.household_id == other.id, SyncEvent.status == EventStatus.HELD.value, SyncEvent.settled_at.is_(None)
    )
    if list_conflicts(other) or db.session.scalar(held.limit(1)) is not None:
        raise DomainError("household.merge_waiting", dossier_no=other.dossier_no)


def merge_households(
    *, actor: User, kept: Household, other: Household, ours: Collection[str], versions: tuple[int, int]
) -> Household:
    """Make one household of two at one door: `other` becomes part of `kept`, which is told.

    ours      the groups in dispute (`FieldConflict.group`) of which the answers of `other` are taken
    versions  of both sheets as the person had them before them

    Raises DomainError as `check_may_go`; household.merge_changed where a sheet changed meanwhile; household.merge_signed
    and household.merge_locked where answers were to be taken over into a sheet that may not change.
    """
    for household in sorted((kept, other), key=lambda each: each.id):  # in one order: two merges never wait in a ring
        lock_household(household)
    if kept.removed_at is not None or other.removed_at is not None:
        raise NotFound
    if versions != (kept.sheet_version, other.sheet_version):
        raise DomainError("household.merge_changed")
    check_may_go(kept, other)
    compared = compare(kept, other)
    keys = resolve(compared.merged, ours)
    is_changed = keys != dict(compared.theirs)
    if is_changed and not is_open(kept):
        code = "household.merge_signed" if is_signed(kept) else "household.merge_locked"
        raise DomainError(code, dossier_no=kept.dossier_no)
    # The ids of the persons of the one that goes -> theirs in the one that stays.
    people = {
        row_id(other.id, old): row_id(kept.id, new) for (name, old), new in compared.uids.items() if name == "persons"
    }
    if other.doors:
        for door in [*other.doors]:
            door.household_id = kept.id
        redo_doors(kept)
    if is_changed:
        save_sheet(
            actor=actor, household=kept, base=kept.sheet_version, pairs=from_keys(keys), source="merge",
            reason=f"并入 {other.dossier_no}",
        )  # fmt: skip
    moved = _move_records(kept, other, people)
    set_aside(other, into=kept)
    audit.record(
        actor, "household.merge", kept,
        {"dossier_no": other.dossier_no, "version": kept.sheet_version, "records": moved, "fields": sorted(ours)},
    )  # fmt: skip
    db.session.flush()
    return kept


def keep_apart(*, actor: User, first: Household, second: Household) -> None:
    """Keep the decision that two dossiers at one door are two households: nobody is asked again."""
    has_door, beside = (first, second) if first.doors else (second, first)
    beside.apart_from_id = has_door.id
    audit.record(actor, "household.keep_apart", beside, {"dossier_no": has_door.dossier_no})


def _move_records(kept: Household, other: Household, people: dict[UUID, UUID]) -> int:
    """Give the records of one household to another, and write what follows from them. How many there were."""
    last_visit = max((visit.visit_no for visit in list_visits(kept)), default=0)
    coming = [*reversed(list_visits(other))]
    count = 0
    for model in MOVED:
        for row in db.session.scalars(select(model).where(model.household_id == other.id)).all():
            row.household_id = kept.id
            if isinstance(row, Consent):
                row.person_id = people.get(row.person_id, row.person_id)
            count += 1
    for number, visit in enumerate(coming, last_visit + 1):
        visit.visit_no = number
    _move_standings(kept, other)
    db.session.flush()
    keep_summary(kept)
    for visit in coming:
        step_to(kept, state_after(kept.state, visit.result))
    for briefing in reversed(list_briefings(kept)):
        keep_briefed([kept], briefing.policy_version)
    recompute_standings(kept)
    return count


def _move_standings(kept: Household, other: Household) -> None:
    """In open rounds the standing is made anew from the words of both; in a closed one what was counted stays counted.

    The word of the one that goes is lost from a closed round only where the one that stays has spoken there itself.
    """
    of_other = select(Standing, Round).join(Round, Round.id == Standing.round_id)
    for standing, round_ in db.session.execute(of_other.where(Standing.household_id == other.id)).all():
        if round_.closed_at is None:
            db.session.delete(standing)
            continue
        there = db.session.get(Standing, (round_.id, kept.id))
        if there is None:
            there = Standing(round_id=round_.id, household_id=kept.id, choice=standing.choice, detail=standing.detail,
                             area_m2=standing.area_m2)  # fmt: skip
            db.session.add(there)
        elif there.choice == HouseholdChoice.NONE.value:
            there.choice, there.detail = standing.choice, standing.detail


# --- what comes later ----------------------------------------------------------------------------------------------


def standing_household(household: Household) -> Household:
    """The household that one became part of, however often; the household itself where it became part of none."""
    while household.merged_into_id is not None:
        household = db.session.get_one(Household, household.merged_into_id)
    return household


def carry_over(kept: Household, base: Pairs, pairs: Pairs) -> tuple[list[Pair], list[Pair]]:
    """A sheet that was filled for a household that is part of `kept` now, and what it was begun from, under its uids.

    A tablet that has not heard of the merging goes on with the rows that it knows.
    """
    before, after = from_pairs(base), from_pairs(pairs)
    uids = match_rows(_both(after, before), from_pairs(current_pairs(kept)))
    return to_pairs(rename_rows(before, uids)), to_pairs(rename_rows(after, uids))


def _both(sheet: Sheet, before: Sheet) -> Sheet:
    """The sheet with the rows besides that were removed from it: they have a uid in common with those before."""
    lists = {}
    for name in MATCHED:
        rows = getattr(sheet, name)
        known = {row.uid for row in rows}
        lists[name] = (*rows, *(row for row in getattr(before, name) if row.uid not in known))
    return replace_rows(sheet, **lists)
