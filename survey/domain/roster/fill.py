"""From a roster's row to a household's sheet: what the office's table says, laid over what is already known.

A roster is a poorer source than the sheet: it never empties an answer, it only gives some. Laid over a sheet that nobody
has filled at the door it makes the next version; laid over one that somebody has, the same result only shows where the
two differ. The uids of the rows it makes are the same each time, so the same file twice is the same sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from survey.domain import codes
from survey.domain.door import door_label
from survey.domain.roster.record import RosterField, RosterOwner, RosterRow
from survey.domain.sheet import Certificate, Fixture, Part, Person, Sheet

F = RosterField
R = TypeVar("R", Certificate, Fixture, Part, Person)
MAIN, STORAGE, OWNER, CERT = "main", "storage", "owner", "cert"
OWNER_ROLES = (codes.PersonRole.OWNER,)
WITH_BIRTH = frozenset({codes.IdType.RESIDENT, codes.IdType.HMT_RESIDENCE})

COLUMN_OF: dict[str, RosterField] = {
    "address": F.ADDRESS, "total_floors": F.TOTAL_FLOORS, "floor_no": F.FLOOR, "floor_note": F.FLOOR,
    "tenure_type": F.TENURE, "lease_status": F.LEASE, "title_status": F.CERT_NO, "note": F.REMARK,
    "cert_no": F.CERT_NO, "cert_type": F.CERT_NO, "cert_date": F.CERT_DATE, "cert_area_m2": F.AREA_CERT,
    "area_cert_m2": F.AREA_CERT, "area_cert_inner_m2": F.AREA_INNER, "area_meas_m2": F.AREA_MEAS,
    "use_approved": F.USE, "structure": F.STRUCTURE, "build_year": F.BUILD_YEAR, "quantity": F.AREA_STORAGE,
    "full_name": F.OWNER, "id_no": F.ID_NO, "id_type": F.ID_NO, "sex": F.ID_NO, "birth_date": F.ID_NO,
    "phone": F.PHONE, "share_num": F.SHARE, "share_den": F.SHARE, "hukou_addr": F.HUKOU_ADDR, "deceased": F.OWNER,
}  # fmt: skip
"""Field of a sheet -> the column of a roster that speaks of it."""


def address_of(row: RosterRow) -> str:
    """The address in words: the office's own where it wrote one, else the door's (two doors: 3号楼2单元501室、502室)."""
    if sum("一" <= character <= "鿿" for character in row.address) >= 2:
        return row.address
    first = door_label(*row.door)
    return "、".join((first, *(door_label("", "", room) for room in row.more_rooms)))


def first_sheet(row: RosterRow) -> Sheet:
    """The sheet of a household of which nothing else is known."""
    certificates = tuple(
        Certificate(
            uid=f"{CERT}{number}",
            cert_type=certificate.cert_type,
            cert_no=certificate.cert_no,
            cert_date=certificate.cert_date,
            cert_area_m2=row.area_cert_m2 if len(row.certificates) == 1 else None,
        )
        for number, certificate in enumerate(row.certificates, 1)
    )
    parts: tuple[Part, ...] = ()
    if any(
        (row.area_cert_m2, row.area_cert_inner_m2, row.area_meas_m2, row.use_approved, row.structure, row.build_year)
    ):
        parts = (
            Part(
                uid=MAIN,
                kind=codes.PartKind.MAIN,
                legality=codes.Legality.REGISTERED if certificates else None,
                area_cert_m2=row.area_cert_m2,
                area_cert_inner_m2=row.area_cert_inner_m2,
                area_meas_m2=row.area_meas_m2,
                use_approved=row.use_approved,
                structure=row.structure,
                build_year=row.build_year,
            ),
        )
    fixtures: tuple[Fixture, ...] = ()
    if row.area_storage_m2 is not None:
        fixtures = (Fixture(uid=STORAGE, fixture_kind=codes.FixtureKind.STORAGE_SHED, quantity=row.area_storage_m2),)
    return Sheet(
        address=address_of(row),
        total_floors=row.total_floors,
        floor_no=row.floor_no,
        floor_note=row.floor_note,
        tenure_type=row.tenure_type,
        title_status=codes.TitleStatus.CERTIFIED if certificates else None,
        coown_type=_coown(row.owners),
        lease_status=row.lease_status,
        certificates=certificates,
        parts=parts,
        fixtures=fixtures,
        persons=tuple(_person(number, owner, row) for number, owner in enumerate(row.owners, 1)),
        note=_note(row),
    )


def _coown(owners: Sequence[RosterOwner]) -> codes.Coown | None:
    """按份共有 where every owner has a share of their own; else the roster does not tell."""
    if len(owners) > 1 and all(owner.share_num for owner in owners):
        return codes.Coown.SHARES
    return None


def _note(row: RosterRow) -> str:
    counted = f"花名册户籍人口{row.hukou_count}人" if row.hukou_count is not None else ""
    return "；".join(text for text in (row.note, counted) if text)


@lru_cache(maxsize=4096)
def _birth(digits: str) -> date:
    return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))


def _person(number: int, owner: RosterOwner, row: RosterRow) -> Person:
    sex = birth_date = None
    if owner.id_no and owner.id_type in WITH_BIRTH:
        sex = codes.Sex.MALE if int(owner.id_no[16]) % 2 else codes.Sex.FEMALE
        birth_date = _birth(owner.id_no[6:14])
    return Person(
        uid=f"{OWNER}{number}",
        full_name=owner.full_name,
        roles=OWNER_ROLES,
        id_type=owner.id_type,
        id_no=owner.id_no,
        phone=owner.phone,
        sex=sex,
        birth_date=birth_date,
        share_num=owner.share_num,
        share_den=owner.share_den,
        hukou_addr=row.hukou_addr if number == 1 else "",
        deceased=True if owner.deceased else None,
    )


# --- laid over what is known ----------------------------------------------------------------------------------------

FLAT = ("total_floors", "floor_no", "floor_note", "tenure_type", "title_status", "coown_type", "lease_status", "note")


def overlay(known: Sheet, row: RosterRow) -> Sheet:
    """The known sheet with what the roster says put over it. Blank cells change nothing; people who are no owners stay."""
    said = first_sheet(row)
    values: dict[str, Any] = {name: getattr(said, name) for name in FLAT if getattr(said, name) not in (None, "")}
    if not known.address or said.address == row.address:
        values["address"] = said.address
    if said.certificates:
        matched = [
            (new, next((old for old in known.certificates if old.cert_no == new.cert_no), None))
            for new in said.certificates
        ]
        values["certificates"] = tuple(_renumbered(CERT, [_put(old, new) for new, old in matched], matched))
    if said.parts:
        new = said.parts[0]
        old = next((part for part in known.parts if part.uid == MAIN or part.kind is codes.PartKind.MAIN), None)
        others = tuple(part for part in known.parts if part is not old)
        values["parts"] = (_put(old, new), *others)
    if said.fixtures:
        kept = tuple(fixture for fixture in known.fixtures if fixture.uid != STORAGE)
        old_shed = next((fixture for fixture in known.fixtures if fixture.uid == STORAGE), None)
        values["fixtures"] = (*kept, _put(old_shed, said.fixtures[0]))
    if said.persons:
        values["persons"] = _people(known, said)
    return replace(known, **values)


def _people(known: Sheet, said: Sheet) -> tuple[Person, ...]:
    free = [person for person in known.persons if person.is_owner]
    pairs: list[tuple[Person, Person | None]] = []
    for new in said.persons:
        old = next((person for person in free if new.id_no and person.id_no == new.id_no), None)
        old = old or next(
            (person for person in free if person.full_name == new.full_name and not (person.id_no and new.id_no)),
            None,
        )
        old = old or next((person for person in free if person.full_name == new.full_name), None)
        if old is not None:
            free.remove(old)
        pairs.append((new, old))
    owners = _renumbered(OWNER, [_put(old, new) for new, old in pairs], pairs, (p.uid for p in known.persons))
    others = tuple(person for person in known.persons if not person.is_owner)
    return (*owners, *others)


def _put(old: R | None, new: R) -> R:
    """The old row with the new one's answers put over it; the old one's uid and its other answers stay."""
    if old is None:
        return new
    given = {
        field.name: getattr(new, field.name)
        for field in fields(new)
        if field.name not in ("uid", "roles") and getattr(new, field.name) not in (None, "")
    }
    return replace(old, **given)


def _renumbered(stem: str, rows: list[R], pairs: Sequence[tuple[R, R | None]], known: Iterable[str] = ()) -> list[R]:
    """Rows that are new to the sheet get uids that no other row has or had; a sheet of new rows only is left as it is."""
    taken = {old.uid for _, old in pairs if old is not None} | set(known)
    numbered: list[R] = []
    for row, (_, old) in zip(rows, pairs, strict=True):
        if old is None and row.uid in taken:
            number = 1
            while f"{stem}{number}" in taken:
                number += 1
            row = replace(row, uid=f"{stem}{number}")
        taken.add(row.uid)
        numbered.append(row)
    return numbered
