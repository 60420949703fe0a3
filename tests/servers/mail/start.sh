#!/bin/bash
# A mail server: Dovecot (IMAP with and without TLS, LMTP) and a submission server (smtp.py) that hands everything to it. Loopback only.
# usage: start.sh DIR      any user name, password pw; a mailbox is made when it is first used, with a folder Sent
# Gives PARVIS_TEST_MAIL = DIR, whose run/ports-by-name holds "imap 1234" lines (imap, imaps, lmtp, smtp, smtps), run/ca.pem the certificate
#   authority, and run/mail/USER the mailboxes (maildir).
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
work mail "${1:-}"
need mail
# Without root everything runs as whoever started it.
if [ "$(id -u)" = 0 ]; then user=mail group=mail login=dovenull internal=dovecot; else user=$(id -un) group=$(id -gn) login=$user internal=$user; fi
: > "$R/ports-by-name"
for name in imap imaps lmtp smtp smtps; do
  port=$(free_port)
  while grep -q " $port\$" "$R/ports-by-name"; do port=$(free_port); done
  echo "$name $port" >> "$R/ports-by-name"
done
port() { sed -n "s/^$1 //p" "$R/ports-by-name"; }
for name in imap imaps lmtp; do port "$name"; done > "$R/ports"
mkdir -p "$R"/{base,mail,state}
chmod 755 "$R"
chown "$user:$group" "$R/mail"

# An authority of its own, and a certificate by it: what calls itself an authority is no server's certificate.
{
  openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=parvis-test -keyout "$R/ca.key" -out "$R/ca.pem"
  openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$R/key.pem" -out "$R/cert.csr"
  printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n' > "$R/cert.ext"
  openssl x509 -req -in "$R/cert.csr" -CA "$R/ca.pem" -CAkey "$R/ca.key" -CAcreateserial -days 30 -extfile "$R/cert.ext" -out "$R/cert.pem"
} > "$R/openssl.log" 2>&1

cat > "$R/dovecot.conf" <<CONF
base_dir = $R/base
state_dir = $R/state
log_path = $R/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
default_internal_user = $internal
default_internal_group = $([ "$(id -u)" = 0 ] && echo dovecot || echo "$group")
default_login_user = $login
ssl = yes
ssl_cert = <$R/cert.pem
ssl_key = <$R/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
mail_location = maildir:$R/mail/%u
mail_max_userip_connections = 200
first_valid_uid = 1
passdb {
  driver = static
  args = password=pw
}
userdb {
  driver = static
  args = uid=$(id -u "$user") gid=$(id -g "$user") home=$R/mail/%u allow_all_users=yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $(port imap)
  }
  inet_listener imaps {
    port = $(port imaps)
    ssl = yes
  }
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = $(port lmtp)
  }
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    special_use = \Sent
    auto = create
  }
}
CONF
"$here/instance.sh" start "$(dirname "$R")"
/usr/bin/python3 "$here/smtp.py" "$(port lmtp)" "$(port smtp)" "$(port smtps)" "$R" < /dev/null > "$R/smtp.log" 2>&1 &
echo $! > "$R/smtp.pid"
wait_for 30 "$R/smtp.pid" "$R/smtp.log" port_open "$(port smtp)"
wait_for 30 "$R/smtp.pid" "$R/smtp.log" port_open "$(port smtps)"
echo "PARVIS_TEST_MAIL=$(dirname "$R")"
