"""Tablets: a code serves once and not for long, a token is known, and what was revoked or wiped stays so."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey.domain.access import Role
from survey.domain.device import DeviceState
from survey.domain.errors import DomainError, NotFound
from survey.models import AuditEntry, Device, Project, SyncEvent, User, db, new_id, utc_now
from survey.models.sync import seal_body
from survey.services import account, device
from tests import factories


@pytest.fixture
def surveyor(project: Project) -> User:
    return factories.member(project, Role.SURVEYOR, "王芳")


def invited(project: Project, surveyor: User, name: str = "3 号平板") -> tuple[Device, str]:
    return device.invite(actor=None, project=project, user=surveyor, name=name)


def enrolled(project: Project, surveyor: User) -> tuple[Device, str]:
    _row, code = invited(project, surveyor)
    return device.enrol(code=code, name="Pad", app="1.0")


def refusal(**values: object) -> str:
    with pytest.raises(DomainError) as refused:
        device.enrol(**{"name": "", "app": "", **values})  # type: ignore[arg-type]
    return refused.value.code


def test_a_code_becomes_a_token_and_serves_once(project: Project, surveyor: User) -> None:
    row, code = invited(project, surveyor)
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", code)
    assert device.state_of(row) is DeviceState.INVITED
    same, token = device.enrol(code=code, name="Pad", app="1.0")
    assert same is row and device.find_device(token) is row
    assert (row.name, row.app, device.state_of(row)) == ("3 号平板", "1.0", DeviceState.ACTIVE)
    assert refusal(code=code) == "device.code_unknown"
    assert len(token) >= 43


def test_a_code_may_be_typed_in_any_case_without_dashes_and_with_letters_that_look_alike(
    project: Project, surveyor: User
) -> None:
    row, code = invited(project, surveyor, name="")
    typed = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert device.enrol(code=typed, name="Pad", app="")[0] is row
    assert row.name == "Pad"


def test_neither_code_nor_token_is_kept_in_clear(project: Project, surveyor: User) -> None:
    row, code = invited(project, surveyor)
    db.session.flush()
    assert code.replace("-", "").encode() not in (row.code_hash or b"")
    _row, token = device.enrol(code=code, name="", app="")
    assert token.encode() not in (row.token_hash or b"") and row.code_hash is None


def test_a_code_ends_after_half_an_hour(project: Project, surveyor: User) -> None:
    _row, code = invited(project, surveyor)
    assert refusal(code=code, now=utc_now() + timedelta(minutes=31)) == "device.code_expired"
    assert device.list_devices(project.id, now=utc_now() + timedelta(minutes=31)) == []
    device.enrol(code=code, name="", app="", now=utc_now() + timedelta(minutes=29))
    assert len(device.list_devices(project.id, now=utc_now() + timedelta(days=9))) == 1


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR])
def test_only_who_goes_to_the_doors_gets_a_tablet(project: Project, role: Role) -> None:
    with pytest.raises(DomainError) as refused:
        device.invite(actor=None, project=project, user=factories.member(project, role), name="")
    assert refused.value.code == "device.not_field_work"


def test_a_role_that_ended_before_the_code_was_used_ends_the_invitation(project: Project, surveyor: User) -> None:
    _row, code = invited(project, surveyor)
    factories.membership_of(surveyor).valid_until = utc_now() - timedelta(seconds=1)
    assert refusal(code=code) == "device.not_field_work"


def test_wrong_codes_from_one_address_are_stopped_together_with_wrong_passwords(
    project: Project, surveyor: User
) -> None:
    _row, code = invited(project, surveyor)
    for _try in range(account.ADDRESS_FAILURES - 1):
        assert refusal(code="0000", address="10.0.0.9") == "device.code_unknown"
        device.note_wrong_code(address="10.0.0.9")
    account.note_failure(username="nobody", address="10.0.0.9")
    assert refusal(code=code, address="10.0.0.9") == "account.too_many_failures"
    with pytest.raises(DomainError) as refused:
        account.sign_in(username=surveyor.username, password="x", address="10.0.0.9")
    assert refused.value.code == "account.too_many_failures"
    assert device.enrol(code=code, name="", app="", address="10.0.0.8")


def test_a_revoked_tablet_is_still_known_so_that_it_can_be_told(project: Project, surveyor: User) -> None:
    row, token = enrolled(project, surveyor)
    office = factories.member(project, Role.OFFICE)
    device.revoke(actor=office, device=row)
    device.revoke(actor=office, device=row)
    assert device.find_device(token) is row and device.state_of(row) is DeviceState.REVOKED
    assert row.revoked_by_id == office.id
    assert device.find_device("x") is None


def test_a_revoked_invitation_is_no_code_any_more(project: Project, surveyor: User) -> None:
    row, code = invited(project, surveyor)
    device.revoke(actor=None, device=row)
    assert refusal(code=code) == "device.code_unknown"


def test_another_code_is_for_the_same_tablet_and_ends_its_old_token(project: Project, surveyor: User) -> None:
    row, token = enrolled(project, surveyor)
    code = device.renew(actor=None, device=row)
    assert device.find_device(token) is row, "until the code is used"
    same, fresh = device.enrol(code=code, name="Other", app="1.1")
    assert (same, same.name) == (row, "3 号平板")
    assert device.find_device(fresh) is row and device.find_device(token) is None
    assert refusal(code=code) == "device.code_unknown"


def test_a_tablet_that_was_revoked_gets_no_code_any_more(project: Project, surveyor: User) -> None:
    row, _token = enrolled(project, surveyor)
    device.revoke(actor=None, device=row)
    with pytest.raises(DomainError) as refused:
        device.renew(actor=None, device=row)
    assert refused.value.code == "device.revoked" and row.code_hash is None


def test_a_wipe_revokes_waits_for_the_tablet_and_is_then_done(project: Project, surveyor: User) -> None:
    row, _token = enrolled(project, surveyor)
    device.order_wipe(actor=None, device=row)
    assert row.revoked_at is not None and device.state_of(row) is DeviceState.WIPING
    device.note_wiped(row)
    assert device.state_of(row) is DeviceState.WIPED


def test_every_act_is_in_the_log_once(project: Project, surveyor: User) -> None:
    row, _token = enrolled(project, surveyor)
    device.renew(actor=None, device=row)
    for _twice in range(2):
        device.order_wipe(actor=None, device=row)
        device.note_wiped(row)
    db.session.flush()
    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.noun == "device").order_by(AuditEntry.seq))
    assert actions.all() == ["device.invite", "device.enrol", "device.renew", "device.order_wipe", "device.wiped"]


def test_records_that_wait_on_a_tablet_for_more_than_a_day_are_named(project: Project, surveyor: User) -> None:
    row, _token = enrolled(project, surveyor)
    now = utc_now()
    row.unsent, row.seen_at = 3, now - timedelta(hours=23)
    assert not device.is_late(row, now)
    row.seen_at = now - timedelta(hours=25)
    assert device.is_late(row, now)
    row.unsent = 0
    assert not device.is_late(row, now)


def test_another_projects_tablet_is_not_found(project: Project, surveyor: User) -> None:
    row, _token = enrolled(project, surveyor)
    db.session.flush()
    with pytest.raises(NotFound):
        device.get_device(factories.project("QT", "其他项目").id, row.id)


# --- a tablet that is enrolled anew


def anew(project: Project, surveyor: User, was: Device, unsent: int = 0) -> tuple[Device, str]:
    _row, code = invited(project, surveyor)
    return device.enrol(code=code, name="Pad", app="1.0", was=was.id, unsent=unsent)


def test_a_tablet_that_is_enrolled_anew_is_in_use_once(project: Project, surveyor: User) -> None:
    old, token = enrolled(project, surveyor)
    new, _token = anew(project, surveyor, old)
    assert (device.state_of(old), device.state_of(new)) == (DeviceState.REPLACED, DeviceState.ACTIVE)
    assert old.replaced_by is new and device.find_device(token) is None
    assert device.list_devices(project.id) == [new, old]
    newest, _token = anew(project, surveyor, new)
    db.session.refresh(old)
    assert old.replaced_by_id == new.replaced_by_id == newest.id, "each line leads to the tablet as it is now"
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "device.replace")).all()
    assert [entry.details for entry in entries] == [{"unsent": 0}] * 2


def test_as_long_as_records_are_unsent_the_old_enrolment_stays_in_use(project: Project, surveyor: User) -> None:
    old, token = enrolled(project, surveyor)
    new, _token = anew(project, surveyor, old, unsent=3)
    assert (device.state_of(old), old.unsent, old.replaced_by) == (DeviceState.ACTIVE, 3, new)
    assert device.find_device(token) is old


def test_a_code_for_the_old_enrolment_puts_it_back_into_use(project: Project, surveyor: User) -> None:
    old, _token = enrolled(project, surveyor)
    new, _token = anew(project, surveyor, old)
    device.enrol(code=device.renew(actor=None, device=old), name="", app="", was=new.id)
    assert (device.state_of(old), device.state_of(new)) == (DeviceState.ACTIVE, DeviceState.REPLACED)


def test_nobody_elses_tablet_is_replaced_by_naming_it(project: Project, surveyor: User) -> None:
    other, _token = enrolled(project, factories.member(project, Role.SURVEYOR, "李红"))
    elsewhere = factories.project("QT", "其他项目")
    account.set_membership(actor=None, project=elsewhere, user=surveyor, role=Role.SURVEYOR)
    foreign, _token = enrolled(elsewhere, surveyor)
    ended, _token = enrolled(project, surveyor)
    device.revoke(actor=None, device=ended)
    waiting, _code = invited(project, surveyor)
    for one in (other, foreign, ended, waiting):
        before = device.state_of(one)
        anew(project, surveyor, one)
        assert (one.replaced_by_id, device.state_of(one)) == (None, before)
    same, _token = enrolled(project, surveyor)
    device.enrol(code=device.renew(actor=None, device=same), name="", app="", was=same.id)
    assert device.state_of(same) is DeviceState.ACTIVE
    _row, code = invited(project, surveyor)
    assert device.enrol(code=code, name="", app="", was=new_id()), "one that nobody knows"


# --- numbers that never arrived


def arrived(one: Device, *numbers: int, body: object = None) -> None:
    for number in numbers:
        id_, now = new_id(), utc_now()
        row = SyncEvent(
            id=id_, project_id=one.project_id, device_id=one.id, user_id=one.user_id, household_id=id_, type="visit",
            form_version=1, base=0, seq=number, made_at_raw=now, made_at=now, body_sealed=seal_body(id_, body or {}),
            status="applied",
        )  # fmt: skip
        db.session.add(row)
    db.session.flush()


def test_a_number_is_missing_once_a_later_one_is_there(project: Project, surveyor: User) -> None:
    one, _token = enrolled(project, surveyor)
    two, _token = enrolled(project, surveyor)
    arrived(two, 1, 2, 3)
    assert device.list_gaps(project.id) == {}
    arrived(one, 2, 3, 7, 9)
    assert device.list_gaps(project.id) == {one.id: [(1, 1), (4, 6), (8, 8)]}
    arrived(one, 4, 8, 1)
    assert device.list_gaps(project.id) == {one.id: [(5, 6)]}
    arrived(one, 5, 6)
    assert device.list_gaps(project.id) == {}


def test_a_record_that_nobody_could_read_is_not_missing(project: Project, surveyor: User) -> None:
    one, _token = enrolled(project, surveyor)
    arrived(one, 1, 6)
    arrived(one, 0, body={"seq": 3, "type": "?"})
    arrived(one, 0, body=["nothing"])
    arrived(one, 0, body={"seq": "x"})
    assert device.list_gaps(project.id) == {one.id: [(2, 2), (4, 5)]}


def test_other_projects_tablets_are_not_told_of(project: Project, surveyor: User) -> None:
    one, _token = enrolled(project, surveyor)
    arrived(one, 4)
    assert device.list_gaps(factories.project("QT", "其他项目").id) == {}


def test_a_tablet_goes_on_counting_when_it_is_enrolled_anew(project: Project, surveyor: User) -> None:
    old, _token = enrolled(project, surveyor)
    arrived(old, 1, 2, 4)
    new, _token = anew(project, surveyor, old)
    arrived(new, 5, 7)
    assert device.list_gaps(project.id) == {new.id: [(3, 3), (6, 6)]}
    newest, _token = anew(project, surveyor, new)
    arrived(newest, 3, 8, body=None)
    assert device.list_gaps(project.id) == {newest.id: [(6, 6)]}
