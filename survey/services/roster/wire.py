"""Rows, problems and questions as JSON lines between the child that reads a file and the parent.

JSON and not pickle: the child has parsed a stranger's file, and the parent must not run what it says.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from survey.domain import codes
from survey.domain.roster.record import (
    Column,
    MappingQuestion,
    Problem,
    RosterCertificate,
    RosterField,
    RosterOwner,
    RosterRow,
    Severity,
    SheetSummary,
    Skipped,
)


def _cents(value: Decimal | None) -> int | None:
    return None if value is None else int(value * 100)


def _area(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value).scaleb(-2)


def row_to_wire(row: RosterRow) -> list[Any]:
    return [
        row.sheet,
        row.row,
        row.building_no,
        row.unit_no,
        row.room_no,
        row.more_rooms,
        row.floor_no,
        row.floor_note,
        row.total_floors,
        row.address,
        [
            (owner.full_name, owner.id_no, owner.id_type, owner.phone, owner.share_num, owner.share_den, owner.deceased)
            for owner in row.owners
        ],
        [
            (cert.cert_no, cert.cert_type, cert.cert_date.isoformat() if cert.cert_date else None)
            for cert in row.certificates
        ],
        _cents(row.area_cert_m2),
        _cents(row.area_cert_inner_m2),
        _cents(row.area_meas_m2),
        _cents(row.area_storage_m2),
        row.use_approved,
        row.structure,
        row.build_year,
        row.tenure_type,
        row.hukou_addr,
        row.hukou_count,
        row.lease_status,
        row.note,
        row.other_rows,
    ]


ID_TYPES: dict[str | None, codes.IdType | None] = {None: None, **{str(code): code for code in codes.IdType}}
CERT_TYPES = {str(code): code for code in codes.CertType}
USES: dict[str | None, codes.Use | None] = {None: None, **{str(code): code for code in codes.Use}}
STRUCTURES: dict[str | None, codes.Structure | None] = {None: None, **{str(code): code for code in codes.Structure}}
TENURES: dict[str | None, codes.Tenure | None] = {None: None, **{str(code): code for code in codes.Tenure}}
LEASES: dict[str | None, codes.Lease | None] = {None: None, **{str(code): code for code in codes.Lease}}


def row_from_wire(wire: list[Any]) -> RosterRow:
    return RosterRow(
        wire[0],
        wire[1],
        wire[2],
        wire[3],
        wire[4],
        tuple(wire[5]),
        wire[6],
        wire[7],
        wire[8],
        wire[9],
        tuple(
            RosterOwner(name, number, ID_TYPES[kind], phone, num, den, dead)
            for name, number, kind, phone, num, den, dead in wire[10]
        ),
        tuple(
            RosterCertificate(number, CERT_TYPES[kind], date.fromisoformat(day) if day else None)
            for number, kind, day in wire[11]
        ),
        _area(wire[12]),
        _area(wire[13]),
        _area(wire[14]),
        _area(wire[15]),
        USES[wire[16]],
        STRUCTURES[wire[17]],
        wire[18],
        TENURES[wire[19]],
        wire[20],
        wire[21],
        LEASES[wire[22]],
        wire[23],
        tuple(wire[24]),
    )


def problem_to_wire(problem: Problem) -> list[Any]:
    return [
        problem.sheet,
        problem.row,
        problem.letter,
        problem.header,
        problem.code,
        problem.severity,
        problem.params,
    ]


def problem_from_wire(wire: list[Any]) -> Problem:
    sheet, row, letter, header, code, severity, params = wire
    return Problem(sheet, row, letter, header, code, Severity(severity), tuple((key, value) for key, value in params))


def skipped_to_wire(skipped: Skipped) -> list[Any]:
    return [skipped.sheet, skipped.row, skipped.reason]


def skipped_from_wire(wire: list[Any]) -> Skipped:
    return Skipped(*wire)


def question_to_wire(question: MappingQuestion) -> list[Any]:
    return [
        question.signature,
        question.sheet,
        question.index,
        question.header,
        question.candidates,
        question.suggested,
        question.samples,
    ]


def question_from_wire(wire: list[Any]) -> MappingQuestion:
    signature, sheet, index, header, candidates, suggested, samples = wire
    return MappingQuestion(
        signature,
        sheet,
        index,
        header,
        tuple(RosterField(name) for name in candidates),
        RosterField(suggested) if suggested else None,
        tuple(samples),
    )


def summary_to_wire(summary: SheetSummary) -> list[Any]:
    columns = [(column.index, column.header, column.field, column.is_hidden) for column in summary.columns]
    return [summary.name, summary.signature, summary.header_row, columns, summary.row_count]


def summary_from_wire(wire: list[Any]) -> SheetSummary:
    name, signature, header_row, columns, count = wire
    return SheetSummary(
        name,
        signature,
        header_row,
        tuple(
            Column(index, header, RosterField(field) if field else None, hidden)
            for index, header, field, hidden in columns
        ),
        count,
    )
