"""Print one pytest-like line for several runs of the suite: scripts/test_summary.py FAILED REPORT.xml ...

Exits with 1 when a run left no report, has failures, or found no test at all.
"""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree


def main(failed: bool, reports: list[Path]) -> int:
    total = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    seconds = 0.0
    for report in reports:
        counts = dict.fromkeys(total, 0)
        if report.is_file():
            for suite in ElementTree.parse(report).getroot().iter("testsuite"):  # noqa: S314 (our own file)
                for key in counts:
                    counts[key] += int(suite.get(key, "0"))
                seconds += float(suite.get("time", "0"))
        if not counts["tests"]:
            print(f"{report.stem}: no test was run")
            failed = True
        for key in total:
            total[key] += counts[key]
    passed = total["tests"] - total["failures"] - total["errors"] - total["skipped"]
    failed = failed or total["failures"] + total["errors"] > 0
    words = [
        f"{count} {word}"
        for word, count in (
            ("failed", total["failures"]),
            ("passed", passed),
            ("skipped", total["skipped"]),
            ("errors", total["errors"]),
        )
        if count or word == "passed"
    ]
    line = f" {', '.join(words)} in {seconds:.2f}s ({' + '.join(report.stem for report in reports)}) "
    if failed and not total["failures"] + total["errors"]:
        line = " a run did not finish:" + line
    print("\n" + line.center(100, "="))
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] != "0", [Path(name) for name in sys.argv[2:]]))
