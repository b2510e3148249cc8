"""公示: what may be hung up where everybody reads it, for how long, and when its term is over.

A posting stands inside the area only (590号 arts 15, 29); what it must not tell is checked before anybody may release it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal

from survey.domain.calendar import NO_HOLIDAYS, WorkCalendar, last_day
from survey.domain.codes import Code, SpecialTag
from survey.domain.errors import DomainError
from survey.domain.message import N_


class PostingKind(Code):
    """公示的内容."""

    RESULT = "result", N_("调查结果公示")
    FINDING = "finding", N_("未登记建筑认定公示")
    ROUND = "round", N_("征询结果公告")
    PLAN = "plan", N_("方案征求意见")
    APPRAISER = "appraiser", N_("评估机构选定公告")
    SUPPORT = "support", N_("最低面积补偿对象公示")
    OTHER = "other", N_("其他")


USUAL_DAYS: dict[PostingKind, int] = {
    PostingKind.RESULT: 5,
    PostingKind.FINDING: 5,
    PostingKind.ROUND: 5,
    PostingKind.PLAN: 30,
    PostingKind.APPRAISER: 5,
    PostingKind.SUPPORT: 10,
    PostingKind.OTHER: 5,
}
"""Kind -> days that are proposed. 方案: at least 30 (590号 art 10); 45 ㎡ lists: at least 10 (山东条例 art 25); else local
rules, of which 5 days are usual (青岛条例 art 51). The project decides; these are no constants of the law.
"""


class PostingState(Code):
    """Where a posting stands."""

    DRAFT = "draft", N_("起草")
    APPROVED = "approved", N_("已批准")
    POSTED = "posted", N_("公示中")
    CLOSED = "closed", N_("已结束")


@dataclass(frozen=True, slots=True)
class Leak:
    """A line that tells what it must not. `word` is never the number or the name itself, masked or not."""

    line: int
    code: str
    word: str = ""


ID_NUMBER = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9])")
MASKED_ID = re.compile(r"(?<![0-9])[0-9]{3,6}\*{6,10}[0-9]{3}[0-9Xx](?![0-9])")
PHONE = re.compile(r"(?<![0-9])1[0-9]{2}[0-9*]{4}[0-9]{4}(?![0-9])")
LANDLINE = re.compile(r"(?<![0-9])0[0-9]{2,3}[- ]?[0-9]{7,8}(?![0-9])")
"""In the text of a posting it is the office's, in a household's row it is a resident's."""
HEALTH = (*dict.fromkeys(re.split(r"[（/]", tag.label)[0] for tag in SpecialTag), "残疾")
"""The words of 特殊情况 as they would stand in a text: 低保, 残疾一级 ..."""


def health_word(text: str) -> str:
    """The first word in the text that tells somebody's health or welfare; "" where none does.

    Rule: PIPL art 28: health is sensitive; 特定身份 such as 低保 is treated alike.
    """
    return next((word for word in HEALTH if word in text), "")


def find_leaks(text: str, names: Collection[str]) -> Iterator[Leak]:
    """What a posting tells that it must not, line by line.

    names  full names of the residents: masked ones (张*明) may stand there, whole ones may not

    Rule: PIPL arts 6, 25, 28; 政府信息公开条例 art 15: ID numbers, phones and health facts are not published, names are
    masked. (house) Two lines that read the same once masked would point at one household as well as at the other: each
    line needs its door.
    """
    whole = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
    lines = [line.strip() for line in text.splitlines()]
    twice = Counter(line for line in lines if "*" in line)
    for number, line in enumerate(lines, 1):
        if ID_NUMBER.search(line) or MASKED_ID.search(line):
            yield Leak(number, "posting.id_number")
        if PHONE.search(line):
            yield Leak(number, "posting.phone")
        word = health_word(line)
        if word:
            yield Leak(number, "posting.health", word)
        if any(name in line for name in whole):
            yield Leak(number, "posting.name")
        if twice[line] > 1:
            yield Leak(number, "posting.twice")


def ends_on(posted_on: date, days: int, calendar: WorkCalendar = NO_HOLIDAYS) -> date:
    """The last day of a posting's term.

    Rule: 民法典 arts 201, 203: the day of hanging up is not counted; a last day that is a day off moves to the next
    working day.
    """
    return last_day(posted_on, days, calendar)


@dataclass(frozen=True, slots=True)
class PostedHome:
    """One row of the table: areas in square metres; `owners` with their names covered, `cert_nos` their last four digits."""

    door: str
    owners: str
    cert_nos: str
    use: str
    structure: str
    area_cert_m2: Decimal | None
    area_meas_m2: Decimal | None
    area_unreg_m2: Decimal | None


def check_posting(homes: Sequence[PostedHome]) -> None:
    """Refuse a table that shows what does not belong on a wall, or in which nobody can tell two homes apart.

    Rule: 政府信息公开条例 art. 15, 个人信息保护法 arts. 25, 28: private data are not published without a consent of their
    own; 590号 art. 15: results are published so that the owners within the area can check them.
    Raises DomainError: posting.home_number, posting.home_health, posting.home_identical.
    """
    for home in homes:
        words = "　".join(value for value in astuple(home) if isinstance(value, str))
        if any(number.search(words) for number in (ID_NUMBER, MASKED_ID, PHONE, LANDLINE)):
            raise DomainError("posting.home_number", door=home.door)
        if health_word(words):
            raise DomainError("posting.home_health", door=home.door)
    same = [home.door for home, count in Counter(homes).items() if count > 1]
    if same:
        raise DomainError("posting.home_identical", doors="、".join(same[:5]), count=len(same))
