<?php
require 'session.php';
header('Content-Type: text/plain');
echo $user ?? 'nobody';
