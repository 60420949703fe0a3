#!/bin/bash
# A throw-away Matrix server: Synapse of the Python package index in a virtual environment of the cache, SQLite, no federation.
# usage: start.sh DIR
# Gives PARVIS_TEST_MATRIX, the server's address. Anybody may register there (the test does).
set -eu
. "$(dirname "$0")/../lib.sh"
work matrix "${1:-}"
need matrix
if ! "$I/venv/bin/python" -c 'import synapse' 2> /dev/null; then
  rm -rf "$I/venv"
  python3 -m venv "$I/venv"
  "$I/venv/bin/pip" install -q matrix-synapse==1.163.2 >&2
fi
port=$(free_port)
cd "$R"
"$I/venv/bin/python" -m synapse.app.homeserver --server-name localhost --config-path homeserver.yaml --generate-config \
  --report-stats=no --data-directory "$R" > generate.log 2>&1
cat > over.yaml <<Y
listeners:
  - {port: $port, bind_addresses: ['127.0.0.1'], type: http, tls: false, resources: [{names: [client], compress: false}]}
trusted_key_servers: []
enable_registration: true
enable_registration_without_verification: true
rc_message: {per_second: 1000, burst_count: 1000}
rc_registration: {per_second: 1000, burst_count: 1000}
rc_login: {address: {per_second: 1000, burst_count: 1000}, account: {per_second: 1000, burst_count: 1000}, failed_attempts: {per_second: 1000, burst_count: 1000}}
Y
"$I/venv/bin/python" -m synapse.app.homeserver -c homeserver.yaml -c over.yaml > server.log 2>&1 < /dev/null &
echo $! > main.pid
wait_for 90 main.pid server.log curl -sf "http://127.0.0.1:$port/health"
echo "PARVIS_TEST_MATRIX=http://127.0.0.1:$port"
