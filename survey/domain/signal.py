"""Signals of fairness and pressure (走访提示): what a leader should look at in how people were visited and answered.

A signal is no verdict: each has innocent reasons, and says so. What it shows, and to whom, is the services' matter; the
rules here are pure, their thresholds the project's own. What the records cannot tell (whether two signatures were
written by one hand, what was said at the door) no rule here pretends to know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from survey.domain.check import CHINA
from survey.domain.codes import MET, Choice, Code, VisitResult
from survey.domain.errors import DomainError
from survey.domain.message import N_
from survey.domain.rate import Z_99, Rate, newcombe
from survey.domain.settings import ProjectSettings

WEEK = timedelta(days=7)
ANSWERED = MET | {VisitResult.TENANT_ONLY, VisitResult.UNSAFE, VisitResult.OTHER}
"""Results of a visit at which somebody came to the door."""


class SignalKind(Code):
    """提示的种类."""

    HOURS = "hours", N_("约定时间以外入户")
    OFTEN = "often", N_("一周内入户过多")
    FLIP = "flip", N_("入户后改变表态")
    RATE = "rate", N_("同意率与其他人相差大")
    SHORT = "short", N_("入户时间过短")
    OVERLAP = "overlap", N_("同一时间在两户")
    PHONE = "phone", N_("多户同一电话")
    PAPER = "paper", N_("多户同一签字页")
    AGENT = "agent", N_("一人代理多户")


WHY: dict[SignalKind, str] = {
    SignalKind.HOURS: N_(
        "入户的开始或结束在项目约定的时间以外。参照行政强制法第四十三条的精神，早晚打扰住户要有住户自己的约定。写了原因的也列出来，请看原因是否说得通。"
    ),
    SignalKind.OFTEN: N_(
        "任意 7 天里有人应门的入户超过设定的次数。没有人应门的不算。可能是住户约的，也可能让住户感到压力。"
    ),
    SignalKind.FLIP: N_(
        "表态在入户后不久就改变或撤回。讲清楚以后改主意很正常，请核对是不是住户自己的意思。只看征询轮次里的表态；调查表上的意愿改动看档案里的“经过”。"
    ),
    SignalKind.RATE: N_(
        "这名调查员走访的户和项目里其他户，本轮同意率之差的百分之九十九区间（纽科姆法，双方的误差都算在内）不含零。楼栋之间本来就有差别，这里不区分是哪一种原因。"
    ),
    SignalKind.SHORT: N_(
        "结果为“完成”的入户，用时短于设定的分钟数。补录时只写了大概时间的也会这样，请核对问答是否真的做完。"
    ),
    SignalKind.OVERLAP: N_(
        "同一名调查员在时间重叠的两次入户里都有名字，而门牌不同。多半是时间填错，也可能有一方没有到场。"
    ),
    SignalKind.PHONE: N_(
        "同一个电话登记在超过设定户数的住户名下。可能是亲属、物业或中介，也可能是代填。号码不显示，需要时在档案里查看。"
    ),
    SignalKind.PAPER: N_(
        "几户的签字附的是内容完全相同的图片或文件。只能认出一模一样的文件；是不是同一个人的笔迹，系统看不出来。"
    ),
    SignalKind.AGENT: N_("同名的代理人为超过设定户数的住户表态或签字。同名的人可能不是同一个人，请核对授权委托书。"),
}
"""Why each kind is shown, and what else may be behind it."""


@dataclass(frozen=True, slots=True)
class Spell:
    """A visit as these rules see it: where, by whom, from when until when."""

    id: UUID
    household_id: UUID
    staff: tuple[UUID, ...]
    started_at: datetime
    ended_at: datetime


def is_outside_hours(started_at: datetime, ended_at: datetime, settings: ProjectSettings) -> bool:
    """Whether a visit began or ended outside the project's hours.

    Rule: courtesy by analogy with 行政强制法 art 43; the same hours as `survey.domain.visit.check_visit` asks a reason for.
    """
    times = (moment.astimezone(CHINA).time() for moment in (started_at, ended_at))
    return any(not settings.visit_from <= each <= settings.visit_until for each in times)


def crowded(visits: Sequence[Spell], most: int) -> tuple[Spell, ...]:
    """The visits to one household that lie in some 7 days with more than `most` of them; empty where there are none.

    Rule: offices' practice, a setting of the project: no law gives a number. 7 days are 168 hours from any visit on.
    """
    ordered = sorted(visits, key=lambda visit: visit.started_at)
    inside: set[int] = set()
    for last in range(most, len(ordered)):
        first = last - most
        if ordered[last].started_at - ordered[first].started_at < WEEK:
            inside.update(range(first, last + 1))
    return tuple(ordered[place] for place in sorted(inside))


def visit_before(moment: datetime, visits: Sequence[Spell], hours: int) -> Spell | None:
    """The latest visit during which, or within so many hours after which, something was said; None without one.

    Rule: offices' practice, a setting of the project.
    """
    near = [each for each in visits if each.started_at <= moment <= each.ended_at + timedelta(hours=hours)]
    return max(near, key=lambda each: each.started_at, default=None)


def is_flip(before: Choice, after: Choice | None) -> bool:
    """Whether a word was really changed: a withdrawal without a new word is, the same word put right is not.

    Rule: survey procedure: a changed word is a withdrawal and a new record (survey.domain.consent).
    """
    return before is not after


def is_short(started_at: datetime, ended_at: datetime, least_minutes: int) -> bool:
    """Whether an interview that is said to be complete took less time than it can.

    Rule: offices' practice, a setting of the project.
    """
    return ended_at - started_at < timedelta(minutes=least_minutes)


def overlaps(visits: Iterable[Spell]) -> Iterator[tuple[Spell, Spell]]:
    """The pairs of visits at different doors that share time and somebody, the earlier first; each pair once.

    visits  in the order of their beginnings

    Rule: survey procedure: both surveyors named in a visit are at the door. A visit that begins when another ends does
    not overlap it, and one of no length overlaps none.
    """
    under_way: dict[UUID, list[Spell]] = defaultdict(list)
    for visit in visits:
        if visit.ended_at <= visit.started_at:
            continue
        met: dict[UUID, Spell] = {}
        for who in visit.staff:
            under_way[who] = [each for each in under_way[who] if each.ended_at > visit.started_at]
            met |= {each.id: each for each in under_way[who] if each.household_id != visit.household_id}
            under_way[who].append(visit)
        yield from ((each, visit) for each in met.values())


def is_odd_rate(own: Rate, others: Rate, least: int) -> bool:
    """Whether a surveyor's rate of consent differs from that of all other households by more than chance lets expect.

    Rule: two-sided, 99 %: Newcombe's interval of the difference does not hold 0 (`survey.domain.rate.newcombe`); the rate
    of the others was counted too and has its own error. Asked only where both have at least `least` households, for below
    it everybody looks odd. How many are shown although nothing differs: `expected_by_chance`.
    """
    if min(own.whole, others.whole) < max(least, 1):
        return False
    below, above = newcombe(own, others, Z_99)
    return not below <= 0 <= above


def expected_by_chance(compared: int) -> str:
    """How many of so many surveyors at most would be shown although nothing differs, with one decimal: 28 -> "0.6".

    Rule: the multiple comparison: each is compared at 99 %. The interval is an approximation: counted out exactly, chance
    shows up to 1.4 in 100 of 20 to 60 households against as many, whatever their true rate, and up to 1.3 of 20 against
    300 or 600 at true rates from 10 % to 90 %; so 2 in 100 is said. Nearer to 0 % or 100 % it is more for few against very many: of
    20 against 300 up to 2.5 in 100, of 20 against 600 up to 4.3, which the page says in words.
    """
    tenths = (compared * 2 + 5) // 10
    return f"{tenths // 10}.{tenths % 10}"


def check_not_own(staff: Sequence[Hashable], actor: Hashable) -> None:
    """Refuse that somebody notes as looked at what is about their own visits.

    Rule: separation of duties, as in `survey.domain.household.check_separation`.
    Raises DomainError("signal.own").
    """
    if actor in staff:
        raise DomainError("signal.own")
