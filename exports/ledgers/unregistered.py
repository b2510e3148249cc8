"""未登记建筑认定台账: every part that no certificate covers, with what was found of it.

Rule: 590号 art. 24, in force 2011-01-21: before the decision, unregistered buildings are investigated, found lawful or
not, and dealt with. The finding is a joint one of several departments; here it is listed and made ready for signing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, or_, select

from exports.ledger import Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import Told, View, batches, joined, stream, word, words_of
from survey.domain.access import Permission
from survey.domain.codes import DocumentCategory, Legality
from survey.domain.door import door_label, parse_door
from survey.domain.errors import DomainError
from survey.domain.message import N_
from survey.domain.posting import PostingKind, PostingState
from survey.domain.settings import ProjectSettings
from survey.models import Building, Document, Household, PartRow, Posting, db

FOUND = frozenset({Legality.FOUND_LEGAL, Legality.FOUND_ILLEGAL, Legality.TEMPORARY_VALID, Legality.TEMPORARY_EXPIRED,
                   Legality.SELF_REMOVED})  # fmt: skip
"""合法性 that is a conclusion; 待认定 is none yet."""

SHEET = Sheet(
    "unregistered",
    "认定台账",
    "未登记建筑调查认定台账",
    (
        SERIAL,
        Column("number", "编号", 20, Kind.CODE),
        DOSSIER,
        DOOR,
        Column("owners", "权利人", 12),
        Column("location", "位置（部位）", 26),
        Column("area_m2", "面积", 10, Kind.AREA, True, unit="㎡"),
        Column("structure", "结构", 13, Kind.WORD),
        Column("build_year", "建成\n时间", 8, Kind.INTEGER),
        Column("use", "用途", 10, Kind.WORD),
        Column("papers", "来源材料\n（件）", 9, Kind.INTEGER),
        Column("photos", "现场照片\n（张）", 9, Kind.INTEGER),
        Column("survey_opinion", "调查意见", 22),
        Column("departments", "各部门意见", 26),
        Column("conclusion", "认定结论", 12, Kind.WORD),
        Column("posted", "公示起止", 12, Kind.WORD),
        Column("objections", "异议", 16),
        NOTE,
        ROW_ID,
    ),
    note="列入本表的为有未登记面积或合法性不是“合法登记”的房屋部位，面积取未登记面积，没有的取实测面积；来源材料和现场照片为该户档案中房屋证件、"
    "测绘资料和房屋照片的件数。调查意见取部位备注；各部门意见在会审后填写。公示起止和异议取最近一次范围包括该户、已经张贴的“未登记建筑认定公示”，还没有公示的留空。",
    frozen="door",
)

LEDGER = Ledger(
    "unregistered",
    N_("未登记建筑认定台账"),
    N_("没有登记的房屋部位：面积、结构、建成时间、用途、材料和照片、认定结论，供会审填写各部门意见。"),
    (SHEET,),
    counted_in="㎡、件、张",
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"unregistered": unregistered(view)}


def unregistered(view: View) -> Iterator[Record]:
    p, h = PartRow, Household
    query = (
        select(p.id, p.household_id, p.kind, p.legality, p.area_unreg_m2, p.area_meas_m2, p.structure, p.build_year,
               p.use_actual, p.part_note, h.dossier_no, h.door_text, h.owner_names, h.address, h.unit_no,
               Building.no.label("building_no"))
        .join(h, h.id == p.household_id)
        .join(Building, Building.id == h.building_id)
        .where(view.scope, or_(p.area_unreg_m2 > 0, p.legality.is_not(None) & (p.legality != Legality.REGISTERED)))
        .order_by(h.door_sort, h.id, p.position)
    )  # fmt: skip
    numbers: Counter[str] = Counter()
    hung = _hung(view)
    for batch in batches(stream(query)):
        homes = {row.household_id for row in batch}
        papers, words = _papers(homes), words_of(view, homes)
        for row in batch:
            numbers[row.dossier_no] += 1
            count, told = papers.get(row.household_id, Counter()), words[row.household_id]
            yield {
                "number": f"{row.dossier_no}-W{numbers[row.dossier_no]}",
                "dossier_no": row.dossier_no,
                "door": row.door_text,
                "owners": view.name(row.owner_names),
                "location": " ".join(filter(None, (told(row.address) or row.door_text, word(row.kind)))),
                "area_m2": row.area_unreg_m2 or row.area_meas_m2,
                "structure": word(row.structure),
                "build_year": row.build_year,
                "use": word(row.use_actual),
                "papers": count[DocumentCategory.TITLE] + count[DocumentCategory.SURVEYING],
                "photos": count[DocumentCategory.PHOTO],
                "survey_opinion": told(row.part_note),
                "conclusion": word(row.legality) if row.legality in FOUND else "待认定",
                **_posted(next((each for each in hung if _covers(each, row)), None), row, told),
                "id": str(row.id),
            }


def _hung(view: View) -> list[Posting]:
    """The postings of findings that hang or hung, the newest first."""
    if not view.may(Permission.POSTING_SHOW):
        return []
    query = select(Posting).where(
        Posting.project_id == view.project_id, Posting.kind == PostingKind.FINDING, Posting.posted_on.is_not(None)
    )
    return list(db.session.scalars(query.order_by(Posting.posted_on.desc(), Posting.id.desc())))


def _covers(posting: Posting, row: Any) -> bool:
    """Whether a posting is for a home: by its scope (全部, 3号楼), else because its text names the door."""
    buildings = re.findall(r"([0-9A-Za-z]+)\s*(?:号楼|栋|幢)", posting.scope)
    if buildings:
        return row.building_no in buildings
    if any(all_ in posting.scope for all_ in ("全部", "全体", "所有")):
        return True
    return any(_is_named(door, row, posting.content) for door in row.door_text.split("、"))


def _is_named(door: str, row: Any, text: str) -> bool:
    label = door_label(row.building_no, row.unit_no, door.rpartition("-")[2])
    return label in text or re.search(rf"(?<![\w-]){re.escape(door)}(?![\w-])", text) is not None


def _posted(posting: Posting | None, row: Any, told: Told) -> dict[str, object]:
    if posting is None:
        return {}
    raised = [each for each in posting.objections if _door(each.door) in row.door_text.split("、")]
    texts = [told(each.outcome) or "处理中" for each in raised]
    nothing = "无" if posting.state is PostingState.CLOSED else ""
    return {
        "posted": f"{posting.posted_on}\n至{posting.until}",
        "objections": f"{len(raised)}件：{joined(texts)}" if raised else nothing,
    }


def _door(text: str) -> str:
    """A door as somebody wrote it down, in the one writing of the records."""
    try:
        return parse_door(text).short
    except DomainError:
        return text.strip()


def _papers(ids: set[object]) -> dict[object, Counter[DocumentCategory]]:
    """household -> category -> number of documents that were not removed."""
    query = (
        select(Document.household_id, Document.category, func.count())
        .where(Document.household_id.in_(ids), Document.removed_at.is_(None))
        .group_by(Document.household_id, Document.category)
    )
    found: dict[object, Counter[DocumentCategory]] = {}
    for household_id, category, count in db.session.execute(query):
        found.setdefault(household_id, Counter())[category] = count
    return found
