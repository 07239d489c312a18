<%@ page contentType="text/html; charset=UTF-8" %><!DOCTYPE html>
<html><head><title>No</title></head><body><p>We do not know this name and password.</p></body></html>
