"""Wordings in the process that checks and prints them: what is refused, what is printed, and that the one who asks goes on."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import segno
from click.testing import CliRunner
from flask import Flask
from PIL import Image
from pypdf import PdfReader

from exports import wording
from exports.ledgers import heading_of
from exports.notices.sample import DAY, LONG, sample
from exports.notices.stamp import Stamp
from exports.printing import lay_out, pack, read_print, reserve
from exports.view import view_of
from exports.wording import WordingPress, built_in, check_wording, preview_wording
from survey.cli import ruhu
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.message import MESSAGES
from survey.models import Project, db, utc_now
from survey.services.wording import enable_wording, save_wording
from tests import factories
from tests.exports.test_pdf import check_archival, check_sound

NAME = "survey-notice"
PLACE = '<h2 class="hei">一、调查时间</h2>'
LINE = built_in(NAME).splitlines().index(PLACE) + 2


def with_text(text: str, name: str = NAME, place: str = PLACE) -> str:
    """Our wording with something more in the line after its first heading."""
    source = built_in(name)
    assert place in source
    return source.replace(place, f"{place}\n{text}", 1)


def text_of(data: bytes) -> str:
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def refusal(source: str, name: str = NAME) -> tuple[str, object]:
    with pytest.raises(DomainError) as refused:
        check_wording(name, source)
    assert refused.value.field == "source"
    return refused.value.code, refused.value.params["line"]


# One of each sheet of styles: a letter, a form, the card, the cover. The sandbox's tests see all of them.
@pytest.mark.parametrize("name", ["survey-notice", "service-receipt", "missed-visit", "dossier-cover"])
def test_the_built_in_wording_passes_its_own_check(name: str) -> None:
    check_wording(name, built_in(name))


@pytest.mark.parametrize(("text", "code", "line"), [
    ('<img src="file:///etc/passwd">', "wording.address", LINE),
    ('<img src="http://127.0.0.1:9/x.png">', "wording.address", LINE),
    ("<img src='data:image/png;base64,AAAA'>", "wording.address", LINE),
    ('<style>@import "http://127.0.0.1:9/x.css";</style>', "wording.address", LINE),
    ("<p style=\"background: url('//127.0.0.1:9/x')\">x</p>", "wording.address", LINE),
    ('<link rel="attachment" href="file:///etc/passwd">', "wording.address", LINE),
    ('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
     "wording.address", LINE),
    ("<style>@font-face { font-family: x; src: url(file:///etc/passwd) } p { font-family: x }</style>", "wording.address", LINE),
    ("<style>article { display: none }</style>", "wording.lost_notices", 0),
    ("<style>@page letter { @bottom-right { content: none } }</style>", "wording.lost_page_number", 0),
    ("<div>" * 3000, "wording.too_deep", 0),
    ("<style>@page letter { size: 60mm 80mm; margin: 5mm } .letter { font-size: 1pt }</style>", "wording.page_size", 0),
    ("<style>@page letter { size: 841mm 1189mm }</style>", "wording.page_size", 0),
    ("<style>@page letter { bleed: 50mm }</style>", "wording.page_size", 0),
    ('<img src="asset://qr/https%3A%2F%2Felsewhere.invalid">', "wording.other_qr", LINE),
    ("{% if notice.stamp %}<img src=\"{{ ('x' ~ notice.stamp.link)|qr }}\">{% endif %}", "wording.other_qr", 0),
    ("<p style=\"content: url('asset://qr/x'); background: url('asset://qr/x')\">x</p>", "wording.other_qr", LINE),
])  # fmt: skip
def test_what_reaches_out_or_hides_what_must_be_seen_is_refused(text: str, code: str, line: int) -> None:
    assert refusal(with_text(text)) == (code, line)


def test_a_letter_without_its_number_is_refused() -> None:
    source = built_in(NAME).replace('{{ letter_head(notice, "入户调查通知书") }}', "<h1>入户调查通知书</h1>")
    assert refusal(re.sub(r"\{% if notice.document_no %\}.*?\{% endif %\}", "", source)) == ("wording.lost_number", 0)


def test_a_letter_of_which_only_the_receipt_names_the_number_is_refused() -> None:
    source = built_in(NAME).replace('{{ letter_head(notice, "入户调查通知书") }}', "")
    assert refusal(source) == ("wording.lost_number", 0)


def test_a_paper_without_its_title_is_refused() -> None:
    source = built_in("pledge")
    assert "承诺书" in source
    with pytest.raises(DomainError) as refused:
        check_wording("pledge", re.sub(r"承诺书", "保证", source))
    assert refused.value.code == "wording.lost_title"


def test_a_fault_that_only_some_papers_meet_names_the_sample() -> None:
    with pytest.raises(DomainError) as refused:
        check_wording(NAME, with_text("{{ notice.stamp.code }}"))
    assert (refused.value.code, refused.value.params["line"]) == ("wording.no_value", LINE)
    assert refused.value.params["sample"] == "只有必有的内容"


@pytest.mark.parametrize(("text", "codes"), [
    ("{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}", {("wording.too_slow", LINE)}),
    ("{% macro a(x) %}{{ a(x ~ x) }}{% endmacro %}{{ a('xxxxxxxx') }}", {("wording.too_much", LINE)}),
    ("{% for a in range(90000) %}<p>字</p>{% endfor %}", {("wording.too_slow", 0), ("wording.too_much", 0)}),
    ('<table><tr><td colspan="99999999">x</td></tr></table>', {("wording.too_slow", 0), ("wording.too_much", 0)}),
])  # fmt: skip
def test_what_never_ends_or_eats_memory_is_stopped_and_the_next_one_is_checked(
    text: str, codes: set[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "CHECK_SECONDS", 6)
    assert refusal(with_text(text)) in codes
    monkeypatch.undo()
    check_wording("missed-visit", built_in("missed-visit"))


def test_too_long_a_text_is_refused_before_anything_is_started() -> None:
    assert refusal("x" * (wording.LONGEST + 1)) == ("wording.too_large", 0)


def test_a_preview_is_a_sample_marked_on_each_page() -> None:
    data = preview_wording(NAME, with_text("<p>周末也可以预约。</p>"), "full")
    pages = [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) == 3
    assert all("样张" in text for text in pages)
    assert "周末也可以预约。" in pages[0]


def test_a_book_in_the_office_s_words_is_bound_and_split_as_ours_is() -> None:
    own = WordingPress(with_text("<p>周末也可以预约。</p>"), None)
    papers: list[Any] = [replace(sample(NAME), dossier_no=f"YY-00302{number:04d}") for number in range(50)]
    each = [*own.each(NAME, papers[:3])]
    assert [f"YY-00302{number:04d}" in text_of(data) for number, data in enumerate(each)] == [True] * 3
    assert all(len(PdfReader(io.BytesIO(data)).pages) == 3 for data in each)
    bound = PdfReader(io.BytesIO(own.book(NAME, papers, duplex=True, processes=2)))
    assert len(bound.pages) == 200  # three pages and a blank one each, in two children
    assert "周末也可以预约。" in re.sub(r"\s+", "", bound.pages[196].extract_text())


def stamp(number: int) -> Stamp:
    return Stamp(f"颐园调〔2026〕{number}号", DAY, f"https://ruhu.invalid/n/{number:022d}", f"000{number}-ABCD")


def paper(number: int, **values: Any) -> Any:
    """A paper of a household with a number and a stamp of its own."""
    return replace(sample(NAME), dossier_no=f"YY-00302{number:04d}", stamp=stamp(number), **values)


def shows_seal(data: bytes, page: int, seal: Stamp, folder: Path) -> bool:
    """Whether the QR in the corner of a page, as a printer prints it, is the stamp's, module for module, and the code is below."""
    (folder / "a.pdf").write_bytes(data)
    dots = 20  # of a millimetre
    told = [
        "-r",
        str(dots * 25.4),
        "-f",
        str(page + 1),
        "-l",
        str(page + 1),
        "-x",
        "0",
        "-y",
        "0",
        "-W",
        "600",
        "-H",
        "600",
    ]
    subprocess.run(["pdftoppm", "-png", "-singlefile", *told, folder / "a.pdf", folder / "a"], check=True)
    picture = Image.open(folder / "a.png").convert("L")
    modules = [*segno.make(seal.link, error="m", micro=False).matrix_iter(border=2)]
    step = 14 * dots / len(modules)
    seen = [
        [
            picture.getpixel((int(8 * dots + (column + 0.5) * step), int(4 * dots + (row + 0.5) * step))) < 128
            for column in range(len(modules))
        ]
        for row in range(len(modules))
    ]  # fmt: skip
    text = PdfReader(io.BytesIO(data)).pages[page].extract_text()
    return seen == [[bool(each) for each in row] for row in modules] and seal.code in text


