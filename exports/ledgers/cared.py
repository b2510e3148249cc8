"""重点人员（关爱）台账: the people whose situation asks for care, and what is done for them. Restricted as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL, TAGS
from exports.view import View, with_words, word, words
from survey.domain.codes import Sex, SpecialTag
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import PersonRow
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
        Column("situation", "情况", 24),
        Column("measure", "帮扶措施", 28),
        Column("responsible", "责任人", 9, Kind.WORD),
        Column("every_days", "联系频次", 9, Kind.INTEGER, unit="天/次"),
        Column("last_on", "最近走访", 11, Kind.DATE),
        Column("next_on", "下次走访", 11, Kind.DATE),
        Column("overdue", "逾期", 10, Kind.WORD),
        NOTE,
        ROW_ID,
    ),
    note="含健康和困难情况，仅供经授权的人员使用，不得公示、转发。最近走访取该户最近一次入户；下次走访为约定的日期，没有约定的按联系频次推算，已过的在“逾期”栏写明天数。"
    "情况取登记表：性别、年龄、是否常住、监护人和证明材料。",
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
    for each, told in with_words(view, cared_for(view.scope), lambda each: each.household.id):
        care = each.care
        yield {
            "dossier_no": each.household.dossier_no,
            "door": each.household.door_text,
            "full_name": view.name(each.person.full_name),
            "kinds": words(SpecialTag, each.person.special_tags),
            "situation": told(situation(each.person, view.today)),
            "measure": told(care.measure) if care else "",
            "responsible": care.responsible.display_name if care and care.responsible else "",
            "every_days": care.every_days if care else None,
            "last_on": each.last_on,
            "next_on": each.next_on,
            "overdue": view.overdue(each.next_on),
            "note": told(care.note) if care else "",
            "id": str(each.person.id),
        }


def situation(person: PersonRow, today: date) -> str:
    """How the person lives, as the sheet tells it: 女，83岁，常住；监护人张伟；证明材料：残疾证."""
    born, lives = person.birth_date, {True: "常住", False: "不在此居住"}
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day)) if born else None
    facts = [
        word(person.sex) if person.sex in (Sex.MALE, Sex.FEMALE) else "",
        f"{age}岁" if age is not None else "",
        lives.get(person.lives_here, "") if person.lives_here is not None else "",
    ]
    more = [
        "，".join(filter(None, facts)),
        f"监护人{person.guardian_name}" if person.guardian_name else "",
        f"证明材料：{person.proof_note}" if person.proof_note else "",
    ]
    return "；".join(filter(None, more))
