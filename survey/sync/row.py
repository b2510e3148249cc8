"""A household as a tablet keeps it (docs/sync.md): the sheet without numbers, and what people need to know at the door.

Rows are made many at a time, from columns: five thousand of them are pulled when a tablet is enrolled.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from survey.domain.access import Permission, Role, is_granted
from survey.domain.codes import PersonRole
from survey.domain.consent import in_force, voices
from survey.domain.household import EDITABLE, RETURNED
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.sheet import Pairs, row_name
from survey.forms.sheet import MASKED_FIELDS, hidden_for
from survey.models import (
    Briefing,
    Building,
    ConflictRow,
    Consent,
    Document,
    Household,
    PersonRow,
    Review,
    Round,
    SheetRow,
    Signature,
    db,
)
from survey.models.crypto import open_bytes
from survey.services.pinyin import syllables
from survey.services.standing import record_of, voice_of

H = Household
COLUMNS = (
    H.id, H.changed_seq, H.sheet_version, H.building_id, H.unit_no, H.door_text, H.door_sort, H.dossier_no, H.state,
    H.owner_names, H.visit_count, H.last_visit_at, H.last_visit_result, H.next_visit_at, H.met_at, H.tenure_type,
    H.removed_at, H.merged_into_id,
)  # fmt: skip


def row_of(household: Household, role: Role | None) -> dict[str, Any]:
    """One household as it is in this transaction."""
    db.session.flush()
    return rows_of([household.id], role)[0]


def rows_of(ids: Sequence[UUID], role: Role | None) -> list[dict[str, Any]]:
    """The rows of households, in the order of the ids; of a removed one only that it is gone."""
    found = {row.id: row for row in db.session.execute(select(*COLUMNS).where(H.id.in_(ids)))}
    standing = [row.id for row in found.values() if row.removed_at is None]
    beside = _Beside(standing, role)
    return [_row(found[id_], beside, role) for id_ in ids if id_ in found]


def _row(row: Any, beside: _Beside, role: Role | None) -> dict[str, Any]:
    if row.removed_at is not None:
        into = str(row.merged_into_id) if row.merged_into_id else None
        return {"id": str(row.id), "seq": row.changed_seq, "gone": True, "into": into}
    shown, kept = _told(beside.pairs.get(row.id, []), beside.hidden)
    asked = voices(row.tenure_type, [voice_of(person) for person in beside.persons[row.id]])
    names = [name for name in row.owner_names.split("、") if name]
    return {
        "id": str(row.id),
        "seq": row.changed_seq,
        "v": row.sheet_version,
        "building": str(row.building_id),
        "unit": row.unit_no,
        "door": row.door_text,
        "sort": row.door_sort,
        "no": row.dossier_no,
        "state": row.state.value,
        "owners": row.owner_names,
        "py": sorted(set(_pinyin(names))),
        "editable": row.state in EDITABLE and is_granted(role, Permission.SHEET_EDIT),
        "signed": beside.hashes.get(row.id) in beside.signed[row.id],
        "visits": row.visit_count,
        "last": {"result": row.last_visit_result.value, "at": row.last_visit_at.isoformat()}
        if row.last_visit_result is not None and row.last_visit_at is not None
        else None,
        "next": row.next_visit_at.isoformat() if row.next_visit_at else None,
        "met": row.met_at is not None,
        "briefed": sorted(beside.briefed[row.id]),
        "returned": beside.returned.get(row.id, "") if row.state in RETURNED else "",
        "conflicts": beside.conflicts[row.id],
        "pairs": shown,
        "kept": kept,
        "voices": [
            {
                "id": str(voice.person_id),
                "name": voice.name,
                "share": str(voice.share) if voice.share is not None else "",
                "roles": sorted(map(str, voice.roles)),
            }
            for voice in asked
        ],
        "words": beside.words[row.id],
        "agents": [
            {"id": str(person.id), "name": person.full_name}
            for person in beside.persons[row.id]
            if PersonRole.AGENT in person.roles and person.full_name
        ],
        "documents": dict(beside.documents[row.id]),
    }


def _pinyin(names: Sequence[str]) -> Iterator[str]:
    """Initials and whole readings of names: zw and zhangwei find 张伟."""
    for name in names:
        parts = syllables(name)
        if parts and all(part.isascii() and part.isalpha() for part in parts):
            yield "".join(part[0] for part in parts).lower()
            yield "".join(parts).lower()


def _told(pairs: Pairs, hidden: frozenset[str]) -> tuple[list[list[str]], dict[str, str]]:
    """The pairs that the tablet may hold, and stable key -> the number that is stored there, masked."""
    shown: list[list[str]] = []
    kept: dict[str, str] = {}
    uids: dict[tuple[str, str], str] = {}
    for name, text in pairs:
        part = row_name(name)
        if part is None:
            if name not in hidden:
                shown.append([name, text])
        elif part.field in MASKED_FIELDS:
            masked = (mask_id_no if part.field == "id_no" else mask_phone)(text)
            kept[f"{part.rows}[{uids[part.rows, part.number]}].{part.field}"] = masked
        elif part.field not in hidden:
            if part.field == "uid":  # the first of its row
                uids[part.rows, part.number] = text
            shown.append([name, text])
    return shown, kept


class _Beside:
    """What other tables say of some households, read once for all of them."""

    def __init__(self, ids: Sequence[UUID], role: Role | None) -> None:
        self.hidden = hidden_for(role)
        self.pairs: dict[UUID, list[list[str]]] = {}
        self.hashes: dict[UUID, str] = {}
        self.persons: defaultdict[UUID, list[Any]] = defaultdict(list)
        self.words: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
        self.briefed: defaultdict[UUID, set[str]] = defaultdict(set)
        self.documents: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
        self.signed: defaultdict[UUID, set[str]] = defaultdict(set)
        self.conflicts: Counter[UUID] = Counter()
        self.returned: dict[UUID, str] = {}
        if ids:
            self._read(ids)

    def _read(self, ids: Sequence[UUID]) -> None:
        execute = db.session.execute
        current = and_(SheetRow.household_id == H.id, SheetRow.version == H.sheet_version)
        sheets = select(H.id, SheetRow.id, SheetRow.pairs_sealed, SheetRow.pairs_hash).join(SheetRow, current)
        for household, sheet, sealed, pairs_hash in execute(sheets.where(H.id.in_(ids))):
            self.pairs[household] = json.loads(open_bytes("sheet.pairs", sheet, sealed))
            self.hashes[household] = pairs_hash
        person = (
            PersonRow.household_id, PersonRow.id, PersonRow.full_name, PersonRow.roles, PersonRow.share_num,
            PersonRow.share_den, PersonRow.birth_date, PersonRow.deceased,
        )  # fmt: skip
        for each in execute(select(*person).where(PersonRow.household_id.in_(ids)).order_by(PersonRow.position)):
            self.persons[each.household_id].append(each)
        told = select(Briefing.household_id, Briefing.policy_version_id).where(Briefing.household_id.in_(ids))
        for household, version in execute(told.distinct()):
            self.briefed[household].add(str(version))
        papers = (
            select(Document.household_id, Document.category, func.count())
            .where(Document.household_id.in_(ids), Document.removed_at.is_(None))
            .group_by(Document.household_id, Document.category)
        )
        for holder, category, count in execute(papers):
            self.documents[cast("UUID", holder)][category.value] = count
        signed = select(Signature.household_id, Signature.pairs_hash).where(Signature.household_id.in_(ids))
        for household, pairs_hash in execute(signed):
            self.signed[household].add(pairs_hash)
        open_ = (
            select(ConflictRow.household_id, func.count())
            .where(ConflictRow.household_id.in_(ids), ConflictRow.resolved_at.is_(None))
            .group_by(ConflictRow.household_id)
        )
        self.conflicts.update(dict(iter(execute(open_))))
        returned = (
            select(Review.household_id, Review.reason)
            .where(Review.household_id.in_(ids), Review.to_state.in_([state.value for state in RETURNED]))
            .order_by(Review.at)
        )
        self.returned = dict(iter(execute(returned)))
        self._read_words(ids)

    def _read_words(self, ids: Sequence[UUID]) -> None:
        """The words that stand in the open rounds."""
        rows = (
            select(Consent)
            .join(Round, Round.id == Consent.round_id)
            .where(Consent.household_id.in_(ids), Round.closed_at.is_(None))
            .order_by(Consent.recorded_at, Consent.id)
        )
        by_round: defaultdict[tuple[UUID, UUID], list[Consent]] = defaultdict(list)
        for row in db.session.scalars(rows):
            by_round[row.household_id, row.round_id].append(row)
        for (household, round_id), records in by_round.items():
            given = {str(row.id): row.given_at for row in records}
            for record in in_force([record_of(row) for row in records]).values():
                self.words[household].append(
                    {
                        "id": str(record.id),
                        "round": str(round_id),
                        "person": str(record.person_id),
                        "choice": record.choice.value if record.choice else "",
                        "at": given[str(record.id)].isoformat(),
                    }
                )


# --- the feed -----------------------------------------------------------------------------------------------------


def changed(
    project_id: UUID,
    in_scope: ColumnElement[bool],
    buildings: Sequence[UUID],
    after: tuple[int, UUID | None],
    limit: int,
) -> list[tuple[UUID, int]]:
    """(id, number) of the next households that changed after a place in the feed, removed ones of the buildings too."""
    number, last = after
    later = H.changed_seq > number
    if last is not None:
        later = or_(later, and_(H.changed_seq == number, H.id > last))
    gone = and_(H.project_id == project_id, H.removed_at.is_not(None), H.building_id.in_(buildings))
    query = select(H.id, H.changed_seq).where(or_(in_scope, gone), later).order_by(H.changed_seq, H.id).limit(limit)
    return [(id_, seq) for id_, seq in db.session.execute(query)]


def buildings_of(project_id: UUID, in_scope: ColumnElement[bool]) -> list[UUID]:
    """The buildings of which the person sees anything."""
    return list(db.session.scalars(select(Building.id).where(Building.project_id == project_id, in_scope)))
