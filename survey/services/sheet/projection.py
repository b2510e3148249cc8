"""The typed rows of a sheet: what ledgers, search, boards and counts read. They follow from the sheet and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from survey.domain.door import short_door
from survey.domain.identity import normal_id, normal_phone
from survey.domain.sheet import (
    ROW_TYPES,
    Sheet,
    field_types,
)
from survey.models import (
    CertificateRow,
    DecorationItemRow,
    DesiredLayoutRow,
    Door,
    FixtureRow,
    Household,
    PartRow,
    PersonRow,
    SearchTerm,
    db,
    row_id,
)
from survey.models.bulk import Bound, bind_rows, write_bound
from survey.models.crypto import keyed_hash, seal
from survey.services.pinyin import sort_key
from survey.services.search import bind_terms, insert_terms, search_terms

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


@dataclass(frozen=True, slots=True)
class ProjectionRows:
    """The typed rows of households as the database takes them.

    lists     (households whose rows of this list are replaced, the new rows), a pair a table
    found     households whose search terms are replaced, and the new terms
    is_fresh  nothing stands there yet: nothing has to be deleted
    """

    lists: tuple[tuple[list[UUID], Bound], ...]
    found: tuple[list[UUID], list[tuple[int, Any]]]
    is_fresh: bool


def bind_projections(
    dialect: str, projections: Sequence[tuple[UUID, Projection]], *, is_fresh: bool = False
) -> ProjectionRows:
    """The rows of the projections of some households."""
    lists = []
    for name, model in ROW_MODELS.items():
        told = [(id_, projection.rows[name]) for id_, projection in projections if name in projection.rows]
        rows = bind_rows(dialect, model.__table__, [row for _, rows in told for row in rows])
        lists.append(([id_ for id_, _ in told], rows))
    terms = [(id_, projection.terms) for id_, projection in projections if projection.terms is not None]
    return ProjectionRows(tuple(lists), ([id_ for id_, _ in terms], bind_terms(dialect, terms)), is_fresh)


def write_projections(rows: ProjectionRows) -> None:
    """Replace the typed rows of households by these. The household's own row is the caller's to write."""
    db.session.flush()
    connection = db.session.connection()  # plain statements: the session's own bookkeeping would double their time
    for household_ids, bound in rows.lists:
        if household_ids and not rows.is_fresh:
            table = Household.metadata.tables[bound.table]
            connection.execute(delete(table).where(table.c.household_id.in_(household_ids)))
        write_bound(connection, bound)
    household_ids, terms = rows.found
    if household_ids and not rows.is_fresh:
        connection.execute(delete(SearchTerm).where(SearchTerm.household_id.in_(household_ids)))
    insert_terms(connection, terms)


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
