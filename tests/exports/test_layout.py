"""What a form must not do to the words that it is given: run over a rule, break a door in two, leave a label without its blank."""

from __future__ import annotations

import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from exports.notices.sample import sample
from exports.pdf import press
from survey.domain.codes import Structure
from tests.exports.test_letter import HOME, letters
from tests.exports.test_pdf import MM, lines_of

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")


def text_of(name: str, paper: object) -> str:
    pages = PdfReader(io.BytesIO(press(None).one(name, paper))).pages
    return "\n".join(page.extract_text() for page in pages)


@pytest.mark.parametrize("number", ["DEMO-013030004", "A-LONG-PROJECT-CODE1-013030004"])
def test_a_dossier_number_stays_within_its_cell_on_the_cover(number: str, tmp_path: Path) -> None:
    """The cell ends 25 mm and the frame's 12 mm from the edge of the page."""
    data = press(None).one("dossier-cover", replace(sample("dossier-cover"), dossier_no=number))
    found = [
        word for word in lines_of(data, 1, tmp_path) if word[4] in number and len(word[4]) > 5 and word[3] < 90 * MM
    ]
    assert found
    assert max(word[2] for word in found) < (210 - 25 - 12 - 1) * MM


def test_a_home_takes_one_line_of_the_posting(tmp_path: Path) -> None:
    homes = tuple(replace(HOME, door="13号楼2单元1201室", structure=each.label) for each in Structure if each != "2")
    data = press(None).one("survey-posting", replace(letters()["survey-posting"], homes=homes * 4))
    last = len(PdfReader(io.BytesIO(data)).pages)
    lines = [word[4] for word in lines_of(data, last, tmp_path)]
    assert lines.count("13号楼2单元1201室") == 20
    assert {"室", "构", "结构"} & set(lines) == {"结构"}, "the heading of the column, and no rest of a word"


def test_nothing_stands_before_the_witness_who_is_not_known() -> None:
    assert "　见证人" not in text_of("service-receipt", sample("service-receipt", "bare"))
    assert "周明（颐园社区居委会）　见证人" in text_of("service-receipt", sample("service-receipt"))


def test_the_blank_after_other_matters_stands_in_the_line_of_its_words() -> None:
    html = press(None).html("authorisation", [sample("authorisation", "bare")])
    assert (
        html.count('<span class="nowrap"><span class="tick"><i class="off"></i>其他：</span><span class="blank">') == 2
    )


def test_one_label_stands_beside_all_four_departments() -> None:
    html = press(None).html("unregistered-opinion", [sample("unregistered-opinion")])
    assert "<th></th><td>" not in html


def test_the_question_of_a_round_ends_with_a_stop() -> None:
    assert "”。现将结果公告如下" in text_of("round-result", sample("round-result")).replace("\n", "")


def test_an_open_letter_takes_two_pages() -> None:
    for kind in ("full", "bare"):
        assert len(PdfReader(io.BytesIO(press(None).one("open-letter", sample("open-letter", kind)))).pages) == 2
