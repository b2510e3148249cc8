"""The measures of GB/T 9704-2012, taken from the PDF of every notice that is a letter.

Source of the numbers: GB/T 9704-2012 as told in the docstrings; tolerances are those of the standard (1 mm), or of the
rounding of a font's box where it gives none.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

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
        "appraiser-notice": AppraiserNotice(**project, named=(("齐信评估", 5), ("正源评估", 2)), whole=9),
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


# --- 信函格式 (GB/T 9704-2012, 10.1) --------------------------------------------------------------------------------

LINE, CHARACTER = 28.9, 16
NAME = "东营市东营区城市更新和房屋征收补偿办公室"


@cache
def formal(name: str, mark: str = "东营区房屋征收与补偿服务中心") -> bytes:
    paper = letters()[name]
    return press(None).one(name, replace(paper, office=replace(paper.office, letter_mark=mark)))


@cache
def red_of(data: bytes, page: int = 1, dpi: int = 300) -> tuple[tuple[float, float, float, float], ...]:
    """What is red on a page, from the top: (top, bottom, left, right) in mm of each band of rows, from a picture of it."""
    made = subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-f", str(page), "-l", str(page), "-png", "-"],
        input=data, capture_output=True, check=True,
    ).stdout  # fmt: skip
    hue, saturation, _value = Image.open(io.BytesIO(made)).convert("RGB").convert("HSV").split()
    is_red = ImageChops.multiply(
        hue.point(lambda each: 255 if each < 12 or each > 243 else 0), saturation.point(lambda each: 255 * (each > 127))
    )
    rows: list[tuple[int, int, int]] = []
    for top in range(is_red.height):
        box = is_red.crop((0, top, is_red.width, top + 1)).getbbox()
        if box:
            rows.append((top, box[0], box[2]))
    bands: list[list[tuple[int, int, int]]] = []
    for row in rows:
        if bands and bands[-1][-1][0] == row[0] - 1:
            bands[-1].append(row)
        else:
            bands.append([row])
    scale = 25.4 / dpi
    return tuple(
        (band[0][0] * scale, (band[-1][0] + 1) * scale, min(row[1] for row in band) * scale,
         max(row[2] for row in band) * scale)
        for band in bands
    )  # fmt: skip


@pytest.mark.parametrize("mark", ["东营区房屋征收与补偿服务中心", NAME], ids=["14", "20"])
def test_in_the_letter_format_the_mark_and_the_two_double_lines_stand_where_the_standard_says(mark: str) -> None:
    """The mark 30 mm below the edge and in the middle; 4 mm below it a line, thick above thin; 20 mm above the lower
    edge another, thin above thick; both 170 mm long in the middle of the page."""
    bands = red_of(formal("objection-reply", mark))
    lines = [band for band in bands if band[3] - band[2] > 165]
    name = (min(band[0] for band in bands), max(band[1] for band in bands if band not in lines and band[0] < 50),
            min(band[2] for band in bands if band not in lines), max(band[3] for band in bands if band not in lines))  # fmt: skip
    assert abs(name[0] - 30) < 1
    assert abs((name[2] + name[3]) / 2 - 105) < 1
    assert name[3] - name[2] <= 170
    thick, thin, last_thin, last_thick = lines
    assert abs(thick[0] - name[1] - 4) < 1
    assert thick[1] - thick[0] > 1.5 * (thin[1] - thin[0])
    assert last_thick[1] - last_thick[0] > 1.5 * (last_thin[1] - last_thin[0])
    assert abs(297 - last_thick[1] - 20) < 1
    for line in lines:
        assert abs(line[3] - line[2] - 170) < 0.5
        assert abs((line[3] + line[2]) / 2 - 105) < 0.5


def test_in_the_letter_format_number_and_title_keep_their_distances(tmp_path: Path) -> None:
    """The number at the right edge of the text, 7/8 of a character below the line; the title two lines below the number;
    a full page ends 7/8 of a character above the other line."""
    data = formal("objection-reply")
    lines = [band for band in red_of(data) if band[3] - band[2] > 165]
    rows = rows_of(data, 1, tmp_path)
    words = {row[4]: row for row in rows}
    number, title = words["颐园复〔2026〕6号"], words["异议处理告知书"]
    middle = (number[1] + number[3]) / 2
    assert abs(number[2] - 184 * MM) < 2
    assert abs((middle - CHARACTER / 2) / MM - lines[1][1] - CHARACTER * 7 / 8 / MM) < 1
    assert abs((title[1] + title[3]) / 2 - 11 - (middle + CHARACTER / 2) - 2 * LINE) < LINE / 2
    lowest = max((row[1] + row[3]) / 2 for row in rows) + CHARACTER / 2
    assert abs(lines[2][0] - lowest / MM - CHARACTER * 7 / 8 / MM) < 1


@pytest.mark.parametrize("name", NAMES)
def test_in_the_letter_format_only_the_first_page_is_another_and_it_has_no_number(name: str, tmp_path: Path) -> None:
    data = formal(name)
    for number in range(1, len(reader(data).pages) + 1):
        told = "".join(row[4] for row in rows_of(data, number, tmp_path))
        assert (f"—{number}—" in told) == (number > 1)
        assert bool(red_of(data, number, 60)) == (number == 1)
    assert 0 <= len(reader(data).pages) - len(reader(printed(name)).pages) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_a_plain_letter_stands_in_the_middle_under_its_title(name: str, tmp_path: Path) -> None:
    number = next(row for row in rows_of(printed(name), 1, tmp_path) if re.fullmatch(r"颐园.〔2026〕\d+号", row[4]))
    assert abs((number[0] + number[2]) / 2 / MM - 106) < 0.5


@pytest.mark.parametrize("length", [9, 14, 21, 30])
def test_a_red_head_stands_on_one_line_as_wide_as_the_text(length: int, tmp_path: Path) -> None:
    mark = ("东营市东营区城市更新和房屋征收补偿工作领导小组办公室联合" + "文件")[-length:]
    rows = [row for row in rows_of(printed("objection-reply", mark), 1, tmp_path) if row[4] in mark or mark in row[4]]
    assert [row[4] for row in rows] == [mark]
    assert rows[0][0] >= 27.5 * MM
    assert rows[0][2] <= 184.5 * MM


def test_a_letter_without_a_number_has_no_red_head(tmp_path: Path) -> None:
    """发文字号 is a part of the head: without it nothing but an empty line would stand there."""
    paper = replace(letters()["open-letter"], document_no="")
    data = press(None).one("open-letter", replace(paper, office=replace(paper.office, red_head="某某文件")))
    assert red_of(data, 1, 60) == ()


@pytest.mark.parametrize("votes", [4, 6, 7, 8, 9, 10, 13])
def test_no_page_carries_the_issuer_without_two_lines_of_the_body(votes: int, tmp_path: Path) -> None:
    """Where to call is not the body: a page with that and the seal alone says nothing."""
    paper = replace(
        letters()["appraiser-notice"], named=(("齐信评估", 60), *((f"第{n}评估", 1) for n in range(votes))), whole=90
    )
    data = press(None).one("appraiser-notice", paper)
    for number in range(1, len(reader(data).pages) + 1):
        rows = rows_of(data, number, tmp_path)
        if any(row[4] == "2026年11月22日" for row in rows):
            call = next(row for row in rows if row[4].startswith("联系人"))
            assert len([row for row in rows if row[3] < call[1] + 8]) >= 2
