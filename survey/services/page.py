"""Which page of a list is shown."""

from __future__ import annotations


def page_within(asked: int, total: int, size: int) -> tuple[int, int]:
    """The page that is asked for, brought within those that there are, and how many there are: an empty list has one."""
    pages = max(1, -(-total // size))
    return min(max(asked, 1), pages), pages
