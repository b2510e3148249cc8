"""When the next call on a person is due."""

from __future__ import annotations

from datetime import date

import pytest

from survey.domain.care import next_call

MARCH = [date(2026, 3, day) for day in range(1, 32)]


@pytest.mark.parametrize(
    ("agreed", "every", "last", "due"),
    [
        (MARCH[9], None, None, MARCH[9]),
        (MARCH[9], 7, MARCH[4], MARCH[9]),
        (MARCH[9], 7, MARCH[9], MARCH[16]),
        (MARCH[9], None, MARCH[11], None),
        (None, 7, MARCH[0], MARCH[7]),
        (None, 7, None, None),
        (None, None, MARCH[0], None),
    ],
    ids=["agreed on, nobody there yet", "agreed on, not yet kept", "kept, then by frequency", "kept, nothing more agreed on",
         "by frequency", "never visited, no day", "nothing agreed on"],
)  # fmt: skip
def test_the_next_call(agreed: date | None, every: int | None, last: date | None, due: date | None) -> None:
    assert next_call(agreed, every, last) == due
