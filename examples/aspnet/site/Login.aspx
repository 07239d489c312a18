<%@ Page Language="C#" %>
<%@ Register TagPrefix="finch" TagName="Banner" Src="Banner.ascx" %>
<%@ Register TagPrefix="finch" TagName="Footer" Src="Footer.ascx" %>
<script runat="server">
    void SignIn_Click(object sender, EventArgs e)
    {
        if (!FormsAuthentication.Authenticate(User.Text, Password.Text))
        {
            Message.Text = "We do not know this name and password.";
            return;
        }
        // The old pages ask Session who is there, so it has to be told. Its id stays what it was.
        Session["User"] = User.Text.ToLower();

        string seconds = ConfigurationManager.AppSettings["TicketSeconds"];
        if (string.IsNullOrEmpty(seconds))
            FormsAuthentication.RedirectFromLoginPage(User.Text.ToLower(), Remember.Checked);
        else
            RedirectWithTicketOf(int.Parse(seconds));
    }

    void RedirectWithTicketOf(int seconds)
    {
        FormsAuthenticationTicket ticket = new FormsAuthenticationTicket(
            1, User.Text.ToLower(), DateTime.Now, DateTime.Now.AddSeconds(seconds), false, "");
        HttpCookie cookie = new HttpCookie(FormsAuthentication.FormsCookieName, FormsAuthentication.Encrypt(ticket));
        cookie.Path = FormsAuthentication.FormsCookiePath;
        Response.Cookies.Add(cookie);
        Response.Redirect(FormsAuthentication.GetRedirectUrl(User.Text, false), false);
    }
</script>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head runat="server">
  <title>Finch Records: sign in</title>
  <link rel="stylesheet" type="text/css" href="styles/finch.css" />
</head>
<body>
<finch:Banner runat="server" />
<form id="LoginForm" runat="server">
  <h2>Members, please sign in</h2>
  <table>
    <tr><td>Name</td><td><asp:TextBox ID="User" runat="server" /></td></tr>
    <tr><td>Password</td><td><asp:TextBox ID="Password" TextMode="Password" runat="server" /></td></tr>
    <tr><td></td><td><asp:CheckBox ID="Remember" Text="Keep me signed in on this computer" runat="server" /></td></tr>
    <tr><td></td><td><asp:Button ID="SignIn" Text="Sign in" OnClick="SignIn_Click" runat="server" /></td></tr>
  </table>
  <p class="wrong"><asp:Label ID="Message" runat="server" /></p>
  <p>Try alice with wonderland, or bob with builder.</p>
</form>
<finch:Footer runat="server" />
</body>
</html>
