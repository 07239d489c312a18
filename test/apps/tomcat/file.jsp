<%@ page contentType="text/html; charset=UTF-8" %><%
  // The examples take no upload. This page does, beside them and with their session: it keeps a member's one file.
  if (request.getRemoteUser() == null) {
    response.sendError(403);
    return;
  }
  if (request.getMethod().equals("POST")) {
    session.setAttribute("file", request.getPart("file").getInputStream().readAllBytes());
    response.sendRedirect(response.encodeRedirectURL("file.jsp"));
    return;
  }
  byte[] file = (byte[]) session.getAttribute("file");
  if (file != null && request.getParameter("read") != null) {
    response.setContentType("image/png");
    response.getOutputStream().write(file);
    return;
  }
%><!DOCTYPE html>
<html><head><title>A file</title></head><body>
<% if (file != null) { %><p id="kept"><a href="<%= response.encodeURL("file.jsp?read=yes") %>"><%= file.length %> bytes</a></p><% } %>
<form method="post" enctype="multipart/form-data" action="<%= response.encodeURL("file.jsp") %>">
  <input type="file" name="file"><input type="submit" value="Keep it">
</form>
</body></html>
