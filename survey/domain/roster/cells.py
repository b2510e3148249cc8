"""One cell at a time: what an office typed, or what Excel made of it, into the value that is meant.

Every reader takes the raw cell and returns `(value, fault)`. A value that cannot be read with certainty is never guessed:
it is None and the fault says why. Readers of columns with few distinct values are cached by text.

What Excel does to numbers is handled here once: a phone is a float `12012345678.0`, a year is `1999.0`, a date a serial
number, and an 18-digit number stored as a number has lost its last digits for good.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache

from survey.domain import codes
from survey.domain.errors import DomainError
from survey.domain.identity import check_phone, check_resident_id, check_uscc, normal_cert_no
from survey.domain.roster.record import Cell, Fault, Severity

WARNING = Severity.WARNING
UNCALCULATED = "\x00"
"""The text of a formula that stands in a file without its value: no cell can hold this character."""
BLANKS = frozenset(
    {
        "",
        "/",
        "\\",
        "-",
        "--",
        "---",
        "—",
        "——",
        "－",
        "无",
        "暂无",
        "不详",
        "未知",
        "NULL",
        "N/A",
        "#N/A",
        "NONE",
        "\\N",
    }
)
TWO_PLACES = Decimal("0.01")
LARGEST_AREA_M2 = Decimal(100_000)
EXACT_DIGITS = 15
"""Excel keeps 15 significant digits of a number."""
OLDEST_YEAR = 1840
_SERIAL_ZERO = date(1899, 12, 30)
_INVISIBLE = dict.fromkeys(map(ord, "​‌‍⁠﻿­"))
_SCIENTIFIC = re.compile(r"^[0-9](?:\.[0-9]+)?E\+?[0-9]{1,2}$")


def text_of(cell: Cell) -> str:
    """The cell as text: whole numbers without `.0`, dates as yyyy-mm-dd, blanks at the ends removed."""
    if isinstance(cell, str):
        return (cell if cell.isprintable() else cell.translate(_INVISIBLE)).strip()
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """Whether the cell says nothing: empty, or one of the signs that offices put for "nothing"."""
    if cell.__class__ is not str:
        return cell is None
    return len(cell) < 12 and cell.strip().upper() in BLANKS


def value_text(cell: Cell) -> str:
    """The cell as text, "" where it says nothing."""
    return "" if is_blank(cell) else text_of(cell)


def folded_text(cell: Cell) -> str:
    """The cell's text with full-width forms folded (NFKC) and all blanks removed."""
    text = value_text(cell)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return "".join(text.split())


# --- numbers --------------------------------------------------------------------------------------------------------

_AREA_UNIT = re.compile(r"(?:M2|㎡|平方米|平米|平方|平|M\^2)$")
_PLAIN_NUMBER = re.compile(r"^[+-]?[0-9]+(?:\.[0-9]+)?$")
_THOUSANDS = re.compile(r"^[+-]?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?$")


def area_m2(cell: Cell) -> tuple[Decimal | None, Fault | None]:
    """Square metres with two decimals: `85.2`, `85.2㎡`, `１，０８５.２平方米`. Zero counts as blank, less is an error."""
    if cell is None or cell == "":
        return None, None
    if isinstance(cell, bool | date):
        return None, Fault("roster.area_form", params=(("value", text_of(cell)),))
    return _area_m2(cell if isinstance(cell, str) else repr(cell))


@lru_cache(maxsize=65536)
def _area_m2(text: str) -> tuple[Decimal | None, Fault | None]:
    folded = folded_text(text).upper()
    if folded in BLANKS:
        return None, None
    number = _AREA_UNIT.sub("", folded)
    if _THOUSANDS.match(number):
        number = number.replace(",", "")
    if not _PLAIN_NUMBER.match(number) and not (_SCIENTIFIC.match(number)):
        return None, Fault("roster.area_form", params=(("value", text.strip()[:20]),))
    try:
        area = Decimal(number).quantize(TWO_PLACES, ROUND_HALF_UP)
    except InvalidOperation:
        return None, Fault("roster.area_form", params=(("value", text.strip()[:20]),))
    if area < 0:
        return None, Fault("roster.area_negative", params=(("value", text.strip()[:20]),))
    if area > LARGEST_AREA_M2:
        return None, Fault("roster.area_large", params=(("value", text.strip()[:20]),))
    return (area, None) if area else (None, Fault("roster.area_zero", WARNING))


