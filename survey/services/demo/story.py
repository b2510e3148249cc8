"""The demo's story: 25 days of work by 28 people, day by day, through the services that people use."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.check import Severity
from survey.domain.delivery import DeliveryGiven
from survey.domain.door import DoorRef, door_sort, dossier_no, natural_key
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import Part, Reason, Sheet, replace_rows, to_pairs
from survey.domain.signature import SignatureGiven
from survey.domain.visit import VisitMade
from survey.models import Building, Household, PolicyVersion, Project, Round, Team, User, db, new_id
from survey.models.base import at
from survey.services import account, audit
from survey.services import building as buildings
from survey.services import project as projects
from survey.services.briefing import Told, record_briefing
from survey.services.consent import Word, record_consent
from survey.services.delivery import record_delivery
from survey.services.demo.control import add_cases
from survey.services.demo.neighbourhood import Block, Home, make_homes
from survey.services.demo.office import do_office_work
from survey.services.document import Prepared, prepare
from survey.services.household import check_household, take_step
from survey.services.policy import create_policy, edit_draft, publish, start_version
from survey.services.request import RequestGiven, accept_request, answer_request, close_request, record_request
from survey.services.round import open_round
from survey.services.serial import take_serial
from survey.services.sheet import current_sheet, save_sheet
from survey.services.sheet.bulk import FirstSheet, save_first_sheets
from survey.services.signature import record_signature
from survey.services.standing import list_voices
from survey.services.visit import record_visit

CHINA = ZoneInfo("Asia/Shanghai")
DAYS = 25
SECOND_VERSION, ROUND_OPENS = 16, 6
PAIRS = 14
UNUSABLE = "!"
SURVEYORS = (
    "王建国 李秀兰 张海涛 刘晓燕 陈志强 杨丽娜 赵永平 黄雪梅 周文斌 吴佳慧 徐立新 孙玉玲 胡宗海 朱明霞 "
    "高振华 林小红 何国梁 郭静怡 马德胜 罗春燕 梁伟东 宋雅琴 郑光明 谢玉洁 韩玉峰 唐秋菊 冯志远 于晓彤"
).split()
LEADERS = ("曹志刚", "许红霞", "邓立群", "彭玉华")
RETURN_REASONS = (
    "实测面积与证载相差较大，请复核后写明原因",
    "家庭成员出生日期请与户口簿核对",
    "缺少房屋证件照片",
    "租赁情况未写明到期日",
)
POLICY_TEXT = """颐园小区改造补偿安置政策要点

一、改造范围
颐园小区全部住宅楼及附属用房，以公布的征收范围红线图为准。

二、补偿方式
被征收人可以选择货币补偿，也可以选择产权调换，还可以两种方式结合。选择产权调换的，提供改建地段或者就近地段的房屋。

三、面积认定
以不动产登记簿或者房屋权属证书记载的面积为准；对面积有异议的，可以申请复测。未经登记的建筑由有关部门依法调查、认定和处理。

四、搬迁与过渡
搬迁费、临时安置费按公布的标准发放。自行过渡的按月发放临时安置费；也可以申请周转用房。

