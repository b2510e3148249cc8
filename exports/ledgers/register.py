"""入户调查登记台账: one line a household, with its people, parts and fixtures on sheets of their own (by 户编号)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from exports.ledger import COUNT_KEY, Coded, Column, Kind, Ledger, Record, Sheet
from exports.ledgers.column import DOSSIER, NOTE, PLACE, ROW_ID, SERIAL, TAGS
from exports.view import Told, View, among, coded, grouped, in_order, joined, key, local_day, read, words, words_of
from survey.domain import codes
from survey.domain.household import HouseholdState
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import (
    Building,
    CertificateRow,
    DesiredLayoutRow,
    Door,
    FixtureRow,
    Household,
    PartRow,
    PersonRow,
    Signature,
    User,
    Visit,
    db,
)
from survey.models.base import uuid_of

HOUSEHOLDS = Sheet(
    "households",
    "登记台账",
    "入户调查登记台账",
    (
        SERIAL,
        replace(DOSSIER, total=lambda sums: f"共{sums[COUNT_KEY]}户"),
        *PLACE,
        Column("owners", "产权人", 13),
        Column("tenants", "承租人\n（公房）", 10),
        Column("id_no", "证件号", 20, Kind.CODE),
        Column("phone", "联系电话", 13, Kind.CODE),
        Column("tenure", "产权性质", 13, Kind.WORD, field="tenure_type", coded=True),
        Column("cert_no", "权证号", 32, Kind.CODE),
        Column("use_approved", "批准", 8, Kind.WORD, group="用途", coded=True),
        Column("use_actual", "实际", 8, Kind.WORD, group="用途", coded=True),
        Column("structure", "结构", 12, Kind.WORD, coded=True),
        Column("build_year", "建成\n年份", 6, Kind.INTEGER),
        Column("area_cert_m2", "证载", 10, Kind.AREA, True, "建筑面积（㎡）"),
        Column("area_meas_m2", "实测", 10, Kind.AREA, True, "建筑面积（㎡）"),
        Column("area_unreg_m2", "未登记", 9, Kind.AREA, True, "建筑面积（㎡）"),
        Column("layout", "户型", 11, Kind.WORD),
        Column("decoration", "装修", 6, Kind.WORD, field="decoration", coded=True),
        Column("lease", "居住状况", 8, Kind.WORD, field="lease_status", coded=True),
        Column("hukou_count", "户籍", 6, Kind.INTEGER, True, "人口"),
        Column("living_count", "常住", 6, Kind.INTEGER, True, "人口"),
        Column("special", "特殊人群", 16, permission=TAGS),
        Column("mortgage", "抵押", 5, Kind.WORD, group="权利限制", field="mortgage", coded=True),
        Column("seizure", "查封", 5, Kind.WORD, group="权利限制", field="seizure", coded=True),
        Column("rented", "租赁", 5, Kind.WORD, group="权利限制"),
        Column("will", "改造意愿", 9, Kind.WORD, group="意愿", field="renewal_will", coded=True),
        Column("comp_mode", "安置方式", 9, Kind.WORD, group="意愿", field="comp_mode", coded=True),
        Column("wanted", "意向户型", 20, group="意愿"),
        Column("claims", "主要诉求", 22, group="意愿"),
        Column("visit_count", "入户\n次数", 5, Kind.INTEGER, True, "调查"),
        Column("survey_state", "调查状态", 8, Kind.WORD, group="调查"),
        Column("surveyors", "调查员", 14, Kind.WORD, group="调查"),
        Column("surveyed_on", "调查日期", 11, Kind.DATE, group="调查"),
        Column("signed", "签字情况", 9, Kind.WORD, group="调查"),
        Column("review_state", "审核状态", 9, Kind.WORD, group="调查"),
        replace(NOTE, field="note"),
        ROW_ID,
    ),
    note="一户一行，按户档案统计；一户多套（打通）的，房号列出全部房号；多个权利人的证件号、电话以分号隔开。"
    "公房的证件号、电话为承租人的，产权人按登记表所写。证载、实测、未登记面积为各房屋部位之和；面积、人口空白的为还没有查明，不计入合计。",
    frozen="room_no",
)

PEOPLE = Sheet(
    "people",
    "家庭成员",
    "家庭成员明细表",
    (
        SERIAL,
        DOSSIER,
        *PLACE,
        Column("full_name", "姓名", 12, field="full_name"),
        Column("roles", "身份", 14, Kind.WORD, field="roles"),
        Column("relation", "与户主关系", 10, Kind.WORD, field="relation", coded=True),
        Column("sex", "性别", 5, Kind.WORD, field="sex", coded=True),
        Column("birth_date", "出生日期", 11, Kind.DATE, field="birth_date"),
        Column("ethnicity", "民族", 8, Kind.WORD, field="ethnicity", coded=True),
        Column("id_type", "证件类型", 12, Kind.WORD, field="id_type", coded=True),
        Column("id_no", "证件号码", 20, Kind.CODE, field="id_no"),
        Column("phone", "联系电话", 13, Kind.CODE, field="phone"),
        Column("share", "产权份额", 8, Kind.CODE, field="share_num"),
        Column("hukou", "户籍\n在册", 6, Kind.INTEGER, True, "人口", field="hukou_here"),
        Column("living", "常住", 6, Kind.INTEGER, True, "人口", field="lives_here"),
        Column("special", "特殊情况", 18, permission=TAGS, field="special_tags"),
        NOTE,
        ROW_ID,
    ),
    note="户籍在册、常住两列为1的计入人数，合计与登记台账一致。",
    frozen="full_name",
    rows="persons",
)

PARTS = Sheet(
    "parts",
    "房屋部位",
    "房屋部位明细表",
    (
        SERIAL,
        DOSSIER,
        *PLACE,
        Column("kind", "部位", 10, Kind.WORD, field="kind", coded=True),
        Column("legality", "合法性", 10, Kind.WORD, field="legality", coded=True),
        Column("cert_no", "权证号", 32, Kind.CODE, field="part_cert_no"),
        Column("area_cert_m2", "建筑面积", 10, Kind.AREA, True, "证载（㎡）", field="area_cert_m2"),
        Column("area_cert_inner_m2", "套内面积", 10, Kind.AREA, True, "证载（㎡）", field="area_cert_inner_m2"),
        Column("area_meas_m2", "建筑面积", 10, Kind.AREA, True, "实测（㎡）", field="area_meas_m2"),
        Column("area_meas_inner_m2", "套内面积", 10, Kind.AREA, True, "实测（㎡）", field="area_meas_inner_m2"),
        Column("balcony_m2", "其中阳台", 9, Kind.AREA, True, unit="㎡", field="balcony_m2"),
        Column("area_unreg_m2", "未登记面积", 10, Kind.AREA, True, unit="㎡", field="area_unreg_m2"),
        Column("use_approved", "批准", 10, Kind.WORD, group="用途", field="use_approved", coded=True),
        Column("use_actual", "实际", 10, Kind.WORD, group="用途", field="use_actual", coded=True),
        Column("structure", "结构", 15, Kind.WORD, field="structure", coded=True),
        Column("build_year", "建成年份", 8, Kind.INTEGER, field="build_year"),
        replace(NOTE, field="part_note"),
        ROW_ID,
    ),
    frozen="room_no",
    rows="parts",
)

FIXTURES = Sheet(
    "fixtures",
    "附属物",
    "附属物明细表",
    (
        SERIAL,
        DOSSIER,
        *PLACE,
        Column("kind", "附属物（计量单位）", 22, field="fixture_kind", coded=True),
        Column("quantity", "数量", 10, Kind.AREA, field="quantity"),
        replace(NOTE, field="fixture_note"),
        ROW_ID,
    ),
    paper="A4",
    frozen="room_no",
    rows="fixtures",
)

LEDGER = Ledger(
    "register",
    N_("入户调查登记台账"),
    N_("一户一行的调查登记结果，附家庭成员、房屋部位、附属物明细，以户编号相互对应。"),
    (HOUSEHOLDS, PEOPLE, PARTS, FIXTURES),
    counted_in="户、人、㎡",
)

_S = HouseholdState
STATES: dict[HouseholdState, tuple[str, str]] = {
    _S.UNVISITED: ("未入户", ""),
    _S.IN_PROGRESS: ("进行中", ""),
    _S.SUBMITTED: ("已提交", "待组审"),
    _S.GROUP_RETURNED: ("已退回", "组审退回"),
    _S.GROUP_PASSED: ("已提交", "组审通过"),
    _S.OFFICE_RETURNED: ("已退回", "项目办退回"),
    _S.APPROVED: ("已提交", "项目办通过"),
    _S.CONFIRMED: ("已确认", "项目办通过"),
    _S.FINAL: ("已定稿", "项目办通过"),
}
"""State of a dossier -> 调查状态 and 审核状态."""


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    """The rows of each sheet, read when they are asked for."""
    return {sheet.key: chain.from_iterable(rows for _key, rows in _runs(view, (sheet.key,))) for sheet in LEDGER.sheets}


def together(view: View) -> Iterator[tuple[str, Iterable[Record]]]:
    """The rows of all sheets in turns, a thousand households at a time: what is sorted, read and opened once serves all."""
    return _runs(view, tuple(ROWS))


def _runs(view: View, sheets: Collection[str]) -> Iterator[tuple[str, Iterable[Record]]]:
    for keys in in_order(view):
        batch = _Batch(keys, view)
        for sheet in sheets:
            yield sheet, ROWS[sheet](view, batch)


def rows_of(view: View, household_ids: Collection[UUID]) -> Iterator[tuple[str, Record]]:
    """The rows of all sheets that tell of some households, each with the key of its sheet."""
    keys = [found for (found,) in read(select(key(Household.id)).where(Household.id.in_(household_ids), view.scope))]
    batch = _Batch(keys, view)
    return ((sheet, record) for sheet, rows in ROWS.items() for record in rows(view, batch))


def count_rows(view: View) -> int:
    """How many rows the sheets have together."""
    lists = (PersonRow, PartRow, FixtureRow)
    queries = (
        select(func.count()).select_from(Household).where(view.scope),
        *(select(func.count()).select_from(each).join(Household).where(view.scope) for each in lists),
    )
    return sum(db.session.scalar(query) or 0 for query in queries)


def row_mark(household: UUID | bytes, version: int) -> str:
    """What an edited ledger finds its row by: the household and the version of its sheet; for a row of a list with its uid."""
    return f"{uuid_of(household)}#{version}"


# --- what is read -------------------------------------------------------------------------------------------------


def _of(model: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """Of some households: their keys, and these columns."""
    return select(key(model.household_id), *columns).where(among(model.household_id))


def _list(model: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    return _of(model, key(model.id).label("id"), model.uid, *columns).order_by(model.position)


def _last_visits() -> Select[*tuple[Any, ...]]:
    """Who made the last visit."""
    first, second = User.__table__.alias("first"), User.__table__.alias("second")
    newest = (
        select(Visit.household_id, func.max(Visit.visit_no).label("visit_no"))
        .where(among(Visit.household_id))
        .group_by(Visit.household_id)
        .subquery()
    )
    return (
        select(key(Visit.household_id), first.c.display_name, second.c.display_name.label("second_name"))
        .join(newest, (newest.c.household_id == Visit.household_id) & (newest.c.visit_no == Visit.visit_no))
        .join(first, first.c.id == Visit.surveyor_1_id)
        .join(second, second.c.id == Visit.surveyor_2_id)
    )


_h, _p, _b, _f, _l, _s = Household, PersonRow, PartRow, FixtureRow, DesiredLayoutRow, Signature
HOUSEHOLD_ROWS = (
    select(
        key(_h.id).label("id"), _h.dossier_no, _h.door_text, Building.no.label("building_no"), _h.unit_no, _h.owner_names, _h.tenure_type,
        _h.area_cert_m2, _h.area_meas_m2, _h.area_unreg_m2, _h.rooms, _h.halls, _h.kitchens, _h.baths, _h.decoration,
        _h.lease_status, _h.hukou_count, _h.living_count, _h.special_count, _h.mortgage, _h.seizure, _h.renewal_will,
        _h.comp_mode, _h.will_reason, _h.will_text, _h.visit_count, _h.last_visit_at, _h.state, _h.sheet_version, _h.note,
    )
    .join(Building, Building.id == _h.building_id)
    .where(among(_h.id))
)  # fmt: skip
LISTS = {
    "doors": _of(Door, Door.room_no).order_by(Door.sort),
    "persons": _list(
        _p, _p.is_owner, _p.full_name, _p.roles, _p.relation, _p.sex, _p.birth_date, _p.ethnicity, _p.id_type,
        _p.id_no_sealed, _p.phone_sealed, _p.share_num, _p.share_den, _p.hukou_here, _p.lives_here, _p.special_tags,
        _p.deceased, _p.heir_note,
    ),
    "parts": _list(
        _b, _b.kind, _b.legality, _b.part_cert_no, _b.area_cert_m2, _b.area_cert_inner_m2, _b.area_meas_m2,
        _b.area_meas_inner_m2, _b.balcony_m2, _b.area_unreg_m2, _b.use_approved, _b.use_actual, _b.structure,
        _b.build_year, _b.part_note,
    ),
    "fixtures": _list(_f, _f.fixture_kind, _f.quantity, _f.fixture_note),
    "certificates": _of(CertificateRow, CertificateRow.cert_no).order_by(CertificateRow.position),
    "layouts": _of(_l, _l.layout, _l.area_band, _l.layout_count).order_by(_l.position),
    "visits": _last_visits(),
    "signatures": _of(_s, _s.sheet_version, _s.signer_role, _s.refused).order_by(_s.signed_at),
}  # fmt: skip
"""What belongs to households, by its name. Made once: to write a statement anew costs as much as to carry it out."""


class _Batch:
    """What the sheets tell of some households: each kind of row is read once, when a sheet first asks for it.

    keys  of the households, in stairwell order
    """

    def __init__(self, keys: Sequence[Any], view: View) -> None:
        self.keys = keys
        self._view = view
        self._lists: dict[str, dict[Any, list[Any]]] = {}
        self._numbers: dict[Any, tuple[str, str]] = {}

    def lists(self, name: str) -> dict[Any, list[Any]]:
        """Rows of one of LISTS by the household's key, in the order of the sheet."""
        if name not in self._lists:
            self._lists[name] = grouped(read(LISTS[name], self.keys))
        return self._lists[name]

    def numbers(self, person: Any) -> tuple[str, str]:
        """证件号 and 电话 of a row of persons: an owner's stand on two sheets, and are opened once."""
        found = self._numbers.get(person.id)
        if found is None:
            found = self._view.id_no(person.id, person.id_no_sealed), self._view.phone(person.id, person.phone_sealed)
            if person.is_owner:
                self._numbers[person.id] = found
        return found

    @cached_property
    def words(self) -> dict[Any, Told]:
        """How the reader sees texts about each household."""
        ids = {each: uuid_of(each) for each in self.keys}
        told = words_of(self._view, ids.values())
        return {each: told[household] for each, household in ids.items()}

    @cached_property
    def households(self) -> dict[Any, Any]:
        return {row.id: row for row in read(HOUSEHOLD_ROWS, self.keys)}

    @cached_property
    def places(self) -> dict[Any, dict[str, object]]:
        """What every line begins with."""
        doors = self.lists("doors")
        return {
            each: {
                "dossier_no": row.dossier_no,
                "building_no": row.building_no,
                "unit_no": row.unit_no,
                "room_no": "、".join([door.room_no for door in doors.get(each, ())]) or _room_of(row),
                "id": row_mark(each, row.sheet_version),
            }
            for each, row in self.households.items()
        }


