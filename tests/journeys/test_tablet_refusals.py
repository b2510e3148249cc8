"""What a server may refuse a tablet: a piece, a photo, a token, a secret, an old application. Nothing is lost, nothing stuck."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from survey.models import utc_now
from tests.journeys import live
from tests.journeys.axe import violations
from tests.journeys.live import ROOT
from tests.journeys.test_tablet_core import (
    CUT_OFF,
    INVITE,
    KEPT,
    PIN,
    RENEW,
    Field,
    at,
    enrol,
    go,
    ground,
    make_door,
    open_door,
    reopen,
    settled,
    tablet,
    unlock,
    unsent,
    watched,
)
from tests.journeys.test_tablet_pages import events, photo, save, sync, take, visit

__all__ = ["ground", "photo", "tablet"]  # fixtures

BEFORE = """
import json
from survey import create_app
from survey.models import Device, db
with create_app().app_context():
    now = db.session.query(Device).order_by(Device.enrolled_at.desc()).first()
    print(json.dumps([device.unsent for device in db.session.query(Device).filter_by(replaced_by_id=now.id)]))
"""
"""How many records were unsent on the device that the last enrolled tablet was before."""


@pytest.fixture
def page(tablet: BrowserContext) -> Iterator[Page]:
    """The server's refusals are what is tried here, and its being away."""
    yield from watched(tablet, *CUT_OFF, "ERR_FAILED", *(f"status of {code}" for code in (401, 409, 422, 426)))


@pytest.fixture
def asked(page: Page) -> list[tuple[str, str, int]]:
    """Method, last part of the path, and status of everything that the API answered."""
    told: list[tuple[str, str, int]] = []

    def note(request: Request) -> None:
        answer = request.response()
        if "/api/" in request.url and answer is not None:
            told.append((request.method, request.url.partition("?")[0].rsplit("/", 1)[-1], answer.status))

    page.on("requestfinished", note)
    return told


def photograph(page: Page, door: str, photo: Path) -> None:
    go(page, "photo", door)
    page.locator("[name=category]").select_option("photo")
    take(page, "photos", photo)
    save(page)
    at(page, "household")


def press_sync(page: Page) -> None:
    """Talk to the server, however that ends."""
    go(page, "done")
    page.get_by_role("button", name="立即同步").click()
    expect(page.locator("[data-sync][data-state=idle]")).to_be_attached()


# --- pieces and photos


def too_far(route: Route) -> None:
    """The tablet is told of pieces that the server does not have."""
    route.fulfill(json={"at": 1000, "done": False, "now": utc_now().isoformat()})


def spoilt(route: Route) -> None:
    """The piece arrives as another than was sent."""
    route.continue_(post_data=bytes(reversed(route.request.post_data_buffer or b"")))


@pytest.mark.parametrize(("where", "fault"), [("**/offset", too_far), ("**/api/blobs/*?*", spoilt)])
def test_a_photo_goes_on_where_the_server_says(
    page: Page, ground: Field, photo: Path, asked: list[tuple[str, str, int]], where: str, fault: object
) -> None:
    enrol(page, ground)
    door = open_door(page)
    page.route(where, fault, times=1)  # type: ignore[arg-type]
    photograph(page, door, photo)
    sync(page)
    sent = [status for method, _name, status in asked if method == "PUT"]
    assert sent.count(409) == 1 and sent[-1] == 200, sent
    assert [event[:2] for event in events(ground)] == [["document", "applied"]]


@pytest.mark.parametrize(("status", "answer"), [(409, {"at": 0}), (200, {"at": 0}), (200, {}), (200, {"at": "x"})])
def test_a_photo_that_is_only_ever_sent_back_waits_for_a_better_hour(
    page: Page, ground: Field, photo: Path, asked: list[tuple[str, str, int]], status: int, answer: dict[str, object]
) -> None:
    enrol(page, ground)
    door = open_door(page)
    page.route("**/api/blobs/*?*", lambda route: route.fulfill(status=status, json=answer))
    photograph(page, door, photo)
    expect(page.locator("[data-sync][data-state=idle]")).to_contain_text("服务器忙")
    unsent(page, 1)
    assert 0 < sum(method == "PUT" for method, _name, _status in asked) < 30
    page.unroute_all()
    sync(page)
    assert [event[:2] for event in events(ground)] == [["document", "applied"]]


