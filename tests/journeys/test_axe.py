"""Every page that each role can reach by links: axe finds nothing, one h1, a title, nothing cut off at 320 px.

Pages are first read without drawing them. One is drawn and looked at only when its address shows something that the
same address did not show an earlier role: most pages of an auditor are those of the office with less on them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from tests.journeys.axe import violations
from tests.journeys.live import Live, ready

ROLES = ("office", "leader", "surveyor", "coordinator", "auditor", "admin")
OF_ONE_KIND = 2  # dossiers in different states look different: so many of each address are opened
VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
TELLING = ("class", "role", "type", "aria-current", "aria-expanded", "open", "disabled", "scope", "colspan", "rowspan")

LOOKED_AT: dict[str, set[str]] = {}
"""endpoint -> the features that were drawn and looked at."""
REACHED: set[str] = set()


@dataclass
class Reading(HTMLParser):
    """A page as text: its links, its headings, its title, and the kinds of element that stand on it."""

    text: str
    links: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)
    headings: int = 0
    title: str = ""
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        name = tag + "".join(f"[{key}={values[key]}]" for key in TELLING if key in values)
        self.features.add(f"{self._open[-1] if self._open else ''} > {name}")
        if tag == "a" and (values.get("href") or "").strip():
            self.links.append(values["href"] or "")
        self.headings += tag == "h1"
        if tag not in VOID:
            self._open.append(name)

    def handle_endtag(self, tag: str) -> None:
        while self._open and (name := self._open.pop()) and not re.match(rf"{tag}(\[|$)", name):
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "title":
            self.title += data


def reachable(page: Page, live: Live, found: list[str]) -> Iterator[tuple[str, str, Reading]]:
    """(endpoint, address, page) of what links lead to from the home page, some of each endpoint, breadth first.

    found  what is wrong with a link is added to it
    """
    routes = Map([Rule(rule, endpoint=endpoint) for endpoint, rule in live.rules]).bind(urlsplit(live.url).netloc)
    opened: Counter[str] = Counter()
    seen: set[str] = set()
    waiting = [page.url, f"{live.url}/account"]
    while waiting:
        url = waiting.pop(0)
        path = urlsplit(url).path
        try:
            endpoint, _values = routes.match(path)
        except HTTPException:
            found.append(f"a link leads nowhere: {url}")
            continue
        if opened[endpoint] >= OF_ONE_KIND:
            continue
        opened[endpoint] += 1
        REACHED.add(endpoint)
        answer = page.request.get(url)
        if answer.status != 200:
            found.append(f"a link leads to an answer of {answer.status}: {url}")
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        reading = Reading(answer.text())
        yield endpoint, answer.url, reading
        for link in reading.links:
            to = urljoin(answer.url, link).partition("#")[0]
            if to.startswith(live.url) and to not in seen:
                seen.add(to)
                waiting.append(to)


def too_wide(page: Page) -> list[str]:
    """What reaches beyond a screen of 320 px, which is also a screen of 1280 px at four times the size."""
    page.set_viewport_size({"width": 320, "height": 700})
    wide = page.evaluate(
        """() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return [];
          const over = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1);
          return [`${root.scrollWidth} px`, ...over.slice(0, 4).map((one) => one.outerHTML.slice(0, 120))];
        }"""
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    return [f"{page.url} is too wide for 320 px: {wide}"] if wide else []


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_a_role_leave_axe_nothing_to_find(open_as: Callable[..., Page], demo: Live, role: str) -> None:
    page = open_as(role)
    found: list[str] = []
    for endpoint, url, reading in list(reachable(page, demo, found)):
        if reading.headings != 1:
            found.append(f"{url} has {reading.headings} h1")
        if not reading.title.partition("·")[0].strip():
            found.append(f"{url} has no title")
        known = LOOKED_AT.setdefault(endpoint, set())
        if reading.features <= known:
            continue
        known |= reading.features
        page.goto(url)
        ready(page)
        found += violations(page)
        found += too_wide(page)
    assert not found, "\n".join(found)


def test_the_pages_of_tablets_are_among_those_that_links_lead_to(open_as: Callable[..., Page], demo: Live) -> None:
    found: list[str] = []
    reached = {endpoint for endpoint, _url, _reading in reachable(open_as("office"), demo, found)}
    assert not found
    assert {"device.list", "device.show", "inbox.list", "inbox.show", "household.duplicate", "sheet.resolve"} <= reached


def test_the_page_with_a_tablets_code_leaves_axe_nothing_to_find(open_as: Callable[..., Page], demo: Live) -> None:
    """The code stands in the answer to a form and nowhere else: no link leads to it."""
    page = open_as("office")
    page.goto(f"{demo.url}/project/DEMO/device/invite")
    page.locator("select[name=user]").select_option(index=1)
    page.locator("[data-qa=make-code]").click()
    page.wait_for_selector("[data-qa=code]")
    ready(page)
    assert not [*violations(page), *too_wide(page)]
