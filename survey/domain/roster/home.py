"""The cells of one line into one home: its place, its owners, its facts, and a fault for each cell that cannot be used.

A line whose place or owner's number cannot be read with certainty is refused (an error); a fact that can be found at the
door is left out with a warning, for that is what the survey is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from survey.domain import codes
from survey.domain.errors import DomainError
from survey.domain.identity import check_cert_no
from survey.domain.roster import cells
from survey.domain.roster.door import building_of, place_of, unit_of
from survey.domain.roster.record import Cell, Fault, RosterCertificate, RosterField, RosterOwner, RosterRow, Severity

F = RosterField
T = TypeVar("T")
Values = Mapping[RosterField, Cell]


@dataclass(slots=True)
class Surroundings:
    """Where a line stands: its sheet, the columns that exist, the building that the sheet is about.

    covered  fields whose cell is covered by a merged cell that began above
    fault    is told what is wrong with the field of this line
    """

    sheet: str
    today: date
    columns: frozenset[RosterField]
    sheet_building: str
    leads_with_building: bool
    fault: Callable[[RosterField | None, Fault], None]
    row: int = 0
    covered: frozenset[RosterField] = frozenset()


def warning(code: str, **params: object) -> Fault:
    return Fault(code, Severity.WARNING, tuple(params.items()))


def read_home(value: Values, section: tuple[str, str], at: Surroundings) -> RosterRow:
    """The home that a line tells. Where its place cannot be told, the door is ("", "", "") and an error has been raised."""
    fault = at.fault
    building, unit, rooms = _place(value, section, at)
    floor_no, floor_note = None, ""
    if F.FLOOR in value:
        (floor_no, floor_note), wrong = cells.floor(value[F.FLOOR])
        if wrong:
            fault(F.FLOOR, wrong)
    if floor_no is None and not floor_note and rooms and rooms[0].isdigit() and len(rooms[0]) in (3, 4):
        floor_no = int(rooms[0][:-2]) or None
    total_floors = _take(F.TOTAL_FLOORS, value, cells.whole, fault)
    if total_floors is not None and floor_no is not None and floor_no > total_floors:
        name = F.FLOOR if F.FLOOR in value else F.TOTAL_FLOORS
        fault(name, warning("roster.floor_above", floor=floor_no, total=total_floors))
    owners = _owners(value, fault)
    if not owners and F.OWNER in at.columns:
        fault(F.OWNER, warning("roster.owner_missing"))
    area = _take(F.AREA_CERT, value, cells.area_m2, fault)
    if F.AREA_CERT in at.columns and F.AREA_CERT not in at.covered and cells.is_blank(value.get(F.AREA_CERT)):
        fault(F.AREA_CERT, warning("roster.area_missing"))
    inner = _take(F.AREA_INNER, value, cells.area_m2, fault)
    if area is not None and inner is not None and inner > area:
        fault(F.AREA_INNER, warning("roster.inner_larger"))
    cert_date = build_year = None
    if F.CERT_DATE in value:
        cert_date, wrong = cells.day(value[F.CERT_DATE], at.today)
        if wrong:
            fault(F.CERT_DATE, wrong)
    if F.BUILD_YEAR in value:
        build_year, wrong = cells.build_year(value[F.BUILD_YEAR], at.today)
        if wrong:
            fault(F.BUILD_YEAR, wrong)
    if cert_date and build_year and build_year > cert_date.year:
        fault(F.BUILD_YEAR, warning("roster.built_after_title"))
    return RosterRow(
        sheet=at.sheet,
        row=at.row,
        building_no=building,
        unit_no=unit,
        room_no=rooms[0] if rooms else "",
        more_rooms=rooms[1:],
        floor_no=floor_no,
        floor_note=floor_note,
        total_floors=total_floors,
        address=cells.value_text(value.get(F.ADDRESS))[:200],
        owners=owners,
        certificates=_certificates(value, cert_date, fault),
        area_cert_m2=area,
        area_cert_inner_m2=inner,
        area_meas_m2=_take(F.AREA_MEAS, value, cells.area_m2, fault),
        area_storage_m2=_storage(value, fault),
        use_approved=_take_word(F.USE, value, cells.use, fault),
        structure=_take_word(F.STRUCTURE, value, cells.structure, fault),
        build_year=build_year,
        tenure_type=_take_word(F.TENURE, value, cells.tenure, fault),
        hukou_addr=cells.value_text(value.get(F.HUKOU_ADDR))[:200],
        hukou_count=_take(F.HUKOU_COUNT, value, cells.whole, fault),
        lease_status=_take(F.LEASE, value, cells.lease, fault),
        note=cells.value_text(value.get(F.REMARK))[:500],
    )


Report = Callable[[RosterField | None, Fault], None]


def _take(
    name: RosterField, value: Values, read: Callable[[Cell], tuple[T | None, Fault | None]], fault: Report
) -> T | None:
    if name not in value:
        return None
    found, wrong = read(value[name])
    if wrong:
        fault(name, wrong)
    return found


def _take_word(
    name: RosterField, value: Values, read: Callable[[str], tuple[T | None, Fault | None]], fault: Report
) -> T | None:
    if name not in value:
        return None
    found, wrong = read(cells.value_text(value[name]))
    if wrong:
        fault(name, wrong)
    return found


def _storage(value: Values, fault: Report) -> Decimal | None:
    """The storeroom's area; a bare `有`, or nothing, is no area and no fault."""
    cell = value.get(F.AREA_STORAGE)
    if cell is None or cell == 0 or (isinstance(cell, str) and cell.strip() in cells.YES_WORDS | cells.NO_WORDS):
        return None
    return _take(F.AREA_STORAGE, value, cells.area_m2, fault)


