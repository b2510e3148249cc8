"""面积、产权争议台账: where certificate and measurement are far apart, where the title is not settled, and who complains.

Nothing is entered here: the lines follow from the sheets and from the requests, so that no dispute is kept twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select

from exports.ledger import COUNT_KEY, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import Told, View, batches, joined, local_day, stream, with_words, word, words_of
from survey.domain.check import areas_differ
from survey.domain.codes import RequestKind, TitleStatus, TriState
from survey.domain.matter import Matter
from survey.domain.message import N_
from survey.domain.quality import QualityKind
from survey.domain.settings import ProjectSettings
from survey.domain.sheet import from_pairs
from survey.models import Household, MatterNote, PartRow, Project, Request, SheetRow, db
from survey.services.matter import list_notes
from survey.services.quality.listing import find_faults

CHUNK = 200
UNSETTLED = (
    TitleStatus.INHERITED, TitleStatus.SOLD_UNREGISTERED, TitleStatus.DIVORCED, TitleStatus.DISPUTED,
)  # fmt: skip
"""权属状况 under which more than one may claim the home."""

SHEET = Sheet(
    "disputes",
    "争议台账",
    "面积、产权争议台账",
    (
        SERIAL,
        Column("number", "编号", 20, Kind.CODE),
        DOSSIER,
        DOOR,
        Column("kind", "争议类型", 10, Kind.WORD, lambda sums: f"共{sums[COUNT_KEY]}件"),
        Column("parties", "当事人", 16),
        Column("claim", "主张", 36),
        Column("evidence", "证据", 30),
        Column("handling", "处理方式", 14),
        Column("conclusion", "结论", 30),
        Column("concluded_on", "日期", 11, Kind.DATE),
        NOTE,
        ROW_ID,
    ),
    note="面积争议：证载与实测相差超过项目设定的界限；产权争议：权属状况为继承、买卖、离婚未变更或有争议，或者登记有异议；"
    "诉求：关于面积认定和产权的诉求，处理方式和结论取自受理和答复。面积争议的说明取自登记表；在数据质量清单中认定属实的，结论和日期取自认定；其余留空填写。",
    frozen="kind",
)

LEDGER = Ledger(
    "disputes",
    N_("面积、产权争议台账"),
    N_("证载与实测面积相差过大、权属未定或有异议的户，以及关于面积和产权的诉求和答复。"),
    (SHEET,),
)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"disputes": chain(areas(view, settings), titles(view), asked(view))}


def _of_households(view: View, *columns: Any, where: ColumnElement[bool], source: Any = None) -> Iterator[Any]:
    h = Household
    query = select(h.id.label("household_id"), h.dossier_no, h.door_text, h.owner_names, *columns)
    if source is not None:
        query = query.join(source, source.household_id == h.id)
        query = query.order_by(h.door_sort, h.id, source.id)
    return stream(query.where(view.scope, where).order_by(h.door_sort, h.id))


def _line(view: View, row: Any, kind: str, number: str, row_id: object) -> dict[str, object]:
    return {
        "number": number,
        "dossier_no": row.dossier_no,
        "door": row.door_text,
        "kind": kind,
        "parties": view.name(row.owner_names),
        "id": str(row_id),
    }


def areas(view: View, settings: ProjectSettings) -> Iterator[Record]:
    """Each part whose certified and measured area differ by more than the project allows."""
    p = PartRow
    both = (p.area_cert_m2 > 0) & (p.area_meas_m2 > 0)
    numbers: Counter[str] = Counter()
    accepted = _accepted(view)
    rows = _of_households(view, p.id, p.uid, p.kind, p.area_cert_m2, p.area_meas_m2, where=both, source=p)
    disputed = (
        row for row in rows
        if areas_differ(row.area_cert_m2, row.area_meas_m2, settings.area_diff_ratio, settings.area_diff_min_m2)
    )  # fmt: skip
    for batch in batches(disputed, CHUNK):
        homes = {row.household_id for row in batch}
        reasons, words = _reasons(homes), words_of(view, homes)
        for row in batch:
            numbers[row.dossier_no] += 1
            certified, measured = row.area_cert_m2, row.area_meas_m2
            reason = reasons.get((row.household_id, f"check.area_difference:{row.uid}"), "")
            yield {
                **_line(view, row, "面积争议", f"{row.dossier_no}-M{numbers[row.dossier_no]}", row.id),
                "claim": f"{word(row.kind) or '房屋'}实测比证载{'多' if measured > certified else '少'}"
                f"{abs(measured - certified)}㎡",
                "evidence": joined([f"证载 {certified}㎡，实测 {measured}㎡",
                                    f"说明：{words[row.household_id](reason)}" if reason else ""]),
                **_settled(accepted.get(row.id), view, words[row.household_id]),
            }  # fmt: skip


def _reasons(homes: set[UUID]) -> dict[tuple[UUID, str], str]:
    """(household, the warning's key) -> what its sheet says of the warning, as it stands."""
    query = (
        select(SheetRow)
        .join(Household, (Household.id == SheetRow.household_id) & (Household.sheet_version == SheetRow.version))
        .where(Household.id.in_(homes))
    )
    return {
        (row.household_id, reason.uid): reason.text
        for row in db.session.scalars(query)
        for reason in from_pairs(row.pairs).reasons
    }


def _accepted(view: View) -> dict[UUID, MatterNote]:
    """Part -> the note by which its difference was accepted as it is, where the areas are still those of the note."""
    project = db.session.get_one(Project, view.project_id)
    notes = list_notes(project.id, (QualityKind.AREA_OFF,))
    found: Iterable[Matter] = find_faults(project, QualityKind.AREA_OFF) if notes else ()
    known = {UUID(matter.key): (matter, notes.get(matter.id_in(project.id))) for matter in found}
    return {part: note for part, (matter, note) in known.items() if note is not None and note.digest == matter.digest}


def _settled(note: MatterNote | None, view: View, told: Told) -> dict[str, object]:
    """Who reads masked names is not told the words of whoever accepted it: names stand in them."""
    if note is None:
        return {}
    return {
        "handling": "核对属实",
        "conclusion": "" if view.masked_names else told(note.text),
        "concluded_on": local_day(note.at),
    }


def titles(view: View) -> Iterator[Record]:
    """Each household whose title is not settled, or against which an objection is registered."""
    h = Household
    open_ = or_(h.title_status.in_(UNSETTLED), h.objection == TriState.YES)
    rows = _of_households(view, h.title_status, h.objection, h.objection_detail, where=open_)
    for row, told in with_words(view, rows, lambda row: row.household_id):
        has_objection = row.objection is TriState.YES
        yield {
            **_line(view, row, "产权争议", f"{row.dossier_no}-Q", row.household_id),
            "claim": joined([word(row.title_status) if row.title_status in UNSETTLED else "",
                             "登记有异议" if has_objection else ""]),
            "evidence": told(row.objection_detail) if has_objection else "",
        }  # fmt: skip


def asked(view: View) -> Iterator[Record]:
    """Each request about the area or the title, with its answer."""
    r = Request
    about = r.kind.in_((RequestKind.AREA, RequestKind.TITLE))
    columns = (r.id, r.number, r.kind, r.content, r.person_name, r.accepted_on, r.reply, r.replied_on, r.reply_channel,
               r.closed_at)  # fmt: skip
    rows = _of_households(view, *columns, where=about, source=r)
    for row, told in with_words(view, rows, lambda row: row.household_id):
        yield {
            **_line(
                view, row, "面积争议" if row.kind is RequestKind.AREA else "产权争议", f"诉求{row.number}号", row.id
            ),
            "parties": view.name(row.person_name),
            "claim": told(row.content),
            "handling": _handled(row),
            "conclusion": told(row.reply),
            "concluded_on": row.replied_on,
        }


def _handled(row: Any) -> str:
    """How far a request is, and how it was answered: 电话答复，已办结."""
    if row.replied_on is None:
        return "已受理" if row.accepted_on is not None else "待受理"
    return f"{word(row.reply_channel)}答复" + ("，已办结" if row.closed_at is not None else "")
