<%@ page contentType="text/html; charset=UTF-8" %><%
  String card = request.getParameter("card");
  if (card != null && card.matches("[0-9]{16}")) {
    session.setAttribute("card", card);
    response.sendRedirect(response.encodeRedirectURL("confirmation.jsp"));
    return;
  }
%><!DOCTYPE html>
<html><head><title>Order</title></head><body>
<form method="post" action="<%= response.encodeURL("checkout.jsp") %>"><input name="card"><input type="submit" value="Order"></form>
</body></html>
