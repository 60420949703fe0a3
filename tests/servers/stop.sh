#!/bin/bash
# usage: stop.sh DIR     stops what a start script began in DIR: every DIR/run/*.pid, and *.pgid = a process group. TERM, then KILL after 8 s.
set -u
run=${1:?usage: stop.sh DIR}/run targets=()
for file in "$run"/*.pid; do [ -e "$file" ] && targets+=("$(cat "$file")"); done
for file in "$run"/*.pgid; do [ -e "$file" ] && targets+=("-$(cat "$file")"); done
for target in "${targets[@]}"; do kill -- "$target" 2> /dev/null; done
for target in "${targets[@]}"; do
  for _ in $(seq 80); do kill -0 -- "$target" 2> /dev/null || continue 2; sleep 0.1; done
  kill -9 -- "$target" 2> /dev/null
done
rm -f "$run"/*.pid "$run"/*.pgid
