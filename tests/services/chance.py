"""A project in which things happen at random, through the services that pages and tablets call: for properties."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from sqlalchemy.orm import Query

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.door import door_sort
from survey.domain.errors import DomainError
from survey.domain.household import Action, actions_from
from survey.domain.sheet import to_pairs
from survey.domain.visit import VisitMade
from survey.models import Building, Door, Household, Project, Round, User, db, utc_now
from survey.services import building as buildings
from survey.services import policy
from survey.services.briefing import Told, record_briefing
from survey.services.consent import Word, record_consent
from survey.services.household import take_step
from survey.services.policy import version_in_force
from survey.services.round import close_round, list_open_rounds, open_round
from survey.services.sheet import save_sheet
from survey.services.visit import record_visit
from tests import factories


class Chance:
    """Staff and buildings of a project; `act` does one thing that may be done, or nothing where it was refused."""

    def __init__(self, project: Project, seed: int) -> None:
        self.project, self.random = project, Random(seed)
        self.team = factories.team(project)
        self.office, self.leader = (
            factories.member(project, Role.OFFICE),
            factories.member(project, Role.LEADER, team=self.team),
        )
        self.surveyors = [factories.member(project, Role.SURVEYOR) for _ in range(3)]
        for number in range(6):
            self.add_household(number)
        self.surveyor_of_a_stairwell()
        db.session.commit()

    def surveyor_of_a_stairwell(self) -> None:
        one, two, _rest = self.surveyors
        first, *_others = self.buildings().order_by(Building.no).all()
        first.team_id = self.team.id
        factories.assign(one, *db.session.query(Household).filter_by(building_id=first.id))
        last = self.buildings().order_by(Building.no.desc()).first()
        assert last is not None
        buildings.assign(actor=self.office, building=last, users=[two], unit_no="2")

    def buildings(self) -> Query[Building]:
        return db.session.query(Building).filter_by(project_id=self.project.id)

    def add_household(self, number: int) -> None:
        door = f"{1 + number % 3}-{self.random.choice('12')}-{number + 1}01"
        sheet = None
        if self.random.random() < 0.8:
            chosen = self.random.choice
            sheet = factories.sheet(
                seizure=chosen((codes.TriState.YES, codes.TriState.NO)), mortgage=chosen((codes.TriState.YES, codes.TriState.NO)),
                title_status=chosen((codes.TitleStatus.CERTIFIED, codes.TitleStatus.DISPUTED)),
                lease_status=chosen((codes.Lease.OWNER_LIVES, codes.Lease.VACANT)),
                persons=(factories.person(number=number + 1, deceased=chosen((True, None)), heir_note="未办继承"),),
            )  # fmt: skip
        factories.household(self.project, door, sheet, self.office)

    def act(self) -> None:
        """One random act and its commit; what was refused is rolled back."""
        act = self.random.choices(
            (
                self.visit,
                self.step,
                self.brief,
                self.consent,
                self.rewrite,
                self.open_or_close,
                self.publish,
                self.move,
                self.attach,
                self.detach,
            ),
            (8, 8, 4, 5, 3, 1, 1, 1, 2, 1),
        )[0]
        try:
            act()
            db.session.commit()
        except DomainError:
            db.session.rollback()

    def any_household(self) -> Household:
        here = db.session.query(Household).filter_by(project_id=self.project.id, removed_at=None)
        rows = here.order_by(Household.dossier_no).all()
        return self.random.choice(rows)

    def moment(self) -> datetime:
        """Some morning of the last three weeks."""
        day = utc_now() - timedelta(days=self.random.randrange(1, 20))
        return day.replace(hour=2, minute=self.random.randrange(60))

    def visit(self) -> None:
        pair = self.random.sample(self.surveyors, 2)
        at, result = self.moment(), self.random.choice(tuple(codes.VisitResult))
        after = at + timedelta(days=1) if result is codes.VisitResult.RESCHEDULED else None
        made = VisitMade(pair[0].id, pair[1].id, at, at + timedelta(minutes=9), result, after, "说明")
        record_visit(actor=pair[0], household=self.any_household(), made=made)

    def step(self) -> None:
        household = self.any_household()
        actions = [
            each
            for each in actions_from(household.state)
            if each not in (Action.START, Action.SAVE, Action.CORRECT, Action.AMEND)
        ]
        action = self.random.choice(actions or [Action.SUBMIT])
        actor = self.leader if "group" in action.value else self.random.choice([self.office, *self.surveyors])
        take_step(actor=actor, household=household, action=action, reason="请核对")

    def brief(self) -> None:
        version = version_in_force(self.project)
        if version is not None:
            told = Told(held_at=self.moment() + timedelta(days=1), form=codes.BriefingForm.AT_HOME, points=[0],
                        understood=codes.Understood.YES)  # fmt: skip
            record_briefing(actor=self.office, household=self.any_household(), version=version, told=told, recipient="张伟",
                            now=utc_now() + timedelta(days=2))  # fmt: skip

    def publish(self) -> None:
        listed = policy.list_policies(self.project.id)
        if not listed:
            made = policy.create_policy(actor=self.office, project=self.project, title="方案", text="一", points=["一"])
            policy.publish(actor=self.office, version=made.versions[0])
        else:
            version = policy.start_version(actor=self.office, policy=listed[0])
            policy.edit_draft(
                actor=self.office, version=version, title="方案", text="二", points=["一"], change_note="改"
            )
            policy.publish(actor=self.office, version=version)

    def open_or_close(self) -> None:
        running = list_open_rounds(self.project.id)
        if running and self.random.random() < 0.3:
            close_round(actor=self.office, round_=running[0])
        else:
            open_round(actor=self.office, project=self.project, kind=codes.RoundKind.RENEWAL, title="征询", threshold_num=2,
                       threshold_den=3)  # fmt: skip

    def consent(self) -> None:
        running: list[Round] = list_open_rounds(self.project.id)
        household = self.any_household()
        if running and household.persons:
            choice = self.random.choice((codes.Choice.AGREE, codes.Choice.AGREE, codes.Choice.DISAGREE))
            record_consent(
                actor=self.surveyors[0], household=household, round_=running[0],
                word=Word(person_id=household.persons[0].id, choice=choice, given_at=utc_now(), channel=codes.Channel.IN_PERSON,
                          reasons=(codes.WillReason.PLACE,), change_reason="改变主意", unbriefed_reason="已口头说明"),
            )  # fmt: skip

    def rewrite(self) -> None:
        household = self.any_household()
        number = self.random.randrange(20, 900)
        sheet = factories.sheet(seizure=codes.TriState.NO, persons=(factories.person(number=number),))
        save_sheet(actor=self.office, household=household, base=household.sheet_version, pairs=to_pairs(sheet))

    def move(self) -> None:
        """A household is removed, or another one made."""
        if self.random.random() < 0.5:
            household = self.any_household()
            household.removed_at = utc_now()
        else:
            self.add_household(self.random.randrange(10, 60))

    def attach(self) -> None:
        """A household gets the door of a lower stairwell, and with it another stairwell; or a neighbour's, if it may."""
        household = self.any_household()
        room = f"{self.random.randrange(1, 90)}09"
        if self.random.random() < 0.3:
            other = self.any_household().doors[0]
            unit, room = other.unit_no, other.room_no
        else:
            unit = self.random.choice("01")
            if buildings.find_door(household.building, unit, room) is None:
                sort = door_sort(household.building.no, unit, room, None)
                db.session.add(Door(building_id=household.building_id, unit_no=unit, room_no=room, sort=sort))
                db.session.flush()
        buildings.attach_door(actor=self.office, household=household, unit_no=unit, room_no=room)

    def detach(self) -> None:
        household = self.any_household()
        door = self.random.choice(household.doors)
        buildings.detach_door(actor=self.office, household=household, door_id=door.id)


def people(chance: Chance) -> list[User]:
    return [chance.office, chance.leader, *chance.surveyors]
