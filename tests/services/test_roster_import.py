"""A roster against the register: created, brought up to date, compared with what staff found; all or nothing."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select
from sqlalchemy.exc import OperationalError

from survey.domain import codes
from survey.domain.access import Role
from survey.domain.errors import DomainError
from survey.domain.roster.record import RosterField
from survey.domain.roster.state import ImportState, RowFate
from survey.models import (
    AuditEntry,
    Building,
    Door,
    Household,
    PersonRow,
    Project,
    RosterImport,
    Serial,
    SheetRow,
    Team,
    User,
    db,
    new_id,
)
from survey.services import building as buildings
from survey.services import records, tally
from survey.services.roster import imports
from survey.services.roster.plan import Plan
from survey.services.roster.read import RosterFile, read_roster
from survey.services.search import search
from survey.services.serial import take_serial, take_serials
from survey.services.sheet import current_sheet, list_versions
from survey.services.sheet.bulk import SheetRows, write_sheets
from tests import factories

TODAY = date(2026, 11, 22)
HEAD = ["楼号", "单元", "房号", "产权人", "身份证号", "联系电话", "产权证号", "建筑面积", "产权性质"]


def line(door: str = "3-2-501", owner: str = "张伟", number: int = 1, **cells: Any) -> list[Any]:
    building, unit, room = door.split("-")
    made = {
        "building": building, "unit": unit, "room": room, "owner": owner, "id_no": factories.id_no(number),
        "phone": f"120{number:08d}", "cert": f"东房权证西城字第{number:06d}号", "area": 80 + number, "tenure": "商品房",
    }  # fmt: skip
    return list({**made, **cells}.values())


def book(*rows: Sequence[Any], head: Sequence[Any] = HEAD) -> bytes:
    made = openpyxl.Workbook()
    for row in (head, *rows):
        made.active.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def plan_of(project: Project, data: bytes) -> tuple[Plan, RosterFile]:
    file = read_roster(data, today=TODAY)
    return imports.plan_file(project=project, data=data, file=file, answers={}), file


def bring_in(project: Project, data: bytes, *, skip_refused: bool = False, actor: User | None = None) -> Plan:
    """Upload and commit, as the page does."""
    file = read_roster(data, today=TODAY)
    row = imports.upload_roster(
        actor=actor, project=project, filename="花名册.xlsx", data=data, file=file, answers={}, today=TODAY
    )
    plan = imports.commit_roster(
        actor=actor, project=project, row=row, file=file, answers={}, digest=row.digest, skip_refused=skip_refused
    )
    db.session.commit()
    return plan


def fates(plan: Plan) -> list[RowFate]:
    return [item.fate for item in plan.items]


def at(project: Project, door: str) -> Household:
    no, unit, room = door.split("-")
    building = buildings.find_building(project.id, no)
    assert building is not None
    found = buildings.find_door(building, unit, room)
    assert found is not None and found.household is not None
    return found.household


def register(project: Project) -> list[tuple[Any, ...]]:
    """What the register says, without ids."""
    rows = db.session.scalars(select(Household).where(Household.project_id == project.id).order_by(Household.door_sort))
    return [
        (row.dossier_no, row.door_text, row.owner_names, row.area_cert_m2, row.tenure_type, row.sheet_version,
         [(door.unit_no, door.room_no, door.floor_no) for door in row.doors],
         [(person.full_name, person.id_no, person.phone) for person in row.persons],
         [(cert.cert_no, cert.cert_type) for cert in row.certificates], current_sheet(row))
        for row in rows
    ]  # fmt: skip


def test_new_doors_become_households_with_their_first_sheet(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    plan = bring_in(
        project,
        book(line(), line("3-2-502", "李娜、王强", 2, id_no=f"{factories.id_no(2)}/{factories.id_no(3)}")),
        actor=office,
    )
    assert plan.counts == {"rows": 2, "created": 2, "changed": 0, "unchanged": 0, "differs": 0, "refused": 0}
    home = at(project, "3-2-501")
    assert (home.dossier_no, home.owner_names, home.area_cert_m2) == ("YY-003020001", "张伟", Decimal("81.00"))
    assert home.persons[0].id_no == factories.id_no(1) and home.persons[0].phone == "12000000001"
    assert not home.touched_by_staff and home.state.value == "unvisited"
    [version] = list_versions(home)
    assert (version.source, version.version, version.saved_by_id) == ("roster", 1, office.id)
    assert current_sheet(home).title_status is codes.TitleStatus.CERTIFIED
    assert at(project, "3-2-502").owner_count == 2
    assert list(records.check_records(project)) == []


def test_what_was_imported_is_found_by_the_search_box(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    bring_in(project, book(line(owner="余㛃䶮")))
    found = search(actor=office, project=project, text="㛃䶮")
    assert [hit.household_id for hit in found.hits] == [at(project, "3-2-501").id]


def test_the_same_file_twice_changes_nothing(project: Project) -> None:
    data = book(
        *(line(f"3-{unit}-{floor}01", f"户主{floor}", unit * 10 + floor) for unit in (1, 2) for floor in range(1, 6))
    )
    bring_in(project, data)
    before = register(project)
    plan = bring_in(project, data)
    assert set(fates(plan)) == {RowFate.UNCHANGED}
    assert register(project) == before


def test_a_later_roster_brings_untouched_homes_up_to_date_and_tells_old_and_new(project: Project) -> None:
    bring_in(project, book(line(), line("3-2-502", "李娜", 2)))
    plan = bring_in(project, book(line(area=99.5), line("3-2-502", "李娜", 2), line("3-2-601", "王强", 3)))
    assert fates(plan) == [RowFate.CHANGED, RowFate.UNCHANGED, RowFate.CREATED]
    changes = {change.key: (change.old, change.new) for change in plan.items[0].changes}
    assert changes["parts[main].area_cert_m2"] == (("81.00",), ("99.50",))
    home = at(project, "3-2-501")
    assert (home.area_cert_m2, home.sheet_version) == (Decimal("99.50"), 2)
    assert home.persons[0].id_no == factories.id_no(1)
    assert at(project, "3-2-601").dossier_no == "YY-003020003"
    assert list(records.check_records(project)) == []


def test_a_blank_cell_empties_nothing_and_a_new_owner_replaces_the_old(project: Project) -> None:
    bring_in(project, book(line()))
    bring_in(project, book(line(phone="", cert="", tenure="")))
    home = at(project, "3-2-501")
    assert home.persons[0].phone == "12000000001" and home.tenure_type is codes.Tenure.COMMERCIAL
    assert home.sheet_version == 1
    bring_in(project, book(line(owner="王强", number=5, cert="东房权证西城字第000001号", area=81)))
    home = at(project, "3-2-501")
    assert [(person.full_name, person.id_no) for person in home.persons] == [("王强", factories.id_no(5))]


def test_what_staff_found_at_the_door_is_only_compared(project: Project) -> None:
    home = factories.household(project, "3-2-501", factories.sheet())
    db.session.commit()
    before = current_sheet(home)
    plan = bring_in(project, book(line(area=99.5, phone="12099999999")))
    assert fates(plan) == [RowFate.DIFFERS]
    told = {(problem.letter, problem.code) for problem in plan.problems}
    assert ("H", "roster.differs") in told and ("F", "roster.differs") in told
    sentence = next(problem.sentence() for problem in plan.problems if problem.letter == "H")
    assert "85.20" in sentence and "99.50" in sentence
    assert not any("12099999999" in problem.sentence() for problem in plan.problems)
    home = at(project, "3-2-501")
    assert current_sheet(home) == before and home.sheet_version == 1


def test_a_home_that_staff_have_visited_counts_as_found_even_without_a_sheet(project: Project) -> None:
    from survey.domain.household import HouseholdState

    bring_in(project, book(line()))
    at(project, "3-2-501").state = HouseholdState.IN_PROGRESS
    db.session.commit()
    assert fates(plan_of(project, book(line(area=99.5)))[0]) == [RowFate.DIFFERS]


def test_a_door_that_stood_empty_gets_its_first_version(project: Project) -> None:
    factories.household(project, "3-2-501")
    db.session.commit()
    plan = bring_in(project, book(line()))
    assert fates(plan) == [RowFate.CHANGED]
    home = at(project, "3-2-501")
    assert (home.sheet_version, home.owner_names, home.dossier_no) == (1, "张伟", "YY-003020001")
    assert list(records.check_records(project)) == []


def test_two_doors_in_one_cell_are_one_household(project: Project) -> None:
    plan = bring_in(project, book(line(room="501、502")))
    assert plan.counts["created"] == 1
    assert at(project, "3-2-501").id == at(project, "3-2-502").id
    assert at(project, "3-2-501").door_text == "3-2-501、3-2-502"
    assert set(fates(bring_in(project, book(line(room="501、502"))))) == {RowFate.UNCHANGED}
    separate = plan_of(project, book(line(), line("3-2-502", "李娜", 2)))[0]
    assert fates(separate) == [RowFate.DIFFERS, RowFate.DIFFERS]
    assert {problem.code for problem in separate.problems} == {"roster.doors_are_one"}


def test_a_later_roster_may_join_a_free_door_but_not_another_home(project: Project) -> None:
    bring_in(project, book(line()))
    assert fates(bring_in(project, book(line(room="501、502")))) == [RowFate.CHANGED]
    home = at(project, "3-2-501")
    assert {door.room_no for door in home.doors} == {"501", "502"} and home.door_text == "3-2-501、3-2-502"
    assert list(records.check_records(project)) == []
    bring_in(project, book(line("3-2-601", "王强", 3)))
    plan = plan_of(project, book(line(room="501、601")))[0]
    assert fates(plan) == [RowFate.REFUSED]
    assert [problem.code for problem in plan.problems if problem.is_error] == ["roster.door_other_household"]


def test_a_door_that_was_taken_from_a_home_can_be_given_a_new_one(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    bring_in(project, book(line(room="501、502")))
    home = at(project, "3-2-501")
    spare = next(door for door in home.doors if door.room_no == "502")
    buildings.detach_door(actor=office, household=home, door_id=spare.id)
    db.session.commit()
    assert fates(bring_in(project, book(line("3-2-502", "李娜", 2)))) == [RowFate.CREATED]
    assert at(project, "3-2-502").owner_names == "李娜"
    assert db.session.scalar(select(func.count()).select_from(Door)) == 2


def test_rows_with_errors_stop_the_import_unless_the_person_leaves_them_out(project: Project) -> None:
    data = book(line(), line("3-2-502", "李娜", 2, area="八十"))
    with pytest.raises(DomainError, match=r"roster\.refused_rows"):
        bring_in(project, data)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Household)) == 0
    plan = bring_in(project, data, skip_refused=True)
    assert fates(plan) == [RowFate.CREATED, RowFate.REFUSED]
    assert db.session.scalar(select(func.count()).select_from(Household)) == 1


def test_only_the_plan_that_was_shown_can_be_carried_out(project: Project) -> None:
    data = book(line())
    file = read_roster(data, today=TODAY)
    row = imports.upload_roster(
        actor=None, project=project, filename="x.xlsx", data=data, file=file, answers={}, today=TODAY
    )
    db.session.commit()
    factories.household(project, "3-2-501")
    db.session.commit()
    with pytest.raises(DomainError, match=r"roster\.changed_since"):
        imports.commit_roster(actor=None, project=project, row=row, file=file, answers={}, digest=row.digest)
    with pytest.raises(DomainError, match=r"roster\.changed_since"):
        imports.commit_roster(actor=None, project=project, row=row, file=file, answers={}, digest="0" * 64)
    db.session.rollback()
    assert at(project, "3-2-501").sheet_version == 0
    assert db.session.get_one(RosterImport, row.id).state is ImportState.PREVIEWED


def test_a_failure_in_the_middle_leaves_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from survey.services.roster import commit

    written: list[SheetRows] = []

    def write(rows: SheetRows) -> None:
        if written:
            raise RuntimeError("the power goes")
        written.append(rows)
        write_sheets(rows)

    bring_in(project, book(line()))
    monkeypatch.setattr(commit, "write_sheets", write)
    with pytest.raises(RuntimeError):
        bring_in(project, book(line(area=99), line("3-2-502", "李娜", 2)))
    db.session.rollback()
    assert [rows.is_first for rows in written] == [True]
    assert db.session.scalar(select(func.count()).select_from(Household)) == 1
    assert at(project, "3-2-501").sheet_version == 1


def test_each_step_leaves_one_entry_in_the_log_and_no_number_in_it(project: Project) -> None:
    office = factories.member(project, Role.OFFICE)
    bring_in(project, book(line()), actor=office)
    entries = list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action.like("roster.%")).order_by(AuditEntry.seq))
    )
    assert [entry.action for entry in entries] == ["roster.upload", "roster.import"]
    assert all(entry.actor_id == office.id and entry.project_id == project.id for entry in entries)
    assert factories.id_no(1) not in str([entry.details for entry in entries])


def test_the_file_and_its_preview_are_kept_sealed(project: Project) -> None:
    bring_in(project, book(line()))
    row = db.session.scalars(select(RosterImport)).one()
    assert factories.id_no(1).encode() not in row.file_sealed and "张伟".encode() not in (row.preview_sealed or b"")
    assert row.file.startswith(b"PK") and row.preview["items"][0]["owners"] == "张伟"


def test_an_answer_about_a_column_changes_the_plan_and_is_kept_for_the_project(project: Project) -> None:
    data = book(["3-2-501", "张伟", 80], head=["房号", "产权人", "面积"])
    file = read_roster(data, today=TODAY)
    [question] = file.questions
    imports.remember_columns(
        actor=None, project=project, signature=question.signature, columns={2: RosterField.AREA_MEAS}
    )
    answers = imports.remembered_answers(project.id)
    assert answers == {question.signature: {2: RosterField.AREA_MEAS}}
    again = read_roster(data, today=TODAY, answers=answers)
    assert again.questions == ()
    first = imports.plan_file(project=project, data=data, file=file, answers={})
    second = imports.plan_file(project=project, data=data, file=again, answers=answers)
    assert first.digest != second.digest
    assert imports.remembered_answers(factories.project("ZZ").id) == {}


def test_another_project_is_not_touched_by_an_import(project: Project) -> None:
    other = factories.project("ZZ", "别的项目")
    bring_in(project, book(line()))
    bring_in(other, book(line(area=99)))
    assert at(project, "3-2-501").area_cert_m2 == Decimal("81.00")
    assert at(other, "3-2-501").area_cert_m2 == Decimal("99.00")


ROWS = [line(f"{no}-{unit}-{floor}0{door}", f"户主{no}{unit}{floor}{door}", no * 97 + unit * 31 + floor * 7 + door)
        for no in (2, 10) for unit in (1, 2) for floor in (1, 2) for door in (1, 2)]  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_any_order_of_the_rows_gives_the_same_register(app: Flask, seed: int) -> None:
    one = factories.project(f"A{seed}")
    other = factories.project(f"B{seed}")
    shuffled = random.Random(seed).sample(ROWS, len(ROWS))
    bring_in(one, book(*ROWS))
    bring_in(other, book(*shuffled))
    said = [[(row[0].partition("-")[2], *row[1:]) for row in register(each)] for each in (one, other)]
    assert said[0] == said[1]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.sets(st.integers(0, len(ROWS) - 1)), seed=st.integers(0, 10**6))
def test_a_roster_in_two_parts_and_again_whole_is_the_roster(app: Flask, cut: set[int], seed: int) -> None:
    project = factories.project(f"C{seed}-{len(cut)}-{sum(cut)}"[:20])
    for part in (
        [row for index, row in enumerate(ROWS) if index in cut],
        [row for index, row in enumerate(ROWS) if index not in cut],
    ):
        if part:
            bring_in(project, book(*part))
    plan = bring_in(project, book(*ROWS))
    assert set(fates(plan)) == {RowFate.UNCHANGED}
    assert db.session.scalar(select(func.count()).where(Household.project_id == project.id)) == len(ROWS)
    versions = select(func.max(SheetRow.version)).join(Household, Household.id == SheetRow.household_id)
    assert db.session.scalar(versions.where(Household.project_id == project.id)) == 1


def test_the_samples_go_in_and_their_records_check(project: Project, data: Any) -> None:
    plan = bring_in(project, (data / "roster_sheet_per_building.xlsx").read_bytes())
    assert plan.counts["created"] == 462
    assert db.session.scalar(select(func.count()).select_from(Building)) == 12
    two = select(func.count()).where(Household.project_id == project.id, Household.owner_count == 2)
    assert (db.session.scalar(two) or 0) > 50
    assert db.session.scalar(select(func.count()).select_from(PersonRow)) > 462
    assert list(records.check_records(project)) == []


def test_records_of_a_project_are_written_while_an_import_holds_it(project: Project) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: there is no lock of a row to look at")
    imports.lock_project(project)
    with db.engine.begin() as other:
        other.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        other.execute(insert(Team).values(id=new_id(), project_id=project.id, name="二组"))
        with pytest.raises(OperationalError, match="lock timeout"), other.begin_nested():
            other.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))
    db.session.rollback()


def test_tablets_deliver_while_an_import_holds_its_numbers(project: Project) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer: there is no lock of a row to look at")
    factories.household(project)
    take_serial(project.id, "dossier:1:1")
    db.session.commit()
    assert take_serials(project.id, {"dossier:1:1": 2, "dossier:1:2": 1}) == {"dossier:1:1": 2, "dossier:1:2": 1}
    with db.engine.begin() as other:
        other.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        tally.take_counter(other, project.id)
        mine = select(Serial).where(Serial.project_id == project.id, Serial.kind == "dossier:1:1").with_for_update()
        with pytest.raises(OperationalError, match="lock timeout"), other.begin_nested():
            other.execute(mine)
    db.session.rollback()
