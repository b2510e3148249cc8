"""Stories at the 楼盘表: finding a door, adding what is missing, seeing only one's own."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient

from survey.domain.access import Role
from survey.domain.household import HouseholdState
from survey.models import Building, Door, Household, Project, db, utc_now
from survey.services import building as buildings
from survey.services.building import find_building
from survey.services.door import create_door
from tests import factories
from tests.html import without_tokens

As = Callable[..., FlaskClient]


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def test_an_empty_project_says_what_to_do_first(as_: As) -> None:
    assert "导入花名册" in text_of(as_("office"), "/project/YY/buildings")
    assert "还没有分给您的楼栋" in text_of(as_("surveyor"), "/project/YY/buildings")


def test_the_buildings_show_how_far_each_is(project: Project, as_: As) -> None:
    done = factories.household(project, "3-1-101")
    factories.household(project, "3-1-102")
    factories.household(project, "10-1-101")
    done.state = HouseholdState.APPROVED
    db.session.commit()
    page = text_of(as_("office"), "/project/YY/buildings")
    assert page.index("3号楼") < page.index("10号楼")
    assert "1 / 2" in page
    table = text_of(as_("office"), "/project/YY/buildings?view=table")
    assert "building=3&amp;state=approved" in table


def test_the_grid_leads_to_each_dossier_with_its_state_in_words(project: Project, as_: As) -> None:
    home = factories.household(project, "3-2-501")
    home.state = HouseholdState.OFFICE_RETURNED
    factories.household(project, "3-2-502")
    create_door(actor=factories.member(project, Role.OFFICE), building=home.building, unit_no="2", room_no="601")
    db.session.commit()
    page = text_of(as_("office"), f"/building/{home.building_id}")
    assert f'href="/household/{home.id}"' in page
    assert "项目办退回" in page
    assert "建档" in page
    assert page.index(">601<") < page.index(">501<") < page.index(">502<"), "the top floor stands first"


def test_joined_flats_are_one_cell_and_counted_once(project: Project, as_: As) -> None:
    home, other = factories.household(project, "3-1-301"), factories.household(project, "3-1-302")
    buildings.attach_door(actor=factories.member(project, Role.OFFICE), household=home, unit_no="1", room_no="302")
    db.session.commit()
    page = text_of(as_("office"), f"/building/{home.building_id}")
    assert 'colspan="2"' in page
    assert "2 个门牌、1 户" in page
    assert str(other.id) not in page


def test_filters_choose_doors_in_the_grid_and_in_the_list(project: Project, as_: As) -> None:
    refused, fine = factories.household(project, "3-1-101"), factories.household(project, "3-1-102")
    refused.refused_at, refused.visit_count = utc_now(), 1
    db.session.commit()
    client, address = as_("office"), f"/building/{fine.building_id}"
    grid = text_of(client, address + "?refused=yes")
    assert grid.count("cell tone-neutral dim") == 1
    listed = text_of(client, address + "?refused=yes&view=list")
    assert str(refused.id) in listed
    assert str(fine.id) not in listed
    assert "没有符合筛选的住户" in text_of(client, address + "?state=final&view=list")


def test_a_large_building_is_shown_one_stairwell_at_a_time(project: Project, as_: As) -> None:
    building = factories.building(project, "8")
    office = factories.member(project, Role.OFFICE)
    for unit in ("1", "2"):
        for number in range(1, 91):
            create_door(actor=office, building=building, unit_no=unit, room_no=f"{number}01")
    db.session.commit()
    client, address = as_("office"), f"/building/{building.id}"
    assert text_of(client, address).count('data-state="none"') == 90
    assert text_of(client, address + "?unit=2").count('data-state="none"') == 90
    assert text_of(client, address + "?unit=all").count('data-state="none"') == 180


def test_a_surveyor_of_one_stairwell_sees_no_other(project: Project, as_: As) -> None:
    mine, other = factories.household(project, "3-1-101"), factories.household(project, "3-2-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    office = factories.member(project, Role.OFFICE)
    create_door(actor=office, building=mine.building, unit_no="2", room_no="阁楼")
    buildings.assign(actor=office, building=mine.building, users=[surveyor], unit_no="1")
    db.session.commit()
    for view in ("", "?view=list"):
        page = text_of(as_(surveyor), f"/building/{mine.building_id}{view}")
        assert str(mine.id) in page
        assert str(other.id) not in page
        assert "阁楼" not in page
    assert "阁楼" in text_of(as_(office), f"/building/{mine.building_id}?view=list")
    refused = as_(surveyor).post(
        f"/building/{mine.building_id}/household/create", data={"unit_no": "2", "room_no": "102"}
    )
    assert refused.status_code == 422
    assert "没有分给您" in refused.get_data(as_text=True)


def test_another_building_looks_like_none(project: Project, as_: As) -> None:
    other = factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, factories.household(project, "3-1-101"))
    db.session.commit()
    client = as_(surveyor)
    missing = client.get(f"/building/{other.id}")
    for address in (f"/building/{other.building_id}", f"/building/{other.building_id}/household/create"):
        answer = client.get(address)
        assert answer.status_code == 404 and without_tokens(answer.text) == without_tokens(missing.text)


def test_the_office_adds_a_building_a_door_and_a_household(project: Project, as_: As) -> None:
    office = as_("office")
    made = office.post("/project/YY/building/create", data={"no": "12号楼", "total_floors": "6"})
    assert made.status_code == 302
    building = find_building(project.id, "12")
    assert building is not None
    again = office.post("/project/YY/building/create", data={"no": "12"})
    assert again.status_code == 422
    assert "请勿重复添加" in again.get_data(as_text=True)
    address = f"/building/{building.id}"
    assert office.post(address + "/door/create", data={"unit_no": "1", "room_no": "501"}).status_code == 302
    assert office.post(address + "/door/create", data={"unit_no": "1", "room_no": "501"}).status_code == 422
    assert office.post(address + "/household/create", data={"unit_no": "1", "room_no": "501"}).status_code == 302
    home = db.session.scalars(db.select(Household)).one()
    assert (home.door_text, home.dossier_no) == ("12-1-501", "YY-012010001")
    assert db.session.scalars(db.select(Door)).one().floor_no == 5
    twice = office.post(address + "/household/create", data={"unit_no": "1", "room_no": "501"})
    assert twice.status_code == 422
    assert "已登记为另一户" in twice.get_data(as_text=True)


def test_a_surveyor_makes_a_dossier_at_a_door_of_theirs_but_no_building(project: Project, as_: As) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, factories.household(project, "3-1-101"))
    db.session.commit()
    building = db.session.scalars(db.select(Building)).one()
    client = as_(surveyor)
    assert client.get("/project/YY/building/create").status_code == 403
    assert client.get(f"/building/{building.id}/door/create").status_code == 403
    made = client.post(f"/building/{building.id}/household/create", data={"unit_no": "1", "room_no": "102"})
    assert made.status_code == 302
    assert client.get(made.location).status_code == 200
