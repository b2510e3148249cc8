"""进度日报: what each team did on each day, and how far it was by its end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from exports.ledger import Column, Kind, Ledger, Record, Sheet, share
from exports.ledgers.building_summary import counted_area
from exports.ledgers.column import NOTE, SERIAL
from exports.view import View, local_day, stream
from survey.domain.access import Permission
from survey.domain.codes import VisitResult
from survey.domain.coownership import HouseholdChoice
from survey.domain.door import counted_key
from survey.domain.message import N_
from survey.domain.report import ReportKind
from survey.domain.settings import ProjectSettings
from survey.models import Building, Consent, Household, Report, Request, Standing, Team, Visit, db
from survey.services.register import TIMELESS, condition, find_round_id

NO_TEAM = "未分组"
UNMET = (VisitResult.NOBODY_HOME, VisitResult.UNREACHABLE)

SHEET = Sheet(
    "days",
    "进度日报",
    "入户调查进度日报表",
    (
        SERIAL,
        Column("day", "日期", 11, Kind.DATE),
        Column("team", "小组", 12, Kind.WORD),
        Column("visits", "入户\n（次）", 8, Kind.INTEGER, True, "今日"),
        Column("done", "完成\n（户）", 8, Kind.INTEGER, True, "今日"),
        Column("agree", "同意\n（户）", 8, Kind.INTEGER, True, "今日"),
        Column("unmet", "未遇\n（次）", 8, Kind.INTEGER, True, "今日"),
        Column("refused", "拒访\n（次）", 8, Kind.INTEGER, True, "今日"),
        Column("due", "应调查\n（户）", 9, Kind.INTEGER, group="累计"),
        Column("done_so_far", "完成\n（户）", 9, Kind.INTEGER, group="累计"),
        Column("done_share", "完成率", 9, Kind.SHARE, group="累计", bar=True),
        Column("agree_so_far", "同意\n（户）", 9, Kind.INTEGER, group="累计"),
        Column("agree_m2", "同意面积\n（㎡）", 12, Kind.AREA, group="累计"),
        Column("new_requests", "新增", 7, Kind.INTEGER, True, "诉求（件）"),
        Column("closed_requests", "办结", 7, Kind.INTEGER, True, "诉求（件）"),
        Column("problems", "存在问题", 26),
        Column("plan", "明日计划", 26),
        NOTE,
    ),
    note="按楼栋所属小组统计，有入户、提交、表态或诉求的日子各一行；完成指首次提交之日，后来被退回、还没有再提交的不计，各日之和就是分楼栋汇总表的已完成；同意指本轮征询（没有征询的为最近一轮）中全户同意，"
    "日期取该户最后一次表态之日，后来改变主意的不计。累计截至当日。存在问题、明日计划取当日的进度日报（全项目），写在当日第一行；没有日报的留空填写。",
    frozen="team",
)

LEDGER = Ledger(
    "daily",
    N_("进度日报"),
    N_("各小组每天的入户、完成、同意、未遇、拒访和诉求，以及截至当日的累计和完成率。"),
    (SHEET,),
    counted_in="户、次、件、㎡",
)


@dataclass(slots=True)
class Day:
    """What a team did on one day."""

    visits: int = 0
    done: int = 0
    agree: int = 0
    agree_m2: Decimal = field(default_factory=Decimal)
    unmet: int = 0
    refused: int = 0
    new_requests: int = 0
    closed_requests: int = 0


def records(view: View, settings: ProjectSettings) -> dict[str, Iterable[Record]]:
    return {"days": days(view)}


def days(view: View) -> Iterator[Record]:
    """One line a day and team, in the order of the days; the sums run on within each team."""
    found: defaultdict[tuple[date, str], Day] = defaultdict(Day)
    _count_visits(view, found)
    _count_submitted(view, found)
    _count_agreed(view, found)
    _count_requests(view, found)
    due = due_of(view)
    so_far: defaultdict[str, Day] = defaultdict(Day)
    reported = _reported(view)
    for (day, team), counted in sorted(found.items(), key=_in_order):
        name, total = team or NO_TEAM, so_far[team]
        problems, plan = reported.pop(day, ("", ""))
        total.done += counted.done
        total.agree += counted.agree
        total.agree_m2 += counted.agree_m2
        yield {
            "day": day,
            "team": name,
            "visits": counted.visits,
            "done": counted.done,
            "agree": counted.agree,
            "unmet": counted.unmet,
            "refused": counted.refused,
            "due": due.get(name, 0),
            "done_so_far": total.done,
            "done_share": share(total.done, due.get(name, 0)),
            "agree_so_far": total.agree,
            "agree_m2": total.agree_m2,
            "new_requests": counted.new_requests,
            "closed_requests": counted.closed_requests,
            "problems": problems,
            "plan": plan,
        }


def _in_order(item: tuple[tuple[date, str], Day]) -> tuple[date, bool, str]:
    """By day and by the teams' numbers, 二组 before 三组; what belongs to no team comes last."""
    (day, team), _counted = item
    return day, not team, counted_key(team)


