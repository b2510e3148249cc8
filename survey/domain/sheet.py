"""The sheet (入户调查登记表) of one household: its fields, and how they travel as ordered pairs.

Answers travel everywhere as ordered pairs, `[["tenure_type", "commercial"], ["persons-0-full_name", "张伟"], ...]`:
what a browser's FormData gives. A page's form, a tablet's event, the roster and an edited ledger all become a `Sheet`
through `from_pairs`; the evidence that is kept is `to_pairs` of it. Fields follow the data dictionary of the survey
(sections: location, title, building, people, wishes). `survey.forms.sheet.SheetForm` has exactly these names.

This module refuses to judge: an incomplete or contradictory sheet is a sheet. The checks are in `survey.domain.check`.
"""

from __future__ import annotations

import hashlib
import json
import re
import types
import typing
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from operator import attrgetter

from survey.domain import codes
from survey.domain.errors import DomainError

FORM_NAME = "household"
FORM_VERSION = 1

Pair = tuple[str, str]
Pairs = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """权证. A household may have several; one certificate may cover several doors."""

    uid: str
    cert_type: codes.CertType | None = None
    cert_no: str = ""
    cert_date: date | None = None
    cert_address: str = ""
    cert_area_m2: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """房屋部位. Areas in square metres, two decimals."""

    uid: str
    kind: codes.PartKind | None = None
    legality: codes.Legality | None = None
    part_cert_no: str = ""
    area_cert_m2: Decimal | None = None
    area_cert_inner_m2: Decimal | None = None
    area_meas_m2: Decimal | None = None
    area_meas_inner_m2: Decimal | None = None
    balcony_m2: Decimal | None = None
    area_unreg_m2: Decimal | None = None
    use_approved: codes.Use | None = None
    use_actual: codes.Use | None = None
    structure: codes.Structure | None = None
    build_year: int | None = None
    part_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """附属物. The unit is part of the kind; quantity has two decimals."""

    uid: str
    fixture_kind: codes.FixtureKind | None = None
    quantity: Decimal | None = None
    fixture_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecorationItem:
    """装修明细. The price is in yuan, two decimals."""

    uid: str
    item: str = ""
    item_quantity: Decimal | None = None
    item_unit: str = ""
    item_price_yuan: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """权利人、承租人、代理人、居住人口: one row a person, who may be several of them at once.

    share_num/share_den  the owner's share as a fraction; never a float
    """

    uid: str
    full_name: str = ""
    roles: tuple[codes.PersonRole, ...] = ()
    id_type: codes.IdType | None = None
    id_no: str = ""
    phone: str = ""
    sex: codes.Sex | None = None
    birth_date: date | None = None
    ethnicity: str = ""
    relation: codes.Relation | None = None
    marital: codes.Marital | None = None
    hukou_here: bool | None = None
    lives_here: bool | None = None
    share_num: int | None = None
    share_den: int | None = None
    hukou_addr: str = ""
    current_addr: str = ""
    special_tags: tuple[codes.SpecialTag, ...] = ()
    proof_note: str = ""
    deceased: bool | None = None
    heir_note: str = ""
    guardian_name: str = ""
    agent_for: str = ""
    authorisation_matter: str = ""
    authorisation_power: str = ""
    authorisation_until: date | None = None
    authorisation_signed: bool | None = None
    service_addr: str = ""
    e_service_ok: bool | None = None

    @property
    def is_owner(self) -> bool:
        return codes.PersonRole.OWNER in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredLayout:
    """意向户型."""

    uid: str
    layout: str = ""
    area_band: str = ""
    layout_count: int | None = None
    floor_wish: str = ""
    elevator: bool | None = None
    accessible: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """情况说明 to one warning. `uid` is the warning's key (`survey.domain.check.Finding.key`)."""

    uid: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """入户调查登记表 of one household. An unanswered question is None or ""."""

    # 坐落 (1.1)
    address: str = ""
    address_on_cert: str = ""
    realty_unit_code: str = ""
    parcel_no: str = ""
    total_floors: int | None = None
    floor_no: int | None = None
    floor_note: str = ""
    lon: Decimal | None = None
    lat: Decimal | None = None
    # 权属 (1.2)
    tenure_type: codes.Tenure | None = None
    property_class: codes.PropertyClass | None = None
    title_status: codes.TitleStatus | None = None
    coown_type: codes.Coown | None = None
    uscc: str = ""
    lessor: str = ""
    mortgage: codes.TriState | None = None
    mortgage_detail: str = ""
    seizure: codes.TriState | None = None
    seizure_detail: str = ""
    residence_right: codes.TriState | None = None
    residence_right_detail: str = ""
    objection: codes.TriState | None = None
    objection_detail: str = ""
    lease_status: codes.Lease | None = None
    rent_yuan_month: Decimal | None = None
    lease_end: date | None = None
    land_owner_type: codes.LandOwner | None = None
    land_source: codes.LandSource | None = None
    land_area_m2: Decimal | None = None
    only_home: bool | None = None
    certificates: tuple[Certificate, ...] = ()
    # 房屋 (1.3)
    layout_type: codes.LayoutType | None = None
    rooms: int | None = None
    halls: int | None = None
    kitchens: int | None = None
    baths: int | None = None
    orientation: codes.Orientation | None = None
    newness_pct: int | None = None
    hazard_grade: codes.Hazard | None = None
    decoration: codes.Decoration | None = None
    meter_water: str = ""
    meter_power: str = ""
    meter_gas: str = ""
    meter_heat: str = ""
    parts: tuple[Part, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    decoration_items: tuple[DecorationItem, ...] = ()
    # 人口 (1.4)
    persons: tuple[Person, ...] = ()
    # 意愿 (1.5)
    renewal_will: codes.Will | None = None
    will_reason: tuple[codes.WillReason, ...] = ()
    will_text: str = ""
    comp_mode: codes.CompMode | None = None
    resettle_place: codes.ResettlePlace | None = None
    transit_mode: codes.TransitMode | None = None
    move_mode: codes.MoveMode | None = None
    expected_price_yuan: Decimal | None = None
    appraiser_choice: str = ""
    desired_layouts: tuple[DesiredLayout, ...] = ()
    # 备注与情况说明
    note: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def owners(self) -> tuple[Person, ...]:
        return tuple(person for person in self.persons if person.is_owner)

    @property
    def residents(self) -> tuple[Person, ...]:
        """常住人口."""
        return tuple(person for person in self.persons if person.lives_here)


Row = Certificate | Part | Fixture | DecorationItem | Person | DesiredLayout | Reason
ROW_TYPES: dict[str, type[Row]] = {
    "certificates": Certificate,
    "parts": Part,
    "fixtures": Fixture,
    "decoration_items": DecorationItem,
    "persons": Person,
    "desired_layouts": DesiredLayout,
    "reasons": Reason,
}

INDEXED = re.compile(r"([a-z_]+)-([0-9]{1,6})-([a-z_0-9]+)\Z")
STABLE = re.compile(r"([a-z_]+)\[([^\]]*)\]\.([a-z_0-9]+)\Z")
DECIMAL = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,8})?\Z")
TWO_PLACES = Decimal("0.01")
SIX_PLACES = frozenset({"lon", "lat"})
YES, NO = "yes", "no"


