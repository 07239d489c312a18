<%@ Page Language="C#" %>
<script runat="server">
    // KB900111: "The FormsAuthentication.SignOut method removes the forms authentication cookie from the client
    // computer", and that is all there is. The session is not abandoned either, as on so many sites.
    void Page_Load(object sender, EventArgs e)
    {
        FormsAuthentication.SignOut();
        Response.Redirect("Login.aspx");
    }
</script>
