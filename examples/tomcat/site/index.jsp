<%@ page contentType="text/html; charset=UTF-8" %><!DOCTYPE html>
<html><head><title>Members</title></head><body>
<% String user = (String) session.getAttribute("user"); %>
<p><%= user == null ? "Hello stranger" : "Hello " + user %></p>
<ul>
  <li><a href="<%= response.encodeURL("login.jsp") %>">Sign in</a></li>
  <li><a href="<%= response.encodeURL("whoami.jsp?from=index") %>">Who am I</a></li>
  <li><a href="<%= response.encodeURL("checkout.jsp") %>">Order</a></li>
</ul>
<img src="<%= response.encodeURL("logo.svg") %>" alt="">
</body></html>
