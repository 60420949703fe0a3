<?php
// setup.php SITE_FOLDER, WPHOST in the environment: installs WordPress, prints an application password of user admin.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = getenv('WPHOST');
$_SERVER['REQUEST_URI'] = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
// Defined before WordPress does: there is nobody to write to.
function wp_mail(...$anything) { return true; }
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Parvis test', 'admin', 'admin@test.local', true, '', 'adminpw');
foreach (['comment_moderation', 'comment_previously_approved', 'comment_registration', 'require_name_email'] as $option) update_option($option, '0');
update_option('permalink_structure', '/%postname%/');
[$password] = WP_Application_Passwords::create_new_application_password(1, ['name' => 'parvis']);
echo $password;
