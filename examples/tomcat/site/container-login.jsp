<%@ page contentType="text/html; charset=UTF-8" %><!DOCTYPE html>
<html><head><title>Members, sign in</title></head><body>
<form method="post" action="<%= response.encodeURL("j_security_check") %>">
  <input name="j_username"><input name="j_password" type="password"><input type="submit" value="Sign in">
</form>
</body></html>
