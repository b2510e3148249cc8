"""The office's evening: a report with one click; and the screen on the wall that nobody touches."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import Watch, ready


@pytest.mark.parametrize("width", [1280, 800])
def test_the_office_makes_the_day_s_report_with_one_click_and_takes_it(
    open_as: Callable[..., Page], width: int
) -> None:
    page = open_as("office", width=width)
    page.goto("/project/DEMO/board")
    ready(page)
    page.locator("[data-qa=reports]").click()
    page.locator("[data-qa=make]").click()
    ready(page)
    assert violations(page) == []
    page.locator("[data-qa=report-form] button[type=submit]").click()
    page.wait_for_url("**/report/*-*")
    ready(page)
    assert violations(page) == []
    with page.expect_download() as taken:
        page.locator("[data-qa=pdf]").click()
    assert Path(taken.value.path()).read_bytes()[:5] == b"%PDF-"
    with page.expect_download() as taken:
        page.locator("[data-qa=workbook]").click()
    assert taken.value.suggested_filename.endswith(".xlsx")


def test_the_wall_renews_itself_and_says_when_it_cannot(open_as: Callable[..., Page], watch: Watch) -> None:
    page = open_as("coordinator", width=1920)
    page.clock.install()
    page.goto("/project/DEMO/wall")
    ready(page)
    assert violations(page) == []
    page.evaluate("document.querySelector('[data-qa=wall-figures]').dataset.old = 'yes'")
    with page.expect_response("**/wall"):
        page.clock.fast_forward(31_000)
    expect(page.locator("[data-qa=wall-figures][data-old]")).to_have_count(0)
    page.route("**/wall", lambda route: route.abort())
    page.clock.fast_forward(31_000)
    expect(page.locator("[data-wall-told]")).to_contain_text("联系不上服务器")
    page.unroute("**/wall")
    page.clock.fast_forward(31_000)
    expect(page.locator("[data-wall-told]")).to_have_text("")
    assert watch.problems, "the browser says of a request that it failed"
    assert all("/wall" in problem for problem in watch.problems)
    watch.problems.clear()
