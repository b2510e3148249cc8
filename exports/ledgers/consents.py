"""意愿征询统计表: each round counted by households and by area, in integers and fractions only.

A household's word follows from its owners' records (民法典 art 301) and stands in `standing`; here it is only counted.
The threshold is the round's own setting: it is compared, never interpreted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from exports.ledger import Column, Kind, Ledger, Record, Sheet, share
from exports.ledgers.building_summary import counted_area
from exports.view import View, local_day, stream
from survey.domain.coownership import HouseholdChoice
from survey.domain.settings import ProjectSettings
from survey.models import Building, Household, Round, Standing, db
from survey.models.base import AreaM2

C = HouseholdChoice
PARTICIPATING = (C.AGREE, C.DISAGREE, C.CONDITIONAL, C.ABSTAIN)
"""What counts as taking part: 弃权 does, a household whose owners have not all spoken does not yet."""

ROUNDS = Sheet(
    "rounds",
    "征询统计",
    "意愿征询统计表",
    (
        Column("serial", "序号", 5, Kind.SERIAL),
        Column("title", "轮次", 20),
        Column("kind", "类型", 14, Kind.WORD),
        Column("opened_on", "开始日期", 11, Kind.DATE),
        Column("closed_on", "截止日期", 11, Kind.DATE),
        Column("total", "户数", 8, Kind.INTEGER, group="征询范围"),
        Column("total_m2", "面积（㎡）", 12, Kind.AREA, group="征询范围"),
        Column("part", "户数", 8, Kind.INTEGER, group="参与"),
        Column("part_share", "户数占比", 9, Kind.SHARE, group="参与"),
        Column("part_m2", "面积（㎡）", 12, Kind.AREA, group="参与"),
        Column("part_area_share", "面积占比", 9, Kind.SHARE, group="参与"),
        Column("agree", "户数", 7, Kind.INTEGER, group="同意"),
        Column("agree_m2", "面积（㎡）", 12, Kind.AREA, group="同意"),
        Column("conditional", "户数", 7, Kind.INTEGER, group="有条件同意"),
        Column("conditional_m2", "面积（㎡）", 11, Kind.AREA, group="有条件同意"),
        Column("disagree", "户数", 7, Kind.INTEGER, group="不同意"),
        Column("disagree_m2", "面积（㎡）", 11, Kind.AREA, group="不同意"),
        Column("abstain", "户数", 7, Kind.INTEGER, group="弃权"),
        Column("abstain_m2", "面积（㎡）", 11, Kind.AREA, group="弃权"),
        Column("silent", "户数", 7, Kind.INTEGER, group="未表态（含未齐）"),
        Column("silent_m2", "面积（㎡）", 11, Kind.AREA, group="未表态（含未齐）"),
        Column("agree_share", "户数", 9, Kind.SHARE, group="同意占参与"),
        Column("agree_area_share", "面积", 9, Kind.SHARE, group="同意占参与"),
        Column("threshold", "阈值", 7, Kind.CODE, group="比较"),
        Column("by_count", "户数\n是否达到", 9, Kind.WORD, group="比较"),
        Column("by_area", "面积\n是否达到", 9, Kind.WORD, group="比较"),
        Column("teller", "计票人", 9, group="计票"),
        Column("overseer", "监票人", 9, group="计票"),
        Column("note", "备注", 12),
        Column("id", "行标识（请勿修改）", 36, Kind.CODE, hidden=True),
    ),
    note="参与＝同意＋有条件同意＋不同意＋弃权；弃权计入参与，不计入同意；有条件同意不计入同意。面积取证载面积，没有证载面积的取实测面积。"
    "阈值由项目办按适用的规定设定，以参与户（面积）为分母，“以上”含本数；本表只作比较，不代替依法认定。",
    frozen="title",
)

HOUSEHOLDS = Sheet(
    "standings",
    "分户表态",
    "意愿征询分户表态明细表",
    (
        Column("serial", "序号", 5, Kind.SERIAL),
        Column("round", "轮次", 20),
        Column("dossier_no", "户编号", 15, Kind.CODE),
        Column("building_no", "楼栋", 7, Kind.CODE),
        Column("door", "门牌", 12, Kind.CODE),
        Column("owners", "权利人", 16),
        Column("choice", "本户表态", 14, Kind.WORD),
        Column("counted", "计入户数", 8, Kind.INTEGER, True),
        Column("area_m2", "面积", 12, Kind.AREA, True, unit="㎡"),
        Column("note", "备注", 16),
        Column("id", "行标识（请勿修改）", 36, Kind.CODE, hidden=True),
    ),
    paper="A4",
    note="按轮次、楼栋、单元、楼层排列；尚无任何表态记录的户不列。多个权利人的，本户表态按共有规则由各权利人的表态得出。",
    frozen="door",
)

LEDGER = Ledger(
    "consents",
    "意愿征询统计表",
    "各征询轮次按户数和面积统计的参与、同意、不同意、有条件同意、弃权及占比，附分户表态明细。",
    (ROUNDS, HOUSEHOLDS),
)


@dataclass(slots=True)
class Count:
    """Households and their area."""

    households: int = 0
    area_m2: Decimal = Decimal("0.00")

    def add(self, households: int, area_m2: Decimal) -> None:
        self.households += households
        self.area_m2 += area_m2


@dataclass(slots=True)
class RoundCount:
    """One round counted. Everything outside `by_choice` follows from it and the total."""

    total: Count
    by_choice: dict[HouseholdChoice, Count] = field(default_factory=lambda: {choice: Count() for choice in C})

    @property
    def participating(self) -> Count:
        whole = Count()
        for choice in PARTICIPATING:
            whole.add(self.by_choice[choice].households, self.by_choice[choice].area_m2)
        return whole

    @property
    def silent(self) -> Count:
        taking = self.participating
        return Count(self.total.households - taking.households, self.total.area_m2 - taking.area_m2)


def reaches(part: int | Decimal, whole: int | Decimal, threshold: Fraction | None) -> str:
    """是, 否, or "" where there is no threshold or nobody took part.

    Rule: 民法典 art 1259, in force 2021-01-01. "以上" includes the number itself.
    """
    reached = share(part, whole)
    if threshold is None or reached is None:
        return ""
    return "是" if reached >= threshold else "否"


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"rounds": rounds(view), "standings": standings(view)}


def count_rounds(view: View) -> list[tuple[Round, RoundCount]]:
    """Every round of the project with its count over the households that the reader sees."""
    area = func.coalesce(func.sum(counted_area(), type_=AreaM2()), 0, type_=AreaM2())
    total = db.session.execute(select(func.count(Household.id), area).where(view.scope)).one()
    found = list(
        db.session.scalars(select(Round).where(Round.project_id == view.project_id).order_by(Round.opened_at, Round.id))
    )
    counts = {each.id: RoundCount(Count(total[0], Decimal(total[1]))) for each in found}
    said = db.session.execute(
        select(Standing.round_id, Standing.choice, func.count(), area)
        .join(Household, Household.id == Standing.household_id)
        .where(view.scope, Standing.round_id.in_(list(counts)))
        .group_by(Standing.round_id, Standing.choice)
    )
    for round_id, choice, households, area_m2 in said:
        counts[round_id].by_choice[C(choice)].add(households, Decimal(area_m2))
    return [(each, counts[each.id]) for each in found]


def rounds(view: View) -> Iterator[Record]:
    for row, count in count_rounds(view):
        taking, agree = count.participating, count.by_choice[C.AGREE]
        threshold = Fraction(row.threshold_num, row.threshold_den) if row.threshold_num and row.threshold_den else None
        yield {
            "title": row.title,
            "kind": row.kind.label,
            "opened_on": local_day(row.opened_at),
            "closed_on": local_day(row.closed_at),
            "total": count.total.households,
            "total_m2": count.total.area_m2,
            "part": taking.households,
            "part_share": share(taking.households, count.total.households),
            "part_m2": taking.area_m2,
            "part_area_share": share(taking.area_m2, count.total.area_m2),
            **_pair("agree", agree),
            **_pair("conditional", count.by_choice[C.CONDITIONAL]),
            **_pair("disagree", count.by_choice[C.DISAGREE]),
            **_pair("abstain", count.by_choice[C.ABSTAIN]),
            **_pair("silent", count.silent),
            "agree_share": share(agree.households, taking.households),
            "agree_area_share": share(agree.area_m2, taking.area_m2),
            "threshold": f"{row.threshold_num}/{row.threshold_den}" if threshold is not None else "",
            "by_count": reaches(agree.households, taking.households, threshold),
            "by_area": reaches(agree.area_m2, taking.area_m2, threshold),
            "note": "" if row.closed_at else "征询中",
            "id": str(row.id),
        }


def _pair(name: str, count: Count) -> dict[str, object]:
    return {name: count.households, f"{name}_m2": count.area_m2}


def standings(view: View) -> Iterator[Record]:
    titles: dict[UUID, Any] = dict(
        db.session.execute(select(Round.id, Round.title).where(Round.project_id == view.project_id)).all()
    )
    h = Household
    query = (
        select(
            Standing.round_id, Standing.choice, h.id, h.dossier_no, h.door_text, h.owner_names,
            counted_area().label("area_m2"), Building.no,
        )
        .join(h, h.id == Standing.household_id)
        .join(Building, Building.id == h.building_id)
        .join(Round, Round.id == Standing.round_id)
        .where(view.scope, Round.project_id == view.project_id, Standing.choice != C.NONE.value)
        .order_by(Round.opened_at, Round.id, h.door_sort, h.id)
    )  # fmt: skip
    for row in stream(query):
        yield {
            "round": titles[row.round_id],
            "dossier_no": row.dossier_no,
            "building_no": row.no,
            "door": row.door_text,
            "owners": view.name(row.owner_names),
            "choice": C(row.choice).label,
            "counted": 1,
            "area_m2": Decimal(row.area_m2),
            "note": "",
            "id": str(row.id),
        }
