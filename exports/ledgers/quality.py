"""数据质量问题台账: the work list as it stands, with what was accepted as it is and why.

The lines are those of `survey.services.quality`; nothing is looked for here a second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import select

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, local_day
from survey.domain.codes import Code
from survey.domain.matter import Matter
from survey.domain.message import N_, sentence
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.models import Building, Household, MatterNote, Project, db
from survey.services.matter import Sight, list_notes, sight_of
from survey.services.quality.listing import find_faults

CHUNK = 500

SHEET = Sheet(
    "quality",
    "数据质量问题",
    "数据质量问题台账",
    (
        SERIAL,
        Column("kind", "问题", 18, Kind.WORD, lambda sums: f"共{sums[COUNT_KEY]}行"),
        Column("matter", "事项", 8, Kind.INTEGER),
        DOSSIER,
        DOOR,
        Column("fault", "情况和处理办法", 52),
        Column("state", "处理", 10, Kind.WORD),
        Column("reason", "属实不改的理由", 30),
        Column("accepted_by", "认定人", 10, Kind.WORD),
        Column("accepted_on", "日期", 11, Kind.DATE),
        NOTE,
        ROW_ID,
    ),
    note="一件事涉及几户的，每户一行，“事项”号相同。改好的不在表里；认定属实的，数据有变化时重新列为待处理。",
    frozen="kind",
)

LEDGER = Ledger(
    "quality",
    N_("数据质量问题台账"),
    N_("互相矛盾、重复、缺号、合计不符的地方，各在哪一户；认定属实的写明理由。"),
    (SHEET,),
)


def records(view: View, _settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"quality": _lines(view)}


def _lines(view: View) -> Iterator[Record]:
    """The faults in the order of the work list, each household of a fault on a line of its own."""
    project = db.session.get_one(Project, view.project_id)
    notes = list_notes(project.id, QualityKind)
    sight = sight_of(view.actor, project.id) if view.actor is not None else Sight()
    found = (matter for kind in QualityKind for matter in find_faults(project, kind) if sight.shows(matter))
    number = 0
    while chunk := list(islice(found, CHUNK)):
        homes, buildings = _named(view, chunk)
        for matter in chunk:
            number += 1
            told = _told(matter, notes, project, view) | {"matter": number}
            if matter.building_id is not None:
                yield told | {"door": buildings.get(matter.building_id, ""), "id": str(matter.building_id)}
            for home in (homes[each] for each in matter.households if each in homes):
                yield told | {"dossier_no": home.dossier_no, "door": home.door_text, "id": str(home.id)}


def _told(matter: Matter, notes: Mapping[UUID, MatterNote], project: Project, view: View) -> dict[str, object]:
    """What a line says of a fault. Who reads masked names is not told the words of whoever accepted it: names stand in them."""
    note = notes.get(matter.id_in(project.id))
    params = {name: value.label if isinstance(value, Code) else value for name, value in matter.params.items()}
    told: dict[str, object] = {
        "kind": matter.kind.label, "fault": view.text(sentence(matter.code, **params)), "state": "待处理",
    }  # fmt: skip
    if note is not None and note.digest == matter.digest:
        told |= {"state": "属实，不改", "reason": "" if view.masked_names else view.text(note.text), "accepted_by": note.by.display_name,
                 "accepted_on": local_day(note.at)}  # fmt: skip
    return told


def _named(view: View, matters: list[Matter]) -> tuple[dict[UUID, Any], dict[UUID, str]]:
    """The households of some matters that the reader may see, and the names of their buildings."""
    ids = sorted({each for matter in matters for each in matter.households})
    homes: dict[UUID, Any] = {}
    for start in range(0, len(ids), CHUNK):
        query = select(Household.id, Household.dossier_no, Household.door_text).where(
            view.scope, Household.id.in_(ids[start : start + CHUNK])
        )
        homes |= {row.id: row for row in db.session.execute(query)}
    of = {matter.building_id for matter in matters if matter.building_id is not None}
    blocks = db.session.execute(select(Building.id, Building.no).where(Building.id.in_(of))) if of else ()
    return homes, {block: f"{no}号楼" for block, no in blocks}