@pytest.mark.parametrize("text", [
    "<style>.genuine { display: none }</style>",
    "<style>.genuine, .genuine img, .seal { opacity: 0 !important; transform: scale(.01); visibility: hidden }</style>",
    "<style>@page letter { @top-left-corner { content: none } }</style>",
    "<style>html, body { opacity: 0; color: white }</style>",
    "<style>html { transform: translate(150mm, 150mm); clip-path: inset(99%); overflow: hidden; height: 1mm }</style>",
    '<div style="position: fixed; left: -28mm; top: -37mm; width: 210mm; height: 297mm; background: black; z-index: 2147483647"></div>',
    "<style>@page letter { background: black; @top-left-corner { content: ''; background: red; z-index: 99 } }</style>",
    "<style>article.notice { break-before: auto !important; break-after: avoid !important }</style>",
    '</article><article class="notice" id="notice-2"><p>x</p></article><article class="notice" id="notice-3">',
    '</article><div style="display: flex; position: absolute">',
    "{% if notice.dossier_no != 'YY-003020001' %}<style>.genuine { display: none }</style>{% endif %}<!--",
])  # fmt: skip
def test_whatever_a_wording_does_each_page_of_a_paper_carries_its_own_qr_and_code(text: str, tmp_path: Path) -> None:
    own = WordingPress(with_text(text), None)
    each = [*own.each(NAME, [paper(1), paper(2)])]
    assert len(each) == 2
    for number, data in enumerate(each, 1):
        pages = PdfReader(io.BytesIO(data)).pages
        assert len(pages) >= 1
        assert all(shows_seal(data, page, stamp(number), tmp_path) for page in range(len(pages)))
        assert stamp(3 - number).code not in text_of(data)


