"""The guides say what the program does: permissions as in the code, pictures and links that exist."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from survey.domain.access import Permission, Role

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
PICTURE_BYTES = 200_000


@pytest.fixture(scope="module")
def roles() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "scripts" / "roles.py"))


def test_the_table_of_permissions_is_that_of_the_code(roles: dict[str, Any]) -> None:
    assert (DOCS / "roles.md").read_text("utf-8") == roles["page"](), "run .venv/bin/python scripts/roles.py"


def test_every_permission_and_role_has_words_in_the_guide(roles: dict[str, Any]) -> None:
    told = [permission for group in roles["GROUPS"].values() for permission in group]
    assert sorted(told) == sorted(Permission)
    assert set(roles["SCOPES"]) == set(Role)


def test_the_columns_of_the_ledgers_are_those_of_the_code() -> None:
    made = runpy.run_path(str(ROOT / "scripts" / "ledgers.py"))["page"]()
    assert (DOCS / "ledgers.md").read_text("utf-8") == made, "run .venv/bin/python scripts/ledgers.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_the_pages_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), target


def test_every_picture_is_shown_on_some_page_and_is_small() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in LINK.findall(page.read_text("utf-8"))}
    for picture in (DOCS / "images").glob("*"):
        assert picture.resolve() in shown, f"{picture.name} is on no page"
        assert picture.stat().st_size < PICTURE_BYTES, f"{picture.name} is too large"
