"""Photos in pieces: resumed where they broke off, checked, taken once, and joined to an event."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from survey.config import Config
from survey.models import Blob, Document, Household, Project, db
from survey.services.document import read_content
from survey.sync.blobs import PIECE
from tests import factories
from tests.sync.tablet import Tablet


@pytest.fixture
def household(project: Project) -> Household:
    return factories.household(project, sheet=factories.sheet())


@pytest.fixture
def tablet(app: Flask, project: Project, household: Household) -> Tablet:
    return Tablet.enrolled(app, project, household)


def photo(size: int = 700) -> bytes:
    out = BytesIO()
    Image.effect_noise((size, size), 90).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def name_of(data: bytes) -> str:
    return sha256(data).hexdigest()


def put(tablet: Tablet, data: bytes, at: int, *, name: str = "", total: int = 0, length: int = PIECE) -> Any:
    piece = data[at : at + length]
    path = f"/api/blobs/{name or name_of(data)}?at={at}&total={total or len(data)}"
    return tablet.call("PUT", path, data=piece)


def send(tablet: Tablet, data: bytes) -> str:
    at, done = 0, False
    while not done:
        told = put(tablet, data, at).json
        at, done = told["at"], told["done"]
    return name_of(data)


def test_a_photo_arrives_in_pieces_and_goes_on_where_it_broke_off(tablet: Tablet) -> None:
    data = photo()
    assert len(data) > PIECE, "the picture takes more than one piece"
    assert put(tablet, data, 0).json["at"] == PIECE
    told = tablet.call("GET", f"/api/blobs/{name_of(data)}/offset").json
    assert (told["at"], told["done"]) == (PIECE, False)
    wrong = put(tablet, data, 0)
    assert (wrong.status_code, wrong.json["at"]) == (409, PIECE)
    at = PIECE
    while not (told := put(tablet, data, at).json)["done"]:
        at = told["at"]
    assert told["at"] == len(data)
    assert put(tablet, data, 0).json["done"], "again is no fault"


def test_a_photo_that_another_tablet_brought_is_not_sent_twice(app: Flask, tablet: Tablet) -> None:
    name = send(tablet, photo(200))
    other = Tablet.enrolled(app, tablet.project)
    assert other.call("GET", f"/api/blobs/{name}/offset").json["done"]
    assert len(db.session.scalars(select(Blob)).all()) == 1


def test_a_piece_that_was_spoilt_on_its_way_is_asked_for_again(tablet: Tablet) -> None:
    data = photo(200)
    spoilt = put(tablet, data[:-1] + b"x", 0, name=name_of(data))
    assert (spoilt.status_code, spoilt.json["at"]) == (409, 0)
    assert put(tablet, data, 0).json["done"]


def test_what_is_no_picture_is_refused_for_good(tablet: Tablet) -> None:
    for data in (b"MZ" + b"x" * 500, b"<svg onload=alert(1)>", photo(200)[:2000]):
        answer = put(tablet, data, 0)
        assert answer.status_code == 422 and answer.json["message"]
    assert not db.session.scalars(select(Blob)).all()


@pytest.mark.parametrize("query", ["at=-1&total=5", "at=0&total=0", "at=x&total=y", "", "at=0&total=99999999999"])
def test_a_piece_without_sense_is_refused(tablet: Tablet, query: str) -> None:
    assert tablet.call("PUT", f"/api/blobs/{'0' * 64}?{query}", data=b"x").status_code == 422


def test_a_piece_beyond_its_size_is_refused(tablet: Tablet) -> None:
    data = b"x" * (PIECE + 1)
    assert put(tablet, data, 0, length=PIECE + 1).status_code == 422
    assert tablet.call("PUT", f"/api/blobs/{'Z' * 64}?at=0&total=1", data=b"x").status_code == 422


def test_pieces_lie_sealed_on_the_disk(app: Flask, tablet: Tablet) -> None:
    data = photo()
    put(tablet, data, 0)
    config: Config = app.config["RUHU"]
    files = [path for path in (config.instance / "blobs").rglob("*") if path.is_file()]
    assert files and all(data[1000:1100] not in path.read_bytes() for path in files)


def test_a_photo_becomes_a_document_of_the_household(app: Flask, tablet: Tablet, household: Household) -> None:
    name = send(tablet, photo(200))
    event = tablet.event(
        "document", household.id, blobs=[name], about={"photo": name},
        pairs=[["category", "survey"], ["title", "产权证第1页"], ["is_original", "yes"]],
    )  # fmt: skip
    result = tablet.send_one(event)
    assert result["status"] == "applied", result
    document = db.session.scalars(select(Document)).one()
    config: Config = app.config["RUHU"]
    assert document.title == "产权证第1页" and document.is_original
    with Image.open(BytesIO(read_content(document, config.documents))) as kept:
        assert kept.size == (200, 200) and not kept.getexif()
    tablet.pull()
    assert tablet.rows[str(household.id)]["documents"] == {document.category.value: 1}


def test_an_event_whose_photo_has_not_arrived_waits(tablet: Tablet, household: Household) -> None:
    result = tablet.send_one(tablet.event("document", household.id, blobs=["0" * 64], pairs=[["category", "survey"]]))
    assert result["status"] == "wait"
