"""Two people changed the same answers: what each wrote stands side by side, and a person chooses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.domain.errors import DomainError
from survey.domain.household import EDITABLE
from survey.domain.merge import FieldConflict, Merged
from survey.domain.merge import resolve as resolve_groups
from survey.domain.sheet import Pairs, field_of, from_keys, to_keys
from survey.forms.base import sentence_of
from survey.forms.sheet import key_label, row_titles, word_of
from survey.models import ConflictRow, Household, SheetRow
from survey.services.sheet import get_conflict, list_versions, merge_stale, pairs_of_version, save_sheet
from survey.web.access import current_user, load_household, requires
from survey.web.sheet import bp
from survey.web.sheet.page import hidden_fields
from survey.web.sheet.version import name_of


@dataclass(frozen=True, slots=True)
class Side:
    """One answer of a dispute in words."""

    label: str
    ours: str
    theirs: str
    base: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """What is decided together: one answer, a few that are one fact, or a whole row that one side deleted."""

    group: str
    number: int
    sides: tuple[Side, ...]
    by: SheetRow | None
    is_row: bool
    is_deleted_by_us: bool
    is_deleted_by_them: bool


@bp.route("/household/<uuid:household_id>/sheet/conflict/<uuid:conflict_id>", methods=["GET", "POST"])
@requires(Permission.SHEET_EDIT)
def resolve(household_id: UUID, conflict_id: UUID) -> ResponseReturnValue:
    """Choose, answer by answer, whose stands. Everything else of both sides is merged already."""
    household = load_household(household_id)
    conflict = get_conflict(household, conflict_id)
    current = household.sheet_version
    if request.method == "POST" and request.form.get("current") != str(current):
        flash(_("您选择期间又有新的修改，请重新核对。"), "warning")
        return redirect(url_for("sheet.resolve", household_id=household.id, conflict_id=conflict.id))
    merged = _merge(household, conflict)
    disputes = _disputes(household, conflict, merged)
    missing: list[Dispute] = []
    refusal = ""
    if request.method == "POST":
        ours, missing = read_choices(disputes)
        if not missing:
            try:
                return _settle(household, conflict, merged, ours)
            except DomainError as error:
                refusal = sentence_of(error)
    page = render_template(
        "sheet/conflict.html",
        household=household,
        conflict=conflict,
        disputes=disputes,
        current=current,
        is_mine=conflict.user_id == current_user.id,
        missing={each.number for each in missing},
        missing_links=[(f"dispute-{each.number}", each.sides[0].label) for each in missing],
        refusal=refusal,
        name_of=name_of,
        chosen=request.form,
    )
    return page, 422 if missing or refusal else 200


def read_choices(disputes: Sequence[Dispute]) -> tuple[set[str], list[Dispute]]:
    """The groups for which the request takes ours, and the disputes for which it says nothing."""
    chosen = {each.group: request.form.get(f"choice-{each.number}") for each in disputes}
    missing = [each for each in disputes if chosen[each.group] not in ("ours", "theirs")]
    return {group for group, side in chosen.items() if side == "ours"}, missing


def _merge(household: Household, conflict: ConflictRow) -> Merged:
    base, theirs, ours = (
        to_keys(pairs)
        for pairs in (
            pairs_of_version(household, conflict.base),
            pairs_of_version(household, household.sheet_version),
            conflict.pairs,
        )
    )
    return merge_stale(household, base, theirs, ours)


def _settle(household: Household, conflict: ConflictRow, merged: Merged, ours: set[str]) -> ResponseReturnValue:
    saved = save_sheet(
        actor=current_user,
        household=household,
        base=household.sheet_version,
        pairs=from_keys(resolve_groups(merged, ours)),
        source="merge",
        resolves=conflict,
    )
    if saved.status == "unchanged":
        flash(_("已按现在的内容保留，没有产生新版本。"), "success")
    else:
        flash(_("已按您的选择保存为第 %(version)s 版。", version=saved.version), "success")
    where = "sheet.edit" if household.state in EDITABLE else "household.show"
    return redirect(url_for(where, household_id=household.id))


def _disputes(household: Household, conflict: ConflictRow, merged: Merged) -> list[Dispute]:
    base = pairs_of_version(household, conflict.base)
    current = pairs_of_version(household, household.sheet_version)
    since = [row for row in list_versions(household) if row.version >= conflict.base]
    return list_disputes(merged, base, conflict.pairs, current, since)


def list_disputes(
    merged: Merged, base: Pairs, ours: Pairs, theirs: Pairs, since: Sequence[SheetRow] = ()
) -> list[Dispute]:
    """The conflicts by group, in the order of the sheet, with who of `since` wrote what stands now."""
    titles, hidden = row_titles(base, ours, theirs), hidden_fields()
    groups: dict[str, list[FieldConflict]] = {}
    for each in merged.conflicts:
        groups.setdefault(each.group, []).append(each)
    kept = (to_keys(ours), to_keys(theirs))
    found = []
    for number, (group, members) in enumerate(groups.items()):
        is_row = group.endswith("]")
        in_ours, in_theirs = (any(key.startswith(f"{group}.") for key in side) for side in kept)
        found.append(
            Dispute(
                group,
                number,
                tuple(_side(each, titles, hidden) for each in members),
                _last_change(since, [each.key for each in members]),
                is_row,
                is_row and not in_ours,
                is_row and not in_theirs,
            )
        )
    return found


def _side(each: FieldConflict, titles: dict[tuple[str, str], str], hidden: frozenset[str]) -> Side:
    label = key_label(each.key, titles)
    if field_of(each.key) in hidden:
        covered = _("（无权查看）")
        return Side(label, covered, covered, covered)
    ours, theirs, base = (word_of(each.key, texts) for texts in (each.ours, each.theirs, each.base))
    if ours == theirs:
        ours = _("%(masked)s（与现在的号码不同）", masked=ours)
    return Side(label, ours, theirs, base)


def _last_change(rows: Sequence[SheetRow], keys: list[str]) -> SheetRow | None:
    """The version that last changed any of the answers."""
    last, before = None, None
    for row in rows:
        told = to_keys(row.pairs)
        now = tuple(told.get(key, ()) for key in keys)
        if before is not None and now != before:
            last = row
        before = now
    return last
