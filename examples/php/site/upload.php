<?php
require 'session.php';
header('Content-Type: text/plain');
echo 'Thank you for ', $_FILES['file']['size'] ?? 0, ' bytes';
