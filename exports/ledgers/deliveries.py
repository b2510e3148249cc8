"""送达台账: every attempt to hand over a notice, as its receipt (送达回证) tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import select

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, local_moment, stream, word
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Delivery, Household
from survey.services.delivery import ATTEMPT, REPEAT

SHEET = Sheet(
    "deliveries",
    "送达台账",
    "文书送达台账",
    (
        SERIAL,
        Column("number", "回证编号", 8, Kind.CODE),
        Column("notice", "文书名称", 20, Kind.TEXT, lambda sums: f"共{sums[COUNT_KEY]}次"),
        Column("document_no", "文号", 18, Kind.CODE),
        DOSSIER,
        DOOR,
        Column("addressee", "受送达人", 12),
        Column("attempt", "第几次", 7, Kind.INTEGER),
        Column("outcome", "结果", 12, Kind.WORD),
        Column("method", "方式", 10, Kind.WORD),
        Column("mail_no", "邮件单号", 16, Kind.CODE),
        Column("place", "地点", 16),
        Column("served_at", "时间", 16, Kind.MOMENT),
        Column("counts_from", "视为送达", 11, Kind.DATE, group="期限"),
        Column("term_until", "届满日", 11, Kind.DATE, group="期限"),
        Column("server_1", "送达人1", 9, Kind.WORD),
        Column("server_2", "送达人2", 9, Kind.WORD),
        Column("recipient", "签收人", 9, Kind.WORD, group="签收"),
        Column("relation", "与受送达人关系", 12, Kind.WORD, group="签收"),
        Column("refused_reason", "拒收事由", 18, group="拒收"),
        Column("witness", "见证人", 16, group="拒收"),
        Column("photo", "照片（扫描件）", 9, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="每去送一次一行，未送达、拒收的也列；同一文号送达以后再送的为重复送达，期限从第一次有效送达起算；公告送达自公告之日起满三十日视为送达；届满日是送达后补正、申请复核的最后一日；签收人与受送达人关系空白的为本人签收。",
    frozen="notice",
)

LEDGER = Ledger(
    "deliveries",
    N_("送达台账"),
    N_("每一次送达的文书、文号、受送达人、方式、地点、时间、送达人、签收或拒收、见证和照片。"),
    (SHEET,),
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"deliveries": deliveries(view)}


def deliveries(view: View) -> Iterator[Record]:
    query = (
        select(Delivery, Household.dossier_no, Household.door_text, Household.owner_names, ATTEMPT, REPEAT)
        .join(Household, Household.id == Delivery.household_id)
        .where(view.scope)
        .order_by(Delivery.number)
    )
    for row, dossier_no, door, owners, attempt, rank in stream(query):
        yield {
            "number": str(row.number),
            "notice": row.notice,
            "document_no": row.document_no,
            "dossier_no": dossier_no,
            "door": door,
            "addressee": view.name(owners),
            "attempt": attempt,
            "outcome": _outcome(row, rank > 1),
            "method": word(row.method),
            "mail_no": row.mail_no,
            "place": row.place,
            "served_at": local_moment(row.served_at),
            "counts_from": row.counts_from,
            "term_until": row.term_until,
            "server_1": row.server,
            "server_2": row.second_server,
            "recipient": view.name(row.recipient),
            "relation": row.recipient_relation,
            "refused_reason": row.refused_reason,
            "witness": view.name(row.witness),
            "note": row.unserved_note,
            "photo": "有" if row.evidence_id else "无",
            "id": str(row.id),
        }


def _outcome(row: Delivery, is_repeat: bool) -> str:
    if row.unserved_reason is not None:
        return f"未送达：{word(row.unserved_reason)}"
    return "重复送达" if is_repeat else "已送达"
