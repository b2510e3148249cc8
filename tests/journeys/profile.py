"""Chromium with a profile on the disk, as on a tablet: closed, killed and opened again, it has what it kept."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, BrowserType, ConsoleMessage, Page

from tests.journeys.live import CHROMIUM, FLAGS, PATIENCE_MS


class Profile:
    """A tablet for one address. `page` is its window, `wrong` what its scripts complained about; a network that fails is
    no fault of a script.
    """

    page: Page
    _pid: int

    def __init__(self, engine: BrowserType, folder: Path, url: str) -> None:
        self._engine = engine
        self._folder = folder
        self._url = url
        self._context: BrowserContext | None = None
        self.wrong: list[str] = []

    def open(self) -> Page:
        self._context = self._engine.launch_persistent_context(
            self._folder, executable_path=CHROMIUM, args=FLAGS, base_url=self._url, locale="zh-CN",
            timezone_id="Asia/Shanghai", viewport={"width": 800, "height": 1280}, has_touch=True,
        )  # fmt: skip
        self._context.set_default_timeout(PATIENCE_MS)
        self._pid = self._find_pid()  # looking for it takes longer than a browser needs to write a letter
        self.page = self._context.pages[0]
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", self._listen)
        return self.page

    def _listen(self, told: ConsoleMessage) -> None:
        if told.type == "error" and "Failed to load resource: net::ERR_" not in told.text:
            self.wrong.append(told.text)

    def close(self) -> None:
        if self._context:
            self._context.close()
            self._context = None

    def kill(self) -> None:
        """End the browser as a battery that is pulled out does: nobody gets a chance to write anything."""
        assert self._context
        with self._context.expect_event("close"):
            os.kill(self._pid, signal.SIGKILL)
        self._context = None

    def _find_pid(self) -> int:
        """The browser's process: of those with this profile the one that is not another's child (`--type=`)."""
        mine = f"--user-data-dir={self._folder}"
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_text("utf-8", "replace").split("\0")
            except OSError:
                continue  # ended meanwhile
            if mine in words and not any(word.startswith("--type=") for word in words):
                return int(path.parent.name)
        raise ProcessLookupError(f"no Chromium with the profile {self._folder}")


@contextmanager
def profile(engine: BrowserType, folder: Path, url: str) -> Iterator[Profile]:
    """An opened one until the block ends."""
    made = Profile(engine, folder, url)
    made.open()
    try:
        yield made
    finally:
        made.close()
