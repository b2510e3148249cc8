"""The board (进度) for coordinators and everybody else: each figure leads to its households."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.plot import block_plot, course_plot, daily_bars
from survey.domain.access import Permission, Role
from survey.domain.forecast import PACE_DAYS
from survey.domain.message import N_
from survey.models import Project
from survey.services import register
from survey.services.block import QUESTIONS, count_blocks, count_kinds, list_blocks
from survey.services.board import (
    FIGURES,
    SPECIAL,
    Board,
    BuildingFigures,
    Count,
    TeamFigures,
    count_buildings,
    list_buildings,
    list_teams,
    make_board,
    share_text,
)
from survey.services.page import page_within
from survey.services.register import Reading
from survey.services.stuck import count_unsent, list_stuck
from survey.web.access import current_user, may, project_of_page, requires, role_of_page
from survey.web.answer import url_with

bp = Blueprint("board", __name__)

DAYS = 30
"""Of the daily bars."""
ROWS = 40
"""Lines of a table to a page."""
BLOCKS = 40
"""Buildings to a picture: with 272 doors each the page weighs some 220 KB, a tenth of it on the wire."""
BY = {"building": N_("按楼栋"), "team": N_("按小组"), "surveyor": N_("按调查员")}
NO_ID = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table by building or team: what it is called, where it leads, and by which filter it is chosen."""

    name: str
    url: str
    among: str
    count: Count


