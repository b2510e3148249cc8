"""Who may give a consent, when, resting on what; areas and shares as they are counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from survey.domain.codes import Channel, Choice, Coown, PersonRole, Tenure
from survey.domain.consent import (
    Authorisation,
    Given,
    Ground,
    Record,
    Voice,
    check_may_give,
    check_may_withdraw,
    check_threshold,
    in_force,
    percent_text,
    reaches,
    standing_choice,
    voices,
    voting_area_m2,
)
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError

TEN = datetime(2026, 5, 13, 2, 0, tzinfo=UTC)
NOW = TEN + timedelta(days=1)
OWNER = frozenset({PersonRole.OWNER})
TENANT = frozenset({PersonRole.TENANT})
ZHANG = Voice(person_id=1, name="张伟", roles=OWNER, birth_date=date(1970, 5, 14))
GIVEN = Given(person_id=1, choice=Choice.AGREE, channel=Channel.IN_PERSON, given_at=TEN)
GROUND = Ground(opened_at=TEN - timedelta(days=2), closed_at=None, has_policy=True, briefed_at=TEN)
PAPER = Authorisation(
    agent_name="李娜", matter="征询表态", power="代为表态、签字", until=date(2026, 12, 31), is_signed=True
)
BY_AGENT = replace(GIVEN, channel=Channel.PROXY, authorisation=PAPER)


def test_an_owner_who_was_briefed_may_agree() -> None:
    check_may_give(GIVEN, ZHANG, GROUND, NOW)


@pytest.mark.parametrize(
    ("given", "voice", "ground", "code", "field"),
    [
        pytest.param(GIVEN, ZHANG, replace(GROUND, closed_at=NOW), "consent.round_closed", None, id="a closed round"),
        pytest.param(GIVEN, None, GROUND, "consent.not_owner", "person_id", id="民法典 art 301: not a co-owner"),
        pytest.param(
            GIVEN, replace(ZHANG, deceased=True), GROUND, "consent.owner_deceased", "person_id", id="民法典 art 13: deceased"
        ),
        pytest.param(replace(GIVEN, given_at=NOW + timedelta(1)), ZHANG, GROUND, "consent.in_future", "given_at", id="future"),
        pytest.param(
            replace(GIVEN, given_at=TEN - timedelta(days=3)), ZHANG, GROUND, "consent.before_round", "given_at",
            id="before the round",
        ),
        pytest.param(
            GIVEN, replace(ZHANG, birth_date=date(2010, 5, 14)), GROUND, "consent.minor", "agent",
            id="民法典 arts 19, 23: a minor's guardian speaks",
        ),
        pytest.param(
            replace(GIVEN, channel=Channel.PROXY), ZHANG, GROUND, "consent.agent_missing", "agent", id="proxy without agent"
        ),
        pytest.param(
            replace(BY_AGENT, authorisation=Authorisation(agent_name=" ", is_document=True)), ZHANG, GROUND,
            "consent.agent_missing", "agent_name", id="an agent has a name",
        ),
        pytest.param(
            replace(BY_AGENT, channel=Channel.PHONE), ZHANG, GROUND, "consent.not_proxy", "channel", id="an agent is a proxy"
        ),
        *(
            pytest.param(
                replace(BY_AGENT, authorisation=replace(PAPER, **{field: value})), ZHANG, GROUND,
                "consent.authorisation_incomplete", "agent", id=f"民法典 art 165: without {field}",
            )
            for field, value in (("matter", ""), ("power", ""), ("until", None), ("is_signed", False))
        ),
        pytest.param(
            replace(BY_AGENT, authorisation=replace(PAPER, until=date(2026, 5, 12))), ZHANG, GROUND,
            "consent.authorisation_ended", "agent", id="民法典 art 173: the authorisation ran out the day before",
        ),
        pytest.param(
            replace(GIVEN, choice=Choice.DISAGREE), ZHANG, GROUND, "consent.reason_missing", "reasons", id="disagrees: why"
        ),
        pytest.param(
            replace(GIVEN, choice=Choice.CONDITIONAL), ZHANG, GROUND, "consent.reason_missing", "reasons", id="on what condition"
        ),
        pytest.param(
            GIVEN, ZHANG, replace(GROUND, briefed_at=None), "consent.not_briefed", "unbriefed_reason",
            id="590号 art 13: explained first",
        ),
        pytest.param(
            GIVEN, ZHANG, replace(GROUND, briefed_at=TEN + timedelta(days=1)), "consent.not_briefed", "unbriefed_reason",
            id="590号 art 13: a briefing after the word is none",
        ),
    ],
)  # fmt: skip
def test_a_consent_is_refused(given: Given, voice: Voice | None, ground: Ground, code: str, field: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        check_may_give(given, voice, ground, NOW)
    assert (refused.value.code, refused.value.field) == (code, field)


@pytest.mark.parametrize(
    ("given", "voice", "ground"),
    [
        pytest.param(BY_AGENT, ZHANG, GROUND, id="民法典 art 165: a full authorisation"),
        pytest.param(
            replace(BY_AGENT, authorisation=replace(PAPER, until=date(2026, 5, 13))), ZHANG, GROUND, id="on its last day"
        ),
        pytest.param(
            replace(BY_AGENT, authorisation=Authorisation(agent_name="李娜", is_document=True)), ZHANG, GROUND,
            id="an authorisation among the documents",
        ),
        pytest.param(BY_AGENT, replace(ZHANG, birth_date=date(2020, 1, 1)), GROUND, id="民法典 art 23: through the guardian"),
        pytest.param(GIVEN, replace(ZHANG, birth_date=date(2008, 5, 13)), GROUND, id="民法典 art 17: 18 on that day"),
        pytest.param(replace(GIVEN, choice=Choice.DISAGREE, has_reasons=True), ZHANG, GROUND, id="disagrees and says why"),
        pytest.param(replace(GIVEN, choice=Choice.ABSTAIN), ZHANG, GROUND, id="abstains without a reason"),
        pytest.param(
            replace(GIVEN, unbriefed_reason="人在外地"), ZHANG, replace(GROUND, briefed_at=None), id="unbriefed with its reason"
        ),
        pytest.param(GIVEN, ZHANG, replace(GROUND, has_policy=False, briefed_at=None), id="no policy to brief on"),
        pytest.param(GIVEN, ZHANG, replace(GROUND, briefed_at=TEN + timedelta(minutes=5)), id="briefed the same day"),
    ],
)  # fmt: skip
def test_a_consent_may_be_given(given: Given, voice: Voice, ground: Ground) -> None:
    check_may_give(given, voice, ground, NOW)


def test_in_public_housing_the_tenants_are_asked_by_青岛条例_art_12() -> None:
    owner, tenant = Voice(person_id=1, roles=OWNER), Voice(person_id=2, roles=TENANT)
    assert voices(Tenure.PUBLIC_MANAGED, [owner, tenant]) == [tenant]
    assert voices(Tenure.UNIT_MANAGED, [owner]) == [owner]
    assert voices(Tenure.COMMERCIAL, [owner, tenant]) == [owner]
    assert voices(None, [tenant]) == []


def test_tenants_of_public_housing_are_all_asked_alike() -> None:
    one, two = (
        Voice(person_id=1, roles=TENANT, share=Fraction(2, 3)),
        Voice(person_id=2, roles=TENANT, share=Fraction(1, 3)),
    )
    said = [Record(1, 1, Choice.AGREE)]
    assert standing_choice(Tenure.PUBLIC_MANAGED, Coown.SHARES, [one, two], said) is HouseholdChoice.INCOMPLETE


def test_by_民法典_art_301_two_thirds_of_the_shares_speak_for_the_household() -> None:
    one, two = (
        Voice(person_id=1, roles=OWNER, share=Fraction(2, 3)),
        Voice(person_id=2, roles=OWNER, share=Fraction(1, 3)),
    )
    said = [Record(1, 1, Choice.AGREE)]
    assert standing_choice(None, Coown.SHARES, [one, two], said) is HouseholdChoice.AGREE
    assert standing_choice(None, Coown.JOINT, [one, two], said) is HouseholdChoice.INCOMPLETE


def test_a_deceased_owner_is_silent_also_when_they_had_spoken() -> None:
    said = [Record(1, 1, Choice.AGREE)]
    assert standing_choice(None, Coown.SOLE, [replace(ZHANG, deceased=True)], said) is HouseholdChoice.NONE


def test_a_withdrawn_word_no_longer_stands_and_a_new_one_does() -> None:
    records = [Record("a", 1, Choice.AGREE), Record("b", 1, None, "a")]
    assert in_force(records) == {}
    later = Record("c", 1, Choice.DISAGREE)
    assert in_force([*records, later]) == {1: later}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"closed_at": NOW}, "consent.round_closed", id="a closed round"),
        pytest.param({"reason": " "}, "consent.withdraw_reason", id="without a reason"),
        pytest.param({"withdrawn_at": NOW + timedelta(days=1)}, "consent.in_future", id="in the future"),
        pytest.param({"withdrawn_at": TEN - timedelta(days=1)}, "consent.before_word", id="before the word"),
        pytest.param({"records": [Record("a", 1, Choice.AGREE), Record("b", 1, None, "a")]}, "consent.not_standing",
                     id="withdrawn already"),
        pytest.param({"record": Record("b", 1, None, "a")}, "consent.not_standing", id="a withdrawal is no word"),
    ],
)  # fmt: skip
def test_a_withdrawal_is_refused(changes: dict[str, Any], code: str) -> None:
    word = Record("a", 1, Choice.AGREE)
    values: dict[str, Any] = {
        "record": word, "records": [word], "closed_at": None, "withdrawn_at": NOW, "given_at": TEN, "now": NOW, "reason": "改主意",
    } | changes  # fmt: skip
    record, records = values.pop("record"), values.pop("records")
    with pytest.raises(DomainError) as refused:
        check_may_withdraw(record, records, **values)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("areas", "area"),
    [
        pytest.param(("85.20", "86.00", "80.00"), "85.20", id="解释 art 8: the register first"),
        pytest.param(("0", "86.00", "80.00"), "86.00", id="解释 art 8: not registered: as surveyed"),
        pytest.param((None, None, "80.00"), "80.00", id="解释 art 8: not surveyed: the contract"),
        pytest.param((None, "0", None), "0", id="nothing known"),
    ],
)
def test_the_area_that_counts(areas: tuple[str | None, ...], area: str) -> None:
    assert voting_area_m2(*(Decimal(each) if each is not None else None for each in areas)) == Decimal(area)


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [(1, 3, "33.3%"), (2, 3, "66.6%"), (1999, 2000, "99.9%"), (3, 3, "100.0%"), (0, 7, "0.0%"), (0, 0, "—"),
     (Decimal("85.20"), Decimal("170.40"), "50.0%")],
)  # fmt: skip
def test_a_share_is_cut_and_never_rounded_up(part: Any, whole: Any, text: str) -> None:
    assert percent_text(part, whole) == text


def test_以上_includes_the_number_by_民法典_art_1259() -> None:
    two_thirds = Fraction(2, 3)
    assert reaches(2, 3, two_thirds)
    assert not reaches(1999, 3000, two_thirds)
    assert not reaches(0, 0, two_thirds)


@pytest.mark.parametrize(("num", "den"), [(0, 3), (4, 3), (1, None), (None, 3)])
def test_a_threshold_is_a_share_of_the_whole(num: int | None, den: int | None) -> None:
    with pytest.raises(DomainError, match=r"round\.threshold_form"):
        check_threshold(num, den)


def test_a_round_may_have_a_threshold_or_none() -> None:
    check_threshold(95, 100)
    check_threshold(1, 1)
    check_threshold(None, None)