def whole(cell: Cell) -> tuple[int | None, Fault | None]:
    """A small whole number: `3`, `3.0`, `３人`, `5层`. Anything else is left out with a warning."""
    if is_blank(cell):
        return None, None
    if isinstance(cell, float) and cell.is_integer() and -10 < cell < 1000:
        return int(cell), None
    match = re.match(r"^共?(-?[0-9]{1,3})[层楼人口户个F]?$", folded_text(cell).upper())
    return (
        (int(match[1]), None)
        if match
        else (None, Fault("roster.number_form", WARNING, (("value", text_of(cell)[:20]),)))
    )


@lru_cache(maxsize=4096, typed=True)
def floor(cell: Cell) -> tuple[tuple[int | None, str], Fault | None]:
    """The floor and a note: `5` -> 5; `5-6` (a duplex) -> 5, note `5-6层`; `阁楼` -> no number, the note says it."""
    if is_blank(cell):
        return (None, ""), None
    if isinstance(cell, float) and cell.is_integer() and -10 < cell < 200:
        return (int(cell), ""), None
    text = folded_text(cell).upper().removeprefix("第")
    if match := re.match(r"^(?:地下|负|B)([0-9]{1,2})[层楼F]?$", text):
        return (-int(match[1]), ""), None
    if match := re.match(r"^(-?[0-9]{1,2})[层楼F]?$", text):
        return (int(match[1]), ""), None
    if match := re.match(r"^([0-9]{1,2})[层楼F]?[-~至、/]([0-9]{1,2})[层楼F]?$", text):
        return (int(match[1]), f"{match[1]}-{match[2]}层"), None
    if isinstance(cell, date):
        return (None, ""), Fault("roster.became_date", WARNING, (("value", text_of(cell)),))
    return (None, text_of(cell)[:20]), None


# --- dates ----------------------------------------------------------------------------------------------------------

_DATE = re.compile(r"^([12][0-9]{3})[-./年]([0-9]{1,2})(?:[-./月]([0-9]{1,2})日?|月)?$")
_CLOCK = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}.*$")
_DIGIT_DATE = re.compile(r"^([12][0-9]{3})([01][0-9])([0-3][0-9])$")


def day(cell: Cell, today: date) -> tuple[date | None, Fault | None]:
    """A date: an Excel date or serial, `2003.5.1`, `2003年5月1日`, `20030501`. `2003年5月` is its first day, with a warning."""
    if is_blank(cell):
        return None, None
    if isinstance(cell, datetime):
        found: date = cell.date()
    elif isinstance(cell, date):
        found = cell
    else:
        if isinstance(cell, float) and cell.is_integer() and 7000 < cell < 80000:
            return _not_future(_SERIAL_ZERO + timedelta(days=int(cell)), text_of(cell), today)
        return _day(text_of(cell), today)
    return _not_future(found, found.isoformat(), today)


def _not_future(found: date, text: str, today: date) -> tuple[date | None, Fault | None]:
    if found > today or found.year < OLDEST_YEAR:
        return None, Fault("roster.date_range", WARNING, (("value", text),))
    return found, None


@lru_cache(maxsize=16384)
def _day(text: str, today: date) -> tuple[date | None, Fault | None]:
    folded = folded_text(_CLOCK.sub("", text))
    fault = Fault("roster.date_form", WARNING, (("value", text[:20]),))
    match = _DIGIT_DATE.match(folded) or _DATE.match(folded)
    if match is None:
        return None, fault
    year, month, number = match[1], match[2], match[3]
    if number is None and "." in folded and len(month) == 1 and month == "1":
        return None, fault  # 2003.1 is what Excel shows for both January and October.
    try:
        found = date(int(year), int(month), int(number or 1))
    except ValueError:
        return None, fault
    value, problem = _not_future(found, text[:20], today)
    if value is not None and number is None:
        return value, Fault("roster.date_month", WARNING, (("value", text[:20]),))
    return value, problem


def build_year(cell: Cell, today: date) -> tuple[int | None, Fault | None]:
    """The year a house was finished: `1985`, `1985年`, a date. Left out with a warning when it is not one year."""
    if isinstance(cell, float) and OLDEST_YEAR <= cell <= today.year and cell.is_integer():
        return int(cell), None
    if is_blank(cell):
        return None, None
    if isinstance(cell, date):
        return cell.year, None
    match = re.match(r"^([0-9]{4})(?:年(?:建成?)?|[-./年][0-9]{1,2}(?:[-./月][0-9]{0,2}日?)?)?$", folded_text(cell))
    if match and OLDEST_YEAR <= int(match[1]) <= today.year:
        return int(match[1]), None
    return None, Fault("roster.year_form", WARNING, (("value", text_of(cell)[:20]),))


