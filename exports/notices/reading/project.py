"""Readers of the papers about a whole project: the result of a round, an approved posting, the appraiser."""

from __future__ import annotations

from sqlalchemy import and_, func, select, true

from exports.notices.appraiser_notice import AppraiserNotice
from exports.notices.reading.desk import Desk
from exports.notices.round_result import ResultLine, RoundResult
from exports.notices.survey_posting import SurveyPosting
from exports.view import grouped, local_day
from survey.domain.calendar import last_day
from survey.domain.codes import RoundKind
from survey.domain.coownership import HouseholdChoice
from survey.domain.errors import DomainError
from survey.domain.household import HouseholdState
from survey.domain.mask import mask_cert_no, mask_name
from survey.domain.posting import PostedHome, PostingKind, check_posting
from survey.models import CertificateRow, Household, PartRow, Posting, db
from survey.services.posting import check_may_print, list_buildings_of, term_of
from survey.services.round import list_rounds, overview

POSTED = (HouseholdState.APPROVED, HouseholdState.CONFIRMED, HouseholdState.FINAL)


def round_result(desk: Desk) -> RoundResult:
    """The result of the round that was closed last. Raises DomainError("export.no_closed_round")."""
    closed = [
        round_
        for round_ in list_rounds(desk.project.id)
        if round_.closed_at is not None and round_.kind is not RoundKind.APPRAISER
    ]
    if not closed:
        raise DomainError("export.no_closed_round")
    round_ = max(closed, key=lambda each: (each.closed_at, each.id))
    # A closed round counts those who were there at its end, also when they were taken out of the register since.
    counted = overview(round_, Household.project_id == desk.project.id)
    lines = {
        choice: ResultLine(choice.label, count.households, count.area_m2) for choice, count in counted.by_choice.items()
    }
    opened, ended = local_day(round_.opened_at), local_day(round_.closed_at)
    assert opened is not None and ended is not None
    return RoundResult(
        **desk.project_head(),
        title=round_.title,
        question=round_.question or round_.title,
        opened_on=opened,
        closed_on=ended,
        lines=tuple(lines.values()),
        agree=lines[HouseholdChoice.AGREE],
        answered=counted.answered,
        threshold=counted.threshold,
        until=last_day(desk.today, desk.settings.posting_days, desk.settings.calendar),
    )


def survey_posting(desk: Desk) -> SurveyPosting:
    """The posting of the desk. Raises DomainError: posting.not_approved, posting.before_approval, and those of _homes."""
    posting = desk.posting
    if posting is None:
        raise DomainError("posting.not_approved")
    check_may_print(posting)
    from_on, until = term_of(posting, desk.hung_on or desk.today)
    return SurveyPosting(
        **desk.project_head(),
        subject=str(posting.id),
        title=posting.title,
        scope=posting.scope,
        lines=tuple(line for line in map(str.strip, posting.content.splitlines()) if line),
        days=posting.days,
        from_on=from_on,
        until=until,
        homes=_homes(desk, posting) if posting.kind is PostingKind.RESULT else (),
    )


def _homes(desk: Desk, posting: Posting) -> tuple[PostedHome, ...]:
    """The households of a posting's scope that the office has passed.

    Raises DomainError: export.nothing_passed, and those of list_buildings_of and check_posting.
    """
    h, within = Household, list_buildings_of(posting)
    passed = and_(desk.view.scope, h.state.in_(POSTED), h.building_id.in_(within) if within else true())
    rows = list(
        db.session.scalars(
            select(h).where(passed).order_by(h.door_sort, h.id)
        )
    )  # fmt: skip
    if not rows:
        raise DomainError("export.nothing_passed")
    of_project = select(h.id).where(passed)
    certificates = grouped(
        db.session.execute(
            select(CertificateRow.household_id, CertificateRow.cert_no)
            .where(CertificateRow.household_id.in_(of_project))
            .order_by(CertificateRow.household_id, CertificateRow.position)
        )
    )
    mains = grouped(
        db.session.execute(
            select(PartRow.household_id, PartRow.use_actual, PartRow.structure)
            .where(PartRow.household_id.in_(of_project))
            .order_by(PartRow.household_id, PartRow.position)
        )
    )
    homes = []
    for row in rows:
        main = mains.get(row.id, [(row.id, None, None)])[0]
        homes.append(
            PostedHome(
                door=desk.door(row),
                owners="、".join(mask_name(name) for name in row.owner_names.split("、") if name),
                cert_nos="、".join(mask_cert_no(each.cert_no) for each in certificates.get(row.id, ()) if each.cert_no),
                use=main[1].label if main[1] else "",
                structure=main[2].label if main[2] else "",
                area_cert_m2=row.area_cert_m2 or None,
                area_meas_m2=row.area_meas_m2 or None,
                area_unreg_m2=row.area_unreg_m2 or None,
            )
        )
    check_posting(homes)
    return tuple(homes)


def appraiser_notice(desk: Desk) -> AppraiserNotice:
    """The appraisers that households named, counted. Raises DomainError("export.no_appraiser")."""
    named = func.trim(Household.appraiser_choice)
    votes = db.session.execute(
        select(named, func.count())
        .where(desk.view.scope, named != "")
        .group_by(named)
        .order_by(func.count().desc(), named)
    ).all()
    if not votes:
        raise DomainError("export.no_appraiser")
    whole = db.session.scalar(select(func.count()).select_from(Household).where(desk.view.scope)) or 0
    return AppraiserNotice(**desk.project_head(), named=tuple((name, count) for name, count in votes), whole=whole)
