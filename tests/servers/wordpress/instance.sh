#!/bin/bash
# usage: instance.sh start|kill DIR      the web server of start.sh, its articles kept: a test may take a site down and bring it back
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
do=${1:?usage: instance.sh start|kill DIR} R=${2:?DIR}/run
port=$(cat "$R/port")
case $do in
  start)
    ! port_open "$port" || die "port $port is taken by another program"
    # Its workers outlive their parent, hence a process group of its own.
    PHP_CLI_SERVER_WORKERS=4 setsid php -S "127.0.0.1:$port" -t "$R/site" "$here/router.php" < /dev/null >> "$R/php.log" 2>&1 &
    echo $! > "$R/php.pgid"
    wait_for 60 "$R/php.pgid" "$R/php.log" curl -sf "http://127.0.0.1:$port/wp-json/"
    ;;
  kill)
    group=$(cat "$R/php.pgid")
    kill -9 -- "-$group"
    while port_open "$port"; do sleep 0.1; done
    rm "$R/php.pgid"
    ;;
  *) die "start or kill, not $do" ;;
esac
