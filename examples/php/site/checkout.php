<?php
require 'session.php';
if (preg_match('/^\d{16}$/', $_POST['card'] ?? '')) {
    $_SESSION['card'] = $_POST['card'];
    header('Location: /confirmation.php');
    exit;
}
?><!DOCTYPE html>
<html><head><title>Order</title></head><body>
<form method="post" action="/checkout.php"><input name="card"><input type="submit" value="Order"></form>
</body></html>
