"""Wordings in the process that checks and prints them: what is refused, what is printed, and that the one who asks goes on."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner
from flask import Flask
from pypdf import PdfReader

from exports import wording
from exports.ledgers import heading_of
from exports.notices.sample import LONG, sample
from exports.printing import issue, lay_out, pack, read_print
from exports.view import view_of
from exports.wording import WordingPress, built_in, check_wording, preview_wording
from survey.cli import ruhu
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.models import Project, db, utc_now
from survey.services.wording import enable_wording, save_wording
from tests import factories

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
    ('<p id="notice-7">x</p>', "wording.lost_notices", 0),
    ("<style>.genuine { display: none }</style>", "wording.lost_qr", 0),
    ("<style>.genuine { visibility: hidden }</style>", "wording.lost_qr", 0),
    ("<style>.genuine img { width: 5mm; height: 5mm }</style>", "wording.lost_qr", 0),
    ("<style>.genuine img { margin-left: -300mm }</style>", "wording.lost_qr", 0),
    ("<style>@page letter { @top-left-corner { content: none } }</style>", "wording.lost_qr", 0),
    ("<style>@page letter { @bottom-right { content: none } }</style>", "wording.lost_page_number", 0),
    ("<div>" * 3000, "wording.too_deep", 0),
])  # fmt: skip
def test_what_reaches_out_or_hides_what_must_be_seen_is_refused(text: str, code: str, line: int) -> None:
    assert refusal(with_text(text)) == (code, line)


def test_a_letter_without_its_number_is_refused() -> None:
    source = built_in(NAME).replace('{{ letter_head(notice, "入户调查通知书") }}', "<h1>入户调查通知书</h1>")
    assert refusal(re.sub(r"\{% if notice.document_no %\}.*?\{% endif %\}", "", source)) == ("wording.lost_number", 0)


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
    run = wording.ask.__globals__["subprocess"].run
    monkeypatch.setattr(
        "exports.child.subprocess.run", lambda *told, **named: seen.update(named) or run(*told, **named)
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
    stamps = issue(reading, actor=office, project=project, now=utc_now(), base="")
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
