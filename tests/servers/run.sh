#!/bin/bash
# usage: run.sh NAME...          starts the servers one after the other and stops them all when its standard input ends
#        run.sh --check NAME...  fails, and says what to type, when something is missing that only root can install
#
# The caller holds the other end of standard input: however the caller ends, even killed, the pipe closes and nothing is left running.
# Standard output, for the caller to read: the KEY=value lines of each server, then "ready NAME" or "failed NAME".
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"
if [ "${1:-}" = --check ]; then
  shift
  [ "$(id -u)" = 0 ] || need "$@"
  exit
fi

W=$(mktemp -d "${TMPDIR:-/tmp}/parvis-test.XXXXXX")
chmod 755 "$W"
finish() {
  local dir
  for dir in "$W"/*/; do "$here/stop.sh" "$dir"; done
  if [ -n "${PARVIS_TEST_LOGS:-}" ]; then
    for dir in "$W"/*/; do
      mkdir -p "$PARVIS_TEST_LOGS/$(basename "$dir")"
      cp "$dir"/run/*.log "$PARVIS_TEST_LOGS/$(basename "$dir")/" 2> /dev/null
    done
  fi
  rm -rf "$W"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

for name in "$@"; do
  say "== $name"
  if "$here/$name/start.sh" "$W/$name" < /dev/null; then echo "ready $name"; else echo "failed $name"; fi
done
cat > /dev/null