def test_no_paper_reads_the_values_of_another() -> None:
    """Also not one that the check would refuse: `save_wording` is not the only way into a database."""
    source = with_text("", place=PLACE).replace(
        "{% block notice %}",
        "{% set notices = notices + notices %}{% block notice %}{% for each in notices %}{{ each.addressee }}{% endfor %}",
    )
    papers = [paper(1, addressee="甲某某"), paper(2, addressee="乙某某")]
    for data, other in zip(WordingPress(source, None).each(NAME, papers), ("乙某某", "甲某某"), strict=True):
        assert other not in text_of(data)


def test_an_own_card_carries_our_stamp_and_keeps_its_own(tmp_path: Path) -> None:
    card = replace(sample("missed-visit"), stamp=stamp(5))
    data = WordingPress(built_in("missed-visit"), None).book("missed-visit", [card, card], duplex=True)
    pages = PdfReader(io.BytesIO(data)).pages
    assert [page.extract_text().count(stamp(5).code) for page in pages] == [2, 0, 2]
    assert len({tuple(map(round, page.mediabox)) for page in pages}) == 1
    assert shows_seal(data, 2, stamp(5), tmp_path)


def test_own_papers_are_archival_files_with_nothing_that_lies_above_the_page(tmp_path: Path) -> None:
    text = '<a href="https://elsewhere.invalid">x</a><a href="#end">y</a><p id="end" style="bookmark-level: 1">z</p>'
    source = with_text(f'{text}<input name="a" style="appearance: auto">')
    own = WordingPress(source, None)
    for data in (own.book(NAME, [paper(1), paper(2)], duplex=True), *own.each(NAME, [paper(1), paper(2)])):
        check_archival(data)
        check_sound(data, tmp_path)
        assert not any(page.get("/Annots") for page in PdfReader(io.BytesIO(data)).pages)


def test_values_of_a_household_are_not_in_the_fault_of_a_print() -> None:
    """The fault of a job is kept in clear."""
    for text in ("{{ notice[notice.addressee] }}", "{{ notice.addressee|int + notice.addressee }}", "{{ '%d'|format(notice.addressee) }}",
                 "{{ (notice.addressee ~ 'x')|qr }}<img src='{{ notice.addressee }}'>"):  # fmt: skip
        with pytest.raises(DomainError) as refused:
            WordingPress(with_text(text), None).book(NAME, [paper(1, addressee="秘密")])
        assert "秘密" not in repr(refused.value.params)
        assert refused.value.code.startswith("wording.")
        assert sentence_of_code(refused.value)


