"""Notices filled from the dossiers. Reads through the reader's scope, masks, and hands over plain values.

A reader takes the desk (and a household), and answers with the values of one paper; None where the household has
nothing that this paper could say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from exports.notices import NOTICES
from exports.notices.reading import declaration, project, record, survey
from exports.notices.reading.desk import Desk
from exports.view import View
from survey.domain.errors import DomainError
from survey.models import Building, Household, Posting, Project, db

READERS: dict[str, Callable[[Desk, Household], object | None]] = {
    "survey-notice": survey.survey_notice,
    "survey-sheet": survey.survey_sheet,
    "missed-visit": survey.missed_visit,
    "dossier-cover": survey.dossier_cover,
    "open-letter": declaration.open_letter,
    "privacy-consent": declaration.privacy_consent,
    "renewal-ballot": record.renewal_ballot,
    "appraiser-ballot": record.appraiser_ballot,
    "briefing-record": record.briefing_record,
    "interview-record": record.interview_record,
    "material-list": record.material_list,
    "service-receipt": record.service_receipt,
    "objection-request": declaration.objection_request,
    "objection-reply": record.objection_reply,
    "correction-notice": declaration.correction_notice,
    "unregistered-opinion": declaration.unregistered_opinion,
    "authorisation": declaration.authorisation,
    "pledge": declaration.pledge,
}
PROJECT_READERS: dict[str, Callable[[Desk], object]] = {
    "round-result": project.round_result,
    "survey-posting": project.survey_posting,
    "appraiser-notice": project.appraiser_notice,
}


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
    choice: str = "",
    tell: Callable[[int], None] = lambda _done: None,
) -> dict[UUID, object]:
    """The values of one notice by household, for those to which it has something to say, in their order.

    Raises DomainError("export.notice_unknown"), and those of the readers.

    mark    who prints, when, under which number: it stands at the foot of papers that go into a file
    choice  of which paper the receipt (送达回证) is, where somebody chose
    tell    is told how many households are read; what it raises stops the reading
    """
    if name not in READERS:
        raise DomainError("export.notice_unknown", name=name[:40], known="、".join(NOTICES))
    desk = Desk(project, view, now, mark, choice)
    papers: dict[UUID, object] = {}
    for number, household in enumerate(households, 1):
        paper = READERS[name](desk, household)
        if paper is not None:
            papers[household.id] = paper
        tell(number)
    return papers


def read_project_notice(
    name: str,
    *,
    project: Project,
    view: View,
    now: datetime,
    posting: Posting | None = None,
    hung_on: date | None = None,
) -> object:
    """The values of a notice about the whole project. Raises DomainError, as read_notices.

    posting  the approved posting that is printed; hung_on: the day on which it is to hang, today where none is told
    """
    if name not in PROJECT_READERS:
        raise DomainError("export.notice_unknown", name=name[:40], known="、".join(NOTICES))
    return PROJECT_READERS[name](Desk(project, view, now, "", posting=posting, hung_on=hung_on))
