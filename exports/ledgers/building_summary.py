"""分楼栋汇总表: one line a building, counted in the database; every figure adds up to the register."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, func, or_, select, true

from exports.ledger import Column, Kind, Ledger, Record, Sheet, rate, share
from exports.ledgers.column import NOTE, ROW_ID, SERIAL
from exports.view import View, stream
from survey.domain.codes import CompMode, Will
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Building, Door, Household, PartRow, Project, db
from survey.models.base import AreaM2
from survey.services.register import condition, read

SHEET = Sheet(
    "buildings",
    "分楼栋汇总",
    "入户调查分楼栋汇总表",
    (
        SERIAL,
        Column("building_no", "楼栋", 8, Kind.CODE),
        Column("doors", "房屋\n（套）", 8, Kind.INTEGER, True, "调查对象"),
        Column("owners", "权利人\n（人）", 8, Kind.INTEGER, True, "调查对象"),
        Column("due", "应调查\n（户）", 8, Kind.INTEGER, True, "调查进度", filters=()),
        Column("done", "已完成\n（户）", 8, Kind.INTEGER, True, "调查进度", filters=(("surveyed", "yes"),)),
        Column("done_share", "完成率", 9, Kind.SHARE, rate("done", "due"), "调查进度", bar=True),
        Column("unmet", "未遇\n（户）", 7, Kind.INTEGER, True, "调查进度", filters=(("unmet", "yes"),)),
        Column("refused", "拒访\n（户）", 7, Kind.INTEGER, True, "调查进度", filters=(("refused", "yes"),)),
        Column("vacant", "空置\n（户）", 7, Kind.INTEGER, True, "调查进度", filters=(("vacant", "yes"),)),
        Column("area_cert_m2", "证载", 12, Kind.AREA, True, "建筑面积（㎡）"),
        Column("area_meas_m2", "实测", 12, Kind.AREA, True, "建筑面积（㎡）"),
        Column("measured", "已测\n（户）", 7, Kind.INTEGER, True, "建筑面积（㎡）"),
        Column("area_unreg_m2", "未登记", 11, Kind.AREA, True, "建筑面积（㎡）"),
        Column("hukou_count", "户籍", 8, Kind.INTEGER, True, "人口（人）"),
        Column("living_count", "常住", 8, Kind.INTEGER, True, "人口（人）"),
        Column("agree", "同意\n（户）", 8, Kind.INTEGER, True, "改造意愿", filters=(("will", "agree"),)),
        Column("agree_share", "户数占比", 9, Kind.SHARE, rate("agree", "due"), "改造意愿", bar=True),
        Column("agree_area_m2", "同意面积\n（㎡）", 12, Kind.AREA, True, "改造意愿"),
        Column(
            "agree_area_share", "面积占比", 9, Kind.SHARE, rate("agree_area_m2", "counted_m2"), "改造意愿", bar=True
        ),
        Column("counted_m2", "计算面积\n（㎡）", 12, Kind.AREA, True, "改造意愿"),
        Column("money", "货币\n（户）", 7, Kind.INTEGER, True, "安置方式意愿", filters=(("comp_mode", "money"),)),
        Column("swap", "调换\n（户）", 7, Kind.INTEGER, True, "安置方式意愿", filters=(("comp_mode", "swap"),)),
        Column("other_mode", "其他\n（户）", 7, Kind.INTEGER, True, "安置方式意愿"),
        Column("undecided", "未定\n（户）", 7, Kind.INTEGER, True, "安置方式意愿"),
        NOTE,
        ROW_ID,
    ),
    note="实测只计已测的户，一户都没有测的留空。已完成指已提交且未被退回的户；未遇指上门后始终未见到被调查人的户，拒访指最近一次见面时拒绝调查的户；空置指登记为空置或最近一次入户结果为空置的户。"
    "计算面积取证载面积，没有证载面积的取实测面积。同意指摸底意愿为“同意”，占比的分母为应调查户和全部计算面积；"
    "安置方式中“其他”为货币加调换、房票和住房保障。",
    frozen="building_no",
    narrow=("building", "building_no"),
)

LEDGER = Ledger(
    "building-summary",
    N_("分楼栋汇总表"),
    N_("按楼栋汇总的户数、进度、面积、人口、改造意愿和安置方式，附合计。"),
    (SHEET,),
    counted_in="套、户、人、㎡",
)


def counted_area() -> ColumnElement[Any]:
    """The area that counts for a household: as certified, else as measured."""
    return case((Household.area_cert_m2 > 0, Household.area_cert_m2), else_=Household.area_meas_m2)


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"buildings": buildings(view)}


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((and_(true(), *conditions), 1), else_=0)), 0)


def _area(value: SQLColumnExpression[Any], condition: ColumnElement[bool] | None = None) -> ColumnElement[Any]:
    counted = value if condition is None else case((condition, value), else_=0)
    return func.coalesce(func.sum(counted, type_=AreaM2()), 0, type_=AreaM2())


def buildings(view: View) -> Iterator[Record]:
    h = Household
    reading = read(db.session.get_one(Project, view.project_id))
    doors = (
        select(Door.building_id, func.count().label("doors"))
        .join(h, h.id == Door.household_id)
        .where(view.scope)
        .group_by(Door.building_id)
        .subquery()
    )
    counts = [
        _count(*(condition(name, value, reading) for name, value in column.filters)).label(column.key)
        for column in SHEET.columns
        if column.filters is not None
    ]
    measured = h.id.in_(select(PartRow.household_id).where(PartRow.area_meas_m2.is_not(None)))
    undecided = or_(h.comp_mode.is_(None), h.comp_mode == CompMode.UNDECIDED)
    query = (
        select(
            Building.id,
            Building.no,
            func.coalesce(func.max(doors.c.doors), 0).label("doors"),
            func.coalesce(func.sum(h.owner_count), 0).label("owners"),
            *counts,
            _count(undecided).label("undecided"),
            _count(measured).label("measured"),
            _area(h.area_cert_m2).label("area_cert_m2"),
            _area(h.area_meas_m2).label("area_meas_m2"),
            _area(h.area_unreg_m2).label("area_unreg_m2"),
            _area(counted_area()).label("counted_m2"),
            func.coalesce(func.sum(h.hukou_count), 0).label("hukou_count"),
            func.coalesce(func.sum(h.living_count), 0).label("living_count"),
            _area(counted_area(), h.renewal_will == Will.AGREE).label("agree_area_m2"),
        )
        .join(Building, Building.id == h.building_id)
        .outerjoin(doors, doors.c.building_id == Building.id)
        .where(view.scope)
        .group_by(Building.id, Building.no, Building.sort)
        .order_by(Building.sort)
    )
    for row in stream(query):
        yield {
            **{key: row._mapping[key] for key in _COPIED},
            "id": str(row.id),
            "building_no": row.no,
            "area_meas_m2": row.area_meas_m2 if row.measured else None,
            "done_share": share(row.done, row.due),
            "agree_share": share(row.agree, row.due),
            "agree_area_share": share(row.agree_area_m2, row.counted_m2),
            "other_mode": row.due - row.money - row.swap - row.undecided,
        }


_COPIED = ("doors", "owners", "due", "done", "unmet", "refused", "vacant", "area_cert_m2", "measured",
           "area_unreg_m2", "counted_m2", "hukou_count", "living_count", "agree", "agree_area_m2", "money", "swap",
           "undecided")  # fmt: skip
