"""Python that runs beside a server of the journeys: python -m tests.journeys.beside, in the server's environment.

Reads one request a line, `[script, values]` as JSON, and answers with one line, `[exit code, output]`. Each script runs in
a process of its own that is forked from this one: the application's modules are loaded once, and nothing else is shared.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback

import survey.cli  # noqa: F401  loads what every script needs


def run(script: str, values: list[str]) -> tuple[int, str]:
    """The exit code and everything that the script printed, errors too."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as out:
        child = os.fork()
        if not child:
            os.dup2(out.fileno(), 1)
            os.dup2(out.fileno(), 2)
            sys.argv = ["beside", *values]
            try:
                exec(script, {"__name__": "__main__"})  # noqa: S102  the journeys' own scripts
                code = 0
            except BaseException:
                traceback.print_exc()
                code = 1
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(child, 0)
        out.seek(0)
        return os.waitstatus_to_exitcode(status), out.read()


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(*json.loads(line))), flush=True)
