"""The editor of a notice's wording in a browser: line numbers, the way to a faulty line, a preview that keeps the page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import ready

EDIT = "/project/DEMO/notice/missed-visit/wording/edit"
SELECTED = (
    "(() => { const t = document.querySelector('textarea'); return t.value.slice(t.selectionStart, t.selectionEnd) })()"
)


def test_a_faulty_line_is_named_found_and_mended(open_as: Callable[..., Page]) -> None:
    page = open_as("office")
    page.goto(EDIT)
    ready(page)
    text = page.get_by_label("模板", exact=True)
    ours = text.input_value()
    lines = ours.splitlines()
    expect(page.locator(".line-numbers")).to_contain_text(str(len(lines)))

    text.fill(ours.replace("{{ notice.door }}", "{{ notice.dor }}"))
    page.get_by_label("改了什么？").fill("门牌")
    page.locator("[data-qa=save]").press("Enter")
    faulty = page.locator("[data-qa=fault] mark")
    expect(faulty).to_contain_text("notice.dor")
    assert violations(page) == []
    page.get_by_role("button", name="到这一行去改").press("Enter")
    assert "notice.dor " in page.evaluate(SELECTED)
    page.keyboard.type(next(line for line in lines if "notice.door }}" in line))
    assert text.input_value().strip() == ours.strip()

    # A preview opens beside the page; what is written there stays, and its buttons go on working.
    text.fill(ours.replace("时间不便的", "时间不方便的"))
    with page.context.expect_page() as opened:
        page.locator("[data-qa=draft-full]").press("Enter")
    opened.value.close()
    assert "时间不方便的" in text.input_value()
    page.locator("[data-qa=save]").press("Enter")
    page.wait_for_url("**/wording/1")
    expect(page.get_by_role("heading", level=1)).to_have_text("未遇告知单：第1版")
