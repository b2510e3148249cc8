"""axe-core in a page: what it finds against WCAG 2.2 AA and good practice, as lines that a person can act on."""

from __future__ import annotations

from functools import cache

from playwright.sync_api import Page

from tests.journeys.live import ROOT

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def source() -> str:
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


# A section that is out of sight is not laid out and takes up a guessed height; axe would have its questions stand in the
# next section. So all are laid out meanwhile.
RUN = """async (tags) => {
  const sections = document.querySelectorAll(".form-section");
  for (const section of sections) section.style.contentVisibility = "visible";
  const told = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  for (const section of sections) section.style.removeProperty("content-visibility");
  return told.violations;
}"""


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands, one line an element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(source())
    found = page.evaluate(RUN, TAGS)
    return [
        f"{page.url} [{rule['id']}] {node['target']}: {' '.join(node['failureSummary'].split())[:300]} {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]
