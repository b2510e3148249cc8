"""Five minutes of a coordinator and an evening of the office: from a figure to its households and back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import ready


@pytest.mark.parametrize("width", [1280, 800])
def test_a_coordinator_goes_from_a_figure_to_its_households_and_sees_all_buildings(
    open_as: Callable[..., Page], width: int
) -> None:
    page = open_as("coordinator", width=width)
    page.goto("/project/DEMO/board")
    ready(page)
    surveyed = page.locator("[data-qa=totals] a", has_text="已完成")
    number = surveyed.locator(".stat-figure").inner_text().removesuffix("户").strip()
    surveyed.click()
    expect(page.locator("main")).to_contain_text(f"共 {number} 户")
    page.go_back()
    page.locator("[data-qa=to-buildings]").click()
    page.get_by_role("link", name="本轮表态").click()
    agree = page.locator("[data-qa=legend] a").first
    told = agree.locator("strong").inner_text()
    assert violations(page) == []
    agree.click()
    expect(page.locator("main")).to_contain_text(f"共 {told} 户")


@pytest.mark.parametrize("width", [1280, 800])
def test_the_office_finds_what_is_slow_and_what_is_stuck(open_as: Callable[..., Page], width: int) -> None:
    page = open_as("office", width=width)
    page.goto("/project/DEMO/board")
    ready(page)
    page.get_by_role("link", name="按调查员").click()
    page.get_by_role("link", name="首访见面", exact=True).click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("首访见面")
    assert violations(page) == []
    page.locator("[data-qa=to-stuck]").click()
    reason = page.locator("[data-qa=stuck] tbody tr", has=page.locator("a")).first
    number = reason.locator("a").inner_text()
    reason.locator("a").click()
    expect(page.locator("main")).to_contain_text(f"共 {number} 户")
