"""The press and its papers: what stands on them, where it stands, and that nothing is ever fetched."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from functools import cache
from multiprocessing import active_children
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import segno
from PIL import Image
from pypdf import PdfReader
from pypdf.generic import IndirectObject
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from exports import pdf
from exports.pdf import AssetMissing, BundledFetcher, Press, press
from survey.domain.sheet import Sheet
from tests.exports import papers

ROOT = Path(__file__).resolve().parents[2]
MM = 72 / 25.4
MAKERS = {"survey-notice": papers.survey_notice, "survey-sheet": papers.survey_sheet,
          "missed-visit": papers.missed_visit, "dossier-cover": papers.dossier_cover}  # fmt: skip


@cache
def one(name: str) -> bytes:
    return press(None).one(name, MAKERS[name]())


def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in reader(data).pages)


def lines_of(data: bytes, page: int, tmp_path: Path) -> list[tuple[float, float, float, float, str]]:
    """The words of a page with their boxes in points: left, top, right, bottom, text."""
    (tmp_path / "paper.pdf").write_bytes(data)
    told = subprocess.run(
        ["pdftotext", "-f", str(page), "-l", str(page), "-bbox", str(tmp_path / "paper.pdf"), "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.findall(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', told)
    return [(float(a), float(b), float(c), float(d), text) for a, b, c, d, text in found]


@pytest.mark.parametrize(("name", "pages", "size"), [
    ("survey-notice", 3, (210, 297)), ("survey-sheet", 4, (210, 297)), ("missed-visit", 1, (210, 148)),
    ("dossier-cover", 3, (210, 297)),
])  # fmt: skip
def test_each_paper_has_its_pages_and_its_size(name: str, pages: int, size: tuple[int, int]) -> None:
    found = reader(one(name))
    assert len(found.pages) == pages
    for page in found.pages:
        assert (round(float(page.mediabox.width) / MM), round(float(page.mediabox.height) / MM)) == size


@pytest.mark.parametrize(("name", "wanted"), [
    ("survey-notice", ["入户调查通知书", "颐园调〔2026〕12号", "张三（3号楼2单元001室）：", "第十五条", "《个人信息保护法》第十七条、第三十条",
                       "工作证号", "不动产权证书", "回执联", "送达人（两人）", "2026年11月22日"]),
    ("survey-sheet", ["一、房屋权属", "二、房屋状况", "三、附属物和装修", "四、家庭人口", "五、租赁、抵押和其他权利限制",
                      "六、意愿和诉求", "七、附图", "八、核对和签字", "379900 012003 GB00001 F00020063", "1/2", "92.51",
                      "调查员一（李建国）", "调查员二（赵晓䶮）", "见证人（与本项目无利害关系）", "鲁（2019）东营市不动产权第"]),
    ("missed-visit", ["未遇告知单", "3号楼2单元501室", "2026年11月22日19时05分", "第2次", "2026年11月25日19时", "120-0000000"]),
    ("dossier-cover", ["户档案", "全宗号", "卷内目录", "卷内备考表", "保管期限", "永久", "立卷人", "检查人", papers.LONG_NAME]),
])  # fmt: skip
def test_each_paper_says_what_it_must(name: str, wanted: list[str]) -> None:
    text = re.sub(r"\s+", "", text_of(one(name)))
    for each in wanted:
        assert re.sub(r"\s+", "", each) in text


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_the_letter_keeps_the_measures_of_gbt_9704(tmp_path: Path) -> None:
    for page in (1, 2):
        words = lines_of(one("survey-notice"), page, tmp_path)
        body = [word for word in words if word[1] < (297 - 35) * MM]
        left, right = min(word[0] for word in body), max(word[2] for word in body)
        assert left >= 28 * MM - 1
        assert right <= (210 - 26) * MM + 1
        assert min(word[1] for word in body) >= 37 * MM - 8
        tops = sorted({round(word[1]) for word in body if word[3] - word[1] > 14})
        steps = {round(b - a, 1) for a, b in zip(tops, tops[1:], strict=False) if 27 < b - a < 31}
        assert steps <= {28.0, 29.0, 30.0}
    lines: dict[int, list[tuple[float, str]]] = {}
    for left, top, _right, _bottom, text in lines_of(one("survey-notice"), 2, tmp_path):
        lines.setdefault(round(top / 6), []).append((left, text))
    texts = ["".join(text for _left, text in sorted(line)) for line in lines.values()]
    assert len(texts) == 23  # 22 lines and the page number
    assert max(len(text) for text in texts) == 28


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_page_numbers_stand_right_on_odd_and_left_on_even_pages_of_each_notice(tmp_path: Path) -> None:
    data = press(None).book("survey-notice", [papers.survey_notice(1), papers.survey_notice(2)])
    assert len(reader(data).pages) == 6
    for page in range(1, 7):
        words = lines_of(data, page, tmp_path)
        foot = sorted(word for word in words if word[1] > (297 - 32) * MM)
        own = (page - 1) % 3 + 1
        assert "".join(word[4] for word in foot) == f"—{own}—"
        middle = (foot[0][0] + foot[-1][2]) / 2
        assert middle > 105 * MM if own % 2 else middle < 105 * MM


@pytest.mark.parametrize("name", MAKERS)
def test_every_paper_is_sound(name: str, tmp_path: Path) -> None:
    check_sound(one(name), tmp_path)


def check_sound(data: bytes, tmp_path: Path) -> None:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    (tmp_path / "paper.pdf").write_bytes(data)
    checked = subprocess.run(
        ["qpdf", "--check", str(tmp_path / "paper.pdf")], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize("name", MAKERS)
def test_all_fonts_are_embedded(name: str) -> None:
    fonts = {font.get_object()["/BaseFont"]: font.get_object() for page in reader(one(name)).pages
             for font in page["/Resources"]["/Font"].values()}  # fmt: skip
    assert fonts
    for font in fonts.values():
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(described)


@pytest.mark.parametrize("name", MAKERS)
def test_rare_characters_and_long_words_stay_on_the_page(name: str, tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "survey-notice": {"addressee": f"{papers.LONG_NAME}、{papers.RARE}", "door": papers.LONG_ADDRESS},
        "survey-sheet": {"sheet": papers.filled(12, papers.LONG_ADDRESS), "door": papers.RARE},
        "missed-visit": {"door": papers.LONG_ADDRESS + papers.RARE},
        "dossier-cover": {"head": papers.LONG_NAME + papers.RARE},
    }[name]
    data = press(None).one(name, MAKERS[name](**values))
    text = re.sub(r"\s+", "", text_of(data))
    for character in papers.RARE:
        assert character in text
    if shutil.which("pdftotext"):
        for page, sheet in enumerate(reader(data).pages, 1):
            for word in lines_of(data, page, tmp_path):
                assert word[0] >= 10 * MM
                assert word[2] <= float(sheet.mediabox.width) - 10 * MM


@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="poppler is not installed")
def test_nothing_is_drawn_in_the_margins(tmp_path: Path) -> None:
    (tmp_path / "paper.pdf").write_bytes(one("survey-sheet"))
    subprocess.run(
        ["pdftoppm", "-r", "50", "-gray", "-png", str(tmp_path / "paper.pdf"), str(tmp_path / "p")], check=True
    )
    for picture in sorted(tmp_path.glob("p-*.png")):
        page = Image.open(picture).convert("L")
        right = page.crop((round(194 / 210 * page.width), 0, page.width, page.height))
        left = page.crop((0, 0, round(26 / 210 * page.width), page.height))
        assert right.getextrema() == left.getextrema() == (255, 255), picture.name


def test_a_blank_form_keeps_rows_for_the_pen() -> None:
    blank = papers.survey_sheet(sheet=Sheet(), version=0, surveyed_on=None, visit_count=0, surveyors=())
    text = text_of(press(None).one("survey-sheet", blank))
    assert "权利人" in text
    assert "None" not in text
    assert len([person for person in blank.people if person is None]) == 5


def test_twelve_people_each_get_a_row() -> None:
    data = press(None).one("survey-sheet", papers.survey_sheet(sheet=papers.filled(12)))
    text = re.sub(r"\s+", "", text_of(data))
    assert "户籍在册12人" in text
    assert "常住11人" in text
    assert text.count("379900********1234") == 12 + 2


def test_health_facts_are_covered_for_who_may_not_read_them() -> None:
    covered = text_of(press(None).one("survey-sheet", papers.survey_sheet(show_tags=False)))
    assert "高龄" not in covered
    assert "不予显示" in covered


def test_a_survey_on_consent_says_so_and_cites_no_duty() -> None:
    office = papers.Office("颐园社区居委会", legal_basis="")
    text = re.sub(r"\s+", "", text_of(press(None).one("survey-notice", papers.survey_notice(office=office))))
    assert "由您自愿参加" in text
    assert "撤回同意" in text
    assert "第十五条" not in text


def test_the_contents_number_pages_until_one_is_not_counted() -> None:
    cover = papers.dossier_cover()
    assert [line.page for line in cover.lines if line] == ["1", "4", "8", ""]
    assert cover.page_count is None
    assert cover.piece_count == 4


# --- sharing a rendering ------------------------------------------------------------------------------------------


ENDLESS = """
from exports.pdf import press
from tests.exports import papers

