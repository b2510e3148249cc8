"""The wall screen (大屏): the board for a room that nobody touches. It renews itself, and shows nobody's name."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from exports.plot import block_plot, course_plot
from survey.domain.access import Permission
from survey.services import register
from survey.services.block import QUESTIONS, count_kinds, list_blocks
from survey.services.board import list_teams, make_board, share_text
from survey.services.stuck import list_stuck
from survey.web.access import current_user, project_of_page, requires, unattended

bp = Blueprint("wall", __name__)

BLOCKS = 60
STUCK = 5
QUESTION = "status"


@bp.get("/project/<project_code>/wall")
@requires(Permission.BOARD_SHOW)
@unattended
def show(project_code: str) -> ResponseReturnValue:
    project = project_of_page()
    reading = register.read(project)
    board = make_board(current_user, project, reading)
    question = QUESTIONS[QUESTION]
    stuck = sorted(list_stuck(current_user, project, reading), key=lambda row: -row.count)
    return render_template(
        "wall/show.html",
        board=board,
        teams=list_teams(current_user, project, reading),
        today_so_far=board.days[-1] if board.days else None,
        plot=course_plot(board.days, board.course, board.total.households),
        share=share_text,
        kinds=[
            (_(each.label), count, "", each.mark)
            for each, count in zip(question.kinds, count_kinds(current_user, project, reading, question), strict=True)
        ],
        plots=[
            block_plot(each) for each in list_blocks(current_user, project, reading, question, first=0, size=BLOCKS)
        ],
        stuck=[row for row in stuck if row.count][:STUCK],
    )
