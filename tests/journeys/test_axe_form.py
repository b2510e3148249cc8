"""Forms that come back with errors: the summary has the focus, leads to the questions, and axe finds nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import Live, Watch, context_of, ready

HOUSEHOLD_FORMS = (
    "visit/record", "briefing/record", "request/record", "document/add", "delivery/record", "signature/record",
)  # fmt: skip
PROJECT_FORMS = ("policy/create", "round/open", "building/create", "roster")


def household(page: Page, query: str = "") -> str:
    """The address of the first household of the list."""
    page.goto(f"/project/DEMO/households{query}")
    return page.locator("main a[href^='/household/']").first.get_attribute("href") or ""


def send_empty(page: Page, address: str) -> list[str]:
    """What is wrong with a form's page after it was sent without answers."""
    page.goto(address)
    ready(page)
    form = page.locator("main form[method=post]").first
    for control in form.locator("input[type=text]:visible, textarea:visible").all():
        control.fill("")
    form.locator("button[type=submit]:visible").last.click()
    summary = page.locator("[data-qa=error-summary]")
    expect(summary).to_be_focused()
    ready(page)
    found = violations(page)
    link = summary.get_by_role("link").first
    if link.count():
        link.click()
        if not page.evaluate("document.activeElement.matches('main input, main select, main textarea, main button')"):
            found.append(f"{address}: the summary's link does not lead into a question")
    return found


def test_forms_of_a_household_come_back_with_errors_that_axe_accepts(open_as: Callable[..., Page]) -> None:
    page = open_as("surveyor", width=800)
    address = household(page)
    found = [line for form in HOUSEHOLD_FORMS for line in send_empty(page, f"{address}/{form}")]
    assert not found, "\n".join(found)


def test_forms_of_the_office_come_back_with_errors_that_axe_accepts(open_as: Callable[..., Page]) -> None:
    page = open_as("office")
    found = [line for form in PROJECT_FORMS for line in send_empty(page, f"/project/DEMO/{form}")]
    assert not found, "\n".join(found)


def test_forms_of_accounts_come_back_with_errors_that_axe_accepts(open_as: Callable[..., Page]) -> None:
    page = open_as("admin")
    found = [line for address in ("/user/create", "/account") for line in send_empty(page, address)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", ["light", "dark", "sunlight"])
def test_a_refused_sign_in_says_why(browser, demo: Live, watch: Watch, theme: str) -> None:  # type: ignore[no-untyped-def]
    context = context_of(browser, demo, watch, width=360, height=740, theme=theme)
    page = context.new_page()
    page.goto("/sign-in")
    ready(page)
    page.get_by_label("用户名").fill(f"nobody-{theme}")
    page.get_by_label("密码").fill("wrong-password")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("[data-qa=error-summary]")).to_be_focused()
    assert not violations(page)
    context.close()