for _piece in press(None).each("missed-visit", [papers.missed_visit(1)] * 2000, chunk=1, processes=2):
    print("begun", flush=True)
"""


def test_the_processes_of_a_print_end_with_the_one_that_began_them_even_killed() -> None:
    # Each of them holds the other end of this pipe: it can be read to its end once all are gone.
    told, ours = os.pipe()
    with subprocess.Popen([sys.executable, "-c", ENDLESS], stdout=ours, cwd=ROOT) as worker:
        os.close(ours)
        with os.fdopen(told) as reading:
            assert reading.readline() == "begun\n"
            worker.kill()
            over = Thread(target=reading.read, daemon=True)
            over.start()
            over.join(30)
            assert not over.is_alive(), "a process of the print outlived it"


def test_a_book_tells_how_far_it_is_and_is_given_up_at_a_word() -> None:
    notices = [papers.missed_visit(number) for number in range(1, 9)]
    told: list[int] = []
    press(None).book("missed-visit", notices, chunk=2, processes=2, tell=told.append)
    assert sorted(set(told) - {0}) == [2, 4, 6, 8]

    def stop(done: int) -> None:
        if done:
            raise InterruptedError

    for book in (press(None).book, lambda *given, **named: list(press(None).each(*given, **named))):
        with pytest.raises(InterruptedError):
            book("missed-visit", notices, chunk=2, processes=2, tell=stop)
        assert active_children() == []


def test_split_notices_say_the_same_as_single_ones() -> None:
    notices = [papers.missed_visit(number) for number in range(1, 6)]
    pieces = list(press(None).each("missed-visit", notices, chunk=2))
    assert len(pieces) == 5
    assert [text_of(piece) for piece in pieces] == [text_of(press(None).one("missed-visit", each)) for each in notices]


def test_a_notice_of_several_pages_is_split_where_it_ends() -> None:
    notices = [papers.survey_sheet(1), papers.survey_sheet(2, papers.filled(12)), papers.survey_sheet(3, Sheet())]
    pieces = press(None).split("survey-sheet", notices)
    assert [f"YY-00302000{number}" in text_of(piece) for number, piece in enumerate(pieces, 1)] == [True] * 3
    counts = [len(reader(piece).pages) for piece in pieces]
    for piece, count in zip(pieces, counts, strict=True):
        last = re.sub(r"\s+", "", reader(piece).pages[-1].extract_text())
        assert f"第{count}页共{count}页" in last


def test_a_book_of_several_chunks_keeps_the_order() -> None:
    notices = [papers.missed_visit(number) for number in range(1, 6)]
    found = reader(press(None).book("missed-visit", notices, chunk=2))
    assert [re.findall(r"YY-00302\d{4}", page.extract_text())[0] for page in found.pages] == [
        each.dossier_no for each in notices
    ]
    assert found.metadata is not None
    assert found.metadata.title == "未遇告知单"


def test_two_processes_make_the_same_book() -> None:
    notices = [papers.missed_visit(number) for number in range(1, 5)]
    alone = press(None).book("missed-visit", notices, chunk=2)
    together = press(None).book("missed-visit", notices, chunk=2, processes=2)
    assert text_of(together) == text_of(alone)
    assert len(list(press(None).each("missed-visit", notices, chunk=2, processes=2))) == 4


@pytest.mark.parametrize("chunk", [1, 24])
def test_a_two_sided_print_never_puts_two_households_on_one_leaf(chunk: int) -> None:
    notices = [papers.survey_notice(1), papers.survey_notice(2)]
    pages = reader(press(None).book("survey-notice", notices, duplex=True, chunk=chunk)).pages
    starts = [number for number, page in enumerate(pages) if "入户调查通知书" in page.extract_text()[:20]]
    assert starts == [0, 4]


# --- archival files ----------------------------------------------------------------------------------------------


def check_archival(data: bytes) -> None:
    """What PDF/A-2b asks of a file, as far as its structure tells: ISO 19005-2, 6.1.2, 6.1.3, 6.2.3, 6.6.2, 6.6.4."""
    found = reader(data)
    assert data[:9] == b"%PDF-1.7\n"
    assert min(data[10:14]) > 127  # a comment of four bytes that are no text
    assert not found.is_encrypted
    assert len(found.trailer["/ID"]) == 2
    root = found.trailer["/Root"]
    assert {"/JavaScript", "/EmbeddedFiles"}.isdisjoint(root.get("/Names", {}))
    intent = root["/OutputIntents"][0]
    assert intent["/S"] == "/GTS_PDFA1"
    assert intent["/DestOutputProfile"].get_object()["/N"] == 3
    assert isinstance(root.raw_get("/Metadata"), IndirectObject)
    told = root["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="2" pdfaid:conformance="B"' in told
    info = found.metadata
    assert info is not None and info.title and info.producer
    assert f">{info.title}<" in told and f'pdf:Producer="{info.producer}"' in told
    for page in found.pages:
        assert all(each.get_object()["/F"] == 4 for each in page.get("/Annots", []))


def test_every_file_is_archival_also_when_it_was_split_or_bound(tmp_path: Path) -> None:
    notices = [papers.survey_sheet(number) for number in (1, 2)]
    whole = press(None).one("survey-sheet", notices[0])
    bound = press(None).book("survey-sheet", notices, chunk=1, duplex=True)
    for data in (whole, bound, *press(None).split("survey-sheet", notices)):
        check_archival(data)
        check_sound(data, tmp_path)


# --- nothing is fetched -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:9/x.png", "https://example.com/x.css", "file:///etc/passwd", "data:image/png;base64,AAAA",
     "ftp://example.com/x", "asset://print/missing.css", "asset://../pdf.py", "asset://print/../../setup.cfg", "//x/y"],
)  # fmt: skip
def test_the_fetcher_refuses_whatever_is_not_bundled(url: str) -> None:
    fetcher = BundledFetcher({"print/base.css": b""})
    with pytest.raises(AssetMissing):
        fetcher.fetch(url)
    assert fetcher.refused == [url]
    with pytest.raises(AssetMissing):
        fetcher.open(url)


@pytest.mark.parametrize(
    "markup",
    ['<img src="http://127.0.0.1:9/x.png">', '<img src="file:///etc/passwd">', '<img src="missing.png">',
     '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">', '<style>@import "file:///etc/passwd"</style>',
     '<p style="background:url(http://127.0.0.1:9/x.png)">x</p>', '<object data="file:///etc/passwd"></object>',
     '<img src="asset://picture/evil.svg">'],
)  # fmt: skip
def test_a_page_that_asks_for_anything_else_is_not_printed(markup: str) -> None:
    evil = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>'
    fetcher = BundledFetcher({"picture/evil.svg": evil})
    with suppress(FatalURLFetchingError, AssetMissing):
        HTML(string=markup, base_url=pdf.SCHEME, url_fetcher=fetcher).write_pdf()
    with pytest.raises(AssetMissing):
        fetcher.check()


def test_markup_in_a_name_is_printed_as_it_was_written() -> None:
    name = '<img src="http://127.0.0.1:9/x"><script>1</script>'
    text = re.sub(r"\s+", "", text_of(press(None).one("survey-notice", papers.survey_notice(addressee=name))))
    assert re.sub(r"\s+", "", name) in text


def test_a_missing_picture_stops_the_press(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Press(None)
    monkeypatch.setattr(
        fresh, "html", lambda *_a, **_v: '<article id="notice-1"><img src="asset://picture/1"></article>'
    )
    with pytest.raises((FatalURLFetchingError, AssetMissing)):
        fresh.one("missed-visit", papers.missed_visit())
    with pytest.raises((FatalURLFetchingError, AssetMissing)):
        fresh.one("missed-visit", papers.missed_visit(), pictures={"2": b""})
    assert fresh.one("missed-visit", papers.missed_visit(), pictures={"1": pdf.qr_picture("x")})[:5] == b"%PDF-"


# --- fonts --------------------------------------------------------------------------------------------------------


def test_harfbuzz_subset_is_there() -> None:
    assert pdf.has_fast_subsetting()


def test_an_office_drops_its_own_fonts_into_a_folder(tmp_path: Path) -> None:
    dejavu = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
    if not dejavu.exists():
        pytest.skip("no font to copy")
    (tmp_path / "小标宋.ttf").write_bytes(dejavu.read_bytes())
    (tmp_path / "broken.ttf").write_bytes(b"no font")
    (tmp_path / "readme.txt").write_text("not a font")
    own = Press(tmp_path)
    assert [(font.families, font.role) for font in own.fonts] == [(("DejaVu Serif",), "小标宋")]
    assert pdf.face_of("小标宋", own.fonts) == "小标宋"
    assert "小标宋" not in own.missing_faces()
    notice = papers.missed_visit(project="ABC")
    names = {str(font.get_object()["/BaseFont"]) for page in reader(own.one("missed-visit", notice)).pages
             for font in page["/Resources"]["/Font"].values()}  # fmt: skip
    assert names
    sheet = pdf.font_sheet(own.fonts)
    assert '@font-face{font-family:"小标宋"' in sheet
    assert '.title{font-family:"小标宋"' in sheet


def test_a_title_without_its_face_is_set_bold_and_with_it_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "installed_families", lambda: frozenset({"Noto Serif CJK SC"}))
    assert "font-weight:bold" in pdf.font_sheet([])
    monkeypatch.setattr(pdf, "installed_families", lambda: frozenset({"方正小标宋简体"}))
    assert "font-weight:bold" not in pdf.font_sheet([])
    assert Press(None).missing_faces() == ["仿宋", "楷体", "黑体"]


def test_a_character_that_no_font_has_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "installed_characters", lambda: ((0x20, 0x7E), (0x4E00, 0x9FFF)))
    fresh = Press(None)
    assert fresh.undrawable("张三 A\u3000\U000e0100\n") == ""
    assert fresh.undrawable("张㛃𬭚㛃") == "㛃𬭚"
    monkeypatch.setattr(pdf, "installed_characters", lambda: ())
    assert Press(None).undrawable("㛃") == "", "nobody can be asked: nobody is warned for nothing"


def test_the_fonts_of_the_machine_draw_the_rare_characters_of_the_field() -> None:
    assert press(None).undrawable(papers.RARE + papers.LONG_NAME) == ""


def test_an_offices_own_font_counts_among_the_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dejavu = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
    if not dejavu.exists():
        pytest.skip("no font to copy")
    (tmp_path / "仿宋.ttf").write_bytes(dejavu.read_bytes())
    monkeypatch.setattr(pdf, "installed_characters", lambda: ((0x20, 0x7E),))
    assert Press(tmp_path).undrawable("Ω张") == "张"


def test_without_fc_list_the_general_fallback_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    pdf.installed_families.cache_clear()
    pdf.installed_characters.cache_clear()
    assert pdf.installed_families() == frozenset()
    assert pdf.installed_characters() == ()
    pdf.installed_families.cache_clear()
    pdf.installed_characters.cache_clear()


def test_the_qr_code_carries_the_dossier_number() -> None:
    picture = Image.open(io.BytesIO(BundledFetcher({}).fetch("asset://qr/YY-003020001").read()))
    wanted = [
        [not dark for dark in row] for row in segno.make("YY-003020001", error="m", micro=False).matrix_iter(border=2)
    ]
    found = [[bool(picture.getpixel((4 * x + 1, 4 * y + 1))) for x in range(len(wanted))] for y in range(len(wanted))]
    assert found == wanted
    assert picture.size == (4 * len(wanted), 4 * len(wanted))


def test_a_qr_code_is_printed_dot_for_dot() -> None:
    """PDF/A forbids to ask for smoothing (ISO 19005-2, 6.2.8.1); the picture may stand on a page several times."""
    pictures = [
        each.get_object()
        for page in reader(one("missed-visit")).pages
        for each in page["/Resources"]["/XObject"].values()
        if each.get_object()["/Subtype"] == "/Image"
    ]
    assert len(pictures) == 1
    assert pictures[0]["/Interpolate"] is not True and str(pictures[0]["/Interpolate"]) in ("False", "false")
    assert pictures[0]["/ColorSpace"] == "/DeviceGray"
