"""Whatever breaks around a tablet, nothing that was typed is lost and nothing arrives twice."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.journeys import live
from tests.journeys.live import ROOT
from tests.journeys.profile import Profile, profile
from tests.journeys.proxy import Loss, Proxy, proxy
from tests.journeys.test_tablet_core import PIN, Field, at, enrol, go, ground, unsent
from tests.journeys.test_tablet_pages import save, sync, visit

__all__ = ["ground"]  # a fixture

HOMES = 10
RELOADS = 10
KILLS = 3
PHOTOS = 30
OLD, NEW = "填写调查表", "填写调查表（新版）"

# Households with a sheet where both tablets work, so that each test has doors of its own.
MOVE_IN = """
import json, sys
from survey import create_app
from survey.domain.sheet import to_pairs
from survey.models import Building, Project, User, db
from survey.services import building as buildings
from survey.services.demo.neighbourhood import make_homes
from survey.services.sheet import save_sheet
with create_app().app_context():
    project = db.session.query(Project).one()
    block = db.session.query(Building).filter_by(no="1").one()
    user = db.session.query(User).filter_by(username=sys.argv[1]).one()
    ids = []
    for number, home in enumerate([home for _block, homes in make_homes(7, int(sys.argv[2])) for home in homes], 1):
        made = buildings.create_household(actor=user, project=project, building=block, unit_no="9", room_no=f"{number}01")
        pairs = [(name, text) for name, text in to_pairs(home.found) if name not in ("note", "floor_note")]
        save_sheet(actor=user, household=made, base=0, pairs=pairs)
        ids.append(str(made.id))
    db.session.commit()
    print(json.dumps(ids))
"""


def kept(ground: Field, door: str) -> dict[str, list[Any]]:
    """What the server's database has of a household."""
    with closing(sqlite3.connect(ground.folder / "ruhu.sqlite")) as base:

        def rows(what: str) -> list[Any]:
            found = base.execute(f"SELECT {what} WHERE household_id = ? ORDER BY 1, 2", [UUID(door).bytes])
            return found.fetchall()

        return {
            "events": rows("type, status FROM sync_event"),
            "versions": [version for version, _id in rows("version, id FROM sheet")],
            "visits": rows("id, result FROM visit"),
            "documents": [sha for sha, _id in rows("sha256, id FROM document")],
        }


@pytest.fixture(scope="module")
def doors(ground: Field) -> Iterator[str]:
    """Households that no other test has touched: `next(doors)`."""
    return iter(json.loads(ground.ask(MOVE_IN, ground.people["surveyor"][0], str(HOMES))))


@pytest.fixture(scope="module")
def network(ground: Field) -> Iterator[Proxy]:
    with proxy(ground.port) as running:
        yield running


@pytest.fixture(scope="module")
def tablets(
    browser: Browser, ground: Field, network: Proxy, doors: Iterator[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Profile, Profile]]:
    """The group leader's, on the server's own address, and the surveyor's behind the bad network; both enrolled."""
    folder = tmp_path_factory.mktemp("profiles")
    engine = browser.browser_type
    with profile(engine, folder / "near", ground.url) as near, profile(engine, folder / "far", network.url) as far:
        for tablet, who in ((near, "leader"), (far, "surveyor")):
            enrol(tablet.page, ground, who)
            tablet.page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
            reload(tablet.page, "home")  # from now on the worker answers
        yield near, far


@pytest.fixture
def near(tablets: tuple[Profile, Profile]) -> Iterator[Profile]:
    yield from watched(tablets[0])


@pytest.fixture
def far(tablets: tuple[Profile, Profile], network: Proxy) -> Iterator[Profile]:
    yield from watched(tablets[1])
    network.begin(lambda _path, _number: "")


def watched(tablet: Profile) -> Iterator[Profile]:
    """A tablet that has heard the server; the test fails when one of its scripts did."""
    tablet.wrong.clear()
    sync(tablet.page)
    yield tablet
    assert not tablet.wrong, "\n".join(tablet.wrong)


def unlock(page: Page) -> None:
    at(page, "lock")
    page.locator("[name=secret]").fill(PIN)
    page.locator("[name=secret]").press("Enter")


def reload(page: Page, name: str) -> None:
    page.reload()
    unlock(page)
    at(page, name)


def reopened(tablet: Profile, name: str, *params: str) -> Page:
    """The application opened anew at an address, as from the Home Screen, and unlocked."""
    page = tablet.open()
    page.goto("/tablet#/" + "/".join((name, *params)))
    unlock(page)
    at(page, name)
    return page


def write(page: Page, door: str, **answers: str) -> None:
    """Some answers of a household's sheet, saved."""
    go(page, "sheet", door)
    for name, text in answers.items():
        page.locator(f"#{name}").fill(text)
    save(page)
    at(page, "household")


