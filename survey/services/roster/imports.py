"""An import from upload to commit: keep the file, show what would become of it, carry out exactly that.

Nothing here commits: each writing function leaves one audit entry, and the caller's transaction decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey.domain.access import Permission
from survey.domain.errors import DomainError, NotFound
from survey.domain.job import JobKind
from survey.domain.roster.record import MappingQuestion, RosterField
from survey.domain.roster.state import ImportState, RowFate
from survey.models import Job, Project, RosterImport, RosterMapping, User, db, utc_now
from survey.models.base import reading
from survey.services import audit
from survey.services.feed import last_number, list_changed_after
from survey.services.job import enqueue_job
from survey.services.roster import wire
from survey.services.roster.commit import carry_out, lock_project
from survey.services.roster.plan import Plan, PlanItem, fingerprint_of, make_plan
from survey.services.roster.prepare import Ground, Prepared, Tell, look_at_ground, prepare, say_nothing
from survey.services.roster.read import RosterFile, read_roster

Answers = dict[str, dict[int, RosterField | None]]


def remembered_answers(project_id: UUID) -> Answers:
    """What people have said about columns in this project, by the signature of the header."""
    rows = db.session.scalars(select(RosterMapping).where(RosterMapping.project_id == project_id))
    return {
        row.signature: {int(index): RosterField(name) if name else None for index, name in row.columns.items()}
        for row in rows
    }


def plan_file(*, project: Project, data: bytes, file: RosterFile, answers: Answers) -> Plan:
    """The plan of a file that was read with these answers. Writes nothing."""
    return make_plan(project, file, fingerprint=fingerprint_of(data, answers))


def upload_roster(
    *,
    actor: User | None,
    project: Project,
    filename: str,
    data: bytes,
    file: RosterFile,
    answers: Answers,
    today: date,
    plan: Plan | None = None,
) -> RosterImport:
    """Keep an office's file (sealed) with the preview of its plan.

    file     what `read_roster` made of the data, under these answers and this day. It is read before the transaction.
    plan     where it was made in this very transaction
    """
    row = RosterImport(
        project_id=project.id,
        filename=filename[-200:],
        size_bytes=len(data),
        sha256=sha256(data).hexdigest(),
        kind=file.kind,
        today=today,
        uploaded_by_id=actor.id if actor else None,
    )
    row.file = data
    _show(row, plan or plan_file(project=project, data=data, file=file, answers=answers))
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "roster.upload", row, {"counts": row.counts, "sha256": row.sha256})
    return row


def renew_preview(*, actor: User, project: Project, row: RosterImport, file: RosterFile, answers: Answers) -> Plan:
    """Make the preview anew: after an answer about a column, or when the register has changed since."""
    _check_open(row)
    plan = plan_file(project=project, data=row.file, file=file, answers=answers)
    _show(row, plan)
    audit.record(actor, "roster.preview", row, {"counts": row.counts})
    return plan


def remember_columns(
    *, actor: User | None, project: Project, signature: str, columns: Mapping[int, RosterField | None]
) -> RosterMapping:
    """Remember what columns under a header hold, for this file and the next with the same header."""
    row = db.session.scalar(
        select(RosterMapping).where(RosterMapping.project_id == project.id, RosterMapping.signature == signature)
    )
    if row is None:
        row = RosterMapping(project_id=project.id, signature=signature, columns={})
        db.session.add(row)
    row.columns = {**row.columns, **{str(index): name.value if name else "" for index, name in columns.items()}}
    row.decided_by_id = actor.id if actor else None
    row.decided_at = utc_now()
    db.session.flush()
    audit.record(actor, "roster.map", row, {"columns": sorted(row.columns.values())})
    return row


@dataclass(frozen=True, slots=True)
class Look:
    """A plan as it was made while others went on writing, and what its rows rest on.

    number  of the project's last change before it
    """

    plan: Plan
    ground: Ground
    number: int
    project_id: UUID
    project_code: str

    @property
    def writes(self) -> int:
        """How many households are written."""
        return self.plan.counts[RowFate.CREATED] + self.plan.counts[RowFate.CHANGED]

    def stands(self) -> bool:
        """Whether none of the households that it changes has changed since.

        A door that somebody took for a household meanwhile is refused by the database.
        """
        changed = list_changed_after(self.project_id, self.number)
        return not any(item.household_id in changed for item in self.plan.items if item.fate is RowFate.CHANGED)


def look(*, project: Project, data: bytes, file: RosterFile, answers: Answers) -> Look:
    """Compare a file with the register, holding up nobody. The session's transaction is ended before and after."""
    with reading():
        number = last_number(project.id)  # before anything is compared: what comes later is noticed
        plan = plan_file(project=project, data=data, file=file, answers=answers)
        return Look(plan, look_at_ground(project.id, plan), number, project.id, project.code)


def work_out(looked: Look, *, saved_by_id: UUID | None, tell: Tell = say_nothing) -> Prepared:
    """Every row that the plan writes, made while others go on writing. `tell` is told how many households are done."""
    return prepare(
        looked.project_id, looked.project_code, looked.plan, looked.ground, saved_by_id=saved_by_id, tell=tell
    )