class RowName(typing.NamedTuple):
    """The parts of a pair's name in a row: `persons-0-full_name`."""

    rows: str
    number: str
    field: str


class RowKey(typing.NamedTuple):
    """The parts of a stable key in a row: `persons[<uid>].full_name`."""

    rows: str
    uid: str
    field: str


# The same few thousand names come by in every sheet, and several times while one is saved.
@lru_cache(maxsize=16384)
def row_name(name: str) -> RowName | None:
    """The parts of a pair's name; None for a question outside any row."""
    match = INDEXED.match(name)
    return RowName(*match.groups()) if match else None


@lru_cache(maxsize=16384)
def row_key(key: str) -> RowKey | None:
    """The parts of a stable key; None for a question outside any row."""
    match = STABLE.match(key)
    return RowKey(*match.groups()) if match else None


def field_of(key: str) -> str:
    """The question that a stable key is an answer to, in a row or outside: full_name of `persons[<uid>].full_name`."""
    part = row_key(key)
    return part.field if part else key


@dataclass(frozen=True, slots=True)
class FieldType:
    """How one field is read: its kind and, for a code, its list."""

    kind: str  # str, int, decimal, date, bool, code, codes, rows
    codes: type[codes.Code] | None = None


def field_types(record: type[typing.Any]) -> dict[str, FieldType]:
    """Name -> type of each field of Sheet or of a row, in the order of the sheet."""
    return _field_types(record)  # type: ignore[arg-type]


