"""意愿征询统计表: each round counted by households and by area, in integers and fractions only.

A household's word follows from its owners' records (民法典 art 301) and stands in `standing`; here it is only counted.
The threshold is the round's own setting: it is compared, never interpreted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import ColumnElement, select

from exports.ledger import Column, Kind, Ledger, Record, Sheet, share
from exports.ledgers.column import DOOR, DOSSIER, NOTE, ROW_ID, SERIAL
from exports.view import View, local_day, stream
from survey.domain.access import Permission
from survey.domain.consent import reaches
from survey.domain.coownership import HouseholdChoice
from survey.domain.message import N_
from survey.domain.settings import ProjectSettings
from survey.models import Building, Household, Round, db
from survey.services.register import find_round_id
from survey.services.round import Count, overview, round_scope, standing_query

C = HouseholdChoice
PARTICIPATING = (C.AGREE, C.DISAGREE, C.CONDITIONAL, C.ABSTAIN)
"""What counts as taking part: 弃权 does, a household whose owners have not all spoken does not yet."""

ROUNDS = Sheet(
    "rounds",
    "征询统计",
    "意愿征询统计表",
    (
        SERIAL,
        Column("title", "轮次", 20),
        Column("kind", "类型", 14, Kind.WORD),
        Column("opened_on", "开始日期", 11, Kind.DATE),
        Column("closed_on", "截止日期", 11, Kind.DATE),
        Column("total", "户数", 8, Kind.INTEGER, group="征询范围", filters=()),
        Column("total_m2", "面积（㎡）", 12, Kind.AREA, group="征询范围"),
        Column("part", "户数", 8, Kind.INTEGER, group="参与"),
        Column("part_share", "户数占比", 9, Kind.SHARE, group="参与"),
        Column("part_m2", "面积（㎡）", 12, Kind.AREA, group="参与"),
        Column("part_area_share", "面积占比", 9, Kind.SHARE, group="参与"),
        Column("agree", "户数", 7, Kind.INTEGER, group="同意", filters=(("choice", "agree"),)),
        Column("agree_m2", "面积（㎡）", 12, Kind.AREA, group="同意"),
        Column("conditional", "户数", 7, Kind.INTEGER, group="有条件同意", filters=(("choice", "conditional"),)),
        Column("conditional_m2", "面积（㎡）", 11, Kind.AREA, group="有条件同意"),
        Column("disagree", "户数", 7, Kind.INTEGER, group="不同意", filters=(("choice", "disagree"),)),
        Column("disagree_m2", "面积（㎡）", 11, Kind.AREA, group="不同意"),
        Column("abstain", "户数", 7, Kind.INTEGER, group="弃权", filters=(("choice", "abstain"),)),
        Column("abstain_m2", "面积（㎡）", 11, Kind.AREA, group="弃权"),
        Column("silent", "户数", 7, Kind.INTEGER, group="未表态（含未齐）"),
        Column("silent_m2", "面积（㎡）", 11, Kind.AREA, group="未表态（含未齐）"),
        Column("threshold", "阈值", 7, Kind.CODE),
        Column("agree_share", "户数", 9, Kind.SHARE, group="同意占参与"),
        Column("by_count", "是否\n达到", 6, Kind.WORD, group="同意占参与"),
        Column("agree_area_share", "面积", 9, Kind.SHARE, group="同意占参与"),
        Column("by_area", "是否\n达到", 6, Kind.WORD, group="同意占参与"),
        Column("whole_share", "户数", 9, Kind.SHARE, group="同意占全部"),
        Column("whole_by_count", "是否\n达到", 6, Kind.WORD, group="同意占全部"),
        Column("whole_area_share", "面积", 9, Kind.SHARE, group="同意占全部"),
        Column("whole_by_area", "是否\n达到", 6, Kind.WORD, group="同意占全部"),
        Column("teller", "计票人", 9, group="计票"),
        Column("overseer", "监票人", 9, group="计票"),
        NOTE,
        ROW_ID,
    ),
    note="参与＝同意＋有条件同意＋不同意＋弃权；弃权计入参与，不计入同意；有条件同意不计入同意。面积取证载面积，没有证载面积的取实测面积；"
    "已结束的轮次按结束时的户数和面积。阈值由项目办按适用的规定设定，分母取参与还是全部从其规定，“以上”含本数；"
    "本表只作比较，不代替依法认定。计票人、监票人留空，计票时签名。",
    frozen="title",
    leads="is_current",
)

HOUSEHOLDS = Sheet(
    "standings",
    "分户表态",
    "意愿征询分户表态明细表",
    (
        SERIAL,
        Column("round", "轮次", 20),
        DOSSIER,
        Column("building_no", "楼栋", 7, Kind.CODE),
        DOOR,
        Column("owners", "权利人", 16),
        Column("choice", "本户表态", 14, Kind.WORD),
        Column("counted", "计入户数", 8, Kind.INTEGER, True),
        Column("area_m2", "面积", 12, Kind.AREA, unit="㎡"),
        Column("counted_m2", "计入面积", 12, Kind.AREA, True, unit="㎡"),
        NOTE,
        ROW_ID,
    ),
    paper="A4",
    note="按轮次、楼栋、单元、楼层排列；尚无任何表态记录的户不列。多个权利人的，本户表态按共有规则由各权利人的表态得出；权利人未齐的不计入，合计即征询统计的参与。",
    frozen="door",
)

LEDGER = Ledger(
    "consents",
    N_("意愿征询统计表"),
    N_("各征询轮次按户数和面积统计的参与、同意、不同意、有条件同意、弃权及占比，附分户表态明细。"),
    (ROUNDS, HOUSEHOLDS),
    counted_in="户、㎡",
)


def verdict(part: int | Decimal, whole: int | Decimal, threshold: Fraction | None) -> str:
    """是 or 否, as survey.domain.consent.reaches says; "" where there is no threshold or nothing to divide by."""
    if threshold is None or not whole:
        return ""
    return "是" if reaches(part, whole, threshold) else "否"


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"rounds": rounds(view), "standings": standings(view)}


def _scope(view: View, round_: Round) -> ColumnElement[bool]:
    """The households that count in a round for the reader; the command line sees them all."""
    if view.actor is not None:
        return round_scope(view.actor, round_)
    return Household.project_id == view.project_id if round_.closed_at is not None else view.scope


def _rounds(view: View) -> list[Round]:
    query = select(Round).where(Round.project_id == view.project_id).order_by(Round.opened_at, Round.id)
    return list(db.session.scalars(query)) if view.may(Permission.ROUND_SHOW) else []


def _sum(counts: Iterable[Count]) -> Count:
    found = list(counts)
    return Count(sum(each.households for each in found), sum((each.area_m2 for each in found), Decimal("0.00")))


def rounds(view: View) -> Iterator[Record]:
    """A line a round; the figures of the current one, while it runs, are those by which households can be listed."""
    current = find_round_id(view.project_id)
    for row in _rounds(view):
        counted = overview(row, _scope(view, row))
        whole, agree, threshold = counted.whole, counted.agree, counted.threshold
        taking = _sum(counted.by_choice[choice] for choice in PARTICIPATING)
        silent = _sum(count for choice, count in counted.by_choice.items() if choice not in PARTICIPATING)
        yield {
            "title": view.text(row.title),
            "kind": row.kind.label,
            "opened_on": local_day(row.opened_at),
            "closed_on": local_day(row.closed_at),
            **_pair("total", whole),
            **_pair("part", taking),
            "part_share": share(taking.households, whole.households),
            "part_area_share": share(taking.area_m2, whole.area_m2),
            **_pair("agree", agree),
            **_pair("conditional", counted.by_choice[C.CONDITIONAL]),
            **_pair("disagree", counted.by_choice[C.DISAGREE]),
            **_pair("abstain", counted.by_choice[C.ABSTAIN]),
            **_pair("silent", silent),
            "threshold": f"{row.threshold_num}/{row.threshold_den}" if threshold is not None else "",
            "agree_share": share(agree.households, taking.households),
            "by_count": verdict(agree.households, taking.households, threshold),
            "agree_area_share": share(agree.area_m2, taking.area_m2),
            "by_area": verdict(agree.area_m2, taking.area_m2, threshold),
            "whole_share": share(agree.households, whole.households),
            "whole_by_count": verdict(agree.households, whole.households, threshold),
            "whole_area_share": share(agree.area_m2, whole.area_m2),
            "whole_by_area": verdict(agree.area_m2, whole.area_m2, threshold),
            "note": "" if row.closed_at else "征询中",
            "id": str(row.id),
            "is_current": row.id == current and row.closed_at is None,
        }


def _pair(name: str, count: Count) -> dict[str, object]:
    return {name: count.households, f"{name}_m2": count.area_m2}


def standings(view: View) -> Iterator[Record]:
    """Every household that has said something, round by round."""
    for round_ in _rounds(view):
        listed = standing_query(round_, _scope(view, round_)).subquery()
        query = (
            select(
                listed.c.id, listed.c.dossier_no, listed.c.door_text, listed.c.owner_names, listed.c.choice,
                listed.c.area_m2, Building.no,
            )
            .join(Building, Building.id == listed.c.building_id)
            .where(listed.c.choice != C.NONE.value)
            .order_by(listed.c.door_sort, listed.c.id)
        )  # fmt: skip
        for row in stream(query):
            yield {
                "round": view.text(round_.title),
                "dossier_no": row.dossier_no,
                "building_no": row.no,
                "door": row.door_text,
                "owners": view.name(row.owner_names),
                "choice": C(row.choice).label,
                "area_m2": Decimal(row.area_m2),
                **({"counted": 1, "counted_m2": Decimal(row.area_m2)} if row.choice in PARTICIPATING else {}),
                "note": "",
                "id": str(row.id),
            }
