"""Numbers that identify: resident ID, social credit code, realty unit, certificate, phone. Checked by their own rules.

`check_x` answers with the number in its normal form or refuses it; `normal_x` never refuses and is what keyed hashes
are made of. Nothing here looks a number up anywhere, and no error carries a number in clear.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from survey.domain import codes
from survey.domain.errors import DomainError

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
DIGITS_17_X = re.compile(r"[0-9]{17}[0-9X]\Z")
DIGITS_15 = re.compile(r"[0-9]{15}\Z")
SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]{1,2}\Z|[0-9]{15,18}\.0+\Z")
EARLIEST_BIRTH_YEAR = 1880

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_WEIGHTS = tuple(3**position % 31 for position in range(17))
USCC_VALUES = {character: value for value, character in enumerate(USCC_ALPHABET)}

REALTY_UNIT = re.compile(r"[0-9]{12}[GJZ][A-HSXWY][0-9]{5}[FLQW][0-9]{8}\Z")
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
REALTY_CERTIFICATE = re.compile(rf"[{PROVINCES}]（[0-9]{{4}}）.+不动产权第[0-9]{{7}}号\Z")
BRACKETS = str.maketrans("()", "（）")

MOBILE = re.compile(r"1[0-9]{10}\Z")
HOTLINE = re.compile(r"1[0-9]{4}\Z")
SEVERAL = re.compile(r"[、,;/]")
USUAL_MOBILE = re.compile(r"1[3-9]")
LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-9][0-9]{6,7}\Z|400[0-9]{7}\Z")
LOCAL = re.compile(r"[2-9][0-9]{6,7}\Z")
EXTENSION = re.compile(r"(?:转|EXT\.?|分机|#)[0-9]{1,6}\Z", re.IGNORECASE)
NOT_DIGITS = re.compile(r"[^0-9]+")
PHONE_SIGNS = re.compile(r"[0-9+()\-—–、. ]+\Z")

PASSES: dict[codes.IdType, re.Pattern[str]] = {
    codes.IdType.PASSPORT: re.compile(r"[A-Z0-9]{5,17}\Z"),
    codes.IdType.HK_MACAO_PASS: re.compile(r"[HMC][0-9]{8}(?:[0-9]{2})?\Z"),
    codes.IdType.TAIWAN_PASS: re.compile(r"(?:[0-9]{8}(?:[0-9]{2})?|[A-Z][0-9]{8})\Z"),
    codes.IdType.FOREIGN_RESIDENCE: re.compile(r"(?:[A-Z]{3}[0-9]{12}|9[0-9]{16}[0-9X])\Z"),
}


@dataclass(frozen=True, slots=True)
class ResidentId:
    """What a resident ID number tells.

    number18  18 characters, X in upper case
    upgraded  the number was written in the 15 digits of before 1999: worth a look at the new card
    """

    number18: str
    birth_date: date
    sex: codes.Sex
    upgraded: bool = False


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number in digits only (country code and extension left out).

    warning  a code of the catalogue when the number is possible but unusual, else None
    """

    number: str
    is_mobile: bool
    warning: str | None = None


def _folded(text: str) -> str:
    """Half-width, upper-case, without any space, apostrophe (Excel's text mark) or invisible character."""
    if text.isascii() and text.isalnum():
        return text.upper()
    folded = unicodedata.normalize("NFKC", text).upper()
    if folded.isprintable() and not any(mark in folded for mark in " '`"):
        return folded  # Nothing printable is invisible, and a blank is the only printable space.
    return "".join(
        character
        for character in folded
        if not character.isspace() and character not in "'`" and unicodedata.category(character) not in ("Cf", "Cc")
    )


def check_digit(first17: str) -> str:
    """The 18th character of a resident ID number.

    Rule: GB 11643-1999: the sum of the digits times 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2, modulo 11, picks one of
    1 0 X 9 8 7 6 5 4 3 2.
    """
    total = 0
    for digit, weight in zip(first17, WEIGHTS, strict=True):
        total += (ord(digit) - 48) * weight
    return CHECK_CHARACTERS[total % 11]


