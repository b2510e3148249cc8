"""What a hand drew: read strictly, and bound to the text and the picture."""

from __future__ import annotations

import json
from typing import Any

import pytest

from survey.domain.errors import DomainError
from survey.domain.signature import FURTHEST_PX, LONGEST_MS, MOST_POINTS, bind_drawing, read_strokes

POINT = [10.5, 20, 30, 0.5]
HOSTILE: list[Any] = [
    None, "x", {}, 5, [[]], ["x"], [POINT], [[None]], [[[1, 2, 3]]], [[[*POINT, 1]]], [[["1", 2, 3, 0]]],
    [[[True, 2, 3, 0]]], [[[1, 2, True, 0]]], [[[1, 2, 3.5, 0]]], [[[1, 2, None, 0]]], [[[1, 2, 3, 1.1]]],
    [[[FURTHEST_PX + 1, 2, 3, 0]]], [[[1, -FURTHEST_PX - 1, 3, 0]]], [[[1, 2, LONGEST_MS + 1, 0]]],
    json.loads("[[[NaN, 2, 3, 0]]]"), json.loads("[[[1, Infinity, 3, 0]]]"), json.loads("[[[1, 2, 3, -Infinity]]]"),
    [[[10**400, 2, 3, 0]]], [[POINT] * (MOST_POINTS + 1)], [[POINT]] * (MOST_POINTS + 1), [1] * (MOST_POINTS + 1),
]  # fmt: skip


@pytest.mark.parametrize("told", HOSTILE, ids=[str(each)[:40] for each in HOSTILE])
def test_what_no_hand_can_have_drawn_is_refused(told: Any) -> None:
    with pytest.raises(DomainError, match=r"sync\.event_form"):
        read_strokes(told)


def test_strokes_stay_as_they_were_drawn_also_when_the_clock_was_set_back() -> None:
    drawn = [[POINT, [11, 21, 46, 0.62]], [[-0.4, 3, -1000, 0]]]
    assert json.loads(json.dumps(read_strokes(drawn))) == drawn
    assert len(read_strokes([[POINT] * MOST_POINTS])[0]) == MOST_POINTS


def test_another_stroke_text_or_picture_is_another_drawing() -> None:
    strokes = read_strokes([[POINT]])
    told = {bind_drawing(*each)[1] for each in (
        (strokes, "a", "b"), (strokes, "a", "c"), (strokes, "c", "b"), (read_strokes([[POINT, POINT]]), "a", "b"),
    )}  # fmt: skip
    assert len(told) == 4
