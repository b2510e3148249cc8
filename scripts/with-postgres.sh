#!/usr/bin/env bash
# Runs a command beside a temporary PostgreSQL server, and removes the server afterwards.
#
#   scripts/with-postgres.sh [--durable] [--as NAME] COMMAND [ARGUMENT ...]
#
# The server's address is in DATABASE_URL, or in the variable named by --as. Its account may make databases.
# Without --durable it does not wait for the disk: right for tests, wrong for benchmarks.
# Example: scripts/with-postgres.sh .venv/bin/pytest tests/services
set -euo pipefail

durable=no
variable=DATABASE_URL
while [ $# -gt 0 ]; do
  case "$1" in
    --durable) durable=yes; shift ;;
    --as) variable=$2; shift 2 ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { echo "usage: scripts/with-postgres.sh [--durable] [--as NAME] COMMAND ..." >&2; exit 2; }

initdb=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null | sort -V | tail -n 1)
[ -n "$initdb" ] || { echo "PostgreSQL is not installed: scripts/setup.sh --tests" >&2; exit 1; }
bin=${initdb%/*}

# The server refuses to run as root; Debian's package brings an account for it.
as_owner=()
if [ "$(id -u)" = 0 ]; then
  as_owner=(setpriv --reuid postgres --regid postgres --init-groups env HOME=/nonexistent)
fi

folder=$(mktemp -d /tmp/ruhu-postgres.XXXXXX)
started=no
clean_up() {
  trap - EXIT INT TERM HUP
  [ $started = no ] || "${as_owner[@]}" "$bin/pg_ctl" --pgdata "$folder/data" --mode immediate --silent stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >"$folder/password"
[ ${#as_owner[@]} -eq 0 ] || chown -R postgres:postgres "$folder"
cd_back=$PWD
cd "$folder" # the server's account may not be able to read the folder we were called from
LC_ALL=C.UTF-8 "${as_owner[@]}" "$bin/initdb" --pgdata "$folder/data" --username ruhu --pwfile "$folder/password" \
  --auth scram-sha-256 --encoding UTF8 --locale C.UTF-8 --no-sync </dev/null >"$folder/initdb.log" 2>&1 ||
  { cat "$folder/initdb.log" >&2; exit 1; }

# The server's own time zone is not UTC on purpose: what relies on it shows.
settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=100 -c timezone=Asia/Shanghai"
settings+=" -c logging_collector=off -c log_min_messages=fatal -c shared_buffers=128MB"
[ $durable = yes ] || settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
for attempt in 1 2 3 4 5; do
  port=$((20000 + (RANDOM * 32768 + RANDOM) % 12000))
  if "${as_owner[@]}" "$bin/pg_ctl" --pgdata "$folder/data" --log "$folder/server.log" --wait --timeout 60 --silent \
    --options "-p $port $settings" start </dev/null >/dev/null 2>&1; then
    started=yes
    break
  fi
done
[ $started = yes ] || { cat "$folder/server.log" >&2; exit 1; }
cd "$cd_back"

export "$variable=postgresql+psycopg://ruhu:$password@127.0.0.1:$port/postgres"
"$@"
