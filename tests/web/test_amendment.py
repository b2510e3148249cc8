"""An edited ledger on the pages: uploaded, read cell by cell, confirmed with a reason, in the log."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from exports.amendment import plan_amendment
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.sheet import to_pairs
from survey.jobs.runner import run_next
from survey.models import Amendment, AuditEntry, Household, Job, Project, User, db, utc_now
from survey.services.amendment import write_home
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
    assert "登记台账 AL5" in text
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


# --- many households --------------------------------------------------------------------------------------------------


@pytest.fixture
def two(project: Project, office: User, household: Household) -> list[Household]:
    other = factories.household(project, "3-2-502", factories.sheet(), office)
    db.session.commit()
    return [household, other]


def others_write(office: User, homes: list[Household]) -> None:
    for home in homes:
        pairs = [*to_pairs(current_sheet(home)), ("note", "别人写的")]
        save_sheet(actor=office, household=home, base=home.sheet_version, pairs=pairs)
    db.session.commit()


def upload_all(client: FlaskClient, meanwhile: Callable[[], None] = lambda: None, cells: str = "按登记簿改") -> str:
    """Every 备注 of the register edited, and uploaded after something else; the page that follows."""
    book = load_workbook(io.BytesIO(client.post("/project/YY/ledger/register/export", data={}).data))
    page = book["登记台账"]
    place = next(cell.column for cell in page[3] if cell.value == "备注")
    for line in page.iter_rows(min_row=5):
        if isinstance(line[0].value, int):
            line[place - 1].value = cells
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    meanwhile()
    return client.post("/project/YY/amendments", data={"file": (out, "改过的.xlsx")}, follow_redirects=True).get_data(
        as_text=True
    )


def address() -> str:
    return f"/project/YY/amendment/{db.session.scalars(select(Amendment)).one().id}"


def test_every_household_stands_on_some_page_and_ticks_survive_a_turn_of_it(
    as_: As, office: User, two: list[Household], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.web.amendment.PAGE", 1)
    client = as_(office)
    first = upload_all(client, lambda: others_write(office, two))
    assert "3-2-501" in first
    assert "3-2-502" not in first
    told = {"shown": "0", "chosen": "0:note", "reason": "按登记簿核对", "go": "disputed:2"}
    turned = client.post(f"{address()}/choose", data=told)
    assert "show=disputed&page=2" in turned.location
    second = client.get(turned.location).get_data(as_text=True)
    assert "3-2-502" in second
    assert 'value="按登记簿核对"' in second
    assert re.search(r'value="0:note" checked', client.get(f"{address()}?page=1").get_data(as_text=True))
    data = {"digest": digest(second), "reason": "按登记簿核对", "shown": "1", "at": "disputed:2"}
    client.post(f"{address()}/commit", data=data)
    db.session.expire_all()
    assert [current_sheet(home).note for home in two] == ["按登记簿改", "别人写的"]


@pytest.mark.parametrize(("all_of", "note"), [("file", "按登记簿改"), ("now", "别人写的")])
def test_all_disputes_can_be_decided_at_once(
    as_: As, office: User, two: list[Household], all_of: str, note: str
) -> None:
    client = as_(office)
    page = upload_all(client, lambda: others_write(office, two))
    client.post(f"{address()}/choose", data={"all": all_of, "at": "disputed:1"})
    client.post(f"{address()}/commit", data={"digest": digest(page), "reason": "按登记簿核对"})
    db.session.expire_all()
    assert [current_sheet(home).note for home in two] == [note] * 2


def test_what_is_undone_is_counted_above_the_button_and_wants_a_tick_of_its_own(
    as_: As, office: User, two: list[Household]
) -> None:
    approved, unvisited = two
    approved.state, unvisited.state = HouseholdState.APPROVED, HouseholdState.UNVISITED
    db.session.commit()
    client = as_(office)
    page = upload_all(client)
    assert "项目办通过的 1 户：退回“组审通过”，要重新审核" in page
    assert "其中 1 户还没有入户：在台账里修改不算入户" in page
    undone = client.get(f"{address()}?show=undone").get_data(as_text=True)
    assert "3-2-501" in undone
    assert "3-2-502" not in undone
    client.post(f"{address()}/commit", data={"digest": digest(page), "reason": "按登记簿核对"})
    db.session.expire_all()
    assert [(home.state, current_sheet(home).note) for home in two] == [
        (HouseholdState.APPROVED, ""), (HouseholdState.UNVISITED, "按登记簿改"),
    ]  # fmt: skip


def test_the_tick_lets_finished_work_be_undone(as_: As, office: User, household: Household) -> None:
    household.state = HouseholdState.APPROVED
    db.session.commit()
    client = as_(office)
    page = upload_all(client)
    data = {"digest": digest(page), "reason": "按登记簿核对"}
    refused = client.post(f"{address()}/commit", data=data)
    assert refused.status_code == 422
    assert "没有选中要写入的内容" in refused.get_data(as_text=True)
    client.post(f"{address()}/commit", data={**data, "agreed": "approved"})
    db.session.expire_all()
    assert (household.state, current_sheet(household).note) == (HouseholdState.GROUP_PASSED, "按登记簿改")


def test_a_second_confirmation_is_told_who_wrote_it_and_when(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    page = upload_all(client)
    data = {"digest": digest(page), "reason": "按登记簿核对"}
    client.post(f"{address()}/commit", data=data)
    again = client.post(f"{address()}/commit", data=data)
    assert again.status_code == 422
    text = again.get_data(as_text=True)
    assert re.search(rf"已由{office.display_name}于 \d{{4}}-\d\d-\d\d \d\d:\d\d 写入", text)
    assert "又被别人改过" not in text
    assert "已导入" not in client.get("/project/YY/amendments").get_data(as_text=True)


def test_troubles_have_a_page_of_their_own(as_: As, office: User, two: list[Household]) -> None:
    page = upload_all(as_(office), cells="=A1")
    assert "这一格是公式，没有算出的值" in page  # there is nothing else: it opens at once
    assert "没有需要写入的改动" not in page


def test_nobody_waits_while_a_file_is_compared(
    as_: As, office: User, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite whoever holds the writer's place keeps out even who signs in."""
    wrote = []

    def compared(*told: object) -> object:
        with ThreadPoolExecutor(1) as other:
            other.submit(write).result()
        return plan_amendment(*told)  # type: ignore[arg-type]

    def write() -> None:
        with db_engine.begin() as connection:
            wrote.append(connection.execute(update(User).values(username=User.username)).rowcount)

    db_engine = db.engine
    monkeypatch.setattr("survey.web.amendment.plan_amendment", compared)
    assert "按登记簿改" in upload_all(as_(office))
    assert len(wrote) == 1


