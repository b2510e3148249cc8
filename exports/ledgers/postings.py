"""公示台账: what was posted, where and how long, what was objected and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from exports.ledger import Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import NOTE, ROW_ID, SERIAL
from exports.view import View, coded, joined
from survey.domain.access import Permission
from survey.domain.message import N_
from survey.domain.posting import PostingState
from survey.domain.settings import ProjectSettings
from survey.models import Posting, db

SHEET = Sheet(
    "postings",
    "公示台账",
    "公示台账",
    (
        SERIAL,
        Column("title", "名称", 30),
        Column("kind", "类型", 16, Kind.WORD, coded=True),
        Column("scope", "范围", 18),
        Column("place", "张贴地点", 22),
        Column("posted_on", "起", 11, Kind.DATE, group="公示期"),
        Column("until", "止", 11, Kind.DATE, group="公示期"),
        Column("days", "天数", 7, Kind.INTEGER, group="公示期"),
        Column("photo", "张贴照片", 9, Kind.WORD),
        Column("objections", "件数", 7, Kind.INTEGER, True, "异议"),
        Column("outcomes", "处理结果", 30, group="异议"),
        Column("result", "公示结果", 22),
        Column("state", "状态", 8, Kind.WORD, coded=True),
        Column("overdue", "逾期", 10, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="张贴的当天不计入公示期；期满日为节假日的顺延至其后第一个工作日。过了期满日还没有结束的，在“逾期”栏写明天数。",
    frozen="title",
)

LEDGER = Ledger(
    "postings",
    N_("公示台账"),
    N_("每一次公示的名称、范围、张贴地点、起止和天数、照片、异议件数和处理结果。"),
    (SHEET,),
    counted_in="天、件",
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"postings": postings(view)}


def postings(view: View) -> Iterator[Record]:
    if not view.may(Permission.POSTING_SHOW):
        return
    query = select(Posting).where(Posting.project_id == view.project_id).order_by(Posting.drafted_at, Posting.id)
    for row in db.session.scalars(query):
        names = {each.person_name for each in row.objections}
        yield {
            "title": view.text(row.title),
            "kind": coded(row.kind),
            "scope": view.text(row.scope),
            "place": view.text(row.place),
            "posted_on": row.posted_on,
            "until": row.until,
            "days": row.days,
            "photo": "有" if row.photo_id else "无",
            "objections": len(row.objections),
            "outcomes": joined([view.text(each.outcome, names) for each in row.objections]),
            "result": view.text(row.result, names),
            "state": coded(row.state),
            "overdue": view.overdue(row.until) if row.state is PostingState.POSTED else "",
            "id": str(row.id),
        }
