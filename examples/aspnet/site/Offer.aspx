<%@ Page Language="C#" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    void Page_Load(object sender, EventArgs e)
    {
        byte[] picture = (byte[])Session["Picture"];
        if (Request.QueryString["picture"] == null || picture == null) return;
        Response.Clear();
        Response.ContentType = "image/png";
        Response.BinaryWrite(picture);
        Response.End();
    }

    void Send_Click(object sender, EventArgs e)
    {
        Session["Picture"] = Picture.FileBytes;
        Response.Redirect("Offer.aspx");
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head runat="server">
  <title>Finch Records: offer us a record</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<% if (Session["Picture"] != null) { %><p id="kept">We have <a href="Offer.aspx?picture=yes">your picture</a>.</p><% } %>
<form id="OfferForm" runat="server">
  <h2>Offer us a record</h2>
  <p>A picture of its sleeve <asp:FileUpload ID="Picture" runat="server" />
  <asp:Button ID="Send" Text="Send" OnClick="Send_Click" runat="server" /></p>
</form>
<finch:Footer runat="server" />
</body>
</html>
