"""政策宣讲记录台账: who explained which version of which policy to whom, and what was asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import Told, View, coded, local_moment, stream, with_words
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Briefing, Household, Policy, PolicyVersion, User, db

SHEET = Sheet(
    "briefings",
    "宣讲记录",
    "政策宣讲记录台账",
    (
        SERIAL,
        Column("held_at", "日期", 16, Kind.MOMENT),
        DOSSIER,
        Column("door", "门牌", 12, Kind.CODE, lambda sums: f"共{sums[COUNT_KEY]}次"),
        Column("place", "地点", 14),
        Column("form", "形式", 9, Kind.WORD, coded=True),
        Column("briefed_by", "宣讲人", 9, Kind.WORD),
        Column("policy", "政策文件", 22),
        Column("version", "版本", 7, Kind.WORD),
        Column("in_force", "是否现行\n版本", 8, Kind.WORD),
        Column("recipient", "对象", 10),
        Column("attendees", "人数", 6, Kind.INTEGER, True),
        Column("points", "要点", 34),
        Column("questions", "问题与答复", 34),
        Column("materials", "资料发放", 14),
        Column("understood", "是否\n听懂", 6, Kind.WORD, coded=True),
        Column("receipt", "签收", 12),
        NOTE,
        ROW_ID,
    ),
    note="一次宣讲一行；人数为各次到场人数之和，同一人多次听讲的重复计算。",
    frozen="door",
)

LEDGER = Ledger(
    "briefings",
    N_("政策宣讲记录台账"),
    N_("每一次政策宣讲：时间、形式、宣讲人、政策版本、对象、要点、问题与答复、签收。"),
    (SHEET,),
    counted_in="人",
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"briefings": briefings(view)}


def briefings(view: View) -> Iterator[Record]:
    versions = _versions(view.project_id)
    b = Briefing
    query = (
        select(
            b.id, b.household_id, b.held_at, b.policy_version_id, b.form, b.place, b.recipient, b.attendees, b.points, b.questions,
            b.materials, b.understood, b.receipt, Household.dossier_no, Household.door_text,
            User.display_name.label("briefed_by"),
        )
        .join(Household, Household.id == b.household_id)
        .join(User, User.id == b.briefed_by_id)
        .where(view.scope)
        .order_by(b.held_at, b.id)
    )  # fmt: skip
    for row, told in with_words(view, stream(query), lambda row: row.household_id):
        version = versions[row.policy_version_id]
        yield {
            "held_at": local_moment(row.held_at),
            "dossier_no": row.dossier_no,
            "door": row.door_text,
            "place": told(row.place),
            "form": coded(row.form),
            "briefed_by": row.briefed_by,
            "policy": view.text(version.title),
            "version": f"第{version.number}版",
            "in_force": "是" if version.in_force else "否",
            "recipient": view.name(row.recipient),
            "attendees": row.attendees,
            "points": view.text(_points(row.points, version.points)),
            "questions": _questions(row.questions, told),
            "materials": told(row.materials),
            "understood": coded(row.understood),
            "receipt": told(row.receipt),
            "note": "",
            "id": str(row.id),
        }


class _Version:
    """A policy's version as the ledger names it."""

    def __init__(self, row: Any) -> None:
        self.title: str = row.title
        self.number: int = row.number
        self.points: list[str] = row.points
        self.in_force = False


def _versions(project_id: UUID) -> dict[UUID, _Version]:
    """The project's versions by id; the published one with the highest number of each policy is in force."""
    rows = db.session.execute(
        select(PolicyVersion.id, PolicyVersion.policy_id, PolicyVersion.number, PolicyVersion.points,
               PolicyVersion.published_at, Policy.title)
        .join(Policy, Policy.id == PolicyVersion.policy_id)
        .where(Policy.project_id == project_id)
        .order_by(PolicyVersion.number)
    ).all()  # fmt: skip
    found = {row.id: _Version(row) for row in rows}
    newest = {row.policy_id: row.id for row in rows if row.published_at is not None}
    for version_id in newest.values():
        found[version_id].in_force = True
    return found


def _points(numbers: list[int], points: list[str]) -> str:
    return "\n".join(f"{number + 1}.{points[number]}" for number in numbers if 0 <= number < len(points))


def _questions(asked: list[dict[str, str]], told: Told) -> str:
    lines = []
    for each in asked:
        question, answer = told(each.get("question", "")), told(each.get("answer", ""))
        lines.append(f"问：{question}" + (f"\n答：{answer}" if answer else "\n（未答复）"))
    return "\n".join(lines)
