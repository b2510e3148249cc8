"""Run every benchmark and write docs/benchmarks.md: python -m bench.run [NAME ...]

With names, only those run, and only their part of the page is renewed. Each benchmark is a process of its own, so that
none inherits another's memory. A benchmark that fails leaves its old part in place and makes the exit code 1.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from bench.machine import machine

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "benchmarks.md"
NOT_BENCHMARKS = {"__init__", "machine", "run"}
HEAD = """\
# Benchmarks

Made by `make bench`; each part names the machine and the day. They tell what to expect and show when something became
slower. Nothing in the test-suite depends on them.
"""


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)


def parts() -> dict[str, str]:
    """The parts that the page has now, by benchmark."""
    if not PAGE.is_file():
        return {}
    found: dict[str, str] = {}
    for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        name, _, text = part.partition("\n")
        found[name.strip()] = text.strip()
    return found


def main(wanted: list[str]) -> int:
    unknown = set(wanted) - set(names())
    if unknown:
        print(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    page, failed = parts(), []
    line = machine()
    for name in wanted or names():
        print(f"== {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], cwd=HERE.parent, stdout=subprocess.PIPE, text=True, check=False
        )
        print(done.stdout, flush=True)
        if done.returncode:
            failed.append(name)
            continue
        tables = done.stdout.removeprefix(line).strip()
        page[name] = f"{date.today().isoformat()}, {line}\n\n{tables}"  # noqa: DTZ011 (the day here)
    current = {name: text for name, text in sorted(page.items()) if name in names()}
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(HEAD + "".join(f"\n## {name}\n\n{text}\n" for name, text in current.items()), encoding="utf-8")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
