#!/usr/bin/env bash
# Every check that needs no run of the product. All of them run, then the script fails if one did.
set -uo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

failed=()
check() { # check NAME COMMAND ...
  local name=$1
  shift
  printf '== %s\n' "$name"
  "$@" </dev/null || failed+=("$name")
}

check "ruff check" ruff check --quiet .
check "ruff format" ruff format --check --quiet .
check "types" mypy
check "import contracts" lint-imports --no-cache
if compgen -G 'frontend/*.js' >/dev/null; then
  check "types of scripts" node_modules/.bin/tsc --project tsconfig.json
fi
check "templates" djlint --lint --quiet templates

[ ${#failed[@]} -eq 0 ] || { printf '\nfailed: %s\n' "$(IFS=,; echo "${failed[*]}")" >&2; exit 1; }
echo "all checks passed"
