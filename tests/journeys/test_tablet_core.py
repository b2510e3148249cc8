"""A tablet's day: enrolled, filled, off the network with the server stopped, and every record delivered exactly once."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.journeys import live
from tests.journeys.axe import violations
from tests.journeys.live import ROOT, Live, environment

PIN = "258036"
NOTE = "老人午睡，下午三点后再敲门"
INVITE = """
import sys
from survey import create_app
from survey.models import Project, User, db
from survey.services.device import invite
with create_app().app_context():
    user = db.session.query(User).filter_by(username=sys.argv[1]).one()
    _device, code = invite(actor=None, project=db.session.query(Project).one(), user=user, name="")
    db.session.commit()
    print(code)
"""
RENEW = """
import sys
from survey import create_app
from survey.models import Device, User, db
from survey.services.device import renew
with create_app().app_context():
    user = db.session.query(User).filter_by(username=sys.argv[1]).one()
    devices = db.session.query(Device).filter(Device.user_id == user.id, Device.enrolled_at.is_not(None))
    code = renew(actor=None, device=devices.order_by(Device.created_at.desc()).first())
    db.session.commit()
    print(code)
"""
END = """
import sys
from survey import create_app
from survey.models import Device, db
from survey.services import device as devices
with create_app().app_context():
    for device in db.session.query(Device).filter_by(revoked_at=None):
        getattr(devices, sys.argv[1])(actor=None, device=device)
    db.session.commit()
    print("done")
"""
WIPED = """
from survey import create_app
from survey.models import Device, db
with create_app().app_context():
    print(db.session.query(Device).filter(Device.wiped_at.is_not(None)).count())
"""
OPENED = """
import json, sys
from pathlib import Path
from survey import create_app
from survey.sync.handover import open_export
with create_app().app_context():
    print(json.dumps(open_export(Path(sys.argv[1]).read_bytes())))
"""
KEPT = """
import json
from survey import create_app
from survey.models import Household, SyncEvent, Visit, db
with create_app().app_context():
    print(json.dumps({
        "visits": [visit.note for visit in db.session.query(Visit)],
        "events": sorted((event.type, event.status) for event in db.session.query(SyncEvent)),
        "doors": [row.door_text for row in db.session.query(Household)],
    }))
