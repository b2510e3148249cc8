"""The tablet's pages at the door, against the real server: each record arrives as it was meant, and errors find their question."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.journeys.axe import violations
from tests.journeys.test_tablet_core import (
    Field,
    at,
    enrol,
    go,
    ground,
    open_door,
    page,
    reopen,
    settled,
    tablet,
    unsent,
)

__all__ = ["ground", "page", "tablet"]  # fixtures

EVENTS = """
import json
from survey import create_app
from survey.models import SyncEvent, db
with create_app().app_context():
    device = db.session.query(SyncEvent).order_by(SyncEvent.id.desc()).first().device_id  # ids begin with the time
    rows = db.session.query(SyncEvent).filter_by(device_id=device).order_by(SyncEvent.seq)
    print(json.dumps([[row.type, row.status, row.result.get("errors", row.result.get("message", ""))] for row in rows]))
"""
OTHERS = """
import sys
from uuid import UUID
from survey import create_app
from survey.models import Household, User, db
from survey.services.sheet import current_pairs, save_sheet
with create_app().app_context():
    household = db.session.get(Household, UUID(sys.argv[1]))
    pairs = [(name, text) for name, text in current_pairs(household) if name not in ("note", "parcel_no")]
    saved = save_sheet(
        actor=db.session.query(User).filter_by(username=sys.argv[2]).one(), household=household,
        base=household.sheet_version, pairs=[*pairs, ("note", "办公室写的"), ("parcel_no", "12-3")],
    )
    db.session.commit()
    print(saved.status)
"""
SHEET = """
import json, sys
from uuid import UUID
from survey import create_app
from survey.models import Household, db
from survey.services.sheet import current_sheet
with create_app().app_context():
    sheet = current_sheet(db.session.get(Household, UUID(sys.argv[1])))
    print(json.dumps([sheet.note, sheet.parcel_no, sheet.floor_note, len(sheet.persons), sheet.persons[0].id_no]))
"""


DRAWN = """
import json
from survey import create_app
from survey.models import Signature, db
with create_app().app_context():
    row = db.session.query(Signature).order_by(Signature.recorded_at.desc()).first()
    print(json.dumps([row.text_hash, row.drawing]))
"""


JOIN = """
from survey import create_app
from survey.models import Building, Project, User, db
from survey.services import building as buildings
with create_app().app_context():
    project, block = db.session.query(Project).one(), db.session.query(Building).filter_by(no="1").one()
    actor = db.session.query(User).first()
    homes = {
        room: buildings.create_household(actor=actor, project=project, building=block, unit_no="8", room_no=room)
        for room in ("101", "102", "201", "203", "301", "302", "303")
    }
    for kept, room in (("101", "102"), ("201", "301"), ("203", "302")):
        buildings.attach_door(actor=actor, household=homes[kept], unit_no="8", room_no=room)
    db.session.commit()
    print(f"{block.id} {homes['101'].id}")
