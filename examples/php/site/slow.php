<?php
// PHP keeps the file of a session locked until the page is done: the session's other requests wait.
require 'session.php';
header('Content-Type: text/plain');
echo "Counting\n";
while (ob_get_level() > 0) ob_end_flush();
flush();
usleep(1000 * min(10000, (int) ($_GET['ms'] ?? 0)));
$_SESSION['counted'] = ($_SESSION['counted'] ?? 0) + 1;
echo 'Session: ', $user ?? 'nobody', "\n";