def commit_roster(
    *, actor: User | None, project: Project, row: RosterImport, file: RosterFile, answers: Answers, digest: str,
    skip_refused: bool = False, looked: Look | None = None, prepared: Prepared | None = None, tell: Tell = say_nothing,
) -> Plan:  # fmt: skip
    """Carry out the plan that was shown, all or nothing.

    digest        of the preview that the person saw
    skip_refused  leave out rows with errors, because the person says so
    looked        the plan as it was made before; made anew here, where all others wait, if it does not stand
    prepared      its rows
    tell          is told how many households are written so far

    Raises DomainError: roster.changed_since, roster.refused_rows.
    """
    _check_open(row)
    lock_project(project)
    if looked is not None and not looked.stands():
        looked = prepared = None
    plan = looked.plan if looked else plan_file(project=project, data=row.file, file=file, answers=answers)
    try:
        carry_out(
            actor=actor, project=project, plan=plan, digest=digest, skip_refused=skip_refused, prepared=prepared,
            tell=tell,
        )  # fmt: skip
    except IntegrityError as error:  # A door came into being at this very moment, by another hand.
        raise DomainError("roster.changed_since") from error
    if row.digest != plan.digest:
        _show(row, plan)
    row.state = ImportState.COMMITTED
    row.committed_by_id = actor.id if actor else None
    row.committed_at = utc_now()
    audit.record(actor, "roster.import", row, {"counts": row.counts, "skip_refused": skip_refused})
    return plan


def enqueue_commit(*, actor: User, project: Project, row: RosterImport, digest: str, skip_refused: bool = False) -> Job:
    """Have a big roster imported by a worker. What can be refused now is refused now; the rest when it runs.

    Raises DomainError: roster.closed, roster.changed_since, roster.refused_rows, job.already_open.
    """
    _check_open(row)
    if row.digest != digest:
        raise DomainError("roster.changed_since")
    refused = row.counts[RowFate.REFUSED]
    if refused and not skip_refused:
        raise DomainError("roster.refused_rows", count=refused)
    return enqueue_job(
        actor=actor, project=project, kind=JobKind.ROSTER_IMPORT, needs=Permission.ROSTER_IMPORT, about=row.filename,
        subject_id=row.id, arguments={"digest": digest, "skip_refused": skip_refused},
    )  # fmt: skip


def discard_roster(*, actor: User, row: RosterImport) -> None:
    """Put an import aside. Its file goes; what it was stays in the list."""
    _check_open(row)
    row.state = ImportState.DISCARDED
    row.file = b""
    row.preview = {}
    audit.record(actor, "roster.discard", row)


def _check_open(row: RosterImport) -> None:
    if row.state is not ImportState.PREVIEWED:
        raise DomainError("roster.closed", state=row.state.label)


def get_import(project_id: UUID, import_id: UUID) -> RosterImport:
    """An import of the project. Raises NotFound."""
    row = db.session.get(RosterImport, import_id)
    if row is None or row.project_id != project_id:
        raise NotFound
    return row


def list_imports(project_id: UUID) -> list[RosterImport]:
    """The imports of a project, newest first."""
    query = (
        select(RosterImport)
        .where(RosterImport.project_id == project_id)
        .order_by(RosterImport.uploaded_at.desc(), RosterImport.id.desc())
    )
    return list(db.session.scalars(query))


def read_again(row: RosterImport, answers: Answers) -> RosterFile:
    """Read the kept file once more, as of the day of its upload."""
    return read_roster(row.file, today=row.today, answers=answers)


# --- the preview, as plain values for the pages -----------------------------------------------------------------------


def _show(row: RosterImport, plan: Plan) -> None:
    row.digest = plan.digest
    row.counts = {**plan.counts, "errors": sum(problem.is_error for problem in plan.problems),
                  "warnings": sum(not problem.is_error for problem in plan.problems),
                  "questions": len(plan.file.questions)}  # fmt: skip
    row.preview = preview_of(plan)


def preview_of(plan: Plan) -> dict[str, Any]:
    """What the pages show of a plan. No ID number and no phone in clear but in `changes`, whose pages mask them."""
    return {
        "items": [_item(item) for item in plan.items],
        "problems": [wire.problem_to_wire(problem) for problem in plan.problems],
        "skipped": [wire.skipped_to_wire(skipped) for skipped in plan.file.skipped],
        "sheets": [wire.summary_to_wire(sheet) for sheet in plan.file.sheets],
        "questions": [wire.question_to_wire(question) for question in plan.file.questions],
    }


def _item(item: PlanItem) -> dict[str, Any]:
    row = item.row
    found: dict[str, Any] = {
        "fate": item.fate,
        "sheet": row.sheet,
        "row": row.row,
        "door": [row.building_no, row.unit_no, "、".join((row.room_no, *row.more_rooms))],
        "owners": "、".join(owner.full_name for owner in row.owners),
    }
    if row.area_cert_m2 is not None:
        found["area"] = str(row.area_cert_m2)
    if item.household_id is not None:
        found["household_id"] = str(item.household_id)
    if item.changes:
        found["changes"] = [asdict(change) for change in item.changes]
    if item.new_doors:
        found["new_doors"] = [list(door) for door in item.new_doors]
    return found


def questions_of(row: RosterImport) -> list[MappingQuestion]:
    """The columns of the file that a person should decide about."""
    return [wire.question_from_wire(each) for each in row.preview.get("questions", ())]


FATES = tuple(RowFate)