# --- people ---------------------------------------------------------------------------------------------------------

_NAME_SEPARATOR = re.compile(r"[、，,；;/／|｜\n\r]+")
_PARENTHESES = re.compile(r"[（(]([^（）()]*)[）)]")
_DECEASED = re.compile(r"已?(?:亡故|去世|死亡|病故|故|殁|亡)$")
_DOTS = re.compile(r"[•・．‧∙●]")
_AND_OTHERS = re.compile(r"等(?:[0-9一二三四五六七八九十]+人)?$")


@lru_cache(maxsize=16384)
def names(text: str) -> tuple[tuple[str, bool], ...]:
    """The owners in one cell, each with whether the roster calls them dead.

    `乔秀兰、解梅秀` is two people, `张　伟` (a blank to align two characters with three) is one, `张伟 李娜` two.
    """
    found: list[tuple[str, bool]] = []
    for piece in _NAME_SEPARATOR.split(text.translate(_INVISIBLE)):
        remarks = _PARENTHESES.findall(piece)
        bare = _DOTS.sub("·", _PARENTHESES.sub("", piece))
        dead = any(_DECEASED.search(remark.strip()) for remark in remarks)
        words = bare.split()
        if len(words) > 1 and all(len(word) >= 2 for word in words) and not bare.isascii():
            parts = words
        else:
            parts = [" ".join(words) if bare.isascii() else "".join(words)]
        for name in parts:
            name = _AND_OTHERS.sub("", name).strip("·")
            if name and name.upper() not in BLANKS:
                found.append((name[:50], dead))
    return tuple(found)


_ID_SEPARATOR = re.compile(r"[、，,；;/|\s]+")
PAPERS = {
    codes.IdType.HK_MACAO_PASS: re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?\Z"),
    codes.IdType.PASSPORT: re.compile(r"[A-Z]{1,2}[0-9]{7,8}\Z"),
    codes.IdType.TAIWAN_PASS: re.compile(r"[0-9]{8}\Z"),
}
"""Papers that a roster does not name are told by their pattern (narrower than what a person may enter with the type)."""
HMT_REGIONS = ("81", "82", "83")


def id_numbers(cell: Cell) -> list[tuple[str, codes.IdType | None, Fault | None]]:
    """The ID numbers in one cell, each canonical with its kind, or "" with the fault.

    A number that Excel kept as a number has lost every digit after the fifteenth: an error, never a guess.
    """
    if cell is None or cell == "":
        return []
    if isinstance(cell, str):
        if len(cell) == 18 and cell.isascii():
            return [_id_number(cell)]
        text = cell if cell.isascii() else unicodedata.normalize("NFKC", cell.translate(_INVISIBLE))
        if text.strip().upper() in BLANKS:
            return []
        text = text.strip().strip("'’`").upper()
        joined = "".join(text.split())
        if len(joined) in (15, 18) and joined.isascii() and joined.isalnum():
            return [_id_number(joined)]
        return [_id_number(part.strip("'’`")) for part in _ID_SEPARATOR.split(text) if part]
    if isinstance(cell, float) and cell.is_integer() and 0 < cell < 10**EXACT_DIGITS:
        return [_id_number(str(int(cell)))]
    if isinstance(cell, int) and not isinstance(cell, bool) and 0 < cell < 10**EXACT_DIGITS:
        return [_id_number(str(cell))]
    if isinstance(cell, int | float) and not isinstance(cell, bool) and cell >= 10**EXACT_DIGITS:
        return [("", None, Fault("identity.excel_lost"))]
    return [("", None, Fault("roster.id_form"))]


