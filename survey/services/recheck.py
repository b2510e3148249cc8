"""Re-checks (抽查): draws among the households handed in, and what was found when they were asked again.

A draw and a result are records: neither is ever changed. Whoever surveyed a household does not re-check it.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

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
from survey.services.scope import find_membership, household_scope
from survey.services.sheet import lock_household

SEEDS = 2**31
CHUNK = 500


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
    check_recheck(made)
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


def list_draws(actor: User, project: Project) -> list[tuple[RecheckDraw, int, int]]:
    """The draws in which the person sees a household, the newest first, each with how many those are and how many are done."""
    member = find_membership(actor, project.id)
    query = select(RecheckDraw).where(RecheckDraw.project_id == project.id)
    if member is not None and member.role is Role.LEADER:
        query = query.where(or_(RecheckDraw.team_id.is_(None), RecheckDraw.team_id == member.team_id))
    draws = list(db.session.scalars(query.order_by(RecheckDraw.drawn_at.desc(), RecheckDraw.id.desc())))
    counts: dict[UUID, list[int]] = defaultdict(lambda: [0, 0])
    done = (
        select(RecheckResult.id)
        .where(RecheckResult.item_id == RecheckItem.id, RecheckResult.outcome == Outcome.REACHED)
        .correlate(RecheckItem)
        .exists()
    )
    items = (
        select(RecheckItem.draw_id, done)
        .join(Household, Household.id == RecheckItem.household_id)
        .where(RecheckItem.project_id == project.id, household_scope(actor, project.id))
    )
    for draw_id, is_done in db.session.execute(items):
        counts[draw_id][0] += 1
        counts[draw_id][1] += bool(is_done)
    return [(row, counts[row.id][0], counts[row.id][1]) for row in draws if counts[row.id][0]]


def get_draw(actor: User, project: Project, draw_id: UUID) -> RecheckDraw:
    """A draw of which the person sees a household. Raises NotFound."""
    for row, _whole, _done in list_draws(actor, project):
        if row.id == draw_id:
            return row
    raise NotFound


def get_item(household: Household, item_id: UUID) -> RecheckItem:
    """A drawn household's place in its draw. Raises NotFound."""
    item = db.session.get(RecheckItem, item_id)
    if item is None or item.household_id != household.id:
        raise NotFound
    return item


@dataclass(frozen=True, slots=True)
class Checked:
    """A drawn household with the latest result, None before there is one. `is_own`: the reader surveyed it."""

    item: RecheckItem
    household: Household
    surveyors: list[User]
    result: RecheckResult | None
    is_own: bool

    @property
    def differs(self) -> bool:
        return self.result is not None and bool(self.result.differences)


@dataclass(frozen=True, slots=True)
class Recheck:
    """A draw before a reader: its households, and what the answers say together."""

    draw: RecheckDraw
    rows: list[Checked]
    questions: dict[Question, Rate]
    surveyors: list[tuple[User, Rate]]

    @property
    def reached(self) -> int:
        return sum(row.result is not None and row.result.outcome is Outcome.REACHED for row in self.rows)

    @property
    def households(self) -> Rate:
        """In how many of the households that were reached something differs."""
        return Rate(sum(row.differs for row in self.rows), self.reached)


def show_recheck(actor: User, project: Project, row: RecheckDraw) -> Recheck:
    """The households of a draw that the person sees, in the order of their doors, and the rates among them."""
    query = (
        select(RecheckItem, Household)
        .join(Household, Household.id == RecheckItem.household_id)
        .where(RecheckItem.draw_id == row.id, household_scope(actor, project.id))
        .order_by(Household.door_sort, Household.id)
    )
    items = [(item, home) for item, home in db.session.execute(query)]
    latest: dict[UUID, RecheckResult] = {}
    results = (
        select(RecheckResult)
        .join(RecheckItem, RecheckItem.id == RecheckResult.item_id)
        .where(RecheckItem.draw_id == row.id)
        .order_by(RecheckResult.at, RecheckResult.id)
    )
    for result in db.session.scalars(results):
        latest[result.item_id] = result
    wanted = {UUID(each) for item, _home in items for each in item.surveyor_ids}
    people = {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(wanted)))} if wanted else {}
    rows = [
        Checked(
            item, home, [people[UUID(each)] for each in item.surveyor_ids if UUID(each) in people],
            latest.get(item.id), str(actor.id) in item.surveyor_ids,
        )
        for item, home in items
    ]  # fmt: skip
    found = [
        Found(
            tuple(each.item.surveyor_ids),
            {Question(name): Answer(value) for name, value in each.result.answers.items()},
        )
        for each in rows
        if each.result is not None and each.result.outcome is Outcome.REACHED
    ]
    by_surveyor = [(people[UUID(who)], rate) for who, rate in rate_by_surveyor(found).items() if UUID(who) in people]
    by_surveyor.sort(key=lambda pair: (-(pair[1].share or 0), pair[0].display_name, pair[0].id))
    return Recheck(row, rows, rate_by_question(found), by_surveyor)
