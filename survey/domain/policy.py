"""Policy documents in versions (政策文件): what may be published, what changed, what a briefing (宣讲) must say."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Literal

from survey.domain.errors import DomainError

Mark = Literal["same", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison of two versions."""

    mark: Mark
    text: str


def read_points(text: str) -> list[str]:
    """The points of a version (要点), one a line; blank lines and numbering by hand ("1. ", "一、") fall away.

    Rule: (house) points are numbered by their place, so that a briefing can name the ones explained.
    """
    return [point for line in text.splitlines() if (point := _without_number(line.strip()))]


def _without_number(line: str) -> str:
    head, mark, rest = line.partition("、") if "、" in line[:4] else line.partition(".")
    if mark and rest.strip() and (head.isdecimal() or (head and set(head) <= set("一二三四五六七八九十"))):
        return rest.strip() if mark == "、" or not rest[:1].isdecimal() else line
    return line


def check_publishable(text: str, points: Sequence[str], number: int, change_note: str) -> None:
    """Refuse to publish a version that nobody could explain from.

    Rule: 590号 art 13: the policy is to be explained (宣传、解释): a version has its text and its points; art 11: what
    was changed is told: a later version says in words what is new.
    Raises DomainError: policy.text_missing, policy.points_missing, policy.change_note_missing.
    """
    if not text.strip():
        raise DomainError("policy.text_missing", "text")
    if not points:
        raise DomainError("policy.points_missing", "points")
    if number > 1 and not change_note.strip():
        raise DomainError("policy.change_note_missing", "change_note")


def compare(old: Sequence[str], new: Sequence[str]) -> list[Line]:
    """The lines of both versions in reading order, each the same, added or removed.

    Rule: 590号 art 11: changes of the plan are published: people see what became of each line.
    """
    lines: list[Line] = []
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += [Line("same", text) for text in new[new_from:new_to]]
            continue
        lines += [Line("removed", text) for text in old[old_from:old_to]]
        lines += [Line("added", text) for text in new[new_from:new_to]]
    return lines


def check_briefing(
    *, points: Collection[int], known: int, held_at: datetime, is_published: bool, now: datetime
) -> None:
    """Refuse a briefing that did not happen as it says.

    points  numbers (from 0) of the points explained; `known` is how many the version has
    Rule: 590号 art 13 (explain the policy): a briefing names the published version and the points explained, and is
    recorded after it was held.
    Raises DomainError: briefing.not_published, briefing.points_missing, briefing.point_unknown, briefing.in_future.
    """
    if not is_published:
        raise DomainError("briefing.not_published", "version")
    if not points:
        raise DomainError("briefing.points_missing", "points")
    if any(not 0 <= point < known for point in points):
        raise DomainError("briefing.point_unknown", "points")
    if held_at > now:
        raise DomainError("briefing.in_future", "held_at")
