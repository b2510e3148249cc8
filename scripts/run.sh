#!/usr/bin/env bash
# Serves Ruhu for trying out: migrates, loads the demo project where there is none, then serves.
#
#   scripts/run.sh [ARGUMENTS OF ruhu serve]
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ruhu migrate
.venv/bin/ruhu demo --if-empty
exec .venv/bin/ruhu serve "$@"
