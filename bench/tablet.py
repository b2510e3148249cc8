"""The tablet with 5,000 households in Chromium, at full speed and slowed down six times, and what it loses when it is ended.

A real server (SQLite) on the loopback and a browser with a profile on the disk. Six times slower (the CPU throttle of
Chromium's developer tools, on the page's thread) stands in for a cheap tablet; the times beside a budget are the ones
that it speaks of.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserType, Page, expect, sync_playwright

from bench.machine import Table, percentile, show
from tests.journeys.live import ROOT, environment, serve
from tests.journeys.profile import Profile

HOUSEHOLDS = 5_000
TOWER_FLOORS, TOWER_DOORS = 34, 8
RATES = (1, 6)
TIMES = 9
"""How often a time is taken; the middle one is told."""
RELOADS, KILLS = 50, 20
PIN = "258036"
ASKED = ("张", "zw", "1201", "T-1-", "王丽", "3号楼1单元")


# --- the server


def seed() -> None:
    """Fill the database; one line of JSON: codes to enrol with, the tower, and the household with the longest sheet."""
    from survey import create_app
    from survey.domain.access import Role
    from survey.domain.door import door_sort
    from survey.domain.sheet import to_pairs
    from survey.models import User, db, new_id
    from survey.models.migrate import upgrade
    from survey.services import account, building, device
    from survey.services.demo.neighbourhood import Home, make_homes
    from survey.services.project import create_project
    from survey.services.sheet.bulk import FirstSheet, save_first_sheets

    tower = TOWER_FLOORS * TOWER_DOORS
    longest: tuple[int, str] = (0, "")
    with create_app().app_context():
        upgrade(db.engine)
        project = create_project(actor=None, code="TAB", name="平板")
        user = User(username="t", display_name="调查员", password_hash="!")  # noqa: S106
        db.session.add(user)
        db.session.flush()
        account.set_membership(actor=None, project=project, user=user, role=Role.SURVEYOR)
        blocks = [(block.no, homes) for block, homes in make_homes(7, HOUSEHOLDS)]
        spare = [home for _no, homes in blocks for home in homes][:tower]

        def settle(no: str, doors: list[tuple[str, str, int, Home]]) -> str:
            nonlocal longest
            made = building.create_building(actor=None, project=project, no=no)
            building.assign(actor=user, building=made, users=[user])
            items = []
            for number, (unit, room, floor, home) in enumerate(doors):
                key, door = new_id(), f"{no}-{unit}-{room}"
                sort = door_sort(no, unit, room, floor)
                values = {"id": key, "project_id": project.id, "building_id": made.id, "unit_no": unit,
                          "dossier_no": f"TAB-{no}-{number:04d}", "door_sort": sort}  # fmt: skip
                place = {"id": new_id(), "building_id": made.id, "household_id": key, "unit_no": unit, "room_no": room,
                         "floor_no": floor, "sort": sort}  # fmt: skip
                items.append(FirstSheet(values, [place], (door,), home.found))
                longest = max(longest, (len(to_pairs(home.found)), str(key)))
            save_first_sheets(actor=None, items=items)
            return str(made.id)

        floors = [
            (floor, f"{floor}{side:02d}") for floor in range(1, TOWER_FLOORS + 1) for side in range(1, TOWER_DOORS + 1)
        ]
        tall = settle("T", [("1", room, floor, home) for (floor, room), home in zip(floors, spare, strict=True)])
        left = HOUSEHOLDS - tower
        for no, homes in blocks:
            settle(no, [(home.unit_no, home.room_no, home.floor_no, home) for home in homes[:left]])
            left -= len(homes[:left])
        codes = [device.invite(actor=None, project=project, user=user, name="平板")[1] for _rate in RATES]
        db.session.commit()
        print(json.dumps({"codes": codes, "tower": tall, "household": longest[1], "answers": longest[0]}))


# --- the tablet


@dataclass
class Bench:
    """A served project and a browser."""

    engine: BrowserType
    folder: Path
    url: str
    told: dict[str, Any]

    def tablet(self, rate: int) -> Profile:
        return Profile(self.engine, self.folder / f"profile-{rate}", self.url)


def slow(page: Page, rate: int) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})


# Milliseconds from what the first script does until the second one's word is true and that was drawn.
UNTIL = """([act, done]) => new Promise((resolve) => {
  const isDone = new Function(`return ${done}`);
  const begun = performance.now();
  const look = () => {
    if (!isDone()) return;
    watcher.disconnect();
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - begun);
      port2.postMessage(0); // after the frame
    });
  };
  const watcher = new MutationObserver(look);
  watcher.observe(document.documentElement, { subtree: true, childList: true, attributes: true, characterData: true });
  new Function(act)();
})"""
# Of each key: until its draft is on its way to the disk, and until the letter was drawn.
KEYS = """() => {
  window.keys = { put: [], frame: [] };
  let begun = 0;
  addEventListener("input", () => {
    const mine = (begun = performance.now());
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => window.keys.frame.push(performance.now() - mine);
      port2.postMessage(0);
    });
  }, true);
  const put = IDBObjectStore.prototype.put;
  IDBObjectStore.prototype.put = function (...values) {
    if (this.name === "drafts") window.keys.put.push(performance.now() - begun);
    return put.apply(this, values);
  };
}"""
SEARCH = """(asked) => new Promise((resolve) => {
  const box = document.querySelector("main input");
  box.value = asked;
  const begun = performance.now();
  box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  const answered = performance.now() - begun;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve([answered, performance.now() - begun]);
    port2.postMessage(0);
  });
})"""
BOTH = """(count) => new Promise((resolve) => {
  const look = () => Math.min(keys.put.length, keys.frame.length) < count ? requestAnimationFrame(look) : resolve();
  look();
})"""


def until(page: Page, act: str, done: str) -> float:
    taken: float = page.evaluate(UNTIL, [act, done])
    return taken


def at(page: Page, name: str) -> None:
    page.wait_for_selector(f"body[data-ready={name}]")


def go(page: Page, *address: str) -> float:
    """Show a page of the tablet; milliseconds until it was drawn."""
    return until(page, f"location.hash = '#/{'/'.join(address)}'", f"document.body.dataset.ready === '{address[0]}'")


def unlock(page: Page, name: str) -> None:
    at(page, "lock")
    page.locator("[name=secret]").fill(PIN)
    page.locator("[name=secret]").press("Enter")
    at(page, name)


def middle(times: list[float]) -> float:
    return percentile(times, 50)


def enrol(page: Page, code: str) -> float:
    """Milliseconds from the button until the tablet has everything."""
    page.goto(f"/tablet#/enrol/{code}")
    at(page, "enrol")
    page.locator("[name=name]").fill("平板")
    for name in ("secret", "secret_again"):
        page.locator(f"[name={name}]").fill(PIN)
    synced = "document.querySelector('[data-sync][data-state=idle]')?.textContent.includes('已同步')"
    return until(page, "document.querySelector('form[data-qa=enrol] [type=submit]').click()", synced)


def search(page: Page) -> tuple[float, float]:
    """The slowest of some searches: until the list stands in the page, and until it was drawn."""
    go(page, "search")
    taken = [page.evaluate(SEARCH, asked) for asked in ASKED]
    return max(answered for answered, _ in taken), max(drawn for _, drawn in taken)


def keystroke(page: Page, household: str) -> tuple[float, float]:
    """Of a letter in the longest sheet: until its draft is on its way, and until it was drawn."""
    go(page, "sheet", household)
    page.evaluate(KEYS)
    box = page.locator("#note")
    for number in range(3 * TIMES):
        box.press("a")
        page.evaluate(BOTH, number + 1)
    told = page.evaluate("keys")
    return middle(told["put"][2:]), middle(told["frame"][2:])


def speeds(bench: Bench, rate: int, code: str) -> dict[str, float]:
    tablet = bench.tablet(rate)
    page = tablet.open()
    try:
        slow(page, rate)
        told = {"pull": enrol(page, code)}
        page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        unlock(page, "home")
        expect(page.locator("[data-sync][data-state=idle]")).to_contain_text("已同步")
        page.context.set_offline(True)
        forms, grids = [], []
        for _time in range(TIMES):
            go(page, "household", bench.told["household"])
            forms.append(go(page, "sheet", bench.told["household"]))
            grids.append(go(page, "home", bench.told["tower"]))
        told |= {"form": middle(forms), "grid": middle(grids)}
        told["search"], told["found"] = search(page)
        told["put"], told["frame"] = keystroke(page, bench.told["household"])
        return told
    finally:
        tablet.close()


def script_kilobytes(url: str) -> float:
    """What the shell's scripts weigh on the wire."""

    def read(path: str) -> bytes:
        with urllib.request.urlopen(url + path) as answer:  # noqa: S310 (our own server)
            return bytes(answer.read())

    scripts = re.findall(r'<script[^>]* src="([^"]+)"', read("/tablet").decode())
    return sum(len(gzip.compress(read(path))) for path in scripts) / 1000