# --- the place ------------------------------------------------------------------------------------------------------


def _place(value: Values, section: tuple[str, str], at: Surroundings) -> tuple[str, str, tuple[str, ...]]:
    nowhere = ("", "", ())
    building = unit = ""
    try:
        where = F.BUILDING
        text = _place_text(F.BUILDING, value)
        building = building_of(text) if text else section[0] or at.sheet_building
        where = F.UNIT
        text = _place_text(F.UNIT, value)
        unit = unit_of(text) if text else section[1]
        where = F.ROOM
        room_text = _place_text(F.ROOM, value)
        where = F.ADDRESS
        address = _place_text(F.ADDRESS, value)
        if not room_text and not address:
            at.fault(F.ROOM if F.ROOM in at.columns else F.ADDRESS, Fault("roster.room_missing"))
            return nowhere
        if room_text:
            where = F.ROOM
            building, unit, rooms = place_of(room_text, building, unit, at.leads_with_building)
            if address and (not building or not unit):
                building, unit = _rest_of_place(address, building, unit, rooms, at)
        else:
            building, unit, rooms = place_of(address, building, unit, at.leads_with_building)
    except DomainError as error:
        at.fault(where, Fault(error.code, params=tuple(error.params.items())))
        return nowhere
    if not building:
        at.fault(F.BUILDING if F.BUILDING in at.columns else where, Fault("roster.building_missing"))
        return nowhere
    return building, unit, rooms


def _place_text(name: RosterField, value: Values) -> str:
    cell = value.get(name)
    if cell is None or cells.is_blank(cell):
        return ""
    if isinstance(cell, date):
        raise DomainError("roster.became_date", value=cells.text_of(cell))
    return cells.text_of(cell)


def _rest_of_place(address: str, building: str, unit: str, rooms: tuple[str, ...], at: Surroundings) -> tuple[str, str]:
    """Building and unit from the address where the columns do not tell them. An address of free text tells nothing."""
    try:
        found_building, found_unit, found_rooms = place_of(address, building, unit, at.leads_with_building)
    except DomainError:
        return building, unit
    if found_rooms != rooms:
        at.fault(F.ADDRESS, warning("roster.address_differs"))
        return building, unit
    return building or found_building, unit or found_unit


# --- owners and certificates ----------------------------------------------------------------------------------------


