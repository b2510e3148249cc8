"""Stories of a consultation: a round is opened, owners speak, change and take back, the office counts and closes."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select

from survey.domain import codes
from survey.domain.access import Role
from survey.models import Consent, Document, Household, Project, Round, User, db, row_id, utc_now
from survey.services import policy as policies
from survey.services import round as rounds
from survey.services.briefing import Told, record_briefing
from tests import factories

AsRole = Callable[..., FlaskClient]


def opened(project: Project, **values: object) -> Round:
    office = factories.member(project, Role.OFFICE)
    round_ = rounds.open_round(
        actor=office, project=project, kind=codes.RoundKind.SOUNDING, title="摸底意愿征询", question="您是否同意改造？",
        threshold_num=2, threshold_den=3, **values,  # type: ignore[arg-type]
    )  # fmt: skip
    db.session.commit()
    return round_


def two_owners(project: Project, surveyor: User, door: str = "3-2-501") -> Household:
    sheet = factories.sheet(
        coown_type=codes.Coown.JOINT,
        persons=(factories.person("张伟", 1), factories.person("李娜", 2, sex=codes.Sex.FEMALE)),
    )
    household = factories.household(project, door, sheet=sheet)
    factories.assign(surveyor, household)
    db.session.commit()
    return household


def consent_url(household: Household, round_: Round, uid: str = "p1") -> str:
    return f"/household/{household.id}/consent/record?round={round_.id}&person={row_id(household.id, uid)}"


def consent_form(choice: str = "agree", **values: object) -> dict[str, object]:
    moment = (utc_now()).astimezone(rounds_zone()).strftime("%Y-%m-%dT%H:%M")
    return {"key": str(uuid4()), "choice": choice, "channel": "in_person", "given_at": moment, **values}


def rounds_zone():  # type: ignore[no-untyped-def]
    from survey.web import CHINA

    return CHINA


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "JPEG")
    return out.getvalue()


def text_of(answer) -> str:  # type: ignore[no-untyped-def]
    return answer.get_data(as_text=True)


def test_the_office_opens_a_round_and_closes_it(project: Project, as_: AsRole) -> None:
    client = as_("office")
    assert "还没有征询轮次" in text_of(client.get("/project/YY/round"))
    form = {"kind": "sounding", "title": "摸底", "question": "同意吗？", "threshold_num": "3", "threshold_den": "2"}
    refused = client.post("/project/YY/round/open", data=form)
    assert refused.status_code == 422
    assert 'id="threshold_num-error"' in text_of(refused)
    page = text_of(
        client.post(
            "/project/YY/round/open", data={**form, "threshold_num": "2", "threshold_den": "3"}, follow_redirects=True
        )
    )
    assert "需要达到 2/3" in page
    assert "还没有发布政策" in page
    [round_] = db.session.scalars(select(Round))
    page = text_of(client.post(f"/project/YY/round/{round_.id}/close", follow_redirects=True))
    assert "结果不再变化" in page
    assert client.post(f"/project/YY/round/{round_.id}/close").status_code == 422


def test_only_the_office_opens_and_closes(project: Project, as_: AsRole) -> None:
    round_ = opened(project)
    for role in ("surveyor", "leader", "coordinator", "auditor"):
        client = as_(role)
        assert client.get("/project/YY/round/open").status_code == 403
        assert client.post(f"/project/YY/round/{round_.id}/close").status_code == 403
        assert client.get(f"/project/YY/round/{round_.id}").status_code == 200


def test_a_round_of_another_project_does_not_exist(project: Project, as_: AsRole) -> None:
    foreign = opened(factories.project("ZZ", "别的项目"))
    client = as_("office")
    assert client.get(f"/project/YY/round/{foreign.id}").status_code == 404
    assert client.get(f"/project/YY/round/{foreign.id}/household").status_code == 404
    assert client.post(f"/project/YY/round/{foreign.id}/close").status_code == 404
    household = two_owners(project, factories.member(project, Role.SURVEYOR))
    assert client.get(consent_url(household, foreign)).status_code == 404


def test_owners_speak_one_after_the_other_and_the_household_follows(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    page = text_of(client.get(f"/household/{household.id}/consent"))
    assert page.count('data-qa="record"') == 2
    page = text_of(client.post(consent_url(household, round_), data=consent_form(), follow_redirects=True))
    assert "已记录张伟：同意" in page
    assert "未齐（部分权利人未表态）" in page
    page = text_of(client.post(consent_url(household, round_, "p2"), data=consent_form(), follow_redirects=True))
    assert re.search(r"本户</span><span[^>]*data-state=\"agree\"", page)
    page = text_of(client.get(f"/project/YY/round/{round_.id}"))
    assert "100.0%" in page
    assert "已达到" in page


def test_who_disagrees_is_asked_why(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    refused = client.post(consent_url(household, round_), data=consent_form("disagree"))
    assert refused.status_code == 422
    assert 'id="reasons-error"' in text_of(refused)
    page = text_of(
        client.post(
            consent_url(household, round_),
            data=consent_form("disagree", reasons=["compensation", "elderly"]),
            follow_redirects=True,
        )
    )
    assert "补偿标准、老人不愿搬" in page


def test_a_change_asks_why_and_keeps_both_in_the_history(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    client.post(consent_url(household, round_), data=consent_form())
    refused = client.post(consent_url(household, round_), data=consent_form("abstain"))
    assert refused.status_code == 422
    assert 'id="change_reason-error"' in text_of(refused)
    page = text_of(
        client.post(
            consent_url(household, round_),
            data=consent_form("abstain", change_reason="家人不同意"),
            follow_redirects=True,
        )
    )
    assert page.count('data-qa="record-row"') == 3
    assert page.count('class="withdrawn"') == 1
    assert "已撤回" in page


def test_a_word_is_taken_back_with_its_reason(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    client.post(consent_url(household, round_), data=consent_form())
    [consent] = db.session.scalars(select(Consent))
    url = f"/household/{household.id}/consent/{consent.id}/withdraw"
    form = {"channel": "phone", "given_at": consent_form()["given_at"]}
    assert client.post(url, data=form).status_code == 422
    db.session.expire_all()
    page = text_of(client.post(url, data={**form, "reason": "还要商量"}, follow_redirects=True))
    assert "已记录张伟撤回表态" in page
    assert "还要商量" in page
    assert client.post(url, data={**form, "reason": "再撤"}).status_code == 422


def test_without_a_briefing_the_reason_is_asked_and_kept(project: Project, as_: AsRole) -> None:
    surveyor, office = factories.member(project, Role.SURVEYOR), factories.member(project, Role.OFFICE)
    policy = policies.create_policy(actor=office, project=project, title="方案", text="正文", points=["要点"])
    version = policies.publish(actor=office, version=policy.versions[0])
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    assert 'data-qa="field-unbriefed_reason"' in text_of(client.get(consent_url(household, round_)))
    refused = client.post(consent_url(household, round_), data=consent_form())
    assert refused.status_code == 422
    assert 'id="unbriefed_reason-error"' in text_of(refused)
    page = text_of(
        client.post(
            consent_url(household, round_), data=consent_form(unbriefed_reason="人在国外"), follow_redirects=True
        )
    )
    assert "未先宣讲：人在国外" in page
    told = Told(held_at=utc_now(), form=codes.BriefingForm.AT_HOME, points=[0], understood=codes.Understood.YES)
    record_briefing(actor=surveyor, household=household, version=version, told=told, recipient="李娜")
    db.session.commit()
    assert 'data-qa="field-unbriefed_reason"' not in text_of(client.get(consent_url(household, round_, "p2")))
    page = text_of(client.post(consent_url(household, round_, "p2"), data=consent_form(), follow_redirects=True))
    assert "依据第 1 版" in page


def test_an_agent_speaks_with_an_authorisation_photographed_at_the_door(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    form = consent_form(channel="proxy", agent="other", agent_name="王五")
    refused = client.post(consent_url(household, round_), data=form)
    assert refused.status_code == 422
    form |= {
        "authorisation_file": (BytesIO(picture()), "委托书.jpg"), "evidence_file": (BytesIO(picture()), "征询表.jpg"),
    }  # fmt: skip
    page = text_of(client.post(consent_url(household, round_), data=form, follow_redirects=True))
    assert "代理（王五）" in page
    [consent] = db.session.scalars(select(Consent))
    kept = {document.id: document.category for document in db.session.scalars(select(Document))}
    assert consent.authorisation_id is not None
    assert consent.evidence_id is not None
    assert kept[consent.authorisation_id] is codes.DocumentCategory.AUTHORISATION
    assert kept[consent.evidence_id] is codes.DocumentCategory.CONSENT


def test_a_person_who_is_not_asked_has_no_page(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    client = as_(surveyor)
    for person in (uuid4(), "x", ""):
        url = f"/household/{household.id}/consent/record?round={round_.id}&person={person}"
        assert client.get(url).status_code == 404
    assert client.get(f"/household/{household.id}/consent/{uuid4()}/withdraw").status_code == 404


def test_a_consent_of_another_household_does_not_exist(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household, other = opened(project), two_owners(project, surveyor), two_owners(project, surveyor, "3-2-502")
    client = as_(surveyor)
    client.post(consent_url(household, round_), data=consent_form())
    [consent] = db.session.scalars(select(Consent))
    assert client.get(f"/household/{other.id}/consent/{consent.id}/withdraw").status_code == 404


def test_the_round_leads_to_its_households_and_a_surveyor_counts_only_their_own(project: Project, as_: AsRole) -> None:
    surveyor, other = factories.member(project, Role.SURVEYOR), factories.member(project, Role.SURVEYOR)
    round_ = opened(project)
    mine, foreign = two_owners(project, surveyor), two_owners(project, other, "4-1-101")
    client = as_(surveyor)
    client.post(consent_url(mine, round_), data=consent_form())
    base = f"/project/YY/round/{round_.id}/household"
    page = text_of(client.get(base + "?choice=silent"))
    assert mine.door_text in page
    assert "还没表态：李娜" in page
    assert foreign.door_text not in page
    office = as_("office")
    assert foreign.door_text in text_of(office.get(base + "?choice=none"))
    assert "没有这样的户" in text_of(office.get(base + "?choice=agree"))
    assert foreign.door_text not in text_of(office.get(base + "?building=3"))
    assert "85.20" in text_of(client.get(f"/project/YY/round/{round_.id}"))
    assert "170.40" not in text_of(client.get(f"/project/YY/round/{round_.id}"))
    assert "170.40" in text_of(office.get(f"/project/YY/round/{round_.id}"))


def test_a_coordinator_sees_masked_names_of_the_silent(project: Project, as_: AsRole) -> None:
    surveyor = factories.member(project, Role.SURVEYOR)
    round_, household = opened(project), two_owners(project, surveyor)
    page = text_of(as_("coordinator").get(f"/project/YY/round/{round_.id}/household?choice=silent"))
    assert household.door_text in page
    assert "张伟" not in page
    assert "张*" in page


def test_a_household_without_owners_is_told_what_to_do(project: Project, as_: AsRole) -> None:
    opened(project)
    household = factories.household(project)
    db.session.commit()
    assert "还没有登记权利人" in text_of(as_("office").get(f"/household/{household.id}/consent"))


def test_without_a_round_the_page_says_what_is_awaited(project: Project, as_: AsRole) -> None:
    household = factories.household(project)
    db.session.commit()
    assert "现在没有进行中的征询" in text_of(as_("office").get(f"/household/{household.id}/consent"))


def test_a_person_id_stays_the_same_for_a_household_and_uid(project: Project) -> None:
    household = two_owners(project, factories.member(project, Role.SURVEYOR))
    assert isinstance(row_id(household.id, "p1"), UUID)
    assert {person.id for person in household.persons} == {row_id(household.id, uid) for uid in ("p1", "p2")}
