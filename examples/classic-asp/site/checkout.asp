<%
MembersOnly();
if ($Request->ServerVariables('REQUEST_METHOD') eq 'POST') {
  $Session->{Card} = $Request->Form('Card');
  $Response->Redirect('confirmation.asp');
}
Top('checkout');
%>
<form method="post" action="checkout.asp">
<p>Credit card number <input type="text" name="Card" size="24"> <input type="submit" name="Go" value="Order"></p>
</form>
</body>
</html>
