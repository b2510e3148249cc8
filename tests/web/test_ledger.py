"""Ledgers and notices on the pages: seen before they are taken out, taken out with an entry in the log."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from exports.ledgers import LEDGERS
from exports.notices import HOUSEHOLD_NOTICES, NOTICES, PROJECT_NOTICES
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.sheet import Part
from survey.models import AuditEntry, Household, Project, Round, db
from survey.services.round import close_round, open_round
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def household(project: Project) -> Household:
    shed = Part(uid="b2", kind=codes.PartKind.STORAGE, area_unreg_m2=Decimal("6.35"))
    made = factories.household(project, "3-2-501", factories.sheet(parts=(*factories.sheet().parts, shed)))
    factories.household(project, "3-1-101")
    db.session.commit()
    return made


def open_rounds(project: Project) -> list[Round]:
    office = factories.member(project, Role.OFFICE)
    found = [open_round(actor=office, project=project, kind=kind, title=kind.label)
             for kind in (codes.RoundKind.RENEWAL, codes.RoundKind.APPRAISER)]  # fmt: skip
    db.session.commit()
    return found


def entries(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq)))


def test_the_list_says_what_each_ledger_contains(as_: As, household: Household) -> None:
    text = as_("office").get("/project/YY/ledgers").get_data(as_text=True)
    for ledger, _reading in LEDGERS.values():
        assert ledger.title in text
    assert "特殊人群" in text
    assert "特殊人群" not in as_("coordinator").get("/project/YY/ledgers").get_data(as_text=True)


@pytest.mark.parametrize("name", LEDGERS)
def test_each_ledger_is_previewed_masked(as_: As, household: Household, name: str) -> None:
    response = as_("office").get(f"/project/YY/ledger/{name}")
    assert response.status_code == 200
    text = response.get_data(as_text=True)
    assert factories.id_no(1) not in text
    assert 'data-qa="export-form"' in text
    if name == "register":
        assert "379900********0030" in text
        assert "张伟" in text


def test_a_download_is_a_workbook_with_one_entry_in_the_log(as_: As, household: Household) -> None:
    response = as_("office").post("/project/YY/ledger/register/export", data={})
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    page = load_workbook(io.BytesIO(response.data))["登记台账"]
    assert page["A1"].value == "入户调查登记台账"
    log = entries("ledger.export")
    assert len(log) == 1
    assert log[0].details["rows"]["households"] == 2
    assert log[0].details["clear"] is False
    assert log[0].details["snapshot"] in page.oddFooter.left.text


def test_clear_numbers_need_a_reason_and_the_permission(as_: As, household: Household) -> None:
    office = as_("office")
    refused = office.post("/project/YY/ledger/register/export", data={"clear": "y", "reason": ""})
    assert refused.status_code == 422
    assert "必须写明用途" in refused.get_data(as_text=True)
    assert entries("ledger.export") == []
    clear = office.post("/project/YY/ledger/register/export", data={"clear": "y", "reason": "报送街道备案"})
    values = [cell.value for row in load_workbook(io.BytesIO(clear.data))["家庭成员"] for cell in row]
    assert factories.id_no(1) in values
    assert entries("ledger.export")[0].details["reason"] == "报送街道备案"
    leader = as_("leader")
    assert 'data-field="clear"' not in leader.get("/project/YY/ledger/register").get_data(as_text=True)
    assert (
        leader.post("/project/YY/ledger/register/export", data={"clear": "y", "reason": "报送街道"}).status_code == 422
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("office", 200), ("leader", 200), ("coordinator", 200), ("surveyor", 403), ("auditor", 403)],
)
def test_who_may_take_ledgers_out(as_: As, household: Household, role: str, status: int) -> None:
    client = as_(role)
    assert client.get("/project/YY/ledgers").status_code == status
    assert client.post("/project/YY/ledger/building-summary/export", data={}).status_code == status
    assert client.get("/project/ZZ/ledgers").status_code == 404


def test_an_unknown_ledger_is_refused_in_words(as_: As, household: Household) -> None:
    response = as_("office").get("/project/YY/ledger/salaries")
    assert response.status_code == 422
    assert "没有名为" in response.get_data(as_text=True)


def test_an_empty_project_shows_what_will_come(as_: As, project: Project) -> None:
    client = as_("office")
    assert 'data-qa="empty"' in client.get("/project/YY/ledger/register").get_data(as_text=True)
    assert 'data-qa="empty"' in client.get("/project/YY/notices").get_data(as_text=True)


# --- notices ------------------------------------------------------------------------------------------------------


def pages(data: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]


@pytest.mark.parametrize("name", [notice.name for notice in HOUSEHOLD_NOTICES if notice.name != "objection-reply"])
def test_each_notice_is_printed_from_the_dossier(as_: As, project: Project, household: Household, name: str) -> None:
    open_rounds(project)
    client = as_("office")
    page = client.get(f"/household/{household.id}/notices").get_data(as_text=True)
    assert NOTICES[name].title in page
    response = client.post(f"/household/{household.id}/notice/{name}")
    assert response.mimetype == "application/pdf"
    text = "".join(pages(response.data))
    assert household.dossier_no in text.replace("\n", "")
    assert factories.id_no(1) not in text
    log = entries("notice.print")
    assert [(each.household_id, each.details["notice"]) for each in log] == [(household.id, name)]


@pytest.mark.parametrize("name", [notice.name for notice in PROJECT_NOTICES if not notice.for_posting])
def test_each_notice_about_the_project_is_printed_by_the_office_alone(
    as_: As, project: Project, household: Household, name: str
) -> None:
    close_round(actor=factories.member(project, Role.OFFICE), round_=open_rounds(project)[0])
    household.state, household.appraiser_choice = HouseholdState.APPROVED, "齐信评估"
    db.session.commit()
    client = as_("office")
    assert f'data-qa="publish-{name}"' in client.get("/project/YY/notices").get_data(as_text=True)
    response = client.post(f"/project/YY/notice/{name}")
    assert response.mimetype == "application/pdf"
    text = "".join(pages(response.data))
    assert factories.id_no(1) not in text
    assert "张伟" not in text
    assert [(each.household_id, each.details["notice"]) for each in entries("notice.print")] == [(None, name)]
    leader = as_("leader")
    assert 'data-qa="project-notices"' not in leader.get("/project/YY/notices").get_data(as_text=True)
    assert leader.post(f"/project/YY/notice/{name}").status_code == 403


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/project/YY/notice/round-result", "还没有结束的征询轮次"),
        ("/project/YY/notice/survey-posting", "由起草人以外的人批准后，在那份公示的页面上打印"),
        ("/project/YY/notice/appraiser-notice", "还没有住户表达评估机构意向"),
        ("/household/{id}/notice/renewal-ballot", "没有正在进行的征询轮次"),
        ("/household/{bare}/notice/unregistered-opinion", "没有未登记的部位"),
    ],
)
def test_what_has_nothing_to_say_is_refused_in_words_and_not_logged(
    as_: As, project: Project, household: Household, address: str, sentence: str
) -> None:
    bare = factories.household(project, "3-3-101", factories.sheet())
    db.session.commit()
    response = as_("office").post(address.format(id=household.id, bare=bare.id))
    assert response.status_code == 422
    assert sentence in response.get_data(as_text=True)
    assert entries("notice.print") == []


def test_a_building_leaves_out_the_homes_to_which_a_notice_has_nothing_to_say(as_: As, household: Household) -> None:
    data = {"name": "unregistered-opinion", "place": str(household.building_id)}
    response = as_("office").post("/project/YY/notices", data=data)
    assert response.mimetype == "application/pdf"
    assert entries("notice.print")[0].details["count"] == 1


def test_a_building_is_one_file_in_stairwell_order(as_: As, household: Household) -> None:
    client = as_("office")
    place = str(household.building_id)
    response = client.post("/project/YY/notices", data={"name": "missed-visit", "place": place})
    assert response.mimetype == "application/pdf"
    found = pages(response.data)
    assert ["3号楼1单元101室" in found[0], "3号楼2单元501室" in found[1]] == [True, True]
    assert entries("notice.print")[0].details["where"] == "3号楼"
    stairwell = client.post("/project/YY/notices", data={"name": "missed-visit", "place": f"{place}/2"})
    assert len(pages(stairwell.data)) == 1
    assert entries("notice.print")[1].details["where"] == "3号楼2单元"


def test_a_surveyor_prints_the_own_buildings_only(as_: As, project: Project, household: Household) -> None:
    other = factories.household(project, "4-1-101", factories.sheet())
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, household)
    db.session.commit()
    client = as_(surveyor)
    text = client.get("/project/YY/notices").get_data(as_text=True)
    assert "3号楼" in text
    assert "4号楼" not in text
    refused = client.post("/project/YY/notices", data={"name": "missed-visit", "place": str(other.building_id)})
    assert refused.status_code == 422
    assert client.get(f"/household/{other.id}/notices").status_code == 404
    assert client.post(f"/household/{other.id}/notice/survey-sheet", data={}).status_code == 404
    assert client.post(f"/household/{household.id}/notice/survey-sheet", data={}).status_code == 200


def test_what_is_no_notice_does_not_exist(as_: As, household: Household) -> None:
    client = as_("office")
    assert client.post(f"/household/{household.id}/notice/eviction", data={}).status_code == 404
    assert client.post(f"/household/{household.id}/notice/survey-posting", data={}).status_code == 404
    assert client.post("/project/YY/notice/missed-visit", data={}).status_code == 404


def test_too_many_households_at_once_are_refused_in_words(
    as_: As, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    from exports import printing

    monkeypatch.setitem(printing.read_print.__kwdefaults__, "most", 1)
    data: dict[str, Any] = {"name": "missed-visit", "place": str(household.building_id)}
    response = as_("office").post("/project/YY/notices", data=data)
    assert response.status_code == 422
    assert "一次最多打印 1 户" in response.get_data(as_text=True)
