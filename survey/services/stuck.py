"""What is stuck and why (卡点): reasons for which a household does not get on, how many, since when, and whose turn it is.

Each reason is a filter of the register, so that its figure is the length of the list that it leads to. The figures
depend on the hour and are counted when they are looked at. Nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, null, select

from survey.domain.message import N_
from survey.models import Device, Household, Project, User, db
from survey.services.register import CHINA, SINCE, Reading, condition
from survey.services.scope import household_scope


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a household is stuck. `act` says who ought to do what."""

    filter: str
    label: str
    act: str

    @property
    def since(self) -> ColumnElement[Any] | None:
        """The moment from which it waits, by which its list is sorted too; None: not known."""
        return SINCE.get(self.filter)


REASONS = (
    Reason("never_met", N_("去了 3 次以上还没见到人"), N_("组长：换时间，找邻居、社区或单位联系")),
    Reason("refused", N_("拒访"), N_("组长：换人上门，请社区一起做工作")),
    Reason("overdue_appointment", N_("约好的日子已过，没有再去"), N_("调查员：按约上门或另约")),
    Reason("returned_long", N_("退回 7 天以上，没有再提交"), N_("调查员：改好再提交")),
    Reason("waiting_review", N_("待审核 7 天以上"), N_("组长、项目办：审核")),
    Reason("unsigned_long", N_("审核通过 7 天以上，还没签字确认"), N_("调查员：请住户签字")),
    Reason("conflict_submitted", N_("已提交，但有冲突待核对"), N_("组长：在待处理里核对")),
    Reason("rebrief", N_("听的是旧版本政策，要重新宣讲"), N_("调查员：按现行版本再讲一次")),
    Reason("overdue_request", N_("诉求过了答复期限"), N_("项目办：答复")),
    Reason("overdue_acceptance", N_("诉求过了告知受理的期限"), N_("项目办：告知受理")),
)
"""In the order in which they are shown: from the door to the desk."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One reason with its households: how many, and the day since which the first of them waits (None: not known)."""

    reason: Reason
    count: int
    oldest: date | None


def list_stuck(actor: User, project: Project, reading: Reading) -> list[Stuck]:
    """Every reason, also those for which nobody waits."""
    query = select().select_from(Household).where(household_scope(actor, project.id))
    for reason in REASONS:
        is_stuck = condition(reason.filter, "yes", reading)
        since = null() if reason.since is None else func.min(case((is_stuck, reason.since)))
        query = query.add_columns(func.sum(case((is_stuck, 1), else_=0)), since)
    found = db.session.execute(query).one()  # one pass over the households, whatever is asked of them
    return [
        Stuck(reason, int(found[2 * number] or 0), _day(found[2 * number + 1])) for number, reason in enumerate(REASONS)
    ]


@dataclass(frozen=True, slots=True)
class Unsent:
    """Tablets in use that held records at their last contact, how many records, and when the longest silent was seen."""

    tablets: int
    records: int
    oldest: date | None


def count_unsent(project: Project) -> Unsent:
    """What tablets have not sent yet, as far as they told."""
    query = select(func.count(), func.sum(Device.unsent), func.min(Device.seen_at)).where(
        Device.project_id == project.id, Device.unsent > 0, Device.revoked_at.is_(None)
    )
    tablets, records, seen_at = db.session.execute(query).one()
    return Unsent(tablets, int(records or 0), seen_at.astimezone(CHINA).date() if seen_at else None)


def _day(moment: datetime | date | None) -> date | None:
    return moment.astimezone(CHINA).date() if isinstance(moment, datetime) else moment
