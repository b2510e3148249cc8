"""重点人员（关爱）台账: the people whose situation asks for care, and what is done for them. Restricted as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL, TAGS
from exports.view import View, words
from survey.domain.codes import SpecialTag
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.services.care import cared_for

SHEET = Sheet(
    "cared",
    "重点人员",
    "重点关注（关爱）人员台账",
    (
        SERIAL,
        DOSSIER,
        DOOR,
        Column("full_name", "姓名", 10, Kind.TEXT, lambda sums: f"共{sums[COUNT_KEY]}人"),
        Column("kinds", "类别", 18),
        Column("situation", "情况", 22),
        Column("measure", "帮扶措施", 28),
        Column("responsible", "责任人", 9, Kind.WORD),
        Column("every_days", "联系频次", 9, Kind.INTEGER, unit="天/次"),
        Column("last_on", "最近走访", 11, Kind.DATE),
        Column("next_on", "下次走访", 11, Kind.DATE),
        NOTE,
        ROW_ID,
    ),
    note="含健康和困难情况，仅供经授权的人员使用，不得公示、转发。最近走访取该户最近一次入户；下次走访为约定的日期，没有约定的按联系频次推算。",
    frozen="full_name",
)

LEDGER = Ledger(
    "cared",
    N_("重点人员（关爱）台账"),
    N_("有特殊情况的人：类别、情况、帮扶措施、责任人、联系频次、最近和下次走访。只有获准查看特殊情况的人能用。"),
    (SHEET,),
    TAGS,
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"cared": cared(view)}


def cared(view: View) -> Iterator[Record]:
    for each in cared_for(view.scope):
        care = each.care
        yield {
            "dossier_no": each.household.dossier_no,
            "door": each.household.door_text,
            "full_name": view.name(each.person.full_name),
            "kinds": words(SpecialTag, each.person.special_tags),
            "situation": each.person.proof_note,
            "measure": care.measure if care else "",
            "responsible": care.responsible.display_name if care and care.responsible else "",
            "every_days": care.every_days if care else None,
            "last_on": each.last_on,
            "next_on": each.next_on,
            "note": care.note if care else "",
            "id": str(each.person.id),
        }
