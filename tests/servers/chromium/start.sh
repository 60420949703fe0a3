#!/bin/bash
# What the browser tests drive: Debian's Chromium, and the packages of tests/browser/package.json for Node 18 or later.
# usage: start.sh DIR      Starts nothing: a test launches its own browser. Gives CHROMIUM = the program.
# tests/browser/node_modules becomes a link into the cache, so that `import` finds the packages.
set -eu
. "$(dirname "$0")/../lib.sh"
browser=$(cd "$(dirname "$0")/../../browser" && pwd)
work chromium "${1:-}"
need chromium
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || die "Node $(node --version) is too old: the browser tests need 18 or later"
if ! cmp -s "$browser/package.json" "$I/package.json" || [ ! -e "$I/complete" ]; then
  rm -rf "$I"
  mkdir -p "$I"
  cp "$browser/package.json" "$I/"
  (cd "$I" && npm install --no-audit --no-fund --no-package-lock --ignore-scripts) >&2
  touch "$I/complete"
fi
[ ! -d "$browser/node_modules" ] || [ -L "$browser/node_modules" ] || die "$browser/node_modules is a folder of yours: remove it first"
ln -sfn "$I/node_modules" "$browser/node_modules"
echo "CHROMIUM=$(command -v chromium)"
