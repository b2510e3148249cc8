"""Write scripts/constraints.txt from what is installed in .venv: every package that setup.cfg does not name itself."""

from __future__ import annotations

import configparser
import re
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """\
# The packages that our packages need, at the versions that were seen working together.
# What Ruhu itself asks for stands in setup.cfg; after a change there, run `make constraints`.
"""


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_in_setup_cfg() -> dict[str, str]:
    """The normalised names in setup.cfg, each with its extras ("binary" of psycopg[binary])."""
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    lines = config["options"]["install_requires"] + config["options.extras_require"]["dev"]
    found = {}
    for line in lines.split():
        match = re.match(r"([\w.-]+?)(?:\[([\w,]+)\])?==", line)
        if match:
            found[normal(match[1])] = match[2] or ""
    return found


def needs(package: Distribution, extras: str) -> list[tuple[str, str]]:
    """The requirements of an installed package as (name, extras), those of extras that nobody asked for left out."""
    found = []
    for line in package.requires or []:
        requirement, _, marker = line.partition(";")
        asked = re.search(r"""extra\s*==\s*['"]([\w-]+)['"]""", marker)
        if asked and asked[1] not in extras.split(","):
            continue
        match = re.match(r"([\w.-]+)\s*(?:\[([\w,\s-]+)\])?", requirement.strip())
        if match:
            found.append((match[1], match[2] or ""))
    return found


def main() -> None:
    named = named_in_setup_cfg()
    versions: dict[str, str] = {}
    waiting = list(named.items())
    seen = set()
    while waiting:
        name, extras = waiting.pop()
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            package = distribution(name)
        except ModuleNotFoundError:  # wanted on other systems only
            continue
        if normal(name) not in named:
            versions[normal(name)] = package.version
        waiting += needs(package, extras)
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    (ROOT / "scripts" / "constraints.txt").write_text(HEAD + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
