"""数据质量与修改台账: every answer that was changed after the household had been handed in, with old, new, why and who."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select, tuple_

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import Told, View, batches, grouped, local_moment, stream, words_of
from survey.domain.household import Action
from survey.domain.mask import mask_names
from survey.domain.merge import Change, difference
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import Pairs, field_of, to_keys
from survey.forms.sheet import NAME_FIELDS, SOURCES, hidden_without, key_label, row_titles, word_of
from survey.models import Household, Review, SheetRow, User, db

PASSED = (Action.GROUP_PASS.value, Action.APPROVE.value)
VERSIONS = 200
KEPT = frozenset({"cert_no", "part_cert_no", "realty_unit_code", "parcel_no", "uscc"})
"""Answers that are numbers of papers, in which no phone is looked for."""

SHEET = Sheet(
    "changes",
    "修改台账",
    "数据质量与修改台账",
    (
        SERIAL,
        DOSSIER,
        DOOR,
        Column("version", "版本", 6, Kind.INTEGER),
        Column("field", "字段", 24, Kind.TEXT, lambda sums: f"共{sums[COUNT_KEY]}处"),
        Column("old", "原值", 26),
        Column("new", "新值", 26),
        Column("source", "途径", 10, Kind.WORD),
        Column("reason", "原因", 24),
        Column("changed_by", "修改人", 9, Kind.WORD),
        Column("changed_at", "时间", 16, Kind.MOMENT),
        Column("reviewed_by", "审核人", 9, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="只列首次提交以后的修改，一处一行；提交以前的填写不算修改。审核人为修改以后第一个审核通过的人。",
    frozen="door",
)

LEDGER = Ledger(
    "changes",
    N_("数据质量与修改台账"),
    N_("首次提交以后改过的每一处：字段、原值、新值、原因、修改人、审核人、时间。"),
    (SHEET,),
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"changes": changes(view)}


def changes(view: View) -> Iterator[Record]:
    h, s = Household, SheetRow
    query = (
        select(s, h.dossier_no, h.door_text, User.display_name)
        .join(h, h.id == s.household_id)
        .outerjoin(User, User.id == s.saved_by_id)
        .where(view.scope, s.version > 1, s.saved_at > h.first_submitted_at)
        .order_by(h.door_sort, h.id, s.version)
    )
    hidden = hidden_without(view.granted)
    for batch in batches(stream(query), VERSIONS):
        before = _before([row for row, *_rest in batch])
        homes = {row.household_id for row, *_rest in batch}
        reviews, words = _reviews(homes), words_of(view, homes)
        for row, dossier_no, door, name in batch:
            old, new = before[row.household_id, row.version - 1], row.pairs
            titles = row_titles(old, new)
            names = _names(old, new) if view.masked_names else set()

            def told(text: str, known: Told = words[row.household_id], names: set[str] = names) -> str:
                return mask_names(known(text), names)

            shown = {key: (view.name if key[0] == "persons" else told)(title) for key, title in titles.items()}
            passed = [who for _id, at, who in reviews.get(row.household_id, []) if at >= row.saved_at]
            for change in difference(to_keys(old), to_keys(new)):
                yield {
                    "dossier_no": dossier_no,
                    "door": door,
                    "version": row.version,
                    "field": key_label(change.key, shown),
                    **_values(change, view, hidden, told),
                    "source": SOURCES.get(row.source, row.source),
                    "reason": told(row.reason),
                    "changed_by": name or "系统",
                    "changed_at": local_moment(row.saved_at),
                    "reviewed_by": passed[0] if passed else "",
                    "id": str(row.id),
                }


def _names(*versions: Pairs) -> set[str]:
    """The names that these versions of a sheet tell, also of people who no longer stand in it."""
    return {
        text
        for pairs in versions
        for key, texts in to_keys(pairs).items()
        if field_of(key) in NAME_FIELDS
        for text in texts
    }


def _before(rows: list[SheetRow]) -> dict[tuple[UUID, int], Pairs]:
    """(household, version) -> the sheet before each of these versions."""
    s = SheetRow
    wanted = [(row.household_id, row.version - 1) for row in rows]
    query = select(s).where(tuple_(s.household_id, s.version).in_(wanted))
    return {(row.household_id, row.version): row.pairs for row in db.session.scalars(query)}


def _reviews(ids: set[UUID]) -> dict[UUID, list[Any]]:
    query = (
        select(Review.household_id, Review.at, User.display_name)
        .join(User, User.id == Review.by_id)
        .where(Review.household_id.in_(ids), Review.action.in_(PASSED))
        .order_by(Review.at)
    )
    return grouped(db.session.execute(query))


def _values(change: Change, view: View, hidden: frozenset[str], told: Told) -> dict[str, object]:
    """Old and new value in words, as far as the reader may see them."""
    name = field_of(change.key)
    if name in hidden:
        return {"old": "（无权查看）", "new": "（无权查看）"}
    old, new = (word_of(change.key, texts, clear=view.clear) for texts in (change.old, change.new))
    if name in NAME_FIELDS:
        old, new = view.name(old), view.name(new)
    elif name not in KEPT:
        old, new = told(old), told(new)
    if old == new:
        new = f"{new}（已更改）"  # two numbers or names that look alike masked are still two
    return {"old": old, "new": new}
