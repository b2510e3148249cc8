"""A small street with everything that a ledger has to show, at fixed times: the golden files are made from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import Certificate, DesiredLayout, Fixture, Part, Sheet
from survey.models import (
    Briefing,
    Consent,
    Delivery,
    Document,
    Household,
    Policy,
    PolicyVersion,
    Project,
    Request,
    Review,
    SheetRow,
    Signature,
    User,
    Visit,
    db,
)
from survey.services import building as buildings
from survey.services.consent import Word, record_consent
from survey.services.round import open_round
from survey.services.sheet import save_sheet
from tests import factories

DAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in China, the first day of the survey."""


def at(day: int, hour: int = 0) -> datetime:
    return DAY + timedelta(days=day, hours=hour)


def make_street() -> Project:
    """Two buildings, five households: a plain one, two flats knocked into one, a death with heirs, a refusal, one unvisited."""
    project = factories.project()
    team = factories.team(project, "第一组")
    office = factories.member(project, Role.OFFICE, "沈志远")
    leader = factories.member(project, Role.LEADER, "曹志刚", team)
    pair = [factories.member(project, Role.SURVEYOR, name, team) for name in ("王建国", "赵晓䶮")]
    factories.building(project, "2")
    plain = factories.household(project, "2-1-101", _plain(), office)
    joined = factories.household(project, "2-1-201", _joined(), office)
    factories.household(project, "2-1-202")
    buildings.attach_door(actor=office, household=joined, unit_no="1", room_no="202")
    inherited = factories.household(project, "10-1-301", _inherited(), office)
    refusing = factories.household(project, "10-2-102", factories.sheet(persons=(), renewal_will=None), office)
    factories.household(project, "10-2-201")
    plain.building.team_id = team.id

    _visits(pair, {plain: ["nobody_home", "done"], joined: ["done"], inherited: ["partial"], refusing: ["refused"]})
    version = _policy(project)
    _told(plain, version, office, 1), _told(joined, version, office, 2)
    _hand_in(plain, joined, by=leader)
    _correct(plain, office)
    _gather(plain, joined, inherited, by=pair[0])
    round_ = open_round(actor=office, project=project, kind=codes.RoundKind.RENEWAL, title="第一轮改建意愿",
                        question="是否同意改建？", threshold_num=3, threshold_den=4, now=at(2))  # fmt: skip
    for household, choice in ((plain, codes.Choice.AGREE), (joined, codes.Choice.DISAGREE)):
        record_consent(
            actor=pair[0], household=household, round_=round_,
            word=Word(person_id=household.persons[0].id, choice=choice, given_at=at(3), channel=codes.Channel.IN_PERSON,
                      reasons=(codes.WillReason.PLACE,) if choice is codes.Choice.DISAGREE else ()),
        )  # fmt: skip
    db.session.flush()
    assert db.session.query(Consent).count() == 2
    db.session.commit()
    return project


def _plain() -> Sheet:
    return factories.sheet(
        rooms=2, halls=1, kitchens=1, baths=1, decoration=codes.Decoration.SIMPLE, appraiser_choice="齐信评估",
        fixtures=(Fixture(uid="f", fixture_kind=codes.FixtureKind.SOLAR, quantity=Decimal(1)),),
        persons=(factories.person("李㛃", special_tags=(codes.SpecialTag.AGED,)), factories.person("张伟", 2, roles=(codes.PersonRole.RESIDENT,))),
        desired_layouts=(DesiredLayout(uid="l", layout="三室两厅", area_band="90-100㎡", layout_count=1),),
        note="=1+1",
    )  # fmt: skip


def _joined() -> Sheet:
    main = factories.sheet().parts[0]
    return factories.sheet(
        appraiser_choice="齐信评估", renewal_will=codes.Will.DISAGREE, will_reason=(codes.WillReason.PLACE,),
        will_text="@要一楼", comp_mode=codes.CompMode.MONEY, mortgage=codes.TriState.YES,
        persons=(factories.person("阿卜杜热合曼·买买提", 3),),
        certificates=(Certificate(uid="c1", cert_type=codes.CertType.REALTY,
                                  cert_no="鲁（2019）东营市不动产权第0000907号", cert_date=date(2019, 3, 1)),
                      Certificate(uid="c2", cert_type=codes.CertType.REALTY,
                                  cert_no="鲁（2019）东营市不动产权第0000908号", cert_date=date(2019, 3, 1))),
        parts=(replace(main, area_cert_m2=Decimal("170.40"), area_meas_m2=Decimal("181.00")),
               Part(uid="b2", kind=codes.PartKind.STORAGE, legality=codes.Legality.PENDING,
                    area_unreg_m2=Decimal("6.35"), structure=codes.Structure.BRICK_WOOD, build_year=2004,
                    part_note="2004年搭建")),
    )  # fmt: skip


def _inherited() -> Sheet:
    return factories.sheet(
        title_status=codes.TitleStatus.INHERITED, objection=codes.TriState.YES, objection_detail="次子登记异议",
        appraiser_choice="正源评估", renewal_will=codes.Will.UNDECIDED, comp_mode=None,
        persons=(factories.person("孙𣸣", 4, deceased=True, heir_note="长子、次子未办继承", lives_here=False),),
    )  # fmt: skip


def _visits(pair: list[User], made: dict[Household, list[str]]) -> None:
    for household, results in made.items():
        for number, result in enumerate(results, 1):
            started, was = at(number - 1, number), codes.VisitResult(result)
            db.session.add(Visit(project_id=household.project_id, household_id=household.id, visit_no=number,
                                 started_at=started, ended_at=started + timedelta(minutes=40), result=was,
                                 surveyor_1_id=pair[0].id, surveyor_2_id=pair[1].id, recorded_by_id=pair[0].id))  # fmt: skip
            household.visit_count, household.last_visit_at, household.last_visit_result = number, started, was
            if was is codes.VisitResult.REFUSED:
                household.refused_at = started
            elif was is not codes.VisitResult.NOBODY_HOME:
                household.met_at = started


