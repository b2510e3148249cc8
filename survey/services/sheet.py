"""Saving a household's sheet: the one way in for the office's page, the tablet, the roster and an edited ledger.

Each version is kept whole and sealed; the typed tables are its projection and are written in the same transaction, by
`write_projection`. `survey.services.records` rebuilds every projection and compares.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from operator import attrgetter
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Table, delete, insert, select, update

from survey.domain.door import short_door
from survey.domain.errors import DomainError, NotFound
from survey.domain.household import RETURNED, Action, HouseholdState, next_state
from survey.domain.identity import normal_id, normal_phone
from survey.domain.merge import FieldConflict, Keys, Merged, dispute, merge
from survey.domain.sheet import (
    FORM_NAME,
    FORM_VERSION,
    ROW_TYPES,
    Pair,
    Pairs,
    Sheet,
    canonical_json,
    field_of,
    field_types,
    from_keys,
    from_pairs,
    pairs_hash,
    row_key,
    to_keys,
    to_pairs,
)
from survey.domain.signature import ASKED
from survey.models import (
    CertificateRow,
    ConflictRow,
    DecorationItemRow,
    DesiredLayoutRow,
    Door,
    DraftRow,
    FixtureRow,
    Household,
    PartRow,
    PersonRow,
    SearchTerm,
    SheetRow,
    Signature,
    User,
    db,
    new_id,
    row_id,
    utc_now,
)
from survey.models.bulk import insert_rows
from survey.models.crypto import keyed_hash, seal, seal_bytes
from survey.services import audit
from survey.services.feed import note_changed
from survey.services.pinyin import sort_key
from survey.services.search import search_terms, write_terms
from survey.services.standing import recompute_standings, recompute_standings_of

Source = Literal["roster", "office", "tablet", "ledger", "correction", "merge"]

ROW_MODELS: dict[str, type[Any]] = {
    "certificates": CertificateRow,
    "parts": PartRow,
    "fixtures": FixtureRow,
    "decoration_items": DecorationItemRow,
    "persons": PersonRow,
    "desired_layouts": DesiredLayoutRow,
}
FOUND_BY = frozenset({"persons", "certificates", "parts"})
"""The lists from which search terms are made."""
VOTED_BY = ("persons", "parts", "tenure_type", "coown_type")
"""What a household's standing in a round follows from, besides the words of its owners."""
FLAT_FIELDS = tuple(name for name, kind in field_types(Sheet).items() if kind.kind != "rows")
FLAT_LISTS = tuple(name for name in FLAT_FIELDS if field_types(Sheet)[name].kind == "codes")
_flat_values = attrgetter(*FLAT_FIELDS)
ROW_FIELDS: dict[type[Any], tuple[tuple[str, ...], attrgetter[Any], tuple[str, ...]]] = {
    record: (
        tuple(field_types(record)),
        attrgetter(*field_types(record)),
        tuple(name for name, kind in field_types(record).items() if kind.kind == "codes"),
    )
    for record in ROW_TYPES.values()
}
"""Row of a sheet -> its fields, what reads them all at once, and those that are lists."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Place:
    """What the projection needs to know of a household besides its sheet."""

    household_id: UUID
    project_id: UUID
    doors: tuple[str, ...]


@dataclass(slots=True)
class Projection:
    """Typed values of one sheet: for the household's row, for each list's table, and the search terms.

    A list that is not named in `rows`, and `terms` that are None, stand already as they should.
    """

    household: dict[str, Any]
    rows: dict[str, list[dict[str, Any]]]
    terms: set[int] | None


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


def project_sheet(sheet: Sheet, place: Place, before: Sheet | None = None) -> Projection:
    """The typed values of a sheet. Pure but for the keyring: the same sheet gives the same values, sealed ones apart.

    before  the sheet that is projected already: lists that did not change since are left out
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    for name, model in ROW_MODELS.items():
        if before is not None and getattr(sheet, name) == getattr(before, name):
            continue
        rows[name] = [_row_values(model, row, place, position) for position, row in enumerate(getattr(sheet, name))]
    owners = sheet.owners
    values: dict[str, Any] = dict(zip(FLAT_FIELDS, _flat_values(sheet), strict=True))
    for name in FLAT_LISTS:
        values[name] = _plain(values[name])
    values |= {
        "owner_names": "、".join(owner.full_name for owner in owners if owner.full_name),
        "owner_count": len(owners),
        "area_cert_m2": sum((part.area_cert_m2 or ZERO for part in sheet.parts), ZERO),
        "area_meas_m2": sum((part.area_meas_m2 or ZERO for part in sheet.parts), ZERO),
        "area_unreg_m2": sum((part.area_unreg_m2 or ZERO for part in sheet.parts), ZERO),
        "hukou_count": sum(1 for person in sheet.persons if person.hukou_here),
        "living_count": sum(1 for person in sheet.persons if person.lives_here),
        "special_count": sum(1 for person in sheet.persons if person.special_tags),
    }
    if before is not None and not FOUND_BY & set(rows):
        return Projection(values, rows, None)
    terms = search_terms(
        project_id=place.project_id,
        doors=place.doors,
        names=[person.full_name for person in sheet.persons if person.full_name],
        id_numbers=[person.id_no for person in sheet.persons if person.id_no],
        phones=[person.phone for person in sheet.persons if person.phone],
        cert_numbers=[
            *(certificate.cert_no for certificate in sheet.certificates),
            *(part.part_cert_no for part in sheet.parts if part.part_cert_no),
        ],
    )
    return Projection(values, rows, terms)