def upgrade_15(text: str) -> str:
    """The 18-character form of a 15-digit resident ID number.

    Rule: GB 11643-1999 against GB 11643-1989: "19" stands before the two digits of the year and the check character
    is appended. Raises DomainError: identity.length, identity.characters.
    """
    digits = _folded(text)
    if len(digits) != 15:
        raise DomainError("identity.length", length=len(digits))
    if not DIGITS_15.match(digits):
        raise DomainError("identity.characters")
    first17 = f"{digits[:6]}19{digits[6:]}"
    return first17 + check_digit(first17)


def check_resident_id(text: str, *, today: date | None = None, field: str | None = None) -> ResidentId:
    """The resident ID number with the birth date and the sex it tells; spaces, full-width digits and x are folded.

    today  when given, a birth date after it is refused
    field  form field that the error names

    Rule: GB 11643-1999: 6 region + 8 birth date + 3 sequence (odd is male) + 1 check character. The region is not
    looked up: GB/T 2260 changes every year and old numbers keep their region. The residence permits of Hong Kong,
    Macao and Taiwan (810000, 820000, 830000) follow the same rule.
    Raises DomainError: identity.length, identity.characters, identity.excel_lost, identity.checksum,
    identity.birth_date, identity.birth_future.
    """
    number = _folded(text)
    upgraded = False
    if not DIGITS_17_X.match(number):
        if SCIENTIFIC.match(number):
            raise DomainError("identity.excel_lost", field)
        if DIGITS_15.match(number):
            number, upgraded = upgrade_15(number), True
        elif len(number) != 18:
            raise DomainError("identity.length", field, length=len(number))
        else:
            raise DomainError("identity.characters", field)
    if check_digit(number[:17]) != number[17]:
        raise DomainError("identity.excel_lost" if number.endswith("000") else "identity.checksum", field)
    try:
        birth_date = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise DomainError("identity.birth_date", field) from None
    if birth_date.year < EARLIEST_BIRTH_YEAR:
        raise DomainError("identity.birth_date", field)
    if today is not None and birth_date > today:
        raise DomainError("identity.birth_future", field)
    sex = codes.Sex.MALE if int(number[16]) % 2 else codes.Sex.FEMALE
    return ResidentId(number, birth_date, sex, upgraded)


def normal_id(text: str) -> str:
    """The number as it is hashed and compared: half-width, upper-case, no spaces, 15 digits turned into 18.

    Rule: one person has one number however it is written (GB 11643-1999; 15 digits become 18). Never refuses:
    15 digits that cannot be an old number stay as they are.
    """
    number = _folded(text)
    if DIGITS_15.match(number):
        try:
            date(1900 + int(number[6:8]), int(number[8:10]), int(number[10:12]))
        except ValueError:
            return number
        return upgrade_15(number)
    return number


def check_uscc(text: str, *, field: str | None = None) -> str:
    """The unified social credit code in its normal form.

    Rule: GB 32100-2015: 18 of the 31 characters 0-9 A-H J-N P-R T U W-Y; the last one is
    (31 - sum of value times 3^(i-1) mod 31) mod 31.
    Raises DomainError: identity.uscc_form, identity.uscc_checksum.
    """
    code = _folded(text)
    if len(code) != 18 or any(character not in USCC_VALUES for character in code):
        raise DomainError("identity.uscc_form", field)
    total = sum(USCC_VALUES[character] * weight for character, weight in zip(code, USCC_WEIGHTS, strict=False))
    if USCC_ALPHABET[-total % 31] != code[17]:
        raise DomainError("identity.uscc_checksum", field)
    return code


def check_realty_unit_code(text: str, *, field: str | None = None) -> str:
    """The realty unit code (不动产单元号) in its normal form, 28 characters without spaces.

    Rule: GB/T 37346-2019: 6 district + 3 + 3 cadastral areas + 2 parcel features + 5 parcel number + 1 fixture feature
    + 8 fixture unit; no check digit, so the structure only; without a fixture (W) the unit is 00000000.
    Raises DomainError: identity.realty_unit_code.
    """
    code = _folded(text)
    if not REALTY_UNIT.match(code) or (code[19] == "W" and code[20:] != "00000000"):
        raise DomainError("identity.realty_unit_code", field)
    return code


