"""The tablet's secret: changed by who knows it, set anew by who has forgotten it, and never at the cost of a record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.axe import violations
from tests.journeys.profile import profile
from tests.journeys.test_tablet_core import (
    CUT_OFF,
    DUMP,
    END,
    INVITE,
    KEPT,
    PIN,
    RENEW,
    WIPED,
    Field,
    at,
    enrol,
    go,
    ground,
    make_door,
    reopen,
    settled,
    tablet,
    unlock,
    unsent,
    watched,
)

__all__ = ["ground", "tablet"]  # fixtures

NEW = "730519"
FULL = """() => {
  IDBTransaction.prototype.commit = function () { this.abort(); };
}"""


SPOIL = """async () => {
  const base = await new Promise((resolve) => {
    const asked = indexedDB.open("ruhu-tablet");
    asked.onsuccess = () => resolve(asked.result);
  });
  const meta = base.transaction("meta", "readwrite").objectStore("meta");
  const sealed = await new Promise((resolve) => {
    const asked = meta.get("sealed");
    asked.onsuccess = () => resolve(asked.result);
  });
  await new Promise((resolve) => {
    meta.put({ ...sealed, iv: sealed.ct.slice(0, 16) }, "sealed").onsuccess = resolve;
  });
  base.close();
}"""


@pytest.fixture
def page(tablet: BrowserContext) -> Iterator[Page]:
    """The server refuses keys (422) and tablets (403) here, and is stopped."""
    yield from watched(tablet, *CUT_OFF, "status of 422", "status of 403")


def change(page: Page, present: str, following: str, again: str = "") -> None:
    for name, text in (("present", present), ("next", following), ("again", again or following)):
        page.locator(f"#secret-{name}").fill(text)
    page.get_by_role("button", name="换密码").last.click()


def open_dialog(page: Page) -> None:
    go(page, "settings")
    page.get_by_role("button", name="换解锁密码").click()


def test_who_knows_the_secret_sets_another_one(page: Page, ground: Field) -> None:
    enrol(page, ground)
    open_dialog(page)
    error = page.locator("#secret-error")
    for following, again, told in (("2580", "", "密码太短"), ("345678", "", "密码太简单"), (NEW, "730518", "不一样")):
        change(page, PIN, following, again)
        expect(error).to_contain_text(told)
    change(page, "111222", NEW)
    expect(error).to_contain_text("还可以试 9 次")
    expect(page.locator("#secret-present")).to_be_focused()
    assert violations(page) == []
    change(page, PIN, NEW)
    expect(page.get_by_text("已换成新的解锁密码")).to_be_visible()
    assert page.locator("#secret-present").input_value() == ""
    page.reload()
    unlock(page, PIN)
    expect(page.locator("#lock-state")).to_contain_text("还可以试 9 次")
    unlock(page, NEW)
    at(page, "settings")
    go(page, "home")
    expect(page.locator("[data-qa=building]").first).to_be_visible()


def test_who_guesses_on_a_tablet_that_lies_open_stands_before_the_lock(page: Page, ground: Field) -> None:
    enrol(page, ground)
    open_dialog(page)
    for left in (9, 8, 7, 6):
        change(page, "111222", NEW)
        expect(page.locator("#secret-error")).to_contain_text(f"还可以试 {left} 次")
    change(page, "111222", NEW)
    at(page, "lock")
    expect(page.locator("#lock-state")).to_contain_text("秒后再试")


def test_a_new_secret_that_cannot_be_kept_leaves_the_old_one(page: Page, ground: Field) -> None:
    enrol(page, ground)
    open_dialog(page)
    page.evaluate(FULL)
    change(page, PIN, NEW)
    expect(page.locator("#secret-error")).to_contain_text("密码还是原来的")
    page.reload()
    unlock(page, PIN)
    at(page, "settings")


TELL = """step => {
  const [owner, name] = { tried: [SubtleCrypto, "unwrapKey"], wrapped: [SubtleCrypto, "wrapKey"], put: [IDBObjectStore, "put"],
    committed: [IDBTransaction, "commit"] }[step];
  const work = owner.prototype[name];
  owner.prototype[name] = function (...given) {
    const done = work.apply(this, given);
    console.info("now");
    return done;
  };
}"""
"""The page says when it has come so far: then the browser is killed."""


def test_a_browser_that_is_killed_while_the_secret_is_changed_opens_with_the_old_or_the_new_one(
    browser: Browser, ground: Field, tmp_path: Path
) -> None:
    present, following = PIN, NEW
    with profile(browser.browser_type, tmp_path, ground.url) as tablet:
        enrol(tablet.page, ground)
        make_door(tablet.page, "918")
        settled(tablet.page)
        for step in ("asked", "tried", "wrapped", "put", "committed", "kept"):
            page = tablet.page
            open_dialog(page)
            if step in ("asked", "kept"):
                change(page, present, following)
            else:
                page.evaluate(TELL, step)
                with page.expect_console_message(lambda told: told.text == "now"):
                    change(page, present, following)
            if step == "kept":
                expect(page.get_by_text("已换成新的解锁密码")).to_be_visible()
            tablet.kill()
            page = tablet.open()
            opened = [secret for secret in (following, present) if opens(page, secret)]
            assert len(opened) == 1, f"{step}: one of the two opens the tablet, not {len(opened)}"
            assert step != "kept" or opened == [following], "what the page said stands"
            if opened == [following]:
                present, following = following, present
            tablet.close()
            page = tablet.open()
            assert opens(page, present)
            go(page, "search")
            page.get_by_label("找哪一户？").fill("918")
            expect(page.locator("[data-qa=door]").first).to_contain_text("918")
        assert not tablet.wrong


def opens(page: Page, secret: str) -> bool:
    """Whether a secret opens the tablet that was loaded anew."""
    page.goto("/tablet#/today")
    page.reload()
    unlock(page, secret)
    expect(page.locator("body[data-ready=today], #lock-state:has-text('还可以试')")).to_be_attached()
    return page.locator("body").get_attribute("data-ready") == "today"


# --- forgotten


def leave_locked(page: Page, ground: Field, room: str) -> None:
    """A tablet that was enrolled, holds one record that was not sent, and is locked."""
    enrol(page, ground)
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    reopen(page, "home")
    ground.stop()
    try:
        make_door(page, room)
        unsent(page, 1)
        page.reload()
        at(page, "lock")
    finally:
        ground.start()
    expect(page.get_by_text("本机有 1 条记录还没有发送")).to_be_visible()


def give_code(page: Page, code: str) -> None:
    page.get_by_role("link", name="忘了密码").click()
    at(page, "enrol")
    assert violations(page) == []
    page.get_by_label("登记码是多少？").fill(code)
    page.get_by_role("button", name="登记这台平板").click()
    at(page, "lock")


def set_anew(page: Page, secret: str) -> None:
    if not page.locator("#anew-secret").is_visible():
        page.locator("summary", has_text="忘了密码，设一个新的").click()
    page.locator("#anew-secret").fill(secret)
    page.locator("#anew-again").fill(secret)
    page.get_by_role("button", name="设新密码并打开").click()


def test_a_forgotten_secret_is_set_anew_and_what_was_not_sent_arrives_once(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "911")
    before = json.loads(ground.ask(KEPT))
    assert not any(door.endswith("911") for door in before["doors"])
    give_code(page, ground.ask(RENEW, ground.people["leader"][0]))
    set_anew(page, "345678")
    expect(page.locator("#anew-error")).to_contain_text("密码太简单")
    assert violations(page) == []
    set_anew(page, NEW)
    at(page, "home")
    settled(page)
    go(page, "done")
    expect(page.locator("[data-qa=item-applied]")).to_have_count(1)
    page.reload()
    unlock(page, PIN)
    expect(page.locator("#lock-state")).to_contain_text("还可以试 9 次")
    unlock(page, NEW)
    at(page, "done")
    settled(page)
    after = json.loads(ground.ask(KEPT))
    assert sum(door.endswith("911") for door in after["doors"]) == 1
    assert len(after["events"]) == len(before["events"]) + 1


def test_an_accepted_code_outlives_a_reload_and_opens_nothing_without_being_typed_again(
    page: Page, ground: Field
) -> None:
    leave_locked(page, ground, "919")
    code = ground.ask(RENEW, ground.people["leader"][0])
    give_code(page, code)
    page.reload()
    at(page, "lock")
    expect(page.locator("[data-anew]")).to_be_hidden()
    assert "Bearer" not in page.evaluate(DUMP)["text"] and "token" not in page.evaluate(DUMP)["text"]
    page.get_by_role("link", name="忘了密码").click()
    at(page, "enrol")
    expect(page.get_by_text("请再输入同一个登记码")).to_be_visible()
    page.get_by_label("登记码是多少？").fill("0000-0000-0000-0000-0000-0000-0000")
    page.get_by_role("button", name="登记这台平板").click()
    expect(page.locator("[data-error]")).to_contain_text("登记码不对")
    page.get_by_label("登记码是多少？").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="登记这台平板").click()
    at(page, "lock")
    set_anew(page, NEW)
    at(page, "home")
    settled(page)
    assert sum(door.endswith("919") for door in json.loads(ground.ask(KEPT))["doors"]) == 1
    page.reload()
    at(page, "lock")
    page.get_by_role("link", name="忘了密码").click()
    at(page, "enrol")
    expect(page.get_by_text("请再输入同一个登记码")).to_be_hidden()


def test_who_remembers_after_all_opens_with_the_secret_and_the_new_token(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "912")
    give_code(page, ground.ask(RENEW, ground.people["leader"][0]))
    unlock(page)
    at(page, "home")
    settled(page)
    assert sum(door.endswith("912") for door in json.loads(ground.ask(KEPT))["doors"]) == 1


def test_a_code_for_another_tablet_opens_nothing_and_costs_nothing(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "913")
    code = ground.ask(RENEW, ground.people["leader"][0])
    give_code(page, ground.ask(INVITE, ground.people["leader"][0]))
    set_anew(page, NEW)
    expect(page.locator("#anew-error")).to_contain_text("不是为这台平板出的")
    expect(page.get_by_role("button", name="从头开始")).to_be_hidden()
    page.reload()
    give_code(page, code)
    set_anew(page, NEW)
    at(page, "home")
    settled(page)
    assert sum(door.endswith("913") for door in json.loads(ground.ask(KEPT))["doors"]) == 1


def test_another_persons_code_is_told_after_the_lock_and_takes_nothing_over(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "914")
    give_code(page, ground.ask(INVITE, ground.people["surveyor"][0]))
    unlock(page)
    at(page, "enrol")
    expect(page.locator("[data-error]")).to_contain_text("没有发送的记录，不能改给")
    go(page, "home")
    settled(page)
    assert sum(door.endswith("914") for door in json.loads(ground.ask(KEPT))["doors"]) == 1


def test_only_where_the_server_cannot_open_the_key_is_starting_afresh_offered(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "915")
    page.evaluate(SPOIL)
    page.reload()
    give_code(page, ground.ask(RENEW, ground.people["leader"][0]))
    expect(page.get_by_role("button", name="从头开始")).to_be_hidden()
    set_anew(page, NEW)
    expect(page.locator("#anew-error")).to_contain_text("本系统打不开这台平板的资料")
    expect(page.locator("[data-afresh-loss]")).to_contain_text("1 条没有发送的记录会永远丢失")
    assert violations(page) == []
    page.get_by_role("button", name="从头开始").click()
    at(page, "home")
    settled(page)
    assert not any(door.endswith("915") for door in json.loads(ground.ask(KEPT))["doors"])


# --- what reaches a locked tablet


def test_a_locked_tablet_is_wiped_without_its_secret(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "916")
    before = int(ground.ask(WIPED))
    ground.ask(END, "order_wipe")
    page.reload()
    at(page, "enrol")
    expect(page.get_by_text("本机资料已全部删除")).to_be_visible()
    kept = page.evaluate(DUMP)
    assert [kept[place] for place in ("sheets", "light", "outbox", "reference", "drafts", "blobs")] == [0] * 6
    page.wait_for_function("() => performance.getEntriesByName(`${location.origin}/api/wiped`).length > 0")
    assert int(ground.ask(WIPED)) > before
    page.reload()
    at(page, "enrol")


def test_a_tablet_that_lies_locked_hears_of_the_wipe_without_being_touched(page: Page, ground: Field) -> None:
    page.clock.install()
    enrol(page, ground)
    go(page, "settings")
    page.get_by_role("button", name="马上锁定").click()
    at(page, "lock")
    ground.ask(END, "order_wipe")
    page.clock.run_for(120_000)
    at(page, "enrol")
    expect(page.get_by_text("本机资料已全部删除")).to_be_visible()


def test_a_locked_tablet_that_was_revoked_says_so_and_hands_over_after_the_secret(page: Page, ground: Field) -> None:
    leave_locked(page, ground, "917")
    ground.ask(END, "revoke")
    page.reload()
    expect(page.get_by_text("输入解锁密码后，只能把没有发送的记录移交")).to_be_visible()
    assert violations(page) == []
    unlock(page)
    page.get_by_role("button", name="移交给项目办").click()
    page.get_by_text("没有要移交的记录").wait_for()
    assert ["create", "held"] in json.loads(ground.ask(KEPT))["events"]
