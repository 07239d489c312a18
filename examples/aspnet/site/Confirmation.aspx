<%@ Page Language="C#" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    // As it was in the ASP site: who has the session is the customer. No ticket is asked for.
    void Page_Load(object sender, EventArgs e)
    {
        if (Session["Card"] == null) Response.Redirect("Checkout.aspx");
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
  <title>Finch Records: your order</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<h2>Thank you, <span id="customer"><%: Session["User"] %></span></h2>
<p>Your records leave us tomorrow. We shall charge this card: <b id="card"><%: Session["Card"] %></b></p>
<finch:Footer runat="server" />
</body>
</html>
