<?php require 'session.php' ?><!DOCTYPE html>
<html><head><title>Members</title></head><body>
<p>Hello <?= htmlspecialchars($user ?? 'stranger') ?></p>
<ul>
  <li><a href="login.php">Sign in</a></li>
  <li><a href="whoami.php?from=index">Who am I</a></li>
  <li><a href="checkout.php">Order</a></li>
</ul>
<form method="post" action="upload.php" enctype="multipart/form-data"><input name="note"><input type="file" name="file"></form>
<?php if ($user !== null) { ?><p><a href="logout.php">Sign out</a></p><?php } ?>
</body></html>
