<?php
require 'session.php';
if ($user === null) {
    http_response_code(403);
    exit('Members only');
}
if (isset($_FILES['file'])) {
    $_SESSION['file'] = file_get_contents($_FILES['file']['tmp_name']);
    header('Location: /upload.php');
    exit;
}
if (isset($_GET['read'], $_SESSION['file'])) {
    header('Content-Type: image/png');
    exit($_SESSION['file']);
}
?><!DOCTYPE html>
<html><head><title>A file</title></head><body>
<?php if (isset($_SESSION['file'])) { ?><p id="kept"><a href="upload.php?read=yes"><?= strlen($_SESSION['file']) ?> bytes</a></p><?php } ?>
<form method="post" action="/upload.php" enctype="multipart/form-data"><input type="file" name="file"><input type="submit" value="Keep it"></form>
</body></html>
