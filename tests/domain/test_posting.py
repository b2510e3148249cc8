"""What a posting must not tell, and when its term is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from survey.domain.errors import DomainError
from survey.domain.posting import PostedHome, check_posting, ends_on, find_leaks

NAMES = {"张伟", "李㛃", "欧阳明", "一"}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("3-2-501　张*　379900199001010014", "posting.id_number"),
        ("3-2-501　张*　3799**********0014", "posting.id_number"),
        ("3-2-501　张*　379900900101001", "posting.id_number"),
        ("3-2-501　张*　12012345678", "posting.phone"),
        ("3-2-501　张*　120****5678", "posting.phone"),
        ("3-2-501　张*　低保", "posting.health"),
        ("3-2-501　张*　肢体残疾", "posting.health"),
        ("3-2-501　张伟　85.20㎡", "posting.name"),
        ("3-2-501　张*　85.20㎡", ""),
        ("东营区房屋征收与补偿服务中心　联系电话 0546-8880000", ""),
        ("鲁（2019）东营市不动产权第0000906号　一共 12 户", ""),
    ],
)
def test_what_a_line_must_not_tell(line: str, code: str) -> None:
    assert [leak.code for leak in find_leaks(f"公示如下：\n{line}", NAMES)] == ([code] if code else [])
    assert all(leak.line == 2 for leak in find_leaks(f"公示如下：\n{line}", NAMES))


def test_two_lines_that_read_the_same_once_masked_need_their_doors() -> None:
    text = "张*　85.20㎡\n李*　60.00㎡\n张*　85.20㎡"
    assert [(leak.line, leak.code) for leak in find_leaks(text, NAMES)] == [(1, "posting.twice"), (3, "posting.twice")]
    assert list(find_leaks("3-1-101　张*　85.20㎡\n3-1-102　张*　85.20㎡\n公示期满\n公示期满", NAMES)) == []


@pytest.mark.parametrize(
    ("posted_on", "days", "until"),
    [(date(2026, 6, 1), 5, date(2026, 6, 8)), (date(2026, 6, 2), 5, date(2026, 6, 8)), (date(2026, 6, 3), 5, date(2026, 6, 8)),
     (date(2026, 6, 1), 30, date(2026, 7, 1))],
    ids=["ends on a Saturday: Monday", "ends on a Sunday: Monday", "ends on a Monday", "民法典 201: the first day is not counted"],
)  # fmt: skip
def test_the_term_of_a_posting(posted_on: date, days: int, until: date) -> None:
    assert ends_on(posted_on, days) == until


HOME = PostedHome(
    "3号楼2单元501室", "张*明", "****0906", "成套住宅", "混合（砖混）结构", Decimal("85.20"), Decimal("85.60"), None
)


def test_a_masked_table_in_which_every_home_can_be_told_apart_may_be_posted() -> None:
    check_posting([HOME, replace(HOME, door="3号楼2单元502室"), replace(HOME, area_meas_m2=Decimal("85.61"))])


def test_two_homes_that_became_the_same_are_refused_by_their_door() -> None:
    with pytest.raises(DomainError, match=r"posting\.home_identical") as told:
        check_posting([HOME, replace(HOME, door="1号楼"), HOME, HOME])
    assert told.value.params == {"doors": "3号楼2单元501室", "count": 1}


@pytest.mark.parametrize(
    "told", ["37990019900307001X", "379900900307001", "12000000001", "0546-8300000", "张三12000000001"]
)
def test_numbers_of_people_are_refused_wherever_they_stand(told: str) -> None:
    for field in ("door", "owners", "use"):
        with pytest.raises(DomainError, match=r"posting\.home_number"):
            check_posting([replace(HOME, **{field: told})])


@pytest.mark.parametrize("told", ["张*（低保）", "张*高龄", "残疾二级"])
def test_facts_of_health_and_welfare_are_refused(told: str) -> None:
    with pytest.raises(DomainError, match=r"posting\.home_health"):
        check_posting([replace(HOME, owners=told)])
