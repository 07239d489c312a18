<?php
require 'session.php';
$known = ['alice' => 'wonderland', 'bob' => 'builder'];
$name = $_POST['user'] ?? null;
if ($name !== null && ($known[$name] ?? null) === ($_POST['password'] ?? '')) {
    // The id stays what it was: nobody calls session_regenerate_id().
    $_SESSION['user'] = $name;
    header('Location: /index.php' . (SID === '' ? '' : '?' . SID), true, 302);
    exit;
}
?><!DOCTYPE html>
<html><head><title>Sign in</title></head><body>
<form method="post" action="/login.php">
  <input name="user"><input name="password" type="password"><input type="submit" value="Sign in">
</form>
<?php if ($name !== null) { ?><p>We do not know this name and password.</p><?php } ?>
</body></html>
