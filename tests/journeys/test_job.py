"""A big ledger in the browser: asked for, followed, taken; with the worker that `ruhu serve` keeps beside the server."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.journeys.axe import violations
from tests.journeys.live import Live, Watch, context_of, environment, ready, seed, serve, served, sign_in
from tests.journeys.test_axe import too_wide

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An installation in which every ledger is a big one."""
    return {**environment(tmp_path_factory.mktemp("jobs")), "RUHU_EXPORT_AT_ONCE": "-1"}


@pytest.fixture(scope="module")
def busy(env: dict[str, str]) -> Iterator[Live]:
    seeded = seed(env, "office")
    with serve(env, Path(env["RUHU_INSTANCE"]) / "server.log") as url:
        yield served(url, seeded)


@pytest.fixture
def office(browser: Browser, busy: Live, watch: Watch) -> Iterator[Page]:
    context = context_of(browser, busy, watch)
    yield sign_in(context, busy, "office")
    context.close()


def workers(instance: str) -> list[int]:
    """The processes that work for an instance, by its folder in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
            if b"--parent" in words and f"RUHU_INSTANCE={instance}".encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
        except OSError:
            continue  # it has just ended, or is not ours to look at
    return found


def export(page: Page, ledger: str) -> None:
    page.goto(f"/project/YY/ledger/{ledger}")
    ready(page)
    page.locator("[data-qa=export]").click()
    page.wait_for_url("**/job/*")


def test_a_big_ledger_is_followed_on_its_page_and_taken_from_there(office: Page, tmp_path: Path) -> None:
    export(office, "register")
    expect(office.locator("[data-qa=download]")).to_be_visible()
    with office.expect_download() as told:
        office.locator("[data-qa=download]").click()
    told.value.save_as(tmp_path / "ledger.xlsx")
    assert told.value.suggested_filename.startswith("入户调查登记台账_颐园小区改造项目_")
    assert "登记台账" in load_workbook(tmp_path / "ledger.xlsx").sheetnames
    office.goto("/project/YY/job")
    expect(office.locator("[data-qa=job]")).to_have_count(1)


def test_a_worker_that_is_killed_is_started_again_by_the_server(office: Page, env: dict[str, str]) -> None:
    (first,) = workers(env["RUHU_INSTANCE"])
    os.kill(first, signal.SIGKILL)
    export(office, "consents")
    expect(office.locator("[data-qa=download]")).to_be_visible()
    (second,) = workers(env["RUHU_INSTANCE"])
    assert second != first


def test_the_worker_ends_with_its_server(tmp_path: Path) -> None:
    env = environment(tmp_path)
    seed(env, "office")
    with serve(env, tmp_path / "server.log"):
        assert len(workers(str(tmp_path))) == 1
    assert workers(str(tmp_path)) == []


@pytest.mark.parametrize("theme", ["", "dark"])
def test_the_page_of_a_job_in_each_state_leaves_axe_nothing_to_find(
    browser: Browser, busy: Live, env: dict[str, str], watch: Watch, theme: str
) -> None:
    jobs = json.loads(seed(env, "jobs"))
    context = context_of(browser, busy, watch, theme=theme)
    page = sign_in(context, busy, "office")
    found: list[str] = []
    for url in ["/project/YY/job", *(f"/project/YY/job/{job}" for job in jobs.values())]:
        page.goto(url)
        ready(page)
        found += [*violations(page), *too_wide(page)]
    context.close()
    assert not found, "\n".join(found)
