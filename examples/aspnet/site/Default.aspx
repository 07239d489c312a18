<%@ Page Language="C#" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    int visits;
    string[] basket;

    void Page_Load(object sender, EventArgs e)
    {
        visits = (int)(Session["Visits"] ?? 0) + 1;
        Session["Visits"] = visits;
        basket = (string[])Session["Basket"] ?? new string[0];
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
  <title>Finch Records: members</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<h2>Welcome, <span id="welcome"><%: Session["User"] ?? "dear member" %></span></h2>
<p>Signed in as <b id="member"><%: User.Identity.Name %></b>.
You have looked in <span id="visits"><%: visits %></span> time(s) since <%: Session["Since"] %>.</p>
<h3>Your basket</h3>
<% if (basket.Length == 0) { %><p>Nothing in it yet. <a href="Records.aspx">To the shelf</a></p><% } else { %>
<ul id="basket"><% foreach (string record in basket) { %><li><%: record %></li><% } %></ul>
<p><a href="Checkout.aspx">To the checkout</a></p><% } %>
<% if (Session["Card"] != null) { %><p>Your <a href="Confirmation.aspx">last order</a> is on its way.</p><% } %>
<finch:Footer runat="server" />
</body>
</html>
