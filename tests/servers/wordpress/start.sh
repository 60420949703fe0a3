#!/bin/bash
# WordPress 6.1 (Debian 12) on a throw-away MariaDB and PHP's own web server; loopback only, no outgoing requests.
# usage: start.sh DIR      user admin / adminpw; its application password in DIR/run/apppw
# Gives PARVIS_TEST_WORDPRESS = base address, PARVIS_TEST_WORDPRESS_DIR = DIR; DIR/run/access.log has a line for each answer: "304 /feed/".
# WordPress is unpacked, not installed: its package would bring Apache, and MariaDB's would bring a service.
set -eu
. "$(dirname "$0")/../lib.sh"
here=$(cd "$(dirname "$0")" && pwd)
work wordpress "${1:-}"
need wordpress
[ -d "$I/deb/usr/share/wordpress" ] || unpack "$I/deb" wordpress php-getid3 libjs-cropper libjs-underscore
user=$(id -un)
[ "$user" != root ] || user=nobody
mkdir "$R/db" "$R/sock"
[ "$(id -u)" != 0 ] || chown "$user" "$R/db" "$R/sock"
# The package is full of links, two of which lead to files that only an installation has.
cp -rL "$I/deb/usr/share/wordpress" "$R/site" 2> "$R/copy.log" || true
mkdir -p "$R/site/wp-content/uploads" "$R/site/wp-content/mu-plugins"
# Guests may comment by the REST API too, and as quickly as tests do.
cat > "$R/site/wp-content/mu-plugins/test.php" <<'PHP'
<?php
add_filter('rest_allow_anonymous_comments', '__return_true');
add_filter('wp_is_comment_flood', '__return_false', 99);
PHP
cd /
mariadb-install-db --no-defaults --user="$user" --datadir="$R/db" --auth-root-authentication-method=normal --skip-test-db > "$R/db.log" 2>&1
PATH=$PATH:/usr/sbin mariadbd --no-defaults --user="$user" --datadir="$R/db" --socket="$R/sock/s" --skip-networking --pid-file="$R/sock/pid" \
  --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=32M --skip-log-bin < /dev/null >> "$R/db.log" 2>&1 &
echo $! > "$R/db.pid"
sql() { mariadb --no-defaults -uroot -S "$R/sock/s" -e "$1"; }
wait_for 60 "$R/db.pid" "$R/db.log" sql 'select 1'
sql "create database wp; create user wp@localhost identified by 'wp'; grant all on wp.* to wp@localhost"
port=$(free_port)
cat > "$R/site/wp-config.php" <<PHP
<?php
define('DB_NAME','wp'); define('DB_USER','wp'); define('DB_PASSWORD','wp'); define('DB_HOST','localhost:$R/sock/s'); define('DB_CHARSET','utf8mb4'); define('DB_COLLATE','');
foreach (['AUTH_KEY','SECURE_AUTH_KEY','LOGGED_IN_KEY','NONCE_KEY','AUTH_SALT','SECURE_AUTH_SALT','LOGGED_IN_SALT','NONCE_SALT'] as \$k) define(\$k,'test');
define('WP_ENVIRONMENT_TYPE','local'); // application passwords work over plain http
define('WP_HTTP_BLOCK_EXTERNAL',true); define('WP_ACCESSIBLE_HOSTS','127.0.0.1,localhost'); define('DISABLE_WP_CRON',true); define('AUTOMATIC_UPDATER_DISABLED',true);
define('WP_SITEURL','http://127.0.0.1:$port'); define('WP_HOME','http://127.0.0.1:$port');
\$table_prefix='wp_'; if(!defined('ABSPATH')) define('ABSPATH',__DIR__.'/'); require_once ABSPATH.'wp-settings.php';
PHP
WPHOST=127.0.0.1:$port php -d display_errors=stderr "$here/setup.php" "$R/site" > "$R/apppw" 2> "$R/setup.log" || {
  cat "$R/setup.log" >&2
  exit 1
}
echo "$port" > "$R/port"
"$here/instance.sh" start "$(dirname "$R")"
echo "PARVIS_TEST_WORDPRESS=http://127.0.0.1:$port"
echo "PARVIS_TEST_WORDPRESS_DIR=$(dirname "$R")"
