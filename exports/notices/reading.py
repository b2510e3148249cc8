"""Notices filled from the dossiers. Reads through the reader's scope, masks, and hands over plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select

from exports.notices import NOTICES
from exports.notices.dossier_cover import DossierCover, Entry
from exports.notices.missed_visit import MissedVisit
from exports.notices.office import Office, Surveyor
from exports.notices.survey_notice import SurveyNotice
from exports.notices.survey_sheet import SurveySheet
from exports.view import CHINA, View, local_day, local_moment
from survey.domain.access import Permission
from survey.domain.codes import MET, DocumentCategory, Relation
from survey.domain.door import door_label
from survey.domain.errors import DomainError
from survey.domain.mask import mask_id_no, mask_phone
from survey.domain.settings import ProjectSettings, read_settings
from survey.domain.sheet import Person, Sheet, replace_rows
from survey.models import (
    Assignment,
    Briefing,
    Building,
    Document,
    Door,
    Household,
    Policy,
    PolicyVersion,
    Project,
    User,
    Visit,
    db,
)
from survey.services.sheet import current_sheet

MOST = 400


def select_households(
    view: View, *, household_id: UUID | None = None, building: Building | None = None, unit_no: str | None = None
) -> list[Household]:
    """The households to print for, in stairwell order, within the reader's scope."""
    query = select(Household).where(view.scope).order_by(Household.door_sort, Household.id)
    if household_id is not None:
        query = query.where(Household.id == household_id)
    if building is not None:
        query = query.where(Household.building_id == building.id)
    if unit_no is not None:
        query = query.where(Household.unit_no == unit_no)
    return list(db.session.scalars(query))


def read_notices(
    name: str,
    *,
    project: Project,
    view: View,
    households: Sequence[Household],
    now: datetime,
    mark: str = "",
    document_no: str = "",
) -> list[object]:
    """The values of one notice for each household. Raises DomainError("export.notice_unknown").

    mark  who prints, when, under which number: it stands at the foot of papers that go into a file
    """
    if name not in NOTICES:
        raise DomainError("export.notice_unknown", name=name[:40], known="、".join(NOTICES))
    desk = _Desk(project, view, now, mark, document_no)
    read = {
        "survey-notice": desk.survey_notice,
        "survey-sheet": desk.survey_sheet,
        "missed-visit": desk.missed_visit,
        "dossier-cover": desk.dossier_cover,
    }[name]
    return [read(household) for household in households]


def office_of(project: Project, settings: ProjectSettings) -> Office:
    """The issuing office as the project's settings name it."""
    return Office(
        name=project.office_name or project.name,
        legal_basis=settings.legal_basis,
        phone=project.office_phone,
        address=project.office_address,
        retention=f"作为征收档案保存，保管期限为{settings.retention}"
        if settings.legal_basis.strip()
        else "调查目的实现后即删除，最长不超过三年",
    )


class _Desk:
    """Fills one kind of notice after another for the households of one job."""

    def __init__(self, project: Project, view: View, now: datetime, mark: str, document_no: str) -> None:
        self.project, self.view, self.mark, self.document_no = project, view, mark, document_no
        self.settings = read_settings(project.settings)
        self.office = office_of(project, self.settings)
        self.today: date = now.astimezone(CHINA).date()
        self._surveyors: dict[tuple[UUID, str], tuple[Surveyor, ...]] = {}

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

    def survey_notice(self, household: Household) -> SurveyNotice:
        settings = self.settings
        coming = household.next_visit_at
        hour = local_moment(coming)
        return SurveyNotice(
            office=self.office,
            project=self.project.name,
            dossier_no=household.dossier_no,
            addressee=self.view.name(household.owner_names) or "住户",
            door=self.door(household),
            survey_from=self.project.survey_from,
            survey_to=self.project.survey_until,
            hours=f"{settings.visit_from.hour}时至{settings.visit_until.hour}时",
            surveyors=self.surveyors(household)[:4],
            issued_on=self.today,
            document_no=self.document_no,
            appointment=f"{hour.month}月{hour.day}日{hour.hour}时" if hour and hour.date() >= self.today else "",
        )

    def survey_sheet(self, household: Household) -> SurveySheet:
        visit = self.last_visit(household)
        return SurveySheet(
            office=self.office,
            project=self.project.name,
            dossier_no=household.dossier_no,
            door=self.door(household),
            sheet=self._masked(current_sheet(household)),
            state=household.state.label,
            version=household.sheet_version,
            surveyed_on=local_day(household.last_visit_at),
            surveyors=(visit.surveyor_1.display_name, visit.surveyor_2.display_name) if visit else (),
            visit_count=household.visit_count,
            policy_version=self._policy_version(household),
            show_tags=self.view.may(Permission.PERSON_TAGS),
            print_mark=self.mark,
        )

    def _masked(self, sheet: Sheet) -> Sheet:
        if self.view.clear or not sheet.persons:
            return sheet
        return replace_rows(sheet, persons=[self._masked_person(person) for person in sheet.persons])

    def _masked_person(self, person: Person) -> Person:
        return replace(
            person,
            id_no=mask_id_no(person.id_no) if person.id_no else "",
            phone=mask_phone(person.phone) if person.phone else "",
        )

    def _policy_version(self, household: Household) -> str:
        row = db.session.execute(
            select(Policy.title, PolicyVersion.number)
            .join(Policy, Policy.id == PolicyVersion.policy_id)
            .join(Briefing, Briefing.policy_version_id == PolicyVersion.id)
            .where(Briefing.household_id == household.id)
            .order_by(Briefing.held_at.desc())
            .limit(1)
        ).first()
        return f"《{row.title}》第{row.number}版" if row else ""

    def missed_visit(self, household: Household) -> MissedVisit:
        visit = self.last_visit(household)
        missed = visit if visit is not None and visit.result not in MET else None
        return MissedVisit(
            office=self.office,
            project=self.project.name,
            dossier_no=household.dossier_no,
            door=self.door(household),
            issued_on=self.today,
            visited_at=local_moment(missed.started_at) if missed else None,
            attempt=missed.visit_no if missed else 0,
            next_visit_at=local_moment(missed.next_visit_at) if missed else None,
            surveyors=tuple(
                Surveyor(user.display_name, user.staff_no) for user in (missed.surveyor_1, missed.surveyor_2)
            )
            if missed
            else self.surveyors(household)[:2],
        )

    def dossier_cover(self, household: Household) -> DossierCover:
        documents = list(
            db.session.scalars(
                select(Document)
                .where(Document.household_id == household.id, Document.removed_at.is_(None))
                .order_by(Document.added_at, Document.id)
            )
        )
        heads = [person for person in household.persons if person.relation is Relation.SELF] or household.persons
        first = db.session.scalar(
            select(Visit.started_at).where(Visit.household_id == household.id).order_by(Visit.visit_no).limit(1)
        )
        return DossierCover(
            office=self.office,
            project=self.project.name,
            dossier_no=household.dossier_no,
            head=self.view.name(heads[0].full_name if heads else household.owner_names),
            door=self.door(household),
            address=household.address or self.project.community,
            opened_on=local_day(first),
            closed_on=None,
            entries=tuple(self._entry(document) for document in documents),
            retention=self.settings.retention,
        )

    def _entry(self, document: Document) -> Entry:
        ours = document.category in (DocumentCategory.SURVEY, DocumentCategory.CONSENT, DocumentCategory.DELIVERY)
        return Entry(
            title=document.title or document.category.label,
            responsible=self.office.name if ours else "",
            dated=local_day(document.added_at),
            pages=document.pages,
            copy="原件" if document.is_original else "复印件",
        )
