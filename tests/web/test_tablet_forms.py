"""The tablet's forms: blank ones that hold nobody's data, and checks that say the same on the tablet as on the server."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import date, datetime, time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask, render_template

from survey.domain.check import CHINA, Facts, Severity, check_sheet
from survey.domain.codes import Channel, Choice, DeliveryMethod, SignerRole, UnservedReason, VisitResult
from survey.domain.consent import (
    Authorisation,
    Given,
    Ground,
    Record,
    Voice,
    check_may_change,
    check_may_give,
    check_may_withdraw,
)
from survey.domain.delivery import DeliveryGiven, check_delivery
from survey.domain.errors import DomainError
from survey.domain.merge import merge, resolve
from survey.domain.message import MESSAGES
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import from_keys, from_pairs, to_keys
from survey.domain.signature import SignatureGiven, check_signature
from survey.domain.visit import VisitMade, check_visit
from survey.forms.consent import OTHER_AGENT
from survey.forms.sheet import SheetForm
from survey.web.tablet_forms import SPOKEN, shell_context

TABLET = Path(__file__).parents[2] / "frontend" / "tablet"
SCRIPT = TABLET / "check.js"
TODAY = "2022-02-10"
NOW = datetime(2022, 2, 10, 12, 0, tzinfo=CHINA)
PAGES = (
    "sheet", "visit", "briefing", "read", "consent", "request", "delivery", "photo", "sign", "summary", "conflict",
)  # fmt: skip
ASK = """
import { checkConsent, checkDelivery, checkSheet, checkSignature, checkVisit, checkWithdraw } from %s;
import { readFileSync } from "node:fs";
const { cases, today } = JSON.parse(readFileSync(0, "utf8"));
const now = `${today}T12:00`;
const agreed = ["李娜"];
const short = (found) => found && [found.code, found.field];
console.log(JSON.stringify({
  sheet: cases.sheet.map((one) => checkSheet(one.pairs, { today, hasDoor: one.has_door }).map(short)),
  visit: cases.visit.map((one) => short(checkVisit(one.pairs, { now, from: "08:00", until: "20:00" }))),
  delivery: cases.delivery.map((one) => short(checkDelivery(one.pairs, { now, hasEvidence: one.has_evidence, agreed }))),
  signature: cases.signature.map((one) => short(checkSignature(one.pairs, { now, hasEvidence: one.has_evidence }))),
  consent: cases.consent.map((one) => short(checkConsent(one.pairs, { now, isBriefed: one.is_briefed, standing: one.standing }))),
  withdraw: cases.withdraw.map((one) => short(checkWithdraw(one.pairs, { now, given: one.given }))),
}));
"""
SETTLE = """
import { settle } from %s;
import { readFileSync } from "node:fs";
const cases = JSON.parse(readFileSync(0, "utf8"));
console.log(JSON.stringify(cases.map((one) => settle(one, one.conflicts, new Set(one.chosen)))));
"""


def run_node(script: str, source: Path, given: object) -> Any:
    """What a script says of a value, by Node."""
    node = shutil.which("node")
    assert node, "node is needed: run make setup"
    run = [node, "--input-type=module", "--eval", script % json.dumps(source.as_uri())]
    told = subprocess.run(run, input=json.dumps(given), capture_output=True, check=True, text=True, timeout=60)
    return json.loads(told.stdout)


@pytest.fixture(scope="module")
def cases() -> Any:
    return json.loads((Path(__file__).parents[1] / "data" / "check_cases.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def told(cases: Any) -> Any:
    """What the tablet says of every case."""
    return run_node(ASK, SCRIPT, {"cases": cases, "today": TODAY})


def answers(case: Any) -> dict[str, str]:
    return {name: text for name, text in case["pairs"] if text}


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA) if text else None


def refusal(check: Any, *values: Any) -> list[str | None] | None:
    try:
        check(*values)
    except DomainError as error:
        return [error.code, error.field]
    return None


def test_a_sheet_is_found_wrong_on_the_tablet_as_on_the_server(app: Flask, cases: Any, told: Any) -> None:
    for case, script in zip(cases["sheet"], told["sheet"], strict=True):
        with app.test_request_context():
            pairs = SheetForm.from_pairs([tuple(pair) for pair in case["pairs"]]).to_pairs()
        facts = Facts(today=date.fromisoformat(TODAY), has_door=case["has_door"])
        server = [
            [each.code, each.field] for each in check_sheet(from_pairs(pairs), facts) if each.severity is Severity.HARD
        ]
        assert (server, script) == (case["findings"], case["findings"]), case["about"]


def test_a_visit_is_refused_on_the_tablet_as_on_the_server(cases: Any, told: Any) -> None:
    settings = ProjectSettings(visit_from=time(8), visit_until=time(20))
    for case, script in zip(cases["visit"], told["visit"], strict=True):
        given = answers(case)
        made = VisitMade(
            surveyor_1_id=given["surveyor_1"],
            surveyor_2_id=given["surveyor_2"],
            started_at=moment(given["started_at"]),  # type: ignore[arg-type]
            ended_at=moment(given["ended_at"]),  # type: ignore[arg-type]
            result=VisitResult(given["result"]),
            next_visit_at=moment(given.get("next_visit_at")),
            note=given.get("note", ""),
            hours_reason=given.get("hours_reason", ""),
        )
        assert (refusal(check_visit, made, settings, NOW), script) == (case["finding"], case["finding"]), case["about"]


def test_a_delivery_is_refused_on_the_tablet_as_on_the_server(cases: Any, told: Any) -> None:
    for case, script in zip(cases["delivery"], told["delivery"], strict=True):
        given = answers(case)
        made = DeliveryGiven(
            notice=given["notice"],
            method=DeliveryMethod(given["method"]),
            served_at=moment(given["served_at"]),  # type: ignore[arg-type]
            document_no=given.get("document_no", ""),
            mail_no=given.get("mail_no", ""),
            unserved=UnservedReason(given["unserved_reason"]) if given.get("is_served") == "no" else None,
            unserved_note=given.get("unserved_note", ""),
            server=given["server"],
            second_server=given.get("second_server", ""),
            place=given.get("announced_place" if given["method"] == "announced" else "place", ""),
            recipient=given.get("recipient", ""),
            for_self=given.get("for_self") != "no",
            recipient_relation=given.get("recipient_relation", ""),
            refused_reason=given.get("refused_reason", ""),
            witness=given.get("witness", ""),
            has_evidence=case["has_evidence"],
        )
        assert (refusal(check_delivery, made, NOW, ["李娜"]), script) == (case["finding"], case["finding"]), case[
            "about"
        ]


def test_a_signature_is_refused_on_the_tablet_as_on_the_server(cases: Any, told: Any) -> None:
    for case, script in zip(cases["signature"], told["signature"], strict=True):
        given = answers(case)
        made = SignatureGiven(
            signer_role=SignerRole(given["signer_role"]),
            signer_name=given["signer_name"],
            signed_at=moment(given["signed_at"]),  # type: ignore[arg-type]
            refused=given["signed"] == "no",
            refuse_reason=given.get("refuse_reason", ""),
            witness=given.get("witness", ""),
            has_evidence=case["has_evidence"],
        )
        assert (refusal(check_signature, made, NOW), script) == (case["finding"], case["finding"]), case["about"]


VOICE = Voice(person_id="p", name="张明")
OPENED = datetime(2022, 2, 1, 8, 0, tzinfo=CHINA)


def check_word(case: Any, given: dict[str, str]) -> None:
    """What the service of consents checks of a word, in its order."""
    at = moment(given["given_at"])
    assert at is not None
    agent, by_proxy = given.get("agent", ""), given["channel"] == Channel.PROXY
    whole = Authorisation(agent_name="李强", matter="表态", power="特别授权", until=date(2022, 12, 31), is_signed=True)
    other = Authorisation(agent_name=given.get("agent_name", ""), is_document=True)
    word = Given(
        person_id="p",
        choice=Choice(given["choice"]),
        channel=Channel(given["channel"]),
        given_at=at,
        has_reasons=bool(given.get("reasons") or given.get("reason_text", "").strip()),
        authorisation=(other if agent == OTHER_AGENT else whole) if by_proxy and agent else None,
        unbriefed_reason=given.get("unbriefed_reason", ""),
    )
    ground = Ground(
        opened_at=OPENED, closed_at=None, has_policy=True, briefed_at=OPENED if case["is_briefed"] else None
    )
    check_may_give(word, VOICE, ground, NOW)
    if case["standing"]:
        reason = given.get("change_reason", "")
        check_may_change(VOICE, Choice(case["standing"]["choice"]), reason)
        take_back(given, case["standing"]["at"], reason)


def take_back(given: dict[str, str], standing_since: str, reason: str) -> None:
    record, at, since = Record("w", "p", Choice.AGREE), moment(given["given_at"]), moment(standing_since)
    assert at is not None and since is not None
    check_may_withdraw(record, [record], closed_at=None, withdrawn_at=at, given_at=since, now=NOW, reason=reason)


def test_a_word_is_refused_on_the_tablet_as_on_the_server(cases: Any, told: Any) -> None:
    for case, script in zip(cases["consent"], told["consent"], strict=True):
        server = refusal(check_word, case, answers(case))
        assert (server, script) == (case["finding"], case["finding"]), case["about"]


def test_taking_a_word_back_is_refused_on_the_tablet_as_on_the_server(cases: Any, told: Any) -> None:
    for case, script in zip(cases["withdraw"], told["withdraw"], strict=True):
        given = answers(case)
        server = refusal(take_back, given, case["given"], given["reason"])
        assert (server, script) == (case["finding"], case["finding"]), case["about"]


def some_sheet(chance: Random) -> list[tuple[str, str]]:
    """A small sheet; a few of them differ here and there, in rows as well."""
    keys: dict[str, tuple[str, ...]] = {}
    for name in ("note", "lon", "lat", "mortgage", "mortgage_detail"):
        if chance.random() < 0.7:
            keys[name] = (chance.choice("12"),)
    for uid in "ab":
        if chance.random() < 0.8:
            keys |= {
                f"persons[{uid}].{name}": (chance.choice("12"),)
                for name in ("full_name", "id_type", "id_no", "relation")
                if chance.random() < 0.8
            }
    return from_keys(keys)


def test_a_dispute_is_decided_on_the_tablet_as_on_the_server() -> None:
    chance = Random(7)
    asked, wanted = [], []
    for _ in range(300):
        base, theirs, ours = (some_sheet(chance) for _ in range(3))
        merged = merge(to_keys(base), to_keys(theirs), to_keys(ours))
        groups = sorted({each.group for each in merged.conflicts})
        chosen = [group for group in groups if chance.random() < 0.5]
        conflicts = [{"key": each.key, "group": each.group} for each in merged.conflicts]
        asked.append({"from": base, "theirs": theirs, "ours": ours, "conflicts": conflicts, "chosen": chosen})
        wanted.append(resolve(merged, chosen))
    told = run_node(SETTLE, TABLET / "merge.js", asked)
    for case, script, server in zip(asked, told, wanted, strict=True):
        assert to_keys([(name, text) for name, text in script]) == server, case


def test_the_tablet_has_a_sentence_for_everything_that_it_finds() -> None:
    script = SCRIPT.read_text("utf-8")
    assert {code for code in SPOKEN if code not in MESSAGES} == set()
    missing = {code for code in MESSAGES if f'"{code}"' in script} - set(SPOKEN)
    assert not missing


@pytest.mark.parametrize("name", PAGES)
def test_a_blank_page_is_the_same_each_time_and_opens_no_session(app: Flask, name: str) -> None:
    with app.test_request_context("/tablet"):
        once, again = (render_template(f"tablet/page/{name}.html", **shell_context()) for _ in range(2))
    assert once == again, "the shell is kept under the hash of its content"
    assert "csrf" not in once