五、公平公开
调查结果在征收范围内公布。对调查登记结果有异议的，可以在公布之日起提出，由项目办复核并书面答复。"""
POINTS = (
    "改造范围与时间安排",
    "货币补偿与产权调换怎样选",
    "面积怎样认定、怎样申请复测",
    "搬迁费与临时安置费",
    "有异议怎样提出",
)
QUESTIONS = (
    ("阁楼没有证，给不给算面积？", "未登记的建筑由有关部门先调查认定，结论会书面告知。"),
    ("选产权调换能不能回迁原地？", "旧城区改建选择产权调换的，提供改建地段或者就近地段的房屋。"),
    ("老人行动不便，签字能不能上门？", "可以，上门办理，两名工作人员同行。"),
    ("过渡期有多长？", "以公布的方案为准，超期的临时安置费另有规定。"),
)


@dataclass(slots=True)
class _Door:
    """A household of the demo with what would be found behind its door."""

    household_id: UUID
    home: Home
    due: date | None = None
    tries: int = 0


@dataclass(slots=True)
class _Pair:
    users: tuple[User, User]
    team: Team
    queue: list[_Door] = field(default_factory=list)


@dataclass(slots=True)
class Demo:
    """What was made: the project, and the accounts to show with (user, password), one a role.

    surveyors  the pair of which the first is shown
    """

    project: Project
    accounts: list[tuple[str, User, str]]
    households: int
    office: User
    surveyors: tuple[User, User]


def make_demo(
    *,
    code: str = "DEMO",
    households: int = 1700,
    seed: int = 1,
    now: datetime | None = None,
    folder: Path,
    progress: Callable[[str], None] = lambda _text: None,
) -> Demo:
    """A project half-way through its survey. Raises DomainError project.code_taken.

    folder  where documents are kept
    seed  the same seed makes the same neighbourhood; days are counted back from now
    """
    now = (now or datetime.now(CHINA)).astimezone(CHINA)
    story = _Story(random.Random(seed * 7919), now, folder)
    with at(story.moment(0, 8, 0)):
        story.found(code)
        progress("生成楼栋和住户…")
        count = story.settle(make_homes(seed, households))
    for day in range(DAYS + 1):
        progress(f"第 {day + 1} 天，共 {DAYS + 1} 天…")
        story.live(day)
        db.session.commit()
        db.session.expire_all()
    with at(now - timedelta(minutes=20)):
        do_office_work(
            office=story.office, second=story.other_office, street=story.street, project=story.project, today=now.date()
        )
        db.session.commit()
    add_cases(office=story.office, second=story.other_office, project=story.project, now=now)
    db.session.commit()
    return Demo(story.project, story.accounts, count, story.office, story.pairs[0].users)


class _Story:
    """The days of the demo. Day 0 is the first; day `DAYS` is today."""

    def __init__(self, rng: random.Random, now: datetime, folder: Path) -> None:
        self.rng = rng
        self.folder = folder
        self.pages = 0
        self.now = now
        self.first = now.date() - timedelta(days=DAYS)
        self.pairs: list[_Pair] = []
        self.leaders: dict[UUID, User] = {}
        self.doors: dict[UUID, _Door] = {}
        self.accounts: list[tuple[str, User, str]] = []
        self.round: Round | None = None
        self.version: PolicyVersion | None = None
        self.to_check: dict[UUID, int] = {}  # submitted household -> day
        self.to_approve: dict[UUID, int] = {}
        self.to_mend: dict[UUID, int] = {}
        self.approved: list[tuple[UUID, int]] = []

    def moment(self, day: int, hour: int, minute: int) -> datetime:
        return datetime.combine(self.first + timedelta(days=day), time(hour, minute), CHINA)

    # --- the founding ----------------------------------------------------------------------------------------------

    def found(self, code: str) -> None:
        self.project = projects.create_project(
            actor=None, code=code, name="颐园小区改造项目（演示）", admin_code="370502", subdistrict="胜利街道",
            community="颐园社区", office_name="颐园小区改造项目办公室", office_phone="120-0000-0000",
            office_address="颐园小区物业楼一楼", survey_from=self.first, survey_until=self.first + timedelta(days=50),
            settings={"document_word": "颐园"},
        )  # fmt: skip
        self.office = self._account("office", "沈志远", Role.OFFICE)
        self.other_office = self._account("", "蒋文静", Role.OFFICE)
        self.street = self._account("coordinator", "袁立新", Role.COORDINATOR)
        self._account("auditor", "傅正清", Role.AUDITOR)
        self._account("admin", "系统管理员", None)
        teams = [projects.create_team(actor=self.office, project=self.project, name=f"第{n}组") for n in "一二三四"]
        for team, name in zip(teams, LEADERS, strict=True):
            leader = self._account("leader" if team is teams[0] else "", name, Role.LEADER, team)
            self.leaders[team.id] = leader
        for number in range(PAIRS):
            team = teams[number % len(teams)]
            names = SURVEYORS[number * 2], SURVEYORS[number * 2 + 1]
            users = (
                self._account("surveyor" if number == 0 else "", names[0], Role.SURVEYOR, team),
                self._account("", names[1], Role.SURVEYOR, team),
            )
            self.pairs.append(_Pair(users, team))
        self.policy = create_policy(
            actor=self.office,
            project=self.project,
            title="颐园小区改造补偿安置政策要点",
            text=POLICY_TEXT,
            points=POINTS,
        )
        self.version = publish(actor=self.office, version=self.policy.versions[0])

    def _account(self, show_as: str, name: str, role: Role | None, team: Team | None = None) -> User:
        """An account. Those that are shown get a random password; the others cannot sign in until they are given one."""
        number = len(db.session.new) + self.rng.randrange(10**6)
        username = f"{self.project.code.lower()}-{show_as or f'w{number:06d}'}"
        if show_as:
            password = account.make_password()
            user = account.create_user(
                actor=None, username=username, display_name=name, password=password, staff_no=f"YY{number % 1000:03d}",
                is_admin=role is None,
            )  # fmt: skip
            self.accounts.append((role.label if role else "系统管理", user, password))
        else:
            user = User(username=username, display_name=name, password_hash=UNUSABLE, staff_no=f"YY{number % 1000:03d}")
            db.session.add(user)
            db.session.flush()
        if role is not None:
            account.set_membership(actor=None, project=self.project, user=user, role=role, team=team)
        return user

    def settle(self, neighbourhood: Iterator[tuple[Block, list[Home]]]) -> int:
        """Write the buildings and the first sheets as a roster would, and give the buildings to the pairs."""
        count = 0
        for number, (block, homes) in enumerate(neighbourhood):
            pair = self.pairs[number % PAIRS]
            building = buildings.create_building(
                actor=self.office, project=self.project, no=block.no, address=block.address,
                total_floors=block.floors, team=pair.team,
            )  # fmt: skip
            items, doors = self._first_sheets(building, homes)
            count += save_first_sheets(actor=self.office, items=items)
            pair.queue.extend(doors)
            buildings.assign(actor=self.leaders[pair.team.id], building=building, users=pair.users)
        audit.record(self.office, "roster.import", self.project, {"created": count})
        return count

    def _first_sheets(self, building: Building, homes: Sequence[Home]) -> tuple[list[FirstSheet], list[_Door]]:
        items: list[FirstSheet] = []
        made: list[_Door] = []
        taken: set[str] = set()
        for index, home in enumerate(homes):
            if f"{home.unit_no}-{home.room_no}" in taken:
                continue
            rooms = [home.room_no]
            if home.oddity == "joined" and index + 1 < len(homes):
                rooms.append(homes[index + 1].room_no)
                taken.add(f"{home.unit_no}-{homes[index + 1].room_no}")
                home = _joined(home, homes[index + 1])
            household_id = new_id()
            refs = [DoorRef(building.no, home.unit_no, room) for room in rooms]
            serial = take_serial(self.project.id, f"dossier:{building.no}:{home.unit_no}")
            sorts = [door_sort(building.no, home.unit_no, room, home.floor_no) for room in rooms]
            values = {
                "id": household_id, "project_id": self.project.id, "building_id": building.id,
                "dossier_no": dossier_no(self.project.code, building.no, home.unit_no, serial),
                "unit_no": home.unit_no, "door_sort": sorts[0],
            }  # fmt: skip
            doors = [
                {"id": new_id(), "building_id": building.id, "household_id": household_id, "unit_no": home.unit_no,
                 "floor_no": home.floor_no, "room_no": room, "sort": sort}
                for room, sort in zip(rooms, sorts, strict=True)
            ]  # fmt: skip
            texts = tuple(ref.short for ref in refs)
            items.append(FirstSheet(values, doors, texts, home.roster))
            entry = _Door(household_id, home)
            made.append(entry)
            self.doors[household_id] = entry
        return items, made

    # --- the days --------------------------------------------------------------------------------------------------

    def live(self, day: int) -> None:
        """One day: news from the office, visits by every pair, reviews by leaders and office."""
        if day == SECOND_VERSION:
            self._new_version(day)
        if day == ROUND_OPENS:
            with at(self.moment(day, 8, 30)):
                self.round = open_round(
                    actor=self.office, project=self.project, kind=codes.RoundKind.SOUNDING, title="摸底意愿征询",
                    question="您是否同意对颐园小区实施改造？", policy_id=self.policy.id, threshold_num=2, threshold_den=3,
                )  # fmt: skip
        last = self.now - timedelta(minutes=40)
        for pair in self.pairs:
            self._walk(pair, day, last)
        if day < DAYS:
            self._review(day)

    def _new_version(self, day: int) -> None:
        with at(self.moment(day, 8, 0)):
            draft = start_version(actor=self.office, policy=self.policy)
            text = POLICY_TEXT + "\n\n六、困难家庭\n低保、重度残疾和独居老人家庭由专人上门办理，优先安排周转用房。"
            edit_draft(
                actor=self.office, version=draft, title=self.policy.title, text=text,
                points=[*POINTS, "困难家庭怎样照顾"], change_note="增加困难家庭照顾措施",
            )  # fmt: skip
            self.version = publish(actor=self.office, version=draft)

    def _walk(self, pair: _Pair, day: int, last: datetime) -> None:
        """The pair's round of a day: appointments that are due, then the next doors in stairwell order."""
        today = self.first + timedelta(days=day)
        due = [door for door in pair.queue if door.due is not None and door.due <= today]
        fresh = [door for door in pair.queue if door.due is None]
        hour, minute = 8, 30 + self.rng.randrange(20)
        free_at = self.moment(day, 8, 0)
        for door in (due + fresh)[: self.rng.choice((4, 5, 5, 6))]:
            started = max(self.moment(day, hour, minute % 60), free_at)
            length = self.rng.choice((18, 25, 35, 45))
            free_at = started + timedelta(minutes=length + 5)
            if free_at > last or started.hour > 18:
                return
            self._visit(pair, door, day, started, length)
            hour += 1 if hour != 11 else 3
            minute = self.rng.randrange(60)
            if hour > 18:
                return

    def _visit(self, pair: _Pair, door: _Door, day: int, started: datetime, length: int) -> None:
        household = db.session.get_one(Household, door.household_id)
        result, back_in = self._result(door)
        door.tries += 1
        if result in (codes.VisitResult.NOBODY_HOME, codes.VisitResult.TENANT_ONLY):
            length = 4
        ended = started + timedelta(minutes=length)
        appointment = None
        if result is codes.VisitResult.RESCHEDULED:
            appointment = self.moment(day + (back_in or 1), self.rng.choice((9, 10, 15, 17)), 0)
        door.due = self.first + timedelta(days=day + back_in) if back_in else None
        if back_in is None:
            pair.queue.remove(door)
        with at(ended):
            record_visit(
                actor=pair.users[0], household=household,
                made=VisitMade(
                    surveyor_1_id=pair.users[0].id, surveyor_2_id=pair.users[1].id, started_at=started, ended_at=ended,
                    result=result, next_visit_at=appointment, note=_note(result),
                ),
            )  # fmt: skip
            if result in (codes.VisitResult.DONE, codes.VisitResult.PARTIAL):
                self._survey(pair, household, door.home, day, ended, whole=result is codes.VisitResult.DONE)
            if self.rng.random() < 0.25 and door.tries == 1:
                self._deliver(pair.users, household, door.home, ended)

    def _result(self, door: _Door) -> tuple[codes.VisitResult, int | None]:
        """What the visit comes to, and after how many days to come back (None: no need)."""
        R, rng = codes.VisitResult, self.rng  # noqa: N806
        if door.home.oddity == "refuses":
            return R.REFUSED, None if door.tries else 6
        if door.home.oddity == "vacant" and rng.random() < 0.7:
            return R.VACANT, None if door.tries else 9
        roll = rng.random()
        if roll < 0.20 and door.tries < 3:
            return R.NOBODY_HOME, rng.choice((1, 2, 3))
        if roll < 0.26:
            return R.RESCHEDULED, rng.choice((1, 1, 2, 3))
        if roll < 0.30 and door.home.found.lease_status is codes.Lease.RENTED:
            return R.TENANT_ONLY, 4
        if roll < 0.38:
            return R.PARTIAL, 3
        return R.DONE, None

    def _survey(
        self, pair: _Pair, household: Household, home: Home, day: int, moment: datetime, *, whole: bool
    ) -> None:
        """At the door: the policy is explained, the sheet filled, and if there is time, submitted and agreed to."""
        rng, actor = self.rng, pair.users[0]
        recipient = next((p.full_name for p in home.found.persons if p.lives_here), home.found.persons[0].full_name)
        assert self.version is not None
        points = range(len(self.version.points)) if whole else range(3)
        told = Told(
            held_at=moment - timedelta(minutes=2), form=codes.BriefingForm.AT_HOME, points=tuple(points),
            understood=rng.choices((codes.Understood.YES, codes.Understood.PARTLY), (9, 1))[0],
            questions=(rng.choice(QUESTIONS),) if rng.random() < 0.4 else (), materials="政策明白纸", receipt=recipient,
        )  # fmt: skip
        record_briefing(actor=actor, household=household, version=self.version, told=told, recipient=recipient)
        sheet = home.found if whole else replace(home.found, comp_mode=None, desired_layouts=(), renewal_will=None)
        save_sheet(actor=actor, household=household, base=household.sheet_version, pairs=to_pairs(sheet))
        if whole:
            self._explain_warnings(actor, household)
            take_step(actor=actor, household=household, action=Action.SUBMIT)
            self.to_check[household.id] = day
        if whole and self.round is not None and rng.random() < 0.8:
            self._consents(actor, household, home.found, moment)
        if rng.random() < 0.06:
            self._request(actor, household, recipient, moment)

    def _explain_warnings(self, actor: User, household: Household) -> None:
        """Write a reason to each warning, as the person at the door would."""
        warnings = [each for each in check_household(household) if each.severity is Severity.WARNING]
        if not warnings:
            return
        sheet = current_sheet(household)
        reasons = [Reason(uid=each.key, text="已与权利人当面核对，情况属实，另附现场照片") for each in warnings]
        save_sheet(
            actor=actor, household=household, base=household.sheet_version,
            pairs=to_pairs(replace_rows(sheet, reasons=reasons)),
        )  # fmt: skip

    def _consents(self, actor: User, household: Household, found: Sheet, moment: datetime) -> None:
        wills = {codes.Will.AGREE: codes.Choice.AGREE, codes.Will.CONDITIONAL: codes.Choice.CONDITIONAL,
                 codes.Will.DISAGREE: codes.Choice.DISAGREE}  # fmt: skip
        choice = wills.get(found.renewal_will) if found.renewal_will else None
        assert self.round is not None
        for voice in list_voices(household):
            person_id = voice.person_id
            if choice is None or voice.deceased or not isinstance(person_id, UUID) or self.rng.random() < 0.06:
                continue
            agent = next((p for p in household.persons if codes.PersonRole.AGENT.value in p.roles), None)
            reasons: tuple[codes.WillReason, ...] = ()
            if choice in (codes.Choice.CONDITIONAL, codes.Choice.DISAGREE):
                reasons = found.will_reason or (codes.WillReason.COMPENSATION,)
            word = Word(
                person_id=person_id, choice=choice, given_at=moment,
                channel=codes.Channel.PROXY if agent else codes.Channel.IN_PERSON, reasons=reasons,
                agent_id=agent.id if agent else None,
            )  # fmt: skip
            record_consent(actor=actor, household=household, round_=self.round, word=word)

    def _request(self, actor: User, household: Household, name: str, moment: datetime) -> None:
        kind, content = self.rng.choice(
            (
                (codes.RequestKind.AREA, "证载面积比实际少，要求复测。"),
                (codes.RequestKind.COMPENSATION, "希望按市场价评估，并说明评估机构怎样选。"),
                (codes.RequestKind.HARDSHIP, "独居，行动不便，希望有人帮助搬家。"),
                (codes.RequestKind.RESETTLEMENT, "希望安置在一楼，方便老人出入。"),
            )
        )
        source = self.rng.choice(tuple(codes.RequestSource)[:3])
        given = RequestGiven(received_on=moment.date(), person_name=name, kind=kind, content=content, source=source)
        row = record_request(actor=actor, household=household, given=given, today=moment.date())
        if self.rng.random() < 0.6:
            later = min(moment + timedelta(days=self.rng.choice((1, 2, 4))), self.now - timedelta(minutes=5))
            with at(later):
                accept_request(
                    actor=self.office, request=row, accepted_on=later.date(), handler="蒋文静", today=later.date()
                )
                if self.rng.random() < 0.6:
                    answer_request(
                        actor=self.office, request=row, reply="已派测绘人员联系，三日内上门；结果书面告知。",
                        replied_on=later.date(), handler="蒋文静", today=later.date(),
                        channel=codes.Channel.PHONE, satisfaction=self.rng.choice(tuple(codes.Satisfaction)),
                    )  # fmt: skip
                    close_request(actor=self.office, request=row)

    def _deliver(self, servers: tuple[User, User], household: Household, home: Home, moment: datetime) -> None:
        actor, second = servers
        given = DeliveryGiven(
            notice="入户调查通知书", paper="survey-notice", server=actor.display_name, second_server=second.display_name,
            method=codes.DeliveryMethod.DIRECT, served_at=moment, place=home.found.address,
            recipient=home.found.persons[0].full_name, recipient_relation="本人",
        )  # fmt: skip
        record_delivery(actor=actor, household=household, given=given, now=moment)

    # --- reviews -----------------------------------------------------------------------------------------------------

    def _review(self, day: int) -> None:
        """In the evening leaders check, the office approves, returned dossiers are mended, approved ones signed."""
        rng = self.rng
        for household_id in [key for key, since in self.to_mend.items() if since < day]:
            household = db.session.get_one(Household, household_id)
            actor = self._surveyor_of(household)
            sheet = replace(current_sheet(household), note="已按退回意见核对并改正")
            with at(self.moment(day, 18, rng.randrange(50))):
                save_sheet(actor=actor, household=household, base=household.sheet_version, pairs=to_pairs(sheet))
                take_step(actor=actor, household=household, action=Action.SUBMIT)
            del self.to_mend[household_id]
            self.to_check[household_id] = day
        for household_id in [key for key, since in self.to_check.items() if since < day and rng.random() < 0.75]:
            household = db.session.get_one(Household, household_id)
            del self.to_check[household_id]
            with at(self.moment(day, 19, rng.randrange(50))):
                team_id = household.building.team_id
                assert team_id is not None
                good = rng.random() > 0.08
                action = Action.GROUP_PASS if good else Action.GROUP_RETURN
                reason = "" if good else rng.choice(RETURN_REASONS)
                take_step(actor=self.leaders[team_id], household=household, action=action, reason=reason)
            (self.to_approve if good else self.to_mend)[household_id] = day
        for household_id in [key for key, since in self.to_approve.items() if since < day and rng.random() < 0.7]:
            household = db.session.get_one(Household, household_id)
            del self.to_approve[household_id]
            with at(self.moment(day, 20, rng.randrange(50))):
                good = rng.random() > 0.04
                action = Action.APPROVE if good else Action.OFFICE_RETURN
                reason = "" if good else rng.choice(RETURN_REASONS)
                take_step(actor=self.other_office, household=household, action=action, reason=reason)
            if good:
                self.approved.append((household_id, day))
            else:
                self.to_mend[household_id] = day
        waiting, self.approved = self.approved, []
        for household_id, since in waiting:
            if since < day - 2 and rng.random() < 0.3:
                self._sign(household_id, day)
            else:
                self.approved.append((household_id, since))

    def _sign(self, household_id: UUID, day: int) -> None:
        household = db.session.get_one(Household, household_id)
        moment = self.moment(day, 17, self.rng.randrange(50))
        found = self.doors[household_id].home.found
        refused = self.rng.random() < 0.04
        signer = next((person for person in found.persons if not person.deceased), found.persons[0])
        with at(moment):
            given = SignatureGiven(
                signer_role=codes.SignerRole.RESPONDENT, signer_name=signer.full_name, signed_at=moment,
                refused=refused, refuse_reason="要求先看到评估结果" if refused else "",
                witness="颐园社区居委会工作人员" if refused else "", has_evidence=True,
            )  # fmt: skip
            record_signature(
                actor=self._surveyor_of(household), household=household, given=given, now=moment,
                evidence=self._page(), folder=self.folder,
            )  # fmt: skip
            take_step(actor=self.office, household=household, action=Action.CONFIRM)
            if self.rng.random() < 0.4:
                take_step(actor=self.office, household=household, action=Action.FINALISE)
        assert household.state in (HouseholdState.CONFIRMED, HouseholdState.FINAL)

    def _page(self) -> Prepared:
        """The scan of a signed page, each its own; but the second is that of the first, as happens by a slip."""
        self.pages += 1
        if self.pages == 1:
            self.first_page = prepare(signed_page(1))
        return self.first_page if self.pages <= 2 else prepare(signed_page(self.pages))

    def _surveyor_of(self, household: Household) -> User:
        index = int(natural_key(household.building.no)) - 1
        return self.pairs[index % PAIRS].users[0]