"""


@dataclass
class Field:
    """A server of its own that can be stopped and comes back at the same address, and a tablet in a context of its own."""

    env: dict[str, str]
    folder: Path
    people: dict[str, tuple[str, str]]
    port: int
    running: ExitStack = field(default_factory=ExitStack)
    _beside: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.running.enter_context(live.serve(self.env, self.folder / "server.log"))

    def stop(self) -> None:
        self.running.close()

    def ask(self, script: str, *values: str) -> str:
        """What a script says that runs beside the server: its last line. Raises RuntimeError with what it printed."""
        self._beside = self._beside or subprocess.Popen(
            [sys.executable, "-m", "tests.journeys.beside"],
            cwd=ROOT, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._beside.stdin and self._beside.stdout
        self._beside.stdin.write(json.dumps([script, values]) + "\n")
        self._beside.stdin.flush()
        code, said = json.loads(self._beside.stdout.readline())
        if code:
            raise RuntimeError(f"the script beside the server failed:\n{said}")
        return str(said.splitlines()[-1])

    def leave(self) -> None:
        """Stop the server and whoever answers beside it."""
        self.stop()
        if self._beside:
            self._beside.communicate()


@pytest.fixture(scope="module")
def ground(demo: Live, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Field]:
    run = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    folder = tmp_path_factory.mktemp("tablet") / "instance"
    shutil.copytree(run / "journeys-demo", folder)  # `demo` has made it
    port = live.free_port()
    made = Field(environment(folder), folder, demo.people, port)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "free_port", lambda: port)
        made.start()
        yield made
        made.leave()


@pytest.fixture
def tablet(browser: Browser, ground: Field) -> Iterator[BrowserContext]:
    context = browser.new_context(
        base_url=ground.url, viewport={"width": 800, "height": 1280}, locale="zh-CN", timezone_id="Asia/Shanghai",
        has_touch=True,
    )  # fmt: skip
    context.set_default_timeout(live.PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture
def page(tablet: BrowserContext) -> Iterator[Page]:
    """Fails the test when a script did. A server that is stopped, or has revoked the tablet, is no fault of the page."""
    yield from watched(tablet, *CUT_OFF, "status of 403")


CUT_OFF = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET")
"""What a browser says of a server that is stopped before it is asked, or while it answers."""


def watched(tablet: BrowserContext, *expected: str) -> Iterator[Page]:
    """A page that fails the test when one of its scripts did; what is expected is no fault."""
    wrong: list[str] = []

    def listen(told: ConsoleMessage) -> None:
        if told.type == "error" and not any(part in told.text for part in expected):
            wrong.append(told.text)

    opened = tablet.new_page()
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", listen)
    yield opened
    assert not wrong, "\n".join(wrong)


def at(page: Page, name: str) -> None:
    page.wait_for_selector(f"body[data-ready={name}]")


def go(page: Page, name: str, *params: str) -> None:
    # The page that is shown may have the same name: it is taken for gone, or what is done next would be done to it.
    page.evaluate(
        "hash => { if (location.hash !== hash) delete document.body.dataset.ready; location.hash = hash; }",
        "#/" + "/".join((name, *params)),
    )
    at(page, name)


def enrol(page: Page, ground: Field, who: str = "leader") -> None:
    code = ground.ask(INVITE, ground.people[who][0])
    page.goto(f"/tablet#/enrol/{code}")
    at(page, "enrol")
    page.get_by_label("这台平板叫什么？").fill("一组 1 号")
    page.get_by_label("设一个解锁密码").fill(PIN)
    page.get_by_label("再输一遍密码").fill(PIN)
    page.get_by_role("button", name="登记").click()
    at(page, "home")
    expect(page.locator("[data-qa=building]").first).to_be_visible()
    settled(page)


def settled(page: Page) -> None:
    """Wait until a conversation has ended and everything was sent."""
    expect(page.locator("[data-sync][data-unsent='0'][data-state=idle]")).to_contain_text("已同步")


def unlock(page: Page, pin: str = PIN) -> None:
    at(page, "lock")
    for key in pin:
        page.locator(f"[data-key='{key}']").click()
    page.get_by_role("button", name="打开").click()


def reopen(page: Page, name: str) -> None:
    page.reload()
    unlock(page)
    at(page, name)


def open_door(page: Page) -> str:
    """The id of a household whose sheet can be filled."""
    go(page, "home")
    page.locator("[data-qa=building]").first.click()
    door = page.locator("a.cell:is([data-state=unvisited], [data-state=in_progress])").first
    expect(door).to_be_visible()
    return str(door.get_attribute("href")).rsplit("/", 1)[-1]


def make_door(page: Page, room: str) -> None:
    """A household at a door of the ninth floor that no list has."""
    go(page, "home")
    page.locator("[data-qa=building]").first.click()
    page.get_by_role("link", name="这里有门牌没列出来").click()
    at(page, "household")
    page.get_by_label("几单元？").fill("1")
    page.get_by_label("几层？").fill("9")
    page.get_by_label("门牌号是多少？").fill(room)
    page.get_by_role("button", name="建档").click()
    expect(page.locator("[data-door] h1")).to_contain_text(room)


def unsent(page: Page, count: int) -> None:
    expect(page.locator(f"[data-sync][data-unsent='{count}']")).to_be_attached()


def test_a_day_without_a_network_is_delivered_once(page: Page, ground: Field) -> None:
    enrol(page, ground)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    reopen(page, "home")
    before = json.loads(ground.ask(KEPT))
    door = open_door(page)
    ground.stop()
    try:
        # The shell comes from the tablet itself; the data is there after the PIN, and not before.
        page.reload()
        at(page, "lock")
        assert "号楼" not in page.locator("body").inner_text()
        unlock(page)
        at(page, "home")
        expect(page.locator("[data-qa=building-grid]").first).to_be_visible()

        # What is typed at the very end is there again, without a pause to save.
        go(page, "visit", door)
        page.get_by_label("有什么要交接的？").press_sequentially(NOTE)
        reopen(page, "visit")
        expect(page.get_by_label("有什么要交接的？")).to_have_value(NOTE)
        page.locator("[name=result][value=nobody_home]").check()
        for name in ("surveyor_1", "surveyor_2"):
            chosen = page.locator(f"[name={name}]")
            if not chosen.input_value():
                others = chosen.locator("option:not([value=''])")
                chosen.select_option(index=min(2, others.count()))
        why = page.locator("[name=hours_reason]")
        if why.is_visible():
            why.fill("住户约在这个时间")
        page.get_by_role("button", name="保存").last.click()
        unsent(page, 1)

        # A door that nobody knew.
        make_door(page, "901")
        unsent(page, 2)

        reopen(page, "household")
        go(page, "done")
        expect(page.locator("[data-qa=item-queued]")).to_have_count(2)
        expect(page.locator("[data-sync]")).to_contain_text("2 条未发送")

        # A file for the day on which there is no network at all; only the office can read it.
        with page.expect_download() as kept:
            page.get_by_role("button", name="导出文件给项目办").click()
        file = kept.value.path()
        assert NOTE not in file.read_text("utf-8")
        export = json.loads(ground.ask(OPENED, str(file)))
        assert [event["type"] for event in export["events"]] == ["visit", "create"]
        assert ["note", NOTE] in export["events"][0]["pairs"]
    finally:
        ground.start()
    page.get_by_role("button", name="立即同步").click()
    settled(page)
    expect(page.locator("[data-qa=item-applied]")).to_have_count(2)
    page.get_by_role("button", name="立即同步").click()
    settled(page)
    after = json.loads(ground.ask(KEPT))
    assert Counter(map(tuple, after["events"])) - Counter(map(tuple, before["events"])) == Counter(
        [("create", "applied"), ("visit", "applied")]
    )
    assert after["visits"].count(NOTE) == 1
    assert len(after["visits"]) == len(before["visits"]) + 1
    assert sum(text.endswith("901") for text in after["doors"]) == 1


def test_a_wrong_pin_opens_nothing_and_costs_more_each_time(page: Page, ground: Field) -> None:
    enrol(page, ground)
    page.reload()
    for left in (9, 8, 7, 6):
        unlock(page, "111222")
        expect(page.locator("#lock-state")).to_contain_text(f"还可以试 {left} 次")
    unlock(page, "111222")
    expect(page.locator("#lock-state")).to_contain_text("秒后再试")
    page.reload()
    at(page, "lock")
    expect(page.locator("#lock-state")).to_contain_text("秒后再试")
    expect(page.get_by_role("button", name="打开")).to_be_disabled()


def test_nothing_of_anybody_lies_open_in_the_browsers_storage(page: Page, ground: Field) -> None:
    enrol(page, ground)
    go(page, "search")
    page.get_by_label("找哪一户？").fill("1-1")
    name = page.locator("[data-qa=door] .list-main").first.inner_text().split()[-1].split("、")[0]
    assert name
    kept = page.evaluate(DUMP)
    assert "sheets" in kept
    assert name not in kept["text"]
    assert "1-1-101" not in kept["text"]


DUMP = """async () => {
  const base = await new Promise((resolve) => {
    const asked = indexedDB.open("ruhu-tablet");
    asked.onsuccess = () => resolve(asked.result);
  });
  const told = { text: JSON.stringify(localStorage) + JSON.stringify(sessionStorage) + location.href };
  for (const place of base.objectStoreNames) {
    const all = await new Promise((resolve) => {
      const asked = base.transaction(place).objectStore(place).getAll();
      asked.onsuccess = () => resolve(asked.result);
    });
    told[place] = all.length;
    for (const each of all) {
      const bytes = each?.ct ? new Uint8Array(each.ct) : each?.wrapped ? new Uint8Array(each.wrapped) : null;
      told.text += bytes ? new TextDecoder().decode(bytes) : JSON.stringify(each);
    }
  }
  return told;
}"""


def test_what_is_typed_at_the_moment_of_the_lock_is_there_after_it(page: Page, ground: Field) -> None:
    enrol(page, ground)
    go(page, "sheet", open_door(page))
    page.evaluate(TYPED_AND_LOCKED, "门锁上的时候写的")
    unlock(page)
    at(page, "sheet")
    expect(page.locator("#note")).to_have_value("门锁上的时候写的")


# A letter, and in the same breath the tablet finds that nobody has touched it for too long.
TYPED_AND_LOCKED = """(text) => {
  const box = document.getElementById("note");
  box.value = text;
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const now = Date.now;
  Date.now = () => now() + 6 * 60_000;
  document.dispatchEvent(new Event("visibilitychange"));
  Date.now = now;
}"""


def test_a_second_window_waits_for_the_first(page: Page, tablet: BrowserContext, ground: Field) -> None:
    enrol(page, ground)
    second = tablet.new_page()
    second.goto("/tablet")
    at(second, "refused")
    expect(second.locator("main")).to_contain_text("另一个窗口")
    page.close()
    at(second, "lock")


def test_a_revoked_tablet_only_hands_over_what_it_holds(page: Page, ground: Field) -> None:
    enrol(page, ground)
    ground.stop()
    try:
        make_door(page, "902")
        unsent(page, 1)
        ground.ask(END, "revoke")
    finally:
        ground.start()
    go(page, "done")
    page.get_by_role("button", name="立即同步").click()
    unlock(page)
    page.get_by_role("heading", name="这台平板已停用").wait_for()
    page.get_by_role("button", name="移交给项目办").click()
    page.get_by_text("没有要移交的记录").wait_for()
    assert ["create", "held"] in json.loads(ground.ask(KEPT))["events"]
    page.get_by_role("button", name="清除本机资料").click()
    at(page, "enrol")


def test_a_wipe_that_the_office_ordered_leaves_nothing(page: Page, ground: Field) -> None:
    enrol(page, ground)
    ground.ask(END, "order_wipe")
    go(page, "done")
    page.get_by_role("button", name="立即同步").click()
    at(page, "enrol")
    expect(page.get_by_text("本机资料已全部删除")).to_be_visible()
    kept = page.evaluate(DUMP)
    assert [kept[place] for place in ("sheets", "light", "outbox", "reference", "drafts", "blobs")] == [0] * 6
    expect(page.locator("[data-sync]")).to_be_hidden()
    expect(page.locator("[data-project]")).to_be_empty()
    assert ground.ask(WIPED) == "1"


SMALL = """() => [...document.querySelectorAll("main a, main button, .tabbar a, .sync")].flatMap((each) => {
  const { width, height } = each.getBoundingClientRect();
  return each.checkVisibility() && (height < 47.5 || width < 44) ? [`${each.outerHTML.slice(0, 120)} ${width}x${height}`] : [];
})"""


@pytest.mark.parametrize("theme", ["light", "dark", "sunlight"])
def test_the_core_pages_leave_axe_nothing_and_a_thumb_enough(page: Page, ground: Field, theme: str) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size({"width": 800, "height": 4000})  # nothing lies half under the bar
    enrol(page, ground)
    door = open_door(page)
    found = violations(page) + page.evaluate(SMALL)
    for stop in (
        ("today",),
        ("search",),
        ("done",),
        ("settings",),
        ("household", door),
        ("household", "new", "x"),
        ("home",),
    ):
        go(page, *stop)
        if stop == ("search",):
            page.get_by_label("找哪一户？").fill("1-1")
        found += violations(page) + page.evaluate(SMALL)
    go(page, "settings")
    page.get_by_role("button", name="马上锁定").click()
    at(page, "lock")
    found += violations(page) + page.evaluate(SMALL)
    assert not found, "\n".join(found)
