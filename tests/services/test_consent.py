"""Consents: append-only records, and the standing that follows from them in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.codes import Channel, Choice, WillReason
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError
from survey.domain.sheet import to_pairs
from survey.models import AuditEntry, Consent, Document, Household, Project, Round, Standing, User, db, row_id
from survey.services import policy as policies
from survey.services import round as rounds
from survey.services.briefing import Told, record_briefing
from survey.services.consent import Word, list_standing_records, record_consent, withdraw_consent
from survey.services.scope import household_scope
from survey.services.sheet import save_sheet
from survey.services.standing import list_records, list_voices, stand_of
from tests import factories

OPENED = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)
TEN = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
NOW = TEN + timedelta(hours=5)
H = HouseholdChoice


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def round_(project: Project, office: User) -> Round:
    return rounds.open_round(
        actor=office, project=project, kind=codes.RoundKind.SOUNDING, title="摸底", question="同意吗？", now=OPENED,
        threshold_num=2, threshold_den=3,
    )  # fmt: skip


def two_owners(project: Project, coown: codes.Coown = codes.Coown.JOINT, door: str = "3-2-501") -> Household:
    sheet = factories.sheet(
        coown_type=coown,
        persons=(
            factories.person("张伟", 1, share_num=2, share_den=3),
            factories.person("李娜", 2, share_num=1, share_den=3, sex=codes.Sex.FEMALE),
        ),
    )
    return factories.household(project, door, sheet=sheet)


def person_id(household: Household, uid: str = "p1") -> UUID:
    return row_id(household.id, uid)


def say(
    actor: User, household: Household, round_: Round, choice: Choice = Choice.AGREE, uid: str = "p1", **values: Any
) -> Consent:
    key, now = values.pop("key", None), values.pop("now", NOW)
    word = {"channel": Channel.IN_PERSON, "given_at": TEN, "reasons": [WillReason.AREA]} | values
    return record_consent(
        actor=actor, household=household, round_=round_, key=key, now=now,
        word=Word(person_id=person_id(household, uid), choice=choice, **word),
    )  # fmt: skip


def standing(household: Household, round_: Round) -> tuple[str, Decimal] | None:
    row = db.session.get(Standing, (round_.id, household.id))
    return (row.choice, row.area_m2) if row else None


def brief(project: Project, household: Household, actor: User, held_at: datetime = TEN) -> None:
    version = policies.version_in_force(project)
    assert version is not None
    told = Told(held_at=held_at, form=codes.BriefingForm.AT_HOME, points=[0], understood=codes.Understood.YES)
    record_briefing(actor=actor, household=household, version=version, told=told, recipient="张伟")


def publish(project: Project, actor: User, at: datetime = OPENED) -> None:
    policy = policies.create_policy(actor=actor, project=project, title="方案", text="正文", points=["要点"])
    policies.publish(actor=actor, version=policy.versions[0], now=at)


def document(household: Household, actor: User, category: codes.DocumentCategory) -> Document:
    row = Document(
        project_id=household.project_id, household_id=household.id, category=category, media_type="image/jpeg",
        size_bytes=1, sha256="0" * 64, added_by_id=actor.id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def test_the_household_stands_as_its_one_owner_says(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    consent = say(office, household, round_)
    assert standing(household, round_) == ("agree", Decimal("85.20"))
    assert (consent.person_name, consent.choice, consent.round_id) == ("张伟", Choice.AGREE, round_.id)


def test_joint_owners_must_all_agree_by_民法典_art_301(project: Project, office: User, round_: Round) -> None:
    household = two_owners(project)
    say(office, household, round_)
    assert standing(household, round_) == ("incomplete", Decimal("85.20"))
    say(office, household, round_, uid="p2")
    assert standing(household, round_) == ("agree", Decimal("85.20"))


def test_two_thirds_of_the_shares_speak_by_民法典_art_301(project: Project, office: User, round_: Round) -> None:
    household = two_owners(project, codes.Coown.SHARES)
    consent = say(office, household, round_)
    assert (consent.share_num, consent.share_den) == (2, 3)
    assert standing(household, round_) == ("agree", Decimal("85.20"))


def test_only_an_owner_speaks(project: Project, office: User, round_: Round) -> None:
    sheet = factories.sheet(
        persons=(
            factories.person(),
            factories.person("赵敏", 2, roles=(codes.PersonRole.TENANT,), sex=codes.Sex.FEMALE),
        )
    )
    household = factories.household(project, sheet=sheet)
    with pytest.raises(DomainError, match=r"consent\.not_owner"):
        say(office, household, round_, uid="p2")
    with pytest.raises(DomainError, match=r"consent\.not_owner"):
        say(office, household, round_, uid="nobody")


def test_the_tenant_of_public_housing_speaks_by_青岛条例_art_12(project: Project, office: User, round_: Round) -> None:
    sheet = factories.sheet(
        tenure_type=codes.Tenure.PUBLIC_MANAGED, persons=(factories.person(roles=(codes.PersonRole.TENANT,)),)
    )
    household = factories.household(project, sheet=sheet)
    say(office, household, round_)
    assert standing(household, round_) == ("agree", Decimal("85.20"))


def test_nobody_speaks_twice_but_a_change_keeps_both_records(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    first = say(office, household, round_)
    with pytest.raises(DomainError, match=r"consent\.already_given") as refused:
        say(office, household, round_, Choice.DISAGREE)
    assert refused.value.field == "change_reason"
    later = TEN + timedelta(hours=1)
    second = say(office, household, round_, Choice.DISAGREE, change_reason="家人商量后改变", given_at=later)
    assert [(row.choice, row.withdraws_id) for row in list_records(household.id)] == [
        (Choice.AGREE, None), (None, first.id), (Choice.DISAGREE, None),
    ]  # fmt: skip
    assert list_standing_records(household, round_) == {person_id(household): second}
    assert standing(household, round_) == ("disagree", Decimal("85.20"))


def test_a_withdrawal_is_a_record_and_the_household_is_silent_again(
    project: Project, office: User, round_: Round
) -> None:
    household = factories.household(project, sheet=factories.sheet())
    consent = say(office, household, round_)
    withdrawal = withdraw_consent(actor=office, consent=consent, reason="还要再想想", now=NOW)
    assert (withdrawal.withdraws_id, withdrawal.choice, withdrawal.reason_text) == (consent.id, None, "还要再想想")
    assert standing(household, round_) == ("none", Decimal("85.20"))
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 2
    with pytest.raises(DomainError, match=r"consent\.not_standing"):
        withdraw_consent(actor=office, consent=consent, reason="再撤一次", now=NOW)


def test_a_closed_round_refuses_words_and_withdrawals(project: Project, office: User, round_: Round) -> None:
    household = two_owners(project)
    consent = say(office, household, round_)
    rounds.close_round(actor=office, round_=round_, now=NOW)
    with pytest.raises(DomainError, match=r"consent\.round_closed"):
        say(office, household, round_, uid="p2")
    with pytest.raises(DomainError, match=r"consent\.round_closed"):
        withdraw_consent(actor=office, consent=consent, reason="改主意", now=NOW)
    with pytest.raises(DomainError, match=r"round\.closed"):
        rounds.close_round(actor=office, round_=round_, now=NOW)


def test_consent_rests_on_a_briefing_on_the_version_in_force_by_590号_art_13(
    project: Project, office: User, round_: Round
) -> None:
    household = factories.household(project, sheet=factories.sheet())
    publish(project, office)
    with pytest.raises(DomainError, match=r"consent\.not_briefed"):
        say(office, household, round_)
    brief(project, household, office)
    consent = say(office, household, round_)
    assert consent.briefing_id is not None
    assert consent.unbriefed_reason == ""


def test_a_briefing_on_an_older_version_is_not_enough(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    publish(project, office)
    brief(project, household, office)
    policy = policies.list_policies(project.id)[0]
    draft = policies.start_version(actor=office, policy=policy)
    policies.edit_draft(actor=office, version=draft, title="方案", text="新", points=["新"], change_note="改")
    policies.publish(actor=office, version=draft, now=TEN - timedelta(hours=1))
    with pytest.raises(DomainError, match=r"consent\.not_briefed"):
        say(office, household, round_)


def test_a_word_given_before_the_new_version_rests_on_the_old_one(
    project: Project, office: User, round_: Round
) -> None:
    household = factories.household(project, sheet=factories.sheet())
    publish(project, office)
    brief(project, household, office)
    policy = policies.list_policies(project.id)[0]
    draft = policies.start_version(actor=office, policy=policy)
    policies.edit_draft(actor=office, version=draft, title="方案", text="新", points=["新"], change_note="改")
    policies.publish(actor=office, version=draft, now=TEN + timedelta(hours=1))
    assert say(office, household, round_).briefing_id is not None


def test_without_a_briefing_the_reason_is_written_down_and_kept(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    publish(project, office)
    consent = say(office, household, round_, unbriefed_reason="人在国外，只能电话表态", channel=Channel.PHONE)
    assert (consent.briefing_id, consent.unbriefed_reason) == (None, "人在国外，只能电话表态")


def with_agent(project: Project, **values: Any) -> Household:
    paper = {
        "agent_for": "张伟", "authorisation_matter": "征询", "authorisation_power": "代为表态",
        "authorisation_until": date(2026, 12, 31), "authorisation_signed": True,
    } | values  # fmt: skip
    agent = factories.person("李娜", 2, roles=(codes.PersonRole.AGENT,), sex=codes.Sex.FEMALE, **paper)
    return factories.household(project, sheet=factories.sheet(persons=(factories.person(), agent)))


def test_an_agent_with_a_full_authorisation_speaks_for_the_owner_by_民法典_art_165(
    project: Project, office: User, round_: Round
) -> None:
    household = with_agent(project)
    consent = say(office, household, round_, channel=Channel.PROXY, agent_id=person_id(household, "p2"))
    assert (consent.person_name, consent.agent_name) == ("张伟", "李娜")


def test_an_agent_whose_authorisation_ran_out_does_not_speak(project: Project, office: User, round_: Round) -> None:
    household = with_agent(project, authorisation_until=date(2026, 5, 12))
    with pytest.raises(DomainError, match=r"consent\.authorisation_ended"):
        say(office, household, round_, channel=Channel.PROXY, agent_id=person_id(household, "p2"))


def test_somebody_who_is_no_agent_does_not_speak_for_the_owner(project: Project, office: User, round_: Round) -> None:
    household = two_owners(project)
    with pytest.raises(DomainError, match=r"consent\.agent_missing"):
        say(office, household, round_, channel=Channel.PROXY, agent_id=person_id(household, "p2"))


def test_an_agent_may_show_an_authorisation_among_the_documents(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    paper = document(household, office, codes.DocumentCategory.AUTHORISATION)
    photo = document(household, office, codes.DocumentCategory.PHOTO)
    proxy: dict[str, Any] = {"channel": Channel.PROXY, "agent_name": "王五"}
    for wrong in (None, photo.id, uuid4()):
        with pytest.raises(DomainError, match=r"consent\.authorisation_unknown"):
            say(office, household, round_, authorisation_id=wrong, **proxy)
    consent = say(office, household, round_, authorisation_id=paper.id, evidence_id=photo.id, **proxy)
    assert (consent.agent_name, consent.authorisation_id, consent.evidence_id) == ("王五", paper.id, photo.id)


def test_evidence_is_a_document_of_the_household(project: Project, office: User, round_: Round) -> None:
    household, other = two_owners(project), two_owners(project, door="3-2-502")
    foreign = document(other, office, codes.DocumentCategory.CONSENT)
    with pytest.raises(DomainError, match=r"consent\.evidence_unknown"):
        say(office, household, round_, evidence_id=foreign.id)


def test_a_word_sent_twice_is_recorded_once(project: Project, office: User, round_: Round) -> None:
    household, key = factories.household(project, sheet=factories.sheet()), uuid4()
    assert say(office, household, round_, key=key) is say(office, household, round_, key=key)
    assert len(list_records(household.id)) == 1


def test_each_act_writes_one_entry_also_a_change(project: Project, office: User, round_: Round) -> None:
    household = factories.household(project, sheet=factories.sheet())
    before = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    say(office, household, round_)
    consent = say(office, household, round_, Choice.ABSTAIN, change_reason="改")
    withdraw_consent(actor=office, consent=consent, reason="再想", now=NOW)
    actions = db.session.scalars(
        select(AuditEntry.action).where(AuditEntry.seq > before).order_by(AuditEntry.seq)
    ).all()
    assert actions == ["consent.record", "consent.record", "consent.withdraw"]


def test_the_standing_follows_when_a_sheet_changes_the_owners(project: Project, office: User, round_: Round) -> None:
    sheet = factories.sheet()
    household = factories.household(project, sheet=sheet)
    say(office, household, round_)
    new = factories.person("李娜", 2, sex=codes.Sex.FEMALE)
    changed = replace(sheet, coown_type=codes.Coown.JOINT, persons=(*sheet.persons, new))
    save_sheet(actor=office, household=household, base=1, pairs=to_pairs(changed))
    assert standing(household, round_) == ("incomplete", Decimal("85.20"))
    sold = replace(sheet, persons=(new,), parts=(replace(sheet.parts[0], area_cert_m2=None),))
    save_sheet(actor=office, household=household, base=2, pairs=to_pairs(sold))
    assert standing(household, round_) == ("none", Decimal("85.60"))


def test_a_closed_round_stays_as_it_was_counted(project: Project, office: User, round_: Round) -> None:
    sheet = factories.sheet()
    household, silent = factories.household(project, sheet=sheet), factories.household(project, "3-2-502", sheet=sheet)
    say(office, household, round_)
    rounds.close_round(actor=office, round_=round_, now=NOW)
    bigger = replace(sheet, parts=(replace(sheet.parts[0], area_cert_m2=Decimal("99.00")),))
    for each in (household, silent):
        save_sheet(actor=office, household=each, base=1, pairs=to_pairs(bigger))
    factories.household(project, "3-2-601", sheet=sheet)
    silent.removed_at = NOW
    db.session.flush()
    counted = rounds.overview(round_, rounds.round_scope(office, round_))
    assert counted.whole == rounds.Count(2, Decimal("170.40"))
    assert counted.agree == rounds.Count(1, Decimal("85.20"))


def test_a_round_is_counted_in_households_and_area(project: Project, office: User, round_: Round) -> None:
    agreeing = [factories.household(project, f"3-1-{room}", sheet=factories.sheet()) for room in (101, 102)]
    factories.household(project, "4-1-101", sheet=factories.sheet())
    for household in agreeing:
        say(office, household, round_)
    counted = rounds.overview(round_, household_scope(office, project.id))
    assert counted.whole == rounds.Count(3, Decimal("255.60"))
    assert counted.by_choice[H.NONE] == rounds.Count(1, Decimal("85.20"))
    assert (counted.agree, counted.answered) == (rounds.Count(2, Decimal("170.40")), 2)
    assert (counted.reached_by_households, counted.reached_by_area) == (True, True)
    by_building = rounds.overview_by_building(round_, household_scope(office, project.id))
    assert [(building.no, counts[H.AGREE], counts[H.NONE]) for building, counts in by_building] == [
        ("3", 2, 0),
        ("4", 0, 1),
    ]


def test_a_round_without_a_threshold_reaches_nothing(project: Project, office: User) -> None:
    round_ = rounds.open_round(actor=office, project=project, kind=codes.RoundKind.PLAN, title="意见")
    counted = rounds.overview(round_, household_scope(office, project.id))
    assert (counted.reached_by_households, counted.reached_by_area, counted.whole.households) == (None, None, 0)


def test_the_silent_are_named(project: Project, office: User, round_: Round) -> None:
    household = two_owners(project)
    say(office, household, round_)
    assert rounds.silent_names(round_, [household]) == {household.id: ["李娜"]}


def test_a_round_needs_a_published_policy_when_it_names_one(project: Project, office: User) -> None:
    draft = policies.create_policy(actor=office, project=project, title="方案", text="正文", points=["要点"])
    with pytest.raises(DomainError, match=r"round\.policy_unpublished"):
        rounds.open_round(actor=office, project=project, kind=codes.RoundKind.PLAN, title="意见", policy_id=draft.id)


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["p1", "p2", "p3"]), st.sampled_from(list(Choice))),
        st.tuples(st.just("withdraw"), st.sampled_from(["p1", "p2", "p3"]), st.none()),
        st.tuples(st.just("sheet"), st.sampled_from(list(codes.Coown)), st.sets(st.sampled_from(["p1", "p2", "p3"]))),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_the_standing_kept_is_the_one_computed_anew_after_any_sequence(
    project: Project, office: User, round_: Round, acts: list[tuple[str, Any, Any]]
) -> None:
    with db.session.begin_nested() as trial:
        people = tuple(
            factories.person(name, number, share_num=1, share_den=3)
            for number, name in enumerate(("张伟", "李娜", "王芳"), 1)
        )
        sheet = factories.sheet(coown_type=codes.Coown.SHARES, persons=people)
        household = factories.household(project, sheet=sheet, actor=office)
        has_spoken = False
        for kind, who, what in acts:
            if kind == "sheet":
                roles = {person.uid: (codes.PersonRole.OWNER,) if person.uid in what else () for person in people}
                persons = tuple(replace(person, roles=roles[person.uid]) for person in people)
                changed = replace(sheet, coown_type=who, persons=persons)
                save_sheet(actor=office, household=household, base=household.sheet_version, pairs=to_pairs(changed))
            else:
                standing_now = list_standing_records(household, round_).get(person_id(household, who))
                if kind == "withdraw":
                    if standing_now is not None:
                        withdraw_consent(actor=office, consent=standing_now, reason="撤回", now=NOW)
                elif any(voice.person_id == person_id(household, who) for voice in list_voices(household)):
                    say(office, household, round_, what, uid=who, change_reason="变更", given_at=TEN)
                    has_spoken = True
            db.session.expire_all()
            kept = standing(household, round_)
            anew = stand_of(household, list_voices(household), list_records(household.id, round_.id))
            assert kept == ((anew.choice.value, anew.area_m2) if has_spoken else None)
        trial.rollback()
