"""Signals are found among real visits, words and signatures, shown to whom they concern, and noted once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, permutations
from random import Random

import pytest
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.codes import Channel, Choice, DocumentCategory, RoundKind, SignerRole, VisitResult
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError, NotFound
from survey.domain.matter import Matter
from survey.domain.signal import SignalKind
from survey.models import (
    AuditEntry,
    Consent,
    Document,
    Household,
    MatterNote,
    Project,
    Round,
    Signature,
    Standing,
    User,
    Visit,
    db,
    utc_now,
)
from survey.models.base import at
from survey.services.matter import sight_of
from survey.services.signal.listing import find_signals, list_signals, note_signal
from survey.services.signal.words import count_compared
from tests import factories

MONDAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
"""Nine in the morning in China."""
K = SignalKind


@pytest.fixture
def pair(project: Project) -> tuple[User, User]:
    team = factories.team(project)
    return (
        factories.member(project, Role.SURVEYOR, "王建国", team), factories.member(project, Role.SURVEYOR, "李秀兰", team)
    )  # fmt: skip


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def homes(project: Project) -> list[Household]:
    made = [factories.household(project, f"3-1-{floor}01") for floor in range(1, 6)]
    db.session.flush()
    return made


def visit(
    home: Household, pair: tuple[User, User], hours: float = 0, minutes: int = 30,
    result: VisitResult = VisitResult.DONE, reason: str = "",
) -> Visit:  # fmt: skip
    """A visit as it stands in the records, also one that no page would take any more."""
    started = MONDAY + timedelta(hours=hours)
    row = Visit(
        project_id=home.project_id, household_id=home.id, visit_no=home.visit_count + 1, started_at=started,
        ended_at=started + timedelta(minutes=minutes), surveyor_1_id=pair[0].id, surveyor_2_id=pair[1].id, result=result,
        hours_reason=reason, recorded_by_id=pair[0].id,
    )  # fmt: skip
    home.visit_count += 1
    db.session.add(row)
    db.session.flush()
    return row


def found(project: Project, kind: SignalKind) -> list[Matter]:
    return find_signals(project, kind)


def test_visits_outside_the_hours_are_found_with_their_reason_or_without(
    project: Project, pair: tuple[User, User], homes: list[Household]
) -> None:
    visit(homes[0], pair, 0)
    visit(homes[1], pair, 12)
    visit(homes[2], pair, -1.5, reason="住户上早班，约在七点半")
    visit(homes[3], pair, 10.5)  # ends at 20:00 sharp
    codes = {matter.households: matter.code for matter in found(project, K.HOURS)}
    assert codes == {(homes[1].id,): "signal.hours", (homes[2].id,): "signal.hours_reason"}


def test_the_hours_are_the_projects_own(project: Project, pair: tuple[User, User], homes: list[Household]) -> None:
    visit(homes[0], pair, 9.5)
    assert not found(project, K.HOURS)
    project.settings = {"visit_until": "18:30"}
    assert len(found(project, K.HOURS)) == 1


def test_more_visits_in_a_week_than_allowed_are_one_matter_of_the_household(
    project: Project, pair: tuple[User, User], homes: list[Household]
) -> None:
    for day in (0, 1, 2, 3):
        visit(homes[0], pair, 24 * day)
        visit(homes[1], pair, 48 * day + 1)
        visit(homes[2], pair, 24 * day + 2, result=VisitResult.NOBODY_HOME)
    visit(homes[1], pair, 24 * 20)
    (one, two) = sorted(found(project, K.OFTEN), key=lambda matter: str(matter.households))
    assert {one.households, two.households} == {(homes[0].id,), (homes[1].id,)}
    assert {one.params["count"], two.params["count"]} == {4}, "the visit three weeks later is no part of it"


def test_a_complete_interview_of_a_few_minutes_is_found_and_a_closed_door_is_not(
    project: Project, pair: tuple[User, User], homes: list[Household]
) -> None:
    short = visit(homes[0], pair, 0, minutes=9)
    visit(homes[1], pair, 1, minutes=10)
    visit(homes[2], pair, 2, minutes=1, result=VisitResult.NOBODY_HOME)
    (matter,) = found(project, K.SHORT)
    assert matter.key == str(short.id)
    assert matter.params["minutes"] == 9


def test_one_person_at_two_doors_at_once_is_found_also_behind_a_third_visit(
    project: Project, pair: tuple[User, User], homes: list[Household]
) -> None:
    other = factories.member(project, Role.SURVEYOR, "张海涛")
    long = visit(homes[0], pair, 0, minutes=120)
    again = visit(homes[0], pair, 0.25, minutes=5)
    elsewhere = visit(homes[1], (pair[1], other), 1)
    visit(homes[2], pair, 2)
    (matter,) = found(project, K.OVERLAP)
    assert set(matter.key.split(":")) == {str(long.id), str(elsewhere.id)}
    assert matter.staff == (pair[1].id,)
    assert str(again.id) not in matter.facts


def give(
    project: Project, home: Household, round_: Round, by: User, hours: float, choice: Choice | None, taken: Consent | None = None,
    agent: str = "",
) -> Consent:  # fmt: skip
    row = Consent(
        project_id=project.id, household_id=home.id, round_id=round_.id, person_id=home.id, person_name="张伟",
        choice=choice, withdraws_id=taken.id if taken else None, channel=Channel.IN_PERSON, agent_name=agent,
        given_at=MONDAY + timedelta(hours=hours), recorded_by_id=by.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


@pytest.fixture
def round_(project: Project, office: User) -> Round:
    row = Round(project_id=project.id, kind=RoundKind.RENEWAL, title="第一轮", opened_by_id=office.id, opened_at=MONDAY)
    db.session.add(row)
    db.session.flush()
    return row


def test_words_changed_or_withdrawn_soon_after_a_visit_are_found(
    project: Project, pair: tuple[User, User], office: User, homes: list[Household], round_: Round
) -> None:
    for home in homes[:4]:
        visit(home, pair, 24)
    before = [give(project, home, round_, office, 1, Choice.DISAGREE) for home in homes[:4]]
    give(project, homes[0], round_, office, 25, None, before[0])
    give(project, homes[0], round_, office, 25, Choice.AGREE)
    give(project, homes[1], round_, office, 26, None, before[1])
    give(project, homes[2], round_, office, 24 * 5, None, before[2])  # days later
    give(project, homes[3], round_, office, 25, None, before[3])
    give(project, homes[3], round_, office, 25, Choice.DISAGREE)  # the same word, put right
    codes = {matter.households: matter.code for matter in found(project, K.FLIP)}
    assert codes == {(homes[0].id,): "signal.flip", (homes[1].id,): "signal.withdrawn"}
    (flip,) = (matter for matter in found(project, K.FLIP) if matter.code == "signal.flip")
    assert (flip.params["before"], flip.params["after"]) == (Choice.DISAGREE, Choice.AGREE)
    assert set(flip.staff) == {pair[0].id, pair[1].id, office.id}


def test_a_surveyor_whose_households_all_agree_is_shown_beside_one_whose_do_not(
    project: Project, pair: tuple[User, User], round_: Round
) -> None:
    other = (factories.member(project, Role.SURVEYOR, "张海涛"), factories.member(project, Role.SURVEYOR, "刘晓燕"))
    for number in range(60):
        home = factories.household(project, f"{number // 10 + 1}-1-{number % 10 + 1}01")
        visit(home, pair if number < 30 else other, number)
        agrees = number < 30 or number % 2
        choice = HouseholdChoice.AGREE if agrees else HouseholdChoice.DISAGREE
        db.session.add(Standing(round_id=round_.id, household_id=home.id, choice=choice.value, area_m2=0))
    db.session.flush()
    rates = {matter.staff[0]: matter for matter in found(project, K.RATE)}
    assert {who: matter.code for who, matter in rates.items()} == {
        pair[0].id: "signal.rate_high", pair[1].id: "signal.rate_high",
        other[0].id: "signal.rate_low", other[1].id: "signal.rate_low",
    }  # fmt: skip
    assert rates[pair[0].id].params["share"] == "100.0%"
    assert count_compared(project) == 4
    project.settings = {"rate_households": "31"}
    assert not found(project, K.RATE)
    assert count_compared(project) == 0


def test_one_phone_in_more_homes_than_allowed_is_found_and_never_told(project: Project, office: User) -> None:
    for floor in range(1, 5):
        person = factories.person(f"住户{floor}", floor, phone="12000009999")
        factories.household(project, f"3-2-{floor}01", factories.sheet(persons=(person,)), office)
    twice = tuple(factories.person(f"家人{number}", number + 20, phone="12000008888") for number in range(5))
    factories.household(project, "3-2-501", factories.sheet(persons=twice), office)
    (matter,) = found(project, K.PHONE)
    assert matter.params["count"] == 4
    assert len(matter.households) == 4
    assert "12000009999" not in repr(matter)
    project.settings = {"phone_households": "4"}
    assert not found(project, K.PHONE)


def sign(home: Household, by: User, sha256: str, role: SignerRole = SignerRole.RESPONDENT, name: str = "张伟") -> None:
    page = Document(
        project_id=home.project_id, household_id=home.id, category=DocumentCategory.SURVEY, media_type="image/jpeg",
        size_bytes=1, sha256=sha256, added_by_id=by.id,
    )  # fmt: skip
    db.session.add(page)
    db.session.flush()
    db.session.add(
        Signature(
            project_id=home.project_id, household_id=home.id, sheet_version=1, pairs_hash="0" * 64, signer_role=role,
            signer_name=name, signed_at=MONDAY, evidence_id=page.id, recorded_by_id=by.id,
        )
    )  # fmt: skip
    db.session.flush()


def test_the_same_file_as_signed_page_of_two_homes_is_found(
    project: Project, office: User, homes: list[Household]
) -> None:
    sign(homes[0], office, "a" * 64)
    sign(homes[1], office, "a" * 64)
    sign(homes[2], office, "b" * 64)
    sign(homes[2], office, "b" * 64)
    (matter,) = found(project, K.PAPER)
    assert set(matter.households) == {homes[0].id, homes[1].id}
    assert matter.staff == (office.id,)


def test_one_agent_for_many_homes_is_found_by_words_and_signatures_together(
    project: Project, office: User, homes: list[Household], round_: Round
) -> None:
    for home in homes[:3]:
        give(project, home, round_, office, 1, Choice.AGREE, agent="孙代理")
    assert not found(project, K.AGENT)
    sign(homes[3], office, "c" * 64, SignerRole.AGENT, "孙代理")
    (matter,) = found(project, K.AGENT)
    assert matter.params["count"] == 4


def test_a_removed_household_is_no_case(project: Project, pair: tuple[User, User], homes: list[Household]) -> None:
    visit(homes[0], pair, 0, minutes=1)
    homes[0].removed_at = utc_now()
    db.session.flush()
    assert not found(project, K.SHORT)


def test_a_leader_sees_the_teams_cases_and_of_others_only_the_number(
    project: Project, pair: tuple[User, User], office: User
) -> None:
    team, other = factories.team(project, "二组"), factories.team(project, "三组")
    leader = factories.member(project, Role.LEADER, "曹志刚", team)
    stranger = factories.member(project, Role.LEADER, "许红霞", other)
    mine, theirs = factories.household(project, "1-1-101"), factories.household(project, "2-1-101")
    mine.building.team_id = team.id
    sign(mine, office, "a" * 64)
    sign(theirs, office, "a" * 64)
    visit(theirs, pair, 0, minutes=1)
    for user, kinds in ((leader, {K.PAPER}), (stranger, set()), (office, {K.PAPER, K.SHORT})):
        signals = list_signals(project, sight_of(user, project.id))
        assert {kind for kind, each in signals.kinds.items() if each.open} == kinds, user.display_name


@pytest.fixture
def noted(project: Project, pair: tuple[User, User], office: User, homes: list[Household]) -> tuple[Matter, MatterNote]:
    for day in range(4):
        visit(homes[0], pair, 24 * day)
    (matter,) = found(project, K.OFTEN)
    note = note_signal(
        actor=office, project=project, kind=K.OFTEN, matter_id=matter.id_in(project.id), digest=matter.digest,
        text="住户要求每天来量一间",
    )  # fmt: skip
    return matter, note


def test_a_signal_that_was_looked_at_rests_until_there_is_a_new_case(
    project: Project, pair: tuple[User, User], office: User, homes: list[Household], noted: tuple[Matter, MatterNote]
) -> None:
    matter, note = noted
    signals = list_signals(project, sight_of(office, project.id))
    assert (signals.kinds[K.OFTEN].open, signals.kinds[K.OFTEN].noted) == ([], [matter])
    assert signals.notes[matter.id_in(project.id)] is note
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "signal.note")).one()
    assert entry.details == {"signal": "often"}
    visit(homes[0], pair, 24 * 4)
    again = list_signals(project, sight_of(office, project.id)).kinds[K.OFTEN]
    assert len(again.open) == 1
    assert not again.noted


def test_a_note_needs_the_facts_as_they_stand_and_somebody_else(
    project: Project, pair: tuple[User, User], office: User, homes: list[Household]
) -> None:
    team = factories.team(project, "二组")
    leader = factories.member(project, Role.LEADER, "曹志刚", team)
    homes[0].building.team_id = team.id
    visit(homes[0], (leader, pair[0]), 0, minutes=1)
    (matter,) = found(project, K.SHORT)
    told = {"project": project, "kind": K.SHORT, "matter_id": matter.id_in(project.id), "text": "看过"}
    with pytest.raises(DomainError, match=r"signal\.own"):
        note_signal(actor=leader, digest=matter.digest, **told)
    with pytest.raises(DomainError, match=r"matter\.changed"):
        note_signal(actor=office, digest="0" * 64, **told)
    stranger = factories.member(project, Role.LEADER, "许红霞", factories.team(project, "三组"))
    with pytest.raises(NotFound):
        note_signal(actor=stranger, digest=matter.digest, **told)
    assert not db.session.scalars(select(MatterNote)).all()


def test_the_id_of_a_matter_tells_nothing_of_its_key_and_differs_by_project(project: Project) -> None:
    matter = Matter(kind=K.PHONE, key="ab" * 16, code="signal.phone", facts=("b", "a"))
    assert matter.key not in str(matter.id_in(project.id))
    assert matter.id_in(project.id) != matter.id_in(factories.project("QT").id)
    assert matter.digest == replace(matter, facts=("a", "b")).digest
    assert matter.digest != replace(matter, facts=("a",)).digest


def test_the_clock_of_the_records_does_not_matter(
    project: Project, pair: tuple[User, User], homes: list[Household]
) -> None:
    with at(MONDAY + timedelta(days=400)):
        visit(homes[0], pair, 23.9)  # 08:54 the next morning
        visit(homes[1], pair, 14.9)  # five to midnight: into the next day
    assert [matter.households for matter in found(project, K.HOURS)] == [(homes[1].id,)]


@pytest.mark.parametrize("seed", range(4))
def test_no_overlap_is_missed_however_the_visits_lie(project: Project, seed: int) -> None:
    random = Random(seed)  # the same visits each time
    staff = [factories.member(project, Role.SURVEYOR) for _number in range(4)]
    homes = [factories.household(project, f"8-1-{room}01") for room in range(1, 6)]
    pairs = [*permutations(staff, 2)]
    told = [
        visit(random.choice(homes), random.choice(pairs), random.randrange(24), random.choice((0, 30, 60, 90, 240)))
        for _number in range(30)
    ]
    homes[4].removed_at = MONDAY
    db.session.flush()
    expected = {
        frozenset((str(one.id), str(two.id)))
        for one, two in combinations(told, 2)
        if one.household_id != two.household_id
        and homes[4].id not in (one.household_id, two.household_id)
        and {one.surveyor_1_id, one.surveyor_2_id} & {two.surveyor_1_id, two.surveyor_2_id}
        and max(one.started_at, two.started_at) < min(one.ended_at, two.ended_at)
    }
    found = find_signals(project, SignalKind.OVERLAP)
    assert len(found) == len(expected)
    assert {frozenset(each.facts) for each in found} == expected
