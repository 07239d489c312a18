<%@ page contentType="text/html; charset=UTF-8" %><%
  // The id stays what it was: nobody calls request.changeSessionId().
  String name = request.getParameter("user"), password = request.getParameter("password");
  boolean known = "alice".equals(name) && "wonderland".equals(password) || "bob".equals(name) && "builder".equals(password);
  if (known) {
    session.setAttribute("user", name);
    response.sendRedirect(response.encodeRedirectURL("index.jsp"));
    return;
  }
%><!DOCTYPE html>
<html><head><title>Sign in</title></head><body>
<form method="post" action="<%= response.encodeURL("login.jsp") %>">
  <input name="user"><input name="password" type="password"><input type="submit" value="Sign in">
</form>
<% if (name != null) { %><p>We do not know this name and password.</p><% } %>
</body></html>
