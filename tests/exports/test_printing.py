"""Notices read from the dossiers, and the two commands that write files."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from exports.ledgers import LEDGERS
from exports.notices import NOTICES
from exports.notices.reading import read_notices, select_households
from exports.printing import find_notice, lay_out, read_print
from exports.view import view_of
from survey.cli import ruhu
from survey.commands.export import LEDGER_NAMES
from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.models import AuditEntry, Document, Household, Project, User, Visit, db, utc_now
from survey.services import building as buildings
from tests import factories


@pytest.fixture
def office(project: Project) -> User:
    return factories.member(project, Role.OFFICE, "王敏")


@pytest.fixture
def household(project: Project, office: User) -> Household:
    sheet = factories.sheet(persons=(factories.person("张㛃", special_tags=(codes.SpecialTag.AGED,)),))
    made = factories.household(project, "3-2-501", sheet, office)
    db.session.commit()
    return made


def values(name: str, project: Project, actor: User | None) -> object:
    view = view_of(project, actor)
    found = read_notices(name, project=project, view=view, households=select_households(view), now=utc_now())
    return next(iter(found.values()))


def visit(household: Household, by: list[User], result: codes.VisitResult) -> Visit:
    now = utc_now()
    made = Visit(project_id=household.project_id, household_id=household.id, visit_no=1, started_at=now, ended_at=now,
                 surveyor_1_id=by[0].id, surveyor_2_id=by[1].id, result=result, recorded_by_id=by[0].id,
                 next_visit_at=now + timedelta(days=2))  # fmt: skip
    db.session.add(made)
    household.next_visit_at, household.last_visit_at, household.visit_count = made.next_visit_at, now, 1
    db.session.commit()
    return made


def test_the_notice_names_owner_door_surveyors_and_appointment(
    project: Project, office: User, household: Household
) -> None:
    people = [factories.member(project, Role.SURVEYOR, name) for name in ("李建国", "赵晓䶮")]
    factories.assign(people[0], household)
    project.survey_from, project.survey_until = date(2026, 11, 1), date(2026, 12, 20)
    visit(household, people, codes.VisitResult.RESCHEDULED)
    found = values("survey-notice", project, office)
    assert (found.addressee, found.door) == ("张㛃", "3号楼2单元501室")
    assert [person.name for person in found.surveyors] == ["李建国"]
    assert found.appointment.endswith("时")
    assert found.office.statutory
    project.settings = {"legal_basis": "", "retention": "三十年"}
    db.session.commit()
    assert not values("survey-notice", project, office).office.statutory


def test_the_form_is_masked_and_hides_health_facts_from_who_may_not_read_them(
    project: Project, office: User, household: Household
) -> None:
    found = values("survey-sheet", project, office)
    assert found.sheet.persons[0].id_no == "379900********0030"
    assert found.sheet.persons[0].phone == "120****0001"
    assert found.show_tags
    assert found.version == 1
    coordinator = factories.member(project, Role.COORDINATOR)
    assert not values("survey-sheet", project, coordinator).show_tags
    clear = view_of(project, office, clear=True, reason="存档需要")
    rows = read_notices("survey-sheet", project=project, view=clear, households=[household], now=utc_now())
    assert rows[household.id].sheet.persons[0].id_no == factories.id_no(1)


@pytest.mark.parametrize(("result", "told"), [(codes.VisitResult.NOBODY_HOME, True), (codes.VisitResult.DONE, False)])
def test_the_card_tells_the_last_visit_only_when_nobody_was_met(
    project: Project, office: User, household: Household, result: codes.VisitResult, told: bool
) -> None:
    people = [factories.member(project, Role.SURVEYOR, name) for name in ("李建国", "赵晓䶮")]
    visit(household, people, result)
    found = values("missed-visit", project, office)
    assert (found.visited_at is not None, found.attempt, bool(found.surveyors)) == (told, int(told), told)


def test_the_cover_lists_the_documents_of_the_file(project: Project, office: User, household: Household) -> None:
    for title, category, removed in (("登记表", codes.DocumentCategory.SURVEY, None),
                                     ("", codes.DocumentCategory.IDENTITY, None),
                                     ("误传", codes.DocumentCategory.OTHER, utc_now())):  # fmt: skip
        db.session.add(Document(project_id=project.id, household_id=household.id, category=category, title=title,
                                media_type="image/jpeg", size_bytes=1, sha256="0" * 64, pages=2, removed_at=removed,
                                added_by_id=office.id))  # fmt: skip
    db.session.commit()
    found = values("dossier-cover", project, office)
    assert [(entry.title, entry.responsible != "") for entry in found.entries] == [
        ("登记表", True),
        ("被征收人证件", False),
    ]
    assert (found.head, found.page_count, found.retention) == ("张㛃", 4, "永久")


def test_doors_knocked_into_one_are_all_named(project: Project, office: User, household: Household) -> None:
    factories.household(project, "3-2-502")
    buildings.attach_door(actor=office, household=household, unit_no="2", room_no="502")
    db.session.commit()
    assert values("missed-visit", project, office).door == "3号楼2单元501室、502室"


def test_refusals_of_the_press(project: Project, office: User, household: Household) -> None:
    view = view_of(project, office)
    stranger = view_of(project, factories.user())
    db.session.commit()
    with pytest.raises(DomainError, match=r"export\.notice_unknown"):
        find_notice("eviction")
    with pytest.raises(DomainError, match=r"export\.notice_unknown"):
        read_notices("eviction", project=project, view=view, households=[], now=utc_now())
    with pytest.raises(DomainError, match=r"export\.no_households"):
        read_print("missed-visit", project=project, view=stranger, now=utc_now())
    with pytest.raises(DomainError, match=r"export\.too_many"):
        read_print("missed-visit", project=project, view=view, now=utc_now(), most=0)


def test_a_print_carries_who_when_and_its_number(project: Project, office: User, household: Household) -> None:
    done = lay_out(read_print("survey-sheet", project=project, view=view_of(project, office), now=utc_now(), by="王敏"))
    text = PdfReader(io.BytesIO(done.pdf)).pages[0].extract_text()
    assert "王敏" in text
    assert done.snapshot[-4:] in text
    assert done.file_name.endswith(".pdf")


# --- commands -----------------------------------------------------------------------------------------------------


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr("survey.create_app", lambda: app)
    return CliRunner()


def test_the_commands_name_what_there_is(run: CliRunner) -> None:
    assert tuple(LEDGERS) == LEDGER_NAMES
    told = run.invoke(ruhu, ["export-ledger", "--list"])
    assert told.exit_code == 0
    assert all(name in told.output for name in LEDGERS)
    told = run.invoke(ruhu, ["notice", "--list"])
    assert told.exit_code == 0
    assert all(name in told.output for name in NOTICES)


def test_a_ledger_is_written_by_command(run: CliRunner, household: Household, tmp_path: Path) -> None:
    for name in LEDGERS:
        out = tmp_path / f"{name}.xlsx"
        done = run.invoke(ruhu, ["export-ledger", name, "--project", "YY", "--out", str(out)])
        assert done.exit_code == 0, done.output
        assert load_workbook(out).sheetnames
    logged = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "ledger.export").order_by(AuditEntry.seq)
    ).all()
    assert [entry.details["ledger"] for entry in logged] == list(LEDGERS)
    assert {entry.actor_name for entry in logged} == {"系统"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["export-ledger", "register", "--project", "NO", "--out", "x.xlsx"], 1, "没有编号为"),
        (["export-ledger", "register", "--project", "YY", "--out", "/nowhere/x.xlsx"], 1, "不能写入"),
        (["export-ledger", "register", "--project", "YY", "--out", "x.xlsx", "--clear"], 1, "必须写明用途"),
        (["export-ledger", "salaries", "--project", "YY", "--out", "x.xlsx"], 2, "salaries"),
        (["export-ledger", "register", "--project", "YY"], 2, "--out"),
        (["notice", "survey-sheet", "--project", "NO", "--out", "x.pdf"], 1, "没有编号为"),
        (["notice", "survey-sheet", "--project", "YY", "--out", "x.pdf", "--building", "99"], 1, "没有可打印的户"),
        (["notice", "survey-sheet", "--project", "YY", "--out", "x.pdf", "--household", "YY-1"], 1, "没有可打印的户"),
        (["notice", "eviction", "--project", "YY", "--out", "x.pdf"], 2, "eviction"),
        (["notice", "survey-sheet", "--project", "YY", "--out", "x.pdf", "--building", "3", "--household", "x"], 2, "exclude"),
    ],
)  # fmt: skip
def test_refusals_end_with_one_and_wrong_calls_with_two(
    run: CliRunner, household: Household, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], code: int, told: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    done = run.invoke(ruhu, arguments)
    assert done.exit_code == code
    assert told in done.output + (done.stderr if done.stderr_bytes else "")
    assert list(tmp_path.iterdir()) == []
    assert (
        db.session.scalars(
            select(AuditEntry).where(AuditEntry.action.in_(["ledger.export", "notice.print"])).order_by(AuditEntry.seq)
        ).all()
        == []
    )


@pytest.mark.parametrize("by", ["id", "dossier_no", "building", "project"])
def test_a_notice_is_written_by_command(
    run: CliRunner, project: Project, household: Household, tmp_path: Path, by: str
) -> None:
    out = tmp_path / "notice.pdf"
    where = {"id": ["--household", str(household.id)], "dossier_no": ["--household", household.dossier_no],
             "building": ["--building", "3"], "project": []}[by]  # fmt: skip
    household_id, project_id = household.id, project.id
    db.session.rollback()  # The command has a connection of its own.
    done = run.invoke(ruhu, ["notice", "missed-visit", "--project", "YY", "--out", str(out), *where])
    assert done.exit_code == 0, done.output
    assert len(PdfReader(out).pages) == 1
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "notice.print")).one()
    assert entry.household_id == (household_id if by in ("id", "dossier_no") else None)
    assert entry.project_id == project_id
