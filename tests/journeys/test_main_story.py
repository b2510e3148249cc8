"""One household from the office's Excel file to the ledger and the signed paper, told in a browser.

import → preview → commit → assign → visit and survey on a tablet → submit (an error, then a warning with its reason) →
returned → submitted again → passed → approved → policy, briefing → consent → ledger and notice, opened again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from tests import factories
from tests.journeys.live import Live, Watch, context_of, ready, sign_in

DOOR = "1-1-101"
OWNER, WIFE = "魏䶮", "王淑珍"  # a rare character; the roster has it
WIFE_ID = factories.id_no(7, factories.date(1960, 3, 8), male=False)
RETURN_REASON = "实测面积比证载多出七平方米，请写明是怎样测的"
NOTE = "女儿在外地，周末回来"
MEASURED_BY = "住户封闭了阳台，测绘单位按外墙量得"
POINTS = ("改造范围与时间安排", "货币补偿与产权调换怎样选")


@pytest.fixture
def people(browser: Browser, office: Live, watch: Watch) -> Iterator[dict[str, Page]]:
    """A signed-in page each: the office at a desk, the leader, and the surveyor with a tablet."""
    sizes = {"office": (1280, 900), "leader": (1280, 900), "surveyor": (800, 1280)}
    contexts: list[BrowserContext] = []
    pages = {}
    for who, (width, height) in sizes.items():
        contexts.append(context_of(browser, office, watch, width=width, height=height))
        pages[who] = sign_in(contexts[-1], office, who)
    yield pages
    for context in contexts:
        context.close()


def go(page: Page, where: str) -> None:
    """Follow a link of the main navigation."""
    page.get_by_role("navigation", name="主导航").get_by_role("link", name=where, exact=True).click()
    expect(page.get_by_role("navigation", name="主导航").locator("[aria-current=page]")).to_have_text(where)
    ready(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def open_dossier(page: Page) -> None:
    """By the search box, as everybody does."""
    page.get_by_label("查找住户").fill(DOOR)
    page.keyboard.press("Enter")
    page.locator("[data-qa=search-hit]").filter(has_text=DOOR).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("101")
    ready(page)


def take_step(page: Page, step: str, reason: str = "") -> None:
    """Press a step of the dossier, say why, and confirm."""
    page.locator(f"[data-dialog={step}]").click()
    dialog = page.locator(f"dialog#{step}")
    if reason:
        dialog.locator("textarea").fill(reason)
    dialog.locator("button[type=submit]").click()
    expect(page.locator(".flashes .tone-good")).to_be_visible()


def said(form: Page, name: str) -> str:
    return form.locator(f"#sheet [name={name}]").input_value()


def tile(page: Page, name: str, value: str) -> None:
    """Choose an answer by touching its tile."""
    page.locator(f"label.tile:has(> [name={name}][value='{value}'])").click()


def download(page: Page, button: str) -> bytes:
    """What a press of the button brings, as a file."""
    with page.expect_download() as started:
        page.locator(button).click()
    return Path(started.value.path()).read_bytes()


def test_a_household_from_the_roster_to_the_ledger(people: dict[str, Page], data: Path) -> None:
    office, surveyor, leader = people["office"], people["surveyor"], people["leader"]
    import_roster(office, data)
    assign(office)
    publish_policy_and_open_round(office)
    dossier_no = survey(surveyor)
    return_and_pass(leader, surveyor)
    approve(office)
    brief_and_consent(surveyor)
    check_ledger(office, dossier_no)
    check_notice(office, dossier_no)


def import_roster(office: Page, data: Path) -> None:
    go(office, "花名册导入")
    office.locator("input[type=file]").set_input_files(data / "roster_standard.xlsx")
    office.locator("[data-qa=upload]").click()
    counts = office.locator("[data-qa=counts]")
    expect(counts).to_contain_text(re.compile(r"花名册\s*1679\s*户\s*新增\s*1679"))
    expect(office.locator("[data-qa=row]").first).to_contain_text(f"{DOOR}")
    expect(office.locator("[data-qa=row]").first).to_contain_text(OWNER)
    office.locator("[data-qa=commit]").click()
    expect(office.locator("[data-qa=done]")).to_contain_text("新增 1679 户")


def assign(office: Page) -> None:
    go(office, "分配")
    row = office.locator("[data-qa=assignment]").filter(has=office.get_by_role("link", name="1号楼", exact=True))
    expect(row).to_contain_text("未分配")
    row.get_by_role("link", name="分配").click()
    office.get_by_label("王建国").check()
    office.get_by_label("李秀兰").check()
    office.locator("select[name=team]").select_option(label="第一组")
    press(office, "保存分配")
    expect(row).not_to_contain_text("未分配")
    for name in ("王建国", "李秀兰"):
        expect(row).to_contain_text(name)


def publish_policy_and_open_round(office: Page) -> None:
    go(office, "政策")
    office.get_by_role("link", name="新建政策").click()
    office.locator("[name=title]").fill("颐园小区改造补偿安置方案")
    office.locator("[name=points]").fill("\n".join(POINTS))
    office.locator("[name=text]").fill(
        "一、改造范围\n颐园小区全部住宅楼。\n\n二、补偿方式\n货币补偿或者产权调换，由住户选择。"
    )
    press(office, "保存草稿")
    office.locator("[data-qa=publish]").click()
    press(office, "发布第 1 版")
    expect(office.get_by_text("现行第 1 版").first).to_be_visible()

    go(office, "征询")
    office.get_by_role("link", name="开始一轮征询").click()
    tile(office, "kind", "sounding")
    office.locator("[name=title]").fill("摸底意愿征询")
    office.locator("[name=question]").fill("您是否同意对颐园小区实施改造？")
    press(office, "开始征询")
    expect(office.get_by_role("heading", level=1)).to_have_text("摸底意愿征询")


def survey(surveyor: Page) -> str:
    """Visit, fill in, submit; the dossier's number."""
    go(surveyor, "今天")
    door = surveyor.locator("[data-qa=door]").filter(has_text=DOOR)
    expect(surveyor.locator("[data-qa=group-unreached]")).to_contain_text(DOOR)
    door.get_by_role("link", name="入户").click()
    tile(surveyor, "result", "done")
    surveyor.locator("[name=surveyor_2]").select_option(label="李秀兰")
    if surveyor.locator("[name=hours_reason]").count():
        surveyor.locator("[name=hours_reason]").fill("住户白天上班，约在这个时间")
    surveyor.locator("[data-qa=save]").click()
    surveyor.locator("[data-qa=next]").get_by_role("link", name="填写调查表").click()
    ready(surveyor)
    fill_sheet(surveyor)
    return submit_with_an_error_then_a_warning(surveyor)


