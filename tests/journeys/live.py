"""The real server and a real browser, for the journeys and for the pictures in docs/.

The server is `ruhu serve` (gunicorn, two workers) on a free port of the loopback, with an instance folder and a database
of its own. The browser is Debian's Chromium with a new profile each time. A `Watch` writes down everything that a page
complains about: errors on the console, refusals by the content security policy, exceptions, answers of 500 and above.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
SETTINGS = ("DATABASE_URL", "RUHU_INSTANCE", "RUHU_KEYS", "RUHU_FONTS", "RUHU_HTTPS", "RUHU_STYLEGUIDE", "FLASK_DEBUG")
START_SECONDS = 120
PATIENCE_MS = 120_000
"""How long a state is waited for: a machine that does other things besides is no fault of the page."""
expect.set_options(timeout=PATIENCE_MS)


@dataclass(frozen=True)
class Live:
    """A served project: its address, and what the seed says of it.

    people  role -> user name and password
    rules   endpoint and address of every route that answers GET
    """

    url: str
    people: dict[str, tuple[str, str]]
    rules: tuple[tuple[str, str], ...]


def environment(instance: Path, database_url: str = "") -> dict[str, str]:
    """The settings of a server of its own: nothing of the caller's, SQLite in the instance folder unless named."""
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    env |= {"RUHU_INSTANCE": str(instance), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    if database_url:
        env["DATABASE_URL"] = database_url
    return env


def seed(env: dict[str, str], *what: str) -> str:
    """Fill a new database; what tests.journeys.seed says of it, one line of JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.seed", *what],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the seed failed:\n{done.stderr}")
    return done.stdout.splitlines()[-1]


def served(url: str, seeded: str) -> Live:
    """The served project of a seed's words."""
    told = json.loads(seeded)
    people = {role: (name, password) for role, (name, password) in told["people"].items()}
    return Live(url, people, tuple((endpoint, rule) for endpoint, rule in told["rules"]))


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serve(env: dict[str, str], log: Path) -> Iterator[str]:
    """`ruhu serve` until the block ends; its address. Raises RuntimeError with the log when it does not start."""
    port = free_port()
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, "-c", "from survey.cli import main; main()", "serve", "--port", str(port)],
            cwd=ROOT, env=env, stdout=out, stderr=out, stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        _await(server, port, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        # Its own group: the master and its workers, and nobody else's.
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _await(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server answers: the port accepts before gunicorn's workers are there."""
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in", timeout=START_SECONDS):
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start:\n{log.read_text('utf-8', 'replace')}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What the pages of a context complained about."""

    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("page", self._page)
        return context

    def _page(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # A form that comes back with errors is answered with 422; Chromium prints that as an error of loading.
        if message.type == "error" and "status of 422" not in message.text:
            self.problems.append(f"{message.location.get('url', '')}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.request.method} {response.url}: {response.status}")


def context_of(
    browser: Browser, live: Live, watch: Watch, *, width: int = 1280, height: int = 900, theme: str = ""
) -> BrowserContext:
    """A new profile for one person, Chinese, in the neighbourhood's time zone, with the watch over it.

    theme  light, dark or sunlight, as if chosen on this machine before; "" follows the system (light)
    """
    context = browser.new_context(
        base_url=live.url, viewport={"width": width, "height": height}, locale="zh-CN", timezone_id="Asia/Shanghai",
        accept_downloads=True, has_touch=width < 1000,
    )  # fmt: skip
    context.set_default_timeout(PATIENCE_MS)
    if theme:
        context.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem('theme', '{theme}')")
    return watch.over(context)


def sign_in(context: BrowserContext, live: Live, who: str) -> Page:
    """A page signed in as somebody, as people do it; it shows the home page."""
    name, password = live.people[who]
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    ready(page)
    return page


def ready(page: Page) -> None:
    """Wait until the page's scripts have done their set-up."""
    page.wait_for_selector("body[data-ready]")
