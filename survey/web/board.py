"""The board (进度) for coordinators and everybody else: each figure leads to its households."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from survey.domain.access import Permission
from survey.services import register
from survey.services.board import FIGURES, Day, make_board, share_text
from survey.services.project import settings_of
from survey.web.access import current_user, project_of_page, requires

bp = Blueprint("board", __name__)


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the trend, in the units of its picture (a day is 20 wide, the picture 100 high)."""

    day: Day
    x: int
    visits_height: int
    submitted_height: int


@bp.get("/project/<project_code>/board")
@requires(Permission.BOARD_SHOW)
def show(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    board = make_board(current_user, project, register.read(project))
    return render_template(
        "board/show.html",
        board=board,
        by=request.args.get("by") if request.args.get("by") in ("building", "team") else "building",
        bars=_bars(board.days),
        settings=settings_of(project),
        share=share_text,
        leads_to=_leads_to(project_code),
        labels={
            "surveyed": _("已完成"),
            "met": _("已见面"),
            "refused": _("拒访"),
            "briefed": _("已宣讲"),
            "agreed": _("同意"),
            "returned": _("被退回"),
        },
    )


def _leads_to(project_code: str):  # type: ignore[no-untyped-def]
    """Figure, and what it is of -> the address of the list of its households."""

    def address(figure: str | None = None, **among: str) -> str:
        chosen = {FIGURES[figure][0]: FIGURES[figure][1]} if figure else {}
        return url_for("household.list", project_code=project_code, **chosen, **among)

    return address


def _bars(days: tuple[Day, ...]) -> list[Bar]:
    most = max((max(day.visits, day.submitted) for day in days), default=0) or 1
    return [
        Bar(day, number * 20, day.visits * 100 // most, day.submitted * 100 // most) for number, day in enumerate(days)
    ]
