#!/bin/bash
# Two instances of snac2, an ActivityPub server with the Mastodon API, which federate with each other (signed, over plain http):
#   a = http://127.0.0.2 (users brand, customer), b = http://127.0.0.3 (user remote); "user password" lines in DIR/run/a.users and b.users.
# usage: start.sh DIR      SNAC = another snac program. Gives PARVIS_TEST_SNAC2 = DIR.
# Port 80, because a host with a port breaks @user@host: needs root, or net.ipv4.ip_unprivileged_port_start <= 80.
# What 2.75 does not do: streaming (404), Link headers, the types[] filter, scheduled_at (it posts at once), conversations (always []), rate-limit
#   headers, oauth/revoke (403), DELETE of a status (404); visibility "direct" comes back as "private". Local notifications take 3 s to more than
#   8 s: poll. Ids are long strings. There is no password grant: go through the login form.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
work snac2 "${1:-}"
need snac2
snac=${SNAC:-$I/deb/usr/bin/snac}
[ -x "$snac" ] || unpack "$I/deb" snac2
ln -s "$snac" "$R/snac"
# Another test run may be using the addresses: they are the same on a whole machine.
for _ in $(seq 300); do port_open 80 127.0.0.2 || port_open 80 127.0.0.3 || break; sleep 1; done

create() { # create NAME ADDRESS USER...
  local name=$1 address=$2 d=$R/$1 user
  shift 2
  printf '%s\n80\n%s\n\n\n' "$address" "$address" | "$R/snac" init "$d" > "$R/$name.log"
  # Plain http; no lock-out after wrong passwords, since tests try them.
  sed -i 's/"protocol": "https"/"protocol": "http", "badlogin_retries": 1000, "disable_email_notifications": true/' "$d/server.json"
  for user in "$@"; do
    printf '%s\n' "$user" | "$R/snac" adduser "$d" "$user" | sed -n "s/^User password is /$user /p" >> "$R/$name.users"
  done
  "$here/instance.sh" start "$(dirname "$R")" "$name"
}
create a 127.0.0.2 brand customer
create b 127.0.0.3 remote
echo "PARVIS_TEST_SNAC2=$(dirname "$R")"
