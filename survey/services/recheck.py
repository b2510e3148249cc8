"""Re-checks (抽查): draws among the households handed in, and what was found when they were asked again.

A draw and a result are records: neither is ever changed. Whoever surveyed a household does not re-check it.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select
from sqlalchemy.orm import joinedload

from survey.domain.access import Role
from survey.domain.errors import NotFound
from survey.domain.household import SURVEYED
from survey.domain.rate import Rate
from survey.domain.recheck import (
    Answer,
    Found,
    Outcome,
    Question,
    RecheckMade,
    check_recheck,
    check_rechecker,
    draw,
    rate_by_question,
    rate_by_surveyor,
)
from survey.domain.visit import WORK_DONE
from survey.models import (
    Building,
    Household,
    Project,
    RecheckDraw,
    RecheckItem,
    RecheckResult,
    SheetRow,
    User,
    Visit,
    db,
    new_id,
)
from survey.services import audit
from survey.services.page import page_within
from survey.services.scope import find_membership, household_scope
from survey.services.sheet import lock_household

SEEDS = 2**31
SHOWN = ("todo", "differs", "all")
"""What the households of a draw can be limited to."""
REACHED = RecheckResult.outcome == Outcome.REACHED
"""A household is done with its first result that says it was reached; a door that stayed closed takes nothing back."""


def draw_recheck(
    *, actor: User, project: Project, percent: int, team_id: UUID | None = None, seed: int | None = None
) -> RecheckDraw:
    """Draw so many per cent of the households that are handed in, as far as the person sees them.

    team_id  only among this team's; a leader draws among the own team's whatever is asked
    seed     by which the draw can be repeated; a random one unless given
    Raises DomainError("recheck.nobody").
    """
    member = find_membership(actor, project.id)
    if member is not None and member.role is Role.LEADER:
        team_id = member.team_id
    seed = secrets.randbelow(SEEDS) if seed is None else seed
    population = _population(actor, project, team_id)
    drawn = draw({home: staff for home, (staff, _version) in population.items()}, percent, seed)
    row = RecheckDraw(
        project_id=project.id, team_id=team_id, percent=percent, seed=seed, population=len(population),
        drawn_by_id=actor.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    for home in drawn:
        staff, version = population[home]
        db.session.add(
            RecheckItem(
                draw_id=row.id, project_id=project.id, household_id=home, sheet_version=version,
                surveyor_ids=sorted(str(each) for each in staff),
            )
        )  # fmt: skip
    db.session.flush()
    audit.record(
        actor, "recheck.draw", row,
        {"percent": percent, "seed": str(seed), "population": len(population), "households": len(drawn)},
    )  # fmt: skip
    return row


def _population(actor: User, project: Project, team_id: UUID | None) -> dict[UUID, tuple[frozenset[UUID], int]]:
    """Household -> who worked on its survey, and the version of its sheet."""
    handed_in: list[ColumnElement[bool]] = [
        household_scope(actor, project.id), Household.state.in_(sorted(SURVEYED))
    ]  # fmt: skip
    if team_id is not None:
        handed_in.append(Household.building_id.in_(select(Building.id).where(Building.team_id == team_id)))
    homes = dict(db.session.execute(select(Household.id, Household.sheet_version).where(*handed_in)).all())
    staff: dict[UUID, set[UUID]] = defaultdict(set)
    visits = (
        select(Visit.household_id, Visit.surveyor_1_id, Visit.surveyor_2_id)
        .join(Household, Household.id == Visit.household_id)
        .where(*handed_in, Visit.project_id == project.id, Visit.result.in_(sorted(WORK_DONE)))
    )
    for home, first, second in db.session.execute(visits):
        staff[home] |= {first, second}
    return {home: (frozenset(staff[home]), version) for home, version in homes.items()}


def record_recheck(*, actor: User, item: RecheckItem, made: RecheckMade, key: UUID | None = None) -> RecheckResult:
    """Append what one asking came to.

    key  the id that the page made for the record: what was sent twice is recorded once
    Raises NotFound, DomainError: recheck.own_work, and as `check_recheck`.
    """
    household = lock_household(item.household)
    if key is not None and (known := db.session.get(RecheckResult, key)) is not None:
        if known.item_id != item.id:
            raise NotFound
        return known
    check_rechecker(list_visitors(household), actor.id)
    reached_before = select(RecheckResult.id).where(RecheckResult.item_id == item.id, REACHED).limit(1)
    check_recheck(made, is_reached=db.session.scalar(reached_before) is not None)
    reached = made.outcome is Outcome.REACHED
    answers = dict(made.answers) if reached else {}
    row = RecheckResult(
        id=key or new_id(), project_id=item.project_id, household_id=household.id, item_id=item.id,
        outcome=made.outcome, answers={question.value: answer.value for question, answer in answers.items()},
        differences={
            question.value: made.differences[question].strip()
            for question, answer in answers.items()
            if answer is Answer.DIFFERENT
        },
        note=made.note.strip(), by_id=actor.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "recheck.record", row, {"outcome": made.outcome.value, "different": len(row.differences)})
    return row


def list_visitors(household: Household) -> set[UUID]:
    """Everybody named in a visit of the household, who recorded one, or who saved a version of its sheet."""
    visits = select(Visit.surveyor_1_id, Visit.surveyor_2_id, Visit.recorded_by_id).where(
        Visit.household_id == household.id
    )
    writers = select(SheetRow.saved_by_id).where(
        SheetRow.household_id == household.id, SheetRow.source != "roster", SheetRow.saved_by_id.is_not(None)
    )
    return {who for row in db.session.execute(visits) for who in row} | {
        who for who in db.session.scalars(writers) if who is not None
    }


# --- reading --------------------------------------------------------------------------------------------------------


def _counting(*conditions: ColumnElement[bool]) -> Subquery:
    """The results that count among some items', one of each item that has any: the latest reached, else the latest.

    This is the one rule of what a household's re-check came to, for the list of draws as for the page of one.
    """
    newest = func.row_number().over(
        partition_by=RecheckResult.item_id,
        order_by=(case((REACHED, 0), else_=1), RecheckResult.at.desc(), RecheckResult.id.desc()),
    )
    ranked = (
        select(RecheckResult, newest.label("place"))
        .join(RecheckItem, RecheckItem.id == RecheckResult.item_id)
        .where(*conditions)
        .subquery()
    )
    return select(ranked).where(ranked.c.place == 1).subquery()


def list_draws(actor: User, project: Project) -> list[tuple[RecheckDraw, int, int]]:
    """The draws in which the person sees a household, the newest first, each with how many those are and how many are done."""
    counting = _counting(RecheckItem.project_id == project.id)
    is_done = case((counting.c.outcome == Outcome.REACHED, 1), else_=0)
    sums = (
        select(RecheckItem.draw_id, func.count(), func.sum(is_done))
        .join(Household, Household.id == RecheckItem.household_id)
        .outerjoin(counting, counting.c.item_id == RecheckItem.id)
        .where(RecheckItem.project_id == project.id, household_scope(actor, project.id))
        .group_by(RecheckItem.draw_id)
    )
    counts = {draw_id: (whole, int(done)) for draw_id, whole, done in db.session.execute(sums)}
    query = _draws(actor, project).order_by(RecheckDraw.drawn_at.desc(), RecheckDraw.id.desc())
    return [(row, *counts[row.id]) for row in db.session.scalars(query) if row.id in counts]


def _draws(actor: User, project: Project) -> Select[RecheckDraw]:
    """The draws of a project; for a leader those of the own team and of the whole project."""
    member = find_membership(actor, project.id)
    query = select(RecheckDraw).where(RecheckDraw.project_id == project.id)
    if member is not None and member.role is Role.LEADER:
        query = query.where(or_(RecheckDraw.team_id.is_(None), RecheckDraw.team_id == member.team_id))
    return query


def get_draw(actor: User, project: Project, draw_id: UUID) -> RecheckDraw:
    """A draw of which the person sees a household. Raises NotFound."""
    seen = (
        select(RecheckItem.id)
        .join(Household, Household.id == RecheckItem.household_id)
        .where(RecheckItem.draw_id == draw_id, household_scope(actor, project.id))
    )
    row = db.session.scalar(_draws(actor, project).where(RecheckDraw.id == draw_id, seen.exists()))
    if row is None:
        raise NotFound
    return row


def get_item(household: Household, item_id: UUID) -> RecheckItem:
    """A drawn household's place in its draw. Raises NotFound."""
    item = db.session.get(RecheckItem, item_id)
    if item is None or item.household_id != household.id:
        raise NotFound
    return item


