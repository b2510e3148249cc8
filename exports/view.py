"""Who reads for an export, of which project, and what they may see; and the one moment that an export shows.

Numbers are masked here and nowhere else in exports, and nothing is read but through the person's scope. Refuses to
start while the session holds unsaved changes: reading begins a transaction of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, TypeCoerce, and_, bindparam, func, select, type_coerce

from survey.domain.access import GRANTS, Permission, Role
from survey.domain.codes import Code
from survey.domain.errors import DomainError
from survey.domain.mask import mask_cert_no, mask_id_no, mask_name, mask_names, mask_numbers, mask_phone
from survey.models import Household, Project, User, db, utc_now
from survey.models.base import Key, reading
from survey.models.crypto import unseal
from survey.services.person import known_names, must_give_reason
from survey.services.scope import find_membership, household_scope, role_in

CHINA = ZoneInfo("Asia/Shanghai")
STREAM = 1000

Item = TypeVar("Item")


def local_today() -> date:
    """Today on the clock of the neighbourhood."""
    return utc_now().astimezone(CHINA).date()


@dataclass(frozen=True, slots=True)
class View:
    """One reader's view of a project.

    actor     None: the command line, which sees the whole project (masked, too)
    granted   the permissions of the reader
    clear     ID numbers and phones in clear: only with ledger.export_clear (one household: person.reveal), a reason, and an audit
              entry that says so
    masked_names  whether names are masked as well (协调员: masked summaries)
    today    the day against which terms are held
    """

    project_id: UUID
    actor: User | None
    granted: frozenset[str]
    clear: bool = False
    masked_names: bool = False
    today: date = field(default_factory=local_today)

    @property
    def scope(self) -> ColumnElement[bool]:
        """The condition under which a household may be read."""
        if self.actor is None:
            return and_(Household.project_id == self.project_id, Household.removed_at.is_(None))
        return household_scope(self.actor, self.project_id)

    def may(self, permission: Permission) -> bool:
        return permission.value in self.granted

    def name(self, text: str) -> str:
        """A person's name, or several joined by 、."""
        if self.masked_names and text:
            return "、".join(mask_name(each) for each in self.text(text).split("、"))
        return self.text(text)

    def text(self, text: str, names: Collection[str] = ()) -> str:
        """What somebody wrote in their own words: without ID numbers and phones, and where names are masked without these."""
        if not text:
            return ""
        text = text if self.clear else mask_numbers(text)
        return mask_names(text, names) if self.masked_names and names else text

    def id_no(self, row: UUID | bytes, sealed: bytes | None) -> str:
        text = unseal("person.id_no", row, sealed)
        return text if self.clear or not text else mask_id_no(text)

    def phone(self, row: UUID | bytes, sealed: bytes | None) -> str:
        text = unseal("person.phone", row, sealed)
        return text if self.clear or not text else mask_phone(text)

    def overdue(self, due: date | None) -> str:
        """逾期 3 天, where a day that is still to be kept is past; else ""."""
        return f"逾期 {(self.today - due).days} 天" if due is not None and due < self.today else ""

    def cert_no(self, text: str) -> str:
        return mask_cert_no(text) if self.masked_names and text else text


def count_households(view: View) -> int:
    """How many households an export for this reader goes through."""
    return db.session.scalar(select(func.count()).select_from(Household).where(view.scope)) or 0


def scope_words(view: View) -> str:
    """Of whom the view tells, where that is not the whole project: 二组 15 栋; "" where it is."""
    member = find_membership(view.actor, view.project_id) if view.actor is not None else None
    if view.actor is None or member is None or member.role not in (Role.SURVEYOR, Role.LEADER):
        return ""
    query = select(func.count(Household.building_id.distinct())).where(view.scope)
    who = member.team.name if member.role is Role.LEADER and member.team else view.actor.display_name
    return f"{who} {db.session.scalar(query) or 0} 栋"


def view_of(
    project: Project, actor: User | None, *, clear: bool = False, reason: str = "", one_household: bool = False
) -> View:
    """The reader's view. Raises DomainError: export.clear_forbidden, export.reason, person.reveal_reason.

    one_household  only one is read: then numbers are shown to whoever may reveal them, by the rules of revealing
    """
    role = role_in(actor, project.id) if actor is not None else None
    if actor is None:
        granted, masked_names = frozenset(Permission), False
    else:
        granted, masked_names = (GRANTS[role] if role else frozenset()), role is Role.COORDINATOR
    needed = Permission.PERSON_REVEAL if one_household else Permission.LEDGER_EXPORT_CLEAR
    if clear and needed not in granted:
        raise DomainError("export.clear_forbidden", "clear")
    if clear and one_household:
        if actor is not None and must_give_reason(role) and not reason.strip():
            raise DomainError("person.reveal_reason", "reason")
    elif clear and len(reason.strip()) < 4:
        raise DomainError("export.reason", "reason")
    return View(project.id, actor, frozenset(each.value for each in granted), clear, masked_names)


