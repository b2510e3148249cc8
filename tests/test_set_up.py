"""What the set-up rests on: pinned packages, built assets, and a last line that tells the truth."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def requirements() -> dict[str, str]:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"] + config["options.extras_require"]["dev"]
    return {line: re.sub(r"[-_.]+", "-", re.split(r"[\[=<>~]", line)[0]).lower() for line in lines.split()}


def constraints() -> list[str]:
    lines = (ROOT / "scripts" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_python_package_is_pinned_to_one_version() -> None:
    for line in [*requirements(), *constraints()]:
        assert re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.]+", line), line


def test_constraints_leave_alone_what_setup_cfg_pins() -> None:
    assert not {line.split("==")[0] for line in constraints()} & set(requirements().values())


def test_the_npm_lock_file_names_no_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, name
        assert not name or package["integrity"], name


def test_npm_packages_are_pinned_to_one_version() -> None:
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    for name, version in {**package.get("dependencies", {}), **package["devDependencies"]}.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name


def test_make_help_tells_what_each_target_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split())  # type: ignore[index]
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.split()[1] for line in done.stdout.splitlines()} == targets


@pytest.fixture
def frontend(tmp_path: Path) -> Path:
    """A folder with the build script and nothing to build."""
    (tmp_path / "frontend").mkdir()
    shutil.copy(ROOT / "frontend" / "build.mjs", tmp_path / "frontend")
    shutil.copy(ROOT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    return tmp_path / "frontend"


def build(frontend: Path) -> subprocess.CompletedProcess[str]:
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["node", "frontend/build.mjs"],
        cwd=frontend.parent,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_assets_are_built_under_names_that_change_with_their_content(frontend: Path) -> None:
    (frontend / "part").mkdir()
    (frontend / "part" / "greet.js").write_text("export const greet = (name) => `您好，${name}`;")
    (frontend / "app.js").write_text('import { greet } from "./part/greet.js"; document.title = greet("户");')
    (frontend / "app.css").write_text("body { background: url(./mark.svg); }")
    (frontend / "mark.svg").write_text("<svg/>")
    dist = frontend.parent / "survey" / "static" / "dist"

    assert build(frontend).returncode == 0
    first = json.loads((dist / "manifest.json").read_text())
    assert set(first) == {"app.js", "app.css", "mark.svg"}
    assert "您好" in (dist / first["app.js"]).read_text()
    assert first["mark.svg"] in (dist / first["app.css"]).read_text()

    (frontend / "app.css").write_text("body { color: red; }")
    assert build(frontend).returncode == 0
    second = json.loads((dist / "manifest.json").read_text())
    assert second["app.js"] == first["app.js"]
    assert second["app.css"] != first["app.css"]
    assert {path.name for path in dist.iterdir()} == {"manifest.json", *second.values()}


def test_a_broken_script_leaves_the_assets_that_were_built_before(frontend: Path) -> None:
    (frontend / "app.js").write_text("document.title = '户';")
    assert build(frontend).returncode == 0
    manifest = (frontend.parent / "survey" / "static" / "dist" / "manifest.json").read_text()

    (frontend / "app.js").write_text('import "./nowhere.js";')
    done = build(frontend)
    assert done.returncode == 1
    assert "nowhere.js" in done.stderr
    assert (frontend.parent / "survey" / "static" / "dist" / "manifest.json").read_text() == manifest


def summary(failed: str, *reports: Path) -> subprocess.CompletedProcess[str]:
    script = ROOT / "scripts" / "test_summary.py"
    return subprocess.run([sys.executable, script, failed, *reports], capture_output=True, text=True, check=False)


def report(folder: Path, name: str, **counts: int) -> Path:
    counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0} | counts
    words = " ".join(f'{key}="{value}"' for key, value in counts.items())
    path = folder / f"{name}.xml"
    path.write_text(f'<testsuites><testsuite name="pytest" time="1.5" {words}/></testsuites>')
    return path


def test_the_last_line_of_the_suite_sums_up_both_databases(tmp_path: Path) -> None:
    done = summary("0", report(tmp_path, "SQLite", tests=10, skipped=1), report(tmp_path, "PostgreSQL", tests=10))
    assert done.returncode == 0
    assert " 19 passed, 1 skipped in 3.00s (SQLite + PostgreSQL) " in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("counts", [{"failures": 1}, {"errors": 1}])
def test_the_suite_fails_when_one_database_does(tmp_path: Path, counts: dict[str, int]) -> None:
    done = summary("0", report(tmp_path, "SQLite", tests=10), report(tmp_path, "PostgreSQL", tests=10, **counts))
    assert done.returncode == 1


def test_the_suite_fails_when_a_run_left_no_report_or_found_no_test(tmp_path: Path) -> None:
    whole = report(tmp_path, "SQLite", tests=10)
    assert summary("0", whole, tmp_path / "PostgreSQL.xml").returncode == 1
    assert summary("0", whole, report(tmp_path, "PostgreSQL")).returncode == 1
    assert "did not finish" in summary("1", whole).stdout