def fill_sheet(page: Page) -> None:
    """Only what the roster did not know. What need not be asked is not on the page."""
    assert said(page, "address") == "1号楼1单元101室"
    rent = page.locator("[name=rent_yuan_month]")
    expect(rent).to_be_hidden()
    tile(page, "lease_status", "rented")
    expect(rent).to_be_visible()
    tile(page, "lease_status", "owner_lives")
    expect(rent).to_be_hidden()

    share = page.locator("[name=persons-0-share_num]")
    expect(share).to_be_hidden()
    tile(page, "coown_type", "2")
    expect(share).to_be_visible()
    for name in ("mortgage", "seizure"):
        tile(page, name, "no")
    tile(page, "only_home", "yes")
    page.locator("[name=parts-0-area_meas_m2]").fill("120.50")
    for name in ("use_approved", "use_actual"):
        page.locator(f"[name=parts-0-{name}]").select_option(label="成套住宅")
    tile(page, "persons-0-roles", "resident")
    tile(page, "persons-0-hukou_here", "yes")
    tile(page, "persons-0-lives_here", "yes")
    share.fill("1")
    page.locator("[name=persons-0-share_den]").fill("2")

    page.locator("[data-qa=add-persons]").click()
    page.keyboard.type(WIFE)  # the new row has the focus
    tile(page, "persons-1-roles", "owner")
    tile(page, "persons-1-roles", "resident")
    page.locator("[name=persons-1-id_type]").select_option(label="居民身份证")
    page.locator("[name=persons-1-id_no]").press_sequentially(WIFE_ID)
    page.keyboard.press("Tab")
    expect(page.locator("[name=persons-1-birth_date]")).to_have_value("1960-03-08")
    expect(page.locator("[name=persons-1-sex][value='2']")).to_be_checked()
    page.locator("[name=persons-1-phone]").fill("12012345678")
    tile(page, "persons-1-hukou_here", "yes")
    tile(page, "persons-1-lives_here", "yes")
    page.locator("[name=persons-1-share_num]").fill("1")
    page.locator("[name=persons-1-share_den]").fill("3")
    tile(page, "renewal_will", "agree")
    tile(page, "comp_mode", "swap")
    with page.expect_response(lambda told: "/draft" in told.url and NOTE in (told.request.post_data or "")):
        page.locator("[name=note]").fill("")
        page.locator("[name=note]").press_sequentially(NOTE)

    # It is kept while it is typed: the page may be closed at any time.
    expect(page.locator("[data-save-state]")).to_contain_text("已自动保存")
    page.reload()
    ready(page)
    expect(page.locator("[data-qa=draft]")).to_be_visible()
    assert said(page, "note") == NOTE
    assert said(page, "persons-1-full_name") == WIFE