def _id_number(text: str) -> tuple[str, codes.IdType | None, Fault | None]:
    number = text.upper()
    if len(number) in (15, 18) and number[:-1].isdigit():
        try:
            resident = check_resident_id(number)
        except DomainError as error:
            return "", None, Fault(error.code, params=tuple(error.params.items()))
        kind = codes.IdType.HMT_RESIDENCE if number[:2] in HMT_REGIONS else codes.IdType.RESIDENT
        if resident.upgraded:
            return resident.number18, kind, Fault("roster.id_old", WARNING)
        if number.endswith("000"):
            return resident.number18, kind, Fault("roster.id_maybe_lost", WARNING)
        return resident.number18, kind, None
    if _SCIENTIFIC.match(number):
        return "", None, Fault("identity.excel_lost")
    if len(number) == 18 and number.isalnum() and not number[:17].isdigit():
        try:
            return check_uscc(number), codes.IdType.USCC, None
        except DomainError as error:
            return "", None, Fault(error.code)
    for kind in (codes.IdType.HK_MACAO_PASS, codes.IdType.PASSPORT, codes.IdType.TAIWAN_PASS):
        if PAPERS[kind].match(number):
            return number, kind, None
    if number.isdigit() or len(number) in (16, 17, 19):
        return "", None, Fault("identity.length", params=(("length", len(number)),))
    return "", None, Fault("roster.id_form")


_PHONE_SEPARATOR = re.compile(r"[、，,；;/|\n\r]+")


def phones(cell: Cell) -> tuple[list[str], Fault | None]:
    """The phone numbers in one cell, digits only. What is no phone number is left out with a warning."""
    if cell is None or cell == "":
        return [], None
    if isinstance(cell, str) and len(cell) == 11 and cell.isascii() and cell.isdigit() and cell[0] == "1":
        return [cell], None
    if isinstance(cell, int | float) and not isinstance(cell, bool) and 10_000_000_000 <= cell < 20_000_000_000:
        if cell == int(cell):
            return [str(int(cell))], None
    if is_blank(cell):
        return [], None
    found: list[str] = []
    fault: Fault | None = None
    pieces = [piece for piece in _PHONE_SEPARATOR.split(text_of(cell)) if not is_blank(piece)]
    if len(pieces) == 1 and len(words := pieces[0].split()) > 1 and all(len(word) >= 7 for word in words):
        pieces = words
    for piece in pieces:
        try:
            found.append(
                check_phone(_PARENTHESES.sub(lambda match: f"{match[1]}-" if match[1].isdigit() else "", piece)).number
            )
        except DomainError as error:
            fault = Fault(error.code, WARNING)
    return found, fault


@lru_cache(maxsize=1024)
def share(text: str) -> tuple[tuple[int, int] | None, Fault | None]:
    """A fraction: `1/2`, `50%`, `二分之一`, `各1/2`. A wording such as 共同共有 is no fraction and no fault."""
    folded = folded_text(text).removeprefix("各").removeprefix("占")
    if not folded or folded in ("全部", "100%", "1", "单独所有", "共同共有", "按份共有"):
        return ((1, 1) if folded in ("全部", "100%", "1") else None), None
    if match := re.match(r"^([0-9]{1,6})/([0-9]{1,6})$", folded):
        numerator, denominator = int(match[1]), int(match[2])
    elif match := re.match(r"^([0-9]{1,2})(?:\.([0-9]{1,4}))?%$", folded):
        decimals = match[2] or ""
        numerator, denominator = int(match[1] + decimals), 100 * 10 ** len(decimals)
    elif match := re.match(r"^([一二三四五六七八九十])分之([一二三四五六七八九])$", folded):
        digits = "零一二三四五六七八九十"
        numerator, denominator = digits.index(match[2]), digits.index(match[1])
    else:
        return None, Fault("roster.share_form", WARNING, (("value", text.strip()[:20]),))
    if not 0 < numerator <= denominator:
        return None, Fault("roster.share_form", WARNING, (("value", text.strip()[:20]),))
    for prime in (2, 3, 5, 7):
        while numerator % prime == 0 and denominator % prime == 0:
            numerator, denominator = numerator // prime, denominator // prime
    return (numerator, denominator), None


# --- words with a code list -----------------------------------------------------------------------------------------