def _room_of(row: Any) -> str:
    """The room of a household to which no door belongs: the second one behind a door (3-2-501 -> 501)."""
    stairwell = "-".join(part for part in (row.building_no, row.unit_no) if part)
    return str(row.door_text).removeprefix(f"{stairwell}-")


# --- households ---------------------------------------------------------------------------------------------------


def households(view: View, batch: _Batch) -> Iterator[Record]:
    around = [batch.lists(name) for name in ("persons", "certificates", "parts", "layouts", "visits", "signatures")]
    for each in batch.keys:
        lists = (found.get(each, ()) for found in around)
        yield {**batch.places[each], **_household(batch.households[each], view, batch, *lists)}


def _household(
    row: Any,
    view: View,
    batch: _Batch,
    persons: Sequence[Any],
    certificates: Sequence[Any],
    part_rows: Sequence[Any],
    layouts: Sequence[Any],
    visits: Sequence[Any],
    signatures: Sequence[Any],
) -> Record:
    told = batch.words[row.id]
    owners = [person for person in persons if person.is_owner]
    is_let = row.tenure_type in codes.PUBLIC_RENTAL
    tenants = [person for person in persons if is_let and codes.PersonRole.TENANT in person.roles]
    holders = [batch.numbers(person) for person in owners or tenants]
    main = next((part for part in part_rows if part.kind is codes.PartKind.MAIN), part_rows[0] if part_rows else None)
    survey_state, review_state = STATES[row.state]
    tags = {tag for person in persons for tag in person.special_tags}
    return {
        "owners": view.name(row.owner_names),
        "tenants": view.name("、".join([person.full_name for person in tenants])),
        "id_no": joined([id_no for id_no, _phone in holders]),
        "phone": joined([phone for _id_no, phone in holders]),
        "tenure": coded(row.tenure_type),
        "cert_no": joined([view.cert_no(certificate.cert_no) for certificate in certificates]),
        "use_approved": coded(main.use_approved) if main else "",
        "use_actual": coded(main.use_actual) if main else "",
        "structure": coded(main.structure) if main else "",
        "build_year": main.build_year if main else None,
        "area_cert_m2": _known(row.area_cert_m2, [part.area_cert_m2 for part in part_rows]),
        "area_meas_m2": _known(row.area_meas_m2, [part.area_meas_m2 for part in part_rows]),
        "area_unreg_m2": _known(row.area_unreg_m2, [part.area_unreg_m2 for part in part_rows]),
        "layout": layout_text(row),
        "decoration": coded(row.decoration),
        "lease": coded(row.lease_status),
        "hukou_count": _known(row.hukou_count, [person.hukou_here for person in persons]),
        "living_count": _known(row.living_count, [person.lives_here for person in persons]),
        "special": words(codes.SpecialTag, tags),
        "mortgage": coded(row.mortgage),
        "seizure": coded(row.seizure),
        "rented": _rented(row.lease_status),
        "will": coded(row.renewal_will),
        "comp_mode": coded(row.comp_mode),
        "wanted": told(joined([_wanted(each) for each in layouts])),
        "claims": joined([words(codes.WillReason, row.will_reason), told(row.will_text)]),
        "visit_count": row.visit_count,
        "survey_state": survey_state,
        "surveyors": "、".join(visits[0][1:]) if visits else "",
        "surveyed_on": local_day(row.last_visit_at),
        "signed": signed_text(signatures, row.sheet_version),
        "review_state": review_state,
        "note": told(row.note),
    }