def submit_with_an_error_then_a_warning(page: Page) -> str:
    submit = page.locator("[data-qa=submit]")
    submit.click()
    summary = page.locator("[data-qa=error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("份额")
    summary.get_by_role("link").filter(has_text="份额").first.click()
    denominator = page.locator("[name=persons-1-share_den]")
    expect(denominator).to_be_visible()
    denominator.fill("2")
    reason = page.locator("[data-qa=warning]").filter(has_text="120.50").locator("input[type=text], textarea")
    expect(reason).to_be_visible()
    reason.fill("阳台封闭")
    submit.click()
    expect(page.locator("main .title-line")).to_contain_text("已提交")
    number = page.locator("[data-qa=dossier-no]").inner_text()
    assert re.fullmatch(r"YY\S+", number)
    return number


def return_and_pass(leader: Page, surveyor: Page) -> None:
    open_dossier(leader)
    take_step(leader, "group_return", RETURN_REASON)
    go(surveyor, "今天")
    row = surveyor.locator("[data-qa=group-returned] [data-qa=door]").filter(has_text=DOOR)
    expect(row).to_contain_text(RETURN_REASON)
    row.get_by_role("link", name="填表").click()
    ready(surveyor)
    reason = surveyor.locator("[data-qa=warning]").filter(has_text="120.50").locator("input[type=text], textarea")
    reason.fill(MEASURED_BY)
    surveyor.locator("[data-qa=submit]").click()
    expect(surveyor.locator("main .title-line")).to_contain_text("已提交")
    open_dossier(leader)
    expect(leader.locator("main")).to_contain_text(MEASURED_BY)
    take_step(leader, "group_pass")


def approve(office: Page) -> None:
    open_dossier(office)
    take_step(office, "approve")
    expect(office.locator("main .title-line")).to_contain_text("项目办通过")
    story = office.locator("#story")
    expect(story).to_contain_text(RETURN_REASON)
    expect(story).to_contain_text("份额分母")


def brief_and_consent(surveyor: Page) -> None:
    open_dossier(surveyor)
    surveyor.locator("[data-qa=actions]").get_by_role("link", name="政策宣讲").click()
    for point in POINTS:
        surveyor.get_by_label(point).check()
    tile(surveyor, "understood", "yes")
    surveyor.locator("[name=recipient]").fill(OWNER)
    tile(surveyor, "form", "at_home")
    surveyor.locator("[data-qa=save]").click()
    expect(surveyor.locator("main")).to_contain_text("第 1 版")

    for name in (OWNER, WIFE):
        open_dossier(surveyor)
        surveyor.locator("[data-qa=actions]").get_by_role("link", name="意愿表态").click()
        ready(surveyor)
        if surveyor.locator("[data-qa=voice]").count():
            surveyor.locator("[data-qa=voice]").filter(has_text=name).locator("[data-qa=record]").click()
        tile(surveyor, "choice", "agree")
        tile(surveyor, "channel", "in_person")
        surveyor.locator("[data-qa=save]").click()
        expect(surveyor.locator("[data-qa=voice]").filter(has_text=name)).to_contain_text("同意")
    expect(surveyor.locator(".standing")).to_contain_text("同意")


def check_ledger(office: Page, dossier_no: str) -> None:
    """The register as Excel has it: what was typed stands in the household's row, numbers masked and texts."""
    go(office, "台账")
    office.locator("[data-qa=open-register]").click()
    expect(office.locator("main")).to_contain_text(dossier_no)
    book = load_workbook(BytesIO(download(office, "[data-qa=export]")))
    first = book.worksheets[0]
    rows = {
        str(cell.value): row
        for row in first.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value.startswith("YY")
    }
    assert len(rows) == 1679
    cells = {cell.coordinate: cell.value for cell in rows[dossier_no]}
    values = list(cells.values())
    assert f"{OWNER}、{WIFE}" in values
    assert 113.21 in values and 120.5 in values
    assert "项目办通过" in values
    assert "同意" in values
    assert "产权调换" in values
    text = " ".join(str(value) for value in values)
    assert WIFE_ID not in text and "12012345678" not in text and "5678" in text, "numbers are masked"
    people = [
        [cell.value for cell in row] for row in book["家庭成员"].iter_rows() if dossier_no in [c.value for c in row]
    ]
    assert sorted(name for row in people for name in (OWNER, WIFE) if name in row) == sorted((OWNER, WIFE))


def check_notice(office: Page, dossier_no: str) -> None:
    """The survey form on paper: a PDF that says what was typed."""
    open_dossier(office)
    office.locator("[data-qa=actions]").get_by_role("link", name="打印文书").click()
    reader = PdfReader(BytesIO(download(office, "[data-qa=print-survey-sheet] button.button-primary")))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))
    for words in (dossier_no, WIFE, "120.50", "产权调换", "1/2"):
        assert words in text, words