def _plain(value: object) -> object:
    return [str(code) for code in value] if isinstance(value, tuple) else value


def _row_values(model: type[Any], row: Any, place: Place, position: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": row_id(place.household_id, row.uid),
        "household_id": place.household_id,
        "position": position,
    }
    names, get, lists = ROW_FIELDS[type(row)]
    values.update(zip(names, get(row), strict=True))
    for name in lists:
        values[name] = _plain(values[name])
    if model is PersonRow:
        id_no, phone = values.pop("id_no"), values.pop("phone")
        values |= {
            "project_id": place.project_id,
            "is_owner": row.is_owner,
            "name_sort": sort_key(row.full_name),
            "id_no_sealed": seal("person.id_no", values["id"], id_no),
            "id_hash": keyed_hash("id", normal_id(id_no)) if id_no else None,
            "phone_sealed": seal("person.phone", values["id"], phone),
            "phone_hash": keyed_hash("phone", normal_phone(phone)) if phone else None,
        }
    return values


def write_projection(projections: Sequence[tuple[UUID, Projection]], *, fresh: bool = False) -> None:
    """Replace the typed rows of households by those of their projections.

    fresh  True when nothing stands there yet (a roster's first versions): the deletes are spared
    The household's own row is the caller's to write, with `Projection.household`.
    """
    db.session.flush()
    connection = db.session.connection()  # plain statements: the session's own bookkeeping would double their time
    for name, model in ROW_MODELS.items():
        table: Table = model.__table__
        told = [
            (household_id, projection.rows[name]) for household_id, projection in projections if name in projection.rows
        ]
        if told and not fresh:
            connection.execute(
                delete(table).where(table.c.household_id.in_([household_id for household_id, _ in told]))
            )
        insert_rows(connection, table, [row for _, rows in told for row in rows])
    found = [
        (household_id, projection.terms) for household_id, projection in projections if projection.terms is not None
    ]
    if found and not fresh:
        ids = [household_id for household_id, _ in found]
        connection.execute(delete(SearchTerm).where(SearchTerm.household_id.in_(ids)))
    write_terms(found)


def place_of(household: Household) -> Place:
    doors = db.session.execute(
        select(Door.unit_no, Door.room_no).where(Door.household_id == household.id).order_by(Door.sort)
    ).all()
    no = household.building.no
    return Place(
        household.id,
        household.project_id,
        tuple(short_door(no, unit, room) for unit, room in doors),
    )


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
    return any(row.signer_role in ASKED and (not row.refused or row.witness) for row in db.session.scalars(query))


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
    action = Action.CORRECT if source == "correction" else Action.SAVE
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
    write_projection([(household.id, projection)])
    if projection.rows:
        db.session.expire(household, [*projection.rows])
    if before is None or any(getattr(sheet, name) != getattr(before, name) for name in VOTED_BY):
        recompute_standings(household)


