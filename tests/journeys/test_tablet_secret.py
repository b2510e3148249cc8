"""The tablet's secret: changed by who knows it, set anew by who has forgotten it, and never at the cost of a record."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.test_tablet_core import PIN, Field, at, enrol, go, ground, page, tablet, unlock

__all__ = ["ground", "page", "tablet"]  # fixtures

NEW = "730519"
FULL = """() => {
  IDBTransaction.prototype.commit = function () { this.abort(); };
}"""


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
