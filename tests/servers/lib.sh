# What the start scripts share (source it, do not run it). Needs bash, coreutils and, once `need` has run, curl.
#
# Every script is called as:  NAME/start.sh DIR
#   DIR/run   what this start writes: configuration, data, logs, *.pid and *.pgid; emptied at each start
# It prints nothing but KEY=value lines (what a test needs to know) to standard output; all the rest goes to standard error.
# Installs that need no root (npm, unpacked Debian packages) are kept in PARVIS_TEST_CACHE, by default ~/.cache/parvis-test.
# Everything listens on loopback only. Stop with:  stop.sh DIR

LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${PARVIS_TEST_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/parvis-test}

say() { echo "$*" >&2; }
die() { say "$*"; exit 1; }

packages() { # packages NAME -> the Debian packages it needs, one a line; nothing that starts a service
  local node=()
  command -v npm > /dev/null || node=(nodejs npm)
  case $1 in
    pg) compgen -G '/usr/lib/postgresql/*/bin/initdb' > /dev/null || echo postgresql ;;
    snac2) printf '%s\n' curl ca-certificates libcurl4 libssl3 ;;
    wordpress) printf '%s\n' curl ca-certificates php-cli php-mysql php-curl php-gd php-xml php-mbstring mariadb-server-core mariadb-client-core ;;
    atproto) printf '%s\n' gcc g++ make python3 "${node[@]}"; packages pg ;;
    mail) printf '%s\n' dovecot-imapd dovecot-lmtpd python3-aiosmtpd openssl ;;
    matrix | s3) printf '%s\n' curl python3-venv ;;
    chromium) printf '%s\n' chromium fonts-liberation "${node[@]}" ;;
    *) die "no such server: $1" ;;
  esac
}

missing() { # missing NAME... -> those of their packages that are not installed
  local p name
  for name in "$@"; do packages "$name"; done | sort -u | while read -r p; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2> /dev/null)" = installed ] || echo "$p"
  done
}

need() { # need NAME... : installs what is missing as root; otherwise says what to type and fails
  local list
  list=$(missing "$@" | tr '\n' ' ')
  if [ "$(id -u)" != 0 ] && [[ " $* " == *" snac2 "* ]] && [ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80 ]; then
    say "The test server snac2 has to listen on port 80. Type:"
    say "  sudo sysctl net.ipv4.ip_unprivileged_port_start=80"
    [ -n "$list" ] || return 1
  fi
  [ -n "$list" ] || return 0
  if [ "$(id -u)" != 0 ]; then
    say "The tests ($*) need packages that are not installed. Type:"
    say "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $list"
    return 1
  fi
  say "installing: $list"
  # Debian would create and start a cluster of its own, which nobody asked for.
  case " $list" in *" postgresql "*)
    apt_get install postgresql-common
    grep -q '^create_main_cluster = false' /etc/postgresql-common/createcluster.conf ||
      echo 'create_main_cluster = false' >> /etc/postgresql-common/createcluster.conf ;;
  esac
  # Nor a mail server on the usual ports.
  local policy=/usr/sbin/policy-rc.d added=
  if [[ "$list" == *dovecot* ]] && [ ! -e "$policy" ]; then
    added=$policy
    printf '#!/bin/sh\nexit 101\n' > "$policy"
    chmod +x "$policy"
  fi
  # shellcheck disable=SC2086  # a list of words
  apt_get install $list || { rm -f "$added"; return 1; }
  [ -z "$added" ] || rm -f "$added"
}

apt_get() { # apt_get install PACKAGE... : refreshes the lists first; waits for another apt to end
  local options=(-q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600)
  apt-get "${options[@]}" update >&2
  DEBIAN_FRONTEND=noninteractive apt-get "${options[@]}" -y --no-install-recommends "$@" >&2
}

unpack() { # unpack ROOT PACKAGE... : Debian 12 packages (backports included) unpacked into ROOT; nothing is installed, no root needed
  local root=$1 d mirror options
  shift
  mirror=$(debian_mirror)
  if [ -z "$mirror" ] && [ "$(id -u)" = 0 ]; then apt-get -q update >&2; mirror=$(debian_mirror); fi
  [ -n "$mirror" ] || die "No Debian mirror among the apt sources. Type: sudo apt-get update"
  d=$(mktemp -d)
  mkdir -p "$d/lists/partial" "$d/cache/archives/partial"
  printf "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror %s main\n" bookworm bookworm-backports > "$d/sources.list"
  options=(-q -o Acquire::Retries=3 -o "Dir::Etc::sourcelist=$d/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$d/lists" -o "Dir::Cache=$d/cache" -o APT::Sandbox::User=root)
  if (cd "$d" && apt-get "${options[@]}" update && apt-get "${options[@]}" download "$@") >&2; then
    rm -rf "$root.new"
    mkdir -p "$root.new"
    for deb in "$d"/*.deb; do dpkg -x "$deb" "$root.new"; done
    # Whole or not at all: an interrupted run must not leave half a server in the cache.
    rm -rf "$root" && mv "$root.new" "$root" && rm -rf "$d"
  else
    rm -rf "$d"
    die "Could not download: $*"
  fi
}

debian_mirror() {
  apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 2> /dev/null |
    awk '$2 !~ /-/ && $1 ~ /\/debian\/?$/ {print $1; exit}'
}

work() { # work NAME DIR -> R (this run's folder), I (this server's place in the cache)
  local dir=${2:?usage: $1/start.sh DIR}
  mkdir -p "$dir"
  dir=$(cd "$dir" && pwd)
  R=$dir/run I=$CACHE/$1
  "$LIB/stop.sh" "$dir"
  rm -rf "$R"
  mkdir -p "$R" "$I"
  # Servers that drop root (PostgreSQL, MariaDB) must be able to pass through.
  chmod o+x "$dir" "$R"
}

wait_for() { # wait_for SECONDS PIDFILE LOG COMMAND... : until COMMAND succeeds; gives up when the process dies or the time is over
  local end=$((SECONDS + $1)) pid log=$3
  pid=$(cat "$2")
  shift 3
  until "$@" > /dev/null 2>&1; do
    if ! kill -0 "$pid" 2> /dev/null || [ "$SECONDS" -ge "$end" ]; then
      say "did not start; the end of its log:"
      tail -30 "$log" >&2
      exit 1
    fi
    sleep 0.1
  done
}

port_open() { (exec 3<> "/dev/tcp/${2:-127.0.0.1}/$1") 2> /dev/null; }

free_port() { # below the range from which the kernel hands out ports
  local port=$((20000 + RANDOM % 12000))
  while port_open "$port"; do port=$((20000 + RANDOM % 12000)); done
  echo "$port"
}
