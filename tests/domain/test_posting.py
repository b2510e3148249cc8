"""What a posting must not tell, and when its term is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from survey.domain.errors import DomainError
from survey.domain.posting import PostedHome, buildings_of, check_posting, ends_on, find_leaks, phones_of

NAMES = {"张伟", "李㛃", "欧阳明", "一"}


ID, HALF, PHONE, ILL = "posting.id_number", "posting.id_number", "posting.phone", "posting.health"
NAME, CARD, CERTIFICATE, BIRTH = "posting.name", "posting.bank_card", "posting.certificate", "posting.birth"


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ("379900199001010014", ID),
        ("379900 19900101 0014", ID),
        ("379900-1990-0101-0014", ID),
        ("3 7 9 9 0 0 1 9 9 0 0 1 0 1 0 0 1 X", ID),
        ("３７９９００１９９００１０１００１４", ID),
        ("37990019900101001Ｘ", ID),
        ("3799\u200b00199001010014", ID),
        ("379900900101001", ID),
        ("379900 900101 001", ID),
        ("3799**********0014", HALF),
        ("379900XXXXXXXX0014", HALF),
        ("379900××××××××0014", HALF),
        ("379900……0014", HALF),
        ("379900 XXXX XXXX 0014", HALF),
        ("379900 ******** 0014", HALF),
        ("37990019900101****", HALF),
        ("********10014", HALF),
        ("12012345678", PHONE),
        ("120****5678", PHONE),
        ("139 **** 5678", PHONE),
        ("139 1234 5678", PHONE),
        ("139-1234-5678", PHONE),
        ("１３９１２３４５６７８", PHONE),
        ("+86 139 1234 5678", PHONE),
        ("8612012345678", PHONE),
        ("1 3 9 1 2 3 4 5 6 7 8", PHONE),
        ("0546-8331234", PHONE),
        ("(0546)8331234", PHONE),
        ("电话：8331234", PHONE),
        ("监督电话 12012345678", PHONE),
        ("低保", ILL),
        ("低 保", ILL),
        ("低　保户", ILL),
        ("肢体残疾", ILL),
        ("肺癌", ILL),
        ("精神病", ILL),
        ("尿毒症", ILL),
        ("艾滋病", ILL),
        ("大病", ILL),
        ("慢性病", ILL),
        ("孕妇", ILL),
        ("坐轮椅", ILL),
        ("困难家庭", ILL),
        ("患病，请优先。", ILL),
        ("张伟", NAME),
        ("张 伟", NAME),
        ("张　伟", NAME),
        ("欧 阳 明", NAME),
        ("歐陽明", NAME),
        ("刘斌俊", NAME),
        ("刘 斌 俊", NAME),
        ("王建国、李*", NAME),
        ("共有人：马俊", NAME),
        ("司马青云", NAME),
        ("6222020200112233446", CARD),
        ("6222 0202 0011 2233 446", CARD),
        ("鲁（2019）东营市不动产权第0000906号", CERTIFICATE),
        ("房权证东字第012345号", CERTIFICATE),
        ("证号 0000906", CERTIFICATE),
        ("1955年9月23日", BIRTH),
        ("1955-09-23", BIRTH),
        ("19550923", BIRTH),
        ("出生年月：1955年9月", BIRTH),
        ("71岁", BIRTH),
    ],
)
def test_what_a_row_must_not_tell(told: str, code: str) -> None:
    text = f"公示如下：\n3-2-501　张*　{told}　85.20㎡"
    assert [(leak.line, leak.code) for leak in find_leaks(text, NAMES)] == [(2, code)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("王建国", NAME),
        ("王建国、李秀英、赵敏", NAME),
        ("户主：王建国", NAME),
        ("姓名 王 建 国", NAME),
        ("1　李秀英　85.20㎡", NAME),
        ("肺癌", ILL),
        ("颐园小区居民张某患肺癌，经济困难。", ILL),
        ("3号楼有一户低保。", ILL),
        ("请拨打 139 1234 5678", PHONE),
        ("请拨打 0546-8331234", PHONE),
        ("李秀英生于1955年9月23日", BIRTH),
    ],
)
def test_what_a_line_must_not_tell(line: str, code: str) -> None:
    assert [leak.code for leak in find_leaks(line, NAMES)] == ([code] if code else [])


HARMLESS = """
3-2-501　张*　85.20㎡
3号楼2单元501室　张*明　成套住宅　混合（砖混）结构　证载 85.20　实测 85.60　未登记 12.00
3-2-502　欧阳**　****0906　砖混　石木　高层　85.20　85.60
3-2-503　买**·**　有证　120.00　118.50　1998年建成
3-2-504　李*　登记日期 2003-05-06　85.20
3-2-504　李*　120　****0906　501
3-2-505　李某　2026年3月1日签约　85.20㎡　600000元
5号楼 101 120 90 30
3-2-121　王*　20261001
序号　门牌　权利人　证号（后四位）　用途　结构　证载　实测
权利人 面积 范围
东营区房屋征收与补偿服务中心　联系电话 0546-8880000
办公地点：颐园小区3号楼101室　咨询电话 0546-8880000
联系人：王敏　地址：颐园小区3号楼101室
监督电话：12012345678
监督电话：139 1234 5678
咨询电话：120-0000-0000
对结果有异议的，凭不动产权证书到项目办提出，或者拨打12345热线。
颐园公示〔2026〕6号
东政发〔2026〕12号，自2026-10-01至2026-10-09
公示期自2026年10月1日起至2026年10月9日止。
二〇二六年十一月二十九日
土地证面积 12000平方米，建筑面积 138000.50 平方米
房屋征收许可证号 20260001
低保家庭、残疾人家庭优先选房。
对精神障碍患者的送达，由监护人代收；
居住院落内其中风险点总结核对完毕，损失业主另行登记，单独居住的，损失明细见附表
白蚁病害和外墙渗漏等质量通病一并处理
3号楼2单元、平房、储藏室
1. 依据《国有土地上房屋征收与补偿条例》（国务院令第590号）第十五条
总户数 892，已登记 880，建筑面积 76,543.21 平方米
拨打 12345 反映；信访接待室电话 0546-8880002
""".strip().splitlines()


@pytest.mark.parametrize("line", HARMLESS)
def test_ordinary_lines_are_let_through(line: str) -> None:
    allowed = phones_of("120-0000-0000、0546-8880000")
    assert [leak.code for leak in find_leaks(line, NAMES, allowed)] == []


def test_a_long_number_that_no_card_could_have_is_let_through() -> None:
    assert not [*find_leaks(f"3-2-501　张*　{6222020200112233447}", NAMES)]


def test_the_offices_own_number_is_no_residents() -> None:
    line = "请拨打 0546-8331234 或 12012345678"
    assert [leak.code for leak in find_leaks(line, NAMES)] == ["posting.phone"]
    assert not [*find_leaks(line, NAMES, phones_of("0546-8331234，12012345678"))]


def test_a_title_may_not_speak_of_health_even_in_a_sentence() -> None:
    assert [leak.code for leak in find_leaks("低保家庭公示。", NAMES, in_sentences=True)] == ["posting.health"]


@pytest.mark.parametrize(
    ("title", "codes"),
    [
        ("调查结果公示 刘斌俊", [NAME]),
        ("3号楼、5号楼调查结果公示（第二批）", []),
        ("安置补偿方案征求意见", []),
        ("颐园小区全部", []),
    ],
)
def test_a_title_may_not_name_anybody(title: str, codes: list[str]) -> None:
    assert [leak.code for leak in find_leaks(title, NAMES, in_sentences=True)] == codes


def test_two_lines_that_read_the_same_once_masked_need_their_doors() -> None:
    text = "张*　85.20㎡\n李*　60.00㎡\n张*　85.20㎡"
    assert [(leak.line, leak.code) for leak in find_leaks(text, NAMES)] == [(1, "posting.twice"), (3, "posting.twice")]
    assert list(find_leaks("3-1-101　张*　85.20㎡\n3-1-102　张*　85.20㎡\n公示期满\n公示期满", NAMES)) == []


@pytest.mark.parametrize(
    "serials", ["1、|2、", "1.|2.", "1　|2　", "（1）|（2）", "①|②", "第1户：|第2户：", "一、|二、", "1|2"]
)
def test_a_serial_number_makes_no_two_homes(serials: str) -> None:
    text = "\n".join(f"{serial}张*　85.20㎡" for serial in serials.split("|"))
    assert [leak.code for leak in find_leaks(text, NAMES)] == ["posting.twice"] * 2


@pytest.mark.parametrize("doors", ["501　|502　", "1号楼|2号楼"])
def test_a_door_does(doors: str) -> None:
    assert not [*find_leaks("\n".join(f"{door}张*　85.20㎡" for door in doors.split("|")), NAMES)]


@pytest.mark.parametrize(
    ("posted_on", "days", "until"),
    [(date(2026, 6, 1), 5, date(2026, 6, 8)), (date(2026, 6, 2), 5, date(2026, 6, 8)), (date(2026, 6, 3), 5, date(2026, 6, 8)),
     (date(2026, 6, 1), 30, date(2026, 7, 1))],
    ids=["ends on a Saturday: Monday", "ends on a Sunday: Monday", "ends on a Monday", "民法典 201: the first day is not counted"],
)  # fmt: skip
def test_the_term_of_a_posting(posted_on: date, days: int, until: date) -> None:
    assert ends_on(posted_on, days) == until


@pytest.mark.parametrize(
    ("scope", "numbers"),
    [
        ("全部", ()), ("颐园小区全部住户", ()), ("颐园小区改造项目", ()), ("3号楼", ("3",)), ("颐园小区3号楼、5号楼各户", ("3", "5")),
        ("1、2、3号楼", ("1", "2", "3")), ("3号楼和甲号楼", ("3", "甲")), ("３幢", ("3",)),
    ],
)  # fmt: skip
def test_a_scope_names_its_buildings(scope: str, numbers: tuple[str, ...]) -> None:
    assert buildings_of(scope, "颐园小区改造项目") == numbers


@pytest.mark.parametrize("scope", ["1至4号楼", "1-4号楼", "3号楼2单元", "东区", "部分住户"])
def test_a_scope_that_names_no_buildings_is_refused(scope: str) -> None:
    with pytest.raises(DomainError, match=r"posting\.scope_form"):
        buildings_of(scope, "颐园小区改造项目")


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
