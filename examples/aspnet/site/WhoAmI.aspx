<%@ Page Language="C#" ContentType="text/plain" %><script runat="server">
    string Ticket { get { return User.Identity.IsAuthenticated ? User.Identity.Name : "nobody"; } }
</script>Ticket: <%= Ticket %>
Session: <%= Session["User"] ?? "nobody" %>
Counted: <%= Session["Counted"] ?? 0 %>
