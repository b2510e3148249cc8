"""A posting from draft to close: checked line by line, released by another person, hung up, objected to, closed."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from exports.ledgers import find_ledger
from exports.view import view_of
from survey.domain.access import Role
from survey.domain.posting import PostingState
from survey.domain.settings import ProjectSettings
from survey.models import AuditEntry, Posting, Project, User, db
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


def test_it_is_hung_up_objected_to_and_closed_after_its_term(
    as_: As, project: Project, office: User, street: User
) -> None:
    client = as_(office)
    row = draft(client)
    as_(street).post(url(row, "approve"))
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
    assert (line["objections"], line["outcomes"], line["photo"], line["state"]) == (
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
