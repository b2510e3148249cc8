"""Stories around the household: documents, requests, deliveries, signatures."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.calendar import last_day
from survey.domain.household import HouseholdState
from survey.models import (
    AuditEntry,
    Delivery,
    Document,
    Household,
    NoticeIssue,
    Project,
    Request,
    Signature,
    User,
    db,
    utc_now,
)
from survey.services.sheet import get_version, is_signed
from survey.web import local_now, local_today
from tests import factories
from tests.services.test_document import pdf, picture

As = Callable[..., FlaskClient]


@pytest.fixture
def surveyor(project: Project) -> User:
    return factories.member(project, Role.SURVEYOR, "王芳")


@pytest.fixture
def home(project: Project, surveyor: User) -> Household:
    made = factories.household(project, "3-2-501", sheet=factories.sheet(), actor=surveyor)
    factories.assign(surveyor, made)
    db.session.commit()
    return made


def upload(content: bytes, name: str = "photo.jpg") -> tuple[BytesIO, str]:
    return BytesIO(content), name


def add(client: FlaskClient, home: Household, *files: tuple[BytesIO, str], **values: str) -> int:
    data = {"category": "photo", "files": list(files), **values}
    return client.post(f"/household/{home.id}/document/add", data=data, content_type="multipart/form-data").status_code


def documents() -> list[Document]:
    return list(db.session.scalars(db.select(Document).order_by(Document.added_at, Document.id)))


def test_photos_are_uploaded_together_and_seen_again(home: Household, surveyor: User, as_: As) -> None:
    client = as_(surveyor)
    assert add(client, home, upload(picture(), "客厅.jpg"), upload(pdf(), "产权证.pdf"), is_original="yes") == 302
    photo, paper = documents()
    assert (photo.title, photo.media_type, photo.is_original) == ("客厅", "image/jpeg", True)
    page = client.get(f"/household/{home.id}").get_data(as_text=True)
    assert f"/document/{photo.id}/preview" in page
    assert "产权证" in page
    shown = client.get(f"/household/{home.id}/document/{photo.id}")
    assert shown.mimetype == "image/jpeg"
    assert shown.headers["Cache-Control"] == "private, no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Content-Disposition"].startswith("inline")
    down = client.get(f"/household/{home.id}/document/{paper.id}")
    assert down.headers["Content-Disposition"].startswith("attachment")
    assert down.data[:5] == b"%PDF-"
    assert client.get(f"/household/{home.id}/document/{paper.id}/preview").status_code == 404


def test_one_bad_file_among_several_keeps_none(home: Household, surveyor: User, as_: As) -> None:
    client = as_(surveyor)
    data = {"category": "photo", "files": [upload(picture()), upload(b"GIF89a", "x.jpg")]}
    answer = client.post(f"/household/{home.id}/document/add", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "这不是能识别的图片或 PDF" in answer.get_data(as_text=True)
    assert documents() == []
    assert add(client, home) == 422


def test_a_document_is_seen_by_its_households_people_only(
    project: Project, home: Household, surveyor: User, as_: As
) -> None:
    add(as_(surveyor), home, upload(picture()))
    [photo] = documents()
    neighbour = factories.household(project, "3-2-502")
    db.session.commit()
    client = as_("office")
    assert client.get(f"/household/{home.id}/document/{photo.id}").status_code == 200
    assert client.get(f"/household/{neighbour.id}/document/{photo.id}").status_code == 404
    assert as_("coordinator").get(f"/household/{home.id}/document/{photo.id}").status_code == 403
    assert as_("surveyor").get(f"/household/{home.id}/document/{photo.id}").status_code == 404


def test_a_document_is_removed_with_a_reason(home: Household, surveyor: User, as_: As) -> None:
    add(as_(surveyor), home, upload(picture(), "客厅.jpg"))
    [photo] = documents()
    address = f"/household/{home.id}/document/{photo.id}"
    assert as_(surveyor).post(address + "/remove", data={"reason": "拍错了"}).status_code == 403
    office = as_("office")
    assert office.post(address + "/remove", data={"reason": ""}).status_code == 422
    assert office.post(address + "/remove", data={"reason": "拍错了"}).status_code == 302
    assert office.get(address).status_code == 404
    assert "已移除：拍错了" in office.get(f"/household/{home.id}").get_data(as_text=True)


# --- requests


def test_a_request_runs_from_the_door_to_its_close(home: Household, surveyor: User, as_: As) -> None:
    told = {
        "content": "面积少算了", "kind": "area", "urgency": "urgent", "person_name": "张伟",
        "received_on": local_today().isoformat(),
    }  # fmt: skip
    address = f"/household/{home.id}/request/record"
    assert as_(surveyor).post(address, data={**told, "content": ""}).status_code == 422
    assert as_(surveyor).post(address, data=told).status_code == 302
    row = db.session.scalars(db.select(Request)).one()
    office, base = as_("office"), f"/household/{home.id}/request/{row.id}"
    assert "面积少算了" in office.get("/project/YY/requests").get_data(as_text=True)
    assert as_(surveyor).get(base).status_code == 403
    today = local_today().isoformat()
    assert office.post(base + "/accept", data={"accepted_on": today, "handler": ""}).status_code == 422
    assert office.post(base + "/accept", data={"accepted_on": today, "handler": "周敏"}).status_code == 302
    assert office.post(base + "/answer", data={"reply": "", "replied_on": today}).status_code == 422
    answer = {"reply": "已安排复量", "replied_on": today, "handler": "周敏"}
    assert office.post(base + "/answer", data=answer).status_code == 302
    assert office.post(base + "/answer", data={**answer, "close": "1"}).status_code == 302
    page = office.get("/project/YY/requests?shown=closed").get_data(as_text=True)
    assert "已办结" in page
    assert "已安排复量" in office.get(base).get_data(as_text=True)
    assert office.post(base + "/answer", data=answer).status_code == 422


def test_a_request_of_another_household_is_not_found(project: Project, home: Household, as_: As) -> None:
    other = factories.household(project, "3-2-502")
    office = as_("office")
    told = {"content": "问", "kind": "consult", "urgency": "normal", "person_name": "李", "received_on": "20260101"}
    assert office.post(f"/household/{other.id}/request/record", data=told).status_code == 302
    row = db.session.scalars(db.select(Request)).one()
    assert office.get(f"/household/{home.id}/request/{row.id}").status_code == 404


# --- deliveries


def served(**values: object) -> dict[str, object]:
    return {
        "notice": "survey-notice", "method": "direct", "served_at": local_now().strftime("%Y-%m-%dT%H:%M"),
        "recipient": "张伟", "for_self": "yes", "server": "王芳", "second_server": "赵明", **values,
    }  # fmt: skip


def test_a_delivery_is_recorded_once_though_it_is_sent_twice(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    for _ in range(2):
        assert client.post(address, data=served(key=str(home.building_id))).status_code == 302
    row = db.session.scalars(db.select(Delivery)).one()
    assert (row.notice, row.recipient) == ("入户调查通知书", "张伟")
    entries = db.session.scalars(
        db.select(AuditEntry).where(AuditEntry.action == "delivery.record").order_by(AuditEntry.seq)
    ).all()
    assert len(entries) == 1


def test_a_refused_notice_is_left_before_a_witness_or_a_camera(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    left = served(method="left", refused_reason="不愿签收", place="门口")
    bare = client.post(address, data=left)
    assert bare.status_code == 422
    assert "要有见证人，或者拍照留证" in bare.get_data(as_text=True)
    assert client.post(address, data={**left, "evidence": upload(picture())},
                       content_type="multipart/form-data").status_code == 302  # fmt: skip
    row = db.session.scalars(db.select(Delivery)).one()
    [photo] = documents()
    assert (row.evidence_id, photo.category) == (photo.id, codes.DocumentCategory.DELIVERY)
    assert "拒收：不愿签收" in client.get(f"/household/{home.id}").get_data(as_text=True)


def test_other_notices_are_named_in_words(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    assert client.post(address, data=served(notice="other")).status_code == 422
    assert client.post(address, data=served(notice="other", notice_other="补正通知书")).status_code == 302
    assert db.session.scalars(db.select(Delivery.notice)).one() == "补正通知书"


def test_a_delivery_begins_the_term_that_the_paper_tells(home: Household, surveyor: User, as_: As) -> None:
    client, today = as_(surveyor), local_now().date()
    assert (
        client.post(f"/household/{home.id}/delivery/record", data=served(notice="correction-notice")).status_code == 302
    )
    row = db.session.scalars(db.select(Delivery)).one()
    assert row.term_until is not None
    assert (row.counts_from, row.term_until) == (today, last_day(today, 7))
    page = client.get(f"/household/{home.id}").get_data(as_text=True)
    assert f"期限至 {row.term_until}" in page
    running = client.get("/project/YY/households?term_runs=yes").get_data(as_text=True)
    over = client.get("/project/YY/households?term_over=yes").get_data(as_text=True)
    assert f"/household/{home.id}" in running
    assert f"/household/{home.id}" not in over


def test_an_attempt_is_recorded_and_the_next_one_counted(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    failed = served(is_served="no")
    assert client.post(address, data=failed).status_code == 422
    assert (
        client.post(
            address, data={**failed, "unserved_reason": "nobody_home", "unserved_note": "邻居说外出"}
        ).status_code
        == 302
    )
    row = db.session.scalars(db.select(Delivery)).one()
    assert (row.unserved_reason, row.counts_from, row.recipient) == (codes.UnservedReason.NOBODY_HOME, None, "")
    assert client.post(address, data=served(is_served="yes")).status_code == 302
    page = client.get(f"/household/{home.id}").get_data(as_text=True).partition('id="deliveries"')[2]
    assert page.index("第 1 次") < page.index("未送达：无人在家") < page.index("第 2 次") < page.index("签收：张伟")
    assert "邻居说外出" in page


def test_two_names_are_wanted_of_who_went(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    assert 'value="王芳"' in client.get(address).get_data(as_text=True)
    alone = client.post(address, data=served(second_server=""))
    assert (alone.status_code, "要有两名送达人" in alone.get_data(as_text=True)) == (422, True)
    twice = client.post(address, data=served(second_server="王芳"))
    assert (twice.status_code, "是同一个人" in twice.get_data(as_text=True)) == (422, True)


def test_what_is_handed_over_after_midnight_is_no_announcement(home: Household, surveyor: User, as_: As) -> None:
    early = (
        (local_now() - timedelta(days=1)).replace(hour=0, minute=5).strftime("%Y-%m-%dT%H:%M")
    )  # still the day before in UTC
    assert as_(surveyor).post(f"/household/{home.id}/delivery/record", data=served(served_at=early)).status_code == 302
    assert "公告送达" not in as_(surveyor).get(f"/household/{home.id}").get_data(as_text=True)


def test_a_letter_keeps_the_number_of_the_paper_beside_its_own(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    letter = served(notice="objection-reply", method="mail", document_no="颐园复〔2026〕1号", second_server="")
    assert client.post(address, data=letter).status_code == 422
    assert client.post(address, data={**letter, "mail_no": "ems123456789cn"}).status_code == 302
    page = client.get(f"/household/{home.id}").get_data(as_text=True)
    assert "颐园复〔2026〕1号" in page
    assert "邮件单号：EMS123456789CN" in page


def test_an_announcement_says_where_it_hangs_and_not_where_the_home_is(
    home: Household, surveyor: User, as_: As
) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/delivery/record"
    announced = served(method="announced", place=home.address)
    assert client.post(address, data=announced).status_code == 422
    assert client.post(address, data={**announced, "announced_place": "南门公告栏"}).status_code == 302
    assert db.session.scalars(db.select(Delivery.place)).one() == "南门公告栏"


def test_what_was_printed_last_is_offered_with_its_number(
    home: Household, surveyor: User, as_: As, project: Project
) -> None:
    project.settings = {**project.settings, "document_word": "颐园"}
    db.session.commit()
    client = as_(surveyor)
    assert client.post(f"/household/{home.id}/notice/survey-notice").status_code == 200
    page = client.get(f"/household/{home.id}/delivery/record").get_data(as_text=True)
    assert "颐园调〔" in page
    assert "待送达" in client.get(f"/household/{home.id}").get_data(as_text=True)
    assert client.post(f"/household/{home.id}/delivery/record", data=served()).status_code == 302
    assert db.session.scalars(db.select(Delivery.document_no)).one().startswith("颐园调〔")
    assert "待送达" not in client.get(f"/household/{home.id}").get_data(as_text=True)


def test_an_announced_paper_says_when_it_counts_as_served(home: Household, surveyor: User, as_: As) -> None:
    client = as_(surveyor)
    announced = served(notice="survey-notice", method="announced", announced_place="小区公告栏")
    assert client.post(f"/household/{home.id}/delivery/record", data=announced).status_code == 302
    row = db.session.scalars(db.select(Delivery)).one()
    assert row.counts_from == local_now().date() + timedelta(days=30)
    assert f"自 {row.counts_from} 起视为送达" in client.get(f"/household/{home.id}").get_data(as_text=True)


def test_a_round_through_a_building_is_recorded_from_one_page(
    home: Household, surveyor: User, as_: As, project: Project
) -> None:
    project.settings = {**project.settings, "document_word": "颐园"}
    people = (factories.person("李娜", 2),)
    beside = factories.household(project, "3-2-502", sheet=factories.sheet(persons=people), actor=surveyor)
    away = factories.household(project, "3-2-503", sheet=factories.sheet(persons=people), actor=surveyor)
    db.session.commit()
    client, address = as_(surveyor), f"/building/{home.building_id}/delivery/record"
    assert "没有待送达的文书" in client.get(address).get_data(as_text=True)
    for each in (home, beside, away):
        assert client.post(f"/household/{each.id}/notice/survey-notice").status_code == 200
    issues = {row.household_id: row for row in db.session.scalars(db.select(NoticeIssue))}
    page = client.get(address).get_data(as_text=True)
    assert all(row.document_no in page for row in issues.values())
    form = {"method": "direct", "served_at": local_now().strftime("%Y-%m-%dT%H:%M"), "server": "王芳"}
    ticked = {"issues": [str(issues[each.id].id) for each in (home, beside)]}
    assert client.post(address, data={**form, **ticked, "second_server": "王芳"}).status_code == 422
    assert client.post(address, data={**form, "second_server": "赵明"}).status_code == 422
    assert db.session.scalars(db.select(Delivery)).all() == []
    assert client.post(address, data={**form, **ticked, "second_server": "赵明"}).status_code == 302
    rows = {row.household_id: row for row in db.session.scalars(db.select(Delivery))}
    assert {key: (row.document_no, row.recipient, row.second_server) for key, row in rows.items()} == {
        home.id: (issues[home.id].document_no, "张伟", "赵明"),
        beside.id: (issues[beside.id].document_no, "李娜", "赵明"),
    }
    entries = db.session.scalars(db.select(AuditEntry.household_id).where(AuditEntry.action == "delivery.record")).all()
    assert {*entries} == {home.id, beside.id} and len(entries) == 2
    page = client.get(address).get_data(as_text=True)
    assert issues[away.id].document_no in page
    assert issues[home.id].document_no not in page
    # Sent once more, nothing is recorded twice.
    assert client.post(address, data={**form, **ticked, "second_server": "赵明"}).status_code == 422


# --- signatures


def signing(home: Household, **values: object) -> dict[str, object]:
    return {
        "signer_role": "respondent", "signer_name": "张伟", "signed": "yes", "version": str(home.sheet_version),
        "signed_at": (local_now() - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M"), **values,
    }  # fmt: skip


def test_a_signing_on_paper_is_bound_to_the_sheet_by_its_hash(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/signature/record"
    bare = client.post(address, data=signing(home))
    assert bare.status_code == 422
    assert "请上传签字页" in bare.get_data(as_text=True)
    paper = {**signing(home), "evidence": upload(picture())}
    assert client.post(address, data=paper, content_type="multipart/form-data").status_code == 302
    row = db.session.scalars(db.select(Signature)).one()
    assert row.pairs_hash == get_version(home, 1).pairs_hash
    assert is_signed(home)
    assert "现行版本" in client.get(f"/household/{home.id}").get_data(as_text=True)


def test_a_refusal_wants_reason_and_witness(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/signature/record"
    refusal = signing(home, signed="no", refuse_reason="不认可面积")
    assert client.post(address, data=refusal).status_code == 422
    assert client.post(address, data={**refusal, "witness": "李娟 居委会"}).status_code == 302
    assert is_signed(home)
    page = client.get(f"/household/{home.id}").get_data(as_text=True)
    assert "拒签" in page
    assert "李娟 居委会" in page


def test_who_signed_an_older_version_is_asked_to_sign_again(home: Household, surveyor: User, as_: As) -> None:
    answer = as_(surveyor).post(
        f"/household/{home.id}/signature/record", data={**signing(home, version="0"), "evidence": upload(picture())},
        content_type="multipart/form-data",
    )  # fmt: skip
    assert answer.status_code == 422
    assert "请打印新版本重新签字" in answer.get_data(as_text=True)
    assert documents() == []


def test_nothing_is_signed_before_there_is_a_sheet(project: Project, as_: As) -> None:
    home = factories.household(project, "3-2-502")
    db.session.commit()
    office = as_("office")
    assert "还没有可以签字的内容" in office.get(f"/household/{home.id}/signature/record").get_data(as_text=True)
    refused = office.post(
        f"/household/{home.id}/signature/record", data=signing(home, signed="no", refuse_reason="x", witness="李娟")
    )
    assert refused.status_code == 422


def test_a_signed_and_approved_dossier_can_be_confirmed_from_its_page(
    project: Project, home: Household, surveyor: User, as_: As
) -> None:
    home.state = HouseholdState.APPROVED
    home.state_since = utc_now()
    db.session.commit()
    client = as_(surveyor)
    assert 'data-dialog="confirm"' not in client.get(f"/household/{home.id}").get_data(as_text=True)
    client.post(
        f"/household/{home.id}/signature/record", data={**signing(home), "evidence": upload(picture())},
        content_type="multipart/form-data",
    )  # fmt: skip
    page = client.get(f"/household/{home.id}").get_data(as_text=True)
    assert 'data-dialog="confirm"' in page
    assert client.post(f"/household/{home.id}/confirm", data={"action": "confirm"}).status_code == 302
