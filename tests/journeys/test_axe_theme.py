"""The main pages in the dark, in sunlight, on a phone and on a tablet: axe finds nothing, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.axe import violations
from tests.journeys.live import ready
from tests.journeys.test_axe_form import household

LOOKS = [("dark", 360), ("sunlight", 800), ("dark", 1280)]
PROJECT_PAGES = (
    "today",
    "board",
    "buildings",
    "households",
    "policy",
    "round",
    "ledger/building-summary",
    "search?q=1",
)


@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_the_main_pages_are_legible_in(open_as: Callable[..., Page], theme: str, width: int) -> None:
    page = open_as("leader", width=width, theme=theme)
    address = household(page)
    building = page.goto("/project/DEMO/buildings") and page.locator("main a[href^='/building/']").first
    pages = [f"/project/DEMO/{name}" for name in PROJECT_PAGES]
    pages += [building.get_attribute("href") or "", address, f"{address}/visit/record", f"{address}/consent"]
    found: list[str] = []
    for url in pages:
        page.goto(url)
        ready(page)
        assert page.evaluate("document.documentElement.dataset.theme") == theme
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{url} is too wide for {width} px")
    assert not found, "\n".join(found)
