"""The sealed export: what a tablet seals opens here and nowhere else, and is taken once."""

from __future__ import annotations

import base64
import json
import os
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from PIL import Image

from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.models import Blob, Device, Project, User, Visit, crypto, db, new_id
from survey.services import device as devices
from survey.sync import handover
from survey.sync.sealed import office_key
from tests import factories


def seal(clear: bytes, info: bytes, place: bytes | None = None) -> dict[str, str]:
    """Bytes as a tablet seals them for the office."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(office_key()))
    own, nonce = ec.generate_private_key(ec.SECP256R1()), os.urandom(12)
    key = HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(own.exchange(ec.ECDH(), theirs))
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    parts = {"epk": point, "iv": nonce, "ct": AESGCM(key).encrypt(nonce, clear, place)}
    return {name: base64.b64encode(part).decode() for name, part in parts.items()}


def sealed(export: Any) -> bytes:
    """A file as a tablet writes it (docs/sync.md, Sealed export)."""
    return json.dumps({"ruhu": "export", "v": 1, **seal(json.dumps(export).encode(), b"ruhu export v1")}).encode()


EMPTY: dict[str, Any] = {"token": "x", "made_at": "2026-05-13T02:00:00Z", "skew": 0, "events": [], "blobs": {}}


def refusal(data: bytes) -> str:
    with pytest.raises(DomainError) as refused:
        handover.open_export(data)
    return refused.value.code


def test_what_a_tablet_sealed_opens(app: Flask) -> None:
    assert handover.open_export(sealed(EMPTY)) == EMPTY


def test_the_key_is_a_point_and_stays_the_same_over_restarts(app: Flask) -> None:
    first = office_key()
    assert len(base64.b64decode(first)) == 65 and base64.b64decode(first)[0] == 4
    crypto.use(crypto.ring())
    assert office_key() == first


def test_another_installation_has_another_key_and_cannot_open_it(app: Flask) -> None:
    ring, data = crypto.ring(), sealed(EMPTY)
    try:
        crypto.use(crypto.Keyring.made())
        assert refusal(data) == "handover.closed"
    finally:
        crypto.use(ring)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "handover.not_export"),
        (b"PK\x03\x04", "handover.not_export"),
        (b"[]", "handover.not_export"),
        (b"[" * 100_000, "handover.not_export"),
        (b'{"ruhu": "roster"}', "handover.not_export"),
        (b'{"ruhu": "export", "v": 2}', "handover.version"),
        (b'{"ruhu": "export", "v": 1}', "handover.damaged"),
        (b'{"ruhu": "export", "v": 1, "epk": "BAAA", "iv": "AAAA", "ct": "AAAA"}', "handover.damaged"),
        (b'{"ruhu": "export", "v": 1, "epk": 1, "iv": 2, "ct": 3}', "handover.damaged"),
    ],
)
def test_other_files_are_refused_in_words(app: Flask, data: bytes, code: str) -> None:
    assert refusal(data) == code


def test_a_file_that_was_cut_or_changed_is_refused(app: Flask) -> None:
    data = sealed(EMPTY)
    assert refusal(data[:-20]) == "handover.damaged"
    told = json.loads(data)
    cipher = bytearray(base64.b64decode(told["ct"]))
    cipher[3] ^= 1
    told["ct"] = base64.b64encode(bytes(cipher)).decode()
    assert refusal(json.dumps(told).encode()) == "handover.closed"


@pytest.mark.parametrize("export", [[], {}, {**EMPTY, "events": {}}, {**EMPTY, "token": None}, {**EMPTY, "blobs": []}])
def test_a_sealed_thing_that_is_no_export_is_refused(app: Flask, export: Any) -> None:
    assert refusal(sealed(export)) == "handover.damaged"


# --- taking it


def enrolled(project: Project) -> tuple[Device, str, User, User]:
    one, two = (factories.member(project, Role.SURVEYOR, name) for name in ("王芳", "李四"))
    _row, code = devices.invite(actor=None, project=project, user=one, name="3 号平板")
    device, token = devices.enrol(code=code, name="", app="1")
    return device, token, one, two


def visit_event(household_id: object, one: User, two: User, seq: int = 1, **values: Any) -> dict[str, Any]:
    pairs = [["result", "done"], ["surveyor_1", str(one.id)], ["surveyor_2", str(two.id)],
             ["started_at", "2026-05-13T10:00"], ["ended_at", "2026-05-13T10:30"]]  # fmt: skip
    return {
        "id": str(new_id()), "type": "visit", "form": "sheet", "fv": 1, "hid": str(household_id), "base": 0,
        "prev": None, "at": "2026-05-13T02:31:00+00:00", "seq": seq, "pairs": pairs, "clear": [], "blobs": [],
        "about": {}, **values,
    }  # fmt: skip


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def test_its_records_are_taken_once_with_their_photos(project: Project) -> None:
    device, token, one, two = enrolled(project)
    household = factories.household(project)
    factories.assign(one, household)
    photo = picture()
    export = {
        **EMPTY, "token": token, "events": [visit_event(household.id, one, two)],
        "blobs": {sha256(photo).hexdigest(): base64.b64encode(photo).decode()},
    }  # fmt: skip
    device.unsent, seen = 5, device.seen_at
    opened = handover.open_export(sealed(export))
    assert handover.device_of(opened, project.id) is device
    for is_again in (False, True):
        [result] = handover.take_export(actor=one, device=device, export=opened)
        assert (result["status"], result.get("duplicate", False)) == ("applied", is_again)
    assert len(db.session.query(Visit).all()) == len(db.session.query(Blob).all()) == 1
    assert (device.unsent, device.seen_at) == (4, seen), "the file came, not the tablet"


def test_more_records_than_a_request_may_bring_are_taken_in_parts(project: Project) -> None:
    device, token, one, two = enrolled(project)
    missing = [visit_event(new_id(), one, two, seq) for seq in range(1, 61)]
    results = handover.take_export(actor=one, device=device, export={**EMPTY, "token": token, "events": missing})
    assert [each["id"] for each in results] == [each["id"] for each in missing]


def test_a_photo_that_is_not_what_its_name_says_refuses_the_file(project: Project) -> None:
    device, token, one, _two = enrolled(project)
    export = {**EMPTY, "token": token, "blobs": {"0" * 64: base64.b64encode(picture()).decode()}}
    with pytest.raises(DomainError) as refused:
        handover.take_export(actor=one, device=device, export=export)
    assert refused.value.code == "handover.damaged"


def test_a_file_that_is_no_photo_does_not_keep_the_records_away(project: Project) -> None:
    device, token, one, two = enrolled(project)
    household = factories.household(project)
    factories.assign(one, household)
    text = b"no picture"
    export = {
        **EMPTY, "token": token, "events": [visit_event(household.id, one, two)],
        "blobs": {sha256(text).hexdigest(): base64.b64encode(text).decode()},
    }  # fmt: skip
    [result] = handover.take_export(actor=one, device=device, export=export)
    assert result["status"] == "applied"


def test_a_revoked_tablets_records_wait_for_the_office(project: Project) -> None:
    device, token, one, two = enrolled(project)
    household = factories.household(project)
    factories.assign(one, household)
    devices.revoke(actor=None, device=device)
    export = {**EMPTY, "token": token, "events": [visit_event(household.id, one, two)]}
    [result] = handover.take_export(actor=one, device=device, export=export)
    assert result["status"] == "held"


def test_another_projects_tablet_is_not_taken_here(project: Project) -> None:
    _device, token, _one, _two = enrolled(project)
    other = factories.project("QT", "其他项目")
    for told, where in ((token, other), ("unknown", project)):
        with pytest.raises(DomainError) as refused:
            handover.device_of({**EMPTY, "token": told}, where.id)
        assert refused.value.code == "handover.device_unknown"
