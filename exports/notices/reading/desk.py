"""What every reader of notices needs: who issues, who reads, today, and the household's door, owners and surveyors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, TypedDict, TypeVar
from uuid import UUID

from sqlalchemy import or_, select

from exports.notices.office import Office, Surveyor
from exports.view import CHINA, View
from survey.domain.consent import Voice, voices
from survey.domain.delivery import term_days
from survey.domain.door import door_label
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.notice import LetterFormat
from survey.domain.settings import ProjectSettings, read_settings
from survey.domain.sheet import Person, Sheet, replace_rows
from survey.models import Assignment, Building, Door, Household, Posting, Project, User, Visit, db
from survey.services.sheet import current_sheet

Kept = TypeVar("Kept")


class ProjectHead(TypedDict):
    """What an `exports.notices.office.ProjectPaper` begins with."""

    office: Office
    project: str
    issued_on: date


class HouseholdHead(ProjectHead):
    """What an `exports.notices.office.HouseholdPaper` begins with."""

    dossier_no: str
    door: str
    address: str
    owners: tuple[str, ...]
    print_mark: str


def office_of(project: Project, settings: ProjectSettings) -> Office:
    """The issuing office as the project's settings name it."""
    return Office(
        name=project.office_name or project.name,
        entrusted=settings.entrusted,
        legal_basis=settings.legal_basis,
        contact=settings.contact,
        phone=project.office_phone,
        address=project.office_address,
        supervision_phone=settings.supervision_phone,
        red_head=settings.red_head if settings.letter_format is LetterFormat.RED_HEAD else "",
        letter_mark=project.office_name if settings.letter_format is LetterFormat.LETTER else "",
        retention=f"作为征收档案保存，保管期限为{settings.retention}"
        if settings.legal_basis.strip()
        else "调查目的实现后即删除，最长不超过三年",
    )


class Desk:
    """Fills one kind of notice after another for the households of one job."""

    def __init__(
        self, project: Project, view: View, now: datetime, mark: str, choice: str = "",
        posting: Posting | None = None, hung_on: date | None = None,
    ) -> None:  # fmt: skip
        self.project, self.view, self.mark, self.choice = project, view, mark, choice
        self.posting, self.hung_on = posting, hung_on
        self.settings = read_settings(project.settings)
        self.office = office_of(project, self.settings)
        self.today: date = now.astimezone(CHINA).date()
        self._surveyors: dict[tuple[UUID, str], tuple[Surveyor, ...]] = {}
        self._kept: dict[str, Any] = {}

    def once(self, name: str, read: Callable[[], Kept]) -> Kept:
        """What is the same for every household of a job, read at the first one."""
        if name not in self._kept:
            self._kept[name] = read()
        kept: Kept = self._kept[name]
        return kept

    def term(self, paper: str) -> int:
        """The days that a paper gives, counted from its delivery."""
        return term_days(paper, self.settings)

    def door(self, household: Household) -> str:
        """3号楼2单元501室; several doors that were knocked into one are joined."""
        doors = db.session.execute(
            select(Building.no, Door.unit_no, Door.room_no)
            .join(Building, Building.id == Door.building_id)
            .where(Door.household_id == household.id)
            .order_by(Door.sort)
        ).all()
        if not doors:
            return household.door_text
        labels = [door_label(*doors[0])]
        labels += [door_label("", "" if unit == doors[0][1] else unit, room) for _no, unit, room in doors[1:]]
        return "、".join(labels)

    def surveyors(self, household: Household) -> tuple[Surveyor, ...]:
        """Who has the household's stairwell now."""
        key = household.building_id, household.unit_no
        if key not in self._surveyors:
            users = db.session.scalars(
                select(User)
                .join(Assignment, Assignment.user_id == User.id)
                .where(
                    Assignment.building_id == household.building_id,
                    Assignment.until.is_(None),
                    or_(Assignment.unit_no.is_(None), Assignment.unit_no == household.unit_no),
                )
                .order_by(User.staff_no, User.display_name)
            )
            self._surveyors[key] = tuple(dict.fromkeys(Surveyor(user.display_name, user.staff_no) for user in users))
        return self._surveyors[key]

    def last_visit(self, household: Household) -> Visit | None:
        return db.session.scalar(
            select(Visit).where(Visit.household_id == household.id).order_by(Visit.visit_no.desc()).limit(1)
        )

    def project_head(self) -> ProjectHead:
        return {"office": self.office, "project": self.project.name, "issued_on": self.today}

    def household_head(self, household: Household, sheet: Sheet) -> HouseholdHead:
        return {
            **self.project_head(),
            "dossier_no": household.dossier_no,
            "door": self.door(household),
            "address": household.address or self.project.community,
            "owners": tuple(self.view.name(person.full_name) for person in asked(sheet)),
            "print_mark": self.mark,
        }

    def sheet(self, household: Household) -> Sheet:
        """The household's current sheet, ID numbers and phones covered unless the reader may see them."""
        sheet = current_sheet(household)
        if self.view.clear or not sheet.persons:
            return sheet
        return replace_rows(sheet, persons=[self._masked_person(person) for person in sheet.persons])

    def _masked_person(self, person: Person) -> Person:
        return replace(
            person,
            id_no=mask_id_no(person.id_no) if person.id_no else "",
            phone=mask_phone(person.phone) if person.phone else "",
        )


def asked(sheet: Sheet) -> list[Person]:
    """Those who own the home and live, or in public housing rent it: `survey.domain.consent.voices`, as persons."""
    known = {person.uid: person for person in sheet.persons}
    told = (Voice(person_id=person.uid, roles=frozenset(person.roles)) for person in sheet.persons)
    found = [known[str(voice.person_id)] for voice in voices(sheet.tenure_type, told)]
    return [person for person in found if not person.deceased]
