"""An office's own form of a ledger on the pages: uploaded, refused in words, filled, put away."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from survey.models import AuditEntry, LedgerTemplate, Project, db
from tests import factories

As = Callable[..., FlaskClient]
URL = "/project/YY/ledger/register/templates"


def book(*texts: str) -> io.BytesIO:
    made = Workbook()
    made.active.append(["门牌", "户主"])
    made.active.append(texts)
    out = io.BytesIO()
    made.save(out)
    out.seek(0)
    return out


def test_a_form_is_kept_filled_and_put_away(as_: As, project: Project) -> None:
    factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    office = as_("office")
    answer = office.post(URL, data={"sheet": "households", "file": (book("{{房号}}", "{{产权人}}"), "区里的表.xlsx")})
    assert answer.status_code == 302
    row = db.session.scalars(select(LedgerTemplate)).one()
    assert "区里的表" in office.get(URL).get_data(as_text=True)
    filled = office.post(f"/project/YY/ledger/register/template/{row.id}/export", data={})
    page = load_workbook(io.BytesIO(filled.data)).active
    assert [cell.value for cell in page[2]] == ["501", "张伟"]
    log = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.export")).one()
    assert log.details["rows"] == {"households": 1}
    assert office.post(f"/project/YY/ledger/building-summary/template/{row.id}/export", data={}).status_code == 404
    assert as_("leader").post(f"/project/YY/ledger/register/template/{row.id}/remove").status_code == 403
    office.post(f"/project/YY/ledger/register/template/{row.id}/remove")
    assert office.post(f"/project/YY/ledger/register/template/{row.id}/export", data={}).status_code == 404


def test_a_form_with_an_unknown_placeholder_is_refused_at_its_cell(as_: As, project: Project) -> None:
    office = as_("office")
    answer = office.post(URL, data={"sheet": "households", "file": (book("{{房间号}}", "{{产权人}}"), "x.xlsx")})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "没有名为“房间号”的占位符" in text
    assert "A2" in text
    assert db.session.scalars(select(LedgerTemplate)).all() == []


def test_a_coordinator_fills_masked_names_and_adds_no_form(as_: As, project: Project) -> None:
    factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    as_("office").post(URL, data={"sheet": "households", "file": (book("{{房号}}", "{{产权人}}"), "x.xlsx")})
    row = db.session.scalars(select(LedgerTemplate)).one()
    coordinator = as_("coordinator")
    assert 'data-qa="template-form"' not in coordinator.get(URL).get_data(as_text=True)
    assert coordinator.post(URL, data={}).status_code == 403
    filled = coordinator.post(f"/project/YY/ledger/register/template/{row.id}/export", data={})
    assert load_workbook(io.BytesIO(filled.data)).active["B2"].value == "张*"
