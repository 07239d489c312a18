<%@ Page Language="C#" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    // Q274149: code "that requests a user's credit card number", and stores it "in a session variable".
    void Order_Click(object sender, EventArgs e)
    {
        Session["Card"] = Card.Text;
        Response.Redirect("Confirmation.aspx");
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head runat="server">
  <title>Finch Records: checkout</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<form id="CheckoutForm" runat="server">
  <h2>Checkout</h2>
  <p>Credit card number <asp:TextBox ID="Card" MaxLength="24" runat="server" />
  <asp:Button ID="Order" Text="Order" OnClick="Order_Click" runat="server" /></p>
</form>
<finch:Footer runat="server" />
</body>
</html>