def test_a_photo_that_is_refused_says_why_and_is_taken_again_while_later_records_go(
    page: Page, ground: Field, photo: Path
) -> None:
    enrol(page, ground)
    door = open_door(page)
    # No photo that a tablet draws is too large for the server: its size is told wrongly on the way.
    page.route("**/api/blobs/*?*", lambda route: route.continue_(url=route.request.url.replace("total=", "total=9999")))
    ground.stop()
    try:
        photograph(page, door, photo)
        visit(page, door)  # follows on the photo at the same door
        unsent(page, 2)
    finally:
        ground.start()
    press_sync(page)
    unsent(page, 0)
    assert [event[:2] for event in events(ground)] == [["visit", "applied"]], "it does not wait for the photo"
    needs = page.locator("[data-part=needs] [data-qa=item-invalid]")
    expect(needs).to_contain_text("文件超过")
    page.unroute_all()
    needs.get_by_role("link", name="去改正").click()
    at(page, "photo")
    expect(page.locator("[data-error-summary]")).to_contain_text("文件超过")
    assert violations(page) == []
    page.locator("[data-qa=shot]").get_by_role("button", name="移除").click()
    expect(page.locator("[data-qa=shot]")).to_have_count(0)
    take(page, "photos", photo)
    save(page)
    at(page, "household")
    sync(page)
    expect(page.locator("[data-part=needs]")).to_be_hidden()
    assert [event[:2] for event in events(ground)] == [["visit", "applied"], ["document", "applied"]]


# --- answers that bring nothing on


def unheard_of(route: Route) -> None:
    """Every record gets an answer that settles nothing."""
    told = [{"id": event["id"], "status": "queued"} for event in (route.request.post_data_json or {})["events"]]
    route.fulfill(json={"results": told})


def no_answers(route: Route) -> None:
    route.fulfill(json={})


def standing_still(route: Route) -> None:
    route.fulfill(json={"rows": [], "cursor": "x.1.", "more": True, "reset": False})


def ever_anew(route: Route) -> None:
    route.fulfill(json={"rows": [], "cursor": str(uuid4()), "more": True, "reset": True})


@pytest.mark.parametrize(
    ("where", "answer"),
    [("events", unheard_of), ("events", no_answers), ("changes*", standing_still), ("changes*", ever_anew)],
)
def test_a_server_that_gets_nowhere_is_asked_again_later_and_not_for_ever(
    page: Page, ground: Field, asked: list[tuple[str, str, int]], where: str, answer: Callable[[Route], None]
) -> None:
    enrol(page, ground)
    door = open_door(page)
    asked.clear()
    page.route(f"**/api/{where}", answer)
    visit(page, door)
    press_sync(page)
    assert 0 < len(asked) < 40
    page.unroute_all()
    sync(page)
    assert [event[:2] for event in events(ground)] == [["visit", "applied"]]


# --- the token


def give_away(ground: Field) -> None:
    """Somebody else uses a code for this tablet: its token ends."""
    code = ground.ask(RENEW, ground.people["leader"][0])
    body = json.dumps({"code": code, "name": "", "app": "1"}).encode()
    there = HTTPConnection("127.0.0.1", ground.port, timeout=live.START_SECONDS)
    there.request("POST", "/api/enrol", body, {"Content-Type": "application/json"})
    assert there.getresponse().status == 200
    there.close()


@pytest.mark.parametrize("code", [RENEW, INVITE], ids=["a code for this tablet", "a code for a new one"])
def test_a_token_that_ended_costs_a_code_and_no_record(page: Page, ground: Field, code: str) -> None:
    enrol(page, ground)
    door = open_door(page)
    before = json.loads(ground.ask(KEPT))
    # The answer to the first record is lost; the second follows on it.
    page.route("**/api/events", lose, times=1)
    visit(page, door)
    expect(page.locator("[data-sync][data-state=idle]")).to_contain_text("离线")
    give_away(ground)
    visit(page, door)
    expect(page.get_by_text("服务器不认识这台平板，记录都还在")).to_be_visible()
    unsent(page, 2)
    go(page, "home")
    reopen(page, "home")
    unsent(page, 2)
    page.get_by_role("link", name="重新登记").click()
    at(page, "enrol")
    page.get_by_label("登记码是多少？").fill(ground.ask(code, ground.people["leader"][0]))
    page.get_by_role("button", name="登记").click()
    at(page, "home")
    settled(page)
    sync(page)
    expect(page.locator("[data-part=needs]")).to_be_hidden()
    expect(page.locator("[data-qa=item-applied]")).to_have_count(2)
    assert json.loads(ground.ask(BEFORE)) == ([2] if code == INVITE else []), "the office sees which device it was"
    after = json.loads(ground.ask(KEPT))
    assert len(after["visits"]) == len(before["visits"]) + 2
    assert len(after["events"]) == len(before["events"]) + 2


