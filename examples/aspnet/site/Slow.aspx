<%@ Page Language="C#" EnableSessionState="True" Buffer="False" %>
<script runat="server">
    const int Longest = 10000;

    // A page that uses Session has it for itself until it is done: the session's other requests wait, as the
    // platform wants it. What is written before the wait tells the reader that this one has the lock.
    void Page_Load(object sender, EventArgs e)
    {
        int ms;
        if (!int.TryParse(Request.QueryString["ms"], out ms)) ms = 0;
        Response.ContentType = "text/plain";
        Response.Write("Counting our stock\n");
        Response.Flush();
        System.Threading.Thread.Sleep(Math.Max(0, Math.Min(ms, Longest)));

        int counted = (int)(Session["Counted"] ?? 0) + 1;
        Session["Counted"] = counted;
        Response.Write("Counted: " + counted + "\n");
        Response.Write("Session: " + (Session["User"] ?? "nobody") + "\n");
    }
</script>
