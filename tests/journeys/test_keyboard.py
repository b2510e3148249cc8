"""Nobody needs a mouse: signing in and recording a visit with the keyboard alone."""

from __future__ import annotations

from playwright.sync_api import Browser, Page

from tests.journeys.live import Live, Watch, context_of, ready


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
