"""The survey form in a real browser: by keyboard alone, keeping itself, skipping, showing a number, and coming back with errors."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests import factories
from tests.journeys.axe import violations
from tests.journeys.live import ready
from tests.journeys.test_keyboard import press_to

Open = Callable[..., Page]


def open_sheet(page: Page, state: str) -> str:
    """Open the form of the first household in a state, without an old draft; its address."""
    page.goto(f"/project/DEMO/households?state={state}")
    link = page.locator('main a[href^="/household/"]').first.get_attribute("href") or ""
    address = re.sub(r"(/household/[0-9a-f-]+).*", r"\1/sheet/edit", link)
    page.goto(address)
    ready(page)
    discard = page.locator('[data-qa="discard"]')
    if discard.count():
        discard.click()
        page.wait_for_url(f"**{address}")
        ready(page)
    return address


def saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text("已自动保存", timeout=15_000)


def test_a_person_is_added_by_keyboard_alone_and_a_reload_loses_nothing(open_as: Open) -> None:
    page = open_as("surveyor")
    address = open_sheet(page, "unvisited")
    press_to(page, "#floor_note", 60)
    page.keyboard.type("跃层 5-6")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "lon", "Enter goes on to the next question and sends nothing"
    people = page.locator('[data-qa="row-persons"]').count()
    page.locator('[data-qa="add-persons"]').focus()
    page.keyboard.press("Enter")
    row = page.locator('[data-qa="row-persons"]').nth(people)
    assert page.evaluate("document.activeElement.name").endswith("-full_name")
    page.keyboard.type("欧阳䶮")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(row.locator("[data-row-title]")).to_have_text("欧阳䶮 · 权利人")
    press_to(page, "[name$='-id_no']", 8)
    page.keyboard.type(factories.id_no(7))
    expect(row.locator("[name$='-birth_date']")).to_have_value("1970-05-14")
    expect(row.locator("[name$='-sex'][value='1']")).to_be_checked()
    saved(page)
    page.goto(address)
    ready(page)
    expect(page.locator('[data-qa="draft"]')).to_be_visible()
    expect(page.locator("#floor_note")).to_have_value("跃层 5-6")
    expect(page.locator("[name$='-full_name']").last).to_have_value("欧阳䶮")
    assert violations(page) == []
    page.locator('[data-qa="discard"]').click()
    page.wait_for_url(f"**{address}")
    expect(page.locator("#floor_note")).to_have_value("")


def test_questions_come_and_go_and_a_removed_row_can_be_put_back(open_as: Open) -> None:
    page = open_as("office", width=800)
    open_sheet(page, "unvisited")
    rent = page.locator("#rent_yuan_month")
    page.locator("[name=lease_status][value=owner_lives]").check()
    expect(rent).to_be_hidden()
    page.locator("[name=lease_status][value=rented]").check()
    rent.fill("1,500元")
    rows = page.locator('[data-qa="row-persons"]:visible')
    before = rows.count()
    if not rows.first.locator("details").evaluate("row => row.open"):
        rows.first.locator("summary").click()
    rows.first.locator("[data-remove-row]").click()
    expect(rows).to_have_count(before - 1)
    page.get_by_role("button", name="撤销").click()
    expect(rows).to_have_count(before)
    saved(page)
    page.locator('[data-qa="save"]').click()
    page.wait_for_url(re.compile(r"/household/[0-9a-f-]+$"))
    expect(page.locator("[data-flashes]")).to_contain_text("已保存为第")


def test_a_stored_number_is_shown_only_when_asked_for(open_as: Open) -> None:
    page = open_as("office")
    open_sheet(page, "in_progress")
    row = page.locator('[data-qa="row-persons"]').first
    number, button = row.locator("[name$='-id_no']"), row.locator("[data-reveal][data-name=id_no]")
    if not row.locator("details").evaluate("row => row.open"):
        row.locator("summary").click()
    expect(number).to_have_value("")
    button.click()
    expect(number).to_have_value(re.compile(r"^379900\d{11}[\dX]$"))
    expect(button).to_be_hidden()


def test_errors_stand_in_a_summary_that_leads_to_the_questions(open_as: Open) -> None:
    page = open_as("office", width=360)
    open_sheet(page, "in_progress")
    page.locator("#floor_no").fill("五楼")
    page.locator('[data-qa="submit"]').click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert violations(page) == []
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "floor_no"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out of a narrow page"
