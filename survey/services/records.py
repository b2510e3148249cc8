"""Checking that the typed tables are the projection of the sheets, and tallies of households: `ruhu check-records`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from survey.domain.sheet import from_pairs, pairs_hash, to_pairs
from survey.models import Household, Project, SearchTerm, SheetRow, db
from survey.models.crypto import SealBroken, unseal
from survey.services import tally
from survey.services.sheet.projection import ROW_MODELS, place_of, project_sheet

CHUNK = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that the typed tables say otherwise than the current sheet, or a tally otherwise than its households.

    Names of fields only, no values. Of a tally, `dossier_no` is the building or stairwell, or the project's code.
    """

    dossier_no: str
    where: str
    what: str


def check_records(project: Project) -> Iterator[Difference]:
    """Rebuild the projection of every household from its current sheet and compare; nothing when all agree."""
    project_id, project_code = project.id, project.code
    ids = db.session.scalars(
        select(Household.id).where(Household.project_id == project_id).order_by(Household.id)
    ).all()
    for start in range(0, len(ids), CHUNK):
        for household in db.session.scalars(select(Household).where(Household.id.in_(ids[start : start + CHUNK]))):
            yield from check_household_record(household)
        db.session.expunge_all()
    yield from (Difference(place or project_code, "tally", what) for place, what in tally.check(project_id))


def check_household_record(household: Household) -> Iterator[Difference]:
    """The differences of one household: the sheet's own hash, its row, its lists, its search terms."""
    no = household.dossier_no
    row = db.session.scalar(
        select(SheetRow).where(SheetRow.household_id == household.id).order_by(SheetRow.version.desc()).limit(1)
    )
    if (row.version if row else 0) != household.sheet_version:
        yield Difference(no, "household", "sheet_version")
    try:
        pairs = row.pairs if row else []
    except SealBroken:
        yield Difference(no, "sheet", "sealed")
        return
    if row and pairs_hash(pairs) != row.pairs_hash:
        yield Difference(no, "sheet", "pairs_hash")
    sheet = from_pairs(pairs)
    if to_pairs(sheet) != [tuple(pair) for pair in pairs]:
        yield Difference(no, "sheet", "canonical form")
    place = place_of(household)
    projection = project_sheet(sheet, place)
    for name, value in projection.household.items():
        if getattr(household, name) != value:
            yield Difference(no, "household", name)
    for name, model in ROW_MODELS.items():
        kept = {each.id: each for each in db.session.scalars(select(model).where(model.household_id == household.id))}
        wanted = {values["id"]: values for values in projection.rows[name]}
        for missing in wanted.keys() - kept.keys():
            yield Difference(no, name, f"row {missing} is missing")
        for extra in kept.keys() - wanted.keys():
            yield Difference(no, name, f"row {extra} is in no sheet")
        for key in wanted.keys() & kept.keys():
            yield from (Difference(no, name, field) for field in _row_differences(name, key, wanted[key], kept[key]))
    terms = set(db.session.scalars(select(SearchTerm.term).where(SearchTerm.household_id == household.id)))
    if differing := terms ^ (projection.terms or set()):
        yield Difference(no, "search_term", f"{len(differing)} terms")


def _row_differences(name: str, key: UUID, wanted: dict[str, Any], kept: Any) -> Iterator[str]:
    for field, value in wanted.items():
        found = getattr(kept, field)
        if field.endswith("_sealed"):
            where = f"person.{field.removesuffix('_sealed')}"
            try:
                same = unseal(where, key, value) == unseal(where, key, found)
            except SealBroken:
                same = False
            if not same:
                yield field
        elif found != value:
            yield field
