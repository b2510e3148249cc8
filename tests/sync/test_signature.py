"""A signature drawn on a tablet: its strokes are kept beside the picture, bound to the text, for who examines it later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.models import AuditEntry, Document, Household, Project, Signature, SyncEvent, db, utc_now
from survey.models.crypto import SealBroken
from survey.sync import inbox
from tests import factories
from tests.sync.tablet import Tablet, china
from tests.sync.test_blobs import photo
from tests.sync.test_blobs import send as send_photo

As = Callable[..., FlaskClient]
STROKES = [[[10.5, 20, 0, 0.5], [14, 22.1, 16, 0.6]], [[30, 40, 420, 0]]]
TEXT = sha256("签的是这些".encode()).hexdigest()


@pytest.fixture
def household(project: Project) -> Household:
    return factories.household(project, sheet=factories.sheet())


@pytest.fixture
def tablet(app: Flask, project: Project, household: Household) -> Tablet:
    return Tablet.enrolled(app, project, household)


def signing(tablet: Tablet, household: Household, **values: Any) -> dict[str, Any]:
    answers = {"signer_role": "respondent", "signer_name": "张伟", "signed": "yes",
               "signed_at": china(utc_now() - timedelta(minutes=5))}  # fmt: skip
    return tablet.event(
        "signature", household.id, base=1, about={"text_hash": TEXT}, pairs=[list(pair) for pair in answers.items()],
        **{"strokes": STROKES, **values},
    )  # fmt: skip


def test_the_strokes_are_kept_sealed_with_the_hashes_of_the_text_and_the_picture(
    tablet: Tablet, household: Household, as_: As
) -> None:
    event = signing(tablet, household, blobs=[send_photo(tablet, photo(80))])
    assert tablet.send_one(event)["status"] == "applied"
    row = db.session.query(Signature).one()
    picture = db.session.get_one(Document, row.evidence_id)
    assert row.drawing == {"text": TEXT, "picture": picture.sha256, "strokes": STROKES}
    assert row.drawing_sealed is not None and b"420" not in row.drawing_sealed
    entry = db.session.query(AuditEntry).filter_by(action="signature.record").one()
    assert len(entry.details["drawing"]) == 64

    office = as_("office")
    page = office.get(f"/household/{household.id}").get_data(as_text=True)
    assert "笔迹 2 笔" in page
    address = f"/household/{household.id}/signature/{row.id}/drawing"
    assert office.get(address).json["strokes"] == STROKES
    assert as_("coordinator").get(address).status_code == 403
    other = factories.household(tablet.project, "3-2-502")
    db.session.commit()
    assert office.get(f"/household/{other.id}/signature/{row.id}/drawing").status_code == 404


def test_strokes_that_were_moved_to_another_signature_do_not_open(tablet: Tablet, household: Household) -> None:
    blob = send_photo(tablet, photo(80))
    tablet.send(signing(tablet, household, blobs=[blob]), signing(tablet, household, blobs=[blob]))
    one, other = db.session.query(Signature).all()
    one.drawing_sealed = other.drawing_sealed
    with pytest.raises(SealBroken):
        _ = one.drawing


def test_a_signature_on_paper_has_no_strokes(tablet: Tablet, household: Household, as_: As) -> None:
    event = signing(tablet, household, blobs=[send_photo(tablet, photo(80))], strokes=[])
    assert tablet.send_one(event)["status"] == "applied"
    row = db.session.query(Signature).one()
    assert row.drawing is None
    client = as_("office")
    assert "笔迹" not in client.get(f"/household/{household.id}").get_data(as_text=True)
    assert client.get(f"/household/{household.id}/signature/{row.id}/drawing").status_code == 404


@pytest.mark.parametrize("strokes", ["x", None, [[]], [[[1, 2, 3]]], [[[1, 2, 3, 7]]], [[[1e9, 2, 3, 0]]]], ids=str)
def test_strokes_that_no_hand_drew_refuse_the_record(tablet: Tablet, household: Household, strokes: Any) -> None:
    event = signing(tablet, household, blobs=[send_photo(tablet, photo(80))], strokes=strokes)
    result = tablet.send_one(event)
    assert (result["status"], result["errors"][0]["field"]) == ("invalid", "strokes")


def test_a_refusal_has_no_strokes_and_neither_has_a_signature_without_its_picture(
    tablet: Tablet, household: Household
) -> None:
    refusal = signing(tablet, household)
    refusal["pairs"] = [*refusal["pairs"][:2], ["signed", "no"], refusal["pairs"][3],
                        ["refuse_reason", "不认可"], ["witness", "李娟 居委会"]]  # fmt: skip
    for event in (refusal, signing(tablet, household)):
        result = tablet.send_one(event)
        assert (result["status"], result["errors"][0]["field"]) == ("invalid", "strokes")


def test_a_held_signature_says_so_and_keeps_its_strokes_when_it_is_accepted(
    tablet: Tablet, household: Household, as_: As
) -> None:
    blob = send_photo(tablet, photo(80))
    household.removed_at, household.removed_reason = utc_now(), "重复"
    db.session.commit()
    assert tablet.send_one(signing(tablet, household, blobs=[blob]))["status"] == "held"
    event = db.session.query(SyncEvent).one()
    page = as_("office").get(f"/project/{tablet.project.code}/inbox/{event.id}").get_data(as_text=True)
    assert "2 笔" in page
    inbox.accept(actor=factories.member(tablet.project, Role.OFFICE), event=event)
    assert db.session.query(Signature).one().drawing is not None
