"""Stories at the dossier: the list that figures lead to, the page of one household, reviews, doors, numbers in clear."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.household import Action, HouseholdState
from survey.domain.sheet import Certificate, Part, to_pairs
from survey.models import AuditEntry, Household, Project, Review, Signature, User, db, utc_now
from survey.services.household import take_step
from survey.services.sheet import current_sheet, get_version, save_sheet
from tests import factories
from tests.html import without_tokens

As = Callable[..., FlaskClient]
NUMBER = factories.sheet().persons[0].id_no
PHONE = factories.sheet().persons[0].phone


@pytest.fixture
def surveyor(project: Project) -> User:
    return factories.member(project, Role.SURVEYOR, "王芳")


@pytest.fixture
def home(project: Project, surveyor: User) -> Household:
    """A household that the surveyor filled in."""
    made = factories.household(project, "3-2-501", sheet=factories.sheet(), actor=surveyor)
    factories.assign(surveyor, made)
    db.session.commit()
    return made


def page_of(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.get_data(as_text=True)


def state_of(home: Household) -> HouseholdState:
    db.session.expire_all()
    return db.session.get_one(Household, home.id).state


def actions_of(home: Household) -> list[str]:
    entries = db.session.scalars(
        db.select(AuditEntry).where(AuditEntry.household_id == home.id).order_by(AuditEntry.seq)
    )
    return [entry.action for entry in entries]


# --- the list


def test_the_list_leads_from_a_figure_to_its_households(project: Project, home: Household, as_: As) -> None:
    factories.household(project, "3-2-502")
    db.session.commit()
    page = page_of(as_("office"), "/project/YY/households?state=in_progress&building=3")
    assert f'href="/household/{home.id}"' in page
    assert "3-2-502" not in page
    assert "调查状态：进行中" in page
    assert "楼栋：3号楼" in page
    assert "没有符合筛选的住户" in page_of(as_("office"), "/project/YY/households?state=final")


def test_the_list_masks_names_for_those_who_see_everybody(home: Household, as_: As) -> None:
    assert "张伟" in page_of(as_("office"), "/project/YY/households")
    coordinator = page_of(as_("coordinator"), "/project/YY/households")
    assert "张伟" not in coordinator
    assert "张*" in coordinator


def test_the_list_has_pages(project: Project, as_: As) -> None:
    for number in range(60):
        factories.household(project, f"3-1-{number + 101}")
    db.session.commit()
    first = page_of(as_("office"), "/project/YY/households")
    second = page_of(as_("office"), "/project/YY/households?page=2")
    assert first.count('data-qa="household"') == 50
    assert second.count('data-qa="household"') == 10
    assert "共 60 户" in second


# --- the dossier


def test_the_dossier_answers_for_the_whole_case(home: Household, as_: As) -> None:
    page = page_of(as_("office"), f"/household/{home.id}")
    for word in ("3号楼2单元501室", home.dossier_no, "张伟", "商品房", "85.20 ㎡", "鲁（2019）东营市不动产权第0000906号",
                 "产权调换", "没有登记诉求", "还没有材料", "还没有签字记录", "填写调查表（第 1 版）"):  # fmt: skip
        assert word in page, word


def test_numbers_are_masked_on_the_dossier_and_its_timeline(home: Household, surveyor: User, as_: As) -> None:
    sheet = current_sheet(home)
    changed = replace(sheet, persons=(replace(sheet.persons[0], phone="12000007777"),))
    save_sheet(actor=surveyor, household=home, base=1, pairs=to_pairs(changed))
    db.session.commit()
    page = page_of(as_("office"), f"/household/{home.id}")
    for number in (NUMBER, PHONE, "12000007777"):
        assert number not in page
    assert "120****0001" in page
    assert "120****7777" in page


def test_the_timeline_tells_old_and_new_value_of_each_field(home: Household, surveyor: User, as_: As) -> None:
    changed = replace(current_sheet(home), tenure_type=codes.Tenure.AFFORDABLE, note="北面有加建")
    save_sheet(actor=surveyor, household=home, base=1, pairs=to_pairs(changed))
    db.session.commit()
    page = page_of(as_("office"), f"/household/{home.id}")
    assert "<dt>产权性质：</dt><dd><del>商品房</del> → <ins>经济适用房</ins>" in page
    assert "<ins>北面有加建</ins>" in page
    assert "王芳" in page


def test_special_facts_and_prices_are_for_those_who_may_read_them(project: Project, surveyor: User, as_: As) -> None:
    person = factories.person(special_tags=(codes.SpecialTag.LOW_INCOME,), proof_note="低保证 0031")
    sheet = factories.sheet(persons=(person,), expected_price_yuan=Decimal("9800.00"))
    home = factories.household(project, "3-1-101", sheet=sheet, actor=surveyor)
    save_sheet(
        actor=surveyor, household=home, base=1,
        pairs=to_pairs(replace(sheet, persons=(replace(person, special_tags=(codes.SpecialTag.DESTITUTE,)),))),
    )  # fmt: skip
    db.session.commit()
    coordinator = page_of(as_("coordinator"), f"/household/{home.id}")
    office = page_of(as_("office"), f"/household/{home.id}")
    for word in ("低保", "特困", "低保证 0031", "9800.00"):
        assert word not in coordinator, word
        assert word in office, word
    assert "9800.00" not in page_of(as_("auditor"), f"/household/{home.id}")


def test_warnings_stand_with_the_reasons_that_were_written(project: Project, as_: As) -> None:
    part = Part(
        uid="b1", kind=codes.PartKind.MAIN, area_cert_m2=Decimal("80.00"), area_meas_m2=Decimal("90.00"),
        use_approved=codes.Use.DWELLING_SET, use_actual=codes.Use.COMMERCE,
    )  # fmt: skip
    home = factories.household(project, "3-1-101", sheet=factories.sheet(parts=(part,)))
    db.session.commit()
    page = page_of(as_("office"), f"/household/{home.id}")
    assert "相差过大" in page
    assert "提交前要写明或改正" in page


def test_another_ones_household_looks_like_none(project: Project, home: Household, as_: As) -> None:
    stranger = as_("surveyor")
    person = home.persons[0].id
    thing = home.id
    missing = stranger.get(f"/household/{person}")
    assert missing.status_code == 404
    base = f"/household/{home.id}"
    for address in ("", "/document/add", f"/document/{thing}", f"/document/{thing}/preview", "/request/record",
                    "/delivery/record", "/signature/record", f"/person/{person}/reveal?field=id_no"):  # fmt: skip
        answer = stranger.get(base + address)
        assert answer.status_code == 404 and without_tokens(answer.text) == without_tokens(missing.text), address
    for address in ("/confirm", "/request/record", "/delivery/record", "/signature/record", "/document/add",
                    f"/person/{person}/reveal"):  # fmt: skip
        assert without_tokens(stranger.post(base + address).text) == without_tokens(missing.text), address
    leader = as_("leader")
    missing = leader.get(f"/household/{person}")
    for address in ("/group-review", f"/document/{thing}/remove", f"/request/{thing}/accept",
                    f"/request/{thing}/answer"):  # fmt: skip
        assert without_tokens(leader.post(base + address).text) == without_tokens(missing.text), address


# --- steps


def hand_in(home: Household, surveyor: User) -> None:
    take_step(actor=surveyor, household=home, action=Action.SUBMIT)
    db.session.commit()


def test_a_dossier_goes_through_its_reviews_to_the_end(
    project: Project, home: Household, surveyor: User, as_: As
) -> None:
    hand_in(home, surveyor)
    office, base = as_("office"), f"/household/{home.id}"
    leader = factories.member(project, Role.LEADER)
    factories.assign(leader, home)
    db.session.commit()
    assert "组审通过" in page_of(as_(leader), base)
    assert as_(leader).post(base + "/group-review", data={"action": "group_pass"}).status_code == 302
    assert state_of(home) is HouseholdState.GROUP_PASSED
    assert office.post(base + "/office-review", data={"action": "approve"}).status_code == 302
    unsigned = office.post(base + "/confirm", data={"action": "confirm"})
    assert unsigned.status_code == 422
    assert "还没有被调查人签字" in unsigned.get_data(as_text=True)
    db.session.add(
        Signature(
            project_id=project.id, household_id=home.id, sheet_version=1, pairs_hash=get_version(home, 1).pairs_hash,
            signer_role=codes.SignerRole.RESPONDENT, signer_name="张伟", signed_at=utc_now(), recorded_by_id=surveyor.id,
        )
    )  # fmt: skip
    db.session.commit()
    assert office.post(base + "/confirm", data={"action": "confirm"}).status_code == 302
    assert office.post(base + "/finalise", data={"action": "finalise"}).status_code == 302
    assert state_of(home) is HouseholdState.FINAL
    assert "已定稿归档" in page_of(office, base)


def test_a_return_wants_its_reason_and_shows_it_to_the_surveyor(
    project: Project, home: Household, surveyor: User, as_: As
) -> None:
    hand_in(home, surveyor)
    leader = factories.member(project, Role.LEADER)
    factories.assign(leader, home)
    db.session.commit()
    client, address = as_(leader), f"/household/{home.id}/group-review"
    silent = client.post(address, data={"action": "group_return", "group_return-reason": " "})
    assert silent.status_code == 422
    assert "退回时必须写明原因" in silent.get_data(as_text=True)
    assert state_of(home) is HouseholdState.SUBMITTED
    told = client.post(address, data={"action": "group_return", "group_return-reason": "证号与照片不一致"})
    assert told.status_code == 302
    page = page_of(as_(surveyor), f"/household/{home.id}")
    assert "退回原因" in page
    assert "证号与照片不一致" in page


def test_who_filled_the_sheet_may_not_review_it(project: Project, as_: As) -> None:
    leader = factories.member(project, Role.LEADER)
    home = factories.household(project, "3-1-101", sheet=factories.sheet(), actor=leader)
    factories.assign(leader, home)
    hand_in(home, leader)
    client = as_(leader)
    page = page_of(client, f"/household/{home.id}")
    assert "不能由您本人审核" in page
    assert 'data-dialog="group_pass"' not in page
    refused = client.post(f"/household/{home.id}/group-review", data={"action": "group_pass"})
    assert refused.status_code == 422
    assert "您填写过这一户" in refused.get_data(as_text=True)
    assert state_of(home) is HouseholdState.SUBMITTED


def test_a_step_of_another_desk_is_refused(home: Household, surveyor: User, as_: As) -> None:
    hand_in(home, surveyor)
    base = f"/household/{home.id}"
    assert as_(surveyor).post(base + "/group-review", data={"action": "group_pass"}).status_code == 403
    assert as_("office").post(base + "/office-review", data={"action": "group_pass"}).status_code == 400
    assert as_("office").post(base + "/office-review", data={"action": "approve"}).status_code == 422


def test_the_office_opens_an_approved_dossier_again_with_a_reason(home: Household, surveyor: User, as_: As) -> None:
    home.state = HouseholdState.APPROVED
    db.session.commit()
    office, address = as_("office"), f"/household/{home.id}/office-review"
    assert office.post(address, data={"action": "reopen"}).status_code == 422
    assert office.post(address, data={"action": "reopen", "reopen-reason": "漏登一间储藏室"}).status_code == 302
    assert state_of(home) is HouseholdState.OFFICE_RETURNED
    assert "漏登一间储藏室" in page_of(as_(surveyor), f"/household/{home.id}")
    assert db.session.scalars(db.select(Review)).one().action == "reopen"


# --- numbers in clear


def reveal_entries() -> list[AuditEntry]:
    return list(
        db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "person.reveal").order_by(AuditEntry.seq))
    )


def test_a_surveyor_sees_a_number_of_an_assigned_household_and_it_is_logged(
    home: Household, surveyor: User, as_: As
) -> None:
    address = f"/household/{home.id}/person/{home.persons[0].id}/reveal"
    answer = as_(surveyor).post(address, data={"field": "id_no"}, headers={"Accept": "application/json"})
    assert answer.get_json() == {"value": NUMBER}
    assert answer.headers["Cache-Control"] == "no-store"
    [entry] = reveal_entries()
    assert (entry.actor_id, entry.household_id, entry.details["field"]) == (surveyor.id, home.id, "id_no")
    assert NUMBER not in str(entry.details)
    assert "查看完整证件号码：张伟" in page_of(as_("office"), f"/household/{home.id}")


def test_without_a_script_a_page_asks_and_another_tells_once(home: Household, surveyor: User, as_: As) -> None:
    client, address = as_(surveyor), f"/household/{home.id}/person/{home.persons[0].id}/reveal?field=phone"
    asks = page_of(client, address)
    assert "120****0001" in asks
    assert PHONE not in asks
    assert reveal_entries() == []
    assert PHONE in client.post(address).get_data(as_text=True)
    assert len(reveal_entries()) == 1


def test_a_coordinator_gives_a_reason_that_does_not_carry_the_number(home: Household, as_: As) -> None:
    client, address = as_("coordinator"), f"/household/{home.id}/person/{home.persons[0].id}/reveal"
    silent = client.post(address, data={"field": "id_no"}, headers={"Accept": "application/json"})
    assert silent.status_code == 422
    assert "必须写明理由" in silent.get_json()["message"]
    assert reveal_entries() == []
    told = client.post(
        address, data={"field": "id_no", "reason": f"核对 {NUMBER}"}, headers={"Accept": "application/json"}
    )
    assert told.get_json() == {"value": NUMBER}
    assert reveal_entries()[0].details["reason"] == "核对 ＊"


def test_only_two_fields_are_revealed_and_only_of_people_of_the_household(
    project: Project, home: Household, as_: As
) -> None:
    other = factories.household(project, "3-2-502", sheet=factories.sheet(persons=(factories.person(number=9),)))
    db.session.commit()
    office, base = as_("office"), f"/household/{home.id}/person/"
    assert office.post(f"{base}{home.persons[0].id}/reveal", data={"field": "full_name"}).status_code == 404
    assert office.post(f"{base}{other.persons[0].id}/reveal", data={"field": "id_no"}).status_code == 404
    assert as_("auditor").post(f"{base}{home.persons[0].id}/reveal", data={"field": "id_no"}).status_code == 403


# --- doors


def from_roster(project: Project, door: str, **values: object) -> Household:
    """A household with a first sheet that nobody has touched."""
    made = factories.household(project, door, sheet=factories.sheet(**values))
    made.touched_by_staff = False
    db.session.flush()
    return made


def test_two_flats_are_joined_with_what_the_roster_knew_of_both(project: Project, home: Household, as_: As) -> None:
    other = from_roster(
        project, "3-2-502", persons=(factories.person("李娜", 7),),
        certificates=(Certificate(uid="c1", cert_type=codes.CertType.HOUSE, cert_no="房权证 77"),),
    )  # fmt: skip
    db.session.commit()
    office, base = as_("office"), f"/household/{home.id}/doors"
    assert "李娜，花名册资料将并入" in page_of(office, base)
    [door] = other.doors
    assert office.post(base + "/attach", data={"door": str(door.id)}).status_code == 302
    db.session.expire_all()
    joined = db.session.get_one(Household, home.id)
    assert joined.door_text == "3-2-501、3-2-502"
    assert [person.full_name for person in joined.persons] == ["张伟", "李娜"]
    assert [row.cert_no for row in joined.certificates][1] == "房权证 77"
    assert len(joined.parts) == 2
    assert db.session.get_one(Household, other.id).removed_at is not None
    assert "3号楼2单元501室、3号楼2单元502室" in page_of(office, f"/household/{home.id}")
    assert office.get(f"/household/{other.id}").status_code == 404


def test_a_door_is_parted_again_but_never_the_last_one(project: Project, home: Household, as_: As) -> None:
    other = from_roster(project, "3-2-502")
    db.session.commit()
    office, base = as_("office"), f"/household/{home.id}/doors"
    [door] = other.doors
    office.post(base + "/attach", data={"door": str(door.id)})
    assert office.post(f"{base}/{door.id}/detach").status_code == 302
    db.session.expire_all()
    [last] = db.session.get_one(Household, home.id).doors
    refused = office.post(f"{base}/{last.id}/detach")
    assert refused.status_code == 422
    assert "至少要有一个门牌" in refused.get_data(as_text=True)
    assert office.post(f"{base}/{door.id}/detach").status_code == 404


def test_a_surveyed_household_is_not_swallowed(project: Project, home: Household, as_: As) -> None:
    other = factories.household(project, "3-2-502", sheet=factories.sheet())
    db.session.commit()
    office, base = as_("office"), f"/household/{home.id}/doors"
    [door] = other.doors
    assert "没有可以并入的门牌" in page_of(office, base)
    assert office.post(base + "/attach", data={"door": str(door.id)}).status_code == 422
    assert as_("leader").get(base).status_code == 404
