"""What people write in their own words leaves no ledger with an ID number, a phone or, where names are masked, a name.

Every text column of the database is filled with them, whatever it is for, but for the numbers and marks named here: a
column that comes later is tested without anybody remembering it.
"""

from __future__ import annotations

import io
from datetime import date
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import String, Table, literal, update

from exports.ledgers import LEDGERS, export_ledger
from exports.view import View, view_of
from survey.domain.access import Role
from survey.domain.posting import PostingKind, PostingState
from survey.domain.quality import QualityKind
from survey.domain.report import ReportKind
from survey.domain.sheet import ROW_TYPES, Sheet, field_types
from survey.models import (
    Briefing,
    Care,
    Household,
    MatterNote,
    Objection,
    PersonRow,
    PolicyVersion,
    Posting,
    Project,
    Report,
    Team,
    User,
    db,
    utc_now,
)
from survey.services.quality.listing import accept_fault, find_faults
from survey.services.sheet import get_version, save_sheet
from tests import factories
from tests.exports.street import make_street

NAME, PHONE, ID_NO = "欧阳清风", "12012345678", "379900195209270030"
NUMBERS = f"电话{PHONE}证{ID_NO}"
WORDS = f"{NAME}{NUMBERS}"

MARKS = {
    "assignment", "audit_entry", "building", "device", "door", "job", "ledger_template", "login_failure", "project", "roster_import",
    "sheet", "sync_event", "tally", "team", "user",
}  # fmt: skip
"""Tables of staff, of the frame, and of what no ledger reads as it stands there."""
IDENTIFIERS = {
    "uid", "dossier_no", "unit_no", "door_text", "door_sort", "cert_no", "part_cert_no", "realty_unit_code", "parcel_no",
    "uscc", "document_no", "mail_no", "ethnicity", "name_sort", "sha256", "media_type", "pairs_hash", "text_hash", "digest", "kind",
    "choice", "snapshot", "action", "from_state", "to_state", "meter_water", "meter_power", "meter_gas", "meter_heat",
}  # fmt: skip
NAMES = {"full_name", "owner_names", "person_name", "recipient", "signer_name", "agent_name"}
"""Columns that hold a name and nothing else, where a phone may have been written behind it."""


def fill_every_text(project: Project) -> None:
    """Write numbers and a name into whatever is text in the database."""
    for table in db.metadata.tables.values():
        if table.name in MARKS:
            continue
        values = {
            column.name: literal(f"{NAME} {PHONE}" if column.name in NAMES else words_for(table))
            for column in table.columns
            if type(column.type) is String and column.name not in IDENTIFIERS and not column.primary_key
            and (column.type.length or 200) >= len(WORDS)
        }  # fmt: skip
        if "second_server" in values:
            values["second_server"] = literal("另一人")  # two people serve, never the same
        if values:
            db.session.execute(update(table).values(values))
    db.session.execute(update(PersonRow).values(full_name=NAME))
    # A name that somebody votes for is counted over all households: nothing tells it from a firm's.
    db.session.execute(update(Household).values(owner_names=NAME, appraiser_choice=NUMBERS))
    db.session.execute(update(Briefing).values(questions=[{"question": WORDS, "answer": WORDS}]))
    db.session.execute(update(PolicyVersion).values(points=[NUMBERS, NUMBERS]))


def words_for(table: Table) -> str:
    """A record of the whole project knows no household whose names it could be searched for."""
    return WORDS if "household_id" in table.columns or table.name == "household" else NUMBERS


def make_full_street() -> Project:
    """The street, and all that stands around it: care, a posting with an objection, a report, an accepted fault."""
    project = make_street()
    office = db.session.query(User).filter_by(display_name="沈志远").one()
    household = db.session.query(Household).filter_by(door_text="2-1-101").one()
    worded(household, office)
    db.session.add(Care(project_id=project.id, household_id=household.id, person_id=household.persons[0].id,
                        measure="上门", every_days=7, planned_by_id=office.id))  # fmt: skip
    posting = Posting(project_id=project.id, kind=PostingKind.FINDING, title="认定公示", scope="2号楼", content="2-1-201",
                      days=5, state=PostingState.POSTED, posted_on=date(2026, 6, 3), until=date(2026, 6, 8),
                      drafted_by_id=office.id)  # fmt: skip
    db.session.add(posting)
    db.session.flush()
    db.session.add(Objection(posting_id=posting.id, person_name=NAME, door="2-1-201", received_on=date(2026, 6, 4),
                             content="异议", outcome="维持", recorded_by_id=office.id))  # fmt: skip
    db.session.add(Report(project_id=project.id, kind=ReportKind.DAILY, first_day=date(2026, 6, 2), figures={},
                          last_day=date(2026, 6, 2), snapshot="YY", problems="难", plan="去"))  # fmt: skip
    for kind in QualityKind:
        for matter in find_faults(project, kind)[:1]:
            accept_fault(actor=office, project=project, kind=kind, matter_id=matter.id_in(project.id),
                         digest=matter.digest, reason="属实")  # fmt: skip
    assert db.session.query(MatterNote).count()
    db.session.commit()
    fill_every_text(project)
    db.session.commit()
    return project


def worded(household: Household, office: User) -> None:
    """A version of the sheet in which every answer of one's own words holds them, saved after it was handed in."""
    pairs = []
    for name, text in get_version(household, household.sheet_version).pairs:
        list_name, field = name.partition("-")[0], name.rpartition("-")[2]
        record = ROW_TYPES.get(list_name, Sheet)
        own = field_types(record).get(field)
        is_words = (
            own is not None
            and own.kind == "str"
            and own.codes is None
            and field not in IDENTIFIERS | {"id_no", "phone"}
        )
        pairs.append((name, NAME if field in NAMES else WORDS) if is_words else (name, text))
    save_sheet(
        actor=office, household=household, base=household.sheet_version, pairs=pairs, source="correction", reason=WORDS
    )


def parts_of(name: str, project: Project, view: View) -> str:
    """Everything that stands in a workbook, part by part."""
    out = io.BytesIO()
    export_ledger(name, project=project, view=view, now=utc_now(), target=out)
    with ZipFile(out) as book:
        return "\n".join(book.read(part).decode("utf-8", "replace") for part in book.namelist())


WITHOUT_WORDS = {"building-summary"}


@pytest.mark.parametrize("role", [Role.OFFICE, Role.LEADER, Role.COORDINATOR, None])
def test_no_number_in_a_free_text_leaves_in_any_ledger(role: Role | None, app: Flask) -> None:
    project = make_full_street()
    reader = factories.member(project, role, "阅览", db.session.query(Team).first()) if role else None
    db.session.commit()
    view = view_of(project, reader)
    for name, (ledger, _reading) in LEDGERS.items():
        if not ledger.is_open_to(view.granted):
            continue
        told = parts_of(name, project, view)
        assert PHONE not in told, name
        assert ID_NO not in told, name
        if role in (Role.OFFICE, None) and name not in WITHOUT_WORDS:
            assert "120****5678" in told, f"{name}: nothing of it was tried"
        if role is Role.COORDINATOR:
            assert NAME not in told, name


def test_a_clear_export_shows_what_was_written(app: Flask) -> None:
    project = make_full_street()
    office = db.session.query(User).filter_by(display_name="沈志远").one()
    view = view_of(project, office, clear=True, reason="报送街道")
    for name in LEDGERS.keys() - WITHOUT_WORDS:
        assert PHONE in parts_of(name, project, view), name
