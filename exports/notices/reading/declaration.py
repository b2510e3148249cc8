"""Readers of papers that are made from the sheet and the project alone: letters, forms to be signed, opinions."""

from __future__ import annotations

from exports.notices.correction_notice import CorrectionNotice, is_unregistered, open_matters
from exports.notices.declaration import Authorisation, Party, Pledge
from exports.notices.objection import ObjectionRequest
from exports.notices.open_letter import OpenLetter
from exports.notices.privacy_consent import PrivacyConsent
from exports.notices.reading.desk import Desk, asked
from exports.notices.unregistered_opinion import UnregisteredOpinion
from survey.domain.sheet import Person
from survey.models import Household
from survey.services.policy import version_in_force


def open_letter(desk: Desk, household: Household) -> OpenLetter:
    version = desk.once("policy", lambda: version_in_force(desk.project))
    settings = desk.settings
    return OpenLetter(
        **desk.household_head(household, desk.sheet(household)),
        survey_from=desk.project.survey_from,
        survey_to=desk.project.survey_until,
        hours=f"{settings.visit_from.hour}时至{settings.visit_until.hour}时",
        policy=f"《{version.policy.title}》第{version.number}版" if version else "",
        points=tuple(version.points) if version else (),
    )


def privacy_consent(desk: Desk, household: Household) -> PrivacyConsent:
    return PrivacyConsent(**desk.household_head(household, desk.sheet(household)))


def objection_request(desk: Desk, household: Household) -> ObjectionRequest:
    sheet = desk.sheet(household)
    return ObjectionRequest(
        **desk.household_head(household, sheet),
        tenure=sheet.tenure_type.label if sheet.tenure_type else "",
        cert_nos=tuple(desk.view.cert_no(row.cert_no) for row in sheet.certificates if row.cert_no),
        area_cert_m2=household.area_cert_m2 or None,
        area_meas_m2=household.area_meas_m2 or None,
    )


def correction_notice(desk: Desk, household: Household) -> CorrectionNotice | None:
    """The matters that the sheet leaves open; None where it leaves none."""
    sheet = desk.sheet(household)
    matters = open_matters(sheet)
    return (
        CorrectionNotice(**desk.household_head(household, sheet), matters=matters, days=desk.term("correction-notice"))
        if matters
        else None
    )


def unregistered_opinion(desk: Desk, household: Household) -> UnregisteredOpinion | None:
    sheet = desk.sheet(household)
    parts = tuple(part for part in sheet.parts if is_unregistered(part))
    return (
        UnregisteredOpinion(
            **desk.household_head(household, sheet), parts=parts, days=desk.term("unregistered-opinion")
        )
        if parts
        else None
    )


def authorisation(desk: Desk, household: Household) -> Authorisation:
    """The authority of the first agent on the sheet; without one, blank."""
    sheet = desk.sheet(household)
    agent = next((person for person in sheet.persons if person.agent_for), None)
    return Authorisation(
        **desk.household_head(household, sheet),
        principals=tuple(_party(desk, person) for person in asked(sheet)),
        agent=_party(desk, agent) if agent else Party(),
        matter=agent.authorisation_matter if agent else "",
        power=agent.authorisation_power if agent else "",
        until=agent.authorisation_until if agent else None,
    )


def pledge(desk: Desk, household: Household) -> Pledge:
    sheet = desk.sheet(household)
    return Pledge(
        **desk.household_head(household, sheet), signers=tuple(_party(desk, person) for person in asked(sheet))
    )


def _party(desk: Desk, person: Person) -> Party:
    return Party(desk.view.name(person.full_name), person.id_no, person.phone)
