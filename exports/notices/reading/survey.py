"""Readers of the survey's own papers: 入户调查通知书, 入户调查登记表, 未遇告知单, 户档案封面."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from exports.notices.dossier_cover import DossierCover, Entry
from exports.notices.missed_visit import MissedVisit
from exports.notices.office import Surveyor
from exports.notices.reading.desk import Desk
from exports.notices.survey_notice import SurveyNotice
from exports.notices.survey_sheet import Photo, Reviewed, Signed, SurveySheet
from exports.view import CHINA, local_day, local_moment
from survey.domain.access import Permission
from survey.domain.codes import MET, DocumentCategory, Relation, SignerRole
from survey.domain.household import Action
from survey.models import Briefing, Document, Household, Policy, PolicyVersion, Visit, db
from survey.services.document import list_documents
from survey.services.household import list_reviews
from survey.services.signature import list_signatures, standing_hash


def survey_notice(desk: Desk, household: Household) -> SurveyNotice:
    settings = desk.settings
    coming = household.next_visit_at
    hour = local_moment(coming)
    return SurveyNotice(
        office=desk.office,
        project=desk.project.name,
        dossier_no=household.dossier_no,
        addressee=desk.view.name(household.owner_names) or "住户",
        door=desk.door(household),
        survey_from=desk.project.survey_from,
        survey_to=desk.project.survey_until,
        hours=f"{settings.visit_from.hour}时至{settings.visit_until.hour}时",
        surveyors=desk.surveyors(household)[:4],
        issued_on=desk.today,
        appointment=f"{hour.month}月{hour.day}日{hour.hour}时" if hour and hour.date() >= desk.today else "",
    )


def survey_sheet(desk: Desk, household: Household) -> SurveySheet:
    visit = desk.last_visit(household)
    return SurveySheet(
        office=desk.office,
        project=desk.project.name,
        dossier_no=household.dossier_no,
        door=desk.door(household),
        sheet=desk.sheet(household),
        state=household.state.label,
        version=household.sheet_version,
        surveyed_on=local_day(household.last_visit_at),
        surveyors=(visit.surveyor_1.display_name, visit.surveyor_2.display_name) if visit else (),
        visit_count=household.visit_count,
        policy_version=_policy_version(household),
        show_tags=desk.view.may(Permission.PERSON_TAGS),
        print_mark=desk.mark,
        signatures=_signatures(desk, household),
        team_review=_passed(household, Action.GROUP_PASS),
        office_review=_passed(household, Action.APPROVE),
        photos=tuple(
            Photo(row.title or row.category.label, row.added_at.astimezone(CHINA).date())
            for row in list_documents(household, (DocumentCategory.PHOTO, DocumentCategory.FLOOR_PLAN))
        ),
    )


def _signatures(desk: Desk, household: Household) -> tuple[Signed, ...]:
    """The newest signature of each role on the sheet as it stands; one on an older version is none on this paper."""
    standing, found = standing_hash(household), dict[SignerRole, Signed]()
    for row in list_signatures(household):
        if row.pairs_hash != standing or row.signer_role in found:
            continue
        strokes, frame = _drawn((row.drawing or {}).get("strokes", ()))
        found[row.signer_role] = Signed(
            row.signer_role, desk.view.name(row.signer_name), row.signed_at.astimezone(CHINA).date(), row.refused,
            row.refuse_reason, row.witness, strokes, frame,
        )  # fmt: skip
    return tuple(found[role] for role in SignerRole if role in found)


def _drawn(strokes: Sequence[Sequence[Sequence[float]]]) -> tuple[tuple[str, ...], str]:
    """The points of each stroke and the rectangle around all of them, as SVG writes them, whole pixels."""
    points = [[(round(each[0]), round(each[1])) for each in stroke] for stroke in strokes]
    across, down = [x for stroke in points for x, _y in stroke], [y for stroke in points for _x, y in stroke]
    if not points:
        return (), ""
    left, top, edge = min(across), min(down), 4
    frame = f"{left - edge} {top - edge} {max(across) - left + 2 * edge} {max(down) - top + 2 * edge}"
    # A dot is a stroke too, and is drawn as one by a line to where it began.
    return tuple(" ".join(f"{x},{y}" for x, y in (*stroke, stroke[-1])) for stroke in points), frame


def _passed(household: Household, action: Action) -> Reviewed | None:
    row = next((each for each in reversed(list_reviews(household))
                if each.action == action.value and each.sheet_version == household.sheet_version), None)  # fmt: skip
    return Reviewed(row.by.display_name, row.at.astimezone(CHINA).date(), row.reason) if row else None


def _policy_version(household: Household) -> str:
    row = db.session.execute(
        select(Policy.title, PolicyVersion.number)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .join(Briefing, Briefing.policy_version_id == PolicyVersion.id)
        .where(Briefing.household_id == household.id)
        .order_by(Briefing.held_at.desc())
        .limit(1)
    ).first()
    return f"《{row.title}》第{row.number}版" if row else ""


def missed_visit(desk: Desk, household: Household) -> MissedVisit:
    visit = desk.last_visit(household)
    missed = visit if visit is not None and visit.result not in MET else None
    return MissedVisit(
        office=desk.office,
        project=desk.project.name,
        dossier_no=household.dossier_no,
        door=desk.door(household),
        issued_on=desk.today,
        visited_at=local_moment(missed.started_at) if missed else None,
        attempt=missed.visit_no if missed else 0,
        next_visit_at=local_moment(missed.next_visit_at) if missed else None,
        surveyors=tuple(Surveyor(user.display_name, user.staff_no) for user in (missed.surveyor_1, missed.surveyor_2))
        if missed
        else desk.surveyors(household)[:2],
    )


def dossier_cover(desk: Desk, household: Household) -> DossierCover:
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
        office=desk.office,
        project=desk.project.name,
        dossier_no=household.dossier_no,
        head=desk.view.name(heads[0].full_name if heads else household.owner_names),
        door=desk.door(household),
        address=household.address or desk.project.community,
        opened_on=local_day(first),
        closed_on=None,
        entries=tuple(_entry(desk, document) for document in documents),
        retention=desk.settings.retention,
    )


def _entry(desk: Desk, document: Document) -> Entry:
    ours = document.category in (DocumentCategory.SURVEY, DocumentCategory.CONSENT, DocumentCategory.DELIVERY)
    return Entry(
        title=document.title or document.category.label,
        responsible=desk.office.name if ours else "",
        dated=local_day(document.added_at),
        pages=document.pages,
        copy="原件" if document.is_original else "复印件",
    )
