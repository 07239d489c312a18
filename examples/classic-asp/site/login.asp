<%
if ($Request->ServerVariables('REQUEST_METHOD') eq 'POST') {
  my $name = lc $Request->Form('User');
  if (Known($name, $Request->Form('Password'))) {
    # The session is that of the stranger who came: its id stays what it was.
    $Session->{User} = $name;
    $Response->Redirect('default.asp');
  }
  $Response->Redirect('login.asp?wrong=1');
}
Top('sign in');
%>
<form method="post" action="login.asp">
<table>
<tr><td>Name</td><td><input type="text" name="User"></td></tr>
<tr><td>Password</td><td><input type="password" name="Password"></td></tr>
<tr><td></td><td><input type="submit" name="Go" value="Sign in"></td></tr>
</table>
</form>
<% if ($Request->QueryString('wrong')) { %><p><font color="red">We do not know this name and password.</font></p><% } %>
</body>
</html>
