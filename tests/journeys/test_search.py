"""The search box: typed into on any page, answered at once, legible with its results."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import ready


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("sunlight", 800), ("dark", 360)])
def test_the_results_are_legible_and_nothing_typed_stands_in_the_address(
    open_as: Callable[..., Page], theme: str, width: int
) -> None:
    page = open_as("office", width=width, theme=theme)
    page.goto("/project/DEMO/buildings")
    ready(page)
    for words, found in (("1号楼", True), ("查无此人", False)):
        page.get_by_role("searchbox").fill(words)
        page.keyboard.press("Enter")
        expect(page.locator("[data-qa=search-hit]" if found else "[data-qa=empty]").first).to_be_visible()
        ready(page)
        assert page.url.endswith("/project/DEMO/search")
        expect(page.get_by_role("searchbox")).to_have_value(words)
        assert violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