def _known(total: Any, answers: Sequence[Any]) -> Any:
    """A household's sum; None where nobody has answered yet, which is not the same as nothing."""
    return total if total or any(answer is not None for answer in answers) else None


def layout_text(row: Any) -> str:
    """3室1厅1厨1卫, as far as it is known."""
    counted = ((row.rooms, "室"), (row.halls, "厅"), (row.kitchens, "厨"), (row.baths, "卫"))
    return "".join(f"{count}{name}" for count, name in counted if count is not None)


def _rented(lease: codes.Lease | None) -> str:
    if lease is None:
        return ""
    return "有" if lease in (codes.Lease.RENTED, codes.Lease.PUBLIC_TENANCY) else "无"


def _wanted(layout: Any) -> str:
    text = " ".join(part for part in (layout.layout, layout.area_band) if part)
    return f"{text}×{layout.layout_count}" if layout.layout_count else str(text)


def signed_text(signatures: Iterable[Any], version: int) -> str:
    """已签字, 拒签, 需重签 (an older version was signed) or 未签字, by whom the household answers for itself."""
    theirs = [each for each in signatures if each.signer_role in (codes.SignerRole.RESPONDENT, codes.SignerRole.AGENT)]
    if not theirs:
        return "未签字"
    last = theirs[-1]
    if last.sheet_version != version:
        return "需重签"
    return "拒签" if last.refused else "已签字"