"""


def events(ground: Field) -> list[list[str]]:
    """Type, status and complaint of everything that the last tablet sent, in its order."""
    told: list[list[str]] = json.loads(ground.ask(EVENTS))
    return told


def sheet(ground: Field, door: str) -> list[str]:
    told: list[str] = json.loads(ground.ask(SHEET, door))
    return told


def sync(page: Page) -> None:
    go(page, "done")
    page.get_by_role("button", name="立即同步").click()
    settled(page)


def save(page: Page) -> None:
    page.locator("[data-qa=save]").click()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "door.jpg"
    Image.effect_noise((1200, 900), 40).convert("RGB").save(path)
    return path


def take(page: Page, name: str, photo: Path) -> None:
    """A photo is chosen, looked at, accepted."""
    page.locator(f"[data-shots={name}] [data-shot]").last.set_input_files(photo)
    page.get_by_role("button", name="看得清，用这张").click()
    expect(page.locator(f"[data-shots={name}] [data-qa=shot]")).to_have_count(1)


def partners(page: Page) -> None:
    """Two surveyors, where the tablet could not guess them; and why it is so late."""
    for at_, name in enumerate(("surveyor_1", "surveyor_2"), 1):
        if not page.locator(f"[name={name}]").input_value():
            page.locator(f"[name={name}]").select_option(index=at_)
    why = page.locator("[name=hours_reason]")
    if why.is_visible():
        why.fill("住户约在这个时间")


def visit(page: Page, door: str) -> None:
    """Somebody rang and found the home empty."""
    go(page, "visit", door)
    partners(page)
    page.locator("[name=result][value=vacant]").check()
    save(page)
    page.wait_for_selector("body[data-ready]:not([data-ready=visit])")


def explain(page: Page) -> None:
    """Why there was no briefing, and why the word is another: where that is asked."""
    for name in ("unbriefed_reason", "change_reason"):
        reason = page.locator(f"[name={name}]")
        if reason.count():
            reason.fill("本人在外地，电话中只愿表态")


def test_a_sheet_is_kept_as_it_is_typed_checked_on_the_spot_and_taken(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    before = sheet(ground, door)
    go(page, "sheet", door)
    assert "已登记" in page.locator("[name$='-id_no']").first.locator("xpath=..").text_content()
    page.locator("#floor_note").press_sequentially("跃层 5-6")
    reopen(page, "sheet")
    expect(page.locator("#floor_note")).to_have_value("跃层 5-6")
    expect(page.locator("[data-qa=draft]")).to_be_visible()

    page.locator("#floor_no").fill("五楼")
    page.locator("[data-qa=add-persons]").click()
    row = page.locator("[data-qa=row-persons]").last
    row.locator("[name$='-full_name']").fill("欧阳䶮")
    row.locator("[name$='-id_no']").fill("379900198507300018")
    save(page)
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert violations(page) == []
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.id") == "floor_no"
    page.locator("#floor_no").fill("5")
    page.locator("[data-qa=submit]").click()
    expect(summary).to_contain_text("校验位不对")
    row.locator("[name$='-id_no']").fill("")
    save(page)
    at(page, "household")
    sync(page)
    assert [event[:2] for event in events(ground)] == [["save", "applied"]]
    after = sheet(ground, door)
    assert (after[2], after[3], after[4]) == ("跃层 5-6", int(before[3]) + 1, before[4])


def test_a_sheet_that_was_sent_stands_as_it_was_sent_before_the_server_tells_it_again(
    page: Page, ground: Field
) -> None:
    enrol(page, ground)
    door = open_door(page)
    page.route("**/api/changes*", lambda route: route.abort("connectionrefused"))
    go(page, "sheet", door)
    page.locator("#floor_note").fill("跃层 7-8")
    save(page)
    at(page, "household")
    unsent(page, 0)
    go(page, "sheet", door)
    expect(page.locator("#floor_note")).to_have_value("跃层 7-8")
    page.locator("#note").fill("后来又补了一句")
    save(page)
    at(page, "household")
    page.unroute_all()
    sync(page)
    assert [event[:2] for event in events(ground)] == [["save", "applied"], ["save", "applied"]]


def test_what_the_server_finds_stands_at_its_question(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    go(page, "sheet", door)
    page.locator("#realty_unit_code").fill("123")  # only the server knows the form of this code
    save(page)
    at(page, "household")
    go(page, "sheet", door)
    page.locator("[name=tenure_type]").select_option("commercial")
    page.locator("[name=title_status][value=certified]").check()
    page.locator("[name=lease_status][value=owner_lives]").check()
    page.locator("[name=renewal_will][value=agree]").check()
    page.locator("[data-qa=submit]").click()
    at(page, "household")
    sync(page)
    told = events(ground)
    assert [event[:2] for event in told] == [["save", "applied"], ["save", "applied"]]
    assert told[1][2], "the sheet was saved and could not be handed in"
    page.get_by_role("link", name="去改正").first.click()
    at(page, "sheet")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert page.locator("[data-problem]").count() > 0
    assert violations(page) == []


def test_every_record_of_a_visit_is_taken(page: Page, ground: Field, photo: Path) -> None:
    enrol(page, ground)
    door = open_door(page)
    go(page, "visit", door)
    partners(page)
    page.locator("[name=result][value=nobody_home]").check()
    save(page)
    at(page, "delivery")
    save(page)
    expect(page.locator("[data-error-summary]")).to_contain_text("见证人")
    take(page, "evidence", photo)
    save(page)
    at(page, "household")

    go(page, "briefing", door)
    page.locator("[name=points]").first.check()
    page.locator("[name=understood][value=yes]").check()
    save(page)
    at(page, "household")

    go(page, "request", door)
    page.locator("[name=content]").fill("楼道灯坏了")
    page.locator("[name=kind]").select_option("other")
    save(page)
    at(page, "household")

    go(page, "photo", door)
    page.locator("[name=category]").select_option("photo")
    take(page, "photos", photo)
    save(page)
    at(page, "household")

    go(page, "sign", door)
    expect(page.locator("[data-mark]")).not_to_be_empty()
    mark = page.locator("[data-mark]").inner_text()
    box = page.locator("[data-qa=pad]")
    box.scroll_into_view_if_needed()
    place = box.bounding_box()
    assert place is not None
    page.mouse.move(place["x"] + 40, place["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(place["x"] + 40 + 20 * step, place["y"] + 60 + 15 * (step % 3))
    page.mouse.up()
    save(page)
    at(page, "household")
    sync(page)
    told = events(ground)
    assert [event[:2] for event in told] == [
        [name, "applied"] for name in ("visit", "delivery", "briefing", "request", "document", "signature")
    ], told
    text_hash, drawing = json.loads(ground.ask(DRAWN))
    assert text_hash.startswith(mark) and drawing["text"] == text_hash
    [stroke] = drawing["strokes"]
    assert len(stroke) > 5 and stroke[0][2] == 0 and stroke[-1][0] - stroke[0][0] == pytest.approx(220, abs=30)


def test_a_word_in_a_round_wants_its_reasons_first(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    go(page, "consent", door)
    asked = page.locator("[data-asked] a")
    if asked.count():
        asked.first.click()
        expect(page.locator("[data-qa=field-choice]")).to_be_visible()
    page.locator("[name=choice][value=disagree]").check()
    save(page)
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    assert violations(page) == []
    page.locator("[name=reasons][value=area]").check()
    explain(page)
    save(page)
    at(page, "household")
    sync(page)
    told = events(ground)
    assert [event[:2] for event in told] == [["consent", "applied"]], told


def test_a_word_is_taken_back_without_a_network_and_both_are_on_record(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    ground.stop()
    try:
        go(page, "consent", door)
        asked = page.locator("[data-asked] a")
        if asked.count():
            asked.first.click()
            expect(page.locator("[data-qa=field-choice]")).to_be_visible()
        page.locator("[name=choice][value=agree]").check()
        explain(page)
        save(page)
        at(page, "household")
        words = page.locator("[data-told]")
        before = words.locator("[data-qa=withdraw]").count()
        words.locator("li", has_text="同意").locator("[data-qa=withdraw]").first.click()
        at(page, "withdraw")
        expect(page.locator("[data-word]")).to_contain_text("同意")
        assert violations(page) == []
        page.locator("[name=given_at]").fill("2020-01-01T09:00")
        save(page)
        expect(page.locator("[data-error-summary]")).to_contain_text("撤回")
        page.locator("[name=reason]").fill("和家人商量后改变主意")
        save(page)
        expect(page.locator("[data-error-summary]")).to_contain_text("撤回时间早于表态时间")
        page.locator("[name=given_at]").fill(page.evaluate(CHINA_NOW))
        save(page)
        at(page, "household")
        expect(words.locator("[data-qa=withdraw]")).to_have_count(before - 1)
    finally:
        ground.start()
    sync(page)
    told = events(ground)
    assert [event[:2] for event in told] == [["consent", "applied"], ["withdraw", "applied"]], told
    go(page, "household", door)
    expect(words.locator("[data-qa=withdraw]")).to_have_count(before - 1)


CHINA_NOW = "() => new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 16)"


def test_two_people_changed_the_same_answer_and_one_chooses_on_the_tablet(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    assert ground.ask(OTHERS, door, ground.people["office"][0]) == "saved"
    go(page, "sheet", door)
    page.locator("#note").fill("我写的")
    page.locator("#floor_note").fill("跃层")
    save(page)
    at(page, "household")
    sync(page)
    page.get_by_role("link", name="逐项选择").click()
    at(page, "conflict")
    dispute = page.locator("[data-qa=dispute]")
    expect(dispute).to_have_count(1)
    for told in ("您填的", "我写的", "服务器上的", "办公室写的", "原来的"):
        expect(dispute).to_contain_text(told)
    page.locator("[data-qa=settle]").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    assert violations(page) == []
    page.locator("[name=choice-0][value=ours]").check()
    page.locator("[data-qa=settle]").click()
    at(page, "household")
    sync(page)
    assert [event[:2] for event in events(ground)] == [["save", "conflict"], ["resolve", "applied"]]
    assert sheet(ground, door)[:3] == ["我写的", "12-3", "跃层"]
    expect(page.locator("[data-qa=item-conflict]")).to_have_count(0)


def test_flats_that_were_knocked_into_one_are_one_cell_of_the_building(page: Page, ground: Field) -> None:
    block, door = ground.ask(JOIN).split()
    enrol(page, ground)
    go(page, "home", block, "8")
    wide, tall = page.locator("td[colspan='2']"), page.locator("td[rowspan='2']")
    expect(wide).to_have_count(1)
    expect(wide).to_contain_text("101、102")
    expect(tall).to_contain_text("201、301")
    apart = page.locator("td", has=page.get_by_role("img", name="打通"))
    expect(apart).to_have_text([re.compile("302"), re.compile("203")])
    assert violations(page) == []
    wide.get_by_role("link").click()
    at(page, "household")
    assert page.url.endswith(door)


@pytest.mark.parametrize("theme", ["light", "sunlight"])
def test_axe_finds_nothing_on_the_pages_of_a_door(page: Page, ground: Field, theme: str) -> None:
    page.add_init_script(f"if (location.protocol === 'http:') localStorage.setItem('theme', '{theme}')")
    enrol(page, ground)
    door = open_door(page)
    found: list[str] = []
    for name in ("sheet", "visit", "briefing", "consent", "request", "delivery", "photo", "sign", "summary"):
        go(page, name, door)
        found += violations(page)
        small = page.evaluate(
            "() => [...document.querySelectorAll('main :is(button, a.button, .tile, .side, input.input, select)')]"
            ".filter(one => one.getClientRects().length && one.getBoundingClientRect().height < 47.5)"
            ".map(one => `${location.hash} ${one.outerHTML.slice(0, 90)}`)"
        )
        found += small
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: something runs out of the page")
    go(page, "read")
    found += violations(page)
    assert not found, "\n".join(found)


def test_a_policy_and_the_own_sheet_are_read_in_large_print_without_a_way_to_others(page: Page, ground: Field) -> None:
    enrol(page, ground)
    door = open_door(page)
    go(page, "summary", door)
    size = "() => parseFloat(getComputedStyle(document.querySelector('.reading')).fontSize)"
    before = page.evaluate(size)
    page.get_by_role("button", name="字大一点").click()
    assert page.evaluate(size) > before
    expect(page.locator("[data-qa=told] dd").first).to_be_visible()
    expect(page.locator("[data-tabs]")).to_be_hidden()
    go(page, "read")
    assert page.evaluate(size) > before, "the size is remembered"
    expect(page.locator("[data-points] li").first).to_be_visible()
    expect(page.locator("[data-tabs]")).to_be_hidden()
