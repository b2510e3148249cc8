"""The public page behind the QR of a notice, and the numbers on what is printed."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from survey.models import AuditEntry, Household, NoticeIssue, Project, db, utc_now
from survey.services.notice import token_of
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def household(project: Project) -> Household:
    project.settings = {"document_word": "颐园"}
    project.office_name = "颐园小区改造项目办公室"
    made = factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    return made


def printed(client: FlaskClient, household: Household, name: str = "survey-notice") -> str:
    response = client.post(f"/household/{household.id}/notice/{name}")
    assert response.mimetype == "application/pdf"
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(response.data)).pages)


def test_a_notice_carries_its_number_and_a_code_on_each_page(as_: As, household: Household) -> None:
    client = as_("office")
    year = utc_now().year
    text = printed(client, household)
    assert f"颐园调〔{year}〕1号" in text
    assert text.count("扫码核验") == 3
    assert f"颐园调〔{year}〕1号" in printed(client, household)
    row = db.session.scalars(select(NoticeIssue)).one()
    assert row.office == "颐园小区改造项目办公室"
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print")).all()
    assert [entry.household_id for entry in entries] == [household.id, household.id]


@pytest.mark.parametrize("name", ["missed-visit", "survey-sheet", "dossier-cover", "pledge"])
def test_papers_without_a_number_can_be_checked_too(as_: As, household: Household, name: str) -> None:
    text = printed(as_("office"), household, name)
    assert "扫码核验" in text
    assert "〔" not in text


def test_anybody_may_ask_whether_a_notice_is_genuine_and_learns_nothing_of_the_household(
    client: FlaskClient, as_: As, household: Household
) -> None:
    printed(as_("office"), household)
    row = db.session.scalars(select(NoticeIssue)).one()
    page = client.get(f"/n/{token_of(row)}")
    assert page.status_code == 200
    for told in (
        "由落款单位签发",
        "入户调查通知书",
        row.document_no,
        "颐园小区改造项目办公室",
        row.issued_on.isoformat(),
    ):
        assert told in page.text
    for private in ("张伟", household.dossier_no, "501", str(household.id)):
        assert private not in page.text


def test_a_changed_token_and_a_replaced_notice_are_told_apart(
    client: FlaskClient, as_: As, household: Household
) -> None:
    office = as_("office")
    printed(office, household)
    row = db.session.scalars(select(NoticeIssue)).one()
    token = token_of(row)
    assert "二维码与签发记录不符" in client.get(f"/n/{token[:16]}{'a' * 16}").text
    household.owner_names = "李四"
    db.session.commit()
    printed(office, household)
    assert "后来又有新的一份" in client.get(f"/n/{token}").text


def test_who_tries_tokens_is_stopped(client: FlaskClient, household: Household) -> None:
    for _number in range(20):
        assert client.get("/n/" + "b" * 32).status_code == 404
    refused = client.get("/n/" + "b" * 32)
    assert refused.status_code == 429
    assert "暂时不能核验" in refused.text


def test_a_character_that_no_font_has_is_told_before_and_after_printing(as_: As, project: Project) -> None:
    home = factories.household(project, "3-2-502", factories.sheet())
    db.session.commit()
    client = as_("office")
    lone = "\U0010ffff"  # no font has it
    home.owner_names = f"张{lone}"
    db.session.commit()
    assert "U+10FFFF" in client.get(f"/household/{home.id}/notices").text
    response = client.post(f"/household/{home.id}/notice/survey-notice")
    assert response.mimetype == "application/pdf"
    assert "U%2B10FFFF" in response.headers["X-Print-Warning"]
    assert home.dossier_no in response.headers["X-Print-Warning"]
    assert "空白方框" in client.get("/project/YY/notices").text