# --- child sheets -------------------------------------------------------------------------------------------------


def _children(batch: _Batch, lists: dict[Any, list[Any]]) -> Iterator[tuple[Any, dict[str, object]]]:
    """The rows of a list in stairwell order, each with what every line begins with; its mark has the row's uid too."""
    if not lists:
        return
    for each in batch.keys:
        if each in lists:
            place = batch.places[each]
            for row in lists[each]:
                yield row, {**place, "id": f"{place['id']}#{row.uid}"}


def people(view: View, batch: _Batch) -> Iterator[Record]:
    for row, place in _children(batch, batch.lists("persons")):
        id_no, phone = batch.numbers(row)
        yield {
            **place,
            "full_name": view.name(row.full_name),
            "roles": words(codes.PersonRole, row.roles),
            "relation": coded(row.relation),
            "sex": coded(row.sex) if row.sex in (codes.Sex.MALE, codes.Sex.FEMALE) else "",
            "birth_date": None if view.masked_names else row.birth_date,
            "ethnicity": _ethnicity(row.ethnicity) or view.text(row.ethnicity),
            "id_type": coded(row.id_type),
            "id_no": id_no,
            "phone": phone,
            "share": f"{row.share_num}/{row.share_den}" if row.share_num and row.share_den else "",
            "hukou": 1 if row.hukou_here else None,
            "living": 1 if row.lives_here else None,
            "special": words(codes.SpecialTag, row.special_tags),
            "note": joined(["已故" if row.deceased else "", batch.words[row[0]](row.heir_note)]),
        }


