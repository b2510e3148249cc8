"""公示: what may be hung up where everybody reads it, for how long, and when its term is over.

A posting stands inside the area only (590号 arts 15, 29); what it must not tell is checked before anybody may release it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from survey.domain.calendar import NO_HOLIDAYS, WorkCalendar, last_day
from survey.domain.codes import Code, SpecialTag
from survey.domain.errors import DomainError
from survey.domain.mask import COMPOUND_SURNAMES
from survey.domain.message import N_
from survey.domain.name import normal_text


class PostingKind(Code):
    """公示的内容."""

    RESULT = "result", N_("调查结果公示")
    FINDING = "finding", N_("未登记建筑认定公示")
    ROUND = "round", N_("征询结果公告")
    PLAN = "plan", N_("方案征求意见")
    APPRAISER = "appraiser", N_("评估机构选定公告")
    SUPPORT = "support", N_("最低面积补偿对象公示")
    OTHER = "other", N_("其他")


class PostingState(Code):
    """Where a posting stands."""

    DRAFT = "draft", N_("起草")
    APPROVED = "approved", N_("已批准")
    POSTED = "posted", N_("公示中")
    CLOSED = "closed", N_("已结束")


@dataclass(frozen=True, slots=True)
class Leak:
    """A line that tells what it must not. `word` is never the number or the name itself, masked or not.

    field  of the posting: content, title, scope
    """

    line: int
    code: str
    word: str = ""
    field: str = "content"


# --- what a text tells -------------------------------------------------------------------------------------------

_MASKS = str.maketrans(dict.fromkeys("＊✱✲∗×╳●○〇◯■□◆◇▲△█", "*") | {"⋯": "…"})
_ZEROS = re.compile("(?<=[一二三四五六七八九〇○])[〇○](?=[一二三四五六七八九〇○年])")
_CIRCLED = re.compile("[①-⑳㉑-㉟㊱-㊿]")
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]")
_DASHES = re.compile("[‐-―−－﹣—–]")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"

_MASK = r"(?:\*{2,20}|[xX]{2,20}|\.{3,20}|-{4,20}|_{2,20}|#{2,20})"
_HALF_MASKED = re.compile(
    # A blank before the cover is only part of it behind a whole region: 120 ****0906 are an area and a certificate.
    rf"(?<![0-9])[0-9]{{3,}}{_MASK}[0-9]{{2,}}[0-9Xx]?(?![0-9])|(?<![0-9])[0-9]{{6,}} ?{_MASK}|{_MASK}[0-9]{{4,}}[0-9Xx](?![0-9])"
)
"""More than the last four digits beside a cover: more than the house's own cover leaves (证号 ****0906)."""
_MASKED_PHONE = re.compile(rf"(?<![0-9])(?:1[0-9]{{2}}{_MASK}[0-9]{{3,4}}|1[3-9][0-9] {_MASK} [0-9]{{4}})(?![0-9])")
_GROUPS = re.compile(r"[0-9]+(?:[-/_,· ][0-9]+)+(?:[- ]?[Xx])?|[0-9]+(?:\.[0-9]+)+[Xx]?|[0-9]+[Xx]?")
_LANDLINE = re.compile(r"(?<![0-9])\(?0(?:10|2[0-9]|[3-9][0-9]{2})\)?[- ]{0,3}[2-9][0-9]{2,3}[- ]?[0-9]{4}(?![0-9])")
_LABELLED_PHONE = re.compile(r"(?:电话|手机|联系方式|号码)[: ]*[2-9][0-9]{2,3}[- ]?[0-9]{4}(?![0-9])")
_PHONE_SHAPES = frozenset({(11,), (3, 4, 4), (3, 8), (7, 4), (4, 3, 4), (3, 3, 5), (5, 6), (1,) * 11})
_PROVINCES = frozenset("11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split())  # fmt: skip
"""GB/T 2260: the two digits with which a resident ID number begins."""
_CERTIFICATE = re.compile(
    r"(?:不动产权|房权证|房地产权|所有权证|使用权证|房产证|产权证|土地证|国用|(?<!许可)证号)(?:(?!面积)[^0-9*]){0,14}"
    r"(?<=[第字号: ])(?!12345(?![0-9]))[0-9]{5,}+(?!\.?[0-9]* ?(?:m|平|元|户))"
    r"|[0-9]{12}[GJZ][A-HSXWY][0-9]{5}[FLQW][0-9]{8}"
)
"""A whole certificate's or 不动产单元's number; covered but for its last four digits it may stand."""

_NAME_MARK = re.compile(rf"[{_HAN}](?:\*+|某+|[xX]{{1,2}}(?![0-9A-Za-z]))")
_DOOR = re.compile(
    r"(?<![0-9])[0-9]{1,4} ?(?:号楼|幢|栋|单元|室)|(?<![0-9-])[0-9]{1,3}-[0-9]{1,2}-[0-9]{3,4}(?![0-9-])"
)
_SERIAL = re.compile(
    rf"\(?([0-9]{{1,4}})(?:[、,:)]|[-.](?![0-9])) *|([0-9]{{1,4}})(?: +|(?=[{_HAN}])(?![号幢栋单室层楼座排]))"
    rf"|第[0-9]{{1,4}}户[:、 ]*|[一二三四五六七八九十]{{1,3}}、 *"
)
_DATE = re.compile(
    r"(?<![0-9])(?:19[0-9]{2}|20[01][0-9])(?:[-./年] ?(?:0?[1-9]|1[0-2])[-./月] ?(?:[12][0-9]|3[01]|0?[1-9])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?![0-9])"
)
_HOMES_DATE = re.compile(r"(?:登记|发证|填发|建成|竣工|建造|取得|签订|签约|测绘|日期|时间)[日期时间于在:]* *\Z")
_BORN = re.compile(
    r"(?:出生|生于|生日|生辰)[^0-9]{0,8}(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}年 ?[0-9]{1,2}月 ?(?:[0-9]{1,2}日)? ?(?:出生|生(?!效))"
)
_AGE = re.compile(r"(?<![0-9])[0-9]{1,3} ?岁")

ILL = """
病 癌 肿瘤 尿毒症 艾滋 HIV 透析 瘫痪 偏瘫 截瘫 卧床 轮椅 失能 半失能 失智 痴呆 抑郁 精神障碍 精神分裂 智障 智力障碍 自闭症
残疾 残障 伤残 失明 盲人 聋哑 聋人 孕 产妇 怀胎 高血压 脑梗 脑瘫 中风 肝炎 结核 住院 化疗 器官移植
""".split()  # fmt: skip
"""Health. Source: PIPL art 28 (医疗健康); domain of the survey, 特殊情况: 残疾, 重病, 孕产妇, 精神障碍."""
WELFARE = """
低保 低收入 最低生活保障 特困 五保 困难家庭 困难户 困难职工 贫困 救助对象 建档立卡 脱贫户 失独 计生特殊 烈属 军属 优抚 抚恤
高龄 独居 孤寡 空巢 孤儿 无人照护 留守 社区矫正 服刑 戒毒 吸毒 失业
""".split()  # fmt: skip
"""Particular identities. Source: PIPL art 28 (特定身份); 特殊情况: 低保, 特困, 高龄, 独居, 失独, 烈属, 优抚, 困难职工."""
HARMLESS = re.compile("病虫|病害|通病|居住院|损失业主|其中风|总结核|终结核|独居住|失明细|失明确|丧失能|损失能|文化疗")
"""Words in which one of the above stands by chance."""
SENSITIVE = tuple(dict.fromkeys([*(re.split(r"[（/]", tag.label)[0] for tag in SpecialTag), *WELFARE, *ILL]))

_GAP = re.compile(rf"[{_HAN}][ ._·-]+[{_HAN}]")
_APART = re.compile(
    "|".join(
        rf"(?<![{_HAN}]){_gapped}|{_gapped}(?![{_HAN}])"
        for _gapped in ("[ ._·-]*".join(map(re.escape, word)) for word in SENSITIVE if len(word) > 1)
    )
)
"""The same with its characters apart (低 保); an end of it must be an end of the run, for 损失 业主 is no 失业."""

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范"
    "金石廖贾夏韦傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""The hundred most frequent surnames. Source: 公安部 全国姓名报告 (unverified order); the compound ones: survey.domain.mask."""
NO_NAMES = frozenset(
    """
    方案 方式 方位 方向 方便 范围 高层 高度 高级 高新区 金额 金属 石材 石棉瓦 石结构 石混 石木 石砌 周期 周边 周一 周二 周三 周四 周五 周六
    周日 万元 毛坯 毛坯房 余额 余款 程序 程度 许可 许可证 任何 任意 何时 何处 林地 林木 林业 田地 白色 江苏 江西 马路 胡同 向阳 向南 向北
    向东 向西 严重 武汉 顾问 谢谢 钱款 石家庄 龙口市 段落 汤池 黄色 黄河 唐山 金融 高铁 高速 白天 夏季 江北 江南 江景 石油 陆地 史料
    石膏 石灰 石板 石头 毛石 温室 高压 高低 高新 黄线 陈旧 陈述 任务 郑重 曾经 曾用名 周密 董事 万户 万平 白墙
    """.split()
)
"""Words of a table's cells that begin with a surname and are no name."""
_PLACE = "村镇乡街路巷区县市省楼院店厂局所站室户处队组幢栋号层"
_OFFICIAL = re.compile("(?:联系|经办|负责|受理|咨询|办理|接待)人?\\Z")
_OFFICE = re.compile(
    r"中心|办公|项目办|指挥部|街道|居委会|居民委员会|社区|政府|局|公司|监督|举报|投诉|咨询|热线|值班|受理|接待"
)
_SUPERVISION = re.compile(r"(?:监督|举报|投诉)[^0-9]{0,10}\Z")
_OWNER = re.compile("(?:权利人|产权人|所有权人|被征收人|户主|姓名|承租人|共有人|代理人|业主|申请人)\\Z")
_CELL = re.compile(r"[^ 、,;|/:()_-]+")


def plain(text: str) -> str:
    """A line as it is searched: half-width, one blank for many, one sign for each way of covering, nothing hidden."""
    told = _CIRCLED.sub("1、", _ZEROS.sub("零", _HIDDEN.sub("", text))).translate(_MASKS)
    return " ".join(_DASHES.sub("-", unicodedata.normalize("NFKC", told)).split())


def find_numbers(line: str, allowed: Collection[str] = ()) -> Iterator[str]:
    """Which numbers of people stand in a plain line: posting.id_number, .phone, .bank_card, .certificate, each once.

    allowed  phones that are the office's own, as digits

    Rule: PIPL arts 6, 25; 政府信息公开条例 art 15. GB 11643: 18 characters with a date of birth; ISO/IEC 7812: a bank card
    ends with Luhn's digit. A number may be written in groups: then its groups must be those of such a number.
    """
    codes: set[str] = set()
    bare = line
    for found in _MASKED_PHONE.finditer(line):
        codes.add("posting.phone")
        bare = bare.replace(found[0], " ")
    if _HALF_MASKED.search(bare):
        codes.add("posting.id_number")
    if _CERTIFICATE.search(line):
        codes.add("posting.certificate")
    for run in _GROUPS.finditer(line):
        # The longest first: within an ID number written digit by digit a phone would be found too.
        for groups, begin in sorted(_parts_of(run), key=lambda part: -sum(map(len, part[0]))):
            code = _kind_of(groups)
            if code == "posting.phone" and ("".join(groups) in allowed or _is_supervision(line, begin)):
                continue
            if code:
                codes.add(code)
                break
    if _has_landline(line, allowed):
        codes.add("posting.phone")
    yield from sorted(codes)


def _is_supervision(line: str, begin: int) -> bool:
    """Whether what begins there is declared as the number for complaints, in a line that tells of nobody."""
    return bool(_SUPERVISION.search(line[:begin])) and not _NAME_MARK.search(line)


def _parts_of(run: re.Match[str]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every sequence of neighbouring groups of a run that has 11 to 19 characters, with where it begins."""
    found = [*re.finditer(r"[0-9Xx]+", run[0])]
    for first, begin in enumerate(found):
        size = 0
        for last in range(first, min(first + 19, len(found))):
            size += len(found[last][0])
            if size > 19:
                break
            if size >= 11:
                yield tuple(each[0] for each in found[first : last + 1]), run.start() + begin.start()


def _kind_of(groups: tuple[str, ...]) -> str:
    """What kind of a person's number the groups of digits are; "" for none."""
    number = "".join(groups)
    sizes, digits = tuple(map(len, groups)), number.isdecimal()
    alone = len(groups) == 1
    if len(number) == 18 and number[:17].isdecimal() and (alone or _is_resident(number)):
        return "posting.id_number"
    if len(number) == 15 and digits and (alone or (_is_resident(f"{number[:6]}19{number[6:]}") and _even(sizes, 6))):
        return "posting.id_number"
    if digits and 16 <= len(number) <= 19 and number[0] in "3456" and _luhn(number) and (alone or _even(sizes, 4)):
        return "posting.bank_card"
    if digits and len(number) == 13 and number.startswith("861") and (alone or sizes[0] == 2):
        return "posting.phone"
    if digits and number[0] == "1" and sizes in _PHONE_SHAPES and (alone or number[1] in "3456789"):
        return "posting.phone"
    return ""


def _even(sizes: tuple[int, ...], first: int) -> bool:
    """Whether the groups are those in which people write long numbers: all alike but the last, or so many first."""
    return sizes[0] == first or (len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0])


def _is_resident(number: str) -> bool:
    if number[:2] not in _PROVINCES or number[6:8] not in ("18", "19", "20"):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return True


def _luhn(number: str) -> bool:
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _has_landline(line: str, allowed: Collection[str]) -> bool:
    """Whether a landline stands there that is not an office's: of a text it is the office's, in a home's row a resident's."""
    told = [found[0] for found in _LANDLINE.finditer(line) if digits_of(found[0]) not in allowed]
    if _NAME_MARK.search(line) or (_DOOR.search(line) and not _OFFICE.search(line)):
        labelled = (found[0] for found in _LABELLED_PHONE.finditer(line))
        told += [text for text in labelled if not any(each.endswith(digits_of(text)) for each in allowed)]
        return bool(told)
    return bool(told) and not _OFFICE.search(line)


def digits_of(phone: str) -> str:
    """A phone number as it is compared: its digits."""
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", phone))


def _is_row(line: str) -> bool:
    """Whether a line tells of one home: it has a covered name or a door."""
    return bool(_NAME_MARK.search(line) or _DOOR.search(line))


def health_word(text: str, *, in_sentences: bool = True) -> str:
    """The first word in a plain text that tells somebody's health or welfare; "" where none does.

    in_sentences  False lets a whole sentence pass that names no home: 低保家庭优先选房。

    Rule: PIPL art 28: health is sensitive; 特定身份 such as 低保 is treated alike.
    """
    if not in_sentences and not _is_row(text) and text.endswith(("。", ";", "!", "?")):
        return ""
    told = HARMLESS.sub("", text)
    apart = _GAP.search(told) and _APART.search(told)
    return next((word for word in SENSITIVE if word in told), re.sub(r"[ ._·-]", "", apart[0]) if apart else "")


def find_leaks(
    text: str, names: Collection[str], allowed: Collection[str] = (), *, in_sentences: bool = False
) -> Iterator[Leak]:
    """What a posting tells that it must not, line by line.

    names    full names of the residents: masked ones (张*明) may stand there, whole ones may not
    allowed  phones that are the office's own, as digits
    in_sentences  of a title: a word of health is refused in a general sentence too, and a name without a door

    Rule: PIPL arts 6, 25, 28; 政府信息公开条例 art 15: ID numbers, phones and health facts are not published, names are
    masked. (house) Two lines that read the same once masked would point at one household as well as at the other: each
    line needs its door.
    """
    known = {normal_text(name) for name in names if len(name.strip()) > 1}
    sizes = {len(name) for name in known}
    lines = [plain(line) for line in text.splitlines()]
    rows = _without_serials(lines)
    twice = Counter(rows.values())
    for number, line in enumerate(lines, 1):
        numbers = [*find_numbers(line, allowed)]
        yield from (Leak(number, code) for code in numbers)
        word = health_word(line, in_sentences=in_sentences)
        if word:
            yield Leak(number, "posting.health", word)
        if _has_name(line, known, sizes, anywhere=in_sentences):
            yield Leak(number, "posting.name")
        if "posting.id_number" not in numbers and _tells_birth(line):
            yield Leak(number, "posting.birth")
        if twice[rows.get(number, "")] > 1:
            yield Leak(number, "posting.twice")


def _without_serials(lines: Sequence[str]) -> dict[int, str]:
    """Number of a line with a covered name -> what it says behind its serial number.

    A number with a blank behind it is a serial only where it counts the lines: 501 is a room.
    """
    rows: dict[int, str] = {}
    for number, line in enumerate(lines, 1):
        if _NAME_MARK.search(line):
            serial = _SERIAL.match(line)
            if serial and serial[2] and int(serial[2]) != len(rows) + 1:
                serial = None
            rows[number] = re.sub(r"[ ,、;:]", "", line[serial.end() :] if serial else line)
    return rows


def _has_name(line: str, known: Collection[str], sizes: Collection[int], *, anywhere: bool) -> bool:
    """Whether a whole name stands there: one of the register, or one where a person's name is to be expected.

    sizes     how long the known names are
    anywhere  a name is to be expected in each cell, also of a line without a door
    """
    for chunk in map(normal_text, line.split()):
        if any(chunk[at : at + size] in known for size in sizes for at in range(len(chunk) - size + 1)):
            return True
    cells = [cell[0] for cell in _CELL.finditer(re.sub(r"[·.]", " ", line))]
    for first in range(len(cells)):
        for last in range(first + 2, min(first + 5, len(cells)) + 1):
            if normal_text("".join(cells[first:last])) in known:
                return True
    words = _joined_letters(cells)
    has_door = anywhere or bool(_DOOR.search(line))
    for before, word in pairwise(["", *words]):
        if _looks_like_name(word) and (_OWNER.search(before) or (has_door and not _OFFICIAL.search(before))):
            return True
    told = [word for word in words if not any(letter.isdigit() for letter in word)]
    return bool(told) and all(map(_looks_like_name, told))


def _joined_letters(cells: Sequence[str]) -> list[str]:
    """The cells, with single characters that stand apart made one word: 刘 斌 俊, 张 伟."""
    joined: list[str] = []
    open_ = False
    for cell in cells:
        single = len(cell) == 1 and bool(re.match(f"[{_HAN}]", cell))
        if single and open_:
            joined[-1] += cell
        else:
            joined.append(cell)
        open_ = single
    return joined


def _looks_like_name(word: str) -> bool:
    if not re.fullmatch(f"[{_HAN}]{{2,4}}", word) or word in NO_NAMES or "某" in word or word[-1] in _PLACE:
        return False
    if word[:2] in COMPOUND_SURNAMES and len(word) > 2:
        return True
    return len(word) < 4 and word[0] in SURNAMES


def _tells_birth(line: str) -> bool:
    """Whether a date of birth or an age stands beside a covered name, or anywhere under its own label."""
    if _BORN.search(line):
        return True
    if not _NAME_MARK.search(line):
        return False
    dates = (found for found in _DATE.finditer(line) if not _HOMES_DATE.search(line[: found.start()]))
    return bool(_AGE.search(line)) or any(dates)


def phones_of(text: str) -> frozenset[str]:
    """The phone numbers of a text, as digits: 0546-8880000、0546-8880001."""
    told = unicodedata.normalize("NFKC", text)
    return frozenset(digits_of(each) for each in re.findall(r"[0-9(][0-9() -]{5,}[0-9]", told))


def ends_on(posted_on: date, days: int, calendar: WorkCalendar = NO_HOLIDAYS) -> date:
    """The last day of a posting's term.

    Rule: 民法典 arts 201, 203: the day of hanging up is not counted; a last day that is a day off moves to the next
    working day.
    """
    return last_day(posted_on, days, calendar)


WHOLE = re.compile("全部|全体|整个|所有")
_BUILDING = re.compile("([0-9A-Za-z甲乙丙丁]+)(?:号楼|楼|幢|栋)")
_ENUMERATED = re.compile("([0-9]+)(?=[、,和及]+[0-9]+)")
_NO_SCOPE = re.compile("[、,;和及与的 ]|住户|各户|居民|业主|权利人|房屋|户|范围内|小区|项目")


def buildings_of(scope: str, project: str) -> tuple[str, ...]:
    """The numbers of the buildings for which a posting is, as its scope names them; () for the whole project.

    Rule: (house) the table that hangs lists the homes of its scope, so the scope must say of which buildings.
    Raises DomainError posting.scope_form.
    """
    told = _ENUMERATED.sub(r"\1号楼", plain(scope))
    numbers = tuple(dict.fromkeys(_BUILDING.findall(told)))
    rest, place = _NO_SCOPE.sub("", _BUILDING.sub("", told)), _NO_SCOPE.sub("", plain(project))
    if numbers and rest in place:
        return numbers
    if not numbers and WHOLE.sub("", rest) in place:
        return ()
    raise DomainError("posting.scope_form", scope=scope[:60])


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
        words = plain("　".join(value for value in astuple(home) if isinstance(value, str)))
        if any(find_numbers(words)):
            raise DomainError("posting.home_number", door=home.door)
        if health_word(words):
            raise DomainError("posting.home_health", door=home.door)
    same = [home.door for home, count in Counter(homes).items() if count > 1]
    if same:
        raise DomainError("posting.home_identical", doors="、".join(same[:5]), count=len(same))
