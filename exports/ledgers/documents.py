"""档案目录: the papers of each dossier with their pages, in the order of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select

from exports.ledger import Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, coded, local_day, stream, with_words
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Consent, Delivery, Document, Household, Signature, db

SHEET = Sheet(
    "documents",
    "档案目录",
    "一户一档档案目录",
    (
        SERIAL,
        replace(DOSSIER, label="卷号\n（户编号）"),
        DOOR,
        Column("place", "卷内\n顺序号", 7, Kind.INTEGER),
        Column("page", "页码", 9, Kind.CODE),
        Column("category", "类别", 13, Kind.WORD, coded=True),
        Column("title", "材料名称", 28),
        Column("dated", "日期", 11, Kind.DATE),
        Column("pages", "页数", 7, Kind.INTEGER, True),
        Column("copy", "原件/\n复印件", 8, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    paper="A4",
    note="卷号即户编号；页码为该材料在卷内的起止页，按收存先后编排；移出的材料不列。日期为签字、送达、表态之日，其他材料为收存之日。",
    frozen="door",
)

LEDGER = Ledger(
    "documents",
    N_("档案目录"),
    N_("每一户档案里的材料：卷号、卷内顺序、页码、类别、名称、日期、页数、原件或复印件。"),
    (SHEET,),
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"documents": documents(view)}


def documents(view: View) -> Iterator[Record]:
    query = (
        select(Document, Household.dossier_no, Household.door_text)
        .join(Household, Household.id == Document.household_id)
        .where(view.scope, Document.removed_at.is_(None))
        .order_by(Household.door_sort, Household.id, Document.added_at, Document.id)
    )
    of: UUID | None = None
    place = page = 0
    days = _own_days(view.project_id)
    for (row, dossier_no, door), told in with_words(view, stream(query), lambda found: found[0].household_id):
        if row.household_id != of:
            of, place, page = row.household_id, 0, 0
        place, first, page = place + 1, page + 1, page + row.pages
        yield {
            "dossier_no": dossier_no,
            "door": door,
            "place": place,
            "page": f"{first}" if row.pages < 2 else f"{first}-{page}",
            "category": coded(row.category),
            "title": told(row.title),
            "dated": days.get(row.id) or local_day(row.added_at),
            "pages": row.pages,
            "copy": "原件" if row.is_original else "复印件",
            "id": str(row.id),
        }


def _own_days(project_id: UUID) -> dict[UUID, date | None]:
    """Document -> the day of which it is the evidence: of the signature, the delivery, the consent or its authorisation."""
    made = (
        (Signature, Signature.evidence_id, Signature.signed_at),
        (Delivery, Delivery.evidence_id, Delivery.served_at),
        (Consent, Consent.authorisation_id, Consent.given_at),
        (Consent, Consent.evidence_id, Consent.given_at),
    )
    days: dict[UUID, date | None] = {}
    for record, document_id, moment in made:
        query = select(document_id, moment).where(record.project_id == project_id, document_id.is_not(None))
        days |= {document: local_day(at) for document, at in db.session.execute(query) if document is not None}
    return days
