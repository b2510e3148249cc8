"""Faults of the data: each kind is found where it stands, not where it does not, and rests once it was accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.household import HouseholdState
from survey.domain.matter import Matter
from survey.domain.quality import QualityKind
from survey.domain.sheet import Certificate, Person, Sheet, to_pairs
from survey.models import AuditEntry, Consent, Household, Project, Round, Signature, User, Visit, db
from survey.services import building as buildings
from survey.services.matter import show_matters, sight_of
from survey.services.quality.listing import accept_fault, find_faults, list_faults
from survey.services.sheet import save_sheet
from tests import factories

K = QualityKind
NINE = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)
Make = Callable[..., Household]
_BASE = factories.sheet()


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def make(project: Project, office: User) -> Make:
    """A household with people and a certificate of its own, and nothing to find; what is given replaces it."""
    numbers = iter(range(1, 500))

    def household(door: str = "", **values: object) -> Household:
        number = next(numbers)
        made: dict[str, object] = {
            "persons": (person(number),),
            "certificates": (Certificate(uid="c1", cert_type=codes.CertType.REALTY, cert_no=f"证{number}"),),
        }
        sheet: Sheet = factories.sheet(**{**made, **values})
        return factories.household(project, door or f"{number}-1-101", sheet, office)

    return household


def person(number: int, **values: object) -> Person:
    return factories.person(f"住户{number}", number, **values)


def found(project: Project, kind: QualityKind) -> list[Matter]:
    return find_faults(project, kind)


def homes_of(project: Project, kind: QualityKind) -> set[tuple[str, ...]]:
    doors = {home.id: home.door_text for home in db.session.scalars(select(Household))}
    return {tuple(doors[home] for home in matter.households) for matter in found(project, kind)}


def test_a_household_without_fault_is_on_no_list(project: Project, make: Make) -> None:
    make()
    assert {kind: found(project, kind) for kind in K} == {kind: [] for kind in K}


def test_a_sheet_handed_in_without_a_visit_is_found(project: Project, office: User, make: Make) -> None:
    bare, visited, open_ = make(), make(), make()
    partner = factories.member(project, Role.SURVEYOR)
    bare.state = visited.state = HouseholdState.SUBMITTED
    for home, result in ((bare, codes.VisitResult.NOBODY_HOME), (visited, codes.VisitResult.PARTIAL)):
        db.session.add(
            Visit(
                project_id=project.id, household_id=home.id, visit_no=1, started_at=NINE, ended_at=NINE,
                surveyor_1_id=office.id, surveyor_2_id=partner.id, result=result, recorded_by_id=office.id,
            )
        )  # fmt: skip
    db.session.flush()
    assert homes_of(project, K.VISIT_MISSING) == {(bare.door_text,)}
    assert open_.state is HouseholdState.IN_PROGRESS


def test_empty_homes_with_people_and_lived_homes_without_are_found(project: Project, make: Make) -> None:
    lived = make(lease_status=codes.Lease.VACANT)
    empty = make(persons=(person(90, lives_here=False),))
    make(lease_status=codes.Lease.VACANT, persons=(person(91, lives_here=False),))
    codes_of = {matter.households: matter.code for matter in found(project, K.OCCUPANCY)}
    assert codes_of == {(lived.id,): "quality.vacant_lived", (empty.id,): "quality.nobody_lives"}


def test_a_signature_under_the_name_of_the_dead_is_found(project: Project, office: User, make: Make) -> None:
    dead = make(persons=(person(80, deceased=True, lives_here=False), person(81)))
    alive = make(persons=(person(82),))
    for home, name, refused in ((dead, "住户80", False), (dead, "住户81", False), (alive, "住户82", False)):
        db.session.add(
            Signature(
                project_id=project.id, household_id=home.id, sheet_version=1, pairs_hash="0" * 64, refused=refused,
                signer_role=codes.SignerRole.RESPONDENT, signer_name=name, signed_at=NINE, recorded_by_id=office.id,
            )
        )  # fmt: skip
    db.session.flush()
    (matter,) = found(project, K.DECEASED_SIGNED)
    assert matter.households == (dead.id,)
    assert matter.params == {"day": "2026-06-01"}


def test_a_standing_word_of_somebody_who_is_no_owner_is_found(project: Project, office: User, make: Make) -> None:
    round_ = Round(project_id=project.id, kind=codes.RoundKind.RENEWAL, title="第一轮", opened_by_id=office.id)
    db.session.add(round_)
    db.session.flush()
    tenant = {"roles": (codes.PersonRole.TENANT, codes.PersonRole.RESIDENT)}
    owned, let, public = make(), make(persons=(person(70), person(71, **tenant))), make(
        tenure_type=codes.Tenure.PUBLIC_MANAGED, lessor="房管局", persons=(person(72, **tenant),)
    )  # fmt: skip
    speakers = {owned: owned.persons[0], let: let.persons[1], public: public.persons[0]}
    for home, speaker in speakers.items():
        db.session.add(
            Consent(
                project_id=project.id, household_id=home.id, round_id=round_.id, person_id=speaker.id,
                person_name=speaker.full_name, choice=codes.Choice.AGREE, channel=codes.Channel.IN_PERSON, given_at=NINE,
                recorded_by_id=office.id,
            )
        )  # fmt: skip
    db.session.flush()
    assert homes_of(project, K.SPEAKER_GONE) == {(let.door_text,)}
    save_sheet(
        actor=office, household=owned, base=owned.sheet_version,
        pairs=to_pairs(factories.sheet(persons=(replace(person(73), uid="p9"),))),
    )  # fmt: skip
    db.session.flush()
    assert homes_of(project, K.SPEAKER_GONE) == {(let.door_text,), (owned.door_text,)}


def test_certified_homes_without_a_number_are_found_once_somebody_was_there(project: Project, make: Make) -> None:
    land = Certificate(uid="c1", cert_type=codes.CertType.LAND, cert_no="土地证1号")
    bare, on_land = make(certificates=()), make(certificates=(land,))
    make(certificates=(), title_status=codes.TitleStatus.INHERITED)
    unvisited = make(certificates=())
    unvisited.state = HouseholdState.UNVISITED
    db.session.flush()
    assert homes_of(project, K.CERTIFICATE_MISSING) == {(bare.door_text,), (on_land.door_text,)}


def test_one_number_in_several_homes_says_what_is_wrong_with_it(project: Project, make: Make) -> None:
    number = {"id_no": factories.id_no(300)}
    away = {**number, "lives_here": False}
    several = make("1-1-101", persons=(person(50, **number),)), make("2-1-101", persons=(person(50, **away),))
    assert [matter.code for matter in found(project, K.SAME_ID)] == ["quality.same_id"]
    assert found(project, K.SAME_ID)[0].households == tuple(home.id for home in several)
    make("3-1-101", persons=(person(50, **number),))
    assert [matter.code for matter in found(project, K.SAME_ID)] == ["quality.same_id_lives"]
    make("4-1-101", persons=(replace(person(51, **away), full_name="别人"),))
    (matter,) = found(project, K.SAME_ID)
    assert (matter.code, matter.params["count"]) == ("quality.same_id_names", 4)
    assert str(number["id_no"]) not in repr(matter)


def test_a_number_twice_at_home_and_a_family_booklet_are_no_doubles(project: Project, make: Make) -> None:
    same = factories.id_no(301)
    make(persons=(person(60, id_no=same), person(61, id_no=same)))
    booklet = {"id_type": codes.IdType.HUKOU, "id_no": "H0001"}
    make(persons=(person(62, **booklet),))
    make(persons=(person(63, **booklet),))
    assert not found(project, K.SAME_ID)


def test_one_certificate_in_several_homes_is_found(project: Project, make: Make) -> None:
    one = (Certificate(uid="c1", cert_no="鲁证0001号"),)
    first, second = make("1-1-101", certificates=one), make("2-1-101", certificates=one)
    assert homes_of(project, K.SAME_CERT) == {(first.door_text, second.door_text)}


def test_two_dossiers_at_one_door_are_found_until_they_are_kept_apart(project: Project, make: Make) -> None:
    there, beside = make("1-1-101"), make("1-1-102")
    for door in [*beside.doors]:
        db.session.delete(door)
    beside.door_text = there.door_text
    db.session.flush()
    (matter,) = found(project, K.SAME_DOOR)
    assert set(matter.households) == {there.id, beside.id}
    beside.apart_from_id = there.id
    db.session.flush()
    assert not found(project, K.SAME_DOOR)


def test_a_gap_in_a_regular_stairwell_and_doors_without_a_unit_are_found(project: Project) -> None:
    block = factories.building(project, "7")
    for unit, rooms in (("1", "101 102 201 202 301 302 401"), ("2", "101 201 301"), ("", "501")):
        for room in rooms.split():
            buildings.create_household(actor=None, project=project, building=block, unit_no=unit, room_no=room)
    db.session.flush()
    (gap,) = found(project, K.DOOR_GAP)
    assert gap.building_id == block.id
    assert gap.params == {"unit": "1", "rooms": "402"}
    (bare,) = found(project, K.UNIT_MISSING)
    assert (bare.building_id, bare.params["count"]) == (block.id, 1)


def test_shares_that_are_not_one_whole_are_found_as_fractions(project: Project, make: Make) -> None:
    def owners(start: int, *shares: tuple[int | None, int | None]) -> tuple[Person, ...]:
        return tuple(person(start + at, share_num=num, share_den=den) for at, (num, den) in enumerate(shares))

    by_shares = {"coown_type": codes.Coown.SHARES}
    make(**by_shares, persons=owners(200, (1, 3), (1, 3), (1, 3)))
    make(**by_shares, persons=owners(240, (1, 2), (1, 4), (2, 8)))
    make(**by_shares, persons=owners(250, (1, 2), (1, 2)))
    less = make(**by_shares, persons=owners(210, (1, 3), (1, 3)))
    void = make(**by_shares, persons=owners(260, (3, 2), (-1, 2)))
    unknown = make(**by_shares, persons=owners(220, (1, 2), (None, None)))
    make(coown_type=codes.Coown.JOINT, persons=owners(230, (None, None), (None, None)))
    assert homes_of(project, K.SHARES) == {(less.door_text,), (unknown.door_text,), (void.door_text,)}


def test_certificates_that_add_up_to_another_area_are_found(project: Project, make: Make) -> None:
    def papers(*areas: str | None) -> tuple[Certificate, ...]:
        return tuple(
            Certificate(uid=f"c{at}", cert_no=f"{at}{areas}", cert_area_m2=Decimal(area) if area else None)
            for at, area in enumerate(areas)
        )

    make(certificates=papers("40.00", "45.20"))
    off = make(certificates=papers("40.00", "45.21"))
    make(certificates=papers("40.00", None))
    (matter,) = found(project, K.CERT_SUM)
    assert matter.households == (off.id,)
    assert matter.params == {"certificates": Decimal("85.21"), "parts": Decimal("85.20")}


@pytest.mark.parametrize(
    ("certified", "measured", "off"),
    [("100.00", "103.00", False), ("100.00", "103.01", True), ("20.00", "21.00", False), ("20.00", "18.99", True)],
)
def test_areas_off_the_certificate_are_found_by_the_projects_limits(
    project: Project, make: Make, certified: str, measured: str, off: bool
) -> None:
    part = replace(_BASE.parts[0], area_cert_m2=Decimal(certified), area_meas_m2=Decimal(measured))
    make(parts=(part,))
    assert bool(found(project, K.AREA_OFF)) is off
    project.settings = {"area_diff_ratio": "1/2", "area_diff_min_m2": "50"}
    assert not found(project, K.AREA_OFF)


def accept(project: Project, actor: User, matter: Matter, reason: str = "已核对两本证") -> None:
    accept_fault(
        actor=actor, project=project, kind=QualityKind(matter.kind), matter_id=matter.id_in(project.id), digest=matter.digest,
        reason=reason,
    )  # fmt: skip


def test_what_was_accepted_rests_until_its_facts_are_others(project: Project, office: User, make: Make) -> None:
    one = (Certificate(uid="c1", cert_no="鲁证0001号"),)
    make("1-1-101", certificates=one), make("2-1-101", certificates=one)
    (matter,) = found(project, K.SAME_CERT)
    with pytest.raises(DomainError, match=r"matter\.changed"):
        accept_fault(
            actor=office, project=project, kind=K.SAME_CERT, matter_id=matter.id_in(project.id), digest="0" * 64, reason="x"
        )  # fmt: skip
    accept(project, office, matter)
    faults = list_faults(project, sight_of(office, project.id))
    assert (faults.open, faults.noted) == (0, 1)
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "quality.accept"))
    assert entry.details == {"fault": "same_cert"}
    make("3-1-101", certificates=one)
    assert list_faults(project, sight_of(office, project.id)).open == 1


def test_a_surveyor_sees_the_own_homes_and_only_counts_the_others(project: Project, make: Make) -> None:
    one = (Certificate(uid="c1", cert_no="鲁证0001号"),)
    mine, theirs = make("1-1-101", certificates=one), make("2-1-101", certificates=one)
    surveyor, stranger = factories.member(project, Role.SURVEYOR), factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, mine)
    faults = list_faults(project, sight_of(surveyor, project.id))
    (shown,) = show_matters(surveyor, project, faults.kinds[K.SAME_CERT].open, faults.notes)
    assert [home.id for home in shown.households] == [mine.id]
    assert shown.others == 1
    assert theirs.id in shown.matter.households
    assert list_faults(project, sight_of(stranger, project.id)).open == 0