def _reported(view: View) -> dict[date, tuple[str, str]]:
    """Day -> problems and plan as its newest report tells them."""
    if not view.may(Permission.REPORT_SHOW):
        return {}
    query = (
        select(Report.last_day, Report.problems, Report.plan)
        .where(
            Report.project_id == view.project_id,
            Report.kind == ReportKind.DAILY,
            (Report.problems != "") | (Report.plan != ""),
        )
        .order_by(Report.made_at, Report.id)
    )
    return {day: (view.text(problems), view.text(plan)) for day, problems, plan in db.session.execute(query)}


def due_of(view: View) -> dict[str, int]:
    """Team, as the ledger names it -> households that it has to survey; in the order in which teams were made."""
    per_team = _with_team(select(_TEAM, func.count())).where(view.scope).group_by(_TEAM, Team.id)
    return {team or NO_TEAM: count for team, count in db.session.execute(per_team.order_by(Team.id.nulls_last()))}


_TEAM = func.coalesce(Team.name, "").label("team")


def _with_team(query: Any) -> Any:
    """The query over households, with the team of the building."""
    return (
        query.select_from(Household)
        .join(Building, Building.id == Household.building_id)
        .outerjoin(Team, Team.id == Building.team_id)
    )


def _count_visits(view: View, found: defaultdict[tuple[date, str], Day]) -> None:
    query = _with_team(select(_TEAM, Visit.started_at, Visit.result))
    for team, started_at, result in stream(query.join(Visit, Visit.household_id == Household.id).where(view.scope)):
        counted = found[_day(started_at), team]
        counted.visits += 1
        counted.unmet += result in UNMET
        counted.refused += result is VisitResult.REFUSED


def _count_submitted(view: View, found: defaultdict[tuple[date, str], Day]) -> None:
    """Households that are surveyed, on the day when they first were."""
    query = _with_team(select(_TEAM, Household.first_submitted_at))
    surveyed = condition("surveyed", "yes", TIMELESS)
    for team, at in stream(query.where(view.scope, surveyed, Household.first_submitted_at.is_not(None))):
        found[_day(at), team].done += 1


def _count_agreed(view: View, found: defaultdict[tuple[date, str], Day]) -> None:
    """Households that agree in the current round, on the day of the last word that made it so."""
    round_id = find_round_id(view.project_id)
    if round_id is None:
        return
    query = (
        _with_team(select(_TEAM, Household.id, func.max(Consent.given_at), counted_area()))
        .join(Standing, (Standing.household_id == Household.id) & (Standing.round_id == round_id))
        .join(Consent, (Consent.household_id == Household.id) & (Consent.round_id == round_id))
        .where(view.scope, Standing.choice == HouseholdChoice.AGREE.value)
        .group_by(_TEAM, Household.id)
    )
    for team, _household, at, area in stream(query):
        counted = found[_day(at), team]
        counted.agree += 1
        counted.agree_m2 += Decimal(area)


def _count_requests(view: View, found: defaultdict[tuple[date, str], Day]) -> None:
    query = _with_team(select(_TEAM, Request.received_on, Request.closed_at))
    for team, received_on, closed_at in stream(
        query.join(Request, Request.household_id == Household.id).where(view.scope)
    ):
        found[received_on, team].new_requests += 1
        if closed_at is not None:
            found[_day(closed_at), team].closed_requests += 1


def _day(moment: Any) -> date:
    day = local_day(moment)
    assert day is not None
    return day
