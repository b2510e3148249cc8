"""A project's own thresholds: names, units, defaults. Local rules differ, so none of these is a constant of the code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

from survey.domain.calendar import WorkCalendar, read_days
from survey.domain.notice import LetterFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """What a project may set for itself.

    area_diff_ratio    certificate against measured area: a difference above max(ratio x certificate, min) is a warning
    area_diff_min_m2   square metres
    min_home_m2        最低面积补偿: an only home below it is flagged (山东条例 art 25, 青岛条例 art 21: 45 square metres)
    phone_households   the same phone in more households than this is a warning
    visit_from, visit_until  courtesy hours of visits (by analogy 行政强制法 art 43)
    legal_basis        法律依据 of the survey, printed in the notice (PIPL arts 13, 17)
    retention          保管期限 on the dossier's cover
    letter_format      公文样式 of letters: plain, with a red head, or 信函格式
    red_head           发文机关标志 of letters with a red head (…文件)
    entrusted          受委托单位, which surveys on the office's behalf (PIPL art 21); "" where there is none
    contact            联系人 on papers
    supervision_phone  监督电话 on papers
    document_word      代字 of the project's 文号 (颐园); without one its notices have no number
    posting_days       days of a 公示 (青岛条例 art 51: at least 5)
    correction_days    days after the delivery of a 情况核实（补正）通知书 in which what is missing is brought
    review_days        days after the delivery of a decision in which a review may be asked for (信访工作条例 art 35)
    report_at          when the 进度日报 of a day is made by itself; None: only when somebody asks
    report_weekday     the day on which the 进度周报 is made as well, 0 Monday to 6 Sunday; None: never by itself
    visits_a_week      more visits at which somebody came to the door within 7 days are a signal
    shortest_minutes   a complete interview that took less is a signal
    flip_hours         a word changed within so many hours after a visit is a signal
    agent_households   one agent for more households than this is a signal
    rate_households    a surveyor's rate of consent is compared from so many households on
    holidays, working_days  放假日 and 调休上班日 that the State Council announced, as they were given in
    editions_until     older edition of the survey form -> the last day on which its sheets are accepted
    """

    area_diff_ratio: Fraction = Fraction(3, 100)
    area_diff_min_m2: Decimal = Decimal("1.00")
    min_home_m2: Decimal = Decimal("45.00")
    phone_households: int = 3
    visit_from: time = time(8, 0)
    visit_until: time = time(20, 0)
    accept_days: int = 15
    reply_days: int = 60
    legal_basis: str = "《国有土地上房屋征收与补偿条例》（国务院令第590号）第十五条"
    retention: str = "永久"
    letter_format: LetterFormat = LetterFormat.PLAIN
    red_head: str = ""
    entrusted: str = ""
    contact: str = ""
    supervision_phone: str = ""
    document_word: str = ""
    posting_days: int = 5
    correction_days: int = 7
    review_days: int = 30
    report_at: time | None = None
    report_weekday: int | None = None
    visits_a_week: int = 3
    shortest_minutes: int = 10
    flip_hours: int = 24
    agent_households: int = 3
    rate_households: int = 20
    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    editions_until: Mapping[int, date] = field(default_factory=dict, hash=False)

    @property
    def calendar(self) -> WorkCalendar:
        """By which every term of the project is counted."""
        return WorkCalendar(self.holidays, self.working_days)


def read_settings(kept: Mapping[str, Any]) -> ProjectSettings:
    """The settings of a project from what its row keeps (texts); unknown names are left out, missing ones default."""
    readers = {
        "area_diff_ratio": Fraction,
        "area_diff_min_m2": Decimal,
        "min_home_m2": Decimal,
        "phone_households": int,
        "visit_from": time.fromisoformat,
        "visit_until": time.fromisoformat,
        "accept_days": int,
        "reply_days": int,
        "legal_basis": str,
        "retention": str,
        "letter_format": LetterFormat,
        "red_head": str,
        "entrusted": str,
        "contact": str,
        "supervision_phone": str,
        "document_word": str,
        "posting_days": int,
        "correction_days": int,
        "review_days": int,
        "report_at": _read_time,
        "report_weekday": _read_weekday,
        "visits_a_week": int,
        "shortest_minutes": int,
        "flip_hours": int,
        "agent_households": int,
        "rate_households": int,
        "holidays": read_days,
        "working_days": read_days,
        "editions_until": _read_editions,
    }
    return ProjectSettings(**{name: read(kept[name]) for name, read in readers.items() if name in kept})  # type: ignore[operator]


def _read_time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


def _read_weekday(text: str) -> int | None:
    return int(text) if text else None


def _read_editions(text: str) -> dict[int, date]:
    dates = (part.split(":", 1) for part in text.split())
    return {int(number): date.fromisoformat(until) for number, until in dates}


def write_editions(until: Mapping[int, date]) -> str:
    """The dates as `read_settings` reads them: `1:2026-06-30 2:2026-12-31`."""
    return " ".join(f"{number}:{day.isoformat()}" for number, day in sorted(until.items()))