TENURES: dict[str, codes.Tenure] = {
    "商品房": codes.Tenure.COMMERCIAL, "商品住宅": codes.Tenure.COMMERCIAL, "市场化商品房": codes.Tenure.COMMERCIAL,
    "私房": codes.Tenure.COMMERCIAL, "私有": codes.Tenure.COMMERCIAL, "私产": codes.Tenure.COMMERCIAL,
    "房改房": codes.Tenure.REFORM_FULL, "房改房(成本价)": codes.Tenure.REFORM_FULL, "成本价房改房": codes.Tenure.REFORM_FULL,
    "成本价": codes.Tenure.REFORM_FULL, "已购公房": codes.Tenure.REFORM_FULL, "房改": codes.Tenure.REFORM_FULL,
    "房改房(标准价)": codes.Tenure.REFORM_PARTIAL, "标准价": codes.Tenure.REFORM_PARTIAL,
    "标准价房改房": codes.Tenure.REFORM_PARTIAL, "部分产权": codes.Tenure.REFORM_PARTIAL,
    "房改房(部分产权)": codes.Tenure.REFORM_PARTIAL, "房改房(标准价/部分产权)": codes.Tenure.REFORM_PARTIAL,
    "经济适用房": codes.Tenure.AFFORDABLE, "经济适用住房": codes.Tenure.AFFORDABLE, "经适房": codes.Tenure.AFFORDABLE,
    "集资建房": codes.Tenure.COLLECTIVE_FUNDED, "集资房": codes.Tenure.COLLECTIVE_FUNDED,
    "直管公房": codes.Tenure.PUBLIC_MANAGED, "公房": codes.Tenure.PUBLIC_MANAGED, "公产": codes.Tenure.PUBLIC_MANAGED,
    "单位自管公房": codes.Tenure.UNIT_MANAGED, "自管公房": codes.Tenure.UNIT_MANAGED, "单位公房": codes.Tenure.UNIT_MANAGED,
    "单位产": codes.Tenure.UNIT_MANAGED, "自管产": codes.Tenure.UNIT_MANAGED, "直管产": codes.Tenure.PUBLIC_MANAGED,
    "安置房": codes.Tenure.RESETTLEMENT, "回迁房": codes.Tenure.RESETTLEMENT, "拆迁安置房": codes.Tenure.RESETTLEMENT,
    "动迁房": codes.Tenure.RESETTLEMENT, "自建房": codes.Tenure.SELF_BUILT, "自建": codes.Tenure.SELF_BUILT,
    "无证房": codes.Tenure.NO_TITLE, "无证": codes.Tenure.NO_TITLE, "无产权": codes.Tenure.NO_TITLE, "其他": codes.Tenure.OTHER,
}  # fmt: skip
STRUCTURES: dict[str, codes.Structure] = {
    "钢": codes.Structure.STEEL, "钢混": codes.Structure.REINFORCED, "钢筋混凝土": codes.Structure.REINFORCED,
    "框架": codes.Structure.REINFORCED, "框剪": codes.Structure.REINFORCED, "剪力墙": codes.Structure.REINFORCED,
    "框架剪力墙": codes.Structure.REINFORCED, "钢砼": codes.Structure.REINFORCED, "砼": codes.Structure.REINFORCED,
    "钢、钢筋混凝土": codes.Structure.STEEL_CONCRETE, "钢和钢筋混凝土": codes.Structure.STEEL_CONCRETE,
    "混合": codes.Structure.MIXED, "砖混": codes.Structure.MIXED, "混合(砖混)": codes.Structure.MIXED,
    "砖木": codes.Structure.BRICK_WOOD, "其他": codes.Structure.OTHER, "其它": codes.Structure.OTHER,
}  # fmt: skip
USES: dict[str, codes.Use] = {
    "住宅": codes.Use.DWELLING, "居住": codes.Use.DWELLING, "住房": codes.Use.DWELLING, "成套住宅": codes.Use.DWELLING_SET,
    "非成套住宅": codes.Use.DWELLING_NON_SET, "城镇住宅": codes.Use.DWELLING, "住宅用地/住宅": codes.Use.DWELLING,
    "商业": codes.Use.COMMERCE, "商业服务": codes.Use.COMMERCE, "商服": codes.Use.COMMERCE, "商铺": codes.Use.COMMERCE,
    "营业": codes.Use.TRADE, "经营": codes.Use.TRADE, "门市": codes.Use.TRADE, "门面": codes.Use.TRADE,
    "办公": codes.Use.OFFICE, "仓储": codes.Use.WAREHOUSE, "仓库": codes.Use.WAREHOUSE, "工业": codes.Use.FACTORY,
    "集体宿舍": codes.Use.DORMITORY, "宿舍": codes.Use.DORMITORY, "其他": codes.Use.OTHER,
}  # fmt: skip
LEASES: dict[str, codes.Lease] = {
    "自住": codes.Lease.OWNER_LIVES, "自用": codes.Lease.OWNER_LIVES, "本人居住": codes.Lease.OWNER_LIVES,
    "出租": codes.Lease.RENTED, "租赁": codes.Lease.RENTED, "已出租": codes.Lease.RENTED,
    "出借": codes.Lease.LENT, "借住": codes.Lease.LENT, "借用": codes.Lease.LENT,
    "空置": codes.Lease.VACANT, "空房": codes.Lease.VACANT, "闲置": codes.Lease.VACANT, "空": codes.Lease.VACANT,
    "公房承租": codes.Lease.PUBLIC_TENANCY, "承租": codes.Lease.PUBLIC_TENANCY,
}  # fmt: skip
YES_WORDS = frozenset({"是", "√", "✓", "✔", "有", "Y", "YES", "1", "TRUE", "对"})
NO_WORDS = frozenset({"否", "×", "✗", "N", "NO", "0", "FALSE", "未出租", "不是"})