def _joined(one: Home, two: Home) -> Home:
    """Two flats knocked into one (打通): one household, two doors, the second flat as a part of its own."""
    other = two.found.parts[0]
    part = Part(uid="main2", kind=codes.PartKind.MAIN, legality=other.legality, area_cert_m2=other.area_cert_m2,
                area_meas_m2=other.area_cert_m2, use_approved=other.use_approved, use_actual=other.use_actual,
                structure=other.structure, build_year=other.build_year, part_note=f"与{two.room_no}室打通")  # fmt: skip
    found = replace_rows(one.found, parts=(*one.found.parts, part))
    note = f"{one.room_no}室与{two.room_no}室打通为一户"
    return replace(one, found=replace(found, note=note), roster=replace(one.roster, note=note))


def signed_page(number: int = 1) -> bytes:
    """A picture that stands for the scan of a signed page: ruled lines and a stroke of its own, with nothing to read on it."""
    hand = random.Random(number)
    picture = Image.new("RGB", (620, 877), "white")
    draw = ImageDraw.Draw(picture)
    for top in range(90, 700, 40):
        draw.line((60, top, 560, top), fill=(200, 200, 200), width=2)
    stroke = [(left, hand.randrange(740, 800)) for left in range(360, 530, 34)]
    draw.line(stroke, fill=(30, 30, 90), width=4)
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()


def _note(result: codes.VisitResult) -> str:
    return {
        codes.VisitResult.NOBODY_HOME: "敲门无人应，已留未遇告知单",
        codes.VisitResult.REFUSED: "称要等评估结果出来再谈",
        codes.VisitResult.VACANT: "邻居称长期无人居住",
        codes.VisitResult.TENANT_ONLY: "租户在家，已请其转告房主",
        codes.VisitResult.RESCHEDULED: "已电话约定时间",
    }.get(result, "")