@cache
def _field_types(record: type[typing.Any]) -> dict[str, FieldType]:
    hints = typing.get_type_hints(record)
    return {field.name: _field_type(field.name, hints[field.name]) for field in fields(record)}


def _field_type(name: str, hint: object) -> FieldType:
    if name in ROW_TYPES:
        return FieldType("rows")
    if typing.get_origin(hint) is tuple:
        return FieldType("codes", typing.get_args(hint)[0])
    if isinstance(hint, types.UnionType):
        hint = next(part for part in hint.__args__ if part is not types.NoneType)
    simple = {str: "str", int: "int", Decimal: "decimal", date: "date", bool: "bool"}
    if hint in simple:
        return FieldType(simple[hint])
    return FieldType("code", typing.cast("type[codes.Code]", hint))


def _read(name: str, kind: FieldType, texts: list[str]) -> object:
    """The typed value of a field from its texts. Raises ValueError for a text that cannot be one."""
    if kind.kind == "codes":
        assert kind.codes is not None
        order = list(kind.codes)
        return tuple(sorted({kind.codes(text) for text in texts if text}, key=order.index))
    text = texts[-1].strip()
    if kind.kind == "str":
        return text
    if not text:
        return None
    if kind.kind == "code":
        assert kind.codes is not None
        return kind.codes(text)
    if kind.kind == "int":
        return int(text)
    if kind.kind == "decimal":
        if not DECIMAL.match(text):
            raise ValueError(text)
        return Decimal(text) if name in SIX_PLACES else Decimal(text).quantize(TWO_PLACES)
    if kind.kind == "date":
        return date.fromisoformat(text)
    if text not in (YES, NO):
        raise ValueError(text)
    return text == YES


def _write(kind: FieldType, value: object) -> list[str]:
    """The texts of a typed value; none for an unanswered question."""
    if value is None or value == "" or value == ():
        return []
    if kind.kind == "bool":
        return [YES if value else NO]
    if kind.kind == "codes":
        return [str(code) for code in typing.cast("tuple[codes.Code, ...]", value)]
    if kind.kind == "decimal":
        return [format(value, "f")]
    return [str(value)]


def _build(record: type[typing.Any], answers: dict[str, list[str]], where: str) -> typing.Any:
    kinds = field_types(record)
    values: dict[str, object] = {}
    for name, texts in answers.items():
        if name not in kinds or kinds[name].kind == "rows":
            raise DomainError("sheet.field_unknown", where + name, name=(where + name)[:80])
        try:
            values[name] = _read(name, kinds[name], texts)
        except (ValueError, InvalidOperation) as error:
            raise DomainError("sheet.value_form", where + name, label=name, value=texts[-1][:40]) from error
    return record(**values)


def from_pairs(pairs: Pairs) -> Sheet:
    """The sheet that the pairs tell.

    Gaps in row numbers are fine, a row without any answer but its uid is dropped, a missing uid is an error.
    Raises DomainError: sheet.field_unknown, sheet.value_form, each with the name of the field.
    """
    flat: dict[str, list[str]] = {}
    rows: dict[str, dict[int, dict[str, list[str]]]] = {name: {} for name in ROW_TYPES}
    for key, text in pairs:
        match = row_name(key)
        if match is None:
            flat.setdefault(key, []).append(text)
        elif match.rows in rows:
            rows[match.rows].setdefault(int(match.number), {}).setdefault(match.field, []).append(text)
        else:
            raise DomainError("sheet.field_unknown", key, name=key[:80])
    sheet: Sheet = _build(Sheet, flat, "")
    lists: dict[str, tuple[Row, ...]] = {}
    for name, numbered in rows.items():
        built: list[Row] = []
        for number in sorted(numbered):
            answers = numbered[number]
            if all(not text.strip() for field, texts in answers.items() if field != "uid" for text in texts):
                continue
            if not answers.get("uid", [""])[-1].strip():
                raise DomainError("sheet.value_form", f"{name}-{number}-uid", label="uid", value="")
            built.append(_build(ROW_TYPES[name], answers, f"{name}-{number}-"))
        if built:
            lists[name] = tuple(built)
    return _with_rows(sheet, lists) if lists else sheet


