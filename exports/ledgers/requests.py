"""诉求（信访）台账: every request with its terms, its answer, and whether it is closed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sqlalchemy import select

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, coded, stream, with_words
from survey.domain.mask import ORGANISATION
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Household, Request

UNIT = re.compile(r".*(?:[组办科室处所站队部局厂会]|中心|街道|社区|物业)\Z")
"""How a unit is called that is not written out in full: 二组, 征收办, 房管所."""

SHEET = Sheet(
    "requests",
    "诉求台账",
    "群众诉求（信访）台账",
    (
        SERIAL,
        Column("number", "编号", 7, Kind.CODE),
        Column("received_on", "受理日期", 11, Kind.DATE, lambda sums: f"共{sums[COUNT_KEY]}件"),
        Column("source", "来源", 10, Kind.WORD, coded=True),
        DOSSIER,
        DOOR,
        Column("person", "反映人", 9, Kind.WORD),
        Column("kind", "类别", 10, Kind.WORD, coded=True),
        Column("content", "内容", 36),
        Column("urgency", "紧急\n程度", 7, Kind.WORD, coded=True),
        Column("unit", "承办单位", 14),
        Column("handler", "承办人", 9, Kind.WORD),
        Column("accept_due", "告知期限", 11, Kind.DATE, group="告知受理"),
        Column("accepted_on", "告知日期", 11, Kind.DATE, group="告知受理"),
        Column("reply_due", "办结期限", 11, Kind.DATE, group="办结"),
        Column("reply", "答复内容", 34, group="办结"),
        Column("replied_on", "答复日期", 11, Kind.DATE, group="办结"),
        Column("reply_channel", "送达", 8, Kind.WORD, group="办结", coded=True),
        Column("satisfaction", "满意度", 9, Kind.WORD, coded=True),
        Column("closed", "是否\n办结", 7, Kind.WORD),
        Column("overdue", "逾期", 11, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="期限按受理次日起算，末日为节假日的顺延至其后第一个工作日；告知期限一般为15日、办结期限一般为60日（信访工作条例），项目另有设定的从其设定。"
    "到期还没有告知、没有办结的，在“逾期”栏写明天数。",
    frozen="number",
)

LEDGER = Ledger(
    "requests",
    N_("诉求（信访）台账"),
    N_("每一件诉求的来源、内容、承办、告知受理和办结的期限、答复、满意度、是否办结。"),
    (SHEET,),
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"requests": requests(view)}


def requests(view: View) -> Iterator[Record]:
    query = (
        select(Request, Household.dossier_no, Household.door_text)
        .join(Household, Household.id == Request.household_id)
        .where(view.scope)
        .order_by(Request.number)
    )
    for (row, dossier_no, door), told in with_words(view, stream(query), lambda found: found[0].household_id):
        unit, handler = _handled_by(row.handler)
        yield {
            "number": str(row.number),
            "received_on": row.received_on,
            "source": coded(row.source),
            "dossier_no": dossier_no,
            "door": door,
            "person": view.name(row.person_name),
            "kind": coded(row.kind),
            "content": told(row.content),
            "urgency": coded(row.urgency),
            "unit": told(unit),
            "handler": told(handler),
            "accept_due": row.accept_due,
            "accepted_on": row.accepted_on,
            "reply_due": row.reply_due,
            "reply": told(row.reply),
            "replied_on": row.replied_on,
            "reply_channel": coded(row.reply_channel),
            "satisfaction": coded(row.satisfaction),
            "closed": "是" if row.closed_at else "否",
            "overdue": _overdue(view, row),
            "id": str(row.id),
        }


def _handled_by(text: str) -> tuple[str, str]:
    """承办单位 and 承办人 of what was written in one answer: 征收办 沈志远, 蒋文静, 房管所."""
    pieces = [piece for piece in re.split(r"[\s、，,；;/（）()]+", text) if piece]
    units = [piece for piece in pieces if ORGANISATION.match(piece) or UNIT.match(piece)]
    return "、".join(units), "、".join(piece for piece in pieces if piece not in units)


def _overdue(view: View, row: Request) -> str:
    """Which of the two terms is past while nothing was told, nothing is closed."""
    if row.closed_at is not None:
        return ""
    told = view.overdue(row.accept_due) if row.accepted_on is None and row.replied_on is None else ""
    done = view.overdue(row.reply_due)
    return "；".join(f"{what}{days}" for what, days in (("告知", told), ("办结", done)) if days)
