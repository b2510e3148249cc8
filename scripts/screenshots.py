"""Make the pictures of the guides, docs/images/*.png, from the demo project: python scripts/screenshots.py [NAME ...]

With names only those. A server with a demo of its own is started and stopped; nothing of instance/ is touched. Pictures
are reduced to 256 colours, which flat pages do not show, so that each stays well under 200 KB.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page  # noqa: E402

from tests.journeys.live import Live, Watch, chromium, context_of, environment, ready, seed, serve, served, sign_in  # noqa: E402
from tests.journeys.test_tablet_core import Field, enrol, go, open_door  # noqa: E402

IMAGES = ROOT / "docs" / "images"
HOUSEHOLDS = "1700"
DESK, TABLET, PHONE = (1280, 860), (800, 1120), (390, 780)


def to_dossier(page: Page, state: str = "approved") -> None:
    """The dossier of the first household in a state that has something of everything."""
    page.goto(f"/project/DEMO/households?state={state}")
    page.locator("main tbody a, main .list a, main a.list-row").first.click()
    page.wait_for_url("**/household/**")
    ready(page)


def board(page: Page) -> None:
    page.goto("/project/DEMO/board")


def blocks(page: Page) -> None:
    page.goto("/project/DEMO/board/buildings?question=consent")


def stuck(page: Page) -> None:
    page.goto("/project/DEMO/board/stuck")


def today(page: Page) -> None:
    page.goto("/project/DEMO/today")


def building(page: Page) -> None:
    page.goto("/project/DEMO/buildings")
    page.locator("main a[href*='/building/']").nth(2).click()  # half of it is done
    page.wait_for_url("**/building/**")


def wall(page: Page) -> None:
    page.goto("/project/DEMO/wall")


def dossier(page: Page) -> None:
    to_dossier(page)


def record(word: str) -> Callable[[Page], None]:
    """The page behind a button of a dossier in progress."""

    def show(page: Page) -> None:
        to_dossier(page, "in_progress")
        page.locator("[data-qa=actions]").get_by_role("link", name=word).click()
        page.wait_for_load_state()

    return show


def sheet(page: Page) -> None:
    record("填写调查表")(page)
    ready(page)
    page.locator("section[data-section]").nth(1).evaluate("part => scrollTo(0, part.offsetTop - 90)")


def check(page: Page) -> None:
    record("填写调查表")(page)
    ready(page)
    page.locator("[data-qa=submit]").click()
    page.locator("[data-qa=error-summary]").wait_for()
    ready(page)


def consent(page: Page) -> None:
    to_dossier(page)
    page.locator("[data-qa=actions]").get_by_role("link", name="意愿表态").click()


def roster(page: Page) -> None:
    page.goto("/project/DEMO/roster")
    ready(page)
    page.locator("input[type=file]").set_input_files(ROOT / "tests" / "data" / "roster_with_errors.xlsx")
    page.locator("[data-qa=upload]").click()
    page.locator("[data-qa=counts]").wait_for()
    ready(page)
    page.evaluate("scrollTo(0, 0)")


def ledger(page: Page) -> None:
    page.goto("/project/DEMO/ledger/building-summary")


PICTURES: dict[str, tuple[str, tuple[int, int], str, Callable[[Page], None]]] = {
    "board": ("coordinator", DESK, "light", board),
    "board-phone": ("coordinator", PHONE, "dark", board),
    "blocks": ("coordinator", DESK, "light", blocks),
    "stuck": ("coordinator", DESK, "light", stuck),
    "wall": ("coordinator", (1920, 1080), "light", wall),
    "today": ("surveyor", TABLET, "light", today),
    "building": ("surveyor", TABLET, "light", building),
    "dossier": ("office", DESK, "light", dossier),
    "dossier-masked": ("coordinator", DESK, "light", dossier),
    "visit": ("surveyor", (800, 640), "light", record("记录入户")),
    "sheet": ("surveyor", TABLET, "light", sheet),
    "check": ("surveyor", TABLET, "light", check),
    "briefing": ("surveyor", TABLET, "light", record("政策宣讲")),
    "consent": ("surveyor", TABLET, "light", consent),
    "roster": ("office", DESK, "light", roster),
    "ledger": ("office", DESK, "light", ledger),
}
"""name -> who, size of the window, colours, and how to come to the page"""


def take_tablet(browser: Browser, live: Live, env: dict[str, str]) -> None:
    """The tablet's first page and a door, enrolled as a leader who has every building of the team."""
    field = Field(env, Path(env["RUHU_INSTANCE"]), live.people, int(live.url.rsplit(":", 1)[1]))
    context = browser.new_context(
        base_url=live.url, viewport={"width": TABLET[0], "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai",
        has_touch=True,
    )  # fmt: skip
    page = context.new_page()
    enrol(page, field)
    save("tablet-home", page.screenshot())
    go(page, "household", open_door(page))
    save("tablet-door", page.screenshot())
    context.close()


def save(name: str, png: bytes) -> None:
    """Write a picture with at most 256 colours."""
    with Image.open(BytesIO(png)) as picture:
        few = picture.convert("RGB").quantize(256, kmeans=2, dither=Image.Dither.NONE)
        few.save(IMAGES / f"{name}.png", optimize=True)


def take(browser: Browser, live: Live, name: str) -> None:
    who, (width, height), theme, show = PICTURES[name]
    watch = Watch()
    context = context_of(browser, live, watch, width=width, height=height, theme=theme)
    page = sign_in(context, live, who)
    show(page)
    ready(page)
    page.evaluate("document.activeElement.blur()")
    save(name, page.screenshot())
    context.close()
    if watch.problems:
        raise SystemExit(f"{name}: " + "\n".join(watch.problems))


def take_report(browser: Browser, live: Live) -> None:
    """The first page of a weekly report, drawn by poppler."""
    context = context_of(browser, live, Watch())
    page = sign_in(context, live, "coordinator")
    page.goto("/project/DEMO/report/make")
    page.locator("input[name=kind][value=weekly]").check()
    page.locator("[data-qa=report-form] button[type=submit]").click()
    page.wait_for_url("**/report/*-*")
    with page.expect_download() as started:
        page.locator("[data-qa=pdf]").click()
    draw("report", started.value.path())
    context.close()


def take_notice(browser: Browser, live: Live) -> None:
    """The first page of the filled survey form."""
    context = context_of(browser, live, Watch())
    page = sign_in(context, live, "office")
    to_dossier(page)
    page.locator("[data-qa=actions]").get_by_role("link", name="打印文书").click()
    with page.expect_download() as started:
        page.locator("[data-qa=print-survey-sheet] button[type=submit]").click()
    draw("notice", started.value.path())
    context.close()


def draw(name: str, pdf: Path) -> None:
    """Save the first page of a PDF, drawn by poppler: a browser without a window shows none."""
    tool = shutil.which("pdftoppm")
    if tool is None:
        print(f"{name}: pdftoppm is not installed (poppler-utils); the picture stays as it is", file=sys.stderr)
        return
    command: list[Any] = [tool, "-png", "-r", "80", "-f", "1", "-l", "1", "-singlefile", pdf]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*command, f"{folder}/page"], check=True)  # noqa: S603 (our own file)
        save(name, Path(f"{folder}/page.png").read_bytes())


def main(names: list[str]) -> None:
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        env = environment(Path(folder))
        seeded = seed(env, "demo", HOUSEHOLDS)
        with serve(env, Path(folder) / "server.log") as url, chromium() as browser:
            live = served(url, seeded)
            for name in names or [*PICTURES, "notice", "report", "tablet"]:
                print(name, flush=True)
                if name == "notice":
                    take_notice(browser, live)
                elif name == "report":
                    take_report(browser, live)
                elif name == "tablet":
                    take_tablet(browser, live, env)
                else:
                    take(browser, live, name)


if __name__ == "__main__":
    main(sys.argv[1:])