def upload(page: Page, door: str, *photos: Path) -> None:
    go(page, "photo", door)
    page.locator("[name=category]").select_option("photo")
    page.locator("[data-shots=photos] [data-shot]").last.set_input_files(photos)
    for count in range(1, len(photos) + 1):
        page.get_by_role("button", name="看得清，用这张").first.click()
        expect(page.locator("[data-shots=photos] [data-qa=shot]")).to_have_count(count)
    save(page)
    at(page, "household")


def note(page: Page, door: str) -> str:
    go(page, "sheet", door)
    return page.locator("#note").input_value()


def noise(folder: Path, count: int) -> list[Path]:
    """Photos of 60 to 100 kB, no two alike."""
    paths = [folder / f"{number}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        Image.effect_noise((400 + 2 * number, 300 + number), 60).convert("RGB").save(path, quality=80)
    return paths


def test_a_round_with_the_server_stopped_arrives_once(
    near: Profile, ground: Field, doors: Iterator[str], tmp_path: Path
) -> None:
    page, round_ = near.page, [next(doors), next(doors)]
    ground.stop()
    try:
        for number, (door, photo) in enumerate(zip(round_, noise(tmp_path, 2), strict=True), 1):
            write(page, door, note=f"第{number}户写的")
            visit(page, door)
            upload(page, door, photo)
            unsent(page, 3 * number)
        near.close()
        page = reopened(near, "household", round_[0])
        unsent(page, 6)
        expect(page.locator("[data-door]")).to_contain_text("空置")
    finally:
        ground.start()
    for _again in range(2):
        sync(page)
        for number, door in enumerate(round_, 1):
            told = kept(ground, door)
            assert told["events"] == [("document", "applied"), ("save", "applied"), ("visit", "applied")]
            assert (told["versions"], len(told["visits"]), len(told["documents"])) == ([1, 2], 1, 1)
            assert note(page, door) == f"第{number}户写的", "the server's word, now that nothing waits here"


def test_words_typed_just_before_the_page_is_loaded_again_are_there(near: Profile, doors: Iterator[str]) -> None:
    door, words = next(doors), ""
    page = near.page
    go(page, "sheet", door)
    for number in range(RELOADS):
        word = f"第{number}句。"
        page.locator("#note").press("Control+End")
        page.locator("#note").press_sequentially(word)
        page.reload()
        words += word
        unlock(page)
        at(page, "sheet")
        expect(page.locator("#note")).to_have_value(words)
    near.close()
    page = reopened(near, "sheet", door)
    expect(page.locator("[data-qa=draft]")).to_be_visible()
    expect(page.locator("#note")).to_have_value(words)


def test_a_browser_that_is_killed_keeps_what_the_tablet_said_it_has_kept(near: Profile, doors: Iterator[str]) -> None:
    door, words = next(doors), ""
    page = near.page
    go(page, "sheet", door)
    for number in range(KILLS):
        page.locator("#note").press("Control+End")
        for letter in f"第{number}句。":
            state = page.locator("[data-save-state]")
            state.evaluate("place => place.replaceChildren()")  # what it says now, it says of this letter
            page.locator("#note").press_sequentially(letter)
            expect(state).to_contain_text("已保存在本机")
            words += letter
        near.kill()
        page = reopened(near, "sheet", door)
        expect(page.locator("#note")).to_have_value(words)


@pytest.mark.parametrize("keeps_open", [False, True], ids=["a connection each", "a connection that stays open"])
def test_a_record_whose_answer_was_lost_after_the_commit_is_there_once(
    far: Profile, network: Proxy, ground: Field, doors: Iterator[str], keeps_open: bool
) -> None:
    page, door = far.page, next(doors)
    network.keeps_open = keeps_open
    sync(page)
    network.begin(lambda path, _number: "answer" if path == "/api/events" else "")
    write(page, door, note="答复丢了")
    expect(page.locator("[data-sync][data-state=idle]")).to_contain_text("离线")
    unsent(page, 1)
    assert network.lost >= 1
    assert kept(ground, door)["events"] == [("save", "applied")]

    network.begin(lambda _path, _number: "")
    sync(page)
    go(page, "done")
    expect(page.locator("[data-part=done] [data-qa]").first).to_have_attribute("data-qa", "item-applied")
    expect(page.locator("[data-part=needs]")).to_be_hidden()
    told = kept(ground, door)
    assert (told["events"], told["versions"]) == ([("save", "applied")], [1, 2])
    assert note(page, door) == "答复丢了"


def test_two_tablets_that_answer_different_questions_are_put_together(
    near: Profile, far: Profile, ground: Field, doors: Iterator[str]
) -> None:
    door = next(doors)
    for tablet in (near, far):
        go(tablet.page, "sheet", door)  # both begin with the same version
    near.page.locator("#note").fill("组长写的")
    far.page.locator("#floor_note").fill("跃层")
    for tablet in (near, far):
        save(tablet.page)
        at(tablet.page, "household")
        sync(tablet.page)
    sync(near.page)
    assert kept(ground, door)["events"] == [("save", "applied"), ("save", "merged")]
    for tablet in (near, far):
        assert note(tablet.page, door) == "组长写的"
        assert tablet.page.locator("#floor_note").input_value() == "跃层"


def test_two_tablets_that_answer_one_question_differently_agree_after_one_has_chosen(
    near: Profile, far: Profile, ground: Field, doors: Iterator[str]
) -> None:
    door = next(doors)
    for tablet, text in ((near, "组长写的"), (far, "调查员写的")):
        go(tablet.page, "sheet", door)
        tablet.page.locator("#note").fill(text)
    for tablet in (near, far):
        save(tablet.page)
        at(tablet.page, "household")
        sync(tablet.page)
    needs = far.page.locator("[data-part=needs]")
    expect(needs.locator("[data-qa=item-conflict]")).to_have_count(1)
    assert kept(ground, door)["versions"] == [1, 2], "nothing is written before somebody has chosen"
    needs.get_by_role("link", name="逐项选择").click()
    at(far.page, "conflict")
    far.page.locator("[name=choice-0][value=ours]").check()
    far.page.locator("[data-qa=settle]").click()
    at(far.page, "household")
    sync(far.page)
    expect(needs).to_be_hidden()
    sync(near.page)
    assert kept(ground, door)["events"] == [("resolve", "applied"), ("save", "applied"), ("save", "conflict")]
    assert [note(tablet.page, door) for tablet in (near, far)] == ["调查员写的"] * 2


def test_thirty_photos_over_a_network_that_loses_every_third_request_arrive_once_each(
    far: Profile, network: Proxy, ground: Field, doors: Iterator[str], tmp_path: Path
) -> None:
    def every_third(_path: str, number: int) -> Loss:
        return "" if number % 3 else ("request", "answer")[number // 3 % 2]

    page, door = far.page, next(doors)
    network.keeps_open = False  # Chromium repeats nothing by itself: the application sees each loss
    network.begin(every_third)
    upload(page, door, *noise(tmp_path, PHOTOS))
    go(page, "done")
    for _try in range(20 * PHOTOS):
        # Each loss ends a conversation; a person who presses the button goes on where it ended.
        page.get_by_role("button", name="立即同步").click()
        expect(page.locator("[data-sync][data-state=idle]")).to_be_attached()
        if page.locator("[data-sync]").get_attribute("data-unsent") == "0":
            break
    unsent(page, 0)
    assert network.lost > PHOTOS / 3
    told = kept(ground, door)
    assert told["events"] == [("document", "applied")] * PHOTOS
    assert len(set(told["documents"])) == len(told["documents"]) == PHOTOS


def test_a_new_version_waits_for_the_person_and_leaves_the_draft(
    near: Profile, ground: Field, doors: Iterator[str], tmp_path: Path
) -> None:
    page, door = near.page, next(doors)
    go(page, "sheet", door)
    page.locator("#note").press_sequentially("还没保存")
    heading = page.locator("main h1")
    busy(page)  # a browser would let the new worker wait for that; the person need not
    ground.stop()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "ROOT", next_version(tmp_path))
        ground.start()  # and stays: no other test cares which version it meets
    for _time in range(2):
        reload(page, "sheet")
        expect(page.locator("[data-update]")).to_be_visible()
        expect(heading).to_have_text(OLD)  # the new worker waits, however often the page is loaded
        expect(page.locator("#note")).to_have_value("还没保存")
    page.locator("[data-update]").click()
    at(page, "lock")
    unlock(page)
    at(page, "sheet")
    expect(heading).to_have_text(NEW)
    expect(page.locator("#note")).to_have_value("还没保存")
    expect(page.locator("[data-update]")).to_have_count(0)
    save(page)
    at(page, "household")
    sync(page)
    assert kept(ground, door)["versions"] == [1, 2]
    assert note(page, door) == "还没保存"
    page.evaluate(LOSE_SHOWN)
    page.context.set_offline(True)
    reload(page, "sheet")
    expect(heading).to_have_text(OLD)  # better the version before than none
    page.context.set_offline(False)


LOSE_SHOWN = """async () => {
  const shown = await (await caches.open("ruhu-choice")).match("/shown");
  if (!(await caches.delete(await shown.text()))) throw new Error("nothing was kept");
}"""


def busy(page: Page) -> None:
    """Give the worker that serves this page something in hand that it never ends."""
    (worker,) = page.context.service_workers
    worker.evaluate("() => self.addEventListener('message', (event) => event.waitUntil(new Promise(() => {})))")
    page.evaluate("() => navigator.serviceWorker.controller.postMessage('busy')")


def next_version(folder: Path) -> Path:
    """The application as it will be: the same with another heading over the sheet."""
    for part in ("survey", "templates", "exports"):
        shutil.copytree(ROOT / part, folder / part)
    page = folder / "templates/tablet/page/sheet.html"
    text = page.read_text("utf-8")
    assert OLD in text
    page.write_text(text.replace(OLD, NEW), "utf-8")
    return folder
