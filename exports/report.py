"""进度日报、周报: read from the ledgers of one moment, kept as plain figures, and made from them as PDF and as workbook.

What a report tells is what 进度日报, 分楼栋汇总表 and the board tell at that moment: it reads them, and counts nothing itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from exports.ledger import Column, Heading, Kind, Ledger, Record, Sheet, share, shown, sums_of, total_of
from exports.ledgers import building_summary, daily, snapshot_no
from exports.ledgers.column import SERIAL
from exports.notices.office import Office
from exports.notices.reading.desk import office_of
from exports.pdf import official_day, press
from exports.plot import Bar, CoursePlot, course_plot, daily_bars
from exports.view import CHINA, View, one_moment
from exports.workbook import write_ledger
from survey.domain.forecast import PACE_DAYS, Forecast
from survey.domain.report import ReportKind, first_day
from survey.domain.settings import read_settings
from survey.models import Project, Report
from survey.services import register
from survey.services.board import Board, Course, Day, make_board, share_text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COURSE = 14
"""So many days up to the last one are shown as the course of the work."""
DAYS = 30
"""Of the daily bars."""
COUNTED = ("visits", "done", "agree", "unmet", "refused", "new_requests", "closed_requests")
_OF_DAY = {column.key: column for column in daily.SHEET.columns}
_NOW = {ReportKind.DAILY: "今日", ReportKind.WEEKLY: "本周"}


def _columns(now: str) -> tuple[Column, ...]:
    """The columns of 进度日报 that count what happened, under the name of the time in which it did."""
    return tuple(
        replace(_OF_DAY[key], group=now if _OF_DAY[key].group == "今日" else _OF_DAY[key].group) for key in COUNTED
    )


def ledger_of(kind: ReportKind) -> Ledger:
    """The description of the report's workbook."""
    counted, so_far = _columns(_NOW[kind]), ("due", "done_so_far", "agree_so_far", "agree_m2")
    summed = tuple(replace(_OF_DAY[key], total=True) for key in so_far)
    sheets = (
        Sheet(
            "teams", "各小组", f"入户调查{kind.label}",
            (SERIAL, _OF_DAY["team"], *counted, *summed[:2],
             replace(_OF_DAY["done_share"], total=lambda sums: share(sums["done_so_far"], sums["due"])), *summed[2:]),
            note="口径同《进度日报》台账：完成指首次提交之日，后来被退回、还没有再提交的不计；同意指本轮征询中全户同意。", frozen="team",
        ),
        Sheet(
            "days", "逐日", f"近{COURSE}天进展",
            (SERIAL, _OF_DAY["day"], *(replace(column, group="" if column.group == _NOW[kind] else column.group) for column in counted),
             replace(_OF_DAY["done_so_far"], label="累计完成\n（户）", group="")),
            frozen="day",
        ),
        Sheet(
            "buildings", "分楼栋", building_summary.SHEET.title,
            tuple(column for column in building_summary.SHEET.columns if not column.hidden),
            note=building_summary.SHEET.note, frozen="building_no",
        ),
    )  # fmt: skip
    return Ledger(f"report-{kind.value}", kind.label, "", sheets)


