"""The public page behind the QR of a notice, and the numbers on what is printed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from exports import printing
from survey import create_app
from survey.config import Config
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.job import JobState
from survey.jobs import notice as notice_job
from survey.jobs.run import Cancelled
from survey.jobs.runner import run_next
from survey.models import AuditEntry, Household, Job, NoticeIssue, Project, Request, User, db, utc_now
from survey.models.base import at
from survey.services import account
from survey.services.notice import find_issue, token_of
from tests import factories
from tests.conftest import forget_request

As = Callable[..., FlaskClient]
PASSWORD = "A long password 1"


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


def test_a_paper_is_printed_together_with_its_receipt(as_: As, household: Household) -> None:
    client, number = as_("office"), f"颐园调〔{utc_now().year}〕1号"
    printed(client, household, "open-letter")
    answer = client.post(f"/household/{household.id}/notice/survey-notice", data={"survey-notice-with_receipt": "y"})
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages]
    assert "送达回证" in pages[-1]
    assert number in pages[0] and number in pages[-1]
    printed_kinds = db.session.scalars(select(NoticeIssue.notice).order_by(NoticeIssue.issued_at)).all()
    assert printed_kinds == ["open-letter", "survey-notice", "service-receipt"]


def test_a_receipt_is_printed_for_the_paper_that_is_chosen(as_: As, household: Household) -> None:
    client = as_("office")
    for name in ("survey-notice", "open-letter"):
        printed(client, household, name)
    first = db.session.scalars(select(NoticeIssue).where(NoticeIssue.notice == "open-letter")).one()
    assert str(first.id) in client.get(f"/household/{household.id}/notices").text
    address = f"/household/{household.id}/notice/service-receipt"
    answer = client.post(address, data={"service-receipt-paper": str(first.id)})
    assert "致居民的一封信" in PdfReader(io.BytesIO(answer.data)).pages[0].extract_text()
    assert client.post(address, data={"service-receipt-paper": str(household.id)}).status_code == 422


def test_who_prints_is_told_why_papers_have_no_number(as_: As, project: Project, household: Household) -> None:
    where, told = f"/project/{project.code}/notices", "打印的文书没有文号"
    assert told not in as_("office").get(where).text
    project.settings = {}
    db.session.commit()
    settings = f'href="/project/{project.code}/settings#document_word"'
    page = as_("office").get(where).text
    assert told in page
    assert settings in page.partition(told)[2]
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, household)
    db.session.commit()
    page = as_(surveyor).get(where).text
    assert told in page
    assert settings not in page


def test_who_prints_is_told_what_papers_cannot_say_yet(as_: As, project: Project, household: Household) -> None:
    where, settings = f"/project/{project.code}/notices", f'href="/project/{project.code}/settings#contact"'
    page = as_("office").get(where).text
    assert "文书上还空着：联系人、监督电话、受委托单位（没有委托的不填）。" in page
    assert settings in page
    project.settings = {
        **project.settings,
        "contact": "王敏",
        "supervision_phone": "12345",
        "entrusted": "企业服务中心",
    }
    db.session.commit()
    assert "文书上还空着" not in as_("office").get(where).text
    text = printed(as_("office"), household).replace("\n", "")
    assert "联系人：王敏" in text
    assert "监督电话：12345" in text
    assert "受托处理者为企业服务中心" in text


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


def test_who_tries_codes_is_told_to_wait_and_locks_nobody_out(
    client: FlaskClient, as_: As, household: Household
) -> None:
    printed(as_("office"), household)
    token = token_of(db.session.scalars(select(NoticeIssue)).one())
    person = factories.user()
    account.change_password(actor=person, user=person, password=PASSWORD)
    db.session.commit()
    for _number in range(20):
        assert client.get("/n/" + "b" * 32).status_code == 404
    refused = client.get("/n/" + "b" * 32)
    assert refused.status_code == 429
    assert "查询不存在的编码次数过多" in refused.text
    assert "登录失败" not in refused.text
    genuine = client.get(f"/n/{token}")
    assert genuine.status_code == 200
    assert "由落款单位签发" in genuine.text
    signed_in = client.post("/sign-in", data={"username": person.username, "password": PASSWORD})
    assert signed_in.status_code == 302


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 404)])
def test_people_behind_a_proxy_have_addresses_of_their_own(
    app: Flask, household: Household, proxies: int, status: int
) -> None:
    served = create_app(replace(app.config["RUHU"], proxies=proxies))

    def answer(address: str) -> int:
        forget_request()
        return served.test_client().get("/n/" + "b" * 32, headers={"X-Forwarded-For": address}).status_code

    assert {answer("203.0.113.1") for _number in range(20)} == {404}
    assert answer("203.0.113.1") == 429
    assert answer("203.0.113.2") == status
    assert answer("203.0.113.2, 203.0.113.1") == 429  # what the client itself wrote in front is not believed


def test_failed_sign_ins_hinder_no_verification(client: FlaskClient, household: Household) -> None:
    for number in range(21):
        client.post("/sign-in", data={"username": f"nobody{number}", "password": "wrong"})
    assert client.get("/n/" + "b" * 32).status_code == 404


def test_the_public_page_does_not_speak_of_personal_data(client: FlaskClient, as_: As, household: Household) -> None:
    assert "请勿拍照外传" not in client.get("/n/" + "b" * 32).text
    assert "请勿拍照外传" in as_("office").get(f"/household/{household.id}").text


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


# --- whole buildings and projects -----------------------------------------------------------------------------------


@pytest.fixture
def config(app: Flask, tmp_path: Path) -> Iterator[Config]:
    """An installation with a folder of its own, where a volume holds two papers."""
    before, volume = app.config["RUHU"], printing.VOLUME
    app.config["RUHU"], printing.VOLUME = replace(before, instance=tmp_path), 2
    yield app.config["RUHU"]
    app.config["RUHU"], printing.VOLUME = before, volume


def parcel(client: FlaskClient, config: Config, **values: str) -> ZipFile:
    """What the job makes of a form."""
    answer = client.post("/project/YY/notices", data={"name": "survey-notice", "place": "all", **values})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    db.session.commit()
    while run_next(config):
        pass
    return ZipFile(io.BytesIO(client.post(f"{answer.location}/download").data))


def told(parcel: ZipFile, name: str) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(parcel.read(name))).pages)


def listed(parcel: ZipFile) -> list[tuple[object, ...]]:
    """Door and number of each line of the list of deliveries."""
    page = load_workbook(io.BytesIO(parcel.read("送达清单_入户调查通知书.xlsx"))).active
    return [(row[2].value, row[5].value) for row in page.iter_rows(min_row=4) if isinstance(row[0].value, int)]


def test_a_project_is_printed_in_volumes_with_a_list_in_stairwell_order(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    for door in ("3-1-101", "10-1-101", "2-1-301"):
        factories.household(project, door)
    db.session.commit()
    year = utc_now().year
    found = parcel(as_("office"), config)
    assert found.namelist() == [
        "入户调查通知书_第01册.pdf",
        "入户调查通知书_第02册.pdf",
        "送达清单_入户调查通知书.xlsx",
    ]
    assert listed(found) == [
        (door, f"颐园调〔{year}〕{number}号")
        for number, door in enumerate(("2-1-301", "3-1-101", "3-2-501", "10-1-101"), 1)
    ]
    first, second = told(found, found.namelist()[0]), told(found, found.namelist()[1])
    assert "2号楼1单元301室" in first and "3号楼1单元101室" in first and f"〔{year}〕2号" in first
    assert "3号楼2单元501室" in second and "10号楼1单元101室" in second and "2号楼1单元301室" not in second
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print")).one()
    assert entry.details["count"] == 4


def test_single_files_are_numbered_in_the_order_of_the_pile(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    factories.household(project, "3-1-101")
    db.session.commit()
    found = parcel(as_("office"), config, place=str(household.building_id), each="y")
    assert found.namelist()[:2] == ["入户调查通知书/00001_3-1-101.pdf", "入户调查通知书/00002_3-2-501.pdf"]
    assert "3号楼2单元501室" in told(found, found.namelist()[1])


def test_a_print_that_is_begun_again_keeps_its_numbers(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    client = as_("office")
    assert listed(parcel(client, config)) == listed(parcel(client, config))
    assert len(db.session.scalars(select(NoticeIssue)).all()) == 1


def test_a_surveyor_s_whole_is_what_is_given_to_them(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, household)
    db.session.commit()
    assert [door for door, _number in listed(parcel(as_(surveyor), config))] == ["3-2-501"]


# --- what a batch has to tell ---------------------------------------------------------------------------------------


def newest() -> Job:
    return db.session.scalars(select(Job).order_by(Job.enqueued_at.desc())).first()  # type: ignore[return-value]


def prints() -> list[AuditEntry]:
    return [*db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print"))]


def objection(household: Household, number: int, kind: codes.RequestKind, reply: str) -> None:
    day = utc_now().date()
    db.session.add(
        Request(project_id=household.project_id, household_id=household.id, number=number, received_on=day, kind=kind,
                person_name="张伟", content="阳台面积少算了", accept_due=day, reply_due=day, reply=reply,
                recorded_by_id=db.session.scalars(select(User)).first().id)  # type: ignore[union-attr]
    )  # fmt: skip
    db.session.commit()


def test_a_batch_names_the_papers_with_characters_that_no_font_has(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    home = factories.household(project, "3-2-502")
    home.owner_names = "张\U0010ffff"
    db.session.commit()
    client = as_("office")
    found = parcel(client, config)
    page = client.get(f"/project/YY/job/{newest().id}").text
    assert home.dossier_no in page and "U+10FFFF" in page and household.dossier_no not in page
    list_of_deliveries = load_workbook(io.BytesIO(found.read("送达清单_入户调查通知书.xlsx"))).active
    notes = {row[1].value: row[10].value for row in list_of_deliveries.iter_rows(min_row=4)}
    assert "U+10FFFF" in notes[home.dossier_no]
    assert not notes[household.dossier_no]


def test_a_reply_is_printed_for_an_answered_objection_and_for_nothing_else(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    others = [factories.household(project, f"3-2-60{number}") for number in range(1, 4)]
    client = as_("office")
    objection(household, 1, codes.RequestKind.AREA, "经复测，阳台面积更正为4.20平方米。")
    objection(household, 2, codes.RequestKind.AREA, "")
    objection(others[0], 3, codes.RequestKind.TITLE, " ")
    objection(others[1], 4, codes.RequestKind.OTHER, "楼道灯已修好。")
    found = parcel(client, config, name="objection-reply")
    assert "更正为4.20平方米" in "".join(told(found, found.namelist()[0]).split())
    rows = db.session.scalars(select(NoticeIssue)).all()
    assert [(row.household_id, row.subject) for row in rows] == [(household.id, "1")]
    assert "3 户没有可打印的内容" in client.get(f"/project/YY/job/{newest().id}").text


@pytest.mark.parametrize(
    ("name", "missing"),
    [("objection-reply", "没有已答复的面积、产权诉求"), ("correction-notice", "没有尚待核实的事项"),
     ("unregistered-opinion", "没有未登记的部位")],
)  # fmt: skip
def test_a_household_to_which_a_notice_has_nothing_to_say_is_told_what_is_missing(
    as_: As, project: Project, name: str, missing: str
) -> None:
    home = factories.household(project, "3-2-601")
    db.session.commit()
    answer = as_("office").post(f"/household/{home.id}/notice/{name}")
    assert answer.status_code == 422 and missing in answer.text
    assert db.session.scalars(select(NoticeIssue)).all() == []


def test_a_building_at_once_counts_the_households_that_were_left_out(
    as_: As, project: Project, household: Household
) -> None:
    factories.household(project, "3-2-601")
    client = as_("office")
    objection(household, 1, codes.RequestKind.AREA, "经复测，更正为4.20平方米。")
    answer = client.post("/project/YY/notices", data={"name": "objection-reply", "place": str(household.building_id)})
    assert answer.mimetype == "application/pdf"
    assert "1 户没有可打印的内容" in unquote(answer.headers["X-Print-Warning"])
    assert "1 户没有可打印的内容" in client.get("/project/YY/notices").text


def test_a_print_that_is_cancelled_leaves_no_paper_that_passes_for_genuine(
    as_: As, project: Project, household: Household, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cancelled(*_arguments: object, **_named: object) -> None:
        raise Cancelled

    factories.household(project, "3-2-601")
    db.session.commit()
    client = as_("office")
    with monkeypatch.context() as patch:
        patch.setattr(notice_job, "pack", cancelled)
        answer = client.post("/project/YY/notices", data={"name": "survey-notice", "place": "all"})
        db.session.commit()
        assert run_next(config)
    assert newest().state is JobState.CANCELLED
    rows = db.session.scalars(select(NoticeIssue)).all()
    assert len({row.document_no for row in rows}) == 2
    assert [find_issue(token_of(row)) for row in rows] == [None, None]
    assert client.get(f"/n/{token_of(rows[0])}").status_code == 404
    assert prints() == []
    page = client.get(answer.location).text
    assert "没有签发文书" in page and "没有写入任何内容" not in page
    printed_now = listed(parcel(client, config))
    assert [number for _door, number in printed_now] == [f"颐园调〔{utc_now().year}〕{number}号" for number in (1, 2)]
    assert len(prints()) == 1


class Killed(BaseException):
    """What no worker catches: as if the process were gone."""


@pytest.mark.parametrize("moment", ["pack", "issue", "keep"])
def test_a_print_whose_worker_dies_is_done_once_with_the_numbers_that_it_had(
    as_: As, project: Project, household: Household, config: Config, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    def killed(*_arguments: object, **_named: object) -> None:
        raise Killed

    factories.household(project, "3-2-601")
    db.session.commit()
    client = as_("office")
    answer = client.post("/project/YY/notices", data={"name": "survey-notice", "place": "all"})
    db.session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(*((notice_job.Run, "keep") if moment == "keep" else (notice_job, moment)), killed)
        with pytest.raises(Killed):
            run_next(config)
    db.session.rollback()
    reserved = {row.document_no: row.id for row in db.session.scalars(select(NoticeIssue))}
    assert len(reserved) == 2 and prints() == []
    with at(utc_now() + timedelta(minutes=2)):
        assert run_next(config)
    found = ZipFile(io.BytesIO(client.post(f"{answer.location}/download").data))
    assert [number for _door, number in listed(found)] == sorted(reserved)
    assert {row.document_no: row.id for row in db.session.scalars(select(NoticeIssue))} == reserved
    assert len(prints()) == 1


def test_a_single_print_that_fails_leaves_no_paper_that_passes_for_genuine(
    as_: As, household: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object, **_named: object) -> None:
        raise DomainError("wording.failed", detail="…")

    client = as_("office")
    with monkeypatch.context() as patch:
        patch.setattr("survey.web.notice.lay_out", broken)
        assert client.post(f"/household/{household.id}/notice/survey-notice").status_code == 422
    row = db.session.scalars(select(NoticeIssue)).one()
    assert find_issue(token_of(row)) is None and prints() == []
    assert row.document_no in printed(client, household)
    assert len(prints()) == 1


# --- numbers in full ------------------------------------------------------------------------------------------------


def test_who_may_see_numbers_prints_them_in_full_by_choice_and_the_log_says_so(as_: As, household: Household) -> None:
    number = factories.id_no(1)
    client = as_("office")
    assert number not in printed(client, household, "pledge")
    assert "clear" not in prints()[-1].details
    page = client.get(f"/household/{household.id}/notices").text
    assert 'name="pledge-clear"' in page and 'name="survey-notice-clear"' not in page
    answer = client.post(
        f"/household/{household.id}/notice/pledge", data={"pledge-clear": "y", "pledge-reason": "签字"}
    )
    assert number in "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages)
    assert len(prints()) == 2
    entry = max(prints(), key=lambda each: each.seq)
    assert (entry.details["clear"], entry.details["reason"]) == (True, "签字")
    assert all(found is not None and found.is_latest for found in map(find_issue, map(token_of, db.session.scalars(
        select(NoticeIssue)))))  # fmt: skip


def test_a_leader_says_why_numbers_are_printed_in_full(as_: As, project: Project, household: Household) -> None:
    leader = factories.member(project, Role.LEADER)
    factories.assign(leader, household)
    db.session.commit()
    client, where = as_(leader), f"/household/{household.id}/notice/authorisation"
    refused = client.post(where, data={"authorisation-clear": "y"})
    assert refused.status_code == 422 and "必须写明理由" in refused.text
    assert prints() == []
    assert client.post(where, data={"authorisation-clear": "y", "authorisation-reason": "公证"}).status_code == 200


def test_a_building_s_numbers_are_printed_in_full_by_the_office_alone_and_with_a_reason(
    as_: As, project: Project, household: Household, config: Config
) -> None:
    client, number = as_("office"), factories.id_no(1)
    asked = {"name": "pledge", "place": "all", "clear": "y"}
    assert client.post("/project/YY/notices", data=asked).status_code == 422
    found = parcel(client, config, name="pledge", clear="y", reason="现场集中签字")
    assert number in told(found, found.namelist()[0])
    assert prints()[-1].details["reason"] == "现场集中签字"
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, household)
    db.session.commit()
    theirs = as_(surveyor)
    assert 'name="clear"' not in theirs.get("/project/YY/notices").text
    masked = parcel(theirs, config, name="pledge", clear="y", reason="现场集中签字")
    assert number not in told(masked, masked.namelist()[0])


# --- the address in the QR ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "is_dead"),
    [("", True), ("http://192.168.1.20:8000", True), ("http://ruhu", True), ("https://ruhu.example.com", False)],
)
def test_an_address_that_no_resident_can_open_is_told_before_printing(
    as_: As, app: Flask, household: Household, address: str, is_dead: bool
) -> None:
    before = app.config["RUHU"]
    app.config["RUHU"] = replace(before, public_url=address)
    try:
        client = as_("office")
        for where in ("/project/YY/notices", f"/household/{household.id}/notices"):
            assert ("RUHU_PUBLIC_URL" in client.get(where).text) == is_dead
    finally:
        app.config["RUHU"] = before
