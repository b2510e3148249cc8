#!/usr/bin/env bash
# The whole suite: on SQLite, then on a temporary PostgreSQL. What is handed over goes to pytest:
#
#   scripts/test.sh [PYTEST ARGUMENTS]
#
# WORKERS=4 scripts/test.sh runs four tests at a time (default: one for each core). The last line sums both runs up.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"
unset DATABASE_URL RUHU_INSTANCE RUHU_KEYS RUHU_FONTS RUHU_HTTPS RUHU_STYLEGUIDE FLASK_DEBUG
# With CI set, Hypothesis draws the same examples in every run: a red suite is the change's doing.
# A developer's own `pytest` draws new ones each time, and finds more.
export CI=${CI:-1}

reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
workers=${WORKERS:-$(nproc)}
failed=0

suite() { # suite NAME [RUNNER ...]
  local name=$1
  shift
  printf '\n== the suite on %s\n' "$name"
  "$@" .venv/bin/python -m pytest --numprocesses "$workers" --dist loadfile --no-loadscope-reorder \
    --junitxml "$reports/$name.xml" --override-ini junit_suite_name="$name" "${arguments[@]}" </dev/null || failed=1
}

arguments=("$@")
suite SQLite env
suite PostgreSQL scripts/with-postgres.sh

.venv/bin/python scripts/test_summary.py "$failed" "$reports"/SQLite.xml "$reports"/PostgreSQL.xml || failed=1
exit $failed
