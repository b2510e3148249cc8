"""Standing back for others, and stepping forward while others wait for us."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

Work = Callable[[], None]
Front = Callable[[Work], None]


def at_once(work: Work) -> None:
    """For a worker that does not stand back."""
    work()


class StandingBack:
    """The calling thread works at a lower priority from now on; what is handed to `in_front` is done at the former one.

    A low priority makes a writer hold the database's lock for longer, and with it all who have a higher one. Nobody but
    root may raise a priority again, but on Linux each thread has its own: one that is started before keeps it.
    """

    def __init__(self, nice: int) -> None:
        self._front = ThreadPoolExecutor(1, "in-front")
        self._front.submit(int).result()  # starts the thread
        os.nice(nice)

    def in_front(self, work: Work) -> None:
        """Do this at the former priority, in the caller's context (its session too), and wait for it."""
        self._front.submit(copy_context().run, work).result()
