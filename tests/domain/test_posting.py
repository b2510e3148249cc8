"""What may stand on a wall."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from survey.domain.errors import DomainError
from survey.domain.posting import PostedHome, check_posting

HOME = PostedHome(
    "3号楼2单元501室", "张*明", "****0906", "成套住宅", "混合（砖混）结构", Decimal("85.20"), Decimal("85.60"), None
)


def test_a_masked_table_in_which_every_home_can_be_told_apart_may_be_posted() -> None:
    check_posting([HOME, replace(HOME, door="3号楼2单元502室"), replace(HOME, area_meas_m2=Decimal("85.61"))])


def test_two_homes_that_became_the_same_are_refused_by_their_door() -> None:
    with pytest.raises(DomainError, match=r"posting\.identical") as told:
        check_posting([HOME, replace(HOME, door="1号楼"), HOME, HOME])
    assert told.value.params == {"doors": "3号楼2单元501室", "count": 1}


@pytest.mark.parametrize(
    "told", ["37990019900307001X", "379900900307001", "12000000001", "0546-8300000", "张三12000000001"]
)
def test_numbers_of_people_are_refused_wherever_they_stand(told: str) -> None:
    for field in ("door", "owners", "use"):
        with pytest.raises(DomainError, match=r"posting\.number"):
            check_posting([replace(HOME, **{field: told})])


@pytest.mark.parametrize("told", ["张*（低保）", "张*高龄", "残疾二级"])
def test_facts_of_health_and_welfare_are_refused(told: str) -> None:
    with pytest.raises(DomainError, match=r"posting\.health"):
        check_posting([replace(HOME, owners=told)])