@dataclass(frozen=True, slots=True)
class Checked:
    """A drawn household with the result that counts, None before there is one. `is_own`: the reader surveyed it."""

    item: RecheckItem
    household: Household
    surveyors: list[User]
    result: RecheckResult | None
    is_own: bool

    @property
    def is_done(self) -> bool:
        return self.result is not None and self.result.outcome is Outcome.REACHED

    @property
    def differs(self) -> bool:
        return self.result is not None and bool(self.result.differences)


@dataclass(frozen=True, slots=True)
class Recheck:
    """A draw before a reader: one page of its households, and what the answers of all of them say together.

    counts      of each of `SHOWN`
    households  in how many of the households that were reached something differs
    """

    draw: RecheckDraw
    shown: str
    rows: list[Checked]
    counts: dict[str, int]
    number: int
    pages: int
    households: Rate
    questions: dict[Question, Rate]
    surveyors: list[tuple[User, Rate]]


def show_recheck(
    actor: User, project: Project, row: RecheckDraw, *, shown: str = "", page: int = 1, size: int = 50
) -> Recheck:
    """The households of a draw that the person sees, page by page in the order of their doors, and the rates among them.

    shown  one of `SHOWN`; else what is to do, as long as there is any

    All households are read once, a few narrow columns of them; the rows themselves only of the page.
    """
    counting = _counting(RecheckItem.draw_id == row.id)
    query = (
        select(
            RecheckItem.id, RecheckItem.surveyor_ids, counting.c.id, counting.c.outcome, counting.c.answers,
        )
        .join(Household, Household.id == RecheckItem.household_id)
        .outerjoin(counting, counting.c.item_id == RecheckItem.id)
        .where(RecheckItem.draw_id == row.id, household_scope(actor, project.id))
        .order_by(Household.door_sort, Household.id)
    )  # fmt: skip
    lists: dict[str, list[tuple[UUID, UUID | None]]] = {name: [] for name in SHOWN}
    found: list[Found] = []
    for item_id, staff, result_id, outcome, answers in db.session.execute(query):
        lists["all"].append((item_id, result_id))
        if outcome is not Outcome.REACHED:
            lists["todo"].append((item_id, result_id))
            continue
        told = Found(tuple(staff), {Question(name): Answer(value) for name, value in answers.items()})
        found.append(told)
        if told.differs:
            lists["differs"].append((item_id, result_id))
    if shown not in SHOWN:
        shown = "todo" if lists["todo"] else "all"
    number, pages = page_within(page, len(lists[shown]), size)
    by_surveyor = {UUID(who): rate for who, rate in rate_by_surveyor(found).items()}
    people = _people(by_surveyor)
    rates = [(people[who], rate) for who, rate in by_surveyor.items() if who in people]
    rates.sort(key=lambda pair: (-(pair[1].share or 0), pair[0].display_name, pair[0].id))
    return Recheck(
        row, shown, _checked(actor, lists[shown][(number - 1) * size : number * size]),
        {name: len(each) for name, each in lists.items()}, number, pages,
        Rate(len(lists["differs"]), len(found)), rate_by_question(found), rates,
    )  # fmt: skip


def _checked(actor: User, places: Sequence[tuple[UUID, UUID | None]]) -> list[Checked]:
    """The rows of a page in their order, in three statements for all of them."""
    of_items = select(RecheckItem).where(RecheckItem.id.in_([item_id for item_id, _result in places]))
    of_results = select(RecheckResult).where(RecheckResult.id.in_([result for _item, result in places if result]))
    items = {item.id: item for item in db.session.scalars(of_items.options(joinedload(RecheckItem.household)))}
    results = {result.id: result for result in db.session.scalars(of_results.options(joinedload(RecheckResult.by)))}
    people = _people({UUID(who) for item in items.values() for who in item.surveyor_ids})
    return [
        Checked(
            item, item.household, [people[UUID(who)] for who in item.surveyor_ids if UUID(who) in people],
            results[result_id] if result_id else None, str(actor.id) in item.surveyor_ids,
        )
        for item, result_id in ((items[item_id], result_id) for item_id, result_id in places)
    ]  # fmt: skip


def _people(ids: Collection[UUID]) -> dict[UUID, User]:
    return {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(ids)))} if ids else {}