def losses(bench: Bench) -> Table:
    """Type a few letters, end the page or the browser at once, and look what is there."""
    household = bench.told["household"]
    tablet = bench.tablet(RATES[0])

    def look(page: Page, words: str) -> str:
        unlock(page, "sheet")
        found = page.locator("#note").input_value()
        return words.removeprefix(found)

    rows: list[list[object]] = []
    for way, times in (("page loaded again", RELOADS), ("browser killed (SIGKILL)", KILLS)):
        page, words, lost = tablet.open(), "", []
        page.goto(f"/tablet#/sheet/{household}")
        unlock(page, "sheet")
        page.locator("#note").fill("")
        for number in range(times):
            letters = f"第{number}句。"
            page.locator("#note").press("Control+End")
            page.locator("#note").press_sequentially(letters)
            words += letters
            if times == RELOADS:
                page.reload()
            else:
                tablet.kill()
                page = tablet.open()
                page.goto(f"/tablet#/sheet/{household}")
            missing = look(page, words)
            lost.append(len(missing))
            words = words.removesuffix(missing)
        tablet.close()
        rows.append([f"{way} at once after a letter", times, sum(map(bool, lost)), max(lost), 0])
    return Table(
        "Drafts that were lost", ["what happened", "times", "with letters missing", "most letters missing", "budget"], rows,
        "Each time four to five letters were typed without a pause into a sheet that already had a draft.",
    )  # fmt: skip


