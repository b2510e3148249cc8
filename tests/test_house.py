"""The rules of the house, each as a small check with a note that says what to do instead."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from survey.domain.access import ADMIN_GRANTS, GRANTS, Permission, Role
from survey.domain.message import MESSAGES
from survey.models import db, migrate
from survey.web.access import Open

ROOT = Path(__file__).parent.parent
PUBLIC = {"favicon", "account.sign_in", "api.enrol", "api.openapi", "home.show", "notice.verify", "styleguide.show", "tablet.manifest", "tablet.shell",
          "tablet.worker"}  # fmt: skip


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text("utf-8")


def test_every_endpoint_declares_who_may_open_it(whole_app: Flask) -> None:
    bare = [
        name for name, view in whole_app.view_functions.items() if name != "static" and not hasattr(view, "permission")
    ]
    assert not bare, f"put @requires(Permission.X), @signed_in or @public under the route of {bare}"
    public = {name for name, view in whole_app.view_functions.items() if getattr(view, "permission", 0) is Open.PUBLIC}
    assert public <= PUBLIC, f"{public - PUBLIC} is open to everybody: declare a permission, or add it here on purpose"


def test_every_permission_is_granted_to_a_role_and_asked_for_somewhere(whole_app: Flask) -> None:
    granted = frozenset().union(*GRANTS.values(), ADMIN_GRANTS)
    assert set(Permission) == granted, f"grant or drop {set(Permission) ^ granted}"
    asked = {getattr(view, "permission", None) for view in whole_app.view_functions.values()}
    text = "".join(source for path, source in sources("survey", "exports") if path.name != "access.py")
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html"))
    unused = [
        each
        for each in Permission
        if each not in asked and f"Permission.{each.name}" not in text and f'may("{each.value}")' not in pages
    ]
    assert not unused, f"no view, page or service asks for {unused}: use it or drop it"
    assert set(GRANTS) == set(Role)


def test_nobody_who_edits_accounts_may_see_a_household() -> None:
    assert {Permission.USER_EDIT} == ADMIN_GRANTS
    assert all(Permission.USER_EDIT not in granted for granted in GRANTS.values())


def test_whoever_reviews_is_another_role_than_the_surveyor() -> None:
    for permission in (Permission.HOUSEHOLD_GROUP_REVIEW, Permission.HOUSEHOLD_OFFICE_REVIEW):
        assert permission not in GRANTS[Role.SURVEYOR]


def test_every_code_of_an_error_has_its_sentence() -> None:
    raised = set()
    for _path, source in sources("survey", "exports"):
        raised |= set(re.findall(r'DomainError\(\s*"([a-z_]+\.[a-z_0-9]+)"', source))
    missing = sorted(raised - set(MESSAGES))
    assert not missing, f"write the sentence of {missing} in survey/domain/message.py"


def test_every_sentence_ends_like_one_and_belongs_to_a_noun() -> None:
    for code, text in MESSAGES.items():
        if code in PARTS_OF_SENTENCES or code.startswith("roster.skip_"):
            continue
        assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", code), code
        assert text.endswith(("。", "）", "？", "！", "…")), (
            f"{code}: a sentence says what happened and what to do, and ends"
        )


def test_every_service_that_writes_for_somebody_leaves_an_entry_in_the_log() -> None:
    silent = []
    for path, source in sources("survey/services"):
        if path.parts[-2] == "demo":
            continue
        functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
        told = {node.name for node in functions if "audit.record(" in (ast.get_source_segment(source, node) or "")}
        for node in functions:
            takes_actor = any(argument.arg == "actor" for argument in node.args.kwonlyargs)
            if node.name.startswith("_") or not takes_actor or node.name in told:
                continue
            calls = {
                call.func.id
                for call in ast.walk(node)
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
            }
            if not calls & told and node.name not in PART_OF_ANOTHER_ACT:
                silent.append(f"{path.stem}.{node.name}")
    assert not silent, f"audit.record(...) in {silent}, or name the act that they are part of in PART_OF_ANOTHER_ACT"


PARTS_OF_SENTENCES = {"check.person_unnamed"}
"""Besides these, `roster.skip_*` are words of a table: why a row was left out."""
PART_OF_ANOTHER_ACT = {
    "enqueue_commit": "enqueue_job writes the entry",
    "join_door": "attach_door and save_sheet write theirs",
    "carry_out": "the import of a roster writes one entry for all of them",
    "search": "only a search by a whole ID number is noted, by search_noted",
    "save_first_sheets": "the import of a roster writes one entry for all of them",
    "write_home": "save_sheet writes the entry",
    "reserve_issues": "issue_notices writes the entry once the papers are laid out",
    "record_consent": "writes its entry after the withdrawal that it may contain",
}


def test_every_rule_names_its_source() -> None:
    for name in ("policy", "consent", "notice", "coownership", "calendar", "mask"):
        path = ROOT / "survey" / "domain" / f"{name}.py"
        if not path.exists():
            continue
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                assert "Rule:" in (ast.get_docstring(node) or ""), (
                    f"{path.name}: {node.name} needs a line 'Rule: source'"
                )


def test_every_template_is_rendered_or_included_by_something() -> None:
    templates = {str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html")}
    text = "".join(source for _path, source in sources("survey", "exports"))
    pages = "".join(path.read_text("utf-8") for path in (ROOT / "templates").rglob("*.html"))
    orphans = {
        name
        for name in templates
        if f'"{name}"' not in text + pages and not name.startswith(("answers/", "errors/", "print/", "tablet/page/"))
    }
    assert not orphans, f"delete {orphans} or render it"


def test_no_file_is_named_after_nothing() -> None:
    names = {path.stem for path, _ in sources("survey", "exports", "tests")} | {
        path.name for path in (ROOT / "survey").rglob("*") if path.is_dir()
    }
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}, (
        "a function without a noun is not understood yet"
    )


def test_sqlalchemy_for_flask_is_imported_in_one_place() -> None:
    users = {
        str(path.relative_to(ROOT)) for path, source in sources("survey", "exports") if "flask_sqlalchemy" in source
    }
    assert users == {"survey/models/base.py"}


def test_the_migrations_are_one_line_and_say_what_the_models_say(app: Flask) -> None:
    assert len(migrate.list_heads()) == 1
    assert migrate.list_differences(db.engine) == []


def test_no_page_has_inline_style_or_script() -> None:
    for path in (ROOT / "templates").rglob("*.html"):
        if "print" in path.parts:
            continue
        text = path.read_text("utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), (
            f"{path.name}: the policy forbids it"
        )


def test_the_project_speaks_of_the_project_alone() -> None:
    private = re.compile(r"(^|[^A-Za-z0-9_.])/(work|farm|root)/[a-z.]")
    for folder in ("survey", "exports", "templates", "tests", "frontend", "docs", "bench", "scripts"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".html", ".js", ".css", ".md", ".sh", ".mjs"} and "dist" not in path.parts:
                assert not private.search(path.read_text("utf-8")) or path == Path(__file__), path