@lru_cache(maxsize=128)
def _ethnicity(code: str) -> Coded | None:
    """The word of a known code; None for what somebody wrote instead."""
    return Coded(code, codes.ETHNICITIES[code]) if code in codes.ETHNICITIES else None


def parts(view: View, batch: _Batch) -> Iterator[Record]:
    for row, place in _children(batch, batch.lists("parts")):
        yield {
            **place,
            "kind": coded(row.kind),
            "legality": coded(row.legality),
            "cert_no": view.cert_no(row.part_cert_no),
            "area_cert_m2": row.area_cert_m2,
            "area_cert_inner_m2": row.area_cert_inner_m2,
            "area_meas_m2": row.area_meas_m2,
            "area_meas_inner_m2": row.area_meas_inner_m2,
            "balcony_m2": row.balcony_m2,
            "area_unreg_m2": row.area_unreg_m2,
            "use_approved": coded(row.use_approved),
            "use_actual": coded(row.use_actual),
            "structure": coded(row.structure),
            "build_year": row.build_year,
            "note": batch.words[row[0]](row.part_note),
        }


def fixtures(_view: View, batch: _Batch) -> Iterator[Record]:
    for row, place in _children(batch, batch.lists("fixtures")):
        yield {
            **place,
            "kind": coded(row.fixture_kind),
            "quantity": row.quantity,
            "note": batch.words[row[0]](row.fixture_note),
        }


ROWS: dict[str, Callable[[View, _Batch], Iterator[Record]]] = {
    HOUSEHOLDS.key: households,
    PEOPLE.key: people,
    PARTS.key: parts,
    FIXTURES.key: fixtures,
}
