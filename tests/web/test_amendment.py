"""An edited ledger on the pages: uploaded, read cell by cell, confirmed with a reason, in the log."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey.domain.access import Role
from survey.domain.sheet import to_pairs
from survey.models import Amendment, AuditEntry, Household, Project, User, db
from survey.services.sheet import current_sheet, save_sheet
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE)


@pytest.fixture
def household(project: Project, office: User) -> Household:
    made = factories.household(project, "3-2-501", factories.sheet(), office)
    db.session.commit()
    return made


def upload(client: FlaskClient, text: str = "按登记簿改", id_no: str | None = None) -> TestResponse:
    """The register as this person gets it, with another 备注 (and ID number), uploaded; the page that follows."""
    book = load_workbook(io.BytesIO(client.post("/project/YY/ledger/register/export", data={}).data))
    page = book["登记台账"]
    place = next(cell.column for cell in page[3] if cell.value == "备注")
    page.cell(5, place).value = text
    if id_no:
        people = book["家庭成员"]
        people.cell(5, next(cell.column for cell in people[3] if cell.value == "证件号码")).value = id_no
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return client.post("/project/YY/amendments", data={"file": (out, "改过的.xlsx")}, follow_redirects=True)


def digest(page: str) -> str:
    return re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', page)[1]


def actions() -> list[str]:
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    return [row.action for row in rows if row.action.startswith(("amendment", "sheet.edit"))]


def test_an_edited_cell_is_shown_and_written_with_its_reason(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    text = upload(client).get_data(as_text=True)
    assert "按登记簿改" in text
    assert "登记台账 AK5" in text
    row = db.session.scalars(select(Amendment)).one()
    url = f"/project/YY/amendment/{row.id}/commit"
    refused = client.post(url, data={"digest": digest(text), "reason": ""})
    assert refused.status_code == 422
    done = client.post(url, data={"digest": digest(text), "reason": "按登记簿核对"}, follow_redirects=True)
    assert "修改了 1 户" in done.get_data(as_text=True)
    db.session.expire_all()
    assert current_sheet(household).note == "按登记簿改"
    assert actions()[-3:] == ["amendment.upload", "sheet.edit", "amendment.commit"]
    assert "按登记簿核对" in client.get("/project/YY/amendments").get_data(as_text=True)


def test_a_number_is_never_shown_in_clear_and_still_told_as_changed(
    as_: As, office: User, household: Household
) -> None:
    new = factories.id_no(3)
    text = upload(as_(office), id_no=new).get_data(as_text=True)
    assert new not in text
    assert factories.id_no(1) not in text
    assert "379900********" in text


def test_what_the_page_did_not_show_is_not_written(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    text = upload(client).get_data(as_text=True)
    row = db.session.scalars(select(Amendment)).one()
    sheet = current_sheet(household)
    save_sheet(actor=office, household=household, base=1, pairs=[*to_pairs(sheet), ("note", "别人写的")])
    db.session.commit()
    answer = client.post(
        f"/project/YY/amendment/{row.id}/commit", data={"digest": digest(text), "reason": "按登记簿核对"}
    )
    assert answer.status_code == 422
    assert "又被别人改过" in answer.get_data(as_text=True)
    page = client.post(f"/project/YY/amendment/{row.id}/preview", follow_redirects=True).get_data(as_text=True)
    assert "不勾就保留现在的" in page  # compared anew, the page says how things stand now
    done = client.post(
        f"/project/YY/amendment/{row.id}/commit",
        data={"digest": digest(page), "reason": "按登记簿核对", "shown": "0", "chosen": "0:note"},
    )
    assert done.status_code == 302
    db.session.expire_all()
    assert current_sheet(household).note == "按登记簿改"


def test_a_file_can_be_put_aside(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    upload(client)
    row = db.session.scalars(select(Amendment)).one()
    client.post(f"/project/YY/amendment/{row.id}/discard")
    assert "已放弃" in client.get(f"/project/YY/amendment/{row.id}").get_data(as_text=True)
    db.session.refresh(row)
    assert row.file == b""


def test_a_file_that_is_no_ledger_is_refused_in_words(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    other = client.post("/project/YY/ledger/building-summary/export", data={}).data
    answer = client.post("/project/YY/amendments", data={"file": (io.BytesIO(other), "汇总.xlsx")})
    assert answer.status_code == 422
    assert "没有找到“入户调查登记台账”" in answer.get_data(as_text=True)
    assert client.post("/project/YY/amendments", data={"file": (io.BytesIO(b"x"), "x.xlsx")}).status_code == 422
    assert db.session.scalars(select(Amendment)).all() == []


@pytest.mark.parametrize("role", ["surveyor", "coordinator", "auditor"])
def test_who_may_not_export_and_correct_may_not_read_back(as_: As, household: Household, role: str) -> None:
    assert as_(role).get("/project/YY/amendments").status_code == 403