@contextmanager
def one_moment() -> Iterator[None]:
    """Read everything as it is at one moment, without keeping writers out.

    SQLite reads from one WAL snapshot, PostgreSQL with REPEATABLE READ: sheets that are read one after the other add
    up although people go on writing. The session's transaction before it must be finished, and is ended afterwards.
    """
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("unsaved changes: commit or roll back before an export")
    with reading():
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield
        else:
            with _small_cache(db.session.connection().connection.driver_connection):
                yield


@contextmanager
def _small_cache(connection: Any) -> Iterator[None]:
    """Keep few pages of an SQLite database meanwhile: who reads everything once gains nothing by many."""
    ((size,),) = connection.execute("PRAGMA cache_size").fetchall()
    connection.execute("PRAGMA cache_size=-8192")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA cache_size={size}")


def stream(query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows of a query, fetched a thousand at a time and never all at once."""
    yield from db.session.execute(query, execution_options={"yield_per": STREAM})


def read(query: Select[*tuple[Any, ...]], keys: Sequence[Any] | None = None) -> Iterable[Any]:
    """The rows of a query of columns, past the session, which would look for objects to make of them.

    keys  for the queries that are made once for many lists of keys (`among`)
    """
    return db.session.connection().execute(query, None if keys is None else {"keys": keys})


def among(column: Any) -> ColumnElement[bool]:
    """The condition that an id is among the keys that `read` is given."""
    return key(column).in_(bindparam("keys", expanding=True))


def key(column: Any) -> TypeCoerce[Any]:
    """An id as the driver gives it (`survey.models.base.Key`)."""
    return type_coerce(column, Key)


def in_order(view: View) -> Iterator[Sequence[Any]]:
    """The households of the view in stairwell order by their keys, a thousand at a time.

    Only they are sorted: a database that sorts whole rows first keeps all of them somewhere.
    """
    query = select(key(Household.id)).where(view.scope).order_by(Household.door_sort, Household.id)
    yield from batches([found for (found,) in read(query)])


def batches(rows: Iterable[Item], size: int = STREAM) -> Iterator[list[Item]]:
    """The rows in lists of at most `size`, so that what belongs to them is fetched once a list."""
    rest = iter(rows)
    while batch := list(islice(rest, size)):
        yield batch


Told = Callable[[str], str]
"""How the reader sees a text about one household."""


def with_words(view: View, rows: Iterable[Item], household: Callable[[Item], UUID]) -> Iterator[tuple[Item, Told]]:
    """Each row, and how the reader sees free texts about its household: the names known there are masked where names are."""
    if not view.masked_names:
        yield from ((row, view.text) for row in rows)
        return
    for batch in batches(rows):
        told = words_of(view, {household(row) for row in batch})
        yield from ((row, told[household(row)]) for row in batch)


def words_of(view: View, households: Collection[UUID]) -> dict[UUID, Told]:
    """How the reader sees free texts about each of these households."""
    if not view.masked_names:
        return dict.fromkeys(households, view.text)
    names: dict[UUID, set[str]] = {each: set() for each in households}
    for each, name in known_names(households):
        names[each].add(name)
    return {each: partial(view.text, names=found) for each, found in names.items()}


def grouped(rows: Iterable[Any]) -> dict[Any, list[Any]]:
    """Rows by their first value, the household's id or key, each list in the order of the rows."""
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(row)
    return found


def local_day(moment: datetime | None) -> date | None:
    """The day on the clock of the neighbourhood."""
    return moment.astimezone(CHINA).date() if moment else None


def local_moment(moment: datetime | None) -> datetime | None:
    """The time on the clock of the neighbourhood, without an offset: what a cell can hold."""
    return moment.astimezone(CHINA).replace(tzinfo=None) if moment else None


def word(code: Code | None) -> str:
    return code.label if code is not None else ""


def coded(code: Code | None) -> Code | str:
    """A code for a column of coded words, which shows its word, and its code where that is asked for."""
    return code if code is not None else ""


def words(codes: type[Code], values: Collection[str] | None) -> str:
    """The words of stored values in the order of the code list."""
    return _words(codes, tuple(values)) if values else ""


@lru_cache(maxsize=1024)
def _words(codes: type[Code], values: tuple[str, ...]) -> str:
    return "、".join(code.label for code in codes if code.value in values)


def joined(texts: Sequence[str]) -> str:
    """Several texts in one cell; empty ones and repetitions left out."""
    if len(texts) == 1:
        return texts[0] or ""
    return "；".join(dict.fromkeys(text for text in texts if text))
