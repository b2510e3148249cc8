"""Matters (事项) before a reader: which of them are theirs to see, which were noted, and one page of them with its cases.

What a matter is follows from the records (services.signal, services.quality); here is only who sees it and what was said
of it. Of households that the reader may not see, nothing but their number is told.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import load_only

from survey.domain.access import Role
from survey.domain.codes import Code
from survey.domain.errors import DomainError, NotFound
from survey.domain.matter import Matter
from survey.models import Building, Household, MatterNote, Membership, Project, User, db
from survey.services.page import page_within
from survey.services.register import LISTED
from survey.services.scope import building_scope, find_membership, household_scope

Kind = TypeVar("Kind", bound=Code)
Row = TypeVar("Row", User, Building)
SHOWN = 12
"""Households of one matter that a page names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a reader sees: households, members of staff, buildings; None for all of the project."""

    households: frozenset[UUID] | None = None
    staff: frozenset[UUID] | None = None
    buildings: frozenset[UUID] | None = None

    def shows(self, matter: Matter) -> bool:
        """Whether any of it is the reader's to see: a household, else the building, else the person that it is about."""
        if matter.households:
            return self.households is None or not self.households.isdisjoint(matter.households)
        if matter.building_id is not None:
            return self.buildings is None or matter.building_id in self.buildings
        return self.staff is None or not self.staff.isdisjoint(matter.staff)


def sight_of(actor: User, project_id: UUID, team_id: UUID | None = None) -> Sight:
    """The sight of a reader; with a team, only of what is that team's."""
    member = find_membership(actor, project_id)
    if member is None:
        return Sight(frozenset(), frozenset(), frozenset())
    is_bounded = member.role in (Role.SURVEYOR, Role.LEADER)
    if not is_bounded and team_id is None:
        return Sight()
    homes: list[ColumnElement[bool]] = [household_scope(actor, project_id)]
    blocks: list[ColumnElement[bool]] = [building_scope(actor, project_id)]
    if team_id is not None:
        blocks.append(Building.team_id == team_id)
        homes.append(Household.building_id.in_(select(Building.id).where(Building.team_id == team_id)))
    teams = {each for each in (team_id, member.team_id if is_bounded else None) if each is not None}
    of_team = select(Membership.user_id).where(Membership.project_id == project_id, Membership.team_id.in_(teams))
    return Sight(
        frozenset(db.session.scalars(select(Household.id).where(*homes))),
        frozenset(db.session.scalars(of_team)) if len(teams) == 1 else frozenset(),
        frozenset(db.session.scalars(select(Building.id).where(and_(*blocks)))),
    )


def list_notes(project_id: UUID, kinds: Iterable[Code]) -> dict[UUID, MatterNote]:
    """Matter -> the latest note about it, among matters of some kinds."""
    query = (
        select(MatterNote)
        .where(MatterNote.project_id == project_id, MatterNote.kind.in_([kind.value for kind in kinds]))
        .order_by(MatterNote.at, MatterNote.id)
    )
    return {note.matter_id: note for note in db.session.scalars(query)}


@dataclass(frozen=True, slots=True)
class Sorted:
    """Matters that still want somebody, and those that were noted as they stand."""

    open: list[Matter]
    noted: list[Matter]


def sort_out(project_id: UUID, matters: Iterable[Matter], notes: Mapping[UUID, MatterNote], sight: Sight) -> Sorted:
    """The matters in sight, by whether a note speaks of them as they stand: other facts make it open again."""
    found = Sorted([], [])
    for matter in matters:
        if sight.shows(matter):
            note = notes.get(matter.id_in(project_id)) if notes else None
            (found.noted if note is not None and note.digest == matter.digest else found.open).append(matter)
    return found


@dataclass(frozen=True, slots=True)
class Matters(Generic[Kind]):
    """The matters of a project as one person sees them, kind by kind, and what was said of them."""

    kinds: dict[Kind, Sorted]
    notes: Mapping[UUID, MatterNote]

    @property
    def open(self) -> int:
        return sum(len(each.open) for each in self.kinds.values())

    @property
    def noted(self) -> int:
        return sum(len(each.noted) for each in self.kinds.values())


