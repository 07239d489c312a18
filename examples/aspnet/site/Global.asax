<%@ Application Language="C#" %>
<%@ Import Namespace="System.IO" %>
<script runat="server">
    static readonly object logLock = new object();

    // A site that does this has a session, and so an ASP.NET_SessionId, from a visitor's first page on.
    void Session_Start(object sender, EventArgs e)
    {
        Session["Since"] = DateTime.Now;
    }

    // Comes after the session's lock was taken: the log has the requests in the order in which their pages began.
    void Application_PreRequestHandlerExecute(object sender, EventArgs e)
    {
        if (Context.Session == null) return;
        string line = Request.HttpMethod + " " + Request.Path + " " + (Session["User"] ?? "-") + "\n";
        lock (logLock) File.AppendAllText(Server.MapPath("~/App_Data/served.txt"), line);
    }
</script>