def tables() -> Iterator[Table]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder)
        seeded = subprocess.run(
            [sys.executable, "-m", "bench.tablet", "seed"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        told = json.loads(seeded.stdout.splitlines()[-1])
        with serve(env, folder / "server.log") as url, sync_playwright() as playwright:
            bench = Bench(playwright.chromium, folder, url, told)
            yield Table(
                "First load", ["what", "kB gz", "budget"], [["scripts of the shell", script_kilobytes(url), 60]]
            )
            found = [speeds(bench, rate, code) for rate, code in zip(RATES, told["codes"], strict=True)]
            lines = (
                ("form ready, off the network, from the household's page", "form", "1,000 at 6x"),
                (f"grid of {TOWER_FLOORS} × {TOWER_DOORS} drawn", "grid", "300 at 6x"),
                (f"{HOUSEHOLDS:,} households pulled and stored, from the enrolment's button", "pull", "10,000 at 6x"),
                (f"search in {HOUSEHOLDS:,} answered, the slowest of {len(ASKED)}", "search", "50"),
                ("the same, its list drawn", "found", ""),
                ("one key in the form: its draft on its way", "put", ""),
                ("one key in the form: drawn", "frame", "50 at 6x"),
            )
            rows = [[label, *(one[key] for one in found), budget] for label, key, budget in lines]
            yield Table(
                "Times, ms", ["what", *(f"{rate}x" for rate in RATES), "budget"], rows,
                f"The middle of {TIMES}, each until it was drawn. The form is the longest sheet of all ({told['answers']} "
                "answers). Drawing waits for the screen: up to 17 ms of each time.",
            )  # fmt: skip
            yield losses(bench)


if __name__ == "__main__":
    if sys.argv[1:] == ["seed"]:
        seed()
    else:
        sys.exit(show(tables()))