def _word(cell: Cell) -> str:
    return folded_text(cell).replace("（", "(").replace("）", ")")


@lru_cache(maxsize=4096)
def tenure(text: str) -> tuple[codes.Tenure | None, Fault | None]:
    """产权性质 in the words of rosters. A plain 房改房 counts as bought at cost price, the usual case, with a warning."""
    word = _word(text)
    if not word:
        return None, None
    found = TENURES.get(word) or next((code for code in codes.Tenure if _word(code.label) == word), None)
    if found is None:
        return None, Fault("roster.word_unknown", WARNING, (("value", text.strip()[:20]),))
    if word in ("房改房", "房改", "公房", "公产"):
        return found, Fault("roster.tenure_short", WARNING, (("value", text.strip()), ("label", found.label)))
    return found, None


@lru_cache(maxsize=4096)
def structure(text: str) -> tuple[codes.Structure | None, Fault | None]:
    """结构: `砖混`, `混合结构`, `钢混`."""
    word = _word(text)
    if not word:
        return None, None
    found = STRUCTURES.get(word.removesuffix("结构")) or next(
        (c for c in codes.Structure if _word(c.label) == word), None
    )
    return (found, None) if found else (None, Fault("roster.word_unknown", WARNING, (("value", text.strip()[:20]),)))


@lru_cache(maxsize=4096)
def use(text: str) -> tuple[codes.Use | None, Fault | None]:
    """用途: `住宅`, `成套住宅`, `商业`."""
    word = _word(text)
    if not word:
        return None, None
    bare = word.removesuffix("用房")
    found = USES.get(word) or USES.get(bare) or next((c for c in codes.Use if c.label in (word, bare)), None)
    return (found, None) if found else (None, Fault("roster.word_unknown", WARNING, (("value", text.strip()[:20]),)))


@lru_cache(maxsize=4096, typed=True)
def lease(cell: Cell) -> tuple[codes.Lease | None, Fault | None]:
    """居住状况. The answer of a column 是否出租: yes is 出租; no only says that it is not let, so it stays open."""
    word = _word(cell).upper()
    if not word or word in NO_WORDS:
        return None, None
    if word in YES_WORDS:
        return codes.Lease.RENTED, None
    found = LEASES.get(word) or next((code for code in codes.Lease if code.label == word), None)
    return (found, None) if found else (None, Fault("roster.word_unknown", WARNING, (("value", text_of(cell)[:20]),)))


# --- certificates ---------------------------------------------------------------------------------------------------

_CERT_SEPARATOR = re.compile(r"[、，,；;\n\r]+")


@lru_cache(maxsize=65536)
def certificate_numbers(text: str) -> tuple[tuple[str, codes.CertType], ...]:
    """The certificate numbers in one cell with their kind, parentheses in one form: `鲁（2018）东营市不动产权第0028950号`."""
    if text.strip().upper() in BLANKS:
        return ()
    pieces = [piece for piece in _CERT_SEPARATOR.split(text) if piece.strip()]
    if len(pieces) > 1 and not all(re.search(r"[0-9]{3}", piece) for piece in pieces):
        pieces = [text]
    found: list[tuple[str, codes.CertType]] = []
    for piece in pieces:
        number = normal_cert_no(piece).replace("〔", "（").replace("〕", "）")
        if number.strip("（）") in BLANKS:
            continue
        if "不动产" in number:
            kind = codes.CertType.REALTY
        elif "土" in number or "国用" in number:
            kind = codes.CertType.LAND
        else:
            kind = codes.CertType.HOUSE
        found.append((number[:100], kind))
    return tuple(found)
