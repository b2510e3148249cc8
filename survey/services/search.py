"""The one search box: the index terms of a household, and the search over them.

Every token of a query must fit (`survey.domain.search.parse`); a search sees only what the person may see, shows numbers
masked, and says why each household was found. Whole ID numbers and phones are found by the keyed hashes of `person`,
doors by the register of doors, dossier numbers by themselves, everything else by `search_term`.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, literal, or_, select

from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.identity import normal_id, normal_phone
from survey.domain.mask import mask_cert_no, mask_id_no, mask_name, mask_phone
from survey.domain.name import name_pieces, normal_text
from survey.domain.search import (
    LAST,
    LONGEST_PIECE,
    Clue,
    ClueKind,
    Query,
    Token,
    cert_key,
    cert_terms,
    door_terms,
    id_last_term,
    name_cover,
    name_terms,
    parse,
    phone_last_term,
    pinyin_terms,
    room_term,
)
from survey.models import Building, CertificateRow, Door, Household, PartRow, PersonRow, Project, SearchTerm, User, db
from survey.models.crypto import keyed_hash, ring, unseal
from survey.services import audit
from survey.services.pinyin import syllables
from survey.services.scope import household_scope, role_in

MOST = 200
"""More households than this are not counted: the person is asked for another word."""
SHOWN = 30
MANY = 400
"""A token that fits more households than this is not what the search begins with, if there is a choice."""
BULK = 500
NARROW_ROLES = frozenset({Role.SURVEYOR, Role.LEADER})
MASKED_ROLES = frozenset({Role.COORDINATOR, Role.AUDITOR})


# --- the index -----------------------------------------------------------------------------------------------------


def search_terms(
    *,
    project_id: UUID,
    doors: Iterable[str],
    names: Iterable[str],
    id_numbers: Iterable[str],
    phones: Iterable[str],
    cert_numbers: Iterable[str],
) -> set[int]:
    """The keys of the terms by which a household is found. `doors` are written 3-2-501."""
    project = project_id.hex
    index_key = ring().index_key
    keys: set[int] = set()
    for name in names:
        keys |= _name_keys(index_key, project, name)
    for door in doors:
        keys.update(_open_key(index_key, project, term) for term in door_terms(door))
    for number in cert_numbers:
        keys.update(term_key(project, term) for term in cert_terms(number))
    last = [*map(id_last_term, id_numbers), *map(phone_last_term, phones)]
    keys.update(term_key(project, term) for term in last if term is not None)
    return keys


def term_key(project: str, term: str) -> int:
    """The key of a term: 64 bits of a keyed hash, as the signed integer that both databases hold.

    project  the project's id in hex: the same word has another key in another project
    """
    return int.from_bytes(keyed_hash("search", f"{project}\0{term}")[:8], "big", signed=True)


@lru_cache(maxsize=65536)
def _open_key(index_key: bytes, project: str, term: str) -> int:
    """`term_key` for terms that are no secret, remembered: the same surnames and rooms come again and again."""
    return term_key(project, term)


@lru_cache(maxsize=16384)
def _name_keys(index_key: bytes, project: str, name: str) -> frozenset[int]:
    terms = name_terms(name) | pinyin_terms(syllables(name))
    return frozenset(_open_key(index_key, project, term) for term in terms)


def bind_terms(dialect: str, found: Iterable[tuple[UUID, Iterable[int]]]) -> list[tuple[int, Any]]:
    """The terms of households as rows of the table, in its order: each finds its place beside the one before."""
    if dialect == "sqlite":
        return sorted([(term, key) for household, terms in found for key in [household.bytes] for term in terms])
    return sorted([(term, household) for household, terms in found for term in terms])


def insert_terms(connection: Connection, rows: list[tuple[int, Any]]) -> None:
    """Insert rows that `bind_terms` made for this database; many at once by its own fast way."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("INSERT INTO search_term (term, household_id) VALUES (?, ?)", rows)
        return
    if len(rows) < BULK:
        connection.execute(insert(SearchTerm), [{"term": term, "household_id": household} for term, household in rows])
        return
    cursor: Any = connection.connection.cursor()
    with cursor.copy("COPY search_term (term, household_id) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(["int8", "uuid"])
        for row in rows:
            copy.write_row(row)


# --- the search ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Why:
    """One reason for which a household was found. `text` is masked where it is a number."""

    kind: ClueKind
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A household that fits, with the reasons. `owner_names` are masked for those who only look on."""

    household_id: UUID
    dossier_no: str
    door_text: str
    state: HouseholdState
    owner_names: str
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    total    how many households fit, at most MOST
    is_more  there are more than MOST: `total` is a lower bound and the order is not that of the doors
    hits     the first of them, those with the whole name first, then in stairwell order
    """

    query: Query
    total: int = 0
    is_more: bool = False
    hits: tuple[Hit, ...] = ()


def search(*, actor: User, project: Project, text: str, shown: int = SHOWN) -> Found:
    """The households of the project that the person may see and that answer to every token of the text."""
    query = parse(text)
    if not query.tokens:
        return Found(query)
    role = role_in(actor, project.id)
    rows = _find(actor, project, role, query.tokens)
    names = {clue.value for token in query.tokens for clue in token.clues if clue.kind is ClueKind.NAME}

    def rank(row: Any) -> tuple[bool, str, UUID]:
        whole = names and not names.isdisjoint(normal_text(name) for name in row.owner_names.split("、"))
        return (not whole, row.door_sort, row.id)

    first = sorted(rows[:MOST], key=rank)[:shown]
    hits = _hits(first, query.tokens, role in MASKED_ROLES)
    return Found(query, min(len(rows), MOST), len(rows) > MOST, hits)


def search_noted(*, actor: User, project: Project, text: str, shown: int = SHOWN) -> Found:
    """`search` for a text that holds a whole ID number: the search is noted in the log, the number is not."""
    found = search(actor=actor, project=project, text=text, shown=shown)
    audit.record(
        actor, "search.show", project, {"by": ClueKind.ID_NO.value, "found": found.total}, project_id=project.id
    )
    return found


COLUMNS = (
    Household.id,
    Household.door_sort,
    Household.owner_names,
    Household.dossier_no,
    Household.door_text,
    Household.state,
)


@dataclass(frozen=True, slots=True)
class _Project:
    """What the conditions need to know of the project: its id, its code, and the buildings that were named."""

    id: UUID
    code: str
    buildings: dict[str, UUID]

    def key(self, term: str) -> int:
        return term_key(self.id.hex, term)


def _find(actor: User, project: Project, role: Role | None, tokens: Sequence[Token]) -> list[Any]:
    """Up to MOST + 1 households. The search begins with the rarest token, or with the doors of a narrow scope."""
    named = {clue.door[0] for token in tokens for clue in token.clues if clue.door[0]}
    buildings = (
        select(Building.no, Building.id).where(Building.project_id == project.id, Building.no.in_(sorted(named)))
    )  # fmt: skip
    known: dict[str, UUID] = dict(iter(db.session.execute(buildings))) if named else {}
    here = _Project(project.id, project.code, known)
    clues = [[clue for clue in token.clues if not clue.door[0] or clue.door[0] in known] for token in tokens]
    if not all(clues):
        return []
    scope = household_scope(actor, project.id)
    is_narrow = role in NARROW_ROLES
    counts = _counts(here, clues) if len(clues) > 1 or is_narrow else [0]
    start = min(range(len(clues)), key=counts.__getitem__)
    if is_narrow and counts[start] > MANY:
        fits = [_condition(here, each, Household.id) for each in clues]
        query = select(*COLUMNS).where(scope, *fits).order_by(Household.door_sort, Household.id).limit(MOST + 1)
        return list(db.session.execute(query))
    others = sorted((each for place, each in enumerate(clues) if place != start), key=partial(_cost, here))
    found: dict[UUID, Any] = {}
    for clue in clues[start]:
        driver = _households(here, clue).subquery()
        fits = [_condition(here, each, driver.c.household_id) for each in others]
        query = (
            select(*COLUMNS)
            .join(driver, driver.c.household_id == Household.id)
            .where(*fits, scope)
            .order_by(driver.c.household_id)
            .limit(MOST + 1)
        )
        found.update((row.id, row) for row in db.session.execute(query))
    return [found[key] for key in sorted(found)]


def _cost(here: _Project, clues: Sequence[Clue]) -> int:
    """What asks the index of terms alone is asked first: it spares the look into other tables for most households."""
    return sum(not _keys(here, clue) or bool(clue.door[1]) for clue in clues)


def _counts(here: _Project, clues: Sequence[Sequence[Clue]]) -> list[int]:
    """How many households each token fits, roughly: nothing is counted where one can only fit a few."""
    rare = [place for place, each in enumerate(clues) if all(map(_is_rare, each))]
    if rare:
        return [0 if place == rare[0] else MANY for place in range(len(clues))]
    sums = []
    for each in clues:
        parts = [_households(here, clue).limit(MANY + 1).subquery() for clue in each]
        counts = [select(func.count()).select_from(part).scalar_subquery() for part in parts]
        sums.append(reduce(operator.add, counts))
    return list(db.session.execute(select(*sums)).one())


def _is_rare(clue: Clue) -> bool:
    """Whether a clue fits no more households than a building has."""
    if clue.kind is ClueKind.DOOR:
        return bool(clue.door[0])
    if clue.kind is ClueKind.CERT_NO:
        return len(clue.value) > LAST
    return clue.kind in (ClueKind.ID_NO, ClueKind.PHONE, ClueKind.DOSSIER)


def _households(here: _Project, clue: Clue) -> Select[UUID]:
    """The ids of the households that answer to a clue, each once."""
    keys = _keys(here, clue)
    if keys:
        other = [_has_term(key, SearchTerm.household_id) for key in keys[1:]]
        if clue.door[1]:
            other.append(_has_door(here, clue, SearchTerm.household_id))
        return select(SearchTerm.household_id).where(SearchTerm.term == keys[0], *other)
    if clue.kind in (ClueKind.ID_NO, ClueKind.PHONE):
        return select(PersonRow.household_id).where(_is_person(here, clue)).distinct()
    if clue.kind is ClueKind.DOSSIER:
        return select(Household.id.label("household_id")).where(_is_dossier(here, clue))
    doors: Any = select(Door.household_id).where(*_is_door(here, clue), Door.household_id.is_not(None)).distinct()
    if not clue.door[0]:
        doors = doors.join(Building).where(Building.project_id == here.id)
    return cast("Select[UUID]", doors)


def _condition(here: _Project, clues: Sequence[Clue], household: Any) -> ColumnElement[bool]:
    """Whether one household answers to one of the clues of a token."""
    cheapest_first = sorted(clues, key=lambda clue: _cost(here, [clue]))
    return or_(*(_fits(here, clue, household) for clue in cheapest_first))


def _fits(here: _Project, clue: Clue, household: Any) -> ColumnElement[bool]:
    keys = _keys(here, clue)
    if keys:
        terms = [_has_term(key, household) for key in keys]
        return and_(*terms, _has_door(here, clue, household)) if clue.door[1] else and_(*terms)
    if clue.kind in (ClueKind.ID_NO, ClueKind.PHONE):
        return exists(
            select(literal(1))
            .where(PersonRow.household_id == household, _is_person(here, clue))
            .correlate_except(PersonRow)
        )
    if clue.kind is ClueKind.DOSSIER:
        other = Household.__table__.alias()
        dossiers: ColumnElement[bool] = household.in_(select(other.c.id).where(_is_dossier(here, clue, other.c)))
        return dossiers
    return _has_door(here, clue, household)


def _keys(here: _Project, clue: Clue) -> list[int]:
    """The keys of all terms that a clue asks for; none when it is not found by terms."""
    if clue.kind is ClueKind.NAME:
        return [here.key(f"n:{piece}") for piece in name_cover(clue.value)]
    if clue.kind is ClueKind.DOOR:
        return [here.key(room_term(clue.door[2], clue.door[1]))] if clue.door[2] and not clue.door[0] else []
    letter = LETTERS.get(clue.kind)
    return [here.key(f"{letter}:{clue.value}")] if letter else []


LETTERS = {
    ClueKind.INITIALS: "p",
    ClueKind.PINYIN: "y",
    ClueKind.ID_LAST: "i",
    ClueKind.PHONE_LAST: "t",
    ClueKind.CERT_NO: "c",
}


def _has_term(key: int, household: Any) -> ColumnElement[bool]:
    other = SearchTerm.__table__.alias()
    return exists(
        select(literal(1)).where(other.c.term == key, other.c.household_id == household).correlate_except(other)
    )


def _is_person(here: _Project, clue: Clue) -> ColumnElement[bool]:
    if clue.kind is ClueKind.ID_NO:
        return and_(PersonRow.project_id == here.id, PersonRow.id_hash == keyed_hash("id", clue.value))
    return and_(PersonRow.project_id == here.id, PersonRow.phone_hash == keyed_hash("phone", clue.value))


def _is_dossier(here: _Project, clue: Clue, household: Any = Household) -> ColumnElement[bool]:
    numbers = {clue.value, f"{here.code}-{clue.value}"}
    return and_(household.project_id == here.id, household.dossier_no.in_(sorted(numbers)))


def _is_door(here: _Project, clue: Clue) -> list[ColumnElement[bool]]:
    building, unit, room = clue.door
    wanted: list[ColumnElement[bool]] = []
    if building:
        wanted.append(Door.building_id == here.buildings[building])
    if unit:
        wanted.append(Door.unit_no == unit)
    if room:
        wanted.append(Door.room_no == room)
    return wanted


def _has_door(here: _Project, clue: Clue, household: Any) -> ColumnElement[bool]:
    return exists(
        select(literal(1)).where(Door.household_id == household, *_is_door(here, clue)).correlate_except(Door)
    )


# --- why -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Answers:
    """What the households on the page have, to say why they were found."""

    persons: list[tuple[str, str, str]]
    certificates: list[str]
    doors: list[tuple[str, str, str]]
    dossier_no: str


def _hits(rows: Sequence[Any], tokens: Sequence[Token], masked: bool) -> tuple[Hit, ...]:
    """The households in this order, each with the reasons for which it was found."""
    if not rows:
        return ()
    ids = [row.id for row in rows]
    answers = {row.id: _Answers([], [], [], row.dossier_no) for row in rows}
    kinds = {clue.kind for token in tokens for clue in token.clues}
    with_numbers = bool(kinds & {ClueKind.ID_NO, ClueKind.ID_LAST, ClueKind.PHONE, ClueKind.PHONE_LAST})
    if kinds & _FROM_PERSON:
        person = (PersonRow.household_id, PersonRow.id, PersonRow.full_name)
        sealed = (PersonRow.id_no_sealed, PersonRow.phone_sealed) if with_numbers else (literal(None), literal(None))
        for household_id, row, name, id_no, phone in db.session.execute(
            select(*person, *sealed).where(PersonRow.household_id.in_(ids)).order_by(PersonRow.position)
        ):
            answers[household_id].persons.append(
                (name, unseal("person.id_no", row, id_no), unseal("person.phone", row, phone))
            )
    if ClueKind.CERT_NO in kinds:
        for model, number in ((CertificateRow, CertificateRow.cert_no), (PartRow, PartRow.part_cert_no)):
            for household_id, text in db.session.execute(
                select(model.household_id, number)
                .where(model.household_id.in_(ids), number != "")
                .order_by(model.position)
            ):
                answers[household_id].certificates.append(text)
    if ClueKind.DOOR in kinds:
        doors: Any = (
            select(Door.household_id, Building.no, Door.unit_no, Door.room_no)
            .join(Building)
            .where(Door.household_id.in_(ids))
            .order_by(Door.sort)
        )
        for household_id, *door in db.session.execute(doors):
            answers[household_id].doors.append((door[0], door[1], door[2]))
    return tuple(
        Hit(
            row.id,
            row.dossier_no,
            row.door_text,
            row.state,
            "、".join(map(mask_name, row.owner_names.split("、"))) if masked else row.owner_names,
            _reasons(answers[row.id], tokens, masked),
        )
        for row in rows
    )


def _reasons(answers: _Answers, tokens: Sequence[Token], masked: bool) -> tuple[Why, ...]:
    found: dict[Why, None] = {}
    for clue in (clue for token in tokens for clue in token.clues):
        for text in _matches(answers, clue, masked):
            found[Why(clue.kind, text)] = None
    return tuple(found)


def _matches(answers: _Answers, clue: Clue, masked: bool) -> list[str]:
    """What of the household answers to a clue, masked as it is shown."""
    if clue.kind in _FROM_PERSON:
        return [
            text
            for name, id_no, phone in answers.persons
            if (text := _person_match(clue, name, id_no, phone, masked)) is not None
        ]
    if clue.kind is ClueKind.CERT_NO:
        wanted = f"c:{clue.value}"
        return [
            mask_cert_no(number) if masked else cert_key(number)
            for number in answers.certificates
            if wanted in cert_terms(number)
        ]
    if clue.kind is ClueKind.DOSSIER:
        number = answers.dossier_no
        return [number] if number == clue.value or number.endswith(f"-{clue.value}") else []
    return [
        "-".join(part for part in door if part)
        for door in answers.doors
        if all(not wanted or wanted == part for wanted, part in zip(clue.door, door, strict=True))
    ]


_FROM_PERSON = frozenset(
    {
        ClueKind.NAME,
        ClueKind.INITIALS,
        ClueKind.PINYIN,
        ClueKind.ID_NO,
        ClueKind.ID_LAST,
        ClueKind.PHONE,
        ClueKind.PHONE_LAST,
    }
)


def _person_match(clue: Clue, name: str, id_no: str, phone: str, masked: bool) -> str | None:
    shown = mask_name(name) if masked else name
    if clue.kind is ClueKind.NAME:
        pieces = set(name_pieces(clue.value, LONGEST_PIECE))
        return shown if pieces <= set(name_pieces(name, LONGEST_PIECE)) else None
    if clue.kind in (ClueKind.INITIALS, ClueKind.PINYIN):
        prefix = "p" if clue.kind is ClueKind.INITIALS else "y"
        return shown if f"{prefix}:{clue.value}" in pinyin_terms(syllables(name)) else None
    if clue.kind in (ClueKind.ID_NO, ClueKind.ID_LAST):
        number = normal_id(id_no)
        fits = number == clue.value if clue.kind is ClueKind.ID_NO else id_last_term(id_no) == f"i:{clue.value}"
        return f"{shown} {mask_id_no(number)}" if fits and number else None
    number = normal_phone(phone)
    fits = number == clue.value if clue.kind is ClueKind.PHONE else number[-LAST:] == clue.value
    return f"{shown} {mask_phone(phone)}" if fits and number else None
