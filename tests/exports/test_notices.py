"""What the papers work out from their values."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from exports.notices.appraiser_notice import AppraiserNotice
from exports.notices.correction_notice import open_matters
from exports.notices.round_result import ResultLine, RoundResult
from survey.domain import codes
from survey.domain.sheet import Certificate, Part, Person
from tests import factories
from tests.exports.papers import OFFICE

DAY = date(2026, 11, 22)


def result(agree: int, area: str, threshold: Fraction | None = Fraction(2, 3)) -> RoundResult:
    lines = (ResultLine("同意", agree, Decimal(area)), ResultLine("未表态", 9 - agree, Decimal(900) - Decimal(area)))
    return RoundResult(
        office=OFFICE, project="颐园", issued_on=DAY, title="第一轮", question="是否同意？", opened_on=DAY, closed_on=DAY,
        lines=lines, agree=lines[0], answered=agree, threshold=threshold, until=DAY,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("agree", "area", "reached"),
    [(6, "600.00", (True, True)), (6, "599.99", (True, False)), (5, "600.01", (False, True))],
    ids=["民法典1259", "one hundredth short", "one household short"],
)
def test_a_threshold_is_reached_by_exactly_its_number(agree: int, area: str, reached: tuple[bool, bool]) -> None:
    assert result(agree, area).reached == reached


def test_shares_are_cut_and_never_rounded_up() -> None:
    told = result(6, "599.99")
    assert (told.household_share(told.agree), told.area_share(told.agree)) == ("66.6%", "66.6%")


@pytest.mark.parametrize(("households", "favoured"), [(3, "甲"), (2, "")])
def test_an_appraiser_is_favoured_by_more_than_half_of_all_households_only(households: int, favoured: str) -> None:
    named = (("甲", households), ("乙", 1))
    notice = AppraiserNotice(office=OFFICE, project="颐园", issued_on=DAY, named=named, whole=4)
    assert notice.favoured == favoured
    assert notice.share(1) == "25.0%"


def test_a_sheet_without_a_fault_leaves_nothing_open() -> None:
    assert open_matters(factories.sheet()) == ()


def test_every_open_matter_is_a_sentence_and_none_tells_of_health() -> None:
    sheet = factories.sheet(
        title_status=codes.TitleStatus.DIVORCED,
        parts=(Part(uid="a", kind=codes.PartKind.STORAGE, area_unreg_m2=Decimal("6.35")),
               Part(uid="b", legality=codes.Legality.TEMPORARY_EXPIRED)),
        persons=(Person(uid="p", full_name="孙𣸣", roles=(codes.PersonRole.OWNER,), deceased=True,
                        special_tags=(codes.SpecialTag.LOW_INCOME,)),
                 Person(uid="q", full_name="李四", roles=(codes.PersonRole.AGENT,), agent_for="孙𣸣")),
    )  # fmt: skip
    assert open_matters(sheet) == (
        "房屋权属状况登记为“离婚分割未变更”，请提供离婚协议或者裁判文书。",
        "储藏间（6.35平方米）未见登记，请提供建造时间、批准文件等来源材料。",
        "房屋部位未见登记，请提供建造时间、批准文件等来源材料。",
        "权利人孙𣸣登记为已故，请提供死亡证明和继承关系的证明材料。",
        "李四作为代理人，请提供权利人签名的授权委托书和双方身份证件。",
    )


def test_a_certificate_without_its_number_is_asked_for() -> None:
    found = open_matters(factories.sheet(certificates=(Certificate(uid="c"),)))
    assert found == ("权属证书未登记证号，请出示不动产权证书或者房屋所有权证原件。",)
