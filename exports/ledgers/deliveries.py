"""送达台账: every attempt to hand over a notice, as its receipt (送达回证) tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, batches, local_moment, stream, with_words, word
from survey.domain.codes import PersonRole
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import from_pairs
from survey.models import Delivery, Household, SheetRow, db
from survey.services.delivery import ATTEMPT, REPEAT

CHUNK = 200

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
        Column("place", "地点", 24),
        Column("served_at", "时间", 16, Kind.MOMENT),
        Column("counts_from", "视为送达", 11, Kind.DATE, group="期限"),
        Column("term_until", "届满日", 11, Kind.DATE, group="期限"),
        Column("server_1", "送达人1", 9, Kind.WORD),
        Column("server_2", "送达人2", 9, Kind.WORD),
        Column("recipient", "签收人", 9, Kind.WORD, group="签收"),
        Column("relation", "与受送达人关系", 12, Kind.WORD, group="签收"),
        Column("refused_reason", "拒收事由", 18, group="拒收"),
        Column("witness", "见证人", 16, group="拒收"),
        Column("photo", "照片\n（扫描件）", 10, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="每去送一次一行，未送达、拒收的也列；同一文号送达以后再送的为重复送达，期限从第一次有效送达起算；公告送达自公告之日起满三十日视为送达；届满日是送达后补正、申请复核的最后一日；签收人与受送达人关系空白的为本人签收。"
    "受送达人：本人签收的为签收人，其他的为送达时登记的产权人，公房为承租人。",
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
        select(Delivery, Household.dossier_no, Household.door_text, ATTEMPT, REPEAT)
        .join(Household, Household.id == Delivery.household_id)
        .where(view.scope)
        .order_by(Delivery.number)
    )
    for batch in batches(stream(query), CHUNK):
        addressed = _addressees([row for row, *_rest in batch])
        for (row, dossier_no, door, attempt, rank), told in with_words(
            view, batch, lambda found: found[0].household_id
        ):
            yield {
                "number": str(row.number),
                "notice": told(row.notice),
                "document_no": row.document_no,
                "dossier_no": dossier_no,
                "door": door,
                "addressee": view.name(addressed[row.id]),
                "attempt": attempt,
                "outcome": _outcome(row, rank > 1),
                "method": word(row.method),
                "mail_no": row.mail_no,
                "place": told(row.place),
                "served_at": local_moment(row.served_at),
                "counts_from": row.counts_from,
                "term_until": row.term_until,
                "server_1": told(row.server),
                "server_2": told(row.second_server),
                "recipient": view.name(row.recipient),
                "relation": told(row.recipient_relation),
                "refused_reason": told(row.refused_reason),
                "witness": told(row.witness),
                "note": told(row.unserved_note),
                "photo": "有" if row.evidence_id else "无",
                "id": str(row.id),
            }


def _addressees(rows: list[Delivery]) -> dict[UUID, str]:
    """Delivery -> who was addressed then: who signed for themselves; else the owners, or tenants of public housing, of the
    sheet as it stood at that moment (of one that was written later, the first).
    """
    asked = [row for row in rows if not (row.recipient and not row.recipient_relation)]
    stood = _versions_at([(row.household_id, row.served_at) for row in asked])
    wanted = {(household, version) for (household, _at), version in stood.items()}
    query = select(SheetRow).where(tuple_(SheetRow.household_id, SheetRow.version).in_(wanted))
    holders = {(row.household_id, row.version): _holders(row) for row in db.session.scalars(query)} if wanted else {}
    found = {row.id: row.recipient for row in rows}
    for row in asked:
        found[row.id] = holders.get((row.household_id, stood.get((row.household_id, row.served_at), 0)), "")
    return found


def _versions_at(moments: list[tuple[UUID, datetime]]) -> dict[tuple[UUID, datetime], int]:
    """(household, moment) -> the version of its sheet that stood then, else the first; nothing where there is none."""
    s = SheetRow
    saved: dict[UUID, list[tuple[int, datetime]]] = {}
    query = select(s.household_id, s.version, s.saved_at).where(s.household_id.in_({each for each, _at in moments}))
    for household, version, at in db.session.execute(query.order_by(s.household_id, s.version)):
        saved.setdefault(household, []).append((version, at))
    return {
        (household, moment): max(
            (version for version, at in saved[household] if at <= moment), default=saved[household][0][0]
        )
        for household, moment in moments
        if household in saved
    }


def _holders(row: SheetRow) -> str:
    """Whose home it is by a version of the sheet: the owners, else the tenants."""
    persons = from_pairs(row.pairs).persons
    for role in (PersonRole.OWNER, PersonRole.TENANT):
        if names := [person.full_name for person in persons if role in person.roles and person.full_name]:
            return "、".join(names)
    return ""


def _outcome(row: Delivery, is_repeat: bool) -> str:
    if row.unserved_reason is not None:
        return f"未送达：{word(row.unserved_reason)}"
    return "重复送达" if is_repeat else "已送达"