def list_matters(
    project: Project, kinds: type[Kind], find: Callable[[Project, Kind], Iterable[Matter]], sight: Sight
) -> Matters[Kind]:
    """All matters of some kinds that the sight shows; `find` tells those of one kind in the whole project."""
    notes = list_notes(project.id, kinds)
    return Matters({kind: sort_out(project.id, find(project, kind), notes, sight) for kind in kinds}, notes)


@dataclass(frozen=True, slots=True)
class ShownMatter:
    """A matter with what a page shows of it. `others` are its households that are not named."""

    id: UUID
    matter: Matter
    households: list[Household]
    others: int
    staff: list[User]
    building: Building | None
    note: MatterNote | None


@dataclass(frozen=True, slots=True)
class PageOfMatters:
    rows: list[ShownMatter]
    total: int
    number: int
    pages: int


def page_of(
    actor: User, project: Project, matters: Sequence[Matter], notes: Mapping[UUID, MatterNote], *, page: int, size: int = 20
) -> PageOfMatters:  # fmt: skip
    """One page of matters with their households, as far as the reader may see them, and people."""
    number, pages = page_within(page, len(matters), size)
    return PageOfMatters(
        show_matters(actor, project, matters[(number - 1) * size : number * size], notes), len(matters), number, pages
    )


def show_matters(
    actor: User, project: Project, matters: Sequence[Matter], notes: Mapping[UUID, MatterNote]
) -> list[ShownMatter]:
    """The matters with their households, people and notes, in a few queries for all of them."""
    homes = _homes(actor, project, {each for matter in matters for each in matter.households})
    people = _by_id(User, {each for matter in matters for each in matter.staff})
    buildings = _by_id(Building, {matter.building_id for matter in matters if matter.building_id is not None})
    shown = []
    for matter in matters:
        matter_id = matter.id_in(project.id)
        seen = sorted((homes[each] for each in matter.households if each in homes), key=lambda home: home.door_sort)
        seen = seen[:SHOWN]
        staff = [people[each] for each in matter.staff if each in people]
        building = buildings.get(matter.building_id) if matter.building_id else None
        others = len(matter.households) - len(seen)
        shown.append(ShownMatter(matter_id, matter, seen, others, staff, building, notes.get(matter_id)))
    return shown


def _homes(actor: User, project: Project, ids: Collection[UUID]) -> dict[UUID, Household]:
    scope = household_scope(actor, project.id)
    found: dict[UUID, Household] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        query = (
            select(Household)
            .where(scope, Household.id.in_(wanted[start : start + 500]))
            .options(load_only(*LISTED, Household.address))
        )
        found |= {home.id: home for home in db.session.scalars(query)}
    return found


def _by_id(model: type[Row], ids: Collection[UUID]) -> dict[UUID, Row]:
    return {row.id: row for row in db.session.scalars(select(model).where(model.id.in_(sorted(ids))))} if ids else {}


def keep_note(
    *, by: User, project: Project, matters: Iterable[Matter], matter_id: UUID, digest: str, text: str, check: Callable[[Matter], None]
) -> MatterNote:  # fmt: skip
    """Append a note about one of the matters in the person's sight, as it stands; part of an act that writes the log.

    digest  of the facts that the person had before them
    check   what else may refuse it
    Raises NotFound, DomainError("matter.changed") where the facts are others by now, and what `check` raises.
    """
    sight = sight_of(by, project.id)
    matter = next((each for each in matters if each.id_in(project.id) == matter_id and sight.shows(each)), None)
    if matter is None:
        raise NotFound
    if matter.digest != digest:
        raise DomainError("matter.changed")
    check(matter)
    note = MatterNote(
        project_id=project.id,
        kind=matter.kind.value,
        matter_id=matter_id,
        digest=digest,
        text=text.strip(),
        by_id=by.id,
    )
    db.session.add(note)
    db.session.flush()
    return note