def test_a_big_one_is_written_by_a_worker_and_nobody_touches_it_meanwhile(
    app: Flask, as_: As, office: User, two: list[Household], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = replace(app.config["RUHU"], amend_at_once=1, instance=tmp_path)
    monkeypatch.setitem(app.config, "RUHU", config)
    client = as_(office)
    page = upload_all(client)
    asked = client.post(f"{address()}/commit", data={"digest": digest(page), "reason": "按登记簿核对"})
    assert "/job/" in asked.location
    assert "正在后台逐户写入" in client.get(address()).get_data(as_text=True)
    assert "正在处理" in client.post(f"{address()}/discard").get_data(as_text=True)
    run_next(config)
    assert address() in client.get(asked.location).get_data(as_text=True)
    assert "修改了 2 户" in client.get(address()).get_data(as_text=True)


def test_a_worker_that_was_stopped_is_told_as_it_is(
    app: Flask, as_: As, office: User, two: list[Household], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = replace(app.config["RUHU"], amend_at_once=1, instance=tmp_path)
    monkeypatch.setitem(app.config, "RUHU", config)
    monkeypatch.setattr("survey.jobs.amendment.AT_ONCE", 1)
    client = as_(office)
    page = upload_all(client)
    data = {"digest": digest(page), "reason": "按登记簿核对"}
    asked = client.post(f"{address()}/commit", data=data)
    wrote = []

    def then_cancelled(**told: object) -> object:
        wrote.append(write_home(**told))  # type: ignore[arg-type]
        job = db.session.scalars(select(Job)).one()
        job.cancel_requested_at = utc_now()  # what the page of the job writes between two households
        return wrote[-1]

    monkeypatch.setattr("survey.services.amendment.write_home", then_cancelled)
    run_next(config)
    assert len(wrote) == 1
    text = client.get(asked.location).get_data(as_text=True)
    assert "已经写好的户保留，其余的没有写入" in text
    assert "没有写入任何内容" not in text
    assert "已写入 1 户，其余的没有写入" in client.get(address()).get_data(as_text=True)


def test_a_leader_opens_no_ledger_that_the_office_uploaded(as_: As, office: User, household: Household) -> None:
    """It was read with the eyes of the office: households of other teams, answers that a leader may not see."""
    upload_all(as_(office))
    leader = as_("leader")
    assert leader.get(address()).status_code == 404
    assert "改过的.xlsx" not in leader.get("/project/YY/amendments").get_data(as_text=True)


def test_what_a_leader_no_longer_has_is_not_written(
    as_: As, project: Project, office: User, household: Household
) -> None:
    team = factories.team(project)
    leader = factories.member(project, Role.LEADER, "组长甲", team)
    household.building.team_id = team.id
    household.state = HouseholdState.IN_PROGRESS
    db.session.commit()
    client = as_(leader)
    page = upload_all(client)
    assert "3-2-501" in page
    household.building.team_id = None
    db.session.commit()
    refused = client.post(f"{address()}/commit", data={"digest": digest(page), "reason": "按登记簿核对"})
    assert refused.status_code == 422
    assert "3-2-501" not in refused.get_data(as_text=True)
    db.session.expire_all()
    assert current_sheet(household).note == ""