def sentence_of_code(error: DomainError) -> str:
    return MESSAGES[error.code].format(**error.params)


def test_checks_and_previews_take_turns_and_nobody_waits_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "TURN_SECONDS", 0.01)
    with wording.TURN:
        for ask in (lambda: check_wording(NAME, built_in(NAME)), lambda: preview_wording(NAME, built_in(NAME), "full")):
            with pytest.raises(DomainError, match=r"wording\.busy"):
                ask()
    with pytest.raises(DomainError, match=r"wording\.unknown_name"):
        check_wording(NAME, with_text("{{ notice.x }}"))
    preview_wording("missed-visit", built_in("missed-visit"), "bare")  # what was refused gave its turn back


def test_too_many_lines_are_refused_before_anything_is_started() -> None:
    assert refusal("\n" * (wording.MOST_LINES + 1)) == ("wording.too_many_lines", 0)


def test_what_passed_with_samples_and_fails_with_a_household_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    sly = "{% if '秘密' in notice.addressee %}{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}{% endif %}"
    check_wording(NAME, with_text(sly))
    monkeypatch.setattr(wording, "PRINT_SECONDS", 6)
    own = WordingPress(with_text(sly), None)
    with pytest.raises(DomainError, match=r"wording\.too_slow"):
        own.book(NAME, [replace(sample(NAME), addressee="秘密")])
    assert own.book(NAME, [sample(NAME)]).startswith(b"%PDF")


def test_the_child_has_neither_keys_nor_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is started with an environment of its own: what it does not have, no wording can find."""
    monkeypatch.setenv("RUHU_KEYS", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "sqlite:///nowhere")
    seen: dict[str, Any] = {}
    begin = subprocess.Popen
    monkeypatch.setattr(
        "exports.child.subprocess.Popen", lambda *told, **named: seen.update(named) or begin(*told, **named)
    )
    preview_wording("missed-visit", built_in("missed-visit"), "full")
    assert not {"RUHU_KEYS", "DATABASE_URL", "SECRET_KEY"} & set(seen["env"])


def test_the_long_sample_of_a_notice_is_longer_than_the_full_one() -> None:
    assert set(LONG) < {*LONG, "privacy-consent"}
    for name in ("dossier-cover", "survey-posting", "objection-reply"):
        assert len(repr(sample(name, "long"))) > len(repr(sample(name)))


def test_page_command_and_job_print_with_the_version_in_use(
    app: Flask, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey.create_app", lambda: app)
    office = factories.member(project, Role.OFFICE, "王敏")
    homes = [factories.household(project, f"3-2-50{number}", factories.sheet()) for number in (1, 2)]
    row = save_wording(
        actor=office, project=project, notice="missed-visit", note="改约",
        source=built_in("missed-visit").replace("请来电另约", "请扫码改约"),
    )  # fmt: skip
    enable_wording(actor=office, wording=row)
    db.session.commit()
    reading = read_print("missed-visit", project=project, view=view_of(project, office), now=utc_now())
    stamps = reserve(reading, actor=office, project=project, now=utc_now(), base="").stamps
    db.session.commit()
    assert text_of(lay_out(reading, stamps).pdf).count("请扫码改约") == 2
    target = io.BytesIO()
    heading = heading_of(project, utc_now(), reading.snapshot, "王敏")
    pack(reading, stamps, heading, target, each=True)
    with ZipFile(target) as parcel:
        papers = [parcel.read(name) for name in parcel.namelist() if name.endswith(".pdf")]
    assert ["请扫码改约" in text_of(paper) for paper in papers] == [True] * len(homes)
    db.session.commit()  # the command has a session of its own
    done = CliRunner().invoke(ruhu, ["notice", "missed-visit", "--project", "YY", "--out", str(tmp_path / "a.pdf")])
    assert done.exit_code == 0, done.output
    assert text_of((tmp_path / "a.pdf").read_bytes()).count("请扫码改约") == 2