@dataclass(frozen=True, slots=True)
class FirstVersion:
    """What the first sheet of a household to come is written as: half the work, which nobody else has to wait for."""

    household_id: UUID
    projection: Projection
    version: dict[str, Any]


def first_version(household_id: UUID, project_id: UUID, doors: tuple[str, ...], sheet: Sheet) -> FirstVersion:
    """The rows of a household's first sheet. Reads nothing. `doors` are their short texts."""
    place = Place(household_id, project_id, doors)
    return FirstVersion(household_id, project_sheet(sheet, place), _version_values(sheet, household_id, 0))


@dataclass(frozen=True, slots=True)
class FirstSheet:
    """A household that the roster brings, with its first sheet. `household` are the values of its row but the projection's."""

    household: dict[str, Any]
    doors: list[dict[str, Any]]
    first: FirstVersion
    free_doors: tuple[UUID, ...] = ()
    """Standing doors without a household that become this one's."""


def save_first_sheets(*, actor: User | None, items: Iterable[FirstSheet]) -> int:
    """Write many new households with their first versions (source "roster") by bulk inserts; how many were written.

    The caller writes the one audit entry of the import. Same projection as `save_sheet`, thousands of rows a second.
    """
    now = utc_now()
    items = list(items)
    if not items:
        return 0
    told = {"state": HouseholdState.UNVISITED, "state_since": now, "sheet_version": 1}
    by = {"saved_by_id": actor.id if actor else None, "saved_at": now}
    db.session.flush()
    connection = db.session.connection()
    tables = Household.metadata.tables
    insert_rows(
        connection,
        tables["household"],
        [{**item.household, **item.first.projection.household, **told} for item in items],
    )
    insert_rows(connection, tables["door"], [door for item in items for door in item.doors])
    insert_rows(connection, tables["sheet"], [item.first.version | by for item in items])
    write_projection([(item.first.household_id, item.first.projection) for item in items], fresh=True)
    note_changed(item.first.household_id for item in items)
    for item in items:
        if item.free_doors:
            db.session.execute(
                update(Door).where(Door.id.in_(item.free_doors)).values(household_id=item.first.household_id)
            )
    return len(items)


def _version_values(sheet: Sheet, household_id: UUID, base: int) -> dict[str, Any]:
    """The row of a version that follows on `base`, for a bulk insert; who saved it, and when, is still to be said."""
    id_, canonical = new_id(), canonical_json(to_pairs(sheet))
    return {
        "id": id_, "household_id": household_id, "version": base + 1, "base": base, "form": FORM_NAME,
        "form_version": FORM_VERSION, "source": "roster", "reason": "",
        "pairs_sealed": seal_bytes("sheet.pairs", id_, canonical), "pairs_hash": sha256(canonical).hexdigest(),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NextSheet:
    """The next version of a household that nobody has filled at the door. `base` is its current version."""

    place: Place
    base: int
    sheet: Sheet


def save_next_roster_sheets(*, actor: User | None, items: Sequence[NextSheet]) -> None:
    """Write the next versions (source "roster") of households of which only rosters have told, by bulk statements.

    The caller has locked and judged them, and writes the one audit entry of the import.
    """
    if not items:
        return
    by = {"saved_by_id": actor.id if actor else None, "saved_at": utc_now()}
    households, sheets = [], []
    projections: list[tuple[UUID, Projection]] = []
    for item in items:
        projection = project_sheet(item.sheet, item.place)
        household_id = item.place.household_id
        households.append({"id": household_id, **projection.household, "sheet_version": item.base + 1})
        sheets.append(_version_values(item.sheet, household_id, item.base) | by)
        projections.append((household_id, projection))
    db.session.execute(insert(Household.metadata.tables["sheet"]), sheets)
    db.session.execute(update(Household), households)
    write_projection(projections)
    note_changed(item.place.household_id for item in items)
    db.session.expire_all()
    recompute_standings_of([item.place.household_id for item in items])


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
