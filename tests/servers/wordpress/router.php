<?php
// Router of php -S: files as they are, folders by their index.php, everything else (pretty links, /wp-json) by WordPress.
// Each answer is noted, so that a test can see what was asked and what it cost.
register_shutdown_function(fn() => file_put_contents(dirname($_SERVER['DOCUMENT_ROOT']) . '/access.log', http_response_code() . ' ' . $_SERVER['REQUEST_URI'] . "\n", FILE_APPEND | LOCK_EX));
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ($path !== '/' && is_file($file)) return false;
if ($path !== '/' && is_dir($file) && is_file(rtrim($file, '/') . '/index.php')) {
  $_SERVER['SCRIPT_NAME'] = rtrim($path, '/') . '/index.php';
  chdir($file);
  require rtrim($file, '/') . '/index.php';
  return;
}
$_SERVER['SCRIPT_NAME'] = '/index.php';
require $_SERVER['DOCUMENT_ROOT'] . '/index.php';
