"""Things to test with. All people are invented: ID numbers under region 379900, phones beginning with 120."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.identity import check_digit
from survey.domain.sheet import Certificate, Part, Person, Sheet, to_pairs
from survey.models import Building, Household, Membership, Project, Team, User, db
from survey.services import account
from survey.services import building as buildings
from survey.services import project as projects
from survey.services.sheet import save_sheet

HASH = "$argon2id$v=19$m=8,t=1,p=1$dGVzdHRlc3Q$unusable"
_numbers = count(1)


def project(code: str = "YY", name: str = "颐园小区改造项目") -> Project:
    made = projects.create_project(
        actor=None, code=code, name=name, office_name="颐园小区改造项目办公室", office_phone="120-0000000",
        office_address="颐园小区物业楼一楼",
    )  # fmt: skip
    db.session.commit()
    return made


def user(name: str | None = None, **values: Any) -> User:
    """An account that nobody signs in to with a password (tests open its session directly)."""
    number = next(_numbers)
    made = User(
        username=f"user{number}", display_name=name or f"工作人员{number}", password_hash=HASH,
        staff_no=f"S{number:03d}", **values,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def member(project: Project, role: Role, name: str | None = None, team: Team | None = None) -> User:
    made = user(name)
    account.set_membership(actor=None, project=project, user=made, role=role, team=team)
    return made


def team(project: Project, name: str = "一组") -> Team:
    return projects.create_team(actor=None, project=project, name=name)


def building(project: Project, no: str = "3", **values: Any) -> Building:
    found = buildings.find_building(project.id, no)
    return found or buildings.create_building(actor=None, project=project, no=no, total_floors=6, **values)


def household(
    project: Project, door: str = "3-2-501", sheet: Sheet | None = None, actor: User | None = None
) -> Household:
    """A household at a door; with a sheet, saved by `actor` (an office worker unless given)."""
    no, unit, room = door.split("-")
    made = buildings.create_household(
        actor=None, project=project, building=building(project, no), unit_no=unit, room_no=room
    )
    if sheet is not None:
        save_sheet(actor=actor or member(project, Role.OFFICE), household=made, base=0, pairs=to_pairs(sheet))
    return made


def assign(surveyor: User, *households: Household) -> None:
    """Give a surveyor the buildings of some households."""
    for each in {row.building_id: row.building for row in households}.values():
        standing = [found for _unit, found in buildings.list_surveyors(each)]
        buildings.assign(actor=surveyor, building=each, users=[*standing, surveyor])


def id_no(number: int = 1, born: date = date(1970, 5, 14), male: bool = True) -> str:
    """An invented ID number with a right check digit."""
    first = f"379900{born:%Y%m%d}{(number * 2 + (1 if male else 0)) % 1000:03d}"
    return first + check_digit(first)


def person(name: str = "张伟", number: int = 1, **values: Any) -> Person:
    born = values.get("birth_date", date(1970, 5, 14))
    made: dict[str, Any] = {
        "uid": f"p{number}", "full_name": name, "roles": (codes.PersonRole.OWNER, codes.PersonRole.RESIDENT),
        "id_type": codes.IdType.RESIDENT, "id_no": id_no(number, born), "phone": f"120{number:08d}",
        "sex": codes.Sex.MALE, "birth_date": born, "relation": codes.Relation.SELF, "hukou_here": True,
        "lives_here": True,
    }  # fmt: skip
    return Person(**{**made, **values})


def sheet(**values: Any) -> Sheet:
    """A sheet without a fault: one owner, one certificate, one part, a will. `values` replace what it says."""
    made: dict[str, Any] = {
        "address": "颐园小区3号楼2单元501室", "total_floors": 6, "floor_no": 5,
        "tenure_type": codes.Tenure.COMMERCIAL, "title_status": codes.TitleStatus.CERTIFIED,
        "coown_type": codes.Coown.SOLE, "mortgage": codes.TriState.NO, "seizure": codes.TriState.NO,
        "lease_status": codes.Lease.OWNER_LIVES, "only_home": False,
        "certificates": (Certificate(uid="c1", cert_type=codes.CertType.REALTY,
                                     cert_no="鲁（2019）东营市不动产权第0000906号", cert_date=date(2019, 3, 1)),),
        "parts": (Part(uid="b1", kind=codes.PartKind.MAIN, legality=codes.Legality.REGISTERED,
                       area_cert_m2=Decimal("85.20"), area_meas_m2=Decimal("85.60"), use_approved=codes.Use.DWELLING_SET,
                       use_actual=codes.Use.DWELLING_SET, structure=codes.Structure.MIXED, build_year=1998),),
        "persons": (person(),), "renewal_will": codes.Will.AGREE, "comp_mode": codes.CompMode.SWAP,
    }  # fmt: skip
    return Sheet(**{**made, **values})


def membership_of(user: User) -> Membership:
    return db.session.query(Membership).filter_by(user_id=user.id).one()
