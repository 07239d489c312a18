<%@ page contentType="text/plain; charset=UTF-8" %><%= session.getAttribute("user") == null ? "nobody" : session.getAttribute("user") %>
