#!/bin/bash
# usage: instance.sh start|stop|kill DIR a|b      one of the two instances of start.sh, its data kept: a test may take a network down and bring it back
set -eu
. "$(dirname "$0")/../lib.sh"
do=${1:?usage: instance.sh start|stop|kill DIR a|b} R=${2:?DIR}/run name=${3:?a or b}
case $name in a) address=127.0.0.2 ;; b) address=127.0.0.3 ;; *) die "no such instance: $name" ;; esac
case $do in
  start)
    ! port_open 80 "$address" || die "port 80 of $address is taken by another program"
    "$R/snac" httpd "$R/$name" < /dev/null >> "$R/$name.log" 2>&1 &
    echo $! > "$R/$name.pid"
    wait_for 30 "$R/$name.pid" "$R/$name.log" curl -sf "http://$address/api/v1/instance"
    ;;
  stop | kill)
    pid=$(cat "$R/$name.pid")
    if [ "$do" = kill ]; then kill -9 "$pid"; else kill "$pid"; fi
    while kill -0 "$pid" 2> /dev/null; do sleep 0.1; done
    rm "$R/$name.pid"
    ;;
  *) die "start, stop or kill, not $do" ;;
esac