def _owners(value: Values, fault: Report) -> tuple[RosterOwner, ...]:
    named = cells.names(cells.text_of(value[F.OWNER])) if F.OWNER in value else ()
    numbers = cells.id_numbers(value[F.ID_NO]) if F.ID_NO in value else []
    for _, _, wrong in numbers:
        if wrong:
            fault(F.ID_NO, wrong)
    phones: list[str] = []
    if F.PHONE in value:
        phones, wrong = cells.phones(value[F.PHONE])
        if wrong:
            fault(F.PHONE, wrong)
    if numbers and len(numbers) > len(named):
        fault(F.ID_NO, Fault("roster.more_ids", params=(("names", len(named)), ("ids", len(numbers)))))
    elif numbers and len(numbers) < len(named):
        fault(F.ID_NO, warning("roster.fewer_ids", names=len(named), ids=len(numbers)))
    if F.CO_OWNER in value and (others := cells.names(cells.text_of(value[F.CO_OWNER]))):
        more = cells.id_numbers(value[F.CO_OWNER_ID]) if F.CO_OWNER_ID in value else []
        for _, _, wrong in more:
            if wrong:
                fault(F.CO_OWNER_ID, wrong)
        if len(more) > len(others):
            fault(F.CO_OWNER_ID, Fault("roster.more_ids", params=(("names", len(others)), ("ids", len(more)))))
        numbers = [*numbers[: len(named)], *[("", None, None)] * (len(named) - len(numbers)), *more]
        named += others
    if not named:
        return ()
    if len(named) == 1 and len(numbers) <= 1 and len(phones) <= 1 and F.SHARE not in value:
        number, kind, _ = numbers[0] if numbers else ("", None, None)
        name, deceased = named[0]
        return (RosterOwner(name, number, kind, phones[0] if phones else "", deceased=deceased),)
    if len(phones) > max(1, len(named)):
        fault(F.PHONE, warning("roster.more_phones", count=len(named)))
    shares = _shares(value, len(named), fault)
    seen: set[str] = set()
    owners: list[RosterOwner] = []
    for position, (name, deceased) in enumerate(named):
        number, kind, _ = numbers[position] if position < len(numbers) else ("", None, None)
        if number and number in seen:
            fault(F.ID_NO, Fault("roster.id_twice"))
        seen.add(number)
        phone = phones[position] if position < len(phones) else ""
        owners.append(RosterOwner(name, number, kind, phone, *shares[position], deceased=deceased))
    return tuple(owners)


def _shares(value: Values, count: int, fault: Report) -> list[tuple[int | None, int | None]]:
    """The share of each owner. One fraction for several owners counts for each when that makes a whole, else for none."""
    none: list[tuple[int | None, int | None]] = [(None, None)] * count
    text = cells.value_text(value.get(F.SHARE))
    if not text:
        return none
    pieces = [piece for piece in text.replace("，", "、").replace(",", "、").replace("；", "、").split("、") if piece]
    found: list[tuple[int, int]] = []
    for piece in pieces:
        fraction, wrong = cells.share(piece)
        if wrong:
            fault(F.SHARE, wrong)
            return none
        if fraction:
            found.append(fraction)
    if len(found) == 1 and count > 1 and found[0][0] * count == found[0][1]:
        found *= count
    if not found:
        return none
    if len(found) != count:
        fault(F.SHARE, warning("roster.share_count", shares=len(found), names=count))
        return none
    return [*found]


def _certificates(value: Values, cert_date: date | None, fault: Report) -> tuple[RosterCertificate, ...]:
    if F.CERT_NO not in value:
        return ()
    found = cells.certificate_numbers(cells.text_of(value[F.CERT_NO]))
    for number, kind in found:
        if kind is codes.CertType.REALTY:
            try:
                check_cert_no(number, kind)
            except DomainError as error:
                fault(F.CERT_NO, Fault(error.code, Severity.WARNING))
    return tuple(RosterCertificate(number, kind, cert_date) for number, kind in found)
