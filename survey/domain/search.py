"""What a person types into the one search box, and the terms under which a household is kept for it.

`parse` turns a text into tokens, all of which a household must answer to; a token that can be read in several ways
carries a clue for each. `name_terms` and the others say under which terms a name or a number is kept. Both sides are
text only: that numbers become keyed hashes is the business of `survey.services.search`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from survey.domain.codes import Code
from survey.domain.errors import DomainError
from survey.domain.identity import normal_cert_no, normal_id, normal_phone
from survey.domain.message import N_
from survey.domain.name import name_pieces, normal_text
from survey.domain.roster.door import building_of, room_of, unit_of

LONGEST_QUERY = 120
LONGEST_PIECE = 3
LAST = 4


class ClueKind(Code):
    """As what a token is read, and why a household was found."""

    NAME = "name", N_("姓名")
    INITIALS = "initials", N_("拼音首字母")
    PINYIN = "pinyin", N_("拼音")
    ID_NO = "id_no", N_("证件号码")
    ID_LAST = "id_last", N_("证件号码后四位")
    PHONE = "phone", N_("电话")
    PHONE_LAST = "phone_last", N_("电话后四位")
    CERT_NO = "cert_no", N_("权证号")
    DOOR = "door", N_("门牌")
    DOSSIER = "dossier", N_("户编号")


@dataclass(frozen=True, slots=True)
class Clue:
    """One reading of a token. `value` is normal; a door has `door` (building, unit, room; "" where not named) instead."""

    kind: ClueKind
    value: str = ""
    door: tuple[str, str, str] = ("", "", "")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of what was typed. A household answers to it when it answers to one of its clues."""

    text: str
    clues: tuple[Clue, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """What was typed, read. `ignored` are pieces too short or too strange to search by."""

    tokens: tuple[Token, ...]
    ignored: tuple[str, ...] = ()

    @property
    def has_id_no(self) -> bool:
        """Whether a whole ID number is searched for: such a search is noted in the log."""
        return any(clue.kind is ClueKind.ID_NO for token in self.tokens for clue in token.clues)


_NUMBER = r"(?:[0-9]{1,4}[A-Za-z]?|[一二三四五六七八九十]{1,3}|[A-Za-z][0-9]{0,3}|[甲乙丙丁东西南北])"
_ROOM = r"(?:-?[0-9]{2,5}[A-Za-z]?|[Bb][0-9]{2,4})"
_MARKED = re.compile(
    rf"(?P<building>{_NUMBER})(?:号楼|#楼|栋楼|幢楼|栋|幢|座|楼|#)-?"
    rf"(?:(?P<unit>{_NUMBER})(?:单元|-|#))?-?(?P<room>{_ROOM})?(?:室|户)?"
    rf"|(?P<only_unit>{_NUMBER})单元-?(?P<unit_room>{_ROOM})?(?:室|户)?"
    rf"|(?P<only_room>{_ROOM})(?:室|户)"
)
_DASHED = re.compile(rf"({_NUMBER})-(?:({_NUMBER})-)?({_ROOM}|[0-9])\Z")
_BEFORE_MARK = re.compile(r"(?<=[0-9A-Za-z一二三四五六七八九十])\s+(?=(?:号楼|栋|幢|单元|室)(?:\s|$|[0-9]))")
_DASHES = str.maketrans(dict.fromkeys("—–―‐‑‒−﹣~〜", "-"))
_SEPARATORS = re.compile(r"[\s,、;/|]+")
_CERTIFICATE = re.compile(r"[权证字第]")
_RUNS = re.compile(r"[^\x00-\x7f]+|[0-9A-Za-z-]+")
_RESIDENT = re.compile(r"(?:[0-9]{17}[0-9Xx]|[0-9]{15})\Z")
_PHONE = re.compile(r"(?:1[0-9]{10}|0[0-9]{9,11}|400[0-9]{7})\Z")
_WRITTEN_PHONE = re.compile(r"(?:\+?86-?|0086-?)?1[0-9]{2}-?[0-9]{4}-?[0-9]{4}\Z|0[0-9]{2,3}-[0-9]{7,8}\Z")
_OTHER_PAPER = re.compile(r"[A-Za-z]{1,3}[0-9]{7,12}\Z|[0-9A-Za-z]{18}\Z")
_LAST_OF_ID = re.compile(r"[0-9]{3}[0-9Xx]\Z")
_DOSSIER = re.compile(r"(?=.*[0-9]{4})[0-9A-Za-z_]+(?:-[0-9A-Za-z_]+)+\Z|[0-9]{9,10}\Z")
_DIGITS = re.compile(r"[0-9]+")


def name_terms(name: str) -> set[str]:
    """The terms of a name: every piece of up to three characters.

    Rule: (house) two characters, or one rare one, find a name anywhere within it.
    """
    return {f"n:{piece}" for piece in name_pieces(name, LONGEST_PIECE)}


def name_cover(name: str) -> tuple[str, ...]:
    """As few pieces as together hold every character of a name: what a search for it asks for.

    Rule: (house) a name of up to three characters is one piece; 欧阳伟明 is 欧阳伟 and 阳伟明.
    """
    letters = re.sub(r"\W", "", normal_text(name))
    last = max(len(letters) - LONGEST_PIECE, 0)
    starts = dict.fromkeys([*range(0, last, LONGEST_PIECE), last])
    return tuple(letters[start : start + LONGEST_PIECE] for start in starts)


def pinyin_terms(syllables: Sequence[str]) -> set[str]:
    """The terms of a name's pinyin: its initials, their beginnings of two and more, and the whole.

    Rule: (house) zw and zhangwei find 张伟, zx and zxm find 张小明. Syllables that are not Latin letters give none.
    """
    if not syllables or not all(part.isascii() and part.isalpha() for part in syllables):
        return set()
    initials = "".join(part[0] for part in syllables).lower()
    terms = {f"p:{initials[:length]}" for length in range(2, len(initials) + 1)}
    return terms | {f"y:{''.join(syllables).lower()}"}


def id_last_term(id_no: str) -> str | None:
    """The term of the last four characters of an ID number; None when it is shorter than six.

    Rule: (house) the last four are what residents say and what masked lists show.
    """
    number = normal_id(id_no)
    return f"i:{number[-LAST:]}" if len(number) >= LAST + 2 else None


def phone_last_term(phone: str) -> str | None:
    """The term of the last four digits of a phone number; None when it is shorter than seven.

    Rule: (house) as for ID numbers.
    """
    number = normal_phone(phone)
    return f"t:{number[-LAST:]}" if len(number) >= LAST + 3 else None


def cert_terms(cert_no: str) -> set[str]:
    """The terms of a certificate number: the whole, and the last four and more digits of its own number.

    Rule: (house) 0028950, 28950 and 8950 find 鲁（2018）东营市不动产权第0028950号.
    """
    runs = _DIGITS.findall(normal_cert_no(cert_no))
    if not runs:
        return set()
    last = runs[-1][-10:]
    return {f"c:{last[-length:]}" for length in range(LAST, len(last) + 1)} | {f"c:{cert_key(cert_no)}"}


def cert_key(cert_no: str) -> str:
    """A certificate number in the form in which it is compared as a whole.

    Rule: (house) brackets, spaces and width make no difference; very long numbers are cut.
    """
    return normal_cert_no(cert_no)[:60]


def room_term(room_no: str, unit_no: str = "") -> str:
    """The term of a room number, or of a room in some building's stairwell.

    Rule: (house) 501 alone finds every 501, 2-501 those of every second stairwell; a building is looked up in the register
    of doors.
    """
    return f"d:{unit_no}-{room_no}" if unit_no else f"d:{room_no}"


def door_terms(door: str) -> set[str]:
    """The terms of a door as it is written: 3-2-501, 3-501 where there are no stairwells, 3-1--101 below ground.

    A building's own hyphen (A-1) is taken for a stairwell's here: the register of doors has the last word.
    """
    above, _dash, room = door.rpartition("-")
    if above.endswith("-"):
        above, room = above[:-1], f"-{room}"
    _building, dash, unit = above.rpartition("-")
    return {room_term(room), room_term(room, unit)} if dash else {room_term(room)}


def parse(text: str) -> Query:
    """What was typed, as tokens in any order: names, initials, last digits, numbers, doors.

    Rule: (house) every token must fit; nothing is corrected or guessed, and a token with several readings keeps all.
    """
    folded = unicodedata.normalize("NFKC", text)[:LONGEST_QUERY].translate(_DASHES)
    whole = "".join(folded.split())
    if _RESIDENT.match(whole) or _WRITTEN_PHONE.match(whole):
        return Query((Token(whole, tuple(_number_clues(whole))),))
    tokens: list[Token] = []
    ignored: list[str] = []
    for chunk in _SEPARATORS.split(_BEFORE_MARK.sub("", folded)):
        for piece, clues in _pieces(chunk):
            if clues:
                tokens.append(Token(piece, tuple(dict.fromkeys(clues))))
            elif piece:
                ignored.append(piece)
    return Query(tuple(dict.fromkeys(tokens)), tuple(ignored))


def _pieces(chunk: str) -> list[tuple[str, list[Clue]]]:
    """The pieces of a text without separators, each with its clues."""
    if not chunk:
        return []
    if _CERTIFICATE.search(chunk) and _DIGITS.search(chunk):
        return [(chunk, [Clue(ClueKind.CERT_NO, cert_key(chunk))])]
    door = _MARKED.search(chunk)
    if door is not None:
        clues = _marked_clues(door)
        if clues:
            return [*_pieces(chunk[: door.start()]), (door[0], clues), *_pieces(chunk[door.end() :])]
    found: list[tuple[str, list[Clue]]] = []
    for run in _RUNS.findall(chunk):
        run = run.strip("-") if not run.startswith("-") else run.rstrip("-")
        if run.isascii():
            found.append((run, _ascii_clues(run)))
        else:
            letters = "".join(name_pieces(run, 1))
            found.append((run, [Clue(ClueKind.NAME, normal_text(run))] if letters else []))
    return found


def _marked_clues(door: re.Match[str]) -> list[Clue]:
    building = door["building"] or ""
    unit = door["unit"] or door["only_unit"] or ""
    room = door["room"] or door["unit_room"] or door["only_room"] or ""
    return _door_clue(building, unit, room)


def _door_clue(building: str, unit: str, room: str) -> list[Clue]:
    try:
        parts = (
            building_of(building) if building else "",
            unit_of(unit) if unit else "",
            (room_of(room.upper()) or "") if room else "",
        )
    except DomainError:
        return []
    return [Clue(ClueKind.DOOR, door=parts)] if any(parts) else []


def _ascii_clues(run: str) -> list[Clue]:
    clues: list[Clue] = []
    if any(character.isdigit() for character in run):
        clues += _number_clues(run)
    elif run.isalpha() and len(run) >= 2:
        letters = run.lower()
        clues += [Clue(ClueKind.INITIALS, letters), Clue(ClueKind.PINYIN, letters), Clue(ClueKind.NAME, letters)]
    if _DOSSIER.match(run):
        clues.append(Clue(ClueKind.DOSSIER, run.upper()))
    return clues


def _number_clues(run: str) -> list[Clue]:
    clues: list[Clue] = []
    phone = normal_phone(run)
    if _RESIDENT.match(run) or _OTHER_PAPER.match(run):
        clues.append(Clue(ClueKind.ID_NO, normal_id(run)))
    elif _PHONE.match(phone) and not any(character.isalpha() for character in run):
        clues.append(Clue(ClueKind.PHONE, phone))
    if _LAST_OF_ID.match(run):
        clues.append(Clue(ClueKind.ID_LAST, run.upper()))
    if run.isdigit():
        if len(run) == LAST:
            clues.append(Clue(ClueKind.PHONE_LAST, run))
        if LAST <= len(run) <= 10:
            clues.append(Clue(ClueKind.CERT_NO, run))
        if len(run) <= 3:
            clues += _door_clue(run, "", "")
    if re.fullmatch(_ROOM, run):
        clues += _door_clue("", "", run)
    dashed = _DASHED.match(run)
    if dashed is not None:
        clues += _dashed_clues(dashed[1], dashed[2] or "", dashed[3])
    return clues


def _dashed_clues(first: str, second: str, last: str) -> list[Clue]:
    """3-2-501 is a door; 3-501 building or unit and room; 3-2 building and unit."""
    if second:
        return _door_clue(first, second, last)
    if len(last) <= 2:
        return _door_clue(first, last, "")
    return _door_clue(first, "", last) + _door_clue("", first, last)
