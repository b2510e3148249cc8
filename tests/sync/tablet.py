"""A tablet as the tests play it: enrolled with a token, it sends events and pulls its feed; every answer is held to the API's
description."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask
from jsonschema import Draft202012Validator

from survey.domain.access import Role
from survey.domain.sheet import Sheet, to_pairs
from survey.forms.sheet import without_masked
from survey.models import Household, Project, User, db, new_id, utc_now
from survey.services import device as devices
from survey.sync.openapi import description
from tests import factories

DESCRIPTION = description()


def hold(method: str, path: str, status: int, body: Any) -> None:
    """Compare an answer with the description. Raises AssertionError with the first difference."""
    called = re.sub(r"[0-9A-Za-z]{64}", "{sha256}", path.partition("?")[0])
    answers = DESCRIPTION["paths"][called][method.lower()]["responses"]
    assert str(status) in answers, f"{method} {called} answers {status}, which its description does not know: {body}"
    content = answers[str(status)].get("content")
    if content is None:
        return
    schema = {**content["application/json"]["schema"], "components": DESCRIPTION["components"]}
    problems = sorted(Draft202012Validator(schema).iter_errors(body), key=str)
    assert not problems, f"{method} {called}: {problems[0].message} at {problems[0].json_path}"


@dataclass
class Tablet:
    """One enrolled tablet of a surveyor."""

    app: Flask
    project: Project
    user: User
    token: str
    device_id: UUID
    seq: int = 0
    cursor: str = ""
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def enrolled(cls, app: Flask, project: Project, *households: Household, user: User | None = None) -> Tablet:
        """A tablet of a surveyor to whom the households' buildings are given."""
        user = user or factories.member(project, Role.SURVEYOR)
        if households:
            factories.assign(user, *households)
        _, code = devices.invite(actor=None, project=project, user=user, name="平板一")
        db.session.commit()
        answer = app.test_client().post("/api/enrol", json={"code": code, "name": "tablet", "app": "1"})
        hold("post", "/api/enrol", answer.status_code, answer.json)
        tablet = cls(app, project, user, answer.json["token"], UUID(answer.json["session"]["device"]["id"]))
        db.session.expire_all()
        return tablet

    @property
    def marked(self) -> dict[str, str]:
        """How it names itself while it is locked."""
        return {"Authorization": f"Mark {sha256(self.token.encode()).hexdigest()}"}

    def call(self, method: str, path: str, **values: Any) -> Any:
        db.session.commit()  # what the test did so far is done
        headers = {"Authorization": f"Bearer {self.token}", **values.pop("headers", {})}
        answer = self.app.test_client().open(path, method=method, headers=headers, **values)
        hold(method, path, answer.status_code, answer.json)
        db.session.expire_all()
        return answer

    def event(self, type_: str, hid: UUID | str, at: datetime | None = None, **values: Any) -> dict[str, Any]:
        self.seq += 1
        return {
            "id": str(new_id()), "type": type_, "form": "sheet", "fv": 1, "hid": str(hid), "base": 0, "prev": None,
            "at": (at or utc_now()).isoformat(), "seq": self.seq, "pairs": [], "clear": [], "blobs": [], "about": {},
            **values,
        }  # fmt: skip

    def save(self, household: Household, sheet: Sheet, base: int, **values: Any) -> dict[str, Any]:
        """A save as the tablet's form makes it: without the numbers that it was never told."""
        return self.event("save", household.id, base=base, pairs=pairs(sheet), **values)

    def visit(self, household: Household, partner: User, result: str = "done", **values: Any) -> dict[str, Any]:
        end = utc_now().astimezone() - timedelta(minutes=1)
        answers = {
            "result": result, "surveyor_1": str(self.user.id), "surveyor_2": str(partner.id),
            "started_at": china(end - timedelta(minutes=9)), "ended_at": china(end), "hours_reason": "约在这时",
        }  # fmt: skip
        return self.event("visit", household.id, pairs=[[name, text] for name, text in answers.items()], **values)

    def send(self, *events: Any, **values: Any) -> list[dict[str, Any]]:
        answer = self.call("POST", "/api/events", json={"events": list(events), "unsent": len(events), **values})
        assert answer.status_code == 200, answer.json
        results: list[dict[str, Any]] = answer.json["results"]
        return results

    def send_one(self, event: Any) -> dict[str, Any]:
        return self.send(event)[0]

    def pull(self, limit: int = 100) -> bool:
        """Bring the tablet's rows up to date; whether the feed began anew."""
        was_reset, seen = False, set()
        while True:
            told = self.call("GET", f"/api/changes?since={self.cursor}&limit={limit}").json
            was_reset = was_reset or told["reset"]
            for row in told["rows"]:
                seen.add(row["id"])
                if row.get("gone"):
                    self.rows.pop(row["id"], None)
                else:
                    self.rows[row["id"]] = row
            self.cursor = told["cursor"]
            if not told["more"]:
                if was_reset:
                    self.rows = {key: row for key, row in self.rows.items() if key in seen}
                return was_reset


def pairs(sheet: Sheet) -> list[list[str]]:
    return [list(pair) for pair in without_masked(to_pairs(sheet))]


def china(moment: datetime) -> str:
    from survey.forms.offer import CHINA

    return moment.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")
