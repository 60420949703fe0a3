#!/bin/bash
# usage: instance.sh start|kill DIR      Dovecot of start.sh, its mailboxes kept: a test may take it down and bring it back
set -eu
. "$(dirname "$0")/../lib.sh"
do=${1:?usage: instance.sh start|kill DIR} R=${2:?DIR}/run
case $do in
  start)
    # A group of its own: its children outlive it when it is killed.
    PATH=$PATH:/usr/sbin setsid dovecot -F -c "$R/dovecot.conf" < /dev/null >> "$R/dovecot.log" 2>&1 &
    echo $! > "$R/dovecot.pgid"
    for port in $(cat "$R/ports"); do wait_for 30 "$R/dovecot.pgid" "$R/dovecot.log" port_open "$port"; done
    ;;
  kill)
    pid=$(cat "$R/dovecot.pgid")
    kill -9 -- "-$pid"
    while kill -0 -- "-$pid" 2> /dev/null; do sleep 0.1; done
    rm -f "$R/dovecot.pgid" "$R"/base/master.pid
    ;;
  *) die "start or kill, not $do" ;;
esac
