<%@ Page Language="C#" %>
<%@ Import Namespace="System.Collections.Generic" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    const int LargestBasket = 20;
    static readonly string[] Shelf = { "Blue Meridian", "Songs for a Lighthouse", "The Long Platform" };
    static readonly string[] Prices = { "9.50", "7.00", "12.00" };

    void Page_Load(object sender, EventArgs e)
    {
        int add;
        if (!int.TryParse(Request.QueryString["add"], out add) || add < 0 || add >= Shelf.Length) return;
        List<string> basket = new List<string>((string[])Session["Basket"] ?? new string[0]);
        if (basket.Count < LargestBasket) basket.Add(Shelf[add]);
        Session["Basket"] = basket.ToArray();
        Response.Redirect("Records.aspx");
    }

    int InBasket
    {
        get { return ((string[])Session["Basket"] ?? new string[0]).Length; }
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
  <title>Finch Records: the shelf</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<h2>On the shelf this week</h2>
<table id="shelf">
<% for (int i = 0; i < Shelf.Length; i++) { %>
  <tr>
    <td><img src="images/sleeve<%= i %>.png" width="64" height="64" alt="" /></td>
    <td><b><%: Shelf[i] %></b><br />&pound;<%: Prices[i] %><br /><a href="Records.aspx?add=<%= i %>">Into the basket</a></td>
  </tr>
<% } %>
</table>
<p>In your basket: <span id="basket"><%= InBasket %></span></p>
<finch:Footer runat="server" />
</body>
</html>