@dataclass(frozen=True, slots=True)
class Agreed:
    """How far the current round is: households and hundredths of square metres, and what is missing to its threshold."""

    title: str
    threshold: Fraction | None
    households: int
    of_households: int
    area: int
    of_area: int
    missing_households: int
    missing_area: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """The board's course of the survey and its consents, as they stood: days from the first on, what is left, the forecast."""

    whole: int
    days: tuple[Day, ...]
    course: Course
    agreed: Agreed | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report says, as records of its sheets.

    unit, project  as the heading names them
    cut_off        the moment of all figures, on the office's clock
    """

    unit: str
    project: str
    cut_off: datetime
    snapshot: str
    teams: tuple[Record, ...]
    days: tuple[Record, ...]
    buildings: tuple[Record, ...]
    outlook: Outlook

    def records(self) -> dict[str, Sequence[Record]]:
        return {"teams": self.teams, "days": self.days, "buildings": self.buildings}

    def heading(self, by: str) -> Heading:
        return Heading(self.unit, self.project, self.cut_off, self.snapshot, by)


def read_report(*, project: Project, view: View, kind: ReportKind, last_day: date, now: datetime) -> Figures:
    """The figures of the report that ends on `last_day`, as everything stands now. Ends the session's transaction."""
    settings = read_settings(project.settings)
    unit, name, code = project.office_name or project.name, project.name, project.code
    with one_moment():
        daily_rows = [row for row in daily.days(view) if _day(row) <= last_day]
        teams = tuple(_teams(daily_rows, first_day(kind, last_day), daily.due_of(view)))
        buildings = tuple(
            {key: value for key, value in row.items() if key != "id"}
            for row in building_summary.records(view, settings)["buildings"]
        )
        outlook = _outlook(make_board(view.actor, project, register.read(project, now)))
    return Figures(
        unit, name, now.astimezone(CHINA).replace(tzinfo=None, microsecond=0), snapshot_no(code, now), teams,
        tuple(_course(daily_rows, last_day)), buildings, outlook,
    )  # fmt: skip


def _outlook(board: Board) -> Outlook:
    total, consents = board.total, board.consents
    agreed = None
    if consents is not None:
        agreed = Agreed(
            consents.round.title, consents.threshold, total.agreed, total.households, total.agreed_area, total.area,
            consents.missing_households, consents.missing_area,
        )  # fmt: skip
    return Outlook(total.households, board.days, board.course, agreed)


def _day(row: Record) -> date:
    day = row["day"]
    assert isinstance(day, date)
    return day


def _teams(rows: Sequence[Record], since: date, due: Mapping[str, int]) -> Iterable[Record]:
    """A line a team: what it did since then, and how far it was by the end. A team that did nothing has its line too."""
    last: dict[str, Record] = {}
    counted: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for row in rows:
        team = str(row["team"])
        last[team] = row
        if _day(row) >= since:
            for key in COUNTED:
                counted[team][key] += _whole(row[key])
    for team in dict.fromkeys((*due, *last)):
        row = last.get(team, {})
        done = _whole(row.get("done_so_far"))
        yield {
            "team": team,
            **counted[team],
            "due": due.get(team, 0),
            "done_so_far": done,
            "done_share": share(done, due.get(team, 0)),
            "agree_so_far": _whole(row.get("agree_so_far")),
            "agree_m2": row.get("agree_m2") or Decimal(0),
        }


def _course(rows: Sequence[Record], last_day: date) -> Iterable[Record]:
    """A line a day, quiet days too, with what was done by its end."""
    per_day: defaultdict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for row in rows:
        for key in COUNTED:
            per_day[_day(row)][key] += _whole(row[key])
    first = last_day - timedelta(days=COURSE - 1)
    so_far = sum(counts["done"] for day, counts in per_day.items() if day < first)
    for offset in range(COURSE):
        day = first + timedelta(days=offset)
        so_far += per_day[day]["done"]
        yield {"day": day, **per_day[day], "done_so_far": so_far}


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


# --- as plain values ----------------------------------------------------------------------------------------------


def to_kept(figures: Figures) -> dict[str, Any]:
    """The figures as JSON can hold them, each number as exact as it was."""
    return {
        "unit": figures.unit, "project": figures.project, "cut_off": figures.cut_off.isoformat(),
        "snapshot": figures.snapshot,
        **{key: _kept(rows) for key, rows in figures.records().items()}, "outlook": _kept(asdict(figures.outlook)),
    }  # fmt: skip


def from_kept(kept: Mapping[str, Any]) -> Figures:
    """The figures again, as they were."""
    rows = {key: tuple(_told(kept[key])) for key in ("teams", "days", "buildings")}
    told = _told(kept["outlook"])
    course, agreed = told["course"], told["agreed"]
    guess = course["forecast"]
    outlook = Outlook(
        told["whole"],
        tuple(Day(**day) for day in told["days"]),
        Course(**{**course, "forecast": Forecast(**guess) if guess else None}),
        Agreed(**agreed) if agreed else None,
    )
    cut_off = datetime.fromisoformat(kept["cut_off"])
    return Figures(kept["unit"], kept["project"], cut_off, kept["snapshot"], **rows, outlook=outlook)


