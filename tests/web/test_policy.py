"""Stories of the policy: written, published, explained, changed, explained again."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from uuid import uuid4

from flask.testing import FlaskClient
from pypdf import PdfWriter
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.models import Briefing, Household, Policy, Project, db, utc_now
from survey.services import policy as policies
from survey.services.briefing import Told, record_briefing
from tests import factories

AsRole = Callable[..., FlaskClient]


def published(project: Project) -> Policy:
    office = factories.member(project, Role.OFFICE)
    policy = policies.create_policy(
        actor=office, project=project, title="补偿安置方案", text="第一章 总则", points=["补偿标准", "安置地点"]
    )
    policies.publish(actor=office, version=policy.versions[0])
    db.session.commit()
    return policy


def briefing_form(**values: object) -> dict[str, object]:
    return {
        "key": str(uuid4()), "points": ["0", "1"], "held_at": "2026-05-13T10:00", "understood": "yes", "form": "at_home",
        "recipient": "张伟", "attendees": "2", **values,
    }  # fmt: skip


def pdf() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.add_blank_page(100, 100)
    writer.write(out)
    return out.getvalue()


def test_the_office_writes_publishes_and_changes_a_policy(project: Project, as_: AsRole) -> None:
    household = factories.household(project, sheet=factories.sheet())
    client = as_("office")
    assert "还没有政策文件" in client.get("/project/YY/policy").get_data(as_text=True)
    form = {"title": "补偿安置方案", "points": "1. 补偿标准\n2. 安置地点", "text": "第一章\n\n第二章"}
    page = client.post("/project/YY/policy/create", data=form, follow_redirects=True).get_data(as_text=True)
    assert "第 1 版草稿" in page
    [policy] = db.session.scalars(select(Policy))
    base = f"/project/YY/policy/{policy.id}"
    assert as_("surveyor").get(base).status_code == 404
    client.post(base + "/publish", data={})
    assert as_("surveyor").get(base).status_code == 200
    [version] = policy.versions
    record_briefing(
        actor=factories.member(project, Role.OFFICE), household=household, version=version, recipient="张伟",
        told=Told(held_at=utc_now(), form=codes.BriefingForm.AT_HOME, points=[0], understood=codes.Understood.YES),
    )  # fmt: skip
    db.session.commit()
    client.post(base + "/start")
    page = client.get(base + "/publish").get_data(as_text=True)
    assert "还没有写修改说明" in page
    assert client.post(base + "/publish", data={}).status_code == 422
    changed = {**form, "points": "补偿标准\n过渡安排", "change_note": "改为过渡安排"}
    client.post(base + "/edit", data=changed)
    page = client.get(base + "/publish").get_data(as_text=True)
    assert "发布后有 1 户需要重新宣讲" in page
    assert re.search(r"<del>安置地点</del>", page)
    assert re.search(r"<ins>过渡安排</ins>", page)
    page = client.post(base + "/publish", data={}, follow_redirects=True).get_data(as_text=True)
    assert "需重新宣讲的户" in page
    assert household.door_text in page
    assert "听过第 1 版" in page
    assert client.post(base + "/edit", data=changed).status_code == 422


def test_a_surveyor_may_not_write_policies(project: Project, as_: AsRole) -> None:
    policy = published(project)
    client = as_("surveyor")
    for path in ("create", f"{policy.id}/edit", f"{policy.id}/publish"):
        assert client.get(f"/project/YY/policy/{path}").status_code == 403
    assert client.post(f"/project/YY/policy/{policy.id}/start").status_code == 403


def test_a_policy_of_another_project_does_not_exist(project: Project, as_: AsRole) -> None:
    other = published(factories.project("ZZ", "别的项目"))
    client = as_("office")
    for path in ("", "/read", "/edit", "/publish", "/rebrief", "/version/1/attachment"):
        assert client.get(f"/project/YY/policy/{other.id}{path}").status_code == 404


def test_a_version_carries_a_pdf_and_nothing_else(project: Project, as_: AsRole) -> None:
    client = as_("office")
    form = {"title": "方案", "points": "要点", "text": "正文"}
    refused = client.post("/project/YY/policy/create", data={**form, "attachment": (BytesIO(b"not a pdf"), "a.pdf")})
    assert refused.status_code == 422
    assert 'id="attachment-error"' in refused.get_data(as_text=True)
    client.post("/project/YY/policy/create", data={**form, "attachment": (BytesIO(pdf()), "方案.pdf")})
    [policy] = db.session.scalars(select(Policy))
    got = client.get(f"/project/YY/policy/{policy.id}/version/1/attachment")
    assert got.mimetype == "application/pdf"
    assert got.data == pdf()
    assert as_("surveyor").get(f"/project/YY/policy/{policy.id}/version/1/attachment").status_code == 404


def test_a_surveyor_reads_the_policy_out_in_large_print_and_records_the_briefing(project: Project, as_: AsRole) -> None:
    policy = published(project)
    household = factories.household(project, sheet=factories.sheet())
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, household)
    db.session.commit()
    client = as_(surveyor)
    page = client.get(f"/household/{household.id}/briefing/read").get_data(as_text=True)
    assert "补偿标准" in page
    assert "张伟" not in page
    page = client.get(f"/household/{household.id}/briefing/record").get_data(as_text=True)
    assert 'value="张伟"' in page
    form = briefing_form(**{"questions-0-question": "怎么算面积？", "questions-0-answer": "以登记为准"})
    page = client.post(f"/household/{household.id}/briefing/record", data=form, follow_redirects=True).get_data(
        as_text=True
    )
    assert "已记录宣讲：第 1 版，2 条要点" in page
    assert "怎么算面积？" in page
    assert "已按现行版本宣讲" in page
    client.post(f"/household/{household.id}/briefing/record", data=form)
    assert len(db.session.scalars(select(Briefing)).all()) == 1
    assert policy.versions[0].id == db.session.get_one(Household, household.id).briefed_version_id


def test_a_briefing_without_points_is_refused_beside_the_question(project: Project, as_: AsRole) -> None:
    published(project)
    household = factories.household(project)
    db.session.commit()
    answer = as_("office").post(f"/household/{household.id}/briefing/record", data=briefing_form(points=[]))
    assert answer.status_code == 422
    assert 'id="points-error"' in answer.get_data(as_text=True)


def test_without_javascript_the_server_adds_a_row_for_a_question(project: Project, as_: AsRole) -> None:
    published(project)
    household = factories.household(project)
    db.session.commit()
    answer = as_("office").post(f"/household/{household.id}/briefing/record", data=briefing_form(add_row="questions"))
    assert 'name="questions-0-question"' in answer.get_data(as_text=True)
    assert db.session.scalar(select(Briefing)) is None


def test_without_a_published_policy_nobody_can_be_briefed(project: Project, as_: AsRole) -> None:
    household = factories.household(project)
    db.session.commit()
    client = as_("office")
    for path in (f"/household/{household.id}/briefing/record", f"/household/{household.id}/briefing/read",
                 "/project/YY/briefing/meeting"):  # fmt: skip
        assert "还没有已发布的政策" in client.get(path).get_data(as_text=True)


def test_a_meeting_briefs_the_households_that_are_ticked(project: Project, as_: AsRole) -> None:
    published(project)
    came, stayed, elsewhere = (factories.household(project, door) for door in ("3-2-501", "3-2-502", "4-1-101"))
    db.session.commit()
    client = as_("office")
    assert came.door_text not in client.get("/project/YY/briefing/meeting").get_data(as_text=True)
    page = client.get("/project/YY/briefing/meeting?building=3").get_data(as_text=True)
    assert came.door_text in page
    assert stayed.door_text in page
    assert elsewhere.door_text not in page
    form = briefing_form(households=[str(came.id)], attendees="40", place="社区活动室")
    refused = client.post("/project/YY/briefing/meeting?building=3", data={**form, "households": [str(elsewhere.id)]})
    assert refused.status_code == 422
    assert client.post("/project/YY/briefing/meeting?building=3", data={**form, "households": []}).status_code == 422
    client.post("/project/YY/briefing/meeting?building=3", data=form)
    assert [row.household_id for row in db.session.scalars(select(Briefing))] == [came.id]


def test_a_surveyor_briefs_no_households_of_others(project: Project, as_: AsRole) -> None:
    published(project)
    mine, other = factories.household(project, "3-2-501"), factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR)
    factories.assign(surveyor, mine)
    db.session.commit()
    client = as_(surveyor)
    page = client.get("/project/YY/briefing/meeting?building=3&building=4").get_data(as_text=True)
    assert mine.door_text in page
    assert other.door_text not in page
    form = briefing_form(households=[str(other.id)], attendees="4", place="楼下")
    assert client.post("/project/YY/briefing/meeting?building=3&building=4", data=form).status_code == 422


def test_the_list_to_brief_again_is_filtered_by_building_and_surveyor_and_bounded_by_scope(
    project: Project, as_: AsRole
) -> None:
    policy = published(project)
    office = factories.member(project, Role.OFFICE)
    three, four = factories.household(project, "3-2-501"), factories.household(project, "4-1-101")
    surveyor = factories.member(project, Role.SURVEYOR, "王芳")
    factories.assign(surveyor, three)
    told = Told(held_at=utc_now(), form=codes.BriefingForm.PHONE, points=[0], understood=codes.Understood.PARTLY)
    for household in (three, four):
        record_briefing(actor=office, household=household, version=policy.versions[0], told=told, recipient="张伟")
    draft = policies.start_version(actor=office, policy=policy)
    policies.edit_draft(actor=office, version=draft, title="方案", text="新", points=["新"], change_note="改")
    policies.publish(actor=office, version=draft)
    db.session.commit()
    client, base = as_(office), f"/project/YY/policy/{policy.id}/rebrief"

    def listed(browser: FlaskClient, query: str) -> set[str]:
        page = browser.get(base + query).get_data(as_text=True)
        return {household.door_text for household in (three, four) if f"<strong>{household.door_text}<" in page}

    assert listed(client, "") == {three.door_text, four.door_text}
    assert listed(client, "?building=4") == {four.door_text}
    assert listed(client, f"?surveyor={surveyor.id}") == {three.door_text}
    assert listed(client, f"?surveyor={surveyor.id}&building=4") == set()
    assert listed(as_(surveyor), "") == {three.door_text}


def test_a_coordinator_reads_masked_names(project: Project, as_: AsRole) -> None:
    policy = published(project)
    office = factories.member(project, Role.OFFICE)
    household = factories.household(project, sheet=factories.sheet(persons=(factories.person("诸葛明"),)))
    told = Told(held_at=utc_now(), form=codes.BriefingForm.PHONE, points=[0], understood=codes.Understood.YES)
    record_briefing(actor=office, household=household, version=policy.versions[0], told=told, recipient="诸葛明")
    draft = policies.start_version(actor=office, policy=policy)
    policies.edit_draft(actor=office, version=draft, title="方案", text="新", points=["新"], change_note="改")
    policies.publish(actor=office, version=draft)
    db.session.commit()
    for who, shown in (("coordinator", False), ("auditor", False), ("office", True)):
        client = as_(who)
        for path in (f"/project/YY/policy/{policy.id}/rebrief", f"/household/{household.id}/briefing",
                     f"/household/{household.id}/visit", f"/household/{household.id}/consent"):  # fmt: skip
            text = client.get(path).get_data(as_text=True)
            assert shown or "诸葛明" not in text, (who, path)
