"""Taking a word back on a tablet (撤回): as on the office's page, also of a word that was sent in the same batch."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.coownership import HouseholdChoice
from survey.models import Consent, Household, Project, Round, Standing, db, row_id, utc_now
from survey.services import round as rounds
from survey.services.standing import list_records
from tests import factories
from tests.sync.tablet import Tablet, china


@pytest.fixture
def round_(project: Project) -> Round:
    office = factories.member(project, Role.OFFICE)
    return rounds.open_round(
        actor=office, project=project, kind=codes.RoundKind.SOUNDING, title="摸底", question="同意吗？",
        now=utc_now() - timedelta(days=2), threshold_num=2, threshold_den=3,
    )  # fmt: skip


@pytest.fixture
def household(project: Project, round_: Round) -> Household:
    return factories.household(project, sheet=factories.sheet())


@pytest.fixture
def tablet(app: Flask, project: Project, household: Household) -> Tablet:
    return Tablet.enrolled(app, project, household)


def answers(**values: str) -> list[list[str]]:
    return [[name, text] for name, text in values.items()]


def say(tablet: Tablet, household: Household, round_: Round) -> dict[str, Any]:
    given_at = china(utc_now() - timedelta(hours=2))
    about = {"round": str(round_.id), "person": str(row_id(household.id, "p1"))}
    return tablet.event(
        "consent", household.id, pairs=answers(choice="agree", channel="in_person", given_at=given_at), about=about
    )


def take_back(tablet: Tablet, household: Household, word: dict[str, Any], **values: str) -> dict[str, Any]:
    told = {"reason": "和家人商量后改变主意", "channel": "phone", "given_at": china(utc_now() - timedelta(hours=1))}
    about = {"consent": word["id"]}
    return tablet.event("withdraw", household.id, pairs=answers(**told | values), about=about, prev=word["id"])


def records(household: Household, round_: Round) -> list[Consent]:
    return list_records(household.id, round_.id)


def test_a_word_and_its_withdrawal_from_one_day_without_a_network_stand_one_after_the_other(
    tablet: Tablet, household: Household, round_: Round
) -> None:
    word = say(tablet, household, round_)
    back = take_back(tablet, household, word)
    for is_again in (False, True):
        results = tablet.send(word, back)
        assert [(each["status"], each.get("duplicate", False)) for each in results] == [("applied", is_again)] * 2
    given, withdrawn = records(household, round_)
    assert str(given.id) == word["id"], "the tablet names a word that it has not sent by its event"
    assert withdrawn.withdraws_id == given.id
    assert (withdrawn.reason_text, withdrawn.channel) == ("和家人商量后改变主意", codes.Channel.PHONE)
    assert db.session.get_one(Standing, (round_.id, household.id)).choice == HouseholdChoice.NONE


def test_a_word_that_the_feed_told_is_taken_back(tablet: Tablet, household: Household, round_: Round) -> None:
    word = say(tablet, household, round_)
    tablet.send_one(word)
    tablet.pull()
    [told] = tablet.rows[str(household.id)]["words"]
    assert (told["id"], told["choice"]) == (word["id"], "agree")
    assert told["at"] == records(household, round_)[0].given_at.isoformat()
    assert tablet.send_one(take_back(tablet, household, told))["status"] == "applied"
    tablet.pull()
    assert tablet.rows[str(household.id)]["words"] == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("reason", ""),
        ("channel", ""),
        ("given_at", ""),
        ("given_at", china(utc_now() + timedelta(days=2))),
        ("given_at", china(utc_now() - timedelta(days=1))),
    ],
    ids=["no reason", "no channel", "no time", "in the future", "before the word"],
)
def test_what_the_page_refuses_is_refused_at_its_question(
    tablet: Tablet, household: Household, round_: Round, field: str, text: str
) -> None:
    word = say(tablet, household, round_)
    _given, refused = tablet.send(word, take_back(tablet, household, word, **{field: text}))
    assert refused["status"] == "invalid"
    assert [error["field"] for error in refused["errors"]] == [field]
    assert len(records(household, round_)) == 1


def test_a_word_is_taken_back_once(tablet: Tablet, household: Household, round_: Round) -> None:
    word = say(tablet, household, round_)
    results = tablet.send(word, take_back(tablet, household, word), take_back(tablet, household, word))
    assert [each["status"] for each in results] == ["applied", "applied", "invalid"]
    assert results[2]["message"] and len(records(household, round_)) == 2


def test_after_the_round_was_closed_a_withdrawal_waits_for_the_office(
    tablet: Tablet, household: Household, round_: Round
) -> None:
    word = say(tablet, household, round_)
    tablet.send_one(word)
    rounds.close_round(actor=factories.member(tablet.project, Role.OFFICE), round_=db.session.get_one(Round, round_.id))
    assert tablet.send_one(take_back(tablet, household, word))["status"] == "held"
    assert len(records(household, round_)) == 1


def test_another_households_word_is_not_taken_back(tablet: Tablet, household: Household, round_: Round) -> None:
    other = factories.household(tablet.project, "3-2-502", sheet=factories.sheet())
    word = say(tablet, household, round_)
    tablet.send_one(word)
    event = take_back(tablet, other, word)
    assert tablet.send_one(event)["status"] == "invalid"
    assert len(records(household, round_)) == 1
