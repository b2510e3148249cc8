"""The measures of GB/T 9704-2012, taken from the PDF of every notice that is a letter.

Source of the numbers: GB/T 9704-2012 as told in the docstrings; tolerances are those of the standard (1 mm), or of the
rounding of a font's box where it gives none.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from exports.notices.appraiser_notice import AppraiserNotice
from exports.notices.correction_notice import CorrectionNotice
from exports.notices.objection import ObjectionReply
from exports.notices.open_letter import OpenLetter
from exports.notices.round_result import ResultLine, RoundResult
from exports.notices.survey_posting import SurveyPosting
from exports.pdf import press
from survey.domain.posting import PostedHome
from tests.exports import papers
from tests.exports.test_pdf import MM, lines_of, reader

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")

LONG = "经派员现场复测并核对不动产登记簿，登记面积与实测面积的差异系阳台计算规则不同所致。" * 9
LINES = (ResultLine("同意", 6, Decimal("600.00")), ResultLine("未表态", 3, Decimal("300.00")))
HOME = PostedHome(
    "3号楼2单元501室", "张*明", "****0906", "成套住宅", "混合（砖混）结构", Decimal("85.20"), Decimal("170.40"), None
)


def letters() -> dict[str, Any]:
    project: dict[str, Any] = {
        "office": papers.OFFICE, "project": papers.PROJECT, "issued_on": papers.DAY, "document_no": "颐园复〔2026〕6号",
    }  # fmt: skip
    home = {**project, "dossier_no": "YY-003020001", "door": "3号楼2单元501室", "address": papers.LONG_ADDRESS,
            "owners": (papers.LONG_NAME, papers.RARE)}  # fmt: skip
    return {
        "survey-notice": papers.survey_notice(),
        "open-letter": OpenLetter(**home, policy="《安置方案》第1版", points=("怎么补偿", "怎么过渡"), hours="8时至20时"),
        "objection-reply": ObjectionReply(**home, number=7, received_on=papers.DAY, content="阳台面积少算了", reply=LONG),
        "correction-notice": CorrectionNotice(**home, matters=(LONG[:90], LONG[:60])),
        "round-result": RoundResult(
            **project, title="第一轮", question="是否同意改建？", opened_on=papers.DAY, closed_on=papers.DAY, lines=LINES,
            agree=LINES[0], answered=6, threshold=Fraction(2, 3), until=date(2026, 11, 27),
        ),
        "survey-posting": SurveyPosting(
            **project, subject="1", title="调查结果公示", scope="全部", lines=(), days=5, from_on=papers.DAY,
            until=date(2026, 11, 27), homes=tuple(replace(HOME, door=f"3号楼{each}室") for each in range(80))
        ),
        "appraiser-notice": AppraiserNotice(**project, votes=(("齐信评估", 5), ("正源评估", 2)), whole=9),
    }  # fmt: skip


@cache
def printed(name: str, red_head: str = "") -> bytes:
    paper = letters()[name]
    return press(None).one(name, replace(paper, office=replace(paper.office, red_head=red_head)))


NAMES = tuple(letters())
Box = tuple[float, float, float, float, str]


def rows_of(data: bytes, page: int, tmp_path: Path) -> list[Box]:
    """The lines of a page: words that stand side by side, joined."""
    rows: list[Box] = []
    for left, top, right, bottom, text in lines_of(data, page, tmp_path):
        if rows and abs(rows[-1][1] + rows[-1][3] - top - bottom) < 4 and -1 < left - rows[-1][2] < 9:
            rows[-1] = (rows[-1][0], min(rows[-1][1], top), right, max(rows[-1][3], bottom), rows[-1][4] + text)
        else:
            rows.append((left, top, right, bottom, text))
    return rows


@pytest.mark.parametrize("name", NAMES)
def test_the_text_stands_in_a_block_of_156_by_225_mm(name: str, tmp_path: Path) -> None:
    """天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, each within 1 mm, on A4."""
    for number, page in enumerate(reader(printed(name)).pages, 1):
        assert abs(float(page.mediabox.width) / MM - 210) < 0.1
        assert abs(float(page.mediabox.height) / MM - 297) < 0.1
        body = [word for word in lines_of(printed(name), number, tmp_path) if word[1] < (297 - 35) * MM]
        assert min(word[0] for word in body) >= 27 * MM
        assert max(word[2] for word in body) <= 185 * MM
        middle = [(word[1] + word[3]) / 2 for word in body]
        assert min(middle) >= 37 * MM
        assert max(middle) <= 262 * MM


@pytest.mark.parametrize("name", ["survey-notice", "open-letter", "objection-reply"])
def test_a_full_page_has_22_lines_and_a_full_line_28_characters(name: str, tmp_path: Path) -> None:
    """22 lines of 28 characters in 3号 (16 pt): a line is 225 mm / 22 = 28.99 pt, a character 156 mm / 28 = 5.57 mm."""
    lines: dict[int, list[tuple[float, float, str]]] = {}
    for left, top, right, bottom, text in lines_of(printed(name), 1, tmp_path):
        if abs(bottom - top - 23.168) < 1 and bottom < (297 - 33) * MM:  # 16 pt of any of the faces
            lines.setdefault(round((top + bottom) / 2), []).append((left, right, text))
    tops = sorted(lines)
    assert {step for step in (round(b - a) for a, b in zip(tops, tops[1:], strict=False)) if step < 40} <= {28, 29, 30}
    assert 262 * MM - tops[-1] < 2 * 29, "the page is full"
    full = [line for line in lines.values() if min(word[0] for word in line) < 29 * MM and len(line) == 1]
    plain = [line[0] for line in full if re.fullmatch(r"[\u4e00-\u9fff，。、：；]{20,}", line[0][2])]
    assert plain
    for left, right, text in plain:
        assert len(text) <= 28
        assert abs((right - left) / len(text) / MM - 156 / 28) < 0.05


@pytest.mark.parametrize("name", NAMES)
def test_the_page_number_stands_7_mm_below_the_text_outside_right_and_left(name: str, tmp_path: Path) -> None:
    """4号 (14 pt), — 1 —, 7 mm below the block; odd pages one character from its right edge, even ones from its left."""
    for number in range(1, len(reader(printed(name)).pages) + 1):
        foot = sorted(word for word in lines_of(printed(name), number, tmp_path) if word[1] > (297 - 33) * MM)
        assert "".join(word[4] for word in foot) == f"—{number}—"
        assert abs((foot[0][1] + foot[0][3]) / 2 / MM - (262 + 7 + 14 / 72 * 25.4 / 2)) < 2
        if number % 2:
            assert abs(foot[-1][2] - (184 * MM - 14)) < 2
        else:
            assert abs(foot[0][0] - (28 * MM + 14)) < 2


@pytest.mark.parametrize("name", NAMES)
def test_the_seal_has_its_42_mm_on_issuer_and_date_and_nothing_else(name: str, tmp_path: Path) -> None:
    """The date ends four characters from the right edge, the issuer is centred over it; the seal falls on both, and the
    page that carries it carries sentences too."""
    for number in range(1, len(reader(printed(name)).pages) + 1):
        words = rows_of(printed(name), number, tmp_path)
        day = [word for word in words if word[4] == "2026年11月22日"]
        if not day:
            continue
        left, top, right, bottom, _text = day[-1]
        issuer = next(word for word in words if word[4] == papers.OFFICE.name and 0 < top - word[1] < 40)
        middle = (left + right) / 2
        assert abs((issuer[0] + issuer[2]) / 2 - middle) < 2
        # Four characters from the longer of the two lines.
        assert abs(184 * MM - max(right, issuer[2]) - 4 * 15.78) < 3
        seal = (middle - 21 * MM, bottom + 1 * MM - 42 * MM, middle + 21 * MM, bottom + 1 * MM)
        others = [
            word[4]
            for word in words
            if word not in (day[-1], issuer)
            and word[0] < seal[2] and word[2] > seal[0]
            and word[1] + 4 < seal[3] and word[3] - 4 > seal[1]
        ]  # fmt: skip
        assert others == []
        assert seal[3] < (297 - 35 + 7) * MM
        assert [word for word in words if word[3] < issuer[1]], "a page with the seal alone is forbidden"
        return
    pytest.fail("no page has issuer and date")


def test_the_red_head_stands_35_mm_below_the_top_of_the_block(tmp_path: Path) -> None:
    """发文机关标志 35 mm below the top of the block, the number two lines below, the title two lines below the red line."""
    data = printed("objection-reply", "东营区房屋征收与补偿服务中心文件")
    words = {word[4]: word for word in rows_of(data, 1, tmp_path)}
    mark = next(word for text, word in words.items() if text.endswith("中心文件"))
    number, title = words["颐园复〔2026〕6号"], words["异议处理告知书"]
    assert abs(mark[1] / MM - (37 + 35)) < 4
    assert abs((mark[0] + mark[2]) / 2 / MM - 106) < 1
    assert 2 * 28 < (number[1] + number[3]) / 2 - (mark[1] + mark[3]) / 2 < 4 * 29
    assert 3 * 28 < (title[1] + title[3]) / 2 - (number[1] + number[3]) / 2 < 5 * 29
    assert "文件" not in "".join(word[4] for word in rows_of(printed("objection-reply"), 1, tmp_path))


@pytest.mark.parametrize("name", NAMES)
def test_a_red_head_moves_the_text_and_breaks_nothing(name: str) -> None:
    assert 0 <= len(reader(printed(name, "某某文件")).pages) - len(reader(printed(name)).pages) <= 1
