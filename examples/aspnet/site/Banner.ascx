<%@ Control Language="C#" %>
<div id="banner">
  <img src="images/logo.png" width="48" height="48" alt="" />
  <h1>Finch Records</h1>
  <p>Second-hand vinyl by post, for members, since 1998</p>
</div>
<div id="menu">
  <a href="Records.aspx">The shelf</a> | <a href="Default.aspx">Members</a> | <a href="Checkout.aspx">Checkout</a> |
  <% if (Session["User"] == null) { %><a href="Login.aspx">Sign in</a><% }
     else { %><a href="Logout.aspx">Sign out <%: Session["User"] %></a><% } %>
</div>
