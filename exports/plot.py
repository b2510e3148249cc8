"""Where the marks of a plot stand: for pages and for paper alike, drawn by templates/macros/plot.html.

Whole numbers in a square of 1,000 by 1,000 that the picture stretches to its own size; words are set beside it, never
stretched. Nothing here knows a colour, and no mark is told by colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey.services.block import Block
from survey.services.board import Course, Day

SIDE = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: where it begins, and how high its visits and its submissions stand."""

    day: Day
    x: int
    width: int
    visits: int
    submitted: int


def daily_bars(days: Sequence[Day]) -> list[Bar]:
    """A bar of visits beside one of submissions for each day."""
    most = max((max(day.visits, day.submitted) for day in days), default=0) or 1
    width = SIDE // max(len(days), 1)
    return [
        Bar(day, number * width, width, day.visits * SIDE // most, day.submitted * SIDE // most)
        for number, day in enumerate(days)
    ]


@dataclass(frozen=True, slots=True)
class CoursePlot:
    """What was done, the way to the target, and the fan of the forecast, as points of SVG. "" where there is none.

    marks  (x, day, kind) of the days named under the picture: first, today, until
    """

    whole: int
    done: str
    done_area: str
    target: str
    fan: str
    middle: str
    marks: tuple[tuple[int, date, str], ...]


def course_plot(days: Sequence[Day], course: Course, whole: int) -> CoursePlot | None:
    """The picture of the whole course; None before anything happened."""
    if not days or not whole:
        return None
    first, today, guess = days[0].day, course.today, course.forecast
    edge = today + timedelta(days=max(30, 2 * (today - first).days))
    ends = [day for day in (course.until, guess and guess.late, guess and guess.middle) if day]
    last = max([today + timedelta(days=7), *(min(day, edge) for day in ends)])

    def x(day: date) -> int:
        return (min(day, last) - first).days * SIDE // (last - first).days

    def y(done: int) -> int:
        return SIDE - done * SIDE // whole

    def way(to: date | None) -> str:
        """The point where a line from today to all households on that day leaves the picture."""
        if to is None:
            return f"{SIDE},{y(course.done)}"
        if to <= last:
            return f"{x(to)},0"
        reached = course.done + course.remaining * (last - today).days // (to - today).days
        return f"{SIDE},{y(reached)}"

    now = f"{x(today)},{y(course.done)}"
    done = " ".join(f"{x(day.day)},{y(day.submitted_so_far)}" for day in days if day.day <= today)
    ahead = course.until is not None and course.until > today and course.remaining > 0
    fan = ""
    if guess and course.remaining:
        # A corner of the picture lies between the two ends when one leaves by the top and the other by the side.
        corner = f" {SIDE},0" if guess.early <= last and (guess.late is None or guess.late > last) else ""
        fan = f"{now} {way(guess.early)}{corner} {way(guess.late)}"
    marks = [(x(first), first, "first"), (x(today), today, "today")]
    if course.until and first < course.until:
        marks.append((x(course.until), course.until, "until"))
    return CoursePlot(
        whole,
        f"{x(first)},{SIDE} {done}",
        f"{x(first)},{SIDE} {done} {x(today)},{SIDE}",
        f"{now} {x(course.until)},0" if ahead and course.until else "",
        fan,
        f"{now} {way(guess.middle)}" if guess and course.remaining else "",
        tuple(marks),
    )


def spark(days: Sequence[Day], whole: int) -> str:
    """What was done so far, day by day, as the points of a small line; "" before anything was."""
    if len(days) < 2 or not whole:
        return ""
    step = len(days) - 1
    return " ".join(
        f"{number * SIDE // step},{SIDE - day.submitted_so_far * SIDE // whole}" for number, day in enumerate(days)
    )


# --- all buildings ---


CELL, GAP, TALL = 8, 2, 10
"""A door's width, the space between doors, and the distance of floors, in units of the picture."""


@dataclass(frozen=True, slots=True)
class BlockPlot:
    """A building as one path for each class of its doors: a rectangle a door would weigh ten times as much."""

    block: Block
    width: int
    height: int
    paths: tuple[tuple[int, str], ...]


def block_plot(block: Block) -> BlockPlot:
    """The picture of a building. Paths begin with class `FREE`, where there are doors without a household."""
    paths: dict[int, list[str]] = {}
    for cell in block.cells:
        width, height = cell.columns * (CELL + GAP) - GAP, cell.rows * TALL - GAP
        x, y = cell.column * (CELL + GAP), cell.row * TALL
        paths.setdefault(cell.kind, []).append(f"M{x} {y}h{width}v{height}h-{width}z")
    return BlockPlot(
        block, max(block.columns * (CELL + GAP) - GAP, CELL), max(block.rows * TALL - GAP, CELL),
        tuple((kind, "".join(path)) for kind, path in sorted(paths.items())),
    )  # fmt: skip