def realty_unit_groups(code: str) -> str:
    """The code as it is printed.

    Rule: GB/T 37346-2019: groups of 6, 6, 7 and 9 characters.
    """
    return f"{code[:6]} {code[6:12]} {code[12:19]} {code[19:]}".strip()


@lru_cache(maxsize=4096)
def normal_cert_no(text: str) -> str:
    """A certificate number without spaces, its brackets and digits written in one way. Never refuses.

    Rule: (house) half-width digits, full-width brackets, as the registry prints them.
    """
    return _folded(text).translate(BRACKETS)


def check_cert_no(text: str, cert_type: codes.CertType | None = None, *, field: str | None = None) -> str:
    """The certificate number in its normal form.

    Rule: the certificate form of 2015 (不动产权证书): province （year） place 不动产权第 7 digits 号. House and land
    certificates of earlier years are free text of the registries and are only tidied.
    Raises DomainError: identity.cert_no.
    """
    number = normal_cert_no(text)
    is_realty = cert_type is codes.CertType.REALTY or (cert_type is None and "不动产权" in number)
    if is_realty and not REALTY_CERTIFICATE.match(number):
        raise DomainError("identity.cert_no", field)
    return number


def normal_phone(text: str) -> str:
    """The digits of a phone number without country code 86 and extension. Never refuses; "" when there is no digit.

    Rule: (house) one phone has one number however it is written, so that its keyed hash is found again.
    """
    if len(text) == 11 and text.isascii() and text.isdigit():
        return text
    folded = EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    digits = NOT_DIGITS.sub("", folded)
    if digits.startswith("0086"):
        return digits[4:]
    if digits.startswith("86") and (folded.startswith("+") or len(digits) == 13):
        return digits[2:]
    return digits


def check_phone(text: str, *, field: str | None = None) -> Phone:
    """The phone number in digits: a mobile number, or a landline with its area code.

    Rule: mobile numbers have 11 digits and begin with 13 to 19; others that begin with 1 carry the warning
    identity.phone_unusual and are not refused, for the numbering plan grows. A landline is 0, area code, number.
    Raises DomainError: identity.phone_area, identity.phone_form, identity.excel_lost.
    """
    folded = _folded(text)
    if SCIENTIFIC.match(folded):
        raise DomainError("identity.excel_lost", field)
    number = normal_phone(text)
    if not PHONE_SIGNS.match(EXTENSION.sub("", folded)):
        raise DomainError("identity.phone_form", field)
    if MOBILE.match(number):
        return Phone(number, True, None if USUAL_MOBILE.match(number) else "identity.phone_unusual")
    if LANDLINE.match(number):
        return Phone(number, False)
    raise DomainError("identity.phone_area" if LOCAL.match(number) else "identity.phone_form", field)


def check_office_phone(text: str, *, field: str | None = None) -> None:
    """Refuse what nobody could call among the numbers of an office: several stand apart with 、, hotlines (12345) count.

    Raises DomainError, as `check_phone`.
    """
    for number in SEVERAL.split(_folded(text)):
        if not HOTLINE.match(number.strip()):
            check_phone(number, field=field)


def check_id_no(
    id_type: codes.IdType | None, text: str, *, today: date | None = None, field: str | None = None
) -> ResidentId | None:
    """What the number of a paper tells; None for a paper whose number tells nothing.

    Rule: resident cards and the residence permits of Hong Kong, Macao and Taiwan follow GB 11643-1999, the credit code
    of a unit GB 32100-2015; passes and passports have a pattern (unverified); booklets and other papers are free text.
    Without a type, 15 or 18 characters that look like a resident number are checked as one.
    Raises DomainError: identity.paper_form and those of `check_resident_id` and `check_uscc`.
    """
    number = _folded(text)
    if id_type in (codes.IdType.RESIDENT, codes.IdType.HMT_RESIDENCE):
        return check_resident_id(number, today=today, field=field)
    if id_type is None and (DIGITS_17_X.match(number) or DIGITS_15.match(number) or SCIENTIFIC.match(number)):
        return check_resident_id(number, today=today, field=field)
    if id_type is codes.IdType.USCC:
        check_uscc(number, field=field)
    elif id_type in PASSES and not PASSES[id_type].match(number):
        raise DomainError("identity.paper_form", field, paper=id_type.label)
    return None
