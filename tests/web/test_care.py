"""Care: who needs it is listed, planned with a log that tells nothing of the situation, and exported only to whom it is open."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from exports.ledgers import LEDGERS, find_ledger
from exports.view import view_of
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.settings import ProjectSettings
from survey.models import AuditEntry, Care, Household, Project, User, db, utc_now
from survey.web import local_today
from tests import factories

As = Callable[..., FlaskClient]


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "沈志远")


@pytest.fixture
def household(project: Project, office: User) -> Household:
    aged = factories.person("李㛃", special_tags=(codes.SpecialTag.AGED,), proof_note="行动不便")
    made = factories.household(project, "3-2-501", factories.sheet(persons=(aged, factories.person("张伟", 2))), office)
    made.last_visit_at = utc_now() - timedelta(days=10)
    factories.household(project, "3-2-502", factories.sheet(), office)
    db.session.commit()
    return made


def url(household: Household, at: int = 0) -> str:
    return f"/household/{household.id}/person/{household.persons[at].id}/care"


def test_a_plan_is_made_changed_and_its_day_follows_from_the_last_visit(
    as_: As, office: User, household: Household
) -> None:
    client = as_(office)
    listed = client.get("/project/YY/care").get_data(as_text=True)
    assert "李㛃" in listed
    assert "张伟" not in listed
    assert "还没有安排" in listed
    saved = client.post(url(household), data={"measure": "上门办理", "responsible": str(office.id), "every_days": "7"})
    assert saved.status_code == 302
    listed = client.get("/project/YY/care").get_data(as_text=True)
    assert "上门办理" in listed
    assert (local_today() - timedelta(days=3)).isoformat() in listed
    assert ">李㛃<" in client.get("/project/YY/care?shown=overdue").get_data(as_text=True)
    day = (local_today() + timedelta(days=2)).isoformat()
    changed = client.post(
        url(household), data={"measure": "协助搬家", "responsible": "", "every_days": "", "next_on": day}
    )
    assert changed.status_code == 302
    db.session.expire_all()
    (care,) = db.session.scalars(select(Care)).all()
    assert (care.measure, care.every_days, care.responsible_id) == ("协助搬家", None, None)
    assert ">李㛃<" not in client.get("/project/YY/care?shown=overdue").get_data(as_text=True)
    log = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "care.plan")).all()
    assert [entry.details for entry in log] == [{"uid": "p1"}, {"uid": "p1"}]


def test_a_plan_without_a_day_or_without_a_situation_is_refused(as_: As, office: User, household: Household) -> None:
    client = as_(office)
    refused = client.post(url(household), data={"measure": "上门办理"})
    assert refused.status_code == 422
    assert "多少天走访一次，或者约好哪一天去" in refused.get_data(as_text=True)
    nobody = client.post(url(household, 1), data={"measure": "上门办理", "every_days": "7"})
    assert nobody.status_code == 422
    assert db.session.scalars(select(Care)).all() == []


def test_the_ledger_tells_the_plan(project: Project, as_: As, office: User, household: Household) -> None:
    as_(office).post(url(household), data={"measure": "上门办理", "responsible": str(office.id), "every_days": "7"})
    _ledger, reading = find_ledger("cared")
    (row,) = reading(view_of(project, office), ProjectSettings())["cared"]
    assert (row["full_name"], row["kinds"]) == ("李㛃", "高龄（80岁以上）")
    assert re.fullmatch("男，[0-9]+岁，常住；证明材料：行动不便", row["situation"])
    assert (row["measure"], row["responsible"], row["every_days"]) == ("上门办理", "沈志远", 7)
    assert row["next_on"] == local_today() - timedelta(days=3)


def test_who_may_not_see_situations_has_neither_page_nor_ledger(as_: As, household: Household) -> None:
    coordinator = as_("coordinator")
    assert coordinator.get("/project/YY/care").status_code == 403
    assert "关爱" not in coordinator.get("/project/YY/ledgers").get_data(as_text=True)
    for answer in (
        coordinator.get("/project/YY/ledger/cared"), coordinator.post("/project/YY/ledger/cared/export", data={}),
    ):  # fmt: skip
        assert answer.status_code == 422
        assert "没有查看的权限" in answer.get_data(as_text=True)
        assert "李㛃" not in answer.get_data(as_text=True)
    assert as_("surveyor").get("/project/YY/care").status_code == 403
    assert "cared" in LEDGERS


def test_a_leader_sees_the_own_team_only(as_: As, project: Project, household: Household) -> None:
    leader = factories.member(project, Role.LEADER, team=factories.team(project))
    assert "李㛃" not in as_(leader).get("/project/YY/care").get_data(as_text=True)
    assert as_(leader).get(url(household)).status_code == 404
