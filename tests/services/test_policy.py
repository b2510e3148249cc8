"""Policy documents in versions, and which households were told which."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select, true

from survey.domain.access import Role
from survey.domain.codes import BriefingForm, Understood
from survey.domain.errors import DomainError
from survey.domain.policy import Line, check_publishable, compare, read_points
from survey.models import AuditEntry, Briefing, Household, Policy, PolicyVersion, Project, User, db
from survey.services import policy as policies
from survey.services.briefing import Told, find_briefing, record_briefing, record_meeting
from survey.services.scope import household_scope
from tests import factories

TEN = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def policy(project: Project, office: User) -> Policy:
    made = policies.create_policy(
        actor=office, project=project, title="补偿安置方案", text="第一条", points=["补偿标准", "安置地点"]
    )
    policies.publish(actor=office, version=made.versions[0], now=TEN)
    return made


def told(**values: object) -> Told:
    first: dict[str, object] = {
        "held_at": TEN,
        "form": BriefingForm.AT_HOME,
        "points": [0, 1],
        "understood": Understood.YES,
    }
    return Told(**{**first, **values})  # type: ignore[arg-type]


def brief(household: Household, version: PolicyVersion, actor: User, **values: object) -> Briefing:
    return record_briefing(actor=actor, household=household, version=version, told=told(**values), recipient="张伟")


def second_version(policy: Policy, actor: User) -> PolicyVersion:
    version = policies.start_version(actor=actor, policy=policy)
    policies.edit_draft(
        actor=actor, version=version, title=policy.title, text="第一条\n第二条", points=["补偿标准", "过渡安排"],
        change_note="增加过渡安排",
    )  # fmt: skip
    return policies.publish(actor=actor, version=version)


def test_points_are_one_a_line_and_lose_their_numbers() -> None:
    assert read_points("1. 补偿标准\n\n二、安置地点\n3、2.5 倍奖励\n4.5 万元补助\n 签约、搬迁奖励 ") == [
        "补偿标准", "安置地点", "2.5 倍奖励", "4.5 万元补助", "签约、搬迁奖励",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "points", "number", "note", "code"),
    [
        pytest.param(" ", ["a"], 1, "", "policy.text_missing", id="590号 art 13: no text"),
        pytest.param("a", [], 1, "", "policy.points_missing", id="590号 art 13: no points to explain"),
        pytest.param("a", ["a"], 2, " ", "policy.change_note_missing", id="590号 art 11: changes are told"),
    ],
)
def test_a_version_that_nobody_could_explain_is_not_published(
    text: str, points: list[str], number: int, note: str, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        check_publishable(text, points, number, note)
    assert refused.value.code == code


def test_a_first_version_needs_no_note_of_changes() -> None:
    check_publishable("a", ["a"], 1, "")


def test_two_versions_are_compared_line_by_line() -> None:
    assert compare(["甲", "乙", "丙"], ["甲", "丁", "丙", "戊"]) == [
        Line("same", "甲"), Line("removed", "乙"), Line("added", "丁"), Line("same", "丙"), Line("added", "戊"),
    ]  # fmt: skip


def test_a_published_version_never_changes(policy: Policy, office: User) -> None:
    version = policy.versions[0]
    with pytest.raises(DomainError, match=r"policy\.published"):
        policies.edit_draft(actor=office, version=version, title="x", text="y", points=["z"])
    with pytest.raises(DomainError, match=r"policy\.published"):
        policies.publish(actor=office, version=version)
    assert (version.text, version.points) == ("第一条", ["补偿标准", "安置地点"])


def test_there_is_one_draft_at_a_time_and_it_begins_as_a_copy(policy: Policy, office: User) -> None:
    draft = policies.start_version(actor=office, policy=policy)
    assert (draft.number, draft.text, draft.points, draft.published_at) == (2, "第一条", ["补偿标准", "安置地点"], None)
    with pytest.raises(DomainError, match=r"policy\.draft_exists"):
        policies.start_version(actor=office, policy=policy)


def test_a_draft_is_not_in_force(project: Project, policy: Policy, office: User) -> None:
    policies.start_version(actor=office, policy=policy)
    assert policies.version_in_force(project) is policy.versions[0]


def test_the_version_in_force_is_the_latest_published_and_so_it_was_at_each_moment(
    project: Project, policy: Policy, office: User
) -> None:
    second = second_version(policy, office)
    assert policies.version_in_force(project) is second
    assert policies.version_in_force(project, at=TEN) is policy.versions[0]
    assert policies.version_in_force(project, at=TEN - timedelta(seconds=1)) is None


def test_the_leading_policy_is_the_one_published_first(project: Project, policy: Policy, office: User) -> None:
    other = policies.create_policy(actor=office, project=project, title="办事指南", text="a", points=["b"])
    policies.publish(actor=office, version=other.versions[0])
    assert policies.find_leading_policy(project.id) is policy
    assert policies.version_in_force(project, other.id) is other.versions[0]


def test_a_new_version_makes_the_households_told_the_old_one_a_list_to_brief_again(
    project: Project, policy: Policy, office: User
) -> None:
    told_old, told_both, never = (factories.household(project, door) for door in ("3-2-501", "3-2-502", "4-1-101"))
    first = policy.versions[0]
    for household in (told_old, told_both):
        brief(household, first, office)
    assert policies.count_rebrief(policy) == 0
    second = second_version(policy, office)
    assert policies.count_rebrief(policy) == 2
    brief(told_both, second, office)
    scope = household_scope(office, project.id)
    query = policies.rebrief_query(policy, scope)
    assert query is not None
    assert [(row.Household, row.number) for row in db.session.execute(query)] == [(told_old, 1)]
    assert policies.coverage(policy, scope) == policies.Coverage(3, 1, 1)
    assert policies.coverage(policy, scope).never == 1
    [(building, count)] = policies.count_rebrief_by_building(policy, scope)
    assert (building.no, count) == ("3", 1)
    assert [policies.is_briefed(household) for household in (told_old, told_both, never)] == [False, True, False]


def test_the_list_to_brief_again_is_counted_by_surveyor(project: Project, policy: Policy, office: User) -> None:
    one, two = factories.household(project, "3-2-501"), factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, one)
    for household in (one, two):
        brief(household, policy.versions[0], office)
    second_version(policy, office)
    assert policies.count_rebrief_by_surveyor(policy, household_scope(office, project.id)) == [(surveyor, 1)]


def test_a_briefing_keeps_points_questions_and_the_version_told(project: Project, policy: Policy, office: User) -> None:
    household = factories.household(project)
    briefing = brief(
        household, policy.versions[0], office, points=[1, 0, 1], questions=[("怎么补？", "按评估价"), ("", "没有问题")]
    )
    assert briefing.points == [0, 1]
    assert briefing.questions == [{"question": "怎么补？", "answer": "按评估价"}]
    assert household.briefed_version_id == policy.versions[0].id
    assert find_briefing(household, policy.versions[0]) is briefing


def test_what_was_told_stays_told_when_an_old_briefing_is_recorded_late(
    project: Project, policy: Policy, office: User
) -> None:
    household = factories.household(project)
    second = second_version(policy, office)
    brief(household, second, office)
    brief(household, policy.versions[0], office)
    assert household.briefed_version_id == second.id
    assert policies.count_rebrief(policy) == 0


@pytest.mark.parametrize(
    ("values", "code"),
    [
        pytest.param({"points": []}, "briefing.points_missing", id="590号 art 13: points explained"),
        pytest.param({"points": [2]}, "briefing.point_unknown", id="a point of this version"),
        pytest.param({"held_at": datetime(2126, 1, 1, tzinfo=UTC)}, "briefing.in_future", id="held already"),
    ],
)
def test_a_briefing_that_did_not_happen_so_is_refused(
    project: Project, policy: Policy, office: User, values: dict[str, object], code: str
) -> None:
    household = factories.household(project)
    with pytest.raises(DomainError) as refused:
        brief(household, policy.versions[0], office, **values)
    assert refused.value.code == code
    assert household.briefed_version_id is None


def test_nobody_is_briefed_on_a_draft(project: Project, policy: Policy, office: User) -> None:
    draft = policies.start_version(actor=office, policy=policy)
    with pytest.raises(DomainError, match=r"briefing\.not_published"):
        brief(factories.household(project), draft, office)


def test_a_meeting_is_one_act_and_a_briefing_for_each_household(project: Project, policy: Policy, office: User) -> None:
    households = [factories.household(project, f"3-2-{room}") for room in (101, 102, 201)]
    before = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    key = uuid4()
    for _twice in range(2):
        rows = record_meeting(
            actor=office, households=households, version=policy.versions[0], key=key,
            told=told(form=BriefingForm.MEETING, attendees=40, place="社区活动室"),
        )  # fmt: skip
    assert {row.household_id for row in rows} == {household.id for household in households}
    assert db.session.scalar(select(func.count()).select_from(Briefing)) == 3
    assert all(household.briefed_version_id == policy.versions[0].id for household in households)
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq).offset(before)).all()
    assert [(entry.action, entry.details["households"]) for entry in entries] == [("briefing.record", 3)]


def test_a_meeting_without_a_household_is_refused(project: Project, policy: Policy, office: User) -> None:
    with pytest.raises(DomainError, match=r"briefing\.nobody"):
        record_meeting(actor=office, households=[], version=policy.versions[0], told=told())


def test_each_act_on_a_policy_writes_one_entry(project: Project, policy: Policy, office: User) -> None:
    second_version(policy, office)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.noun == "policy", true()).order_by(AuditEntry.seq)
    ).all()
    assert actions == ["policy.create", "policy.publish", "policy.edit", "policy.edit", "policy.publish"]
