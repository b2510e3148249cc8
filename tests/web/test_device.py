"""The office's page of tablets."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.domain.device import DeviceState
from survey.models import Device, Project, User, db, utc_now
from survey.services import device as devices
from tests import factories
from tests.services.test_device import arrived
from tests.sync.test_handover import EMPTY, sealed, visit_event

AsRole = Callable[..., FlaskClient]


@pytest.fixture
def surveyor(project: Project) -> User:
    return factories.member(project, Role.SURVEYOR, "王芳")


def enrolled(project: Project, user: User) -> tuple[Device, str]:
    _row, code = devices.invite(actor=None, project=project, user=user, name="3 号平板")
    device, token = devices.enrol(code=code, name="", app="1")
    db.session.commit()
    return device, token


def test_the_office_invites_a_tablet_and_the_code_stands_in_this_answer_only(
    project: Project, surveyor: User, as_: AsRole
) -> None:
    office = as_("office")
    assert "王芳" in office.get("/project/YY/device/invite").text
    answer = office.post("/project/YY/device/invite", data={"user": str(surveyor.id), "name": "3 号平板"})
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    code = re.search(r'data-qa="code">([0-9A-Z-]+)<', answer.text)
    assert code is not None and 'src="data:image/svg+xml' in answer.text
    for address in ("/project/YY/devices", "/project/YY/device/invite"):
        page = office.get(address).text
        assert code[1] not in page
    assert "等待登记" in office.get("/project/YY/devices").text
    device, _token = devices.enrol(code=code[1], name="", app="")
    assert (device.user_id, device.name) == (surveyor.id, "3 号平板")


def test_the_page_says_when_a_tablet_could_not_open_its_address(project: Project, surveyor: User, as_: AsRole) -> None:
    office, data = as_("office"), {"user": str(surveyor.id)}
    login = office.get_cookie("ruhu_session")
    assert login is not None
    office.set_cookie("ruhu_session", login.value, domain="ruhu.example.cn")
    for host, word in (("localhost", "平板打不开这个地址"), ("ruhu.example.cn", "平板需要 HTTPS")):
        page = office.post("/project/YY/device/invite", data=data, base_url=f"http://{host}").text
        assert word in page and f"http://{host}/tablet" in page


def test_a_person_who_does_not_go_to_the_doors_is_not_offered(project: Project, as_: AsRole) -> None:
    auditor = factories.member(project, Role.AUDITOR, "审计甲")
    office = as_("office")
    assert "审计甲" not in office.get("/project/YY/device/invite").text
    assert office.post("/project/YY/device/invite", data={"user": str(auditor.id)}).status_code == 422


def test_the_list_names_records_that_wait_for_more_than_a_day(project: Project, surveyor: User, as_: AsRole) -> None:
    device, _token = enrolled(project, surveyor)
    device.unsent, device.households, device.seen_at = 7, 120, utc_now() - timedelta(days=2)
    db.session.commit()
    office = as_("office")
    page = office.get("/project/YY/devices").text
    assert "7 条" in page and "超过一天" in page and "120" in page
    assert "7 条记录超过一天没有上传" in office.get(f"/project/YY/device/{device.id}").text


def test_a_tablet_is_revoked_and_wiped_and_the_page_says_what_that_means(
    project: Project, surveyor: User, as_: AsRole
) -> None:
    device, _token = enrolled(project, surveyor)
    office, page = as_("office"), f"/project/YY/device/{device.id}"
    assert "远程清除只在平板联网时生效" in office.get(page).text
    assert office.post(f"{page}/revoke").status_code == 302
    assert "已停用" in office.get(page).text
    assert office.post(f"{page}/wipe", follow_redirects=True).status_code == 200
    assert devices.state_of(db.session.get_one(Device, device.id)) is DeviceState.WIPING


@pytest.mark.parametrize("unsent", [0, 3])
def test_the_old_line_of_a_tablet_leads_to_the_new_one_and_says_what_is_unsent(
    project: Project, surveyor: User, as_: AsRole, client: FlaskClient, unsent: int
) -> None:
    old, _token = enrolled(project, surveyor)
    _row, code = devices.invite(actor=None, project=project, user=surveyor, name="5 号平板")
    db.session.commit()
    body = {"code": code, "name": "", "app": "1", "was": str(old.id), "unsent": unsent}
    new = client.post("/api/enrol", json=body).json["session"]["device"]["id"]
    db.session.expire_all()
    office = as_("office")
    page = office.get(f"/project/YY/device/{old.id}").text
    assert f"/device/{new}" in page and "现在的登记：5 号平板" in page
    assert ("还有 3 条记录没有上传" in page) == bool(unsent)
    listed = office.get("/project/YY/devices").text
    assert ("已重新登记，还有未上传的" in listed) == bool(unsent) and ('data-state="replaced"' in listed) != bool(
        unsent
    )


@pytest.mark.parametrize(
    "told", [{"was": "x"}, {"was": None}, {"was": 5, "unsent": "x"}, {"unsent": True}, {"unsent": -1}]
)
def test_a_tablet_that_says_nonsense_of_what_it_was_is_enrolled_all_the_same(
    project: Project, surveyor: User, client: FlaskClient, told: dict[str, object]
) -> None:
    _row, code = devices.invite(actor=None, project=project, user=surveyor, name="")
    db.session.commit()
    assert client.post("/api/enrol", json={"code": code, "name": "", "app": "1", **told}).status_code == 200


def test_the_office_makes_another_code_for_a_tablet_in_use(project: Project, surveyor: User, as_: AsRole) -> None:
    device, _token = enrolled(project, surveyor)
    office, page = as_("office"), f"/project/YY/device/{device.id}"
    assert "出新登记码" in office.get(page).text
    answer = office.post(f"{page}/renew")
    assert answer.status_code == 200 and "no-store" in answer.headers["Cache-Control"]
    code = re.search(r'data-qa="code">([0-9A-Z-]+)<', answer.text)
    assert code is not None and code[1] not in office.get(page).text
    assert devices.enrol(code=code[1], name="", app="")[0].id == device.id
    db.session.commit()
    assert office.post(f"{page}/revoke").status_code == 302
    assert "出新登记码" not in office.get(page).text
    assert office.post(f"{page}/renew").status_code == 422


@pytest.mark.parametrize("role", ["surveyor", "leader", "coordinator", "auditor"])
def test_only_the_office_keeps_tablets(project: Project, surveyor: User, as_: AsRole, role: str) -> None:
    device, _token = enrolled(project, surveyor)
    browser = as_(role)
    assert browser.get("/project/YY/devices").status_code == 403
    assert browser.post(f"/project/YY/device/{device.id}/wipe").status_code == 403
    assert browser.post(f"/project/YY/device/{device.id}/renew").status_code == 403
    assert "/project/YY/devices" not in browser.get("/project/YY/board").text


def test_another_projects_tablet_does_not_exist(project: Project, surveyor: User, as_: AsRole) -> None:
    device, _token = enrolled(project, surveyor)
    other = factories.project("QT", "其他项目")
    browser = as_(factories.member(other, Role.OFFICE))
    for address in (f"/project/YY/device/{device.id}", f"/project/QT/device/{device.id}"):
        assert browser.get(address).status_code == 404
        assert browser.post(f"{address}/wipe").status_code == 404
        assert browser.post(f"{address}/renew").status_code == 404


def hand_over(browser: FlaskClient, data: bytes, project: str = "YY"):  # type: ignore[no-untyped-def]
    return browser.post(f"/project/{project}/device/hand-over", data={"file": (BytesIO(data), "export.json")})


def test_a_handed_over_file_is_taken_and_each_record_is_told(project: Project, surveyor: User, as_: AsRole) -> None:
    _device, token = enrolled(project, surveyor)
    partner, household = factories.member(project, Role.SURVEYOR, "李四"), factories.household(project)
    factories.assign(surveyor, household)
    db.session.commit()
    events = [visit_event(household.id, surveyor, partner), visit_event(household.id, surveyor, surveyor, 2)]
    answer = hand_over(as_("office"), sealed({**EMPTY, "token": token, "events": events}))
    assert answer.status_code == 200
    assert "已写入" in answer.text and "没有写入" in answer.text and "两名不同的调查员" in answer.text
    assert "2026-05-13 10:31" in answer.text
    db.session.expire_all()
    assert household.visit_count == 1
    again = hand_over(as_("office"), sealed({**EMPTY, "token": token, "events": events}))
    assert again.status_code == 200
    db.session.expire_all()
    assert household.visit_count == 1


def test_a_wrong_file_is_refused_beside_the_question(project: Project, surveyor: User, as_: AsRole) -> None:
    office = as_("office")
    for data, word in ((b"PK", "这不是平板导出的文件"), (sealed(EMPTY), "没有登记过的平板")):
        answer = hand_over(office, data)
        assert answer.status_code == 422 and 'id="file-error"' in answer.text and word in answer.text


def test_days_of_photos_are_taken_though_other_uploads_end_earlier(project: Project, as_: AsRole) -> None:
    office, days = as_("office"), b"{" + b" " * 30 * 1024 * 1024
    assert hand_over(office, days).status_code == 422, "read, and found to be no export"
    elsewhere = office.post("/project/YY/roster/upload", data={"file": (BytesIO(days), "花名册.xlsx")})
    assert elsewhere.status_code == 413


def test_numbers_that_never_arrived_are_named_with_what_to_do(project: Project, surveyor: User, as_: AsRole) -> None:
    device, _token = enrolled(project, surveyor)
    office = as_("office")
    address = f"/project/YY/device/{device.id}"
    arrived(device, *range(1, 12))
    db.session.commit()
    assert "没有收到" not in office.get(address).text and "缺第 " not in office.get("/project/YY/devices").text
    arrived(device, 15, 17, 20, 30)
    db.session.commit()
    assert "缺第 12–14 号、第 16 号、第 18–19 号等" in office.get("/project/YY/devices").text
    page = office.get(address).text
    assert "缺第 12–14 号、第 16 号、第 18–19 号、第 21–29 号，共 15 条记录没有收到" in page
    assert "补录" in page and "王芳" in page
