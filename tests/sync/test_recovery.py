"""A forgotten secret: the key that a tablet sealed opens for that tablet, after a new code, and for nobody else."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from survey.domain.access import Role
from survey.models import AuditEntry, Device, Project, Visit, crypto, db, utc_now
from survey.services import device as devices
from tests import factories
from tests.sync.tablet import Tablet, hold
from tests.sync.test_handover import seal

KEY = os.urandom(32)


def sealed(
    device_id: UUID, key: bytes = KEY, info: bytes = b"ruhu key v1", place: UUID | None = None
) -> dict[str, str]:
    """The key as a tablet keeps it (docs/sync.md, A forgotten secret)."""
    return {"device": str(device_id), **seal(key, info, str(place or device_id).encode())}


def ask(tablet: Tablet, told: Any) -> Any:
    return tablet.call("POST", "/api/key", json=told)


def code_of(answer: Any) -> str:
    assert answer.status_code == 422 and answer.json["message"] and "key" not in answer.json
    return str(answer.json["code"])


def readmitted(tablet: Tablet) -> Tablet:
    """The same tablet after a new code of the office."""
    device = db.session.get_one(Device, tablet.device_id)
    code = devices.renew(actor=None, device=device)
    db.session.commit()
    answer = tablet.app.test_client().post("/api/enrol", json={"code": code, "name": "", "app": "1"})
    assert answer.json["session"]["device"]["id"] == str(tablet.device_id), "the same device as before"
    db.session.expire_all()
    return Tablet(tablet.app, tablet.project, tablet.user, answer.json["token"], tablet.device_id, tablet.seq)


def acts(device_id: UUID) -> list[str]:
    query = select(AuditEntry).where(AuditEntry.noun_id == str(device_id)).order_by(AuditEntry.seq)
    return [row.action for row in db.session.scalars(query)]


@pytest.fixture
def tablet(app: Flask, project: Project) -> Tablet:
    return Tablet.enrolled(app, project)


def test_after_a_new_code_the_tablet_gets_its_own_key_back(tablet: Tablet) -> None:
    again = readmitted(tablet)
    answer = ask(again, sealed(tablet.device_id))
    assert base64.b64decode(answer.json["key"]) == KEY
    assert "no-store" in answer.headers["Cache-Control"]
    assert acts(tablet.device_id) == [
        "device.invite",
        "device.enrol",
        "device.renew",
        "device.enrol",
        "device.open_key",
    ]
    kept = db.session.scalars(select(AuditEntry.details)).all()
    assert base64.b64encode(KEY).decode() not in str(kept) and KEY.hex() not in str(kept)
    assert ask(tablet, sealed(tablet.device_id)).status_code == 401, "the old token ended with the new code"


def test_another_devices_key_is_not_opened(app: Flask, tablet: Tablet) -> None:
    mine = Tablet.enrolled(app, tablet.project, user=tablet.user)
    assert code_of(ask(mine, sealed(tablet.device_id))) == "recovery.other_device"
    relabelled = {**sealed(tablet.device_id), "device": str(mine.device_id)}
    assert code_of(ask(mine, relabelled)) == "recovery.closed", "the key is bound to the device that sealed it"
    assert "device.open_key" not in acts(mine.device_id) + acts(tablet.device_id)


def test_a_key_that_was_sealed_for_another_installation_does_not_open(tablet: Tablet) -> None:
    told, ring = sealed(tablet.device_id), crypto.ring()
    try:
        crypto.use(crypto.Keyring.made())
        assert code_of(ask(tablet, told)) == "recovery.closed"
    finally:
        crypto.use(ring)


def test_what_is_no_key_is_refused(tablet: Tablet) -> None:
    good = sealed(tablet.device_id)
    exported = sealed(tablet.device_id, info=b"ruhu export v1")
    for told in (
        exported, sealed(tablet.device_id, key=b"short"), {**good, "iv": "AAAA"}, {**good, "ct": 7}, {**good, "epk": "*"},
        {name: text for name, text in good.items() if name != "ct"},
    ):  # fmt: skip
        assert code_of(ask(tablet, told)) == "recovery.closed"
    assert code_of(ask(tablet, {})) == "recovery.other_device"
    assert code_of(tablet.call("POST", "/api/key", data=b"{")) == "sync.not_json"
    assert acts(tablet.device_id) == ["device.invite", "device.enrol"]


def test_long_after_the_code_a_token_alone_opens_no_key(tablet: Tablet) -> None:
    db.session.get_one(Device, tablet.device_id).enrolled_at = utc_now() - timedelta(minutes=31)
    assert code_of(ask(tablet, sealed(tablet.device_id))) == "recovery.late"


@pytest.mark.parametrize("end", ["revoke", "order_wipe"])
def test_a_tablet_that_was_revoked_or_is_to_be_wiped_gets_nothing(tablet: Tablet, end: str) -> None:
    getattr(devices, end)(actor=None, device=db.session.get_one(Device, tablet.device_id))
    answer = ask(tablet, sealed(tablet.device_id))
    assert answer.status_code == 403 and answer.json["lock"] and "key" not in answer.json
    assert "device.open_key" not in acts(tablet.device_id)


def test_nobody_without_a_token_is_answered(app: Flask, tablet: Tablet) -> None:
    answer = app.test_client().post("/api/key", json=sealed(tablet.device_id))
    hold("post", "/api/key", answer.status_code, answer.json)
    assert answer.status_code == 401


@pytest.mark.parametrize("is_renewed", [True, False], ids=["a new code for the tablet", "enrolled as a new one"])
def test_what_was_sent_before_a_new_code_is_known_after_it_and_followed(
    app: Flask, tablet: Tablet, is_renewed: bool
) -> None:
    household = factories.household(tablet.project)
    partner = factories.member(tablet.project, Role.SURVEYOR)
    factories.assign(tablet.user, household)
    first = tablet.visit(household, partner, "nobody_home")
    assert tablet.send_one(first)["status"] == "applied"  # and the answer is lost
    later = tablet.visit(household, partner, "nobody_home", prev=first["id"])
    again = readmitted(tablet) if is_renewed else Tablet.enrolled(app, tablet.project, user=tablet.user)
    results = again.send(first, later)
    assert [(each["status"], each.get("duplicate", False)) for each in results] == [
        ("applied", True),
        ("applied", False),
    ]
    assert len(db.session.scalars(select(Visit)).all()) == 2
