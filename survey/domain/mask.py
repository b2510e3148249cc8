"""Personal data as it is shown by default: enough to recognise, not enough to copy.

Masking is for lists, search, exports and notices; clear text is shown by `reveal`, one field of one person, with a
reason. Addresses are not masked here: a notice in the area needs building, stairwell and room. Names of organisations
are no personal data and stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

STAR = "*"
_COMPOUND = """
欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶
太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良
漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 公户 公玉 公仪 梁丘 公仲
公上 公门 公山 公坚 左丘 公伯 西门 公祖 第五 公乘 贯丘 公皙 南荣 东里 东宫 仲长 子书 子桑 即墨 淳于
达奚 褚师 纳兰
"""
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())
ORGANISATION = re.compile(
    r".{2,}(公司|集团|厂|局|中心|委员会|村委会|居委会|学校|医院|银行"
    r"|合作社|研究院|事务所|商店|工会|基金会)\Z"
)
DOTS = re.compile(r"([·•‧・･．.])")
RESIDENT_18 = re.compile(r"[0-9]{17}[0-9Xx]\Z")
RESIDENT_15 = re.compile(r"[0-9]{15}\Z")
LANDLINE = re.compile(r"(0(?:10|2[0-9]|[3-9][0-9]{2}))([\- ]?)([0-9]{7,8})\Z")

# Numbers as people write them into a text: \d also means full-width digits; between groups stand blanks and hyphens.
_GAP = r"[ \t\u00a0\u3000\u200b\-－‐‑–—]{0,3}"
_PHONE_GAP = r"[ \t\u00a0\u3000\u200b\-－‐‑–—.()（）]{0,3}"
_START, _END = r"(?<![\d第])", r"(?!\d)"
_MANY_DIGITS = re.compile(rf"\d(?:{_PHONE_GAP}\d){{9}}")
_LONG_NUMBER = re.compile(rf"{_START}\d{{14,18}}[\dXxＸｘ]{_END}")
_ID_18 = re.compile(rf"{_START}\d(?:{_GAP}\d){{16}}{_GAP}[\dXxＸｘ]{_END}")
_ID_15 = re.compile(rf"{_START}\d{{3}}(?:{_GAP}\d{{3}}){{4}}(?![\dA-Za-z])")
_BORN_18 = re.compile(r"[1-9][0-9]{5}(?:18|19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_BORN_15 = re.compile(r"[1-8][0-9]{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_MOBILE = re.compile(
    rf"(?<![\d第])((?:[+＋]|00|００)?(?:86|８６){_PHONE_GAP})?"
    rf"([1１][2-9２-９](?:\d{_PHONE_GAP}\d{{3}}(?:\d{_PHONE_GAP}\d{{4}}|{_PHONE_GAP}\d{{5}}))"
    rf"|[1１](?:{_PHONE_GAP}(?<!\d)\d){{10}}){_END}"
)
_LANDLINE = re.compile(rf"{_START}[(（]?([0０]\d{{2,3}}){_PHONE_GAP}(\d{{3,4}}{_GAP}\d{{4}}){_END}")


def _characters(text: str) -> list[str]:
    """The characters as a person counts them: variation selectors and combining marks stay with their base."""
    characters: list[str] = []
    for character in text:
        if characters and (unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf")):
            characters[-1] += character
        else:
            characters.append(character)
    return characters


def mask_name(name: str) -> str:
    """张* for two characters, 张*明 for more, 欧阳** for compound surnames, 买**·** for names with a dot.

    Rule: no national standard; the usual form of public lists (政府信息公开条例 art 15, PIPL art 51).
    Two characters keep the surname, three and more the first and the last; the given name after a compound surname and
    the parts after a dot are covered wholly. Latin names keep the first letter of each word.
    """
    name = name.strip()
    if ORGANISATION.match(name):
        return name
    if DOTS.search(name):
        parts = DOTS.split(name)
        first = _characters(parts[0])
        covered = ["".join(first[:1]) + STAR * max(len(first) - 1, 0)]
        for part in parts[1:]:
            covered.append("·" if DOTS.match(part) else STAR * len(_characters(part)))
        return "".join(covered)
    if name.isascii():
        return " ".join(word[:1] + STAR * (len(word) - 1) for word in name.split())
    characters = _characters("".join(name.split()))
    if len(characters) == 1:
        return STAR
    if len(characters) >= 3 and "".join(characters[:2]) in COMPOUND_SURNAMES:
        return "".join(characters[:2]) + STAR * (len(characters) - 2)
    if len(characters) == 2:
        return characters[0] + STAR
    return characters[0] + STAR * (len(characters) - 2) + characters[-1]


def mask_id_no(number: str) -> str:
    """370502********1234 for a resident number; other papers keep their first character and their last three.

    Rule: GB/T 35273-2020 annex B treats ID numbers as sensitive; the birth date is always hidden. A number of 15
    digits keeps 6 and 3, for its last four would tell a digit of the birthday.
    """
    number = number.strip()
    if RESIDENT_18.match(number):
        return number[:6] + STAR * 8 + number[14:].upper()
    if RESIDENT_15.match(number):
        return number[:6] + STAR * 6 + number[12:]
    if len(number) >= 8:
        return number[0] + STAR * (len(number) - 4) + number[-3:]
    return _last(number, 2)


def mask_phone(number: str) -> str:
    """120****1234 for a mobile number, 0546-***1234 for a landline; anything else keeps its last four.

    Rule: usual form of public lists; GB/T 35273-2020 art 7.2 (show de-identified).
    """
    number = number.strip()
    if len(number) == 11 and number.isascii() and number.isdigit() and number[0] == "1":
        return number[:3] + STAR * 4 + number[7:]
    landline = LANDLINE.match(number)
    if landline:
        return landline[1] + landline[2] + STAR * (len(landline[3]) - 4) + landline[3][-4:]
    return _last(number, 4) if len(number) >= 7 else _last(number, 2)


def mask_cert_no(number: str) -> str:
    """****8950: the last four digits of a certificate number, whatever stands around them.

    Rule: domain practice of survey ledgers: certificate numbers keep their last four.
    """
    digits = "".join(character for character in number if character.isdigit())
    if not number.strip():
        return ""
    return STAR * 4 + digits[-4:] if len(digits) > 4 else STAR * 4


def mask_numbers(text: str) -> str:
    """A free text with the ID numbers and phones in it masked, each as `mask_id_no` and `mask_phone` do; all else stays.

    Found with full-width digits, with blanks or hyphens between the groups, and with +86. A run of 15 to 19 digits is
    covered even where it is no valid ID number: a slip of the pen is still somebody's number (and so is an account).
    Certificates (第0000906号), unit codes, areas, days and dossier numbers are none of these. A phone without its area
    code is not found: nothing tells it from a certificate's number.

    Rule: GB/T 35273-2020 art 7.2 and annex B: what is shown is de-identified, wherever it was written.
    """
    if _MANY_DIGITS.search(text) is None:
        return text
    text = _LONG_NUMBER.sub(lambda found: mask_id_no(_plain(found[0])), text)
    text = _ID_18.sub(lambda found: _if_born(_BORN_18, found[0]), text)
    text = _ID_15.sub(lambda found: _if_born(_BORN_15, found[0]), text)
    text = _MOBILE.sub(lambda found: (found[1] or "") + mask_phone(_plain(found[2])), text)
    return _LANDLINE.sub(lambda found: _if_landline(found[0], found[1], found[2]), text)


def _plain(number: str) -> str:
    """The digits and letters of a number alone, half-width."""
    return "".join(character for character in unicodedata.normalize("NFKC", number) if character.isalnum())


def _if_born(born: re.Pattern[str], written: str) -> str:
    """A number in groups is an ID number where a birthday stands in it; days and rooms in a row are not."""
    number = _plain(written)
    return mask_id_no(number) if born.match(number) else written


def _if_landline(written: str, area: str, number: str) -> str:
    plain = f"{_plain(area)}-{_plain(number)}"
    return mask_phone(plain) if LANDLINE.match(plain) else written


def mask_names(text: str, names: Iterable[str], written: Callable[[str], str] = str) -> str:
    """A text in which each of these names is masked as `mask_name` does, wherever it stands.

    names    full names; one character alone is left, for it stands in other words as well
    written  how a name stands in the text, where that is markup

    Rule: 政府信息公开条例 art 15, PIPL art 51: a name that is masked in its own field is not told beside it.
    """
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        if written(name) in text:
            text = text.replace(written(name), written(mask_name(name)))
    return text


def _last(text: str, kept: int) -> str:
    """All but the last characters covered; a text too short to keep any is covered wholly."""
    if len(text) <= kept:
        return STAR * len(text)
    return STAR * (len(text) - kept) + text[-kept:]
