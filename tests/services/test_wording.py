"""An office's own wordings: versions that are never changed, one in use, and what an issued notice was printed from."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey.domain.access import Role
from survey.domain.errors import DomainError, NotFound
from survey.models import AuditEntry, NoticeIssue, Project, User, Wording, db
from survey.services.notice import Draft, reserve_issues
from survey.services.wording import (
    enable_wording,
    get_wording,
    list_wordings,
    numbers_in_use,
    restore_wording,
    save_wording,
    wording_in_use,
)
from tests import factories

NOTICE = "survey-notice"


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "王敏")


def save(project: Project, office: User, text: str, notice: str = NOTICE) -> Wording:
    return save_wording(actor=office, project=project, notice=notice, source=text, note="改了一句")


def acts(action: str) -> list[dict[str, object]]:
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.seq))
    return [entry.details for entry in entries]


def test_each_saving_is_a_version_of_its_own_and_none_is_in_use(project: Project, office: User) -> None:
    first, second = save(project, office, "一"), save(project, office, "二")
    other = save(project, office, "一", "pledge")
    assert (first.number, second.number, other.number) == (1, 2, 1)
    assert [row.source for row in list_wordings(project.id, NOTICE)] == ["二", "一"]
    assert wording_in_use(project.id, NOTICE) is None
    assert acts("wording.save")[:2] == [{"notice": NOTICE, "version": 1}, {"notice": NOTICE, "version": 2}]


def test_the_same_text_again_is_no_version(project: Project, office: User) -> None:
    save(project, office, "一")
    with pytest.raises(DomainError, match=r"wording\.unchanged"):
        save(project, office, "一")


def test_the_version_that_is_enabled_takes_the_place_of_the_one_before(project: Project, office: User) -> None:
    first, second = save(project, office, "一"), save(project, office, "二")
    enable_wording(actor=office, wording=second)
    enable_wording(actor=office, wording=first)
    assert wording_in_use(project.id, NOTICE) is first
    assert (first.used_by, first.used_since is not None, second.in_use) == (office, True, False)
    assert acts("wording.enable") == [
        {"notice": NOTICE, "version": 2, "base": 0},
        {"notice": NOTICE, "version": 1, "base": 2},
    ]
    assert numbers_in_use(project.id) == {NOTICE: 1}
    with pytest.raises(DomainError, match=r"wording\.in_use"):
        enable_wording(actor=office, wording=first)


def test_the_built_in_wording_can_always_be_restored(project: Project, office: User) -> None:
    row = save(project, office, "一")
    enable_wording(actor=office, wording=row)
    restore_wording(actor=office, project=project, notice=NOTICE)
    assert wording_in_use(project.id, NOTICE) is None
    assert get_wording(project.id, NOTICE, 1).source == "一"
    assert acts("wording.restore") == [{"notice": NOTICE, "version": 0, "base": 1}]
    with pytest.raises(DomainError, match=r"wording\.built_in_use"):
        restore_wording(actor=office, project=project, notice=NOTICE)


def test_the_database_keeps_a_second_one_from_being_in_use(project: Project, office: User) -> None:
    first, second = save(project, office, "一"), save(project, office, "二")
    first.in_use = second.in_use = True
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_another_project_neither_sees_nor_uses_it(project: Project, office: User) -> None:
    enable_wording(actor=office, wording=save(project, office, "一"))
    other = factories.project("ZZ")
    assert wording_in_use(other.id, NOTICE) is None
    with pytest.raises(NotFound):
        get_wording(other.id, NOTICE, 1)
    assert save(other, office, "一").number == 1


def test_an_issued_notice_knows_its_wording(project: Project, office: User) -> None:
    row = save(project, office, "一")
    home = factories.household(project, "3-1-101", factories.sheet())

    def issue(digest: bytes, wording: Wording | None) -> NoticeIssue:
        return reserve_issues(
            actor=office, project=project, notice=NOTICE, title="入户调查通知书", letter="调", issued_on=date(2026, 6, 21),
            drafts=[Draft(home.id, "", digest * 32)],
            wording_id=wording.id if wording else None,
        )[0]  # fmt: skip

    assert issue(b"1", None).wording is None
    assert issue(b"2", row).wording is row
