<?php require 'session.php' ?><!DOCTYPE html>
<html><head><title>Thank you</title></head><body><p>Card: <?= htmlspecialchars($_SESSION['card'] ?? 'none') ?></p></body></html>
