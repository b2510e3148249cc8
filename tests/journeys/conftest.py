"""Fixtures of the journeys: one browser a worker, servers with databases of their own, and a watch over every page."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.live import Live, Watch, chromium, context_of, environment, seed, serve, served, sign_in
from tests.postgres import create_database, drop_database

DEMO_HOUSEHOLDS = "30"

if os.environ.get("DATABASE_URL"):
    # Pages look the same on both databases: on PostgreSQL only the main story is told again.
    collect_ignore_glob = ["test_[!m]*.py"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Live]:
    """An office before its first day, on the database of this run."""
    folder = tmp_path_factory.mktemp("office")
    server, name = os.environ.get("DATABASE_URL"), f"ruhu_journey_{worker_id}_{os.getpid()}"
    env = environment(folder, create_database(server, name) if server else "")
    seeded = seed(env, "office")
    with serve(env, folder / "server.log") as url:
        yield served(url, seeded)
    if server:
        drop_database(server, name)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Live]:
    """The demo project, small. It is made once a run; each worker serves a copy of it."""
    run = tmp_path_factory.getbasetemp() if worker_id == "master" else tmp_path_factory.getbasetemp().parent
    shared = run / "journeys-demo"
    with (run / "journeys-demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "seed.json").exists():
            (shared / "seed.json").write_text(seed(environment(shared), "demo", DEMO_HOUSEHOLDS), "utf-8")
    folder = tmp_path_factory.mktemp("demo") / "instance"
    shutil.copytree(shared, folder)
    with serve(environment(folder), folder / "server.log") as url:
        yield served(url, (folder / "seed.json").read_text("utf-8"))


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Fails the test when a page complained: console error, exception, refusal by the content security policy, 500."""
    watching = Watch()
    yield watching
    assert not watching.problems, "\n".join(watching.problems)


@pytest.fixture
def open_as(browser: Browser, demo: Live, watch: Watch) -> Iterator[Callable[..., Page]]:
    """A signed-in page of the demo: `open_as("surveyor", width=800, theme="dark")`."""
    contexts: list[BrowserContext] = []

    def open_page(who: str, **look: Any) -> Page:
        context = context_of(browser, demo, watch, **look)
        contexts.append(context)
        return sign_in(context, demo, who)

    yield open_page
    for context in contexts:
        context.close()