def lose(route: Route) -> None:
    """The request arrives and is answered; the answer does not come back."""
    route.fetch()
    route.abort()


# --- the secret


def test_ten_wrong_secrets_shut_the_tablet_until_a_new_code(page: Page, ground: Field) -> None:
    page.clock.install()
    enrol(page, ground)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    ground.stop()
    try:
        make_door(page, "921")
        unsent(page, 1)
        page.reload()
        for left in range(9, 0, -1):
            unlock(page, "111222")
            expect(page.locator("#lock-state")).to_contain_text("秒后再试" if left <= 5 else f"还可以试 {left} 次")
            page.clock.fast_forward(602_000)
            expect(page.get_by_role("button", name="打开")).to_be_enabled()
        unlock(page, "111222")
    finally:
        ground.start()
    expect(page.get_by_text("密码输错 10 次，已停止解锁")).to_be_visible()
    assert violations(page) == []
    expect(page.locator("[name=secret]").first).to_be_hidden()
    page.reload()
    expect(page.get_by_text("密码输错 10 次，已停止解锁")).to_be_visible()
    expect(page.get_by_text("本机有 1 条记录还没有发送")).to_be_visible()
    page.get_by_role("link", name="输入新的登记码").click()
    at(page, "enrol")
    page.get_by_label("登记码是多少？").fill("0000-0000-0000-0000-0000-0000-0000")
    page.get_by_role("button", name="登记这台平板").click()
    expect(page.locator("[data-error]")).to_contain_text("登记码不对")
    page.get_by_label("登记码是多少？").fill(ground.ask(RENEW, ground.people["leader"][0]))
    page.get_by_role("button", name="登记这台平板").click()
    unlock(page, PIN)
    at(page, "home")
    settled(page)
    assert sum(door.endswith("921") for door in json.loads(ground.ask(KEPT))["doors"]) == 1


# --- the application


def test_an_application_that_is_too_old_says_so_and_loses_nothing(page: Page, ground: Field, tmp_path: Path) -> None:
    enrol(page, ground)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    reopen(page, "home")
    # Refused before the new one is there.
    page.route("**/api/events", lambda route: route.fulfill(status=426, json={"message": "", "min_app": "2"}))
    make_door(page, "931")
    expect(page.locator("[data-sync][data-state=idle]")).to_contain_text("应用太旧")
    expect(page.locator("[data-notices]")).to_contain_text("记录都还在")
    assert violations(page) == []
    page.unroute_all()
    sync(page)
    expect(page.locator("[data-notices]")).not_to_contain_text("这个版本太旧")

    ground.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "ROOT", newer(tmp_path))
        try:
            make_door(page, "932")
            unsent(page, 1)
        finally:
            ground.start()  # and stays: no later test here minds
    press_sync(page)
    expect(page.locator("[data-sync]")).to_contain_text("应用太旧")
    unsent(page, 1)
    page.locator("[data-update]").click()
    at(page, "lock")
    unlock(page, PIN)
    at(page, "done")
    assert page.locator("body").get_attribute("data-version") == "2"
    settled(page)
    doors = json.loads(ground.ask(KEPT))["doors"]
    assert [sum(door.endswith(room) for door in doors) for room in ("931", "932")] == [1, 1]


def newer(folder: Path) -> Path:
    """The application of tomorrow, which no longer understands today's."""
    for part in ("survey", "templates", "exports"):
        shutil.copytree(ROOT / part, folder / part)
    for name, old, new in (
        ("api", 'MIN_APP = "1"', 'MIN_APP = "2"'),
        ("tablet", 'APP_VERSION = "1"', 'APP_VERSION = "2"'),
    ):
        path = folder / f"survey/web/{name}.py"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    return folder
