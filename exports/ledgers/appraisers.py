"""评估机构选定统计: the appraisers that households name, counted; and which household named which.

Rule: 590号 art. 20, in force 2011-01-21: the appraiser is agreed on, else chosen by majority or at random; how many
days and whose signatures are local rules. This ledger counts the wishes that the survey took down and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import func, select

from exports.ledger import Column, Kind, Ledger, Record, Sheet, share
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, stream, with_words
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Household, db

VOTES = Sheet(
    "votes",
    "意向统计",
    "房地产价格评估机构选定统计表",
    (
        SERIAL,
        Column("appraiser", "评估机构", 34),
        Column("votes", "意向\n（户）", 9, Kind.INTEGER, True),
        Column("vote_share", "占已表达\n意向的比例", 12, Kind.SHARE, group="占比", bar=True),
        Column("whole_share", "占应调查户\n的比例", 12, Kind.SHARE, group="占比"),
        Column("method", "产生方式", 12),
        Column("decided_on", "日期", 12, Kind.DATE),
        Column("overseer", "监督人", 12),
        NOTE,
    ),
    paper="A4",
    note="意向为入户调查时各户表达的，一户一个，不是投票；产生方式、日期、监督人在选定会议上填写。协商不成的，按当地规定以多数决定或随机方式确定。",
    frozen="appraiser",
)

CHOICES = Sheet(
    "choices",
    "分户意向",
    "评估机构意向分户明细表",
    (
        SERIAL,
        DOSSIER,
        DOOR,
        Column("owners", "权利人", 16),
        Column("appraiser", "评估机构意向", 34),
        Column("counted", "计户", 7, Kind.INTEGER, True),
        NOTE,
        ROW_ID,
    ),
    paper="A4",
    note="只列已表达意向的户；合计与意向统计一致。",
    frozen="door",
)

LEDGER = Ledger(
    "appraisers",
    N_("评估机构选定统计"),
    N_("调查时各户对评估机构的意向和占比，附分户意向；产生方式、日期、监督人留空，在选定会议上填写。"),
    (VOTES, CHOICES),
    counted_in="户",
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"votes": votes(view), "choices": choices(view)}


NAMED = func.trim(Household.appraiser_choice)


def votes(view: View) -> Iterator[Record]:
    query = (
        select(NAMED.label("appraiser"), func.count().label("votes"))
        .where(view.scope, NAMED != "")
        .group_by(NAMED)
        .order_by(func.count().desc(), NAMED)
    )
    rows = db.session.execute(query).all()
    named = sum(row.votes for row in rows)
    due = db.session.scalar(select(func.count()).select_from(Household).where(view.scope)) or 0
    for row in rows:
        yield {
            "appraiser": view.text(row.appraiser),
            "votes": row.votes,
            "vote_share": share(row.votes, named),
            "whole_share": share(row.votes, due),
        }


def choices(view: View) -> Iterator[Record]:
    h = Household
    query = (
        select(h.id, h.dossier_no, h.door_text, h.owner_names, NAMED.label("appraiser"))
        .where(view.scope, NAMED != "")
        .order_by(h.door_sort, h.id)
    )
    for row, told in with_words(view, stream(query), lambda row: row.id):
        yield {
            "dossier_no": row.dossier_no,
            "door": row.door_text,
            "owners": view.name(row.owner_names),
            "appraiser": told(row.appraiser),
            "counted": 1,
            "id": str(row.id),
        }
