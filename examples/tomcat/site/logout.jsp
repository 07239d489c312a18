<% session.removeAttribute("user"); response.sendRedirect(response.encodeRedirectURL("index.jsp")); %>
