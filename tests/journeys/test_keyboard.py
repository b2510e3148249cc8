"""Nobody needs a mouse: signing in and recording a visit with the keyboard alone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect

from tests.journeys.live import Live, Watch, context_of, ready
from tests.journeys.test_axe_form import household


def press_to(page: Page, what: str, most: int = 80) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("what => document.activeElement.matches(what)", what):
            return
    raise AssertionError(f"the keyboard does not reach {what}")


def test_signing_in_needs_no_mouse(browser: Browser, demo: Live, watch: Watch) -> None:
    name, password = demo.people["surveyor"]
    context = context_of(browser, demo, watch)
    page = context.new_page()
    page.goto("/sign-in")
    ready(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('a.skip')"), "the first stop leads past the page's head"
    press_to(page, "#username")
    page.keyboard.type(name)
    press_to(page, "#password")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    context.close()


def test_a_visit_is_recorded_without_a_mouse(open_as: Callable[..., Page]) -> None:
    page = open_as("leader")
    page.goto(household(page) + "/visit/record")
    ready(page)
    press_to(page, "[name=result]")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    chosen = page.locator("[name=result]:checked")
    assert chosen.count() == 1
    press_to(page, "[name=note]")
    page.keyboard.type("隔壁说晚上在家")
    for name, keys in (("surveyor_1", ["End"]), ("surveyor_2", ["End", "ArrowUp"])):
        press_to(page, f"[name={name}]")
        for key in keys:
            page.keyboard.press(key)
    if page.locator("[name=hours_reason]").count():
        press_to(page, "[name=hours_reason]")
        page.keyboard.type("住户约在这个时间")
    press_to(page, "[data-qa=save]")
    page.keyboard.press("Enter")
    expect(page.locator("[data-qa=visit]").first).to_contain_text("隔壁说晚上在家")