def _kept(value: object) -> object:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, Fraction):
        return {"share": str(value)}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Mapping):
        return {name: _kept(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_kept(each) for each in value]
    return value


READERS: dict[str, Callable[[str], object]] = {"decimal": Decimal, "share": Fraction, "date": date.fromisoformat}


def _told(value: Any) -> Any:
    if isinstance(value, list):
        return [_told(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(kind, text)] = value.items()
        if kind in READERS:
            return READERS[kind](text)
    return {name: _told(each) for name, each in value.items()}


# --- as PDF and workbook ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet as the paper shows it.

    runs     (word above, headings below it) of neighbouring columns
    numbers  whether a column holds numbers
    lines, total  the texts of the lines, and of 合计
    """

    title: str
    runs: tuple[tuple[str, tuple[str, ...]], ...]
    numbers: tuple[bool, ...]
    lines: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None
    note: str


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """One report on paper."""

    office: Office
    title: str
    period: str
    figures: Figures
    sentences: tuple[str, ...]
    course: CoursePlot | None
    bars: tuple[Bar, ...]
    agreed: Agreed | None
    tables: tuple[Table, ...]
    problems: tuple[str, ...]
    plan: tuple[str, ...]
    by: str

    stamp = None


ON_PAPER = {
    "teams": ("team", *COUNTED, "due", "done_so_far", "done_share", "agree_so_far"),
    "days": ("day", *COUNTED, "done_so_far"),
    "buildings": ("building_no", "due", "done", "done_share", "unmet", "refused", "vacant", "agree", "agree_share",
                  "agree_area_m2", "agree_area_share", "money", "swap", "undecided"),
}  # fmt: skip
"""Sheet -> the columns for which a page across has room; the workbook has them all."""


def paper_of(row: Report, project: Project) -> ProgressReport:
    """The report as it is laid out, and as the page shows it."""
    figures, ledger = from_kept(row.figures), ledger_of(row.kind)
    records = figures.records()
    return ProgressReport(
        office=office_of(project, read_settings(project.settings)),
        title=row.kind.label,
        period=_period(row.first_day, row.last_day),
        figures=figures,
        sentences=tuple(sentences(figures, row.kind)),
        course=course_plot(figures.outlook.days, figures.outlook.course, figures.outlook.whole),
        bars=tuple(daily_bars(figures.outlook.days[-DAYS:])),
        agreed=figures.outlook.agreed,
        tables=tuple(_table(sheet, records[sheet.key]) for sheet in ledger.sheets),
        problems=tuple(filter(None, row.problems.splitlines())),
        plan=tuple(filter(None, row.plan.splitlines())),
        by=row.made_by.display_name if row.made_by else "",
    )


def sentences(figures: Figures, kind: ReportKind) -> Iterable[str]:
    """What an official reads who reads no table."""
    ledger = ledger_of(kind)
    teams, buildings = (
        sums_of(ledger.sheets[place].columns, rows) for place, rows in ((0, figures.teams), (2, figures.buildings))
    )
    due, done = buildings["due"], buildings["done"]
    yield (
        f"截至{official_day(figures.cut_off)}{figures.cut_off:%H}时{figures.cut_off:%M}分，"
        f"应调查{due}户，已完成{done}户，完成率{_percent(done, due)}；未遇{buildings['unmet']}户，拒访{buildings['refused']}户，空置{buildings['vacant']}户。"
    )
    yield (
        f"{_NOW[kind]}入户{teams['visits']}次，首次完成{teams['done']}户，未遇{teams['unmet']}次，拒访{teams['refused']}次；"
        f"新增诉求{teams['new_requests']}件，办结{teams['closed_requests']}件。"
    )
    yield (
        f"调查表上改造意愿为同意的{buildings['agree']}户，占应调查户的{_percent(buildings['agree'], due)}；同意面积{buildings['agree_area_m2']:.2f}平方米，"
        f"占计算面积的{_percent(buildings['agree_area_m2'], buildings['counted_m2'])}。"
    )
    if figures.outlook.agreed:
        yield _agreed_sentence(figures.outlook.agreed, _NOW[kind], int(teams["agree"]))
    if forecast := _forecast_sentence(figures.outlook.course):
        yield forecast


def _agreed_sentence(agreed: Agreed, now: str, new: int) -> str:
    told = (
        f"“{agreed.title}”全户同意{agreed.households}户，占{share_text(agreed.households, agreed.of_households)}，"
        f"同意面积{_m2(agreed.area)}平方米，占{share_text(agreed.area, agreed.of_area)}，{now}新增{new}户"
    )
    if agreed.threshold is None:
        return f"{told}。"
    mark = f"{agreed.threshold.numerator}/{agreed.threshold.denominator}"
    if not agreed.missing_households and not agreed.missing_area:
        return f"{told}；按户数和按面积都已达到设定的{mark}。"
    missing = [f"按户数还差{agreed.missing_households}户" if agreed.missing_households else "按户数已达到",
               f"按面积还差{_m2(agreed.missing_area)}平方米" if agreed.missing_area else "按面积已达到"]  # fmt: skip
    return f"{told}；设定的比例为{mark}，{'，'.join(missing)}。"


def _forecast_sentence(course: Course) -> str:
    if not course.remaining or course.forecast is None:
        return ""
    guess = course.forecast
    told = f"照最近{guess.days}天的进度，"
    told += (
        f"预计{official_day(guess.early)}至{official_day(guess.late)}之间完成"
        if guess.late
        else f"最早{official_day(guess.early)}完成，照其中最慢的一周完成不了"
    )
    if course.until is None or course.needed is None:
        return f"{told}。"
    now = (
        f"，最近{PACE_DAYS}天平均每个工作日{course.pace.numerator * 10 // course.pace.denominator / 10:g}户"
        if course.pace is not None
        else ""
    )
    return f"{told}；要在{official_day(course.until)}前完成，每个工作日须完成{course.needed}户{now}。"


def _m2(hundredths: int) -> str:
    return f"{Decimal(hundredths).scaleb(-2):.2f}"


def _percent(part: Decimal, whole: Decimal) -> str:
    return shown(Kind.SHARE, share(part, whole)) or "—"


def _period(first: date, last: date) -> str:
    return official_day(last) if first == last else f"{official_day(first)}至{official_day(last)}"


def _table(sheet: Sheet, records: Sequence[Record]) -> Table:
    columns = [column for column in sheet.columns if column.key in ON_PAPER[sheet.key]]
    sums = sums_of(sheet.columns, records)
    total = None
    if records and any(column.total for column in columns):
        total = tuple(
            "合计" if not place else shown(column.kind, total_of(column, sums)) for place, column in enumerate(columns)
        )
    return Table(
        sheet.title,
        tuple(
            (group, tuple(column.heading for column in run))
            for group, run in replace(sheet, columns=tuple(columns)).runs
        ),
        tuple(column.kind in (Kind.INTEGER, Kind.AREA, Kind.SHARE) for column in columns),
        tuple(tuple(shown(column.kind, row.get(column.key)) for column in columns) for row in records),
        total,
        sheet.note,
    )


def write_pdf(row: Report, project: Project, font_folder: Path | None = None) -> bytes:
    """The report as a PDF."""
    return press(font_folder).one("progress-report", paper_of(row, project))


def write_workbook(row: Report, target: BinaryIO, by: str) -> None:
    """The report as a workbook, written by whoever takes it."""
    figures = from_kept(row.figures)
    write_ledger(ledger_of(row.kind), figures.heading(by), figures.records().items(), target)


def file_name(row: Report, project: Project, suffix: str) -> str:
    return f"{row.kind.label}_{project.name}_{row.last_day:%Y%m%d}.{suffix}"