def _with_rows(sheet: Sheet, lists: dict[str, tuple[Row, ...]]) -> Sheet:
    values: dict[str, typing.Any] = {name: getattr(sheet, name) for name in field_types(Sheet)}
    return Sheet(**{**values, **lists})


@cache
def _reading(record: type[typing.Any]) -> tuple[tuple[tuple[str, FieldType], ...], attrgetter[typing.Any]]:
    """The fields of a record with their types, and what reads all of them at once."""
    kinds = field_types(record)
    return tuple(kinds.items()), attrgetter(*kinds)


def to_pairs(sheet: Sheet) -> list[Pair]:
    """The canonical pairs of a sheet: fields in their order, unanswered questions left out, rows numbered from 0."""
    pairs: list[Pair] = []
    add = pairs.append
    fields, get = _reading(Sheet)
    for (name, kind), value in zip(fields, get(sheet), strict=True):
        if value is None or value == "" or value == ():  # Most questions are unanswered.
            continue
        if kind.kind == "rows":
            for number, row in enumerate(value):
                stem = f"{name}-{number}-"
                row_fields, row_get = _reading(type(row))  # type: ignore[arg-type]  # mypy: a class of Any is not seen to be hashable
                for (field, row_kind), answer in zip(row_fields, row_get(row), strict=True):
                    if answer is None or answer == "" or answer == ():
                        continue
                    if answer.__class__ is str:
                        add((stem + field, answer))
                        continue
                    for text in _write(row_kind, answer):
                        add((stem + field, text))
            continue
        for text in _write(kind, value):
            add((name, text))
    return pairs


def to_keys(pairs: Pairs) -> dict[str, tuple[str, ...]]:
    """Stable key -> answers: `tenure_type`, `persons[<uid>].full_name`. Blank answers and the uids themselves are left out.

    Rows keep their order in the result, so that a difference reads in the order of the sheet.
    """
    uids: dict[tuple[str, str], str] = {}
    for key, text in pairs:
        match = row_name(key)
        if match and match.field == "uid":
            uids[match.rows, match.number] = text
    keys: dict[str, tuple[str, ...]] = {}
    for key, text in pairs:
        if not text:
            continue
        match = row_name(key)
        if match:
            if match.field == "uid":
                continue
            key = f"{match.rows}[{uids.get((match.rows, match.number), match.number)}].{match.field}"
        keys[key] = (*keys.get(key, ()), text)
    return keys


def from_keys(keys: dict[str, tuple[str, ...]]) -> list[Pair]:
    """Pairs again from stable keys: the inverse of `to_keys` up to the numbering of rows."""
    numbers: dict[str, dict[str, int]] = {}
    pairs: list[Pair] = []
    for key, texts in keys.items():
        match = row_key(key)
        if match is None:
            pairs.extend((key, text) for text in texts)
            continue
        rows = numbers.setdefault(match.rows, {})
        if match.uid not in rows:
            rows[match.uid] = len(rows)
            pairs.append((f"{match.rows}-{rows[match.uid]}-uid", match.uid))
        pairs.extend((f"{match.rows}-{rows[match.uid]}-{match.field}", text) for text in texts)
    return pairs


def canonical_json(pairs: Pairs) -> bytes:
    """The bytes that are kept and hashed: UTF-8 JSON without spaces."""
    return json.dumps([list(pair) for pair in pairs], ensure_ascii=False, separators=(",", ":")).encode()


def pairs_hash(pairs: Pairs) -> str:
    """SHA-256 (hex) of the canonical JSON. A signature names it, so that a later change shows."""
    return hashlib.sha256(canonical_json(pairs)).hexdigest()


def replace_rows(sheet: Sheet, **lists: Iterable[Row]) -> Sheet:
    """The sheet with some of its lists of rows replaced."""
    return _with_rows(sheet, {name: tuple(rows) for name, rows in lists.items()})
