"""A posting from draft to close: checked line by line, released by another person, hung up, objected to, closed."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select
from werkzeug.test import TestResponse

from exports.ledgers import find_ledger
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.domain.posting import PostingState
from survey.domain.settings import ProjectSettings
from survey.models import AuditEntry, Household, NoticeIssue, Posting, Project, User, db, utc_now
from survey.web import local_today
from tests import factories

As = Callable[..., FlaskClient]
CLEAN = "调查结果公示如下：\n3-2-501　张*　证载 85.20㎡"


@pytest.fixture
def office(project: Project) -> User:
    factories.household(project, "3-2-501", factories.sheet())
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def street(project: Project) -> User:
    return factories.member(project, Role.COORDINATOR, "袁立新")


def draft(client: FlaskClient, content: str = CLEAN, days: int = 5) -> Posting:
    data = {"kind": "result", "title": "调查结果公示", "scope": "3号楼", "days": str(days), "content": content}
    assert client.post("/project/YY/posting/draft", data=data).status_code == 302
    return db.session.scalars(select(Posting).order_by(Posting.id.desc())).first()


def url(row: Posting, step: str = "") -> str:
    return f"/project/YY/posting/{row.id}{'/' + step if step else ''}"


def test_a_draft_with_a_full_name_is_shown_its_line_and_cannot_be_released(as_: As, office: User, street: User) -> None:
    row = draft(as_(office), "公示如下：\n3-2-501　张伟　85.20㎡")
    text = as_(office).get(url(row)).get_data(as_text=True)
    assert "第 2 行：有完整的姓名" in text
    refused = as_(street).post(url(row, "approve"))
    assert refused.status_code == 422
    db.session.refresh(row)
    assert row.state is PostingState.DRAFT
    changed = {"kind": "result", "title": "调查结果公示", "scope": "3号楼", "days": "5", "content": CLEAN}
    as_(office).post(url(row, "change"), data=changed)
    assert as_(street).post(url(row, "approve")).status_code == 302


def test_title_and_scope_are_published_too_and_are_checked(as_: As, office: User, street: User) -> None:
    data = {
        "kind": "result",
        "title": "刘 斌 俊 379900 19550923 4517 低保",
        "scope": "3号楼 张伟",
        "days": "5",
        "content": CLEAN,
    }
    assert as_(office).post("/project/YY/posting/draft", data=data).status_code == 302
    row = db.session.scalars(select(Posting)).one()
    text = as_(office).get(url(row)).get_data(as_text=True)
    for told in ("标题：有证件号码", "标题：有“低保”", "范围：有完整的姓名"):
        assert told in text
    assert as_(street).post(url(row, "approve")).status_code == 422
    db.session.refresh(row)
    assert row.state is PostingState.DRAFT


def test_the_projects_own_phone_may_stand_there(as_: As, project: Project, office: User, street: User) -> None:
    row = draft(as_(office), f"{CLEAN}\n有异议的请拨打 0546-8331234")
    assert as_(street).post(url(row, "approve")).status_code == 422
    project.office_phone = "0546-8331234"
    db.session.commit()
    assert as_(street).post(url(row, "approve")).status_code == 302


def test_whoever_drafted_it_does_not_release_it(as_: As, office: User, street: User) -> None:
    row = draft(as_(office))
    assert as_(office).post(url(row, "approve")).status_code == 403
    assert as_(street).post("/project/YY/posting/draft", data={}).status_code == 403
    assert 'data-qa="approve"' in as_(street).get(url(row)).get_data(as_text=True)


def text_of(answer: TestResponse) -> str:
    assert answer.mimetype == "application/pdf", answer.text
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.data)).pages))


def test_an_approved_posting_is_printed_with_its_scope_its_period_and_its_number(
    as_: As, project: Project, office: User, street: User
) -> None:
    project.settings = {"document_word": "颐园", "holidays": "2030-10-01..2030-10-07"}
    for door in ("3-2-502", "5-1-101"):
        factories.household(project, door, factories.sheet())
    for home in db.session.scalars(select(Household)):
        home.state = HouseholdState.APPROVED
    db.session.commit()
    client = as_(office)
    row = draft(client)
    when = {"hung_on": "2030-09-26"}
    assert 'data-qa="print-form"' not in client.get(url(row)).text
    refused = client.post(url(row, "print"), data=when)
    assert refused.status_code == 422
    assert "没有批准的不能打印" in refused.text
    as_(street).post(url(row, "approve"))
    assert 'data-qa="print-form"' in client.get(url(row)).text
    assert as_(street).post(url(row, "print"), data=when).status_code == 403
    told = text_of(client.post(url(row, "print"), data=when))
    for part in (
        "公示范围：3号楼。",
        "公示期5天，自2030年9月26日张贴起（当天不计）至2030年10月8日止",
        "颐园示〔",
        "3号楼2单元502室",
    ):
        assert part in told
    assert "5号楼" not in told
    number = db.session.scalars(select(NoticeIssue.document_no)).one()
    assert number in client.get(url(row)).text
    text_of(client.post(url(row, "print"), data={"hung_on": "2030-09-27"}))
    assert set(db.session.scalars(select(NoticeIssue.document_no))) == {number}
    early = client.post(url(row, "print"), data={"hung_on": "2020-01-02"})
    assert early.status_code == 422
    assert "早于批准日期" in early.text


def test_another_kind_is_printed_with_its_text_and_without_a_table(as_: As, office: User, street: User) -> None:
    data = {
        "kind": "plan",
        "title": "安置补偿方案征求意见",
        "scope": "颐园小区",
        "days": "30",
        "content": "现公开征求意见。",
    }
    client = as_(office)
    client.post("/project/YY/posting/draft", data=data)
    row = db.session.scalars(select(Posting)).one()
    as_(street).post(url(row, "approve"))
    told = text_of(client.post(url(row, "print"), data={"hung_on": local_today().isoformat()}))
    assert "现公开征求意见。" in told
    assert "附件" not in told


def test_the_result_of_the_survey_says_for_which_buildings_it_is(as_: As, office: User, street: User) -> None:
    for scope, told in (("1至4号楼", "看不出是哪几栋楼"), ("9号楼", "9 号楼不在这个项目里")):
        data = {"kind": "result", "title": "调查结果公示", "scope": scope, "days": "5", "content": CLEAN}
        as_(office).post("/project/YY/posting/draft", data=data)
        row = db.session.scalars(select(Posting).where(Posting.scope == scope)).one()
        refused = as_(street).post(url(row, "approve"))
        assert refused.status_code == 422
        assert told in refused.text


def test_it_is_not_hung_up_before_it_was_approved(as_: As, office: User, street: User) -> None:
    client = as_(office)
    row = draft(client)
    as_(street).post(url(row, "approve"))
    yesterday = local_today() - timedelta(days=1)
    refused = client.post(url(row, "hang-up"), data={"posted_on": yesterday.isoformat(), "place": "门口"})
    assert refused.status_code == 422
    assert "早于批准日期" in refused.text
    db.session.expire_all()
    assert (row.state, row.until) == (PostingState.APPROVED, None)


def test_an_approval_is_withdrawn_with_a_reason_until_it_hangs(as_: As, office: User, street: User) -> None:
    client, other = as_(office), as_(street)
    row = draft(client)
    other.post(url(row, "approve"))
    assert client.post(url(row, "withdraw"), data={"reason": "名单有误"}).status_code == 403
    assert other.post(url(row, "withdraw"), data={"reason": " "}).status_code == 422
    assert other.post(url(row, "withdraw"), data={"reason": "名单有误"}).status_code == 302
    db.session.expire_all()
    assert (row.state, row.approved_by_id) == (PostingState.DRAFT, None)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "posting.withdraw")).one()
    assert entry.details["reason"] == "名单有误"
    other.post(url(row, "approve"))
    client.post(url(row, "hang-up"), data={"posted_on": local_today().isoformat(), "place": "门口"})
    assert other.post(url(row, "withdraw"), data={"reason": "晚了"}).status_code == 422


def test_it_is_hung_up_objected_to_and_closed_after_its_term(
    as_: As, project: Project, office: User, street: User
) -> None:
    client = as_(office)
    row = draft(client)
    as_(street).post(url(row, "approve"))
    db.session.refresh(row)
    row.approved_at = utc_now() - timedelta(days=21)
    db.session.commit()
    photo = io.BytesIO()
    Image.new("RGB", (300, 200)).save(photo, "JPEG")
    photo.seek(0)
    posted = local_today() - timedelta(days=20)
    data = {"posted_on": posted.isoformat(), "place": "3号楼单元门口", "photo": (photo, "x.jpg")}
    assert client.post(url(row, "hang-up"), data=data).status_code == 302
    assert client.get(url(row, "photo")).mimetype == "image/jpeg"
    early = {"person_name": "张伟", "received_on": (posted - timedelta(days=1)).isoformat(), "content": "面积少了"}
    assert client.post(url(row, "object"), data=early).status_code == 422
    said = {**early, "received_on": (posted + timedelta(days=1)).isoformat(), "door": "3-2-501"}
    assert client.post(url(row, "object"), data=said).status_code == 302
    assert client.post(url(row, "close"), data={"result": "公示期满"}).status_code == 422  # an objection is open
    db.session.expire_all()
    objection = row.objections[0]
    client.post(url(row, f"objection/{objection.id}/settle"), data={"outcome": "已复测，面积无误"})
    assert client.post(url(row, "close"), data={"result": "公示期满，异议已处理"}).status_code == 302
    _ledger, reading = find_ledger("postings")
    (line,) = reading(view_of(project, office), ProjectSettings())["postings"]
    assert (line["objections"], line["outcomes"], line["photo"], line["state"].label) == (
        1,
        "已复测，面积无误",
        "有",
        "已结束",
    )
    logged = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert [action for action in logged if action.startswith("posting")] == [
        "posting.draft", "posting.approve", "posting.hang_up", "posting.object", "posting.settle", "posting.close",
    ]  # fmt: skip


def test_it_is_not_closed_before_its_last_day_is_over(as_: As, office: User, street: User) -> None:
    client = as_(office)
    row = draft(client)
    as_(street).post(url(row, "approve"))
    client.post(url(row, "hang-up"), data={"posted_on": local_today().isoformat(), "place": "门口"})
    answer = client.post(url(row, "close"), data={"result": "期满"})
    assert answer.status_code == 422
    assert "才满" in answer.get_data(as_text=True)


def test_another_projects_postings_are_not_there(as_: As, office: User) -> None:
    row = draft(as_(office))
    stranger = factories.member(factories.project("ZZ", "别的项目"), Role.OFFICE)
    db.session.commit()
    assert as_(stranger).get(url(row)).status_code == 404
    assert as_(stranger).get(f"/project/ZZ/posting/{row.id}").status_code == 404
