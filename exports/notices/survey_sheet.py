"""入户调查登记表: the dossier of a household as a form to be read, checked and signed; empty rows are kept for the pen.

The sheet arrives with its numbers already masked or clear: this module does not know who is asking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from exports.notices.office import Office
from exports.notices.stamp import Stamp
from survey.domain.codes import ETHNICITIES, Code, PersonRole, Sex, SignerRole
from survey.domain.sheet import DecorationItem, Part, Person, Sheet

TEMPLATE = "survey-sheet"

Row = TypeVar("Row")
Told = TypeVar("Told", Sheet, Person, Part, DecorationItem)

# Rows that a form keeps at least, so that a blank one can be filled by hand.
# What the form of ours does not print: a wording is not handed it. A test compares this with the template.
UNPRINTED: dict[type, tuple[str, ...]] = {
    Sheet: ("lon", "lat", "expected_price_yuan", "reasons"),
    Person: ("marital", "hukou_addr", "proof_note", "heir_note", "guardian_name", "e_service_ok"),
    Part: ("part_cert_no", "balcony_m2"),
    DecorationItem: ("item_price_yuan",),
}
LEAST = {"certificates": 2, "owners": 2, "parts": 3, "fixtures": 3, "items": 2, "people": 5, "layouts": 2}


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature on record for the version that is printed, or a refusal.

    strokes  what the hand drew on a tablet: the points of each stroke as SVG writes them; () for a signature on paper
    frame    the rectangle around them, as a viewBox
    """

    role: SignerRole
    name: str
    signed_on: date
    refused: bool = False
    reason: str = ""
    witness: str = ""
    strokes: tuple[str, ...] = ()
    frame: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """Who passed the version that is printed, and when."""

    name: str
    passed_on: date
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo or plan that is kept in the dossier."""

    title: str
    kept_on: date


@dataclass(frozen=True, slots=True)
class SurveySheet:
    """The filled form of one household, or with an empty `Sheet` a blank one.

    surveyed_on   the day of the last visit at which the form was filled
    surveyors     names of the two surveyors
    state         the dossier's state in words
    version       which version of the sheet is printed; 0 for none
    show_tags     whether the reader may see health and welfare facts; otherwise the column says that it is left out
    print_mark    who printed it, when, and under which number
    signatures    of this version, the newest of each role
    team_review, office_review  组审 and 项目办审核 that passed this version; None leaves room for the pen
    photos        photos and plans of the dossier, which are listed instead of glued in

    Rule: 590号 art. 15, in force 2011-01-21. Title, location, use and floor area of each home are surveyed and
    registered. Rule: 评估办法 (建房〔2011〕77号) art. 12: a refusal to sign is attested by a disinterested third party.
    """

    office: Office
    project: str
    dossier_no: str
    door: str
    sheet: Sheet
    state: str = ""
    version: int = 0
    surveyed_on: date | None = None
    surveyors: tuple[str, ...] = ()
    visit_count: int = 0
    policy_version: str = ""
    show_tags: bool = True
    print_mark: str = ""
    printed_at: datetime | None = None
    signatures: tuple[Signed, ...] = ()
    team_review: Reviewed | None = None
    office_review: Reviewed | None = None
    photos: tuple[Photo, ...] = ()
    stamp: Stamp | None = None

    @property
    def is_blank(self) -> bool:
        return self.sheet == Sheet()

    def signed_by(self, *roles: str) -> list[Signed]:
        """The signatures of some roles: respondent, agent, surveyor_1, surveyor_2, witness, community."""
        return [each for each in self.signatures if each.role in roles and not each.refused]

    @property
    def refusals(self) -> list[Signed]:
        return [each for each in self.signatures if each.refused]

    @property
    def photo_pairs(self) -> list[tuple[object, object]]:
        """Photos two to a line."""
        rows = padded(self.photos, len(self.photos) + len(self.photos) % 2)
        return list(zip(rows[::2], rows[1::2], strict=True))

    @property
    def certificates(self) -> list[object]:
        return padded(self.sheet.certificates, LEAST["certificates"])

    @property
    def owners(self) -> list[object]:
        return padded([person for person in self.sheet.persons if person.is_owner], LEAST["owners"])

    @property
    def others(self) -> tuple[Person, ...]:
        """Tenants, agents and heirs: whoever has a say without being an owner."""
        wanted = {PersonRole.TENANT, PersonRole.AGENT, PersonRole.HEIR}
        return tuple(person for person in self.sheet.persons if wanted & set(person.roles) and not person.is_owner)

    @property
    def people(self) -> list[object]:
        """Whoever lives here or is registered here; owners who live elsewhere stand under 权属."""
        here = [
            person
            for person in self.sheet.persons
            if person.lives_here or person.hukou_here or PersonRole.RESIDENT in person.roles or not person.roles
        ]
        return padded(here, LEAST["people"])

    @property
    def parts(self) -> list[object]:
        return padded(self.sheet.parts, LEAST["parts"])

    @property
    def fixtures(self) -> list[tuple[object, object]]:
        """Fixtures two to a line."""
        rows = padded(self.sheet.fixtures, LEAST["fixtures"] * 2)
        rows += [None] * (len(rows) % 2)
        return list(zip(rows[::2], rows[1::2], strict=True))

    @property
    def items(self) -> list[object]:
        return padded(self.sheet.decoration_items, LEAST["items"])

    @property
    def layouts(self) -> list[object]:
        return padded(self.sheet.desired_layouts, LEAST["layouts"])

    @property
    def hukou_count(self) -> str:
        return self._count("hukou_here")

    @property
    def living_count(self) -> str:
        return self._count("lives_here")

    def _count(self, question: str) -> str:
        return "" if self.is_blank else str(sum(1 for person in self.sheet.persons if getattr(person, question)))

    def sum_of(self, field: str) -> Decimal | None:
        """The sum of an area over the parts; None when no part tells it."""
        told = [value for part in self.sheet.parts if (value := getattr(part, field)) is not None]
        return sum(told, Decimal(0)) if told else None

    @property
    def realty_groups(self) -> str:
        """The realty unit code in groups of 6 6 7 9, as GB/T 37346 prints it."""
        code = self.sheet.realty_unit_code
        return " ".join((code[:6], code[6:12], code[12:19], code[19:])) if len(code) == 28 else code

    @property
    def layout(self) -> str:
        """3室2厅1厨1卫, with the numbers that are known."""
        sheet = self.sheet
        counted = ((sheet.rooms, "室"), (sheet.halls, "厅"), (sheet.kitchens, "厨"), (sheet.baths, "卫"))
        if all(count is None for count, _word in counted):
            return "　 室　 厅　 厨　 卫"
        return "".join(f"{count}{word}" for count, word in counted if count is not None)


def concealed(form: SurveySheet) -> SurveySheet:
    """The form as an office's own wording may have it: without what ours never prints or asks the reader's right for.

    Ours leaves out what a household expects to be paid, and more (`UNPRINTED`), and shows facts of health and welfare only to who may
    see them. A wording of the office could print whatever it is handed, so it is not handed these.
    """
    sheet = _printed(form.sheet)
    persons = tuple(map(_printed, sheet.persons))
    if not form.show_tags:
        persons = tuple(replace(person, special_tags=()) for person in persons)
    parts, items = tuple(map(_printed, sheet.parts)), tuple(map(_printed, sheet.decoration_items))
    return replace(form, sheet=replace(sheet, persons=persons, parts=parts, decoration_items=items))


def _printed(row: Told) -> Told:
    """The row with nothing in the fields that are not printed."""
    empty: dict[str, Any] = {field.name: field.default for field in fields(row) if field.name in UNPRINTED[type(row)]}
    return replace(row, **empty)


def padded(rows: Sequence[Row], least: int) -> list[object]:
    """The rows and as many empty ones (None) as the form keeps at least."""
    return [*rows, *[None] * max(0, least - len(rows))]


def labels(codes: Sequence[Code]) -> str:
    """The words of several codes, joined as a list in Chinese."""
    return "、".join(code.label for code in codes)


def ethnicity(code: str) -> str:
    """The name of an ethnic group's code; the text itself when it is none."""
    return ETHNICITIES.get(code, code)


def fraction(person: Person) -> str:
    """An owner's share as 1/2; "" where none is told."""
    return f"{person.share_num}/{person.share_den}" if person.share_num and person.share_den else ""


def sex_word(sex: Sex | None) -> str:
    """男 or 女; "" for the codes that a form leaves blank."""
    return sex.label if sex in (Sex.MALE, Sex.FEMALE) else ""


def inner(gross: Decimal | None, inside: Decimal | None) -> str:
    """An area with the area inside the walls below it in brackets."""
    if gross is None:
        return ""
    return f"{gross:.2f}" if inside is None else f"{gross:.2f}（{inside:.2f}）"


def areas(part: Part) -> tuple[str, str]:
    """证载 and 实测 of a part, each with 套内."""
    return inner(part.area_cert_m2, part.area_cert_inner_m2), inner(part.area_meas_m2, part.area_meas_inner_m2)


def plain(value: Decimal | None) -> str:
    """A quantity without needless zeros."""
    return "" if value is None else format(value.normalize(), "f")