@bp.get("/project/<project_code>/board")
@requires(Permission.BOARD_SHOW)
def show(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    reading = register.read(project)
    board = make_board(current_user, project, reading)
    by = request.args.get("by", "")
    by = by if by in BY else "building"
    order = request.args.get("sort", "")
    lines, pager = _page_of_lines(project, reading, board, by, order)
    return render_template(
        "board/show.html",
        board=board,
        by=by,
        order=order,
        lines=lines,
        pager=pager,
        bars=daily_bars(board.days[-DAYS:]),
        plot=course_plot(board.days, board.course, board.total.households),
        labels=_labels(by),
        share=share_text,
        decimal=_decimal,
        pace_days=PACE_DAYS,
        leads_to=_leads_to(project_code),
        special=[(name, _(register.HOUSEHOLD_FILTERS[FIGURES[name][0]].label), _may_list(name)) for name in SPECIAL],
        tabs_by=[
            {"label": _(label), "url": url_with(by=name, sort=None), "current": name == by}
            for name, label in BY.items()
        ],
        sort_url=_sort_url(order),
    )


@bp.get("/project/<project_code>/board/buildings")
@requires(Permission.BOARD_SHOW)
def buildings(project_code: str) -> ResponseReturnValue:
    """All buildings in one picture, coloured by a question; forty to a page."""
    project = project_of_page()
    reading = register.read(project)
    asked = request.args.get("question", "")
    asked = asked if asked in QUESTIONS else "status"
    question = QUESTIONS[asked]
    pager = _pager(count_blocks(current_user, project), BLOCKS)
    first = (pager["number"] - 1) * BLOCKS
    blocks = list_blocks(current_user, project, reading, question, first=first, size=BLOCKS)
    counts = count_kinds(current_user, project, reading, question)
    base = url_for("household.list", project_code=project_code)
    return render_template(
        "board/buildings.html",
        question=question,
        questions=[
            {"label": _(each.label), "url": url_with(question=name), "current": name == asked}
            for name, each in QUESTIONS.items()
        ],
        kinds=[
            (_(each.label), count, f"{base}?{urlencode(each.filters)}", each.mark)
            for each, count in zip(question.kinds, counts, strict=True)
        ],
        plots=[block_plot(block) for block in blocks],
        pager=pager,
    )


@bp.get("/project/<project_code>/board/stuck")
@requires(Permission.BOARD_SHOW)
def stuck(project_code: str) -> ResponseReturnValue:
    """Why households do not get on, and whose turn it is. Tablets are no household's: who sees all of them sees these."""
    project = project_of_page()
    sees_all = role_of_page() not in (Role.SURVEYOR, Role.LEADER)
    return render_template(
        "board/stuck.html",
        rows=list_stuck(current_user, project, register.read(project)),
        unsent=count_unsent(project) if sees_all else None,
    )


def _labels(by: str) -> dict[str, str]:
    """Headings, looked up once: a table has each of them in every line, for narrow screens."""
    return {
        "name": {"building": _("楼栋"), "team": _("小组"), "surveyor": _("调查员")}[by],
        "households": _("应调查"), "surveyed": _("已完成"), "met": _("已见面"), "refused": _("拒访"), "briefed": _("已宣讲"),
        "agreed": _("同意户"), "agreed_area": _("同意面积"), "returned": _("被退回"), "visits": _("入户次数"),
        "visited": _("走访户数"), "first": _("首访户数"), "met_first": _("首访见面"), "handed_back": _("提交后被退回"),
    }  # fmt: skip


def _may_list(figure: str) -> bool:
    """Whether the person may see which households these are, besides how many (a filter tells what it hides)."""
    needed = register.HOUSEHOLD_FILTERS[FIGURES[figure][0]].permission
    return needed is None or may(needed)


def _leads_to(project_code: str) -> Callable[..., str]:
    """Figure, and what it is of -> the address of the list of its households.

    The address is put together here: a page has a thousand of them, and `url_for` takes its time.
    """
    base = url_for("household.list", project_code=project_code)
    chosen = {figure: urlencode({name: value}) for figure, (name, value) in FIGURES.items()}

    def address(figure: str | None = None, among: str = "") -> str:
        query = "&".join(filter(None, (chosen[figure] if figure else "", among)))
        return f"{base}?{query}" if query else base

    return address


def _pager(total: int, size: int) -> dict[str, int]:
    """The page that the address asks for, within those that there are."""
    number, pages = page_within(request.args.get("page", 1, int), total, size)
    return {"number": number, "pages": pages, "total": total}


def _page_of_lines(
    project: Project, reading: Reading, board: Board, by: str, order: str
) -> tuple[Sequence[Any], dict[str, int]]:
    """The lines of a page, and its pager. Only an order by figures asks for the figures of every building."""
    if by == "building" and order.removeprefix("-") not in COUNT_KEYS:
        pager = _pager(count_buildings(current_user, project), ROWS)
        rows = list_buildings(current_user, project, reading, first=(pager["number"] - 1) * ROWS, size=ROWS)
        return _building_lines(rows), pager
    lines: Sequence[Any]
    if by == "building":
        lines = _sorted(_building_lines(list_buildings(current_user, project, reading)), order, COUNT_KEYS)
    elif by == "team":
        lines = _sorted(_team_lines(list_teams(current_user, project, reading)), order, COUNT_KEYS)
    else:
        lines = _sorted(board.people, order, PERSON_KEYS)
    pager = _pager(len(lines), ROWS)
    return lines[(pager["number"] - 1) * ROWS : pager["number"] * ROWS], pager


def _team_lines(rows: Sequence[TeamFigures]) -> list[Line]:
    return [Line(row.name or _("未分组"), "", urlencode({"team": row.id or "none"}), row.count) for row in rows]


def _building_lines(rows: Sequence[BuildingFigures]) -> list[Line]:
    address, word = url_for("building.show", building_id=NO_ID), _("%(no)s号楼", no="{}")
    return [
        Line(word.format(row.no), address.replace(str(NO_ID), str(row.id)), urlencode({"building": row.no}), row.count)
        for row in rows
    ]


def _share(part: int, whole: int) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(-1)


COUNT_KEYS: dict[str, Callable[[Any], Any]] = {
    "households": lambda line: line.count.households,
    "surveyed": lambda line: _share(line.count.surveyed, line.count.households),
    "met": lambda line: _share(line.count.met, line.count.households),
    "refused": lambda line: line.count.refused,
    "briefed": lambda line: _share(line.count.briefed, line.count.households),
    "agreed": lambda line: _share(line.count.agreed, line.count.households),
    "agreed_area": lambda line: _share(line.count.agreed_area, line.count.area),
    "returned": lambda line: line.count.returned,
}
PERSON_KEYS: dict[str, Callable[[Any], Any]] = {
    "visits": lambda row: row.visits,
    "visited": lambda row: row.households,
    "first": lambda row: row.first,
    "met_first": lambda row: _share(row.met_first, row.first),
    "returned": lambda row: row.returned,
}


def _sorted(lines: Sequence[Any], order: str, keys: dict[str, Callable[[Any], Any]]) -> Sequence[Any]:
    """By a column, "-" before it from high to low; lines that are alike, and an unknown column, stay as they are."""
    key = keys.get(order.removeprefix("-"))
    return sorted(lines, key=key, reverse=order.startswith("-")) if key else lines


def _sort_url(order: str) -> Callable[[str], str]:
    """Column -> the address of this page ordered by it: from low to high first, for the slow ones are looked for."""

    def address(column: str) -> str:
        return url_with(sort=f"-{column}" if order == column else column)

    return address


def _decimal(value: Fraction) -> str:
    """A pace with one decimal, cut."""
    tenths = value.numerator * 10 // value.denominator
    return str(Decimal(tenths).scaleb(-1)) if tenths % 10 else str(tenths // 10)