def _policy(project: Project) -> PolicyVersion:
    policy = Policy(project_id=project.id, title="颐园小区安置补偿方案", created_at=at(0))
    db.session.add(policy)
    db.session.flush()
    made = PolicyVersion(
        policy_id=policy.id, number=1, text="一、补偿……", points=["怎么补偿", "怎么过渡"], published_at=at(0)
    )
    db.session.add(made)
    db.session.flush()
    return made


def _told(household: Household, version: PolicyVersion, by: User, hour: int) -> None:
    db.session.add(Briefing(
        project_id=household.project_id, household_id=household.id, policy_version_id=version.id, held_at=at(0, hour),
        form=codes.BriefingForm.AT_HOME, place="家中", recipient=household.owner_names.partition("、")[0], attendees=2,
        points=[0, 1], questions=[{"question": "多久回迁？", "answer": "两年"}, {"question": "=1+1？", "answer": ""}],
        materials="明白纸一份", understood=codes.Understood.YES, receipt="已签收", briefed_by_id=by.id,
    ))  # fmt: skip
    household.briefed_version_id = version.id


def _hand_in(*households: Household, by: User) -> None:
    for household in households:
        household.state, household.first_submitted_at = HouseholdState.APPROVED, at(1, 4)
        db.session.add(Signature(project_id=household.project_id, household_id=household.id, sheet_version=1,
                                 pairs_hash="0" * 64, signer_role=codes.SignerRole.RESPONDENT, signer_name="本人",
                                 signed_at=at(1, 3), recorded_by_id=by.id))  # fmt: skip
        # Nobody edits a sheet on the very day that it is written here; the first version is older than the submission.
        db.session.query(SheetRow).filter_by(household_id=household.id).update({"saved_at": at(1)})


def _correct(household: Household, by: User) -> None:
    """The office corrects what the paper says otherwise, and the leader passes it the next day."""
    old = db.session.query(SheetRow).filter_by(household_id=household.id, version=1).one()
    pairs = [(name, "颐园小区2号楼1单元101室" if name == "address" else text) for name, text in old.pairs]
    pairs = [(name, factories.id_no(9) if name == "persons-1-id_no" else text) for name, text in pairs]
    save_sheet(actor=by, household=household, base=1, pairs=pairs, source="correction", reason="与身份证核对")
    db.session.query(SheetRow).filter_by(household_id=household.id, version=2).update({"saved_at": at(2, 1)})
    db.session.add(Review(project_id=household.project_id, household_id=household.id, action=Action.APPROVE.value,
                          from_state="group_passed", to_state="approved", sheet_version=2, by_id=by.id, at=at(3)))  # fmt: skip
    household.state = HouseholdState.APPROVED


def _gather(plain: Household, joined: Household, inherited: Household, by: User) -> None:
    """What lies around the households: papers, deliveries, requests."""
    project_id = plain.project_id
    papers = ((plain, codes.DocumentCategory.TITLE, "不动产权证书", 2, True), (plain, codes.DocumentCategory.PHOTO, "门牌", 1, False),
              (joined, codes.DocumentCategory.PHOTO, "储藏室外观", 1, False))  # fmt: skip
    for number, (household, category, title, pages, original) in enumerate(papers):
        db.session.add(Document(project_id=project_id, household_id=household.id, category=category, title=title,
                                media_type="image/jpeg", size_bytes=1000, sha256="0" * 64, pages=pages,
                                is_original=original, added_by_id=by.id, added_at=at(1, number)))  # fmt: skip
    method = codes.DeliveryMethod
    pair = {"server": "王建国", "second_server": "赵晓䶮"}
    away = {"unserved_reason": codes.UnservedReason.NOBODY_HOME, "unserved_note": "邻居说外出", "counts_from": None}
    for number, (household, how, values) in enumerate((
        (plain, method.DIRECT, {"recipient": "张伟", "recipient_relation": "同住儿子"}),
        (inherited, method.DIRECT, away),
        (inherited, method.LEFT, {"refused_reason": "拒绝签收", "witness": "李娟 颐园社区居委会", "place": "门前"}),
    ), 1):  # fmt: skip
        db.session.add(Delivery(project_id=project_id, number=number, household_id=household.id, notice="入户调查通知书",
                                document_no="颐园调〔2026〕6号", method=how, served_at=at(0, number), recorded_by_id=by.id,
                                **pair, **{"counts_from": at(0, number).date(), **values}))  # fmt: skip
    asked = (
        (plain, codes.RequestKind.AREA, "阳台面积少算了", True),
        (inherited, codes.RequestKind.TITLE, "+长子主张全部份额", False),
    )
    for number, (household, kind, content, answered) in enumerate(asked, 1):
        row = Request(project_id=project_id, household_id=household.id, number=number, received_on=date(2026, 6, 2),
                      source=codes.RequestSource.PHONE, person_name=household.owner_names.partition("、")[0], kind=kind,
                      urgency=codes.Urgency.URGENT, content=content, accept_due=date(2026, 6, 17),
                      reply_due=date(2026, 8, 3), handler="蒋文静", recorded_by_id=by.id)  # fmt: skip
        if answered:
            row.accepted_on, row.replied_on, row.reply = (
                date(2026, 6, 3),
                date(2026, 6, 5),
                "已派人复测，阳台按一半计。",
            )
            row.reply_channel, row.satisfaction = codes.Channel.PHONE, codes.Satisfaction.FAIR
            row.closed_at = at(4, 3)
        db.session.add(row)
